"""Today's positions beside the proposed ones: which matches which, and how many posts and people each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitri.data.heads import heads_today
from vitri.data.instance import Instance
from vitri.optimise.demand_cube import FixedPost


@dataclass(frozen=True)
class Today:
    """Posts and incumbents now.

    `fixed` is keyed by (office, organisation or "", position), `sized` by office, then proposed position;
    both hold (posts, incumbents). `match` maps a proposed position to today's closest one, and `names` to
    its name where the task groups are the same. `known` is False where nothing is said of today.
    """

    known: bool
    fixed: Mapping[tuple[str, str, str], tuple[int, int]]
    sized: Mapping[str, Mapping[str, tuple[int, int]]]
    match: Mapping[str, str]
    names: Mapping[str, str]

    def name_of(self, position: str) -> str | None:
        """Return today's name of a proposed position whose groups did not change."""
        return self.names.get(position)


def today_of(
    instance: Instance,
    fixed: Sequence[FixedPost],
    offices: Sequence[str],
    proposed: Mapping[str, Mapping[str, frozenset[str]]],
) -> Today:
    """Match today's positions to the proposed ones by the task groups they share.

    Every post of today is counted once: each position of today goes to the proposed position of its office
    that shares most of its groups (ties: the lower code). A post number left blank is its incumbents.
    `proposed` gives for every office its proposed positions with their task groups.
    """
    if not (instance.has("current_posts") or instance.has("officials")):
        return Today(False, {}, {}, {}, {})
    positions = instance.table("positions").set_index("code")
    groups = {
        str(code): frozenset(str(held).split(";")) for code, held in positions["task_groups"].dropna().items()
    }
    taken = {(offices[p.office], p.organisation, p.position) for p in fixed}
    leading = {p.position for p in fixed}
    at_fixed: dict[tuple[str, str, str], tuple[int, int]] = {}
    sized: dict[str, dict[str, tuple[int, int]]] = {office: {} for office in offices}
    for head in heads_today(instance).to_dict("records"):
        office, organisation, position = (str(head[key]) for key in ("office", "organisation", "position"))
        posts, incumbents = int(head["posts"]), int(head["incumbents"])
        if (office, organisation, position) in taken or position in leading:
            at_fixed[office, organisation, position] = (posts, incumbents)
            continue
        target = _closest(groups.get(position, frozenset()), proposed.get(office, {}))
        if target is not None:
            now = sized[office].get(target, (0, 0))
            sized[office][target] = (now[0] + posts, now[1] + incumbents)
    match: dict[str, str] = {}
    names: dict[str, str] = {}
    for code, held in sorted({c: g for own in proposed.values() for c, g in own.items()}.items()):
        ranked = sorted(
            ((-len(held & old) / len(held | old), position) for position, old in groups.items() if held & old)
        )
        if ranked and ranked[0][1] not in leading:
            match[code] = ranked[0][1]
            if ranked[0][0] == -1.0:
                names[code] = str(positions.at[ranked[0][1], "name"])
    return Today(True, at_fixed, sized, match, names)


def _closest(held: frozenset[str], proposed: Mapping[str, frozenset[str]]) -> str | None:
    """Return the proposed position that shares most groups."""
    ranked = sorted(proposed, key=lambda code: (-len(held & proposed[code]), code))
    return ranked[0] if ranked else None
