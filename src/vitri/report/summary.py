"""Sheet: the summary: what is proposed, how far it is proven, on what data, with which rules."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from vitri.i18n import N_, date_text, number, tr
from vitri.report.book import Book
from vitri.report.figures import Ceiling, post_rows, unit_ceilings
from vitri.report.sheet import Sheet, as_of_date
from vitri.report.source import number as figure
from vitri.report.source import text
from vitri.report.styles import Kind
from vitri.report.table import SERIAL, Column, Minus, Table
from vitri.report.words import MEASURES, SIZINGS, STATUS, STRUCTURES, UNITS, ceiling_words, say

NAME = N_("Summary")
_WIDTHS = (5, 33, 13.5, 13.5, 13.5, 24)
_FULL = 740  # points of height after which a further section goes to the next page
_LEVELS = (
    SERIAL,
    Column("name", N_("Objective, in order"), 33),
    Column("value", N_("Value in the plan"), 13.5, "int"),
    Column("bound", N_("Proven bound"), 13.5, "int"),
    Column("gap", N_("Gap"), 13.5, "int", rule=Minus("value", "bound")),
    Column("status", N_("State"), 24),
)
_CEILINGS = (
    SERIAL,
    Column("name", N_("Unit"), 33),
    Column("ceiling", N_("Ceiling posts"), 13.5, "int"),
    Column("used", N_("Posts used"), 13.5, "int"),
    Column("left", N_("Left"), 13.5, "change", rule=Minus("ceiling", "used")),
    Column("status", N_("Ceiling status"), 24),
)


def add(book: Book) -> Sheet:
    """Write the summary page; the list of sheets is added by `contents` when they are known."""
    source, lang = book.source, book.lang
    sheet = book.sheet(NAME, _WIDTHS)
    sheet.title(tr("Proposed job positions and staffing: summary", lang))
    sheet.sentence(_verdict(book))
    sheet.heading(tr("1. Main figures", lang))
    _figures(book, sheet)
    sheet.heading(tr("2. Objectives, one after the other", lang))
    _levels(book, sheet)
    # Page breaks count only at a fixed scale; at 84 % the columns are as wide as the page.
    sheet.page.set_print_scale(84)
    full = sum(sheet.heights.get(row, 15) for row in range(sheet.row)) > _FULL
    breaks = [sheet.row] if full else []
    sheet.heading(tr("3. Ceilings", lang))
    _ceilings(book, sheet)
    changes = source.info.get("changes")
    if changes:
        sheet.heading(tr("Changes of this variant", lang))
        for change in changes:
            sheet.sentence(f"– {_sentence(change, lang)}")
    sheet.page.set_h_pagebreaks(breaks or [sheet.row])
    sheet.heading(tr("4. Where the figures come from", lang))
    for label, value in _provenance(book):
        sheet.line([(0, 1, label, "strong"), (2, sheet.last, value, "text")])
    return sheet


def contents(book: Book, sheet: Sheet) -> None:
    """Write the list of the other sheets, with links."""
    sheet.heading(tr("5. Sheets of this workbook", book.lang))
    others = list(enumerate(book.sheets[1:], 2))
    rows = (len(others) + 1) // 2
    for at, (order, other) in enumerate(others):
        link = f"internal:'{other.name}'!A1"
        row, column = sheet.row + at % rows, 1 if at < rows else 2
        sheet.page.write_url(row, column, link, book.styles.fixed("link"), f"{order}. {other.name}")
        sheet.set_height(row, 16)
    sheet.row += rows


def _totals(book: Book) -> dict[str, float | None]:
    totals = book.source.section("totals")
    offices = list(book.offices.values())
    posts = post_rows(book.source)

    def told(key: str, other: float | None) -> float | None:
        known = figure(totals.get(key))
        return other if known is None else known

    minutes = sum(office.minutes for office in offices)
    ftes = [office.fte for office in offices if office.fte is not None]
    estimated = sum(office.estimated_minutes for office in offices)
    return {
        "now": float(posts["now"].sum()) if posts["now"].notna().any() else told("posts_now", None),
        "posts": float(posts["posts"].sum()) if len(posts) else told("posts", None),
        "bound": told("bound", None),
        "pooled": told("bound_all_pooled", None),
        "fte": sum(ftes) if ftes else told("fte", None),
        "share": estimated / minutes if minutes else None,
        "unmet": told("unmet_minutes", None),
        "overtime": told("overtime_minutes", None),
    }


def _verdict(book: Book) -> str:
    lang = book.lang
    status = text(book.source.info.get("status"))
    totals = _totals(book)
    posts, bound = totals["posts"], totals["bound"]
    if status == "optimal":
        return tr(
            "The plan is proven: with these data and rules no other plan does better on the objectives "
            "below, in their order.",
            lang,
        )
    if status in ("infeasible", "no_plan_yet", "invalid"):
        return tr("There is no plan to print: {status}.", lang, status=say(STATUS, status, lang))
    start = (
        tr("The search was stopped by the user; this is the best plan found until then.", lang)
        if status == "cancelled"
        else tr("The plan keeps every rule, but it is not proven to be the best.", lang)
    )
    if posts is None or bound is None:
        return start
    gap = tr(
        "It proposes {posts} posts; it is proven that no plan can do with fewer than {bound}.",
        lang,
        posts=number(int(posts), lang),
        bound=number(int(bound), lang),
    )
    return f"{start} {gap}"


def _figures(book: Book, sheet: Sheet) -> None:
    lang, totals = book.lang, _totals(book)
    head = [
        tr("No.", lang),
        tr("Figure", lang),
        tr("Value", lang),
        tr("Unit of measure", lang),
        tr("Meaning", lang),
    ]
    places = ((0, 0), (1, 1), (2, 2), (3, 3), (4, sheet.last))
    sheet.line([(*place, title, "header") for place, title in zip(places, head, strict=True)])
    serial = 0
    rows: dict[str, int] = {}
    for key, label, kind, unit, meaning in _main_figures(book, totals):
        value = totals.get(key)
        if key == "change":
            now, posts = totals["now"], totals["posts"]
            value = None if now is None or posts is None else posts - now
        if value is None:
            continue
        serial += 1
        rows[key] = sheet.row
        sheet.line(
            [
                (0, 0, str(serial), "code"),
                (1, 1, label, "strong"),
                (2, 2, value, kind),
                (3, 3, unit, "code"),
                (4, sheet.last, meaning, "text"),
            ]
        )
        if key == "change":
            formula = f"=C{rows['posts'] + 1}-C{rows['now'] + 1}"
            sheet.formula(rows[key], 2, formula, value, book.styles.cell("change"))


def _main_figures(book: Book, totals: dict[str, float | None]) -> list[tuple[str, str, Kind, str, str]]:
    lang = book.lang
    steps = book.source.section("steps_comparison")
    totals["steps"] = figure(steps.get("sequential_posts"))
    for key in ("unmet", "overtime"):
        minutes = totals[key]
        totals[key] = None if minutes is None else minutes / 60
    posts, hours = tr("posts", lang), tr("hours", lang)
    return [
        ("now", tr("Posts today", lang), "int", posts, tr("posts held or assigned today", lang)),
        ("posts", tr("Posts proposed", lang), "int", posts, tr("all offices together", lang)),
        ("change", tr("Change", lang), "change", posts, tr("proposed less today", lang)),
        (
            "bound",
            tr("Proven least", lang),
            "int",
            posts,
            tr("no plan that keeps every rule has fewer", lang),
        ),
        (
            "pooled",
            tr("Least if all pooled", lang),
            "int",
            posts,
            tr("all work of an office in one pool, leaders' included", lang),
        ),
        (
            "fte",
            tr("Workload", lang),
            "fte4",
            tr("FTE", lang),
            tr("work over the time fund of one post", lang),
        ),
        (
            "share",
            tr("Estimated share", lang),
            "percent",
            "",
            tr("part of the workload estimated for those who did not register", lang),
        ),
        (
            "unmet",
            tr("Work not done", lang),
            "hours",
            hours,
            tr("beyond the time of the posts proposed", lang),
        ),
        (
            "overtime",
            tr("Overtime", lang),
            "hours",
            hours,
            tr("within the limits of the planning model", lang),
        ),
        (
            "steps",
            tr("Posts if done in steps", lang),
            "int",
            posts,
            tr("each task group rounded up apart in each office", lang),
        ),
    ]


def _levels(book: Book, sheet: Sheet) -> None:
    lang = book.lang
    levels = [level for level in book.source.info.get("levels") or () if isinstance(level, Mapping)]
    if not levels:
        sheet.sentence(tr("The run names no objective.", lang))
        return
    table = Table(sheet, _LEVELS)
    table.header(repeat=False)
    # Structure and posts come first; where the order starts again, the assignment of people begins.
    steps = [0]
    for level, following in pairwise(levels):
        again = (figure(following.get("order")) or 0) < (figure(level.get("order")) or 0)
        steps.append(steps[-1] + int(again and steps[-1] == 0))
    titles = (tr("Structure and posts", lang), tr("People and assignment", lang))
    for serial, (step, level) in enumerate(zip(steps, levels, strict=True), 1):
        if steps[-1] and (serial == 1 or step != steps[serial - 2]):
            table.section(titles[step])
        unit = say(UNITS, text(level.get("unit")), lang)
        label = _level_name(book, level)
        table.write(
            {
                "tt": str(serial),
                "name": f"{label}, {unit}" if unit and unit not in label else label,
                "value": figure(level.get("value")),
                "bound": figure(level.get("bound")),
                "status": say(STATUS, text(level.get("status")), lang),
            }
        )
    table.finish()
    sheet.note(
        tr(
            "Each objective is settled before the next; a gap of zero means proven. No bound is given where "
            "an earlier objective is not proven.",
            lang,
        )
    )


def _level_name(book: Book, level: Mapping[str, Any]) -> str:
    """Return what an objective is called: its name in the planning model, else what it measures."""
    name, measure = text(level.get("name")), text(level.get("measure"))
    for known in getattr(book.source.model, "level", None) or ():
        if known.name == name:
            return str(known.name_vi or known.name) if book.lang == "vi" else name
    if name and name != measure:
        return tr(name, book.lang)
    return say(MEASURES, measure, book.lang)


def _ceilings(book: Book, sheet: Sheet) -> None:
    lang = book.lang
    rule = str(book.source.setting("quota", "if_unassigned", ""))
    found = unit_ceilings(book.source)
    units = [(book.source.names("areas", unit), found[unit]) for unit in book.source.in_order("areas", found)]
    units = [(name, one) for name, one in units if one.ceiling is not None]
    offices = [office for office in book.offices.values() if office.ceiling is not None]
    if offices:
        joined = Ceiling(
            ceiling=sum(office.ceiling or 0 for office in offices),
            status=";".join(sorted({office.ceiling_status for office in offices} - {""})),
            used=sum(office.posts or 0 for office in offices),
            bound=None,
            value_minutes=None,
        )
        units.append((tr("{count} offices together", lang, count=number(len(offices), lang)), joined))
    if not units:
        sheet.sentence(
            tr("No ceiling was given: the plan proposes the fewest posts that meet the service rule.", lang)
        )
        return
    table = Table(sheet, _CEILINGS)
    table.header(repeat=False)
    for serial, (name, one) in enumerate(units, 1):
        table.write(
            {
                "tt": str(serial),
                "name": name,
                "ceiling": one.ceiling,
                "used": one.used,
                "status": "; ".join(ceiling_words(part, rule, lang) for part in one.status.split(";")),
            }
        )
    table.finish()


def _provenance(book: Book) -> list[tuple[str, str]]:
    source, lang = book.source, book.lang
    info, scenario, model = source.info, source.section("scenario"), source.section("model")
    audit, versions = source.section("audit"), source.section("versions")
    audited = ""
    if audit:
        count = text(audit.get("rules_checked"))
        audited = (
            tr("passed, {count} rules checked", lang, count=count)
            if audit.get("passed")
            else tr("NOT passed, {count} rules checked", lang, count=count)
        )
    settings = source.instance.info if source.instance is not None else None
    document = "; ".join(
        part
        for part in (
            text(settings.source_who) if settings else "",
            text(settings.source_document) if settings else "",
            date_text(settings.source_date, lang) if settings and settings.source_date else "",
        )
        if part
    )
    title = (
        str(source.model.title(lang)) if source.model is not None and hasattr(source.model, "title") else ""
    )
    rows = [
        (tr("Scenario", lang), _with_digest(f"{source.title} ({text(scenario.get('code'))})", scenario)),
        (tr("Data from", lang), document),
        (tr("Data", lang), tr("simulated by a program; no real person", lang) if source.synthetic else ""),
        (
            tr("Planning model", lang),
            _with_digest(" – ".join(filter(None, (title, text(model.get("name"))))), model),
        ),
        (tr("Workload policy", lang), text(info.get("policy"))),
        (tr("Variant", lang), text(info.get("variant"))),
        (tr("Rules in force on", lang), as_of_date(source)),
        (tr("Structure", lang), say(STRUCTURES, text(info.get("structure")), lang)),
        (tr("Sizing", lang), say(SIZINGS, text(info.get("sizing")), lang)),
        (tr("Audit", lang), audited),
        (tr("Made by", lang), _program(info, versions)),
        (tr("Made on", lang), _day(info.get("started_at"))),
        (tr("Seed", lang), text(info.get("seed"))),
        (tr("Digest of the result", lang), text(info.get("result_digest"))[:16]),
    ]
    return [(label, value) for label, value in rows if value]


def _program(info: Mapping[str, Any], versions: Mapping[str, Any]) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    own = f"vitri {text(info.get('vitri_version'))}".strip()
    return f"{own} ({libraries})" if libraries else own


def _with_digest(name: str, section: Mapping[str, Any]) -> str:
    digest = text(section.get("digest"))
    return f"{name} [{digest[:12]}]" if digest else name


def _day(value: Any) -> str:
    parts = text(value)[:10].split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else ""


def _sentence(change: Any, lang: str) -> str:
    if isinstance(change, Mapping):
        return text(change.get(f"sentence_{lang}") or change.get("sentence") or change.get("do"))
    return text(change)
