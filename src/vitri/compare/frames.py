"""The frames of a comparison, taken from ``result.json`` and the tables of every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

import pandas as pd

from vitri.i18n import N_

TOTALS: tuple[tuple[str, str], ...] = (
    ("fte", N_("Work, full-time equivalents")),
    ("posts", N_("Posts proposed")),
    ("posts_now", N_("Posts today")),
    ("unmet_minutes", N_("Work left undone, minutes")),
    ("overtime_minutes", N_("Overtime, minutes")),
    ("repeated_minutes", N_("Overhead done more than once, minutes")),
    ("estimated_share_pct", N_("Estimated share of the work")),
)
"""Measures of the totals and their titles, in the order shown."""

PLAIN = {
    "unmet_minutes": N_("Work the plan leaves undone"),
    "overtime_minutes": N_("Overtime"),
    "repeated_minutes": N_("Overhead done more than once"),
}
"""Titles of measures of time where the unit is said elsewhere."""

_UNITS = {"fte": "dec4", "estimated_share_pct": "dec2"}


class ResultLike(Protocol):
    """What a comparison needs of a result: ``result.json`` and the tables of the run."""

    @property
    def info(self) -> Mapping[str, Any]:
        """The content of ``result.json``."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables of the run folder by name."""


def _whole(value: object) -> int | None:
    """Return a stored number as a whole number, None for a blank."""
    if value is None or (isinstance(value, float) and value != value) or value is pd.NA:
        return None
    return int(Decimal(str(value)))


def _total(totals: Mapping[str, Any], measure: str) -> int | None:
    """Return one total in its unit; ``fte`` in ten-thousandths and shares in hundredths."""
    for suffix, factor in (("_dec4", 1), ("_dec2", 1), ("", 10000 if measure == "fte" else 100)):
        value = totals.get(f"{measure}{suffix}")
        if value is not None:
            return int(Decimal(str(value)) * (factor if measure in _UNITS else 1))
    return None


def totals_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return the totals of every run."""
    from vitri.compare.parts import repeated_minutes

    rows: list[dict[str, Any]] = []
    for run, result in zip(runs, results, strict=True):
        totals = result.info.get("totals") or {}
        share, repeated = _total(totals, "estimated_share_pct"), repeated_minutes(result)
        levels = [row for row in result.info.get("levels") or () if isinstance(row, Mapping)]
        for measure, _ in TOTALS:
            own = [row for row in levels if row.get("measure") == measure]
            only = own[0] if len(own) == 1 else {}
            proven = all(row.get("status") == "optimal" for row in own)
            rows.append(
                {
                    "run": run,
                    "measure": measure,
                    "unit": _UNITS.get(measure, "minutes" if measure.endswith("minutes") else "posts"),
                    "value": repeated if measure == "repeated_minutes" else _total(totals, measure),
                    "bound": _whole(only.get("bound")),
                    "gap": _whole(only.get("gap")),
                    "status": ("optimal" if proven else "feasible") if own else "",
                    "estimated_share_pct": share,
                }
            )
    return _typed(rows, ["value", "bound", "gap", "estimated_share_pct"])


def levels_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return the objective levels of every run."""
    columns = ("stage", "order", "name", "name_vi", "measure", "unit", "value", "bound", "gap", "status")
    rows = [
        {"run": run, **{column: level.get(column) for column in columns}, "stage": level.get("stage") or ""}
        for run, result in zip(runs, results, strict=True)
        for level in result.info.get("levels") or ()
    ]
    frame = _typed(rows, ["order", "value", "bound", "gap"], ("run", *columns))
    return frame.sort_values(["run"], key=_by_run(runs), kind="stable", ignore_index=True)


def offices_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return posts, work and work left undone of every office and run."""
    frames = []
    for run, result in zip(runs, results, strict=True):
        parts = {
            "posts": _summed(result, "posts", "posts"),
            "posts_now": _summed(result, "posts", "posts_now"),
            "unmet_minutes": _summed(result, "unmet", "minutes"),
            "minutes": _summed(result, "workload", "minutes"),
            "estimated_minutes": _summed(result, "workload", "estimated_minutes"),
        }
        frame = pd.DataFrame(parts).fillna(0).rename_axis("office").reset_index()
        frame.insert(0, "run", run)
        frames.append(frame)
    whole = ["posts", "posts_now", "unmet_minutes", "minutes", "estimated_minutes"]
    return pd.concat(frames, ignore_index=True).astype(dict.fromkeys(whole, "Int64"))


def _summed(result: ResultLike, table: str, column: str) -> pd.Series:
    """Return one column of a run's table added up by office."""
    frame = result.tables.get(table)
    if frame is None or column not in frame or frame.empty:
        return pd.Series(dtype="Int64", index=pd.Index([], dtype="str", name="office"))
    numbers = pd.to_numeric(frame[column], errors="coerce").fillna(0).astype("Int64")
    return numbers.groupby(frame["office"].astype("str")).sum()


def quotas_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return the quotas of every run."""
    texts = ("unit", "organisation", "position_class", "ceiling_status")
    whole = ("ceiling", "used", "left", "value_of_post_minutes", "estimated_share_pct", "bound", "gap")
    frames = []
    for run, result in zip(runs, results, strict=True):
        given = result.tables.get("quotas")
        given = pd.DataFrame(columns=[*texts, *whole]) if given is None else given
        frame = pd.DataFrame({"run": pd.Series([run] * len(given), dtype="str")})
        for column in texts:
            values = given[column] if column in given else pd.Series([None] * len(given))
            frame[column] = values.reset_index(drop=True).astype("str").fillna("")
        for column in whole:
            values = given[column] if column in given else pd.Series([None] * len(given))
            frame[column] = pd.to_numeric(values.reset_index(drop=True), errors="coerce").astype("Int64")
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _typed(
    rows: list[dict[str, Any]], whole: list[str], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return a frame whose number columns are whole numbers or blank."""
    names = list(columns) if columns is not None else list(rows[0]) if rows else []
    data = {name: [row.get(name) for row in rows] for name in names}
    frame = pd.DataFrame(index=range(len(rows)))
    for name, values in data.items():
        if name in whole:
            frame[name] = pd.array(
                [pd.NA if (v := _whole(value)) is None else v for value in values], dtype="Int64"
            )
        else:
            frame[name] = pd.Series(values, dtype="str")
    return frame


def _by_run(runs: tuple[str, ...]) -> Any:
    """Return a sort key that keeps runs in the order given."""
    order = {run: index for index, run in enumerate(runs)}
    return lambda column: column.map(order) if column.name == "run" else column


def difference(
    frame: pd.DataFrame, keys: list[str], column: str, runs: tuple[str, ...], name: str = "difference"
) -> pd.DataFrame:
    """Add the difference of one column to the base run's row of the same key; blank where one is missing."""
    base = frame[frame["run"] == runs[0]].drop_duplicates(keys).set_index(keys)[column]
    index = pd.MultiIndex.from_frame(frame[keys]) if len(keys) > 1 else pd.Index(frame[keys[0]])
    before = base.reindex(index).reset_index(drop=True)
    result = frame.copy()
    place = list(frame.columns).index(column) + 1
    result.insert(place, name, (frame[column].reset_index(drop=True) - before).astype("Int64"))
    return result


def _expectations(result: ResultLike) -> list[Mapping[str, Any]]:
    """Return what a run's variant expects: from ``result.json``, else from the input the run kept."""
    given = result.info.get("expected")
    if given is None and result.info.get("variant"):
        instance = getattr(result, "instance", None)
        variants: Mapping[str, Any] = getattr(instance, "variants", None) or {}
        name = result.info["variant"]
        known: Mapping[str, Any] = variants.get(name) or next(
            (raw for raw in variants.values() if raw.get("name") == name), {}
        )
        given = known.get("expected")
    return [row for row in given or () if isinstance(row, Mapping)]


def expected_frame(
    runs: tuple[str, ...], results: Sequence[ResultLike], totals: pd.DataFrame, levels: pd.DataFrame
) -> pd.DataFrame:
    """Check every expectation of every run against the base."""
    rows: list[dict[str, Any]] = []
    for run, result in zip(runs[1:], results[1:], strict=True):
        for wish in _expectations(result):
            measure, direction = str(wish.get("measure", "")), str(wish.get("direction", ""))
            before, after = (_figure(totals, levels, name, measure) for name in (runs[0], run))
            met = None if before is None or after is None else _met(direction, before, after)
            rows.append(
                {
                    "run": run,
                    "measure": measure,
                    "direction": direction,
                    "base": before,
                    "value": after,
                    "met": met,
                }
            )
    columns = ["run", "measure", "direction", "base", "value", "met"]
    frame = _typed(rows, ["base", "value"], columns)
    frame["met"] = pd.array([row["met"] for row in rows], dtype="boolean")
    return frame


def _figure(totals: pd.DataFrame, levels: pd.DataFrame, run: str, measure: str) -> int | None:
    """Return one figure of a run: a total, else the sum of the levels that measure it."""
    rows = totals[(totals["run"] == run) & (totals["measure"] == measure)]["value"].dropna()
    if rows.empty and len(levels):
        own = levels[(levels["run"] == run) & (levels["measure"] == measure)]
        rows = own[own["stage"] == own["stage"].iloc[0]]["value"].dropna() if len(own) else own["value"]
    return None if rows.empty else int(rows.sum())


def _met(direction: str, before: int, after: int) -> bool | None:
    """Whether a figure went the way expected; None for a direction that is not known."""
    return {
        "up": after > before,
        "down": after < before,
        "same": after == before,
        "not_up": after <= before,
        "not_down": after >= before,
    }.get(direction)
