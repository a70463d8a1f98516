"""Why this person has a registration of an assigned month, and which rule or cost speaks against each
other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.why.section import Section, level_name, named
from vitri.i18n import LANGS, N_, Lang, number, percent, signed, tr
from vitri.optimise.office_month.case import Fit, Given, Line, OfficeMonth, work_of
from vitri.optimise.office_month.levels import Level, levels_from
from vitri.optimise.office_month.moves import Move, alternatives, moved
from vitri.optimise.office_month.read import Leader, bands_of, leaders_of, obstacle, trainable_of
from vitri.optimise.office_month.tables import month_tables, registration_of, restore
from vitri.optimise.people_data import Group, Person, read_groups, read_people
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.rules.case import Case
from vitri.rules.month import MONTH_RULES
from vitri.workload import compute

OBSTACLES = {
    "own_people": N_("the work is {codes}'s own and stays with its own people"),
    "leading": N_("it is leading work, and this is no leader"),
    "labour": N_("the kind of labour ({codes}) may not do it"),
    "no_free_share": N_("a leader without time for other work"),
    "rank": N_("the rank {codes} is not admitted"),
    "competency": N_("lacks the competency asked: {codes}"),
    "away": N_("has no time in the month"),
    "pinned": N_("the head has pinned {codes} to it"),
    "excluded": N_("the head has left this person out of it"),
}
UNITS = {"minutes": N_("minutes"), "roles": N_("roles"), "percent": N_("%"), "lines": N_("lines")}
SHOWN = 30


@dataclass(frozen=True)
class Month:
    """An assigned month read back from its run: the offices with what was given, levels, people, rules."""

    info: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    instance: Instance
    model: PlanningModel
    _now: dict[str, dict[tuple[str, str, str], str]] = field(default_factory=dict)

    @cached_property
    def answers(self) -> list[tuple[OfficeMonth, Given]]:
        """Every office's month with what was given."""
        apart = frozenset(frozenset((pair.a, pair.b)) for pair in self.model.forbidden_pair)
        most = self.model.staffing.max_people_per_group
        return restore(self.tables, apart, most, bands_of(self.model))

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels of the assignment."""
        return levels_from(self.info["levels"])

    @cached_property
    def groups(self) -> dict[str, Group]:
        """The task groups."""
        return read_groups(self.instance, self.model)

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the task groups."""
        frame = self.instance.tables["task_groups"].dropna(subset=["name"])
        return dict(zip(frame["code"].astype(str), frame["name"].astype(str), strict=True))

    @cached_property
    def people(self) -> dict[str, Person]:
        """The officials by code."""
        return {person.code: person for person in read_people(self.instance, self.model, self.groups)}

    @cached_property
    def leaders(self) -> dict[str, Leader]:
        """What today's position says of each official."""
        return leaders_of(self.instance, self.model)

    @cached_property
    def learnt(self) -> dict[str, frozenset[str]]:
        """Competencies that may be learnt on the job, by task group."""
        return trainable_of(self.instance)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The workload lines of the month."""
        lines = compute(self.instance, self.model, time_fund(self.instance, self.model)).lines
        return pd.DataFrame(lines[lines["month"] == self.info["month"]])

    def tasks(self) -> set[str]:
        """Return the codes of the registrations."""
        return {registration_of(line.code) for case, _ in self.answers for line in case.lines}

    def officials(self) -> set[str]:
        """Return the codes of the officials."""
        return {person.code for case, _ in self.answers for person in case.people}

    def broken_now(self, case: OfficeMonth, given: Given) -> dict[tuple[str, str, str], str]:
        """Return what the rules say of an office's month as it was assigned; measured once."""
        if case.office not in self._now:
            self._now[case.office] = self.broken(case, given)
        return self._now[case.office]

    def broken(self, case: OfficeMonth, given: Given) -> dict[tuple[str, str, str], str]:
        """Return what the rules of a month say of a plan that breaks them, in Vietnamese and English joined.

        Keys are (rule, place, detail); values hold both sentences, a line each.
        """
        tables = month_tables([(case, given)])
        lines = self.lines[self.lines["office"] == case.office]
        fund = time_fund(self.instance, self.model)
        measured = Case.of(self.instance, self.model, tables, pd.DataFrame(), fund, lines=lines)
        said = {}
        for rule in MONTH_RULES:
            rows: list[dict[Any, Any]] = rule.measure(measured).to_dict("records")
            for row in rows:
                if row["broken"]:
                    key = (rule.name, str(row["place"]), str(row["detail"]))
                    texts = (f"{tr(rule.title, lang)}: {rule.say(row, lang)}" for lang in LANGS)
                    said[key] = "\n".join(texts)
        return said


def why_task(month: Month, task: str, lang: Lang) -> list[Section]:
    """Answer why a registration went to whom it went; one part for every pool it is split over."""
    return [
        section
        for case, given in month.answers
        for line in case.lines
        if task in (line.code, registration_of(line.code))
        for section in _why_line(month, case, given, line, lang)
    ]


def _why_line(month: Month, case: OfficeMonth, given: Given, line: Line, lang: Lang) -> Iterator[Section]:
    who = given.responsible.get(line.code)
    group = named(month.names.get(line.cell[1], ""), line.cell[1])
    about = tr(
        "{group}, priority {priority}: {hours} h in the month.",
        lang,
        group=group,
        priority=number(line.priority, lang),
        hours=number(line.minutes / 60, lang, 1),
    )
    if who is None:
        yield Section(tr("Why nobody has {task}", lang, task=line.code), (about,))
    else:
        title = tr("Why {who} has {task}", lang, who=who, task=line.code)
        yield Section(title, (about, *_fit(case, given, line, who, lang)))
    rows = [
        (person.code, *_against(month, case, given, line, person.code, lang))
        for person in case.people
        if person.code != who
    ]
    order = sorted(rows, key=lambda row: (row[1], row[0]))
    words = {0: tr("possible", lang), 1: tr("breaks a rule", lang), 2: tr("may not", lang)}
    yield Section(
        tr("The other officials of {office}", lang, office=case.office),
        (tr("Exact for one move at a time, all else as assigned.", lang),),
        (tr("Official", lang), tr("Possible?", lang), tr("Why, or what it would cost", lang)),
        tuple((code, words[state], text) for code, state, text in order[:SHOWN]),
    )


def _fit(case: OfficeMonth, given: Given, line: Line, who: str, lang: Lang) -> Iterator[str]:
    """Say how the person suits the line, who helps, and how loaded the person is."""
    fit = case.fits.get(line.cell, {}).get(who, Fit(False))
    if case.pinned_main.get(line.code) == who:
        yield tr("The head has pinned this person to it.", lang)
    elif fit.own:
        yield tr("It is work of this person's own position.", lang)
    elif fit.free:
        yield tr("It is not of this person's own position: a leader gives it free time.", lang)
    else:
        yield tr("It is not of this person's own position, but labour, rank and competency allow it.", lang)
    if given.main.get(line.cell) == who:
        yield tr("This person is the main official of the task group here.", lang)
    if line.before:
        yield (
            tr("It was this person's before.", lang)
            if line.before == who
            else tr("It was {who}'s before.", lang, who=line.before)
        )
    helpers = given.helpers.get(line.code, ())
    if helpers:
        yield tr("Helpers: {who}.", lang, who=", ".join(helpers))
    yield load_text(case, given, who, lang)


def load_text(case: OfficeMonth, given: Given, who: str, lang: Lang) -> str:
    """Say how much of the month's time of a person is taken."""
    person = next(member for member in case.people if member.code == who)
    load = sum(minutes for _, minutes, _ in work_of(case, given)[who])
    share = percent(100 * load / person.time, lang) if person.time else "–"
    return tr(
        "Load: {load} of {time} h, {share}.",
        lang,
        load=number(load / 60, lang, 1),
        time=number(person.time / 60, lang, 1),
        share=share,
    )


def _against(
    month: Month, case: OfficeMonth, given: Given, line: Line, who: str, lang: Lang
) -> tuple[int, str]:
    """Return what speaks against another person: 0 a cost, 1 a rule broken by the move, 2 may not at all."""
    reason = _obstacle(month, case, line, who)
    if reason is not None:
        return 2, tr(OBSTACLES[reason[0]], lang, codes=reason[1])
    moves = alternatives(case, given, month.levels, (line.code,), who)
    move = next((move for move in moves if move.after == who), None)
    if move is None:
        return 1, tr("there would not be enough helpers", lang)
    if move.allowed:
        return 0, cost_text(month.info["levels"], move.change, lang)
    return 1, _rule_text(month, case, given, line, move, lang)


def _obstacle(month: Month, case: OfficeMonth, line: Line, who: str) -> tuple[str, str] | None:
    if line.code in case.pinned_main and case.pinned_main[line.code] != who:
        return "pinned", case.pinned_main[line.code]
    if (line.code, who) in case.excluded:
        return "excluded", who
    if who in case.fits.get(line.cell, {}):
        return None
    person, group = month.people[who], month.groups[line.cell[1]]
    learnt = month.learnt.get(group.code, frozenset())
    found = obstacle(person, group, line.cell, month.leaders[who], learnt) or ("away", who)
    if found[0] != "competency":
        return found
    family = {row.code: row.name for row in month.model.competency}
    asked = (part.split(" ") for part in found[1].split("; "))
    return found[0], "; ".join(f"{named(family.get(code, ''), code)} {level}" for code, level in asked)


def _rule_text(month: Month, case: OfficeMonth, given: Given, line: Line, move: Move, lang: Lang) -> str:
    """Say which rules of the month the move breaks, as the rules themselves say it."""
    before = month.broken_now(case, given)
    after = month.broken(case, moved(case, given, line, move.after))
    said = [text.split("\n")[LANGS.index(lang)] for key, text in after.items() if key not in before]
    if said:
        return " ".join(said)
    return "; ".join(sorted({tr(LIMITS[limit], lang) for limit, _ in move.broken}))


LIMITS = {
    "time": N_("time and overtime"),
    "free_share": N_("time for other work"),
    "groups": N_("task groups of one person"),
    "forbidden_pair": N_("duties that must be apart"),
    "people": N_("people in one task group"),
    "backup_is_main": N_("backup is someone else"),
}


def cost_text(levels: Sequence[Mapping[str, Any]], change: Sequence[int], lang: Lang) -> str:
    """Write what every level changes by, in order."""
    parts = [
        f"{level_name(level, lang)}: {signed(value, lang)} {tr(UNITS[level['unit']], lang)}"
        for level, value in zip(levels, change, strict=True)
        if value
    ]
    return "; ".join(parts) or tr("nothing changes", lang)


def why_official(month: Month, official: str, lang: Lang) -> list[Section]:
    """Answer why an official has the tasks of the month: fit and load, and the best other person for each."""
    for case, given in month.answers:
        if official in {person.code for person in case.people}:
            return list(_why_person(month, case, given, official, lang))
    return []


def _why_person(month: Month, case: OfficeMonth, given: Given, who: str, lang: Lang) -> Iterator[Section]:
    said = [load_text(case, given, who, lang)]
    for text, roles in (
        (N_("Main official of: {groups}."), given.main),
        (N_("Backup official of: {groups}."), given.backup),
    ):
        cells = sorted(cell for cell, holder in roles.items() if holder == who)
        if cells:
            held = dict.fromkeys(code for _, code in cells)
            groups = "; ".join(named(month.names.get(code, ""), code) for code in held)
            said.append(tr(text, lang, groups=groups))
    yield Section(tr("Why {who} has this work", lang, who=who), tuple(said))
    rows = []
    for line, minutes, role in sorted(work_of(case, given)[who], key=lambda row: (-row[1], row[0].code)):
        fit = case.fits.get(line.cell, {}).get(who, Fit(False))
        own = tr("own position", lang) if fit.own else tr("other work", lang)
        best = "" if role != "main" else _best_other(month, case, given, line, lang)
        task = tr(_ROLES[role], lang)
        rows.append((line.code, line.cell[1], task, number(minutes / 60, lang, 1), own, best))
    titles = tuple(tr(head, lang) for head in _HEADS)
    yield Section(
        tr("Tasks of the month", lang),
        (tr("Why each other person is behind: vitri why RUN --task ID.", lang),),
        titles,
        tuple(rows[:SHOWN]),
        (3,),
    )


_ROLES = {"main": N_("responsible"), "helper": N_("helps")}
_HEADS = (
    N_("Registration"), N_("Task group"), N_("Role"), N_("Hours"), N_("Fit"),
    N_("Best other person, and what it would cost"),
)  # fmt: skip


def _best_other(month: Month, case: OfficeMonth, given: Given, line: Line, lang: Lang) -> str:
    """Return who else could have a line at least cost; why nobody else can."""
    moves = [move for move in alternatives(case, given, month.levels, (line.code,)) if move.after]
    if not moves:
        return tr("nobody else may do it", lang)
    best = moves[0]
    cost = (
        cost_text(month.info["levels"], best.change, lang)
        if best.allowed
        else tr(
            "breaks: {limits}", lang, limits="; ".join(sorted({tr(LIMITS[k], lang) for k, _ in best.broken}))
        )
    )
    return f"{best.after}: {cost}"
