"""What is wrong or dubious about a month before it is assigned: which rows, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from vitri.errors import Finding
from vitri.i18n import N_
from vitri.optimise.office_month.case import Cell, Member, OfficeMonth
from vitri.optimise.people_data import Group, Person

if TYPE_CHECKING:
    from vitri.data.instance import Instance


def pinned_circles(instance: Instance, office: str, month: str) -> list[Finding]:
    """Return what is wrong with the backups pinned for the task groups of an office in a month."""
    frame = instance.filled("officials")
    here = set(frame.loc[frame["office"] == office, "code"])
    roles: dict[str, list[tuple[Cell, str]]] = {"main": [], "backup": []}
    pins = instance.filled("pins")
    pins = pins[pins["official"].isin(here) & pins["task_group"].notna() & pins["kind"].isin(list(roles))]
    columns = ["kind", "official", "task_group", "from_month", "to_month"]
    for kind, who, group, first, last in pins[columns].itertuples(index=False, name=None):
        if (first if isinstance(first, str) else "0") <= month <= (last if isinstance(last, str) else "9"):
            roles[kind].append((("", group), who))
    notes = Notes(month)
    notes.circles(roles["main"], roles["backup"])
    return notes.found


@dataclass
class Notes:
    """The findings of one month, in the order they were noted."""

    month: str
    found: list[Finding] = field(default_factory=list)

    def _note(
        self,
        code: str,
        table: str,
        row_key: str,
        column: str,
        message: str,
        advice: str,
        severity: Literal["error", "warning"] = "warning",
        **fields: object,
    ) -> None:
        self.found.append(
            Finding(
                code=code,
                severity=severity,
                table=table,
                row_key=row_key,
                column=column,
                message=message,
                advice=advice,
                fields={"month": self.month, **fields},
            )
        )

    def nobody(
        self, office: str, cell: Cell, group: Group, people: Sequence[Person], rows: Sequence[str]
    ) -> None:
        """Nobody qualified and present for a cell with work; the nearest person is proposed."""

        def lacks(person: Person) -> int:
            held = person.level_of
            return sum(max(0, level - held.get(family, 0)) for family, level in group.needs.items())

        pool = cell[0]
        near = [p for p in people if not pool.startswith("own.") or pool == f"own.{p.organisation}"]
        best = min(near, key=lambda person: (lacks(person), person.code), default=None)
        needs = ", ".join(f"{family} {level}" for family, level in sorted(group.needs.items()))
        listed = ", ".join(rows[:8]) + (" ..." if len(rows) > 8 else "")
        if best is None:
            advice = N_("Pool this work, or give the organisation staff.")
        elif lacks(best):
            advice = N_("Train {best} (lacks {lacks} levels of {needs}), or ask another office.")
        else:
            advice = N_("Pin it to {best}, or look at that person's rank, kind of labour and absences.")
        self._note(
            "nobody_qualified",
            "task_groups",
            group.code,
            "competency",
            N_("At {office} nobody present in {month} may do {group} ({pool}): {rows} stay undone."),
            advice,
            office=office,
            group=group.code,
            pool=cell[0],
            rows=listed,
            best=best.code if best else "",
            lacks=lacks(best) if best else 0,
            needs=needs or "-",
        )

    def people(self, office: str, crew: Sequence[Member]) -> None:
        """A month without working days, people absent all month, overtime of the year used up."""
        if crew and all(person.time == 0 for person in crew):
            self._note(
                "month_without_days",
                "calendar",
                office,
                "date",
                N_("{office} has no working time in {month}: every day is off or everyone is away."),
                N_("Look at the tables calendar and absences for this month."),
                "error",
                office=office,
            )
            return
        for person in crew:
            if person.time == 0:
                self._note(
                    "absent_all_month",
                    "absences",
                    person.code,
                    "to_date",
                    N_("{who} is away for the whole of {month} and gets no work."),
                    N_("Nothing to do if the dates are right; else mend the absence."),
                    who=person.code,
                )

    def lines(self, case: OfficeMonth) -> None:
        """Lines that need more people, or more time of one person, than there is."""
        most = {person.code: person.time + person.extra for person in case.people}
        for line in case.lines:
            able = case.able(line)
            if not able:
                continue
            team = set(able) | set(case.may_help(line))
            if line.people > len(team):
                self._note(
                    "too_few_people",
                    "registrations",
                    line.code,
                    "people_needed",
                    N_("{line} needs {wanted} people at once, {able} may do it."),
                    N_("Lower the number of people, or train further colleagues."),
                    line=line.code,
                    wanted=line.people,
                    able=len(team),
                )
            elif max(most[who] for who in able) < line.own_minutes:
                self._note(
                    "line_too_long",
                    "registrations",
                    line.code,
                    "quantity",
                    N_("{line} takes one person {minutes} minutes in {month}; nobody has that much time."),
                    N_("Split the line, or set people_needed to {people}."),
                    line=line.code,
                    minutes=line.own_minutes,
                    people=-(-line.minutes // max(1, max(most[who] for who in able))),
                )

    def pin_absent(self, case: OfficeMonth, pin: str, who: str) -> None:
        """A pin on someone who is away all month."""
        self._note(
            "pin_absent",
            "pins",
            pin,
            "official",
            N_("{pin} fixes work for {who}, who is away for the whole of {month}."),
            N_("Name someone else for this month, or end the pin before it."),
            "error",
            pin=pin,
            who=who,
        )

    def pin_unfit(self, case: OfficeMonth, pin: str, who: str, group: str) -> None:
        """A pin on someone who is not qualified: the head's word stands, with a warning."""
        self._note(
            "pin_unqualified",
            "pins",
            pin,
            "official",
            N_("{pin} gives {group} to {who}, who does not meet its requirements."),
            N_("The pin is kept; train the person or choose another one."),
            pin=pin,
            who=who,
            group=group,
        )

    def pin_twice(self, case: OfficeMonth, pin: str, line: str) -> None:
        """Two responsible officials pinned to one registration."""
        self._note(
            "pin_twice",
            "pins",
            pin,
            "registration",
            N_("{line} is pinned to two responsible officials."),
            N_("Keep one pin; make the other one a helper."),
            "error",
            line=line,
        )

    def circles(self, mains: Sequence[tuple[Cell, str]], backups: Sequence[tuple[Cell, str]]) -> None:
        """Backups pinned in a circle: the same person twice, or two who only stand in for each other."""
        first, second = dict(mains), dict(backups)
        stands_for: dict[str, set[str]] = {}
        for cell, who in second.items():
            main = first.get(cell)
            if main == who:
                self._note(
                    "backup_is_main",
                    "pins",
                    "/".join(cell),
                    "official",
                    N_("{who} is pinned as main and as backup official of {group}."),
                    N_("Name another backup."),
                    "error",
                    who=who,
                    group=cell[1],
                )
            elif main is not None:
                stands_for.setdefault(who, set()).add(main)
        for who, others in sorted(stands_for.items()):
            for other in sorted(others):
                if who < other and who in stands_for.get(other, set()):
                    self._note(
                        "circular_backup",
                        "pins",
                        f"{who},{other}",
                        "official",
                        N_("{who} and {other} are pinned to stand in for each other only."),
                        N_("Name a third person as backup of one of the groups."),
                        who=who,
                        other=other,
                    )

    def empty(self) -> Finding:
        """Return the finding that there is nothing to assign."""
        return Finding(
            code="nothing_to_assign",
            table="registrations",
            column="period",
            value=self.month,
            message=N_("No approved work falls into {month}."),
            advice=N_("Approve the month first (`vitri approve`), or look at the periods."),
            fields={"month": self.month},
        )
