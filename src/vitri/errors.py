"""What went wrong, as rows: `Finding`, the table `Findings` and the exceptions that carry it.

A finding names the table (or file), the row, the column, the value seen, what is allowed and what to do,
in that order. All findings of a run come at once. Texts are English message ids with ``{fields}``; they are
put into the reader's language by `Finding.render`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from vitri.i18n import Lang, tr

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong or dubious in the data.

    `code` is the stable name of the check, `table` a table name or a file name, `row_key` the row's code (or
    its row number in the file), `column` a column name or key path, `value` what was seen, as text.
    `allowed`, `message` and `advice` are English message ids whose ``{fields}`` are filled from `fields`.
    """

    code: str
    severity: Severity = "error"
    table: str = ""
    row_key: str = ""
    column: str = ""
    value: str = ""
    allowed: str = ""
    message: str = ""
    advice: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)

    def render(self, lang: Lang) -> dict[str, str]:
        """Return the finding's nine columns as text in one language."""
        return {
            "code": self.code,
            "severity": tr(self.severity, lang),
            "table": self.table,
            "row_key": self.row_key,
            "column": self.column,
            "value": self.value,
            "allowed": tr(self.allowed, lang, **self.fields) if self.allowed else "",
            "message": tr(self.message, lang, **self.fields) if self.message else "",
            "advice": tr(self.advice, lang, **self.fields) if self.advice else "",
        }


@dataclass(frozen=True)
class Findings:
    """An ordered, immutable table of findings."""

    rows: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Finding]) -> Findings:
        """Collect findings in the order given."""
        return cls(tuple(rows))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.rows + other.rows)

    @property
    def errors(self) -> Findings:
        """Only the findings that stop the computation."""
        return Findings(tuple(row for row in self.rows if row.severity == "error"))

    @property
    def warnings(self) -> Findings:
        """Only the findings that do not stop the computation."""
        return Findings(tuple(row for row in self.rows if row.severity == "warning"))

    def render(self, lang: Lang) -> list[dict[str, str]]:
        """Return every finding as a row of text in one language."""
        return [row.render(lang) for row in self.rows]


class VitriError(Exception):
    """The family of everything vitri raises on purpose; carries its findings."""

    def __init__(self, findings: Findings | Finding | Iterable[Finding]) -> None:
        if isinstance(findings, Finding):
            findings = Findings((findings,))
        elif not isinstance(findings, Findings):
            findings = Findings.of(findings)
        self.findings = findings
        super().__init__(self._summary())

    def _summary(self) -> str:
        rows = [row.render("en") for row in self.findings.rows[:5]]
        lines = [f"{len(self.findings)} finding(s)"]
        for r in rows:
            lines.append(f"{r['table']} {r['row_key']} {r['column']}: {r['message']} {r['advice']}".strip())
        return "\n".join(lines)


class DataError(VitriError):
    """The input cannot be used; nothing was computed (exit code 1)."""


class ModelError(DataError):
    """A planning model or TOML file cannot be used (exit code 1)."""


class UsageError(VitriError):
    """The command was called in a way that makes no sense (exit code 2)."""


class NoPlanError(VitriError):
    """No plan can exist under the limits given (exit code 3)."""


class NoPlanYetError(VitriError):
    """The time limit passed, or the user stopped, before any plan was found (exit code 4)."""


class AuditError(VitriError):
    """A plan failed its audit; it is never exported."""
