"""Sheet: warnings, assumptions, rules switched off, sources, estimates and the audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vitri.errors import Finding
from vitri.i18n import N_, Lang, tr
from vitri.i18n import number as format_number
from vitri.report.book import Book
from vitri.report.provenance import provisions
from vitri.report.sheet import Sheet
from vitri.report.source import Source, numbers, records, text, texts, true
from vitri.report.styles import Kind
from vitri.report.table import SERIAL, Column, Table
from vitri.report.words import METHODS, SEVERITIES, SOURCES, say

NAME = N_("Warnings and assumptions")
_WIDTHS = (5, 13, 34, 56, 42)
_MOST = 300  # rows of one list; a longer one is read in the run folder, not on paper
_FINDINGS = (N_("Level"), N_("Place"), N_("Message"), N_("Advice"))
_ASSUMED = (N_("Status"), N_("Rule"), N_("Values"), N_("Remark"))
_OFF = (N_("Validity"), N_("Rule"), N_("Why it is off"), N_("Source"))
_SOURCES = (N_("Status"), N_("Rule"), N_("Values"), N_("Source, dates, remark"))
_ESTIMATES = (N_("Hours"), N_("Office, organisation"), N_("Taken from"), N_("Method"))
_RULES = (N_("Places"), N_("Rule"), N_("Result"), N_("Remark"))


def add(book: Book) -> None:
    """Write the six lists a reader needs to judge the figures; an empty list is said in a sentence."""
    source, lang = book.source, book.lang
    sheet = book.sheet(NAME, _WIDTHS, landscape=True)
    sheet.title(tr("Warnings, assumptions and sources", lang))
    _list(sheet, tr("A. Warnings", lang), _FINDINGS, _findings(source), tr("No warning.", lang))
    _model(sheet, source)
    title = tr("E. Work estimated for organisations that did not register", lang)
    _list(sheet, title, _ESTIMATES, _estimates(source), tr("Nothing was estimated.", lang))
    title = tr("F. Audit: every rule checked again, apart from the optimiser", lang)
    _list(sheet, title, _RULES, _rules(source), tr("The run holds no audit table.", lang))


def _model(sheet: Sheet, source: Source) -> None:
    lang = source.lang
    known = provisions(source.model, lang)
    no_model = tr("The planning model is not at hand; see the model named in the summary.", lang)
    every = known or []
    assumed = [
        (say(SOURCES, p.status, lang), p.title, p.values, ". ".join(filter(None, (p.source, p.note))))
        for p in every
        if p.in_force and p.status == "assumption"
    ]
    off = [
        (p.dates, ": ".join(filter(None, (p.title, p.values))), p.reason, p.source)
        for p in every
        if not p.in_force
    ]
    texts = [
        (
            say(SOURCES, p.status, lang),
            p.title,
            p.values,
            ", ".join(filter(None, (p.source, p.dates, p.note))),
        )
        for p in every
        if p.in_force and p.status != "assumption"
    ]
    title = tr("B. Assumptions (no legal text behind them)", lang)
    _list(sheet, title, _ASSUMED, assumed, no_model if known is None else tr("No assumption.", lang))
    title = tr("C. Rules switched off at the planning date", lang)
    _list(sheet, title, _OFF, off, no_model if known is None else tr("No rule is off.", lang))
    title = tr("D. Sources of the rules", lang)
    _list(sheet, title, _SOURCES, texts, no_model if known is None else tr("No rule names a source.", lang))


def _list(
    sheet: Sheet,
    title: str,
    titles: Sequence[str],
    rows: Iterable[Sequence[str | float]],
    empty: str,
) -> None:
    sheet.heading(title)
    rows = list(rows)
    if not rows:
        sheet.sentence(empty)
        return
    kinds: list[Kind] = ["text"] * len(titles)
    if titles is _ESTIMATES:
        kinds[0] = "hours"
    elif titles is _RULES:
        kinds[0] = "int"
    columns = [
        Column(f"c{index}", name, width, kind)
        for index, (name, width, kind) in enumerate(zip(titles, _WIDTHS[1:], kinds, strict=True))
    ]
    table = Table(sheet, [SERIAL, *columns])
    table.header(repeat=False)
    for serial, row in enumerate(rows[:_MOST], 1):
        table.write({"tt": str(serial), **{f"c{index}": value for index, value in enumerate(row)}})
    table.finish()
    if len(rows) > _MOST:
        count = format_number(len(rows) - _MOST, sheet.lang)
        sheet.note(tr("{count} more rows stand in the tables of the run.", sheet.lang, count=count))


def _findings(source: Source) -> Iterator[tuple[str, str, str, str]]:
    seen = set()
    frame = source.table("findings", "severity", "table", "row_key", "column", "message", "advice")
    for row in [*(source.info.get("warnings") or ()), *frame.to_dict("records")]:
        if isinstance(row, Finding):
            row = row.render(source.lang)
        if isinstance(row, Mapping) and isinstance(row.get(source.lang), Mapping):
            row = row[source.lang]
        if not isinstance(row, Mapping):
            row = {"severity": "warning", "message": row}
        cells = {str(key): text(value) for key, value in row.items()}
        where = source.table_title(cells.get("table", "")), cells.get("row_key"), cells.get("column")
        place = " · ".join(part for part in where if part)
        message = cells.get(f"message_{source.lang}") or cells.get("message") or cells.get("sentence") or ""
        advice = cells.get(f"advice_{source.lang}") or cells.get("advice") or ""
        severity = say(SEVERITIES, cells.get("severity", ""), source.lang)
        line = (severity[:1].upper() + severity[1:], place, message, advice)
        if line not in seen:
            seen.add(line)
            yield line


def _estimates(source: Source) -> Iterator[tuple[float, str, str, str]]:
    keys = ("office", "organisation", "method")
    frame = source.table("estimates", *keys, "donors", "minutes")
    if frame.empty:
        return
    for column in keys:
        frame[column] = texts(frame[column])
    frame["minutes"] = numbers(frame["minutes"]).fillna(0.0)
    places = {(row["office"], row["organisation"]) for row in frame.to_dict("records")}
    for office, organisation in sorted(places, key=lambda place: (_at(source, place[0]), place[1])):
        rows = frame.loc[(frame["office"] == office) & (frame["organisation"] == organisation)]
        place = ", ".join(filter(None, (source.office(office), source.names("organisations", organisation))))
        donors = numbers(rows["donors"]).max()
        taken = "" if donors != donors else tr("comparable offices: {count}", source.lang, count=int(donors))
        methods = "; ".join(sorted({say(METHODS, method, source.lang) for method in rows["method"]}))
        yield float(rows["minutes"].sum()) / 60, place, taken, methods


def _rules(source: Source) -> Iterator[tuple[float, str, str, str]]:
    rows = records(source.table("rules", "rule", "broken", "binding", "legal"))
    titles = _rule_titles(source.lang) if rows else {}
    for rule in sorted({text(row["rule"]) for row in rows}, key=lambda rule: titles.get(rule, rule)):
        own = [row for row in rows if text(row["rule"]) == rule]
        broken = [row for row in own if true(row["broken"])]
        loose = [row for row in broken if text(row["binding"]) and not true(row["binding"])]
        hard = len(broken) - len(loose)
        result = tr("broken in {count} places", source.lang, count=hard) if hard else tr("kept", source.lang)
        remarks = [tr("rule of law", source.lang)] if any(true(row["legal"]) for row in own) else []
        if loose:
            remarks.append(tr("not binding yet, over in {count} places", source.lang, count=len(loose)))
        yield float(len(own)), titles.get(rule, rule), result, "; ".join(remarks)


def _rule_titles(lang: Lang) -> dict[str, str]:
    from vitri.rules import REGISTRY

    return {rule.name: tr(rule.title, lang) for rule in REGISTRY}


def _at(source: Source, office: str) -> int:
    return source.offices.index(office) if office in source.offices else -1
