"""Sheet: the catalogue of job positions (danh mục vị trí việc làm)."""

from __future__ import annotations

from vitri.i18n import N_, tr
from vitri.report.book import Book
from vitri.report.figures import post_rows
from vitri.report.source import CLASSES, Row, Source, items, records, text
from vitri.report.table import SERIAL, Column, Table
from vitri.report.words import CLASS_TITLES, say

NAME = N_("Position catalogue")
COLUMNS = (
    SERIAL,
    Column("name", N_("Job position"), 27),
    Column("code", N_("Position code"), 12, "code"),
    Column("ranks", N_("Corresponding ranks"), 22),
    Column("groups", N_("Task groups held"), 32),
    Column("competencies", N_("Competency framework"), 25),
    Column("posts", N_("Posts"), 7.5, "int", total=True),
    Column("note", N_("Note"), 18),
)


def add(book: Book) -> None:
    """Write the catalogue: every proposed position by class, with ranks, work, competencies and posts."""
    source = book.source
    table = book.table(NAME, COLUMNS, landscape=True)
    table.sheet.title(tr("Catalogue of job positions", book.lang))
    frame = source.table(
        "structure", "structure", "position", "class", "task_groups", "ranks", "competencies", "duties"
    )
    frame = frame.assign(matches=source.table("structure", "matches_position")["matches_position"])
    if frame.empty:
        table.sheet.sentence(tr("The run proposes no job position.", book.lang))
        return
    table.header()
    structures = sorted({text(value) for value in frame["structure"]}, key=lambda key: _order(source, key))
    for structure in structures:
        rows = frame.loc[[text(value) == structure for value in frame["structure"]]]
        if len(structures) > 1:
            table.section(_structure_title(source, structure), level=0)
        _structure(table, source, structure, records(rows), level=int(len(structures) > 1))
    table.finish(tr("Total", book.lang))


def _structure(table: Table, source: Source, structure: str, rows: list[Row], level: int) -> None:
    posts = _posts(source, structure)
    order = {text(row["position"]): row for row in rows}
    codes = source.positions_in_order(order)
    for name in (*CLASSES, ""):
        members = [code for code in codes if source.position_class(code) == name]
        if not members:
            continue
        table.section(say(CLASS_TITLES, name, source.lang), name, level)
        for serial, code in enumerate(members, 1):
            row = order[code]
            table.write(
                {
                    "tt": str(serial),
                    "name": source.position(code),
                    "code": code,
                    "ranks": "/ ".join(source.names("rank", rank) for rank in items(row["ranks"])),
                    "groups": "; ".join(source.group(group) for group in items(row["task_groups"])),
                    "competencies": _competencies(source, row),
                    "posts": posts.get(code, 0),
                    "note": _note(source, code, row, posts.get(code, 0)),
                }
            )


def _posts(source: Source, structure: str) -> dict[str, int]:
    frame = post_rows(source)
    if source.names.has("offices", structure) or structure in source.offices:
        frame = frame.loc[frame["office"] == structure]
    elif structure not in ("", "all"):
        classes = source.attribute("offices", "office_class")
        frame = frame.loc[[classes.get(office, structure) == structure for office in frame["office"]]]
    sums = frame.groupby("position")["posts"].sum()
    return {str(code): int(value) for code, value in sums.items()}


def _competencies(source: Source, row: Row) -> str:
    parts = []
    for entry in items(row["competencies"]):
        code, _, level = entry.partition(":")
        level = level or _level(source, code, items(row["task_groups"]))
        name = source.names("competency", code)
        parts.append(tr("{name} (level {level})", source.lang, name=name, level=level) if level else name)
    duties = [source.names("duty", duty) for duty in items(row["duties"])]
    if duties:
        parts.append(tr("Duty: {duties}", source.lang, duties=", ".join(duties)))
    return "; ".join(parts)


def _level(source: Source, competency: str, groups: list[str]) -> str:
    """Return the highest level of a competency that the position's task groups ask for, where known."""
    needs, levels = (
        source.attribute("task_groups", "competency"),
        source.attribute("task_groups", "min_level"),
    )
    asked = [levels.get(group, "1") for group in groups if needs.get(group) == competency]
    return max(asked, key=int) if asked else ""


def _note(source: Source, code: str, row: Row, posts: int) -> str:
    matches = text(row["matches"])
    notes = []
    if posts == 0:
        notes.append(tr("Covered by combined duties", source.lang))
    if not matches:
        notes.append(tr("New position", source.lang))
    elif matches != code:
        names = "; ".join(source.position(match) for match in items(matches))
        notes.append(tr("Today: {position}", source.lang, position=names))
    return ". ".join(notes)


def _order(source: Source, structure: str) -> tuple[int, str]:
    return (source.offices.index(structure), "") if structure in source.offices else (-1, structure)


def _structure_title(source: Source, structure: str) -> str:
    if structure in source.offices:
        return source.office(structure)
    if structure in ("", "all"):
        return tr("All offices", source.lang)
    return tr("Offices of size class {name}", source.lang, name=structure)
