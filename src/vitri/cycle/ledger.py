"""`Ledger`: changes to registrations collected, each with its entry in the history, and closed as a whole.

Nothing is changed before `close`: there every finding comes at once, the changed tables are checked as if
they had been read from files, and the new instance is given back or nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from vitri.cycle.states import STATE_WORDS, VERBS, Transition, joined, verbs_from
from vitri.data.build import check_tables, texts_of
from vitri.data.fields import CODE_PATTERN
from vitri.data.findings import Both, DataFinding, nearest
from vitri.data.instance import Instance
from vitri.data.tables import TABLES
from vitri.errors import DataError, Findings
from vitri.i18n import N_

LINES = "registrations"
ZONE = dt.timezone(dt.timedelta(hours=7))
"""Viet Nam's time, taken where a moment is given without zone."""


@dataclass(frozen=True)
class Changed:
    """What a closed ledger gives: the new instance, the tables changed, the history rows added, warnings.

    `rows` has the columns of the table `history`, as texts.
    """

    instance: Instance
    tables: tuple[str, ...]
    rows: pd.DataFrame
    warnings: Findings


@dataclass
class Ledger:
    """Changes by one person (`who`, an opaque code) at one moment (`when`; None is now).

    `places` maps a code to the cell it came from (``mttq.xlsx!7``), for findings about new lines.
    """

    instance: Instance
    who: str
    when: dt.datetime | None = None
    places: dict[str, str] = field(default_factory=dict)
    findings: list[DataFinding] = field(default_factory=list)
    entries: list[dict[str, str]] = field(default_factory=list)
    added: list[dict[str, str]] = field(default_factory=list)
    _cells: dict[tuple[str, str], str] = field(default_factory=dict)
    _states: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = texts_of(self.instance, LINES)
        self.row_of = {code: row for row, code in enumerate(self.lines["code"].tolist())}
        self._new = dict[str, dict[str, str]]()
        self.at = self._moment()
        if not CODE_PATTERN.fullmatch(self.who):
            self.refuse(
                "bad_code",
                table="history",
                column="actor",
                value=self.who,
                message=N_('"{who}" is not a code of a person.'),
                advice=N_("Give an opaque code such as CB01, never a name."),
                who=self.who,
            )

    def _moment(self) -> dt.datetime:
        """Return the moment of the changes: after every entry of the history."""
        history = self.instance.tables["history"]["at"].dropna().tolist()
        last = max((dt.datetime.fromisoformat(text) for text in history), default=None)
        if self.when is None:
            now = dt.datetime.now(ZONE).replace(microsecond=0)
            return now if last is None or now > last else last + dt.timedelta(seconds=1)
        at = self.when if self.when.tzinfo else self.when.replace(tzinfo=ZONE)
        if last is not None and at <= last:
            self.refuse(
                "when_before",
                table="history",
                column="at",
                value=at.isoformat(),
                message=N_("The history already has an entry of {last}."),
                advice=N_("Give a later moment after --when, or leave it out."),
                last=last.isoformat(),
            )
        return at

    # -- looking -------------------------------------------------------------------------------------------

    def get(self, code: str, column: str) -> str:
        """Return a cell of a line as it stands after the changes so far; "" where blank."""
        if (code, column) in self._cells:
            return self._cells[code, column]
        if code in self._new:
            return self._new[code].get(column, "")
        value = str(self.lines[column].iloc[self.row_of[code]])
        return value or (TABLES[LINES].by_name[column].default or "" if column in ("kind", "status") else "")

    def knows(self, code: str) -> bool:
        """Whether there is a line of this code."""
        return code in self.row_of or code in self._new

    def state(self, code: str) -> str | None:
        """Return the state of a line, None if there is no such line."""
        return self.get(code, "status") if self.knows(code) else None

    # -- refusing ------------------------------------------------------------------------------------------

    def refuse(
        self,
        check: str,
        /,
        *,
        message: str,
        advice: str,
        table: str = LINES,
        row_key: str = "",
        column: str = "",
        value: str = "",
        allowed: str = "",
        **fields: object,
    ) -> None:
        """Note why a change cannot be made."""
        self.findings.append(
            DataFinding(
                code=check,
                table=table,
                row_key=row_key,
                column=column,
                value=value,
                allowed=allowed,
                message=message,
                advice=advice,
                fields=fields,
                cell=self.places.get(row_key, ""),
            )
        )

    def find(self, code: str) -> bool:
        """Whether a line exists; if not, note it with the nearest code."""
        if self.knows(code):
            return True
        near = nearest(code, list(self.row_of))
        self.refuse(
            "unknown_code",
            row_key=code,
            column="code",
            value=code,
            message=N_('There is no registration "{code}".'),
            advice=N_('Did you mean "{near}"?') if near else N_("See `vitri status` for the codes."),
            code=code,
            near=near,
        )
        return False

    def may(self, verb: str, code: str, reason: str = "") -> Transition | None:
        """Return the transition if the line's state allows it and a reason is given where one is needed."""
        transition, state = VERBS[verb], self.state(code)
        if state not in transition.before:
            ways = verbs_from(state)
            self.refuse(
                "wrong_transition",
                row_key=code,
                column="status",
                value=state or "",
                allowed=N_("{states}"),
                message=N_('"{code}" is in the state "{state}" and cannot be {verb}.'),
                advice=N_("From this state it can be: {ways}.") if ways else N_("This state is final."),
                code=code,
                state=STATE_WORDS[state] if state else Both("chưa có", "not there"),
                verb=transition.words,
                states=joined(tuple(STATE_WORDS[s] for s in transition.before if s)),
                ways=joined(tuple(way.words for way in ways)),
            )
            return None
        if transition.reason and not reason.strip():
            self.refuse(
                "reason_missing",
                row_key=code,
                column="reason",
                message=N_('"{code}" cannot be {verb} without a reason.'),
                advice=N_("Give one after --reason."),
                code=code,
                verb=transition.words,
            )
            return None
        return transition

    # -- changing ------------------------------------------------------------------------------------------

    def put(self, code: str, column: str, value: str, reason: str = "") -> None:
        """Change one cell of a line and note what was before; the same value again changes nothing."""
        before = self.get(code, column)
        if before == value and not (column == "status" and reason):
            return
        self._cells[code, column] = value
        self._note(LINES, code, column, before, value, reason)

    def add(self, row: dict[str, str]) -> None:
        """Add a line."""
        self._new[row["code"]] = row
        self.added.append(row)
        self._note(LINES, row["code"], "status", "", row["status"], "")

    def submit(self, office: str, organisation: str, month: str, state: str) -> None:
        """Say how far an organisation has registered a month (a row of `submissions`)."""
        self._states[office, organisation, month] = state

    def _note(self, table: str, key: str, column: str, before: str, after: str, reason: str) -> None:
        for entry in self.entries:
            if (entry["table"], entry["row_key"], entry["column"]) == (table, key, column):
                entry["after"] = after
                entry["reason"] = reason or entry["reason"]
                return
        self.entries.append(
            {
                "at": self.at.isoformat(),
                "actor": self.who,
                "table": table,
                "row_key": key,
                "column": column,
                "before": before,
                "after": after,
                "reason": reason,
            }
        )

    # -- closing -------------------------------------------------------------------------------------------

    def close(self) -> Changed:
        """Return the changed instance; raise DataError with every finding if anything is wrong."""
        if self.findings:
            raise DataError(Findings.of(self.findings))
        tables: dict[str, Any] = {name: texts_of(self.instance, name) for name in self.instance.present}
        before = set(tables)
        tables[LINES] = self._lines()
        changed = [LINES] if self._cells or self.added else []
        submissions = self._submissions(tables)
        if submissions is not None:
            tables["submissions"] = submissions
            changed.append("submissions")
        rows = pd.DataFrame(self.entries, columns=list(TABLES["history"].columns), dtype="str")
        if len(rows):
            kept = [tables["history"]] if "history" in before else []
            tables["history"] = pd.concat([*kept, rows], ignore_index=True).fillna("")
            changed.append("history")
        made, found = check_tables(self.instance.info, tables, local_model=self.instance.local_model)
        own = set(self.places)
        placed = [
            replace(row, cell=self.places.get(row.row_key, ""))
            if isinstance(row, DataFinding) and row.table == LINES and row.row_key in own
            else row
            for row in found
        ]
        if made is None:
            raise DataError(Findings.of(row for row in placed if row.severity == "error"))
        result = replace(self.instance, tables=made.tables, present=made.present)
        told = [row for row in placed if row.severity == "warning" and row.row_key in own]
        return Changed(result, tuple(changed), rows, Findings.of(told))

    def _lines(self) -> pd.DataFrame:
        lines = self.lines.copy()
        for (code, column), value in self._cells.items():
            if code in self._new:
                self._new[code][column] = value
        columns = {column for (code, column) in self._cells if code in self.row_of}
        for column in sorted(columns):
            cells = lines[column].to_numpy(dtype=object, copy=True)
            for (code, name), value in self._cells.items():
                if name == column and code in self.row_of:
                    cells[self.row_of[code]] = value
            lines[column] = pd.Series(cells, index=lines.index, dtype="str")
        if self.added:
            extra = pd.DataFrame(self.added, dtype="str")
            lines = pd.concat([lines, extra], ignore_index=True).fillna("")
        return lines

    def _submissions(self, tables: dict[str, Any]) -> pd.DataFrame | None:
        """Return the table with the states said in this ledger, each change noted; None if it stays."""
        if not self._states:
            return None
        columns = list(TABLES["submissions"].columns)
        kept = tables.get("submissions")
        frame = pd.DataFrame(columns=columns, dtype="str") if kept is None else kept
        rows = {
            (row["office"], row["organisation"], row["month"]): row
            for row in frame.reset_index(drop=True).to_dict("records")
        }
        for key, state in self._states.items():
            row = rows.setdefault(key, dict(zip(("office", "organisation", "month"), key, strict=True)))
            if row.get("state", "") == state:
                continue
            self._note("submissions", ",".join(key), "state", str(row.get("state", "")), state, "")
            row |= {"state": state, "submitted_on": "", "submitted_by": ""}
            if state != "missing":
                row |= {"submitted_on": f"{self.at:%Y-%m-%d}", "submitted_by": self.who}
        return pd.DataFrame(list(rows.values()), dtype="str").fillna("")
