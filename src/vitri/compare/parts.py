"""The figures of a comparison by organisation, by position and by named rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vitri.compare.frames import ResultLike

_CELL = ["office", "pool", "task_group", "month"]


def _table(result: ResultLike, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of a run's table; an absent table is empty, an absent column blank."""
    frame = result.tables.get(name)
    frame = pd.DataFrame() if frame is None else frame
    return frame.reindex(columns=list(columns)).reset_index(drop=True)


def _whole(values: pd.Series) -> pd.Series:
    """Return a column as whole numbers, blanks as 0."""
    return pd.to_numeric(values, errors="coerce").fillna(0).astype("int64")


def _text(values: pd.Series) -> pd.Series:
    """Return a column as texts, blanks as the empty text."""
    return values.astype("object").where(values.notna(), "").astype("str")


def registered_minutes(result: ResultLike) -> pd.DataFrame:
    """Return who asked for the work of a cell: office, pool, task_group, month, organisation, minutes.

    Registered lines that count and estimates; a blank organisation is the office itself.
    """
    columns = [*_CELL, "organisation", "minutes"]
    lines = _table(result, "workload_lines", [*columns, "counted"])
    counted = lines["counted"].map(lambda value: value is not pd.NA and bool(value)).astype(bool)
    frame = pd.concat([lines.loc[counted, columns], _table(result, "estimates", columns)], ignore_index=True)
    for column in [*_CELL, "organisation"]:
        frame[column] = _text(frame[column])
    frame["minutes"] = _whole(frame["minutes"])
    return frame.groupby([*_CELL, "organisation"], sort=True)["minutes"].sum().reset_index()


def organisations_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return posts, work and undone work of every organisation: own work, and its part of shared work.

    Work that a pool of several organisations leaves undone in a month is divided between them in proportion
    to what they asked of that task group in that month, in whole minutes that add up exactly.
    """
    frames = []
    for run, result in zip(runs, results, strict=True):
        asked = registered_minutes(result)
        unmet = _table(result, "unmet", [*_CELL, "minutes"])
        for column in _CELL:
            unmet[column] = _text(unmet[column])
        unmet["undone"] = _whole(unmet["minutes"])
        cells = unmet.groupby(_CELL)["undone"].sum().reset_index()
        both = asked.merge(cells, on=_CELL, how="outer").sort_values([*_CELL, "organisation"], kind="stable")
        both = both.assign(
            organisation=_text(both["organisation"]),
            minutes=_whole(both["minutes"]),
            undone=_whole(both["undone"]),
        )
        group = both.groupby(_CELL, sort=False)["minutes"]
        total, upto = group.transform("sum").to_numpy(), group.cumsum().to_numpy()
        alone = total == 0
        divisor = np.where(alone, 1, total)
        undone = both["undone"].to_numpy()
        share = undone * upto // divisor - undone * (upto - both["minutes"].to_numpy()) // divisor
        both["unmet_minutes"] = np.where(alone, undone, share)
        work = both.groupby("organisation")[["minutes", "unmet_minutes"]].sum()
        posts = _table(result, "posts", ["organisation", "posts"])
        heads = _whole(posts["posts"]).groupby(_text(posts["organisation"])).sum().rename("posts")
        frame = work.join(heads, how="outer").fillna(0).rename_axis("organisation").reset_index()
        frame.insert(0, "run", run)
        frames.append(frame)
    whole = ["minutes", "unmet_minutes", "posts"]
    return pd.concat(frames, ignore_index=True).astype(dict.fromkeys(whole, "Int64"))


def positions_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return the posts of every kind of position: fixed positions by name, sized ones by their task groups.

    Positions that a run makes are numbered afresh in each, so what they hold, not their code, is compared.
    """
    frames = []
    for run, result in zip(runs, results, strict=True):
        posts = _table(result, "posts", ["position", "posts", "posts_now", "kind"])
        made = _table(result, "structure", ["position", "task_groups", "matches_position"])
        groups = dict(zip(_text(made["position"]), _text(made["task_groups"]), strict=True))
        code = _text(posts["position"])
        held = _text(code.map(groups))
        sized = _text(posts["kind"]).eq("sized") & held.ne("")
        frame = pd.DataFrame(
            {
                "position": code.where(~sized, ""),
                "task_groups": held.where(sized, ""),
                "posts": _whole(posts["posts"]),
            }
        )
        frame = frame.groupby(["position", "task_groups"])["posts"].sum().reset_index()
        frame.insert(0, "run", run)
        frames.append(frame)
    found = pd.concat(frames, ignore_index=True)
    found = found[found["posts"] > 0]
    every = found[["position", "task_groups"]].drop_duplicates()
    grid = pd.DataFrame({"run": list(runs)}).merge(every, how="cross")
    full = grid.merge(found, how="left", on=["run", "position", "task_groups"])
    return full.assign(posts=_whole(full["posts"]).astype("Int64"))


def rules_frame(runs: tuple[str, ...], results: Sequence[ResultLike]) -> pd.DataFrame:
    """Return for every named rule: places measured, places at the limit, places not kept (remarks only)."""
    frames = []
    for run, result in zip(runs, results, strict=True):
        rules = _table(result, "rules", ["rule", "slack", "broken"])
        slack = pd.to_numeric(rules["slack"], errors="coerce").fillna(1)
        frame = pd.DataFrame(
            {
                "rule": _text(rules["rule"]),
                "measured": 1,
                "at_limit": slack.eq(0).astype("int64"),
                "not_kept": rules["broken"].map(lambda v: int(v is not pd.NA and bool(v))).astype("int64"),
            }
        )
        frame = frame.groupby("rule", as_index=False).sum()
        frame.insert(0, "run", run)
        frames.append(frame)
    whole = ["measured", "at_limit", "not_kept"]
    return pd.concat(frames, ignore_index=True).astype(dict.fromkeys(whole, "Int64"))


def repeated_minutes(result: ResultLike) -> int | None:
    """Return the minutes of overhead done once more than needed: all copies but the longest of each line.

    Work items marked `repeats_per_pool` (accounts, the seal book ...) are done once in a shared office and
    once in every organisation with staff of its own. None when the run keeps no lines of work.
    """
    if result.tables.get("workload_lines") is None:
        return None
    lines = _table(result, "workload_lines", ["registration", "office", "month", "pooling", "minutes"])
    lines = lines[_text(lines["pooling"]) == "repeated"]
    minutes = _whole(lines["minutes"])
    copies = minutes.groupby([_text(lines[c]) for c in ("registration", "office", "month")])
    return int(copies.sum().sum() - copies.max().sum())
