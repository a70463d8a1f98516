"""`Comparison`: figures of several runs, as frames and as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from vitri.compare.frames import PLAIN, TOTALS
from vitri.compare.paragraph import figure, hours, paragraph
from vitri.compare.verdicts import Verdict
from vitri.errors import Findings
from vitri.i18n import N_, Lang, number, percent, tr

_POLICY_LINES = 20
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
    - `by_organisation`: run, organisation (blank: shared staff and the office's own work), minutes,
      unmet_minutes, unmet_difference, posts, difference;
    - `by_position`: run, position (fixed ones) or task_groups (what a sized one holds), posts, difference;
    - `by_rule`: run, rule, measured, at_limit, not_kept, difference;
    - `gains`: run, kind, code, verdict (gains, loses, same), undone share before and after in hundredths of a
      percent, posts before and after;
    - `policies`: run, kind, what, base, value: what differs in settings, planning model and norms;
    - `quotas`: run, unit, organisation, position_class, ceiling, ceiling_status, used, difference, left,
      value_of_post_minutes, estimated_share_pct, bound, gap;
    - `expected`: run, measure, direction, base, value, met.

    Values are whole numbers: ``dec4`` in ten-thousandths, ``dec2`` (also every ``_pct``) in hundredths.
    """

    runs: tuple[str, ...]
    totals: pd.DataFrame
    by_office: pd.DataFrame
    by_level: pd.DataFrame
    by_organisation: pd.DataFrame
    by_position: pd.DataFrame
    by_rule: pd.DataFrame
    gains: pd.DataFrame
    policies: pd.DataFrame
    verdicts: tuple[Verdict, ...]
    names: Mapping[tuple[str, str], str]
    quotas: pd.DataFrame
    expected: pd.DataFrame
    changes: tuple[tuple[str, Mapping[str, Any]], ...]
    findings: Findings

    def name(self, kind: str, code: str) -> str:
        """Return the name of an office, organisation, position or task group, else its code."""
        return self.names.get((kind, code), code)

    def paragraph(self, lang: Lang) -> str:
        """Return what the comparison shows as one paragraph in words."""
        return paragraph(self, lang)

    def policy_lines(self, lang: Lang) -> list[str]:
        """Return what differs in settings, planning model and norms, one line each; long lists are cut."""
        lines: list[str] = []
        for run in self.runs[1:]:
            part = self.policies[self.policies["run"] == run]
            for row in part.head(_POLICY_LINES).itertuples(index=False):
                lines.append(
                    tr(
                        "{run}: {what} is {value}, the base has {base}.",
                        lang,
                        run=run,
                        what=tr(str(row.what), lang),
                        value=row.value,
                        base=row.base,
                    )
                )
            if len(part) > _POLICY_LINES:
                more = len(part) - _POLICY_LINES
                lines.append(tr("{run}: {count} more differences.", lang, run=run, count=more))
        return lines

    def organisation_table(self, lang: Lang) -> list[list[str]]:
        """Return hours left undone of every organisation, run by run; its part of shared work included."""
        rows = [[tr("Organisation", lang), *self.runs]]
        frame = self.by_organisation
        for code in sorted(frame["organisation"].unique()):
            part = frame[frame["organisation"] == code].assign(unit="hours", status="optimal")
            part = part.drop(columns="difference").rename(
                columns={"unmet_minutes": "value", "unmet_difference": "difference"}
            )
            rows.append(
                [
                    self.name("organisation", code) or tr("Registered by the office", lang),
                    *self._cells(part, lang),
                ]
            )
        return rows

    def total(self, run: str, measure: str) -> int | None:
        """Return one total of a run in whole units, None where the run has none."""
        return figure(self, run, measure)[0]

    def figures(self, lang: Lang) -> list[tuple[str, str, str, list[int | None]]]:
        """Return totals, then objective levels: key, title, unit, and the value of every run."""
        rows = []
        for key, title, part in self._parts(lang):
            values = part.drop_duplicates("run").set_index("run")["value"].reindex(list(self.runs))
            shown = [None if pd.isna(value) else int(value) for value in values]
            named = tr(PLAIN[key], lang) if key in PLAIN else title
            rows.append((key, named, str(part["unit"].iloc[0]), shown))
        return rows

    def _parts(self, lang: Lang) -> list[tuple[str, str, pd.DataFrame]]:
        """Return key, title and rows of every total and every objective level that some run has."""
        rows = []
        for measure, title in TOTALS:
            part = self.totals[self.totals["measure"] == measure]
            if part["value"].notna().any():
                rows.append((measure, tr(title, lang), part))
        key = ["stage", "order", "measure"]
        for stage, order, measure in self.by_level[key].drop_duplicates().itertuples(index=False, name=None):
            same = self.by_level["stage"].eq(stage) & self.by_level["order"].eq(order)
            part = self.by_level[same & self.by_level["measure"].eq(measure)]
            first = part.iloc[0]
            own = first["name_vi"] if lang == "vi" and isinstance(first["name_vi"], str) else None
            title = own or tr(str(first["name"]), lang)
            rows.append((f"{stage}.{order}.{measure}", f"{_stage(str(stage), lang)}{title}", part))
        return rows

    def table(self, lang: Lang) -> list[list[str]]:
        """Return the totals and levels as rows of text; the first row is the heading.

        A cell holds the value and, after the base, the difference in brackets; ``*`` means not proven.
        """
        head = [tr("Figure", lang), *self.runs]
        return [head, *([title, *self._cells(part, lang)] for _, title, part in self._parts(lang))]

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
        first = self.policy_lines(lang)
        parts = [tr("What differs in rules and settings:", lang), *first, ""] if first else []
        parts += [_grid(self.table(lang)), tr("* not proven to be the best", lang)]
        if len(self.by_office):
            parts += ["", tr("Posts by office", lang), _grid(self.office_table(lang))]
        if len(self.by_organisation):
            title = tr("Hours left undone by organisation, as people are placed", lang)
            parts += ["", title, _grid(self.organisation_table(lang))]
        parts += ["", self.paragraph(lang), ""]
        for run, change in self.changes:
            sentence = change.get(f"sentence_{lang}") or change.get("sentence") or str(change.get("do", ""))
            parts.append(f"{run}: {sentence}")
        for row in self.expected.itertuples(index=False):
            parts.append(self.expectation(row, lang))
        for finding in self.findings:
            if finding.code == "different_setting":
                continue  # said first
            shown = finding.render(lang)
            parts.append(f"{shown['severity']}: {shown['message']} {shown['advice']}".rstrip())
        return "\n".join(parts)

    def expectation(self, row: Any, lang: Lang) -> str:
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
    if unit == "hours":
        return hours(value, lang)
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
