"""Sheet: native charts, fed by cells of the other sheets, with their figures printed underneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vitri.i18n import N_, month_text, tr
from vitri.report.book import Book
from vitri.report.figures import fund_minutes, post_rows, workload_cells
from vitri.report.sheet import Sheet
from vitri.report.styles import FONT
from vitri.report.table import SERIAL, Column, Table

NAME = N_("Charts")
PER_CHART = 24
_COLUMNS = (
    SERIAL,
    Column("name", N_("Office"), 46),
    Column("now", N_("Posts now"), 15, "int"),
    Column("posts", N_("Posts proposed"), 15, "int"),
    Column("fte", N_("Workload (FTE)"), 15, "fte"),
    Column("share", N_("Estimated share"), 15, "percent"),
)
_MONTHS = (
    SERIAL,
    Column("name", N_("Month"), 46, "code"),
    Column("hours", N_("Workload (hours)"), 15, "hours", total=True),
    Column("fund", N_("Time fund of the posts (hours)"), 15, "hours", total=True),
)
_BLOCK = 15  # rows of 20 pixels that one chart takes
_FIRST_PAGE, _PER_PAGE = 3, 4
_BOX = {"width": 800, "height": _BLOCK * 20 - 12}
_LIGHT, _DARK, _LINE = "#A9BDD3", "#24507F", "#B5482F"
_AT = {column.key: index for index, column in enumerate(_COLUMNS)}
_MONTH_AT = {column.key: index for index, column in enumerate(_MONTHS)}


@dataclass(frozen=True)
class _Plan:
    """One chart to draw: what it shows, and the first and last office (by order) it covers."""

    kind: str
    first: int = 0
    last: int = 0
    part: str = ""


@dataclass(frozen=True)
class _Drawn:
    """The rows of the sheet that hold the figures of the first office and of the first month."""

    office: int
    month: int
    months: int
    now: bool


def add(book: Book) -> None:
    """Write the charts, three or four a page, then the figures they draw."""
    sheet = book.sheet(NAME, [column.width for column in _COLUMNS])
    # Page breaks count only at a fixed scale; 80 % makes the charts as wide as the page.
    sheet.page.set_print_scale(80)
    sheet.title(tr("Charts", book.lang))
    if not book.offices:
        sheet.sentence(tr("The run holds no office.", book.lang))
        return
    estimated = any(figures.estimated_minutes for figures in book.offices.values())
    if not estimated:
        sheet.sentence(tr("No workload was estimated: every organisation registered.", book.lang))
    first = sheet.row
    plans = _plans(book, estimated)
    sheet.row = first + len(plans) * _BLOCK
    for row in range(first, sheet.row):
        sheet.set_height(row, 15)
    breaks = [first + order * _BLOCK for order in range(_FIRST_PAGE, len(plans), _PER_PAGE)]
    sheet.page.set_h_pagebreaks(breaks)
    drawn = _figures(book, sheet)
    for order, plan in enumerate(plans):
        chart = _MAKERS[plan.kind](book, sheet, drawn, plan)
        chart.set_size(_BOX)
        sheet.page.insert_chart(first + order * _BLOCK, 0, chart, {"x_offset": 6, "y_offset": 4})


def _plans(book: Book, estimated: bool) -> list[_Plan]:
    count = len(book.offices)
    starts = range(0, count, PER_CHART)
    parts = []
    for order, start in enumerate(starts, 1):
        label = (
            tr("part {part} of {parts}", book.lang, part=order, parts=len(starts)) if len(starts) > 1 else ""
        )
        parts.append((start, min(start + PER_CHART, count) - 1, label))
    plans = [_Plan("posts", *part) for part in parts]
    plans += [_Plan("fte", *part) for part in parts] if len(parts) == 1 else [_Plan("scatter", 0, count - 1)]
    if book.source.months:
        plans.append(_Plan("months"))
    if estimated:
        plans += [_Plan("share", *part) for part in parts]
    return plans


def _figures(book: Book, sheet: Sheet) -> _Drawn:
    sheet.heading(tr("Figures of the charts", book.lang))
    table = Table(sheet, _COLUMNS)
    table.header(repeat=False)
    short = short_names([book.source.office(office) for office in book.offices])
    first = sheet.row
    for serial, (office, figures) in enumerate(book.offices.items(), 1):
        share = figures.estimated_minutes / figures.minutes if figures.minutes else None
        known = {"now": figures.now, "posts": figures.posts, "fte": figures.fte, "share": share}
        row = table.write({"tt": str(serial), "name": short[serial - 1]})
        for key, value in known.items():
            if value is not None and (key, office) in book.cells:
                style = book.styles.cell(_COLUMNS[_AT[key]].kind)
                sheet.formula(row, _AT[key], book.cells[key, office], value, style)
    month = _month_figures(book, sheet)
    now = any(figures.now is not None for figures in book.offices.values())
    return _Drawn(first, month, len(book.source.months), now)


def _month_figures(book: Book, sheet: Sheet) -> int:
    source = book.source
    sheet.row += 1
    table = Table(sheet, _MONTHS)
    table.header(repeat=False)
    first = sheet.row
    work = workload_cells(source).groupby("month")["minutes"].sum()
    posts = post_rows(source).groupby("office")["posts"].sum().to_dict()
    funds: dict[str, float] = {}
    for office, months in fund_minutes(source).items():
        for month, minutes in months.items():
            funds[month] = funds.get(month, 0.0) + minutes * float(posts.get(office, 0.0))
    for serial, month in enumerate(source.months, 1):
        table.write(
            {
                "tt": str(serial),
                "name": month_text(month, book.lang),
                "hours": float(work.get(month, 0.0)) / 60,
                "fund": funds.get(month, 0.0) / 60,
            }
        )
    table.finish(tr("Total", book.lang))
    return first


def _posts(book: Book, sheet: Sheet, drawn: _Drawn, plan: _Plan) -> Any:
    chart = book.workbook.add_chart({"type": "column"})
    rows = (drawn.office + plan.first, drawn.office + plan.last)
    if drawn.now:
        _series(chart, sheet, rows, _AT["now"], tr("Posts now", book.lang), _LIGHT)
    _series(chart, sheet, rows, _AT["posts"], tr("Posts proposed", book.lang), _DARK, labels=True)
    return _dress(
        chart, tr("Posts of every office, now and proposed", book.lang), plan, tr("posts", book.lang)
    )


def _fte(book: Book, sheet: Sheet, drawn: _Drawn, plan: _Plan) -> Any:
    chart = book.workbook.add_chart({"type": "column"})
    rows = (drawn.office + plan.first, drawn.office + plan.last)
    _series(
        chart,
        sheet,
        rows,
        _AT["fte"],
        tr("Workload (FTE)", book.lang),
        _LIGHT,
        labels=True,
        label_format="#,##0.0",
    )
    _series(chart, sheet, rows, _AT["posts"], tr("Posts proposed", book.lang), _DARK)
    title = tr("Workload in full-time equivalents against posts proposed", book.lang)
    return _dress(chart, title, plan, tr("posts", book.lang))


def _scatter(book: Book, sheet: Sheet, drawn: _Drawn, plan: _Plan) -> Any:
    chart = book.workbook.add_chart({"type": "scatter"})
    rows = (drawn.office + plan.first, drawn.office + plan.last)
    chart.add_series(
        {
            "name": tr("One point is one office", book.lang),
            "categories": [sheet.name, rows[0], _AT["fte"], rows[1], _AT["fte"]],
            "values": [sheet.name, rows[0], _AT["posts"], rows[1], _AT["posts"]],
            "marker": {"type": "circle", "size": 6, "fill": {"color": _DARK}, "border": {"color": _DARK}},
        }
    )
    title = tr("Workload in full-time equivalents against posts proposed", book.lang)
    _dress(chart, title, plan, tr("posts proposed", book.lang), rotate=False)
    chart.set_x_axis(_axis(tr("Workload (FTE)", book.lang)) | {"num_format": "#,##0"})
    return chart


def _months(book: Book, sheet: Sheet, drawn: _Drawn, plan: _Plan) -> Any:
    chart = book.workbook.add_chart({"type": "column"})
    rows = (drawn.month, drawn.month + drawn.months - 1)
    _series(chart, sheet, rows, _MONTH_AT["hours"], tr("Workload (hours)", book.lang), _LIGHT)
    line = book.workbook.add_chart({"type": "line"})
    line.add_series(
        {
            "name": tr("Time fund of the posts (hours)", book.lang),
            "categories": [sheet.name, rows[0], 1, rows[1], 1],
            "values": [sheet.name, rows[0], _MONTH_AT["fund"], rows[1], _MONTH_AT["fund"]],
            "line": {"color": _LINE, "width": 2.25},
            "marker": {"type": "diamond", "size": 6, "fill": {"color": _LINE}, "border": {"color": _LINE}},
        }
    )
    chart.combine(line)
    title = tr("Workload by month against the time fund of the posts proposed", book.lang)
    return _dress(chart, title, plan, tr("hours", book.lang), rotate=False)


def _share(book: Book, sheet: Sheet, drawn: _Drawn, plan: _Plan) -> Any:
    chart = book.workbook.add_chart({"type": "column"})
    rows = (drawn.office + plan.first, drawn.office + plan.last)
    _series(chart, sheet, rows, _AT["share"], tr("Estimated share", book.lang), _LINE, True, "0%")
    title = tr("Share of the workload that is estimated, not registered", book.lang)
    _dress(chart, title, plan, "", legend=False)
    chart.set_y_axis(
        _axis("") | {"num_format": "0%", "min": 0, "major_gridlines": {"visible": True, "line": _GRID}}
    )
    return chart


_MAKERS = {"posts": _posts, "fte": _fte, "scatter": _scatter, "months": _months, "share": _share}
_GRID = {"color": "#D0D5DA", "width": 0.75}


def _series(
    chart: Any,
    sheet: Sheet,
    rows: tuple[int, int],
    column: int,
    name: str,
    colour: str,
    labels: bool = False,
    label_format: str = "#,##0",
) -> None:
    series: dict[str, Any] = {
        "name": name,
        "categories": [sheet.name, rows[0], 1, rows[1], 1],
        "values": [sheet.name, rows[0], column, rows[1], column],
        "fill": {"color": colour},
        "border": {"color": "#404040", "width": 0.5},
        "gap": 60,
        "overlap": 0,
    }
    if labels:
        series["data_labels"] = {"value": True, "font": {"name": FONT, "size": 8}}
        series["data_labels"]["num_format"] = label_format
    chart.add_series(series)


def _dress(chart: Any, title: str, plan: _Plan, unit: str, legend: bool = True, rotate: bool = True) -> Any:
    chart.set_title(
        {
            "name": f"{title} ({plan.part})" if plan.part else title,
            "name_font": {"name": FONT, "size": 13, "bold": True},
            "overlay": False,
        }
    )
    axis = _axis("")
    if rotate and plan.last - plan.first >= 8:
        axis["num_font"] = axis["num_font"] | {"rotation": -45}
    chart.set_x_axis(axis)
    chart.set_y_axis(
        _axis(unit) | {"num_format": "#,##0", "min": 0, "major_gridlines": {"visible": True, "line": _GRID}}
    )
    chart.set_legend({"position": "bottom", "font": {"name": FONT, "size": 10}} if legend else {"none": True})
    return chart


def _axis(name: str) -> dict[str, Any]:
    axis: dict[str, Any] = {"num_font": {"name": FONT, "size": 10}}
    if name:
        axis |= {"name": name, "name_font": {"name": FONT, "size": 10, "bold": False, "italic": True}}
    return axis


def short_names(names: Sequence[str]) -> list[str]:
    """Return names without the words that all of them begin with, so that chart labels stay short."""
    if len(names) < 2:
        return list(names)
    words = [name.split(" ") for name in names]
    common = 0
    while all(len(part) > common + 1 and part[common] == words[0][common] for part in words):
        common += 1
    return [" ".join(part[common:]) for part in words]
