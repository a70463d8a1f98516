"""Why an official has a seat of a plan: fit, training and load, and what speaks against each other
candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.why.section import Section, named
from vitri.i18n import N_, Lang, month_text, number, percent, tr
from vitri.optimise.people_data import Group, Person, PostGroup, read_groups, read_people, read_posts
from vitri.optimise.people_match import Rules, fits_of, is_position, missing_levels
from vitri.optimise.staffing import rules_of, seats_pinned
from vitri.policy import PlanningModel
from vitri.rules.pins import year_pins

ACTIONS = {
    "stay": N_("stays in today's position"),
    "move": N_("moves to another position of the office"),
    "retrain": N_("stays in today's position, with training"),
    "transfer": N_("is transferred from another office"),
    "surplus": N_("has no seat: no seat was left that this person may fill at less disruption"),
    "leave": N_("leaves before the months planned"),
}
SHOWN = 15


class _Sized:
    """The tables of a run as the people engine reads a sizing."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.post_groups = tables["post_groups"]
        self.duties = tables["duties"]
        self.structure = tables["structure"]


def why_seat(
    info: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    instance: Instance,
    model: PlanningModel,
    official: str,
    lang: Lang,
) -> list[Section]:
    """Answer why an official has this seat, from a saved run; nothing is solved."""
    staffing = tables["staffing"]
    row: dict[Any, Any] = staffing[staffing["official"] == official].astype(object).to_dict("records")[0]
    names = _names(instance, tables)
    groups = read_groups(instance, model)
    people = {person.code: person for person in read_people(instance, model, groups)}
    posts = {post.code: post for post in read_posts(instance, model, _Sized(tables), groups)}
    person = people[official]
    post = None if pd.isna(row["post_group"]) else posts.get(str(row["post_group"]))
    sections = [_seat(row, person, post, groups, names, lang), _work(tables, official, names, lang)]
    if post is not None and not post.fixed:
        crew = list(people.values())
        pinned, _ = seats_pinned(year_pins(instance).position, crew, list(posts.values()))
        rules = rules_of(instance, model, groups, crew, pinned)
        sections.append(_others(staffing, people, person, post, rules, names, lang))
    return sections


def _names(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {}
    for table in ("offices", "positions", "task_groups"):
        frame = instance.tables[table].dropna(subset=["name"])
        names[table] = dict(zip(frame["code"].astype(str), frame["name"].astype(str), strict=True))
    structure = tables["structure"].dropna(subset=["name"])
    names["positions"] |= dict(zip(structure["position"], structure["name"], strict=True))
    return names


def _place(office: Any, position: Any, names: Mapping[str, Mapping[str, str]], lang: Lang) -> str:
    """Write a position in an office, each by name."""
    if pd.isna(office) or pd.isna(position):
        return tr("no position", lang)
    where = names["offices"].get(str(office), str(office))
    return f"{named(names['positions'].get(str(position), ''), str(position))}, {where}"


def _seat(
    row: Mapping[str, Any],
    person: Person,
    post: PostGroup | None,
    groups: Mapping[str, Group],
    names: Mapping[str, Mapping[str, str]],
    lang: Lang,
) -> Section:
    said = [
        tr("Today: {place}.", lang, place=_place(row["office_now"], row["position_now"], names, lang)),
    ]
    if post is not None:
        said.append(
            tr("In the plan: {place}.", lang, place=_place(row["office"], row["position"], names, lang))
        )
    if post is not None and post.fixed:
        said.append(tr("It is a fixed post: today's holder keeps it.", lang))
    else:
        said.append(tr("This person {action}.", lang, action=tr(ACTIONS[str(row["action"])], lang)))
    if post is not None and not post.fixed:
        lacking = missing_levels(person, post.kind, groups)
        if not person.known:
            said.append(tr("No competency of this person is known; fit was not judged.", lang))
        elif lacking:
            short = "; ".join(
                f"{family} {number(levels, lang)}" for family, levels in sorted(lacking.items())
            )
            said.append(
                tr("Levels of competency to be trained: {short}; {days} days.", lang, short=short,
                   days=number(int(row["training_days"] or 0), lang))
            )  # fmt: skip
        else:
            said.append(tr("Every competency asked is held.", lang))
    return Section(tr("Why {who} has this seat", lang, who=person.code), tuple(said))


def _work(
    tables: Mapping[str, pd.DataFrame], official: str, names: Mapping[str, Mapping[str, str]], lang: Lang
) -> Section:
    """Say how loaded the official is, and lay out the task groups."""
    title = tr("Load and task groups", lang)
    load = tables["load"]
    load = load[load["official"] == official]
    time, work = int(load["available_minutes"].sum()), int(load["assigned_minutes"].sum())
    if not time:
        return Section(title, (tr("No time in the months planned.", lang),))
    top = load.sort_values(["load_pct_dec2", "month"], ascending=[False, True]).iloc[0]
    said = tr(
        "{work} of {time} h in the months planned, {share}; most in {month}: {top}.",
        lang,
        work=number(work / 60, lang, 1),
        time=number(time / 60, lang, 1),
        share=percent(100 * work / time, lang),
        month=month_text(str(top["month"]), lang),
        top=percent(int(top["load_pct_dec2"]) / 100, lang),
    )
    given = tables["assignments"]
    given = given[given["official"] == official]
    sums = given.groupby(["task_group", "role"], sort=True)[["minutes", "overtime_minutes"]].sum()
    rows = [
        (
            named(names["task_groups"].get(str(key[0]), ""), str(key[0])),
            tr(ROLES.get(str(key[1]), N_("other")), lang),
            number(int(minutes) / 60, lang, 1),
            number(int(overtime) / 60, lang, 1),
        )
        for key, minutes, overtime in zip(sums.index, sums["minutes"], sums["overtime_minutes"], strict=True)
    ]
    heads = (tr("Task group", lang), tr("Role", lang), tr("Hours", lang), tr("Of it overtime", lang))
    return Section(title, (said,), heads, tuple(rows), (2, 3))


ROLES = {"main": N_("main official"), "backup": N_("backup official"), "helper": N_("helps")}


def _others(
    staffing: pd.DataFrame,
    people: Mapping[str, Person],
    holder: Person,
    post: PostGroup,
    rules: Rules,
    names: Mapping[str, Mapping[str, str]],
    lang: Lang,
) -> Section:
    """Compare everybody of the office, and whoever else suits the seat, with its holder."""
    crew = [person for person in people.values() if person.code != holder.code]
    fits = fits_of(crew, [post.kind], rules)
    seats = staffing[staffing["official"].notna()].set_index("official")
    rows = []
    for at, person in enumerate(crew):
        near = person.office == post.office
        admits = bool(fits.admits[at, 0])
        reach = rules.reach[person.code]
        same_area = rules.area_of.get(person.office) == rules.area_of.get(post.office)
        may_come = near or reach == 2 or (reach == 1 and same_area)
        if not near and not (admits and may_come):
            continue
        missing = int(fits.missing[at, 0])
        moved = not (near and bool(fits.kept[at, 0]))
        if admits:
            text = tr("levels missing: {levels}; {disruption}", lang, levels=number(missing, lang),
                      disruption=_disruption(near, moved, lang))  # fmt: skip
        else:
            text = _excluded(person, post, rules, lang)
        row = seats.loc[person.code] if person.code in seats.index else None
        seat = tr("no seat", lang) if row is None else _place(row["office"], row["position"], names, lang)
        rows.append(((not admits, not near, moved, missing, person.code), (person.code, text, seat)))
    said = tr(
        "People are placed all together: most seats filled first, then fewest people moved and transferred, "
        "then fewest levels trained. Whoever suits this seat better has another one below, or would leave "
        "one empty.",
        lang,
    )
    heads = (tr("Official", lang), tr("For this seat", lang), tr("Seat in the plan", lang))
    chosen = tuple(cells for _, cells in sorted(rows)[:SHOWN])
    return Section(tr("The other candidates", lang), (said,), heads, chosen)


def _disruption(near: bool, moved: bool, lang: Lang) -> str:
    if not near:
        return tr("a transfer", lang)
    return tr("another position than today's", lang) if moved else tr("today's position", lang)


def _excluded(person: Person, post: PostGroup, rules: Rules, lang: Lang) -> str:
    """Say which demand of a seat a person does not meet."""
    kind = post.kind
    if person.code in rules.pinned and not is_position(kind, rules.pinned[person.code]):
        return tr("may not: the head keeps this person in {codes}", lang, codes=rules.pinned[person.code])
    if person.position in rules.elected:
        return tr("may not: holds an elected post", lang)
    if person.category not in kind.categories:
        return tr("may not: the kind of labour ({codes}) is not admitted", lang, codes=person.category)
    if person.rank and kind.ranks is not None and person.rank not in kind.ranks:
        return tr("may not: the rank {codes} is not admitted", lang, codes=person.rank)
    short = sorted(
        f"{family} {level}"
        for group in kind.groups - person.all_groups
        for family, level in rules.groups[group].must.items()
        if person.level_of.get(family, 0) < level
    )
    return tr("may not: must hold on entry {codes}", lang, codes="; ".join(_unique(short)))


def _unique(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))
