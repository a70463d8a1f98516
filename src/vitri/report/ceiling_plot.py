"""The curve of undone work against the ceiling as one self-contained SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from vitri.data.instance import Instance
from vitri.i18n import N_, Lang, number, tr
from vitri.report.cliff_plot import round_step

if TYPE_CHECKING:
    from vitri.optimise.ceilings import CeilingStudy

#: Column of the points, name, colour and dashes of every line, the topmost drawn last.
SERIES = (
    ("steps_undone", N_("In steps: size, cut, assign"), "#B5482F", "7 4"),
    ("bound_undone", N_("Bound for any structure"), "#6B7680", "2 4"),
    ("undone", N_("Joint plan"), "#24507F", ""),
)
WIDTH, HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 1080, 640, 110, 40, 150, 560
_TEXT = "font-family=\"'Times New Roman','Liberation Serif',serif\""

_GREEN = 'fill="#3E7D4F" font-weight="bold" paint-order="stroke" stroke="#FFFFFF" stroke-width="5"'


def ceiling_svg(study: CeilingStudy, instance: Instance, lang: Lang) -> str:
    """Return the picture: posts from left to right, hours left undone upwards; asked ceilings are dots."""
    points = study.points
    first, last = int(points["ceiling"].min()), max(study.saturation + 1, int(points["ceiling"].max()))
    most = max(int(points[key].max()) for key, *_ in SERIES if points[key].notna().any())
    step_y = round_step(max(most // 60, 1))
    high = (most // 60 // step_y + 1) * step_y
    lines: list[str] = []

    def x(ceiling: float) -> float:
        return _LEFT + (ceiling - first) * (WIDTH - _LEFT - _RIGHT) / max(last - first, 1)

    def y(minutes: float) -> float:
        return _BOTTOM - minutes / 60 * (_BOTTOM - _TOP) / high

    def text(
        at: tuple[float, float], words: str, size: int = 14, anchor: str = "start", extra: str = ""
    ) -> None:
        lines.append(
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size}" text-anchor="{anchor}" {extra}>'
            f"{escape(words)}</text>"
        )

    def stroke(ends: tuple[float, float, float, float], colour: str, extra: str = "") -> None:
        x1, y1, x2, y2 = ends
        lines.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {extra}/>'
        )

    title = tr("Hours left undone by ceiling", lang)
    text((24, 34), title, 22, extra='font-weight="bold"')
    scenario = instance.info.name_en if lang == "en" and instance.info.name_en else instance.info.name
    text((24, 58), scenario, 15, extra='font-style="italic"')
    if instance.info.synthetic:
        banner = tr("SIMULATED DATA: no real organisation, person or figure", lang)
        text((WIDTH - 24, 34), banner, 12, "end", 'fill="#B00020" font-weight="bold"')
    for value in range(0, high + 1, step_y):
        stroke((_LEFT, y(value * 60), WIDTH - _RIGHT, y(value * 60)), "#E6EAEE")
        text((_LEFT - 10, y(value * 60) + 5), number(value, lang), 13, "end")
    step_x = round_step(max(last - first, 1))
    for ceiling in range(-(-first // step_x) * step_x, last + 1, step_x):
        stroke((x(ceiling), _TOP, x(ceiling), _BOTTOM), "#E6EAEE")
        text((x(ceiling), _BOTTOM + 20), number(ceiling, lang), 13, "middle")
    text((24, _TOP - 18), tr("Undone (hours)", lang), 14, extra='font-style="italic"')
    text(
        (WIDTH - _RIGHT, _BOTTOM + 44), tr("Ceiling (posts, fixed ones included)", lang), 14, "end",
        'font-style="italic"',
    )  # fmt: skip
    if study.present is not None and first <= study.present <= last:
        at = x(study.present)
        stroke((at, _TOP - 12, at, _BOTTOM), "#1C1C1C", 'stroke-width="1.2" stroke-dasharray="4 3"')
        words = tr("present ceiling: {posts}", lang, posts=number(study.present, lang))
        text((at + 6, _TOP), words, 13)
    shown = [item for item in SERIES if points[item[0]].notna().any()]
    for key, _, colour, dashes in shown:
        drawn = points[points[key].notna()]
        path = " ".join(
            f"{x(c):.1f},{y(v):.1f}"
            for c, v in zip(drawn["ceiling"].tolist(), drawn[key].tolist(), strict=True)
        )
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.4"{dash}/>')
    at_x = float(_LEFT)
    for _, name, colour, dashes in reversed(shown):
        dash = f'stroke-width="2.4" stroke-dasharray="{dashes}"' if dashes else 'stroke-width="2.4"'
        stroke((at_x, 92, at_x + 44, 92), colour, dash)
        text((at_x + 52, 97), tr(name, lang), 14)
        at_x += 300
    for row in points[points["ceiling"].isin(study.asked)].to_dict("records"):
        lines.append(
            f'<circle cx="{x(row["ceiling"]):.1f}" cy="{y(row["undone"]):.1f}" r="4" fill="#24507F"/>'
        )
    if study.done_at is not None:
        words = tr("nothing undone from {posts} posts on", lang, posts=number(study.done_at, lang))
        stroke((x(study.done_at), _BOTTOM, x(study.done_at), _BOTTOM - 26), "#3E7D4F", 'stroke-width="2"')
        text((x(study.done_at), _BOTTOM - 32), words, 13, "end", _GREEN)
    note = tr(
        "The bound holds in the order of priority; where the curve is proven, both lines fall together.", lang
    )
    text((24, HEIGHT - 14), note, 13, extra='font-style="italic" fill="#404040"')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-label="{escape(title)}" {_TEXT} fill="#1C1C1C">'
    )
    frame = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#FFFFFF"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", frame, *lines, "</svg>", ""])


def figures_of(study: CeilingStudy, most: int = 60) -> pd.DataFrame:
    """Return about `most` evenly spaced rows of the points, with every ceiling asked for and the last."""
    points = study.points
    step = max(1, -(-len(points) // most))
    keep = points["ceiling"].isin([*points["ceiling"].iloc[::step], *study.asked, points["ceiling"].iloc[-1]])
    return points[keep]
