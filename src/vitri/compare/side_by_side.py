"""`Comparison`: figures of several runs, as frames and as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from vitri.compare.frames import TOTALS
from vitri.errors import Findings
from vitri.i18n import N_, Lang, number, percent, tr

_DIRECTIONS = {
    "up": N_("up"),
    "down": N_("down"),
    "same": N_("the same"),
    "not_up": N_("not up"),
    "not_down": N_("not down"),
}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Runs side by side, as long frames; `runs` are their names, the first one the base.

    - `totals`: run, measure, unit, value, difference, bound, gap, status, estimated_share_pct;
    - `by_level`: run, stage, order, name, measure, unit, value, difference, bound, gap, status;
    - `by_office`: run, office, posts, difference, posts_now, unmet_minutes, unmet_difference, minutes,
      estimated_minutes;
    - `quotas`: run, unit, organisation, position_class, ceiling, ceiling_status, used, difference, left,
      value_of_post_minutes, estimated_share_pct, bound, gap;
    - `expected`: run, measure, direction, base, value, met.

    Values are whole numbers: ``dec4`` in ten-thousandths, ``dec2`` (also every ``_pct``) in hundredths.
    """

    runs: tuple[str, ...]
    totals: pd.DataFrame
    by_office: pd.DataFrame
    by_level: pd.DataFrame
    quotas: pd.DataFrame
    expected: pd.DataFrame
    changes: tuple[tuple[str, Mapping[str, Any]], ...]
    findings: Findings

    def table(self, lang: Lang) -> list[list[str]]:
        """Return the totals and levels as rows of text; the first row is the heading.

        A cell holds the value and, after the base, the difference in brackets; ``*`` means not proven.
        """
        rows = [[tr("Figure", lang), *self.runs]]
        for measure, title in TOTALS:
            part = self.totals[self.totals["measure"] == measure]
            if part["value"].notna().any():
                rows.append([tr(title, lang), *self._cells(part, lang)])
        key = ["stage", "order", "measure"]
        for stage, order, measure in self.by_level[key].drop_duplicates().itertuples(index=False, name=None):
            same = self.by_level["stage"].eq(stage) & self.by_level["order"].eq(order)
            part = self.by_level[same & self.by_level["measure"].eq(measure)]
            first = part.iloc[0]
            own = first["name_vi"] if lang == "vi" and isinstance(first["name_vi"], str) else None
            title = own or tr(str(first["name"]), lang)
            rows.append([f"{_stage(str(stage), lang)}{title}", *self._cells(part, lang)])
        return rows

    def office_table(self, lang: Lang) -> list[list[str]]:
        """Return posts of every office, run by run, as rows of text; the first row is the heading."""
        rows = [[tr("Office", lang), *self.runs]]
        for office in sorted(self.by_office["office"].unique()):
            part = self.by_office[self.by_office["office"] == office].assign(unit="posts", status="optimal")
            part = part.rename(columns={"posts": "value"})
            rows.append([str(office), *self._cells(part, lang)])
        return rows

    def text(self, lang: Lang) -> str:
        """Return the whole comparison as plain text for a terminal."""
        parts = [_grid(self.table(lang)), tr("* not proven to be the best", lang)]
        if len(self.by_office):
            parts += ["", tr("Posts by office", lang), _grid(self.office_table(lang))]
        for run, change in self.changes:
            sentence = change.get(f"sentence_{lang}") or change.get("sentence") or str(change.get("do", ""))
            parts.append(f"{run}: {sentence}")
        for row in self.expected.itertuples(index=False):
            parts.append(self._expectation(row, lang))
        for finding in self.findings:
            shown = finding.render(lang)
            parts.append(f"{shown['severity']}: {shown['message']} {shown['advice']}".rstrip())
        return "\n".join(parts)

    def _expectation(self, row: Any, lang: Lang) -> str:
        """Write one expectation and whether it was met."""
        title = dict(TOTALS).get(row.measure, row.measure)
        what = tr(
            "{run}: expected {measure} {direction}",
            lang,
            run=row.run,
            measure=tr(title, lang),
            direction=tr(_DIRECTIONS.get(row.direction, row.direction), lang),
        )
        if pd.isna(row.met):
            return f"{what}: {tr('cannot be checked, the figure is missing', lang)}"
        return f"{what}: {tr('met', lang) if row.met else tr('NOT met', lang)}"

    def _cells(self, part: pd.DataFrame, lang: Lang) -> list[str]:
        """Return one figure of every run as text."""
        cells = []
        for index, run in enumerate(self.runs):
            row = part[part["run"] == run]
            if row.empty or pd.isna(row["value"].iloc[0]):
                cells.append("–")
                continue
            unit = str(row["unit"].iloc[0])
            text = _shown(int(row["value"].iloc[0]), unit, lang)
            proven = (
                "status" not in row
                or row["status"].iloc[0] in {"optimal", ""}
                or pd.isna(row["status"].iloc[0])
            )
            text += "" if proven else " *"
            change = row["difference"].iloc[0]
            if index and not pd.isna(change):
                sign = "+" if change > 0 else ""
                text += f" ({sign}{_shown(int(change), unit, lang)})"
            cells.append(text)
        return cells


def _shown(value: int, unit: str, lang: Lang) -> str:
    """Write a whole number in the unit it stands for."""
    if unit == "dec4":
        return number(Decimal(value) / 10000, lang, 2)
    if unit == "dec2":
        return percent(Decimal(value) / 100, lang, 1)
    return number(value, lang)


def _grid(rows: list[list[str]]) -> str:
    """Set rows of text in columns; numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _stage(stage: str, lang: Lang) -> str:
    """Return the heading of a stage's figures: what is sized, who is placed, what the months look like."""
    titles = {
        "sizing": N_("Posts"),
        "staffing": N_("People"),
        "assignment": N_("Months"),
        "ranks": N_("Ranks"),
    }
    return f"{tr(titles[stage], lang)}: " if stage in titles else ""
