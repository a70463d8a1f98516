"""The paragraph that says in words what a comparison shows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from vitri.compare.verdicts import Verdict
from vitri.i18n import N_, Lang, number, sort_key, tr

if TYPE_CHECKING:
    from vitri.compare.side_by_side import Comparison

Names = Mapping[tuple[str, str], str]
_SHOWN = 4
_VERDICTS = {
    "better": N_("better or equal on every objective than {other}"),
    "worse": N_("worse or equal on every objective than {other}"),
    "mixed": N_("better than {other} on some objectives and worse on others"),
    "equal": N_("equal to {other} on every objective"),
}


def hours(minutes: int, lang: Lang, signed: bool = False) -> str:
    """Write minutes in whole hours, rounded half up, with a sign if asked."""
    value = (abs(minutes) * 2 + 60) // 120 * (-1 if minutes < 0 else 1)
    return _signed(value, lang) if signed else number(value, lang)


def _signed(value: int, lang: Lang) -> str:
    text = number(abs(value), lang)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else f"±{text}"


def figure(comparison: Comparison, run: str, measure: str) -> tuple[int | None, int | None]:
    """Return one total of a run and its difference to the base."""
    totals = comparison.totals
    row = totals[(totals["run"] == run) & (totals["measure"] == measure)]
    values = [
        None if row.empty or pd.isna(row[c].iloc[0]) else int(row[c].iloc[0]) for c in ("value", "difference")
    ]
    return values[0], values[1]


def paragraph(comparison: Comparison, lang: Lang) -> str:
    """Return the whole comparison as one paragraph: the base, then every run against it, then the ranking."""
    base = comparison.runs[0]
    parts = [_base(comparison, base, lang)]
    parts += [_run(comparison, run, lang) for run in comparison.runs[1:]]
    best = ranking(comparison.verdicts, comparison.runs)
    if best:
        parts.append(
            tr("Level by level, most important first, the plans found rank: {ranking}.", lang, ranking=best)
        )
    if any(not verdict.proven for verdict in comparison.verdicts):
        parts.append(
            tr(
                "Not every figure is proven to be the best, so the ranking is of the plans found; the bounds "
                "stand in the table of objectives.",
                lang,
            )
        )
    return " ".join(part for part in parts if part)


def _base(comparison: Comparison, run: str, lang: Lang) -> str:
    posts, unmet, work = (figure(comparison, run, m)[0] for m in ("posts", "unmet_minutes", "fte"))
    return tr(
        "{run} (the base): {posts} posts for {fte} full-time equivalents of work, {undone} hours undone.",
        lang,
        run=run,
        posts="–" if posts is None else number(posts, lang),
        fte="–" if work is None else number(work / 10_000, lang, 1),
        undone="–" if unmet is None else hours(unmet, lang),
    )


def _run(comparison: Comparison, run: str, lang: Lang) -> str:
    posts, unmet, work, repeated = (
        figure(comparison, run, m)[1] for m in ("posts", "unmet_minutes", "fte", "repeated_minutes")
    )
    parts = [
        tr(
            "{run}: {posts} posts, work {fte} full-time equivalents, undone {undone} hours",
            lang,
            run=run,
            posts="–" if posts is None else _signed(posts, lang),
            fte="–" if work is None else (("+" if work > 0 else "") + number(work / 10_000, lang, 1)),
            undone="–" if unmet is None else hours(unmet, lang, True),
        )
    ]
    if repeated:
        message = (
            N_("{hours} hours a period of overhead are done more than once because staff is separate")
            if repeated > 0
            else N_("{hours} hours a period of repeated overhead are saved")
        )
        parts.append(tr(message, lang, hours=hours(abs(repeated), lang)))
    for kind in ("organisation", "office"):
        for verdict, message in (("gains", N_("gaining: {who}")), ("loses", N_("losing: {who}"))):
            who = _who(comparison, run, kind, verdict, lang)
            if who:
                parts.append(tr(message, lang, who=who))
    own = next((v for v in comparison.verdicts if v.run == run and v.other == comparison.runs[0]), None)
    if own is not None:
        parts.append(tr(_VERDICTS[own.verdict], lang, other=own.other))
        if own.verdict == "mixed":
            title = own.level_vi if lang == "vi" and own.level_vi else tr(own.level, lang)
            parts.append(tr("first decided by {level}", lang, level=title))
    return "; ".join(parts) + "."


def _who(comparison: Comparison, run: str, kind: str, verdict: str, lang: Lang) -> str:
    """Name who gains or loses; everybody in words, or the first few, those with the largest change first."""
    gains = comparison.gains
    every = gains[(gains["run"] == run) & (gains["kind"] == kind) & (gains["code"] != "")]
    own = every[every["verdict"] == verdict]
    if own.empty:
        return ""
    if len(own) == len(every) and len(every) > 1:
        message = N_("all {count} offices") if kind == "office" else N_("all {count} organisations")
        return tr(message, lang, count=len(own))
    change = (own["undone_pct_dec2"] - own["undone_base_pct_dec2"]).abs().astype(int)
    names = [comparison.name(kind, code) for code in own["code"]]
    order = sorted(range(len(own)), key=lambda i: (-int(change.iloc[i]), sort_key(names[i])))
    shown = [names[i] for i in order[:_SHOWN]]
    more = len(order) - len(shown)
    return ", ".join(shown) + (tr(" and {count} more", lang, count=more) if more else "")


def ranking(found: tuple[Verdict, ...], runs: tuple[str, ...]) -> str:
    """Return the runs from best to worst by the first level that differs; equal runs keep their order."""
    first: dict[tuple[str, str], int] = {}
    for verdict in found:
        first[verdict.other, verdict.run] = verdict.after - verdict.before
    if len(first) < len(runs) * (len(runs) - 1) // 2:
        return ""
    wins = dict.fromkeys(runs, 0)
    for (other, run), change in first.items():
        wins[run if change < 0 else other] += bool(change)
    equal = {pair for pair, change in first.items() if change == 0}
    order = sorted(runs, key=lambda run: -wins[run])
    text = order[0]
    for earlier, later in pairwise(order):
        same = (earlier, later) in equal or (later, earlier) in equal
        text += f" = {later}" if same else f" > {later}"
    return text
