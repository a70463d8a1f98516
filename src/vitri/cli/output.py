"""What the commands print: findings, tables and lines; a rich table on a terminal, plain text otherwise."""

from __future__ import annotations

import csv
import io
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vitri.cli.words import language
from vitri.errors import Finding, Findings, UsageError
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

FINDING_COLUMNS = ("code", "severity", "table", "row_key", "column", "value", "allowed", "message", "advice")
SHOWN_FINDINGS = 200


def utf8(stream: TextIO) -> None:
    """Make a stream write UTF-8, whatever the machine's habit, and never fail on a letter."""
    if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower().replace("-", "") != "utf8":
        stream.reconfigure(encoding="utf-8", errors="replace")


def on_terminal(stream: TextIO) -> bool:
    """Whether a person is looking at this stream."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def console(stream: TextIO) -> Console:
    """Return a rich console on a stream; colours follow NO_COLOR."""
    from rich.console import Console

    return Console(file=stream, highlight=False, soft_wrap=False)


def line(text: str = "", *, error: bool = False) -> None:
    """Print one line of text: results to standard output, remarks to standard error."""
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes; combining marks take none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    right: Iterable[int] = (),
) -> None:
    """Print a table; `right` names the columns, from 0, that hold numbers."""
    numeric = set(right)
    rows = [list(row) for row in rows]
    if on_terminal(sys.stdout):
        from rich.markup import escape
        from rich.table import Table

        shown = Table(title=escape(title) or None, title_justify="left", header_style="bold")
        for index, name in enumerate(titles):
            shown.add_column(escape(name), justify="right" if index in numeric else "left", overflow="fold")
        for row in rows:
            shown.add_row(*(escape(cell) for cell in row))
        console(sys.stdout).print(shown)
        return
    if title:
        line(title)
    widths = [max([width(cell), *(width(row[i]) for row in rows)]) for i, cell in enumerate(titles)]
    for row in [list(titles), ["-" * size for size in widths], *rows]:
        cells = [
            " " * (size - width(cell)) + cell if index in numeric else cell + " " * (size - width(cell))
            for index, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        line("  ".join(cells).rstrip())


def show_findings(findings: Findings, *, to_stderr: bool = False) -> None:
    """Print every finding: what, where, the value, what is allowed and what to do; then their count."""
    if not len(findings):
        return
    lang = language()
    ordered = Findings(findings.errors.rows + findings.warnings.rows)
    rendered = Findings(ordered.rows[:SHOWN_FINDINGS]).render(lang)
    stream = sys.stderr if to_stderr else sys.stdout
    if on_terminal(stream):
        _findings_table(rendered, stream)
    else:
        for row in rendered:
            place = " · ".join(part for part in (row["table"], row["row_key"], row["column"]) if part)
            value = f" = {row['value']}" if row["value"] else ""
            allowed = f" [{row['allowed']}]" if row["allowed"] else ""
            text = " ".join(part for part in (row["message"], row["advice"]) if part)
            line(f"{row['severity']:<9} {row['code']:<20} {place}{value}{allowed}: {text}", error=to_stderr)
    if len(ordered) > SHOWN_FINDINGS:
        more = tr(
            "... and {count} more; save them all with --findings FILE.csv.",
            lang,
            count=number(len(ordered) - SHOWN_FINDINGS, lang),
        )
        line(more, error=to_stderr)
    counts = tr(
        "Errors: {errors}; warnings: {warnings}.",
        lang,
        errors=number(len(findings.errors), lang),
        warnings=number(len(findings.warnings), lang),
    )
    line(counts, error=to_stderr)


def show_warnings(findings: Findings, hint: str = "") -> None:
    """Print warnings in brief, to standard error: a line per kind with its number and its first sentence."""
    lang = language()
    kinds: dict[str, list[Finding]] = {}
    for finding in findings.warnings:
        kinds.setdefault(finding.code, []).append(finding)
    for code, rows in kinds.items():
        first = rows[0].render(lang)
        place = " · ".join(part for part in (first["table"], first["row_key"], first["column"]) if part)
        line(
            tr(
                "{severity} {code} ({count} times), first: {place}: {message}",
                lang,
                severity=first["severity"],
                code=code,
                count=number(len(rows), lang),
                place=place,
                message=first["message"],
            ),
            error=True,
        )
    if kinds and hint:
        line(hint, error=True)


def _findings_table(rendered: list[dict[str, str]], stream: TextIO) -> None:
    """Print findings on a terminal: errors red, warnings yellow."""
    from rich.markup import escape
    from rich.table import Table

    lang = language()
    shown = Table(header_style="bold", show_lines=True)
    for name in (
        tr("Severity", lang),
        tr("Where", lang),
        tr("Value", lang),
        tr("Allowed", lang),
        tr("What is wrong, what to do", lang),
    ):
        shown.add_column(name, overflow="fold")
    red = tr("error", lang)
    for row in rendered:
        place = " · ".join(part for part in (row["table"], row["row_key"], row["column"]) if part)
        text = " ".join(part for part in (row["message"], row["advice"]) if part)
        colour = "red" if row["severity"] == red else "yellow"
        shown.add_row(
            f"[{colour}]{escape(row['severity'])}[/]\n[dim]{escape(row['code'])}[/]",
            *(escape(cell) for cell in (place, row["value"], row["allowed"], text)),
        )
    console(stream).print(shown)


def save_findings(findings: Findings, path: Path) -> None:
    """Write the findings as a CSV that Excel opens with its diacritics (UTF-8 with a byte order mark)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, FINDING_COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(findings.render(language()))


def save_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write tables of a run into a folder, one UTF-8 CSV file each, as a run folder holds them."""
    from vitri.plan.run_folder import csv_bytes
    from vitri.plan.run_tables import RUN_TABLES, conform

    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        (folder / RUN_TABLES[name].file).write_bytes(csv_bytes(RUN_TABLES[name], conform(name, frame)))


def show_summary(lines: Sequence[tuple[str, str]]) -> None:
    """Print the summary of a run, line by line; on a terminal long figures are wrapped."""
    if not on_terminal(sys.stdout):
        line(str(lines))
        return
    from rich.markup import escape
    from rich.table import Table

    shown = Table.grid(padding=(0, 2))
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for label, text in lines:
        shown.add_row(escape(label), escape(text))
    console(sys.stdout).print(shown)


def refuse_to_overwrite(path: Path, *, run: bool = False) -> None:
    """Raise UsageError if writing to `path` would destroy something vitri did not write.

    A run may replace a run folder or fill an empty folder; nothing else is replaced.
    """
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if run and (path / "decision.json").is_file():
        raise UsageError(
            Finding(
                code="decided_run",
                table=str(path),
                value=path.name,
                message=N_("The run at this place was chosen and has a decision record; it is not replaced."),
                advice=N_("Give another name after -o, or remove it first."),
            )
        )
    if run and (path / "result.json").is_file():
        return
    raise UsageError(
        Finding(
            code="output_exists",
            table=str(path),
            value=path.name,
            allowed=N_("a new name, an empty folder, or the folder of an earlier run"),
            message=N_("There is something at this place already, and it is not a run."),
            advice=N_("Give another name after -o, or remove it first."),
        )
    )
