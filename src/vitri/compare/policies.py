"""By what rules runs were counted: settings, planning models, norms and coefficients that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from vitri.compare.frames import ResultLike

_COLUMNS = ("run", "kind", "what", "base", "value")
_SETTINGS = ("scenario", "model", "policy", "sizing", "structure")
_ITEM_FIGURES = (("unit_minutes", 100), ("coefficient", 1000))


def policies_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return every difference to the base in settings, planning model and norms, as texts.

    `kind` is setting, model or norm; `what` names the setting, the key of the model, or the work item.
    """
    rows: list[dict[str, str]] = []
    base = results[0]
    for run, result in zip(runs[1:], results[1:], strict=True):
        for kind, what, before, after in (
            *_settings(base, result),
            *_model(base, result),
            *_norms(base, result),
        ):
            rows.append({"run": run, "kind": kind, "what": what, "base": before, "value": after})
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype("str")


def setting(value: object) -> str:
    """Return a setting as text: the code or name of a table, else itself."""
    if isinstance(value, Mapping):
        return str(value.get("code") or value.get("name") or "")
    return "" if value is None else str(value)


def _settings(base: ResultLike, other: ResultLike) -> Iterator[tuple[str, str, str, str]]:
    for key in _SETTINGS:
        before, after = setting(base.info.get(key)), setting(other.info.get(key))
        if before != after:
            yield "setting", key, before or "–", after or "–"


def _model(base: ResultLike, other: ResultLike) -> Iterator[tuple[str, str, str, str]]:
    models: list[Any] = [getattr(result, "model", None) for result in (base, other)]
    if None in models or models[0].digest() == models[1].digest():
        return
    before, after = (dict(_leaves(model.model_dump(mode="json"))) for model in models)
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, "–"), after.get(key, "–")
        if old != new:
            yield "model", key, old, new


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every single value of a nested mapping with its path; notes on sources are left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value, start=1):
            name = inner.get("name") or inner.get("code") if isinstance(inner, Mapping) else None
            yield from _leaves(inner, f"{path}.{name or index}")
    else:
        yield path, "–" if value is None else str(value)


def _norms(base: ResultLike, other: ResultLike) -> Iterator[tuple[str, str, str, str]]:
    instances: list[Any] = [getattr(result, "instance", None) for result in (base, other)]
    if None in instances:
        return
    items = [instance.table("work_items").set_index("code") for instance in instances]
    shared = items[0].index.intersection(items[1].index).sort_values()
    for column, unit in _ITEM_FIGURES:
        pairs = [pd.to_numeric(frame[column].reindex(shared), errors="coerce") for frame in items]
        changed = shared[(pairs[0].fillna(-1) != pairs[1].fillna(-1)).to_numpy()]
        for code in changed:
            old, new = ("–" if pd.isna(values[code]) else f"{values[code] / unit:g}" for values in pairs)
            yield "norm", f"{code} {column}", old, new
    local = [_local(instance) for instance in instances]
    for key in sorted(local[0].keys() | local[1].keys()):
        old, new = local[0].get(key, "–"), local[1].get(key, "–")
        if old != new:
            yield "norm", f"norms {key}", old, new


def _local(instance: Any) -> dict[str, str]:
    """Return the dated and local norms of a scenario by item, office and day."""
    norms = instance.table("norms")
    keys = norms["work_item"].astype("str") + " " + norms["office"].fillna("*").astype("str")
    days = norms["valid_from"].astype("object").map(lambda d: "" if pd.isna(d) else f" {d:%Y-%m-%d}")
    minutes = pd.to_numeric(norms["unit_minutes"], errors="coerce") / 100
    rows = zip(keys, days, minutes, strict=True)
    return {key + day: "–" if pd.isna(value) else f"{value:g}" for key, day, value in rows}
