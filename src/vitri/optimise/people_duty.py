"""Who is mainly responsible for a cell of work, and who stands in: one main official, and backups.

A cell is a task group of one pool in one office. Both choices hold for the whole horizon, so that people know
their work; the monthly minutes are shared out afterwards and prefer them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vitri.optimise.people_data import OWN, QUOTA_CATEGORIES, Group, Person, PostGroup, pool_home
from vitri.rules.pins import YearPins

if TYPE_CHECKING:
    from vitri.policy import PlanningModel

Cell = tuple[str, str, str]
NO_PINS = YearPins()


@dataclass(frozen=True, eq=False)
class Holder:
    """Someone in a seat: an official, or the vacancy ``VAC-<post group>-<seat>`` (`person` None).

    `minutes` is the holder's time over the whole horizon; `after` names the official whose seat a vacancy
    takes over when that person leaves during the horizon.
    """

    code: str
    post: PostGroup
    person: Person | None
    minutes: int
    after: str = ""


@dataclass
class Duties:
    """The outcome for one office or many: per cell the main holder, the backups and everyone able to help.

    `order[cell]` lists holders in the order in which the cell's work is offered to them, the main one first.
    `heirs` are the vacancies that take over where the main holder leaves during the horizon.
    """

    main: dict[Cell, Holder] = field(default_factory=dict)
    heirs: dict[Cell, Holder] = field(default_factory=dict)
    backups: dict[Cell, list[Holder]] = field(default_factory=dict)
    order: dict[Cell, list[Holder]] = field(default_factory=dict)
    groups_of: dict[Holder, set[str]] = field(default_factory=dict)


def _tier(holder: Holder, main: bool, free: bool) -> int:
    """Rank a holder for a cell: own work of fixed posts, main position, combined duties, free time."""
    if free:
        return 5
    if main and holder.post.fixed:
        return 0
    return (1 if main else 3) + (holder.person is None)


def share_out(
    cells: Sequence[tuple[Cell, int]],
    holders: Sequence[Holder],
    groups: Mapping[str, Group],
    model: PlanningModel,
    pins: YearPins = NO_PINS,
) -> Duties:
    """Choose main and backup holders of one office's cells, largest cell first.

    `cells` are (cell, minutes over the horizon). Nobody gets work that the head keeps from them; whom the
    head pinned comes first where their post holds the cell. Else the main holder is the one whose main
    position includes the cell (officials before vacancies), then the one with most time left, then the
    lowest code; someone who would exceed the number of task groups a person may hold is avoided if possible.
    """
    duties = Duties()
    full = model.structure.max_groups_per_person
    left = {holder: holder.minutes for holder in holders}
    reach: dict[Cell, list[tuple[int, Holder]]] = {}
    for holder in holders:
        for pool, group, main, free in holder.post.cells:
            reach.setdefault((holder.post.office, pool, group), []).append(
                (_tier(holder, main, free), holder)
            )
    ordered = sorted(cells, key=lambda item: (-item[1], item[0]))
    for cell, minutes in ordered:
        able = [
            (tier, holder)
            for tier, holder in reach.get(cell, [])
            if holder.minutes > 0 and (cell[2], holder.code) not in pins.excluded
        ]
        if not able:
            continue

        def rank(item: tuple[int, Holder], group: str = cell[2]) -> tuple[bool, int, bool, int, str]:
            tier, holder = item
            unpinned = holder.code not in pins.main.get(group, ())
            held = duties.groups_of.get(holder, set())
            most = holder.person.max_groups if holder.person else full
            return unpinned, tier, group not in held and len(held) >= most, -left[holder], holder.code

        chosen = min(able, key=rank)[1]
        duties.main[cell] = chosen
        duties.groups_of.setdefault(chosen, set()).add(cell[2])
        left[chosen] -= minutes
        rest = [holder for _, holder in sorted(able, key=rank) if holder is not chosen]
        heir = next((holder for holder in rest if holder.after == chosen.code), None)
        if heir is not None:
            duties.heirs[cell] = heir
        duties.order[cell] = [chosen, *rest]
    _stand_in(duties, ordered, holders, groups, model, pins)
    return duties


def _stand_in(
    duties: Duties,
    cells: Sequence[tuple[Cell, int]],
    holders: Sequence[Holder],
    groups: Mapping[str, Group],
    model: PlanningModel,
    pins: YearPins,
) -> None:
    """Add backups: who is pinned, who may do the cell, the best qualified whom no forbidden pair excludes."""
    real = [(holder, holder.person) for holder in holders if holder.person is not None and holder.minutes > 0]
    pairs = {frozenset((pair.a, pair.b)) for pair in model.forbidden_pair}
    tags = {
        holder: {groups[g].duty for _, g, _, _ in holder.post.cells if g in groups and groups[g].duty}
        for holder, _ in real
    }
    count = {holder: 0 for holder, _ in real}
    for cell, _ in cells:
        main = duties.main.get(cell)
        group = groups.get(cell[2])
        if main is None or group is None:
            continue
        able = duties.order[cell][1:]
        pinned = pins.backup.get(group.code, frozenset())
        ranked: list[tuple[tuple[object, ...], Holder]] = []
        for holder, person in real:
            if holder is main or (holder not in able and not _may_back(person, holder.post, cell, group)):
                continue
            if (group.code, holder.code) in pins.excluded:
                continue
            if group.duty and any(frozenset((group.duty, tag)) in pairs for tag in tags[holder]):
                continue
            place = able.index(holder) if holder in able else len(able)
            held = duties.groups_of.get(holder, set())
            key = (
                holder.code not in pinned,
                len(held | {group.code}) > person.max_groups,
                holder not in able,
                cell[1].startswith(OWN) and person.organisation != pool_home(cell[1]),
                bool(person.rank and group.ranks is not None and person.rank not in group.ranks),
                _missing(person, group),
                count[holder],
                place,
                holder.code,
            )
            ranked.append((key, holder))
        asked_for = sum(holder.code in pinned for _, holder in ranked)
        wanted = max(int(model.staffing.backup), group.min_holders - 1, asked_for)
        chosen = [holder for _, holder in sorted(ranked, key=lambda item: item[0])[:wanted]]
        for holder in chosen:
            count[holder] += 1
            duties.groups_of.setdefault(holder, set()).add(cell[2])
            if group.duty:
                tags[holder].add(group.duty)
        duties.backups[cell] = chosen
        known = [holder for holder in chosen if holder in able]
        heirs = [duties.heirs[cell]] if cell in duties.heirs else []
        first = [main, *heirs, *known]
        duties.order[cell] = [*first, *(holder for holder in able if holder not in first)]


def _missing(person: Person, group: Group) -> int:
    """Return the competency levels someone lacks for a group, 0 if none of theirs are known."""
    if not person.known:
        return 0
    return sum(max(0, level - person.level_of.get(family, 0)) for family, level in group.needs.items())


def _may_back(person: Person, post: PostGroup, cell: Cell, group: Group) -> bool:
    """Whether someone without the cell may stand in: leaders lead, same labour, a pool within reach."""
    if (group.klass == "I") != (post.kind.klass == "I"):
        return False
    labour = QUOTA_CATEGORIES if group.category in QUOTA_CATEGORIES else {group.category}
    if person.category not in labour:
        return False
    home = OWN + person.organisation
    pools = {post.pool, home, *(pool for pool, _, _, _ in post.cells)}
    return cell[1] in pools or (cell[1].startswith(OWN) and post.pool == "shared" and group.klass != "I")
