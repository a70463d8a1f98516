"""The cliff map as one self-contained SVG: total posts against change, and the breakpoints of every row."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from vitri.data.instance import Instance
from vitri.explain.cliffs import LEVER_WORDS, cliffs_of
from vitri.i18n import Lang, number, tr
from vitri.report.charts import short_names
from vitri.report.cliff_names import Places
from vitri.workload.cliffs import CliffMap
from vitri.workload.levers import KINDS

COLOURS = {
    "time_fund": "#24507F",
    "useful_time": "#7A4E9E",
    "norm": "#B5482F",
    "volume": "#C98A1B",
    "coefficient": "#3E7D4F",
}
DASHES = {"volume": "7 5", "coefficient": "2 5"}
#: Most rows of the strip plot: the most fragile ones.
ROWS = 45
WIDTH, LEFT, RIGHT = 1080, 300, 110
_TOP, _CURVE, _GAP, _ROW = 108, 300, 118, 20
_TEXT = "font-family=\"'Times New Roman','Liberation Serif',serif\""


class _Canvas:
    """Lines of SVG, and the horizontal scale that both panels share."""

    def __init__(self, reach: int) -> None:
        self.reach = reach
        self.lines: list[str] = []

    def x(self, change_bp: int) -> float:
        """Return the place of a change."""
        return LEFT + (change_bp + self.reach) * (WIDTH - LEFT - RIGHT) / (2 * self.reach)

    def text(
        self, x: float, y: float, words: str, size: int = 14, anchor: str = "start", extra: str = ""
    ) -> None:
        """Write words; `extra` holds further attributes."""
        self.lines.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" {extra}>'
            f"{escape(words)}</text>"
        )

    def line(self, ends: tuple[float, float, float, float], colour: str, extra: str = "") -> None:
        """Draw a straight line from (x, y) to (x, y)."""
        x1, y1, x2, y2 = ends
        self.lines.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {extra}/>'
        )


def cliff_svg(found: CliffMap, instance: Instance, lang: Lang) -> str:
    """Return the picture as text: above the totals by lever, below a strip of breakpoints for each row.

    Rows are the most fragile offices (pools, task groups), the nearest breakpoint first, at most `ROWS`.
    """
    places = Places(instance, lang)
    rows = _strips(found)
    names = _row_names(rows, places)
    reach = found.reach_pct * 100
    bottom = _TOP + _CURVE + _GAP
    height = bottom + max(len(rows), 1) * _ROW + 74
    canvas = _Canvas(reach)
    title = tr("Cliff map: which posts move when a figure changes", lang)
    canvas.text(24, 34, title, 22, extra='font-weight="bold"')
    scenario = instance.info.name_en if lang == "en" and instance.info.name_en else instance.info.name
    canvas.text(
        24,
        58,
        f"{scenario} – {tr('policy {name}', lang, name=found.policy)}",
        15,
        extra='font-style="italic"',
    )
    if instance.info.synthetic:
        banner = tr("SIMULATED DATA: no real organisation, person or figure", lang)
        canvas.text(WIDTH - 24, 34, banner, 12, "end", 'fill="#B00020" font-weight="bold"')
    _legend(canvas, families(found), lang)
    _totals(canvas, found, lang)
    canvas.text(
        24, bottom - 44, tr("Where the posts of each row change", lang), 16, extra='font-weight="bold"'
    )
    note = tr(
        "Each tick is one breakpoint; beside the name the posts now, on the right the fewest and the most.",
        lang,
    )
    canvas.text(24, bottom - 24, note, 13, extra='font-style="italic" fill="#404040"')
    _strip_panel(canvas, found, rows, names, bottom, lang)
    left_out = len(found.scopes) - len(rows)
    if left_out > 0:
        more = tr("{count} further rows are steadier, or do not move within the reach.", lang, count=left_out)
        canvas.text(24, height - 12, more, 13, extra='font-style="italic" fill="#404040"')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{escape(title)}" {_TEXT} fill="#1C1C1C">'
    )
    frame = f'<rect width="{WIDTH}" height="{height}" fill="#FFFFFF"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", frame, *canvas.lines, "</svg>", ""])


def families(found: CliffMap) -> list[tuple[str, ...]]:
    """Return the levers, those that give the same totals together."""
    same: dict[tuple[tuple[int, int], ...], list[str]] = {}
    for lever in found.levers:
        part = found.totals[found.totals["lever"] == lever]
        curve = tuple(zip(part["change_bp"].tolist(), part["posts"].tolist(), strict=True))
        same.setdefault(curve, []).append(lever)
    return [tuple(levers) for levers in same.values()]


def _legend(canvas: _Canvas, families: Iterable[tuple[str, ...]], lang: Lang) -> None:
    x = 24.0
    for levers in families:
        canvas.lines.append(f'<rect x="{x:.1f}" y="74" width="26" height="4" fill="{COLOURS[levers[0]]}"/>')
        words = ", ".join(tr(LEVER_WORDS[lever], lang) for lever in levers)
        canvas.text(x + 34, 81, words, 14)
        x += 34 + 7.2 * len(words) + 34


def _grid(canvas: _Canvas, top: float, bottom: float, lang: Lang) -> None:
    """Draw the vertical lines of both panels, and the changes underneath."""
    step = next(size for size in (1, 2, 5, 10, 20, 30) if canvas.reach / 100 / size <= 6)
    last = canvas.reach // 100 // step * step
    for pct in range(-last, last + 1, step):
        x = canvas.x(pct * 100)
        canvas.line((x, top, x, bottom), "#404040" if pct == 0 else "#DDE2E7", 'stroke-width="1"')
        words = f"{'+' if pct > 0 else '−' if pct < 0 else ''}{number(abs(pct), lang)} %"
        canvas.text(x, bottom + 18, words, 13, "middle")


def _totals(canvas: _Canvas, found: CliffMap, lang: Lang) -> None:
    """Draw total posts against change, one line of steps for each lever."""
    top, bottom = float(_TOP), float(_TOP + _CURVE)
    posts = found.totals["posts"]
    low, high = nice_ends(int(posts.min()), int(posts.max()))

    def y(value: float) -> float:
        return bottom - (value - low) * (bottom - top) / (high - low)

    step = round_step(high - low)
    for value in range(low, high + 1, step):
        canvas.line((LEFT, y(value), WIDTH - RIGHT, y(value)), "#E6EAEE", 'stroke-width="1"')
        canvas.text(LEFT - 10, y(value) + 5, number(value, lang), 13, "end")
    _grid(canvas, top, bottom, lang)
    canvas.text(24, top + 14, tr("Posts in all", lang), 16, extra='font-weight="bold"')
    canvas.text(24, top + 36, tr("{count} posts now", lang, count=number(found.posts_now, lang)), 14)
    for order, levers in enumerate(families(found)):
        part = found.totals[found.totals["lever"] == levers[0]]
        points = list(zip(part["change_bp"].tolist(), part["posts"].tolist(), strict=True))
        path = [f"M{canvas.x(points[0][0]):.1f},{y(points[0][1]):.1f}"]
        for (change, value), (_, before) in zip(points[1:], points[:-1], strict=True):
            # A row holds from its change up to the change of the next row.
            path.append(f"L{canvas.x(change):.1f},{y(before):.1f}L{canvas.x(change):.1f},{y(value):.1f}")
        dash = f'stroke-dasharray="{DASHES[levers[0]]}"' if levers[0] in DASHES else ""
        canvas.lines.append(
            f'<path d="{"".join(path)}" fill="none" stroke="{COLOURS[levers[0]]}" stroke-width="2.2" {dash}/>'
        )
        end = points[-1]
        canvas.text(
            canvas.x(end[0]) + 8, y(end[1]) + 5 - 2 * order, number(end[1], lang), 14,
            extra=f'fill="{COLOURS[levers[0]]}" font-weight="bold"',
        )  # fmt: skip
    canvas.lines.append(
        f'<circle cx="{canvas.x(0):.1f}" cy="{y(found.posts_now):.1f}" r="4.5" fill="#1C1C1C"/>'
    )


def round_step(span: int) -> int:
    """Return a round distance between lines, four to eight of them over a span."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if span / (size * factor) <= 8:
                return size * factor
        size *= 10


def nice_ends(low: int, high: int) -> tuple[int, int]:
    """Return round ends of an axis around two values."""
    step = round_step(max(high - low, 1))
    return low // step * step, (high // step + 1) * step


_Strip = tuple[tuple[str, str, str], int, list[tuple[int, tuple[str, ...], int]]]


def _strips(found: CliffMap) -> list[_Strip]:
    """Return the rows of the strip plot: scope, posts now, its breakpoints (change, levers, posts then)."""
    rows: dict[tuple[str, str, str], _Strip] = {}
    for cliff in cliffs_of(found):
        key = (cliff.office, cliff.pool, cliff.task_group)
        rows.setdefault(key, (key, cliff.posts_now, []))[2].append(
            (cliff.change_bp, cliff.levers, cliff.posts_to)
        )
    return list(rows.values())[:ROWS]


def _row_names(rows: list[_Strip], places: Places) -> list[str]:
    offices = [key[0] for key, _, _ in rows]
    short = dict(zip(offices, short_names([places.office(code) for code in offices]), strict=True))
    names = []
    for (office, pool, group), _, _ in rows:
        inside = places.within(pool, group)
        names.append(f"{short[office]}, {inside}" if inside else short[office])
    return [name if len(name) <= 36 else f"{name[:35].rstrip()}…" for name in names]


def _strip_panel(
    canvas: _Canvas, found: CliffMap, rows: list[_Strip], names: list[str], top: int, lang: Lang
) -> None:
    if not rows:
        words = tr("Nothing moves within ±{reach} %.", lang, reach=found.reach_pct)
        canvas.text(LEFT, top + 14, words, 14)
        return
    _grid(canvas, top, top + len(rows) * _ROW, lang)
    for order, ((_, now, ticks), name) in enumerate(zip(rows, names, strict=True)):
        middle = top + order * _ROW + _ROW / 2
        if order % 2:
            canvas.lines.append(
                f'<rect x="18" y="{middle - _ROW / 2:.1f}" width="{WIDTH - 36}" height="{_ROW}" '
                'fill="#24507F" fill-opacity="0.045"/>'
            )
        canvas.text(LEFT - 52, middle + 5, name, 13, "end")
        canvas.text(LEFT - 12, middle + 5, number(now, lang), 13, "end", 'font-weight="bold"')
        for change, levers, _ in sorted(ticks, key=lambda tick: -KINDS.index(tick[1][0])):
            x = canvas.x(change)
            size = 7 if levers[0] == "time_fund" else 4.5
            canvas.line((x, middle - size, x, middle + size), COLOURS[levers[0]], 'stroke-width="1.8"')
        posts = [then for _, _, then in ticks] + [now]
        spread = f"{number(min(posts), lang)}–{number(max(posts), lang)}"
        canvas.text(WIDTH - RIGHT + 12, middle + 5, spread, 13)
