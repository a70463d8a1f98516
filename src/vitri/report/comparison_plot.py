"""Runs side by side as one self-contained SVG: hours left undone by priority, repeated overhead, posts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from vitri.i18n import N_, Lang, number, tr
from vitri.report.cliff_plot import round_step

if TYPE_CHECKING:
    from vitri.compare import Comparison

_SERIES = (
    ("unmet_minutes", N_("Hours left undone"), "#24507F"),
    ("repeated_minutes", N_("Hours of overhead done more than once"), "#B5482F"),
)
WIDTH, HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 1080, 560, 110, 40, 120, 440
_TEXT = "font-family=\"'Times New Roman','Liberation Serif',serif\""


def comparison_svg(found: Comparison, lang: Lang) -> str:
    """Return the picture: a pair of bars for every run, its posts and work under its name."""
    values = {(run, key): found.total(run, key) for run in found.runs for key, *_ in _SERIES}
    most = max([value or 0 for value in values.values()] + [60]) // 60
    step = round_step(max(most, 1))
    high = (most // step + 1) * step
    lines: list[str] = []

    def text(x: float, y: float, words: str, size: int = 14, anchor: str = "middle", extra: str = "") -> None:
        lines.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" {extra}>'
            f"{escape(words)}</text>"
        )

    def y(hours: float) -> float:
        return _BOTTOM - hours * (_BOTTOM - _TOP) / high

    text(24, 34, tr("Scenarios side by side", lang), 22, "start", 'font-weight="bold"')
    for index, (_, name, colour) in enumerate(_SERIES):
        lines.append(f'<rect x="{24 + 330 * index}" y="58" width="16" height="16" fill="{colour}"/>')
        text(48 + 330 * index, 71, tr(name, lang), 15, "start")
    for hours in range(0, high + 1, step):
        ends = f'x1="{_LEFT}" y1="{y(hours):.1f}" x2="{WIDTH - _RIGHT}" y2="{y(hours):.1f}"'
        lines.append(f'<line {ends} stroke="#E6EAEE"/>')
        text(_LEFT - 8, y(hours) + 5, number(hours, lang), 13, "end")
    slot = (WIDTH - _LEFT - _RIGHT) / len(found.runs)
    bar = min(90.0, slot * 0.36)
    for place, run in enumerate(found.runs):
        middle = _LEFT + slot * (place + 0.5)
        for index, (key, _, colour) in enumerate(_SERIES):
            minutes = values[run, key]
            if minutes is None:
                continue
            left, hours = middle - bar + index * bar, (minutes + 30) // 60
            lines.append(
                f'<rect x="{left + 2:.1f}" y="{y(minutes / 60):.1f}" width="{bar - 4:.1f}" '
                f'height="{_BOTTOM - y(minutes / 60):.1f}" fill="{colour}"/>'
            )
            text(left + bar / 2, y(minutes / 60) - 6, number(hours, lang), 13)
        text(middle, _BOTTOM + 26, run, 14, extra='font-weight="bold"')
        posts, work = found.total(run, "posts"), found.total(run, "fte")
        if posts is not None:
            text(middle, _BOTTOM + 48, tr("{count} posts", lang, count=number(posts, lang)), 14)
        if work is not None:
            fte = number(work / 10_000, lang, 1)
            text(middle, _BOTTOM + 68, tr("work: {fte} FTE", lang, fte=fte), 14)
    body = "\n".join(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" {_TEXT}>\n<rect width="100%" height="100%" fill="#FFFFFF"/>\n'
        f"{body}\n</svg>\n"
    )
