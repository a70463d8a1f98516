"""Who gains and who loses between two runs, and which run is better on every objective at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

_NEVER_MORE = ("sizing",)


@dataclass(frozen=True)
class Verdict:
    """How a run stands to another: `better`, `worse`, `mixed` or `equal`; the first level that differs.

    `proven` says that every level compared is proven in both runs: only then does the verdict speak of the
    scenarios, not just of the two plans found.
    """

    run: str
    other: str
    verdict: str
    level: str
    level_vi: str
    measure: str
    before: int
    after: int
    proven: bool


def gains_frame(organisations: pd.DataFrame, offices: pd.DataFrame, runs: tuple[str, ...]) -> pd.DataFrame:
    """Return per run and party (office or organisation) whether it gains or loses against the base.

    The measure is the share of its work left undone, in hundredths of a percent, worked out in whole numbers:
    an organisation with more work is not called a loser because it has more to do.
    """
    frames = []
    for kind, key, frame in (
        ("office", "office", offices),
        ("organisation", "organisation", organisations),
    ):
        part = frame[["run", key, "posts", "minutes", "unmet_minutes"]].rename(columns={key: "code"})
        part = part.assign(kind=kind, code=part["code"].astype("str"))
        frames.append(part)
    every = pd.concat(frames, ignore_index=True)
    base = every[every["run"] == runs[0]].drop(columns="run")
    rest = every[every["run"] != runs[0]].merge(base, on=["kind", "code"], suffixes=("", "_base"))
    cross = rest["unmet_minutes"].astype("Int64") * rest["minutes_base"]
    before = rest["unmet_minutes_base"] * rest["minutes"]
    rest["undone_pct_dec2"] = _share(rest["unmet_minutes"], rest["minutes"])
    rest["undone_base_pct_dec2"] = _share(rest["unmet_minutes_base"], rest["minutes_base"])
    verdict = pd.Series("same", index=rest.index)
    verdict[(cross < before).fillna(False).to_numpy()] = "gains"
    verdict[(cross > before).fillna(False).to_numpy()] = "loses"
    rest["verdict"] = verdict
    columns = ["run", "kind", "code", "verdict", "undone_base_pct_dec2", "undone_pct_dec2", "posts_base"]
    order = {run: index for index, run in enumerate(runs)}
    return rest[[*columns, "posts"]].sort_values(
        ["run", "kind", "code"],
        key=lambda c: c.map(order) if c.name == "run" else c,
        kind="stable",
        ignore_index=True,
    )


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return part of whole in hundredths of a percent, rounded down; 0 of nothing."""
    safe = whole.where(whole > 0, 1).astype("Int64")
    return (part.astype("Int64") * 10_000 // safe).astype("Int64")


def verdicts(levels: pd.DataFrame, runs: tuple[str, ...]) -> tuple[Verdict, ...]:
    """Compare every pair of runs level by level in the sizing of posts, most important first.

    A run is `better` when it is lower on a level and higher on none (it dominates), `worse` the other way
    round, `mixed` when each wins somewhere. Runs without comparable levels give no verdict.
    """
    sizing = levels[levels["stage"].isin([*_NEVER_MORE, ""])].dropna(subset=["value"])
    values: dict[str, dict[tuple[int, str], Mapping[str, object]]] = {run: {} for run in runs}
    for row in sizing.to_dict("records"):
        values[str(row["run"])][int(row["order"]), str(row["measure"])] = {str(k): v for k, v in row.items()}
    found = []
    for index, other in enumerate(runs):
        for run in runs[index + 1 :]:
            keys = sorted(values[other].keys() & values[run].keys())
            if not keys:
                continue
            pairs = [(key, values[other][key], values[run][key]) for key in keys]
            signs = [
                (key, int(str(new["value"])) - int(str(old["value"])), old, new) for key, old, new in pairs
            ]
            less, more = any(s[1] < 0 for s in signs), any(s[1] > 0 for s in signs)
            verdict = "mixed" if less and more else "better" if less else "worse" if more else "equal"
            key, _, old, new = next((s for s in signs if s[1]), signs[0])
            proven = all(row["status"] == "optimal" for _, old_, new_ in pairs for row in (old_, new_))
            name_vi = new["name_vi"] if isinstance(new["name_vi"], str) else ""
            found.append(
                Verdict(
                    run,
                    other,
                    verdict,
                    str(new["name"]),
                    name_vi,
                    key[1],
                    int(str(old["value"])),
                    int(str(new["value"])),
                    proven,
                )
            )
    return tuple(found)
