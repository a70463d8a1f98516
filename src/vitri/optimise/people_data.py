"""What the people engine knows of people, task groups and seats, read once from the tables.

Everything is codes and whole numbers; a blank organisation is ``""`` (staff of the office itself).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import pandas as pd

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

OWN = "own."
QUOTA_CATEGORIES = frozenset({"civil_servant", "cadre"})


class Sized(Protocol):
    """What the people engine reads of a sized plan (see `vitri.optimise.size.SizedPlan`)."""

    @property
    def post_groups(self) -> pd.DataFrame:
        """Sets of identical posts."""

    @property
    def duties(self) -> pd.DataFrame:
        """The cells (pool, task group) that each set of posts may serve."""

    @property
    def structure(self) -> pd.DataFrame:
        """The proposed positions."""


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """Return a column as texts, a missing value (or column) as ``""``."""
    if column not in frame.columns:
        return [""] * len(frame)
    return [value if isinstance(value, str) else "" for value in frame[column].tolist()]


def wholes(frame: pd.DataFrame, column: str, default: int) -> list[int]:
    """Return a column as whole numbers, a missing value (or column) as the default."""
    if column not in frame.columns:
        return [default] * len(frame)
    return [default if pd.isna(value) else int(value) for value in frame[column].tolist()]


def codes(value: str) -> tuple[str, ...]:
    """Split a stored list cell into its codes."""
    return tuple(part.strip() for part in value.split(";") if part.strip())


@dataclass(frozen=True)
class Group:
    """A task group: class, duty tag, admissible ranks (None: every rank), kind of labour, competencies.

    `needs` are the levels asked (family → level), `must` those that have to be held on entry.
    """

    code: str
    klass: str
    duty: str
    ranks: frozenset[str] | None
    category: str
    min_holders: int
    needs: Mapping[str, int]
    must: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Kind:
    """What a seat asks of its holder; seats of one kind are alike wherever they are, and share one object.

    `home` is the organisation whose own pool it serves (``""``: shared staff), `main` the groups of its main
    position, `groups` those and the covered ones; `ranks` None admits every rank.
    """

    position: str
    home: str
    klass: str
    main: frozenset[str]
    groups: frozenset[str]
    ranks: frozenset[str] | None
    categories: frozenset[str]
    matches: frozenset[str]


@dataclass(frozen=True)
class PostGroup:
    """A set of `posts` identical seats of one office; `free_bp` in hundredths of a percent (fixed posts).

    `cells` are (pool, task group, main, free) in rising order.
    """

    code: str
    office: str
    organisation: str
    pool: str
    position: str
    fixed: bool
    posts: int
    free_bp: int
    cells: tuple[tuple[str, str, bool, bool], ...]
    kind: Kind


@dataclass(frozen=True)
class Person:
    """An official as the placement sees one; `known` says whether any competency is known or inferred.

    `groups` are the task groups of today's main position, `all_groups` also those of combined positions.
    """

    code: str
    office: str
    organisation: str
    position: str
    rank: str
    category: str
    fte_bp: int
    transferable: str
    max_groups: int
    starts: dt.date | None
    ends: dt.date | None
    groups: frozenset[str]
    all_groups: frozenset[str]
    levels: tuple[tuple[str, int], ...]
    known: bool

    @cached_property
    def level_of(self) -> dict[str, int]:
        """Competency family → level held."""
        return dict(self.levels)


def days(frame: pd.DataFrame, column: str) -> list[dt.date | None]:
    """Return a column as dates, None where blank."""
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if pd.isna(value) else value.date() for value in frame[column].tolist()]


def read_groups(instance: Instance, model: PlanningModel) -> dict[str, Group]:
    """Read the task groups with the defaults that depend on the model filled in."""
    needs: dict[str, dict[str, int]] = {}
    must: dict[str, dict[str, int]] = {}
    further = instance.filled("requirements")
    for group, family, level, force in zip(
        texts(further, "task_group"),
        texts(further, "competency"),
        wholes(further, "min_level", 1),
        texts(further, "force"),
        strict=True,
    ):
        if force != "document":
            asked = needs.setdefault(group, {})
            asked[family] = max(level, asked.get(family, 0))
        if force in ("must", ""):
            held = must.setdefault(group, {})
            held[family] = max(level, held.get(family, 0))
    by_class: dict[str, frozenset[str]] = {
        klass: frozenset(rank.code for rank in model.rank if klass in rank.classes)
        for klass in ("I", "II", "III")
    }
    groups: dict[str, Group] = {}
    frame = instance.filled("task_groups")
    for code, klass, family, level, ranks, duty, category, holders in zip(
        texts(frame, "code"),
        texts(frame, "class"),
        texts(frame, "competency"),
        wholes(frame, "min_level", 1),
        texts(frame, "ranks"),
        texts(frame, "duty"),
        texts(frame, "category"),
        wholes(frame, "min_holders", 1),
        strict=True,
    ):
        asked = needs.setdefault(code, {})
        if family:
            asked[family] = max(level, asked.get(family, 0))
        allowed = frozenset(codes(ranks)) or by_class.get(klass, frozenset())
        support = model.quota.support_category if klass == "III" else "civil_servant"
        groups[code] = Group(
            code,
            klass,
            duty,
            allowed if model.rank else None,
            category or support,
            holders,
            asked,
            must.get(code, {}),
        )
    return groups


def read_people(instance: Instance, model: PlanningModel, groups: Mapping[str, Group]) -> list[Person]:
    """Read the officials in order of their codes, with the levels they hold.

    Someone without a row of competencies is taken to hold what today's positions ask; someone without such a
    position either is unknown, and no training is counted for them.
    """
    held: dict[str, dict[str, int]] = {}
    skills = instance.filled("official_competencies")
    for code, family, level in zip(
        texts(skills, "official"), texts(skills, "competency"), wholes(skills, "level", 1), strict=True
    ):
        held.setdefault(code, {})[family] = level
    positions = instance.filled("positions")
    groups_of = {
        code: frozenset(group for group in codes(value) if group in groups)
        for code, value in zip(texts(positions, "code"), texts(positions, "task_groups"), strict=True)
    }
    frame = instance.filled("officials").sort_values("code", kind="stable")
    limit = model.structure.max_groups_per_person
    people: list[Person] = []
    for (
        code,
        office,
        organisation,
        position,
        also,
        rank,
        category,
        fte,
        transferable,
        most,
        starts,
        ends,
    ) in zip(
        texts(frame, "code"),
        texts(frame, "office"),
        texts(frame, "organisation"),
        texts(frame, "position"),
        texts(frame, "also_positions"),
        texts(frame, "rank"),
        texts(frame, "category"),
        wholes(frame, "fte_pct", 10_000),
        texts(frame, "transferable"),
        wholes(frame, "max_groups", limit),
        days(frame, "from_date"),
        days(frame, "to_date"),
        strict=True,
    ):
        main = groups_of.get(position, frozenset())
        every = main.union(*(groups_of.get(other, frozenset()) for other in codes(also)))
        levels = held.get(code)
        if levels is None:
            levels = {}
            for group in sorted(every):
                for family, level in groups[group].needs.items():
                    levels[family] = max(level, levels.get(family, 0))
        people.append(
            Person(
                code,
                office,
                organisation,
                position,
                rank,
                category or "civil_servant",
                fte,
                transferable or "area",
                most,
                starts,
                ends,
                main,
                every,
                tuple(sorted(levels.items())),
                bool(every) or code in held,
            )
        )
    return people


def pool_home(pool: str) -> str:
    """Return the organisation of an own pool, ``""`` for a shared or named one."""
    return pool.removeprefix(OWN) if pool.startswith(OWN) else ""


def ranks_for(
    groups: Sequence[Group], klass: str, stated: frozenset[str], model: PlanningModel
) -> frozenset[str] | None:
    """Return the ranks a position admits: those stated, else those of its groups at a level all share.

    Ranks of one level are equivalent (ngạch tương đương). Where the groups share none (classes mixed in one
    position) every rank of its class is admitted. None means that the model knows no ranks.
    """
    if stated:
        return stated
    if not model.rank:
        return None
    of_class = frozenset(rank.code for rank in model.rank if klass in rank.classes)
    level = {rank.code: rank.level for rank in model.rank}
    sets = [group.ranks for group in groups if group.ranks is not None]
    common = (
        frozenset.intersection(*(frozenset(level[r] for r in s if r in level) for s in sets))
        if sets
        else None
    )
    if common is None:
        return of_class
    return frozenset(rank for ranks in sets for rank in ranks if level.get(rank) in common) or of_class


def categories_for(groups: Sequence[Group], mix: bool) -> frozenset[str]:
    """Return the kinds of labour a seat admits: those of all its groups, or of any if mixing is allowed."""
    sets = [
        QUOTA_CATEGORIES if group.category in QUOTA_CATEGORIES else frozenset({group.category})
        for group in groups
    ]
    if not sets:
        return QUOTA_CATEGORIES
    union = frozenset.union(*sets)
    return union if mix else frozenset.intersection(*sets) or union


def read_posts(
    instance: Instance, model: PlanningModel, sized: Sized, groups: Mapping[str, Group]
) -> list[PostGroup]:
    """Read the sets of posts in order of their codes, with what their seats ask of a holder."""
    cells: dict[str, list[tuple[str, str, bool, bool]]] = {}
    duties = sized.duties
    for code, pool, group, is_main, is_free in zip(
        texts(duties, "post_group"),
        texts(duties, "pool"),
        texts(duties, "task_group"),
        duties["main"].astype(bool).tolist(),
        duties["free"].astype(bool).tolist(),
        strict=True,
    ):
        cells.setdefault(code, []).append((pool, group, is_main, is_free))
    positions = instance.filled("positions")
    today = {
        code: (klass, frozenset(codes(ranks)), frozenset(codes(held)))
        for code, klass, ranks, held in zip(
            texts(positions, "code"),
            texts(positions, "class"),
            texts(positions, "ranks"),
            texts(positions, "task_groups"),
            strict=True,
        )
    }
    structure = sized.structure
    matches = {
        (scope, code): frozenset(codes(value))
        for scope, code, value in zip(
            texts(structure, "structure"),
            texts(structure, "position"),
            texts(structure, "matches_position"),
            strict=True,
        )
    }
    offices = instance.filled("offices")
    class_of = dict(zip(texts(offices, "code"), texts(offices, "office_class"), strict=True))
    nothing: tuple[str, frozenset[str], frozenset[str]] = ("", frozenset(), frozenset())
    kinds: dict[tuple[object, ...], Kind] = {}
    posts: list[PostGroup] = []
    frame = sized.post_groups.sort_values("post_group", kind="stable")
    for code, office, organisation, pool, position, kind, number, free_bp in zip(
        texts(frame, "post_group"),
        texts(frame, "office"),
        texts(frame, "organisation"),
        texts(frame, "pool"),
        texts(frame, "position"),
        texts(frame, "kind"),
        wholes(frame, "posts", 0),
        wholes(frame, "free_pct", 0),
        strict=True,
    ):
        own = tuple(sorted(cells.get(code, [])))
        every = frozenset(group for _, group, _, _ in own)
        main = frozenset(group for _, group, is_main, _ in own if is_main)
        scopes = ((scope, position) for scope in (office, class_of.get(office, ""), "all"))
        match = next((matches[scope] for scope in scopes if scope in matches), frozenset())
        fixed = kind == "fixed"
        home = pool_home(pool)
        key = (position, home, fixed, every, main, match)
        if key not in kinds:
            members = [groups[group] for group in sorted(main or every) if group in groups]
            klass, stated, held = today.get(position, nothing) if fixed else nothing
            main = main or held
            klass = klass or ("I" if fixed else min((group.klass for group in members), default="II"))
            kinds[key] = Kind(
                position,
                home,
                klass,
                main,
                every | main,
                ranks_for(members, klass, stated, model),
                categories_for(members, model.structure.mix_category),
                match,
            )
        posts.append(
            PostGroup(code, office, organisation, pool, position, fixed, number, free_bp, own, kinds[key])
        )
    return posts
