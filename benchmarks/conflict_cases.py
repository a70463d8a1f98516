"""Small synthetic scenarios in which no plan exists, one kind of rule planted in each; drawn from a seed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from vitri.data import build_instance
from vitri.data.instance import Instance
from vitri.policy import PlanningModel, load_model
from vitri.policy.rows import ForbiddenPair, RatioCap, SizeRule

#: Minutes of one post in the quarter of the cases, near enough to draw work in posts.
QUARTER = 23_000
MONTHS = ("2021-01", "2021-02", "2021-03")


@dataclass
class Draft:
    """A scenario while it is drawn: offices with areas, groups, work in tenths of a post, limits, rules."""

    rng: random.Random
    sizing: str
    offices: dict[str, str] = field(default_factory=dict)
    groups: list[dict[str, str]] = field(default_factory=list)
    work: dict[tuple[str, str], int] = field(default_factory=dict)
    fixed: list[tuple[str, str, int]] = field(default_factory=list)
    quotas: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    structure: dict[str, Any] = field(default_factory=dict)
    pairs: list[tuple[str, str, str]] = field(default_factory=list)
    caps: list[dict[str, Any]] = field(default_factory=list)
    sizes: list[dict[str, Any]] = field(default_factory=list)

    def limit(self, unit: str, klass: str = "", **numbers: int) -> None:
        """Set numbers of a unit's quota, or of its quota of one class: posts, floor, cap."""
        self.quotas.setdefault((unit, klass), {}).update(numbers)

    def posts(self, office: str) -> int:
        """Return the posts that an office's work fills if it is pooled, rounded up."""
        return -(-sum(tenths for (at, _), tenths in self.work.items() if at == office) // 10)

    def held(self, office: str) -> int:
        """Return the fixed posts of an office."""
        return sum(posts for at, _, posts in self.fixed if at == office)

    def any_office(self) -> str:
        """Return one of the offices."""
        return self.rng.choice(sorted(self.offices))


@dataclass(frozen=True)
class Case:
    """A scenario without a plan: the kind of rule planted, the family it must show in, and the input."""

    kind: str
    family: str
    seed: int
    instance: Instance
    model: PlanningModel
    sizing: str


@cache
def _base() -> PlanningModel:
    return load_model("van-phong-khoi-2019").in_force(dt.date(2021, 1, 1))


def draw(rng: random.Random, sizing: str, *, groups: int = 0, classes: str = "II") -> Draft:
    """Draw offices below one or two areas, task groups with work, and some fixed posts."""
    draft = Draft(rng, sizing)
    areas = rng.choice((("T",), ("A", "B")))
    for index in range(rng.randint(2, 3)):
        draft.offices[f"O{index}"] = areas[index % len(areas)]
    named = classes.split(";")
    for index in range(groups or rng.randint(2, 4)):
        draft.groups.append({"code": f"G{index}", "class": named[index % len(named)]})
    for office in draft.offices:
        for group in draft.groups:
            if rng.random() < 0.9 or group is draft.groups[0]:
                draft.work[office, group["code"]] = rng.randint(2, 14)
        if rng.random() < 0.6:
            draft.fixed.append((office, "TP", 1))
        if rng.random() < 0.3:
            draft.fixed.append((office, "PP", rng.randint(1, 2)))
    return draft


def _loose(draft: Draft) -> None:
    """Add limits far away, which a minimal conflict has to leave out."""
    rng = draft.rng
    draft.limit("T", cap=rng.randint(60, 90))
    draft.limit(draft.any_office(), cap=rng.randint(40, 50))
    draft.limit(rng.choice(sorted(draft.offices)), "II", cap=rng.randint(30, 50))


def _ceiling(draft: Draft) -> None:
    floors = {office: draft.held(office) + draft.rng.randint(1, 5) for office in draft.offices}
    for office, floor in floors.items():
        draft.limit(office, floor=floor)
    draft.limit("T", posts=sum(floors.values()) - draft.rng.randint(1, 4))


def _area(draft: Draft) -> None:
    area = draft.offices["O0"]
    inside = [office for office, home in draft.offices.items() if home == area]
    for office in draft.offices:
        draft.limit(office, floor=draft.held(office) + draft.rng.randint(1, 4))
    total = sum(draft.quotas[office, ""]["floor"] for office in inside)
    draft.limit(area, posts=max(0, total - draft.rng.randint(1, 3)))
    draft.limit("T", cap=80)


def _cap(draft: Draft) -> None:
    for office in draft.offices:
        draft.limit(office, floor=draft.held(office) + draft.rng.randint(1, 4))
    total = sum(draft.quotas[office, ""]["floor"] for office in draft.offices)
    draft.limit("T", cap=total - draft.rng.randint(1, 3))


def _floor(draft: Draft) -> None:
    area = draft.offices["O0"]
    inside = [office for office, home in draft.offices.items() if home == area]
    for office in inside:
        draft.limit(office, cap=draft.held(office) + draft.rng.randint(1, 4))
    total = sum(draft.quotas[office, ""]["cap"] for office in inside)
    draft.limit(area, floor=total + draft.rng.randint(1, 5))


def _size(draft: Draft, *, floor: bool) -> None:
    office = draft.any_office()
    number = draft.held(office) + draft.rng.randint(2, 5)
    if floor:
        draft.sizes.append({"unit": "office", "office_class": office, "floor": number})
        draft.limit(office, cap=number - draft.rng.randint(1, 2))
    else:
        draft.sizes.append({"unit": "office", "office_class": office, "floor": 0, "cap": number})
        draft.limit(office, floor=number + draft.rng.randint(1, 4))


def _fixed(draft: Draft) -> None:
    office = draft.any_office()
    draft.fixed.append((office, "CV", draft.rng.randint(3, 6)))
    draft.limit("T", posts=sum(map(draft.held, draft.offices)) - draft.rng.randint(1, 3))


def _class_most(draft: Draft) -> None:
    office = draft.any_office()
    most = {klass: draft.rng.randint(1, 3) for klass in ("II", "III")}
    for klass, number in most.items():
        draft.limit(office, klass, posts=number)
    draft.limit(office, floor=sum(most.values()) + draft.held(office) + draft.rng.randint(1, 3))


def _class_floor(draft: Draft) -> None:
    office = draft.any_office()
    least = {klass: draft.rng.randint(1, 4) for klass in ("II", "III")}
    for klass, number in least.items():
        draft.limit(office, klass, floor=number)
    draft.limit(office, cap=sum(least.values()) + draft.held(office) - draft.rng.randint(1, 2))


def _class_cap(draft: Draft) -> None:
    office = draft.any_office()
    most = max(1, draft.posts(office) - draft.rng.randint(1, 2))
    first = draft.rng.randint(0, most)
    draft.limit(office, "II", cap=first)
    draft.limit(office, "III", cap=most - first)


def _ratio_quota(draft: Draft) -> None:
    office = draft.any_office()
    draft.fixed = [row for row in draft.fixed if row[0] != office]
    deputies = draft.rng.randint(2, 4)
    draft.fixed += [(office, "TP", 1), (office, "PP", deputies)]
    draft.caps.append({"max_pct": draft.rng.choice((25, 40, 50)), "of": "quota"})
    draft.limit(office, posts=deputies + 1 + draft.rng.randint(0, 1))


def _ratio_heads(draft: Draft) -> None:
    office = draft.any_office()
    draft.fixed.append((office, "PP", draft.rng.randint(2, 4)))
    draft.fixed.append((office, "TP", 1))
    draft.fixed = list(dict.fromkeys(draft.fixed))
    draft.caps.append({"max_pct": draft.rng.choice((50, 100)), "of": {"leader_role": "head"}})


def _ratio_posts(draft: Draft) -> None:
    office = draft.any_office()
    draft.fixed = [row for row in draft.fixed if row[0] != office]
    deputies = draft.rng.randint(2, 4)
    draft.fixed += [(office, "TP", 1), (office, "PP", deputies)]
    draft.caps.append({"max_pct": 25, "of": "quota"})
    draft.limit(office, cap=deputies * 4 - draft.rng.randint(1, 2))


def _need(draft: Draft, place: str) -> None:
    rng = draft.rng
    office = draft.any_office()
    if place == "office":
        draft.limit(office, cap=draft.held(office) + max(0, draft.posts(office) - rng.randint(1, 2)))
    elif place == "size":
        most = draft.held(office) + max(0, draft.posts(office) - rng.randint(1, 2))
        draft.sizes.append({"unit": "office", "office_class": office, "floor": 0, "cap": most})
    else:
        need = sum(draft.posts(o) + draft.held(o) for o in draft.offices)
        draft.limit("T", cap=need - rng.randint(1, 3))


def _tight(draft: Draft, groups: int, short: int = 1) -> None:
    """Give one office little work of every group, and one post fewer than keeping groups apart asks for."""
    office = draft.any_office()
    for group in draft.groups:
        draft.work[office, group["code"]] = draft.rng.randint(1, 2)
    draft.limit(office, cap=draft.held(office) + groups - short)


def _pair(draft: Draft, status: str) -> None:
    draft.groups[0]["duty"], draft.groups[1]["duty"] = "a", "b"
    draft.pairs.append(("a", "b", status))
    _tight(draft, 2)


def _competency(draft: Draft) -> None:
    draft.groups[0]["competency"], draft.groups[1]["competency"] = "KT", "VD"
    draft.structure |= {"cover_max_distance": 1, "max_distance": 1, "default_distance": 9}
    _tight(draft, 2)


def _alone(draft: Draft, **columns: tuple[str, str]) -> None:
    """Make the first two groups differ in a column, where no post combines positions."""
    for name, (first, second) in columns.items():
        draft.groups[0][name], draft.groups[1][name] = first, second
    draft.structure["max_positions_per_post"] = 1
    _tight(draft, 2)


def _same_class(draft: Draft) -> None:
    draft.structure["same_class"] = True
    _alone(draft, **{"class": ("II", "III")})


def _leadership(draft: Draft) -> None:
    draft.groups[0]["class"] = "I"
    _tight(draft, 2)


def _structure(draft: Draft, **numbers: int) -> None:
    draft.structure |= numbers
    _tight(draft, len(draft.groups), draft.rng.randint(1, max(1, len(draft.groups) - 1)))


def _combination(draft: Draft) -> None:
    office = draft.any_office()
    draft.structure |= {"max_groups_per_post": 1, "max_posts_per_combination": 1}
    for group in draft.groups:
        draft.work[office, group["code"]] = draft.rng.choice((6, 12, 13, 14))
    draft.limit(office, cap=draft.held(office) + draft.posts(office))


def _mixed(draft: Draft) -> None:
    rng = draft.rng
    for office in draft.offices:
        if rng.random() < 0.5:
            draft.limit(office, floor=draft.held(office) + rng.randint(0, 3))
        if rng.random() < 0.5:
            draft.limit(office, cap=draft.held(office) + rng.randint(1, 4))
        if rng.random() < 0.4:
            draft.limit(office, rng.choice(("II", "III")), cap=rng.randint(0, 2))
        if rng.random() < 0.3:
            draft.limit(office, rng.choice(("II", "III")), floor=rng.randint(1, 3))
    if rng.random() < 0.6:
        draft.limit("T", posts=sum(map(draft.held, draft.offices)) + rng.randint(2, 7))
    if rng.random() < 0.4:
        draft.caps.append({"max_pct": rng.choice((25, 50)), "of": "quota"})
    if rng.random() < 0.5:
        _pair(draft, rng.choice(("law", "policy")))
    if rng.random() < 0.5:
        draft.structure |= {"max_positions_per_post": 1}


Planter = Callable[[Draft], None]
#: Kind → (family in which it must show, sizing, task groups (0: drawn), classes, how it is planted).
KINDS: dict[str, tuple[str, str, int, str, Planter]] = {
    "ceiling": ("ceiling", "ceiling", 0, "II", _ceiling),
    "ceiling of an area": ("ceiling", "ceiling", 0, "II;III", _area),
    "cap": ("cap", "ceiling", 0, "II", _cap),
    "floor": ("floor", "ceiling", 0, "II", _floor),
    "size rule, most": ("size_cap", "ceiling", 0, "II", lambda d: _size(d, floor=False)),
    "size rule, least": ("size_floor", "ceiling", 0, "II", lambda d: _size(d, floor=True)),
    "fixed posts": ("fixed", "ceiling", 0, "II", _fixed),
    "quota of a class": ("class_most", "ceiling", 0, "II;III", _class_most),
    "floor of a class": ("class_floor", "ceiling", 0, "II;III", _class_floor),
    "floor of a class, by need": ("class_floor", "need", 3, "II;III", _class_floor),
    "cap of a class, by need": ("class_cap", "need", 3, "II;III", _class_cap),
    "deputies, of the quota": ("ratio_cap", "ceiling", 0, "II", _ratio_quota),
    "deputies, of the heads": ("ratio_cap", "need", 3, "II", _ratio_heads),
    "deputies, of the posts": ("ratio_cap", "need", 3, "II", _ratio_posts),
    "service rule, office": ("work", "need", 0, "II", lambda d: _need(d, "office")),
    "service rule, size rule": ("work", "need", 0, "II", lambda d: _need(d, "size")),
    "service rule, province": ("work", "need", 0, "II", lambda d: _need(d, "province")),
    "forbidden pair (law)": ("pair", "need", 3, "II", lambda d: _pair(d, "law")),
    "forbidden pair (policy)": ("pair", "need", 3, "II", lambda d: _pair(d, "policy")),
    "competencies apart": ("pair", "need", 3, "II", _competency),
    "ranks not shared": (
        "pair", "need", 2, "II", lambda d: _alone(d, ranks=("01.001", "01.004")),
    ),
    "classes not mixed": ("pair", "need", 2, "II", _same_class),
    "leadership apart": ("pair", "need", 3, "II", _leadership),
    "kinds of labour apart": (
        "pair", "need", 3, "II", lambda d: _alone(d, category=("civil_servant", "cadre")),
    ),
    "groups of a position": (
        "structure", "need", 4, "II",
        lambda d: _structure(d, max_groups_per_post=2, max_positions_per_post=1),
    ),
    "positions of a post": (
        "structure", "need", 4, "II",
        lambda d: _structure(d, max_groups_per_post=1, max_positions_per_post=2),
    ),
    "groups of a person": (
        "structure", "need", 4, "II",
        lambda d: _structure(d, max_groups_per_post=1, max_positions_per_post=4, max_groups_per_person=2),
    ),
    "posts of a combination": ("structure", "need", 3, "II", _combination),
    "mixed, by ceiling": ("", "ceiling", 0, "II;III", _mixed),
    "mixed, by need": ("", "need", 3, "II;III", _mixed),
}  # fmt: skip


def drawn(kind: str, seed: int) -> Case:
    """Draw one scenario of a kind; whether it has a plan is not looked at."""
    family, sizing, groups, classes, plant = KINDS[kind]
    draft = draw(random.Random(f"{kind}/{seed}"), sizing, groups=groups, classes=classes)
    _loose(draft)
    plant(draft)
    return Case(kind, family, seed, _instance(draft), _model(draft), sizing)


def _instance(draft: Draft) -> Instance:
    info = {
        "schema": 1, "code": "mau-thuan", "name": "Mâu thuẫn (mô phỏng)", "synthetic": True,
        "model": "van-phong-khoi-2019", "first_month": MONTHS[0], "last_month": MONTHS[-1],
        "as_of": dt.date(2021, 1, 1), "sizing": draft.sizing,
    }  # fmt: skip
    homes = sorted(set(draft.offices.values()) - {"T"})
    lines = []
    for (office, group), tenths in sorted(draft.work.items()):
        minutes = tenths * QUARTER // 10
        lines.append(
            {
                "code": f"R{len(lines)}", "office": office, "organisation": "M", "task_name": f"Việc {group}",
                "task_group": group, "unit_minutes": str(minutes), "quantity": "1",
                "period": MONTHS[len(lines) % 3],
            }
        )  # fmt: skip
    quotas = [
        {
            "unit": unit, "position_class": klass, "status": "allocated" if "posts" in row else "unassigned",
            **{name: str(number) for name, number in row.items()},
        }
        for (unit, klass), row in sorted(draft.quotas.items())
    ]  # fmt: skip
    posts: dict[tuple[str, str], int] = {}
    for office, position, number in draft.fixed:
        posts[office, position] = posts.get((office, position), 0) + number
    tables: dict[str, Any] = {
        "areas": [{"code": "T", "name": "Tỉnh"}, *({"code": c, "name": c, "parent": "T"} for c in homes)],
        "offices": [
            {"code": code, "name": code, "area": home, "office_class": code}
            for code, home in draft.offices.items()
        ],
        "organisations": [{"code": "M", "name": "Tổ chức M"}],
        "task_groups": [
            *({"name": g["code"], "scope": "shared", **g} for g in draft.groups),
            # what fixed posts hold has no work, so that they take none out of the others
            {"code": "Z1", "name": "Lãnh đạo", "class": "I", "scope": "shared"},
            {"code": "Z2", "name": "Việc khác", "class": "II", "scope": "shared"},
        ],
        "memberships": [{"office": "*", "organisation": "*", "task_group": "*", "pool": "shared"}],
        "positions": [
            {"code": "TP", "name": "Trưởng", "class": "I", "leader_role": "head", "task_groups": "Z1"},
            {"code": "PP", "name": "Phó", "class": "I", "leader_role": "deputy", "task_groups": "Z1"},
            {"code": "CV", "name": "Cố định", "class": "II", "fixed": "yes", "task_groups": "Z2"},
        ],
        "current_posts": [
            {"office": office, "position": position, "posts": str(number)}
            for (office, position), number in sorted(posts.items())
        ],
        "quotas": quotas,
        "registrations": lines,
    }
    return build_instance(info, tables)


def _model(draft: Draft) -> PlanningModel:
    base = _base()
    loose = {
        "max_groups_per_post": 5, "max_distance": 9, "same_class": False, "default_distance": 0,
        "cover_max_distance": 9, "max_positions_per_post": 4, "max_groups_per_person": 8,
        "max_posts_per_combination": 3,
    }  # fmt: skip
    pairs = tuple(
        ForbiddenPair.model_validate({"a": a, "b": b, "status": status} | _source(status))
        for a, b, status in draft.pairs
    )
    caps = tuple(
        RatioCap.model_validate(
            {"name": f"cấp phó {i}", "count": {"leader_role": "deputy"}, **cap,
             "max_pct": Decimal(cap["max_pct"])}
        )
        for i, cap in enumerate(draft.caps)
    )  # fmt: skip
    sizes = tuple(SizeRule.model_validate(row) for row in draft.sizes)
    compatible = base.compatible if "default_distance" in draft.structure else ()
    return base.model_copy(
        update={
            "structure": base.structure.model_copy(update=loose | draft.structure),
            "quota": base.quota.model_copy(
                update={"support_category": "civil_servant", "if_unassigned": "need"}
            ),
            "forbidden_pair": pairs,
            "compatible": compatible,
            "ratio_cap": caps,
            "size_rule": sizes,
            "leader": (),
        }
    )


def _source(status: str) -> dict[str, Any]:
    return {"source": "mô phỏng", "date": dt.date(2020, 1, 1)} if status == "law" else {}
