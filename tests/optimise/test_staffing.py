"""Placing officials: the optimum against brute force, and the rules a placement must keep."""

from __future__ import annotations

import itertools
import random
import time
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_builders import Plan, instance, model, plan, tiny

from vitri.data.instance import Instance
from vitri.optimise.staffing import COLUMNS, place, place_people
from vitri.policy import PlanningModel

RANKS = ("01.002", "01.003", "01.004")
FAMILIES = ("HC", "VT", "KT")


def random_case(seed: int) -> tuple[Instance, Plan, PlanningModel, dict[str, Any]]:
    """Return a tiny scenario: up to three offices, five groups, five people and five seats."""
    rng = random.Random(seed)
    offices = [f"O{i}" for i in range(rng.randint(1, 3))]
    groups = [
        {
            "code": f"G{i}",
            "name": f"G{i}",
            "class": "II",
            "competency": rng.choice(FAMILIES),
            "min_level": rng.randint(1, 3),
            "ranks": ";".join(RANKS[: rng.randint(1, 3)]),
        }
        for i in range(5)
    ]
    positions = [
        {
            "code": f"N{i}",
            "name": "n",
            "class": "II",
            "task_groups": ";".join(f"G{j}" for j in rng.sample(range(5), 2)),
        }
        for i in range(3)
    ]
    organisations = ["A", "B"]
    officials = [
        {
            "code": f"P{i}",
            "office": rng.choice(offices),
            "organisation": rng.choice([None, "A", "B"]),
            "position": rng.choice([None, "N0", "N1", "N2"]),
            "rank": rng.choice([None, *RANKS]),
            "category": rng.choice(["civil_servant", "civil_servant", "cadre", "contract_111"]),
            "transferable": rng.choice(["no", "area", "any"]),
        }
        for i in range(rng.randint(1, 5))
    ]
    skills = [
        {"official": p["code"], "competency": f, "level": rng.randint(1, 3)}
        for p in officials
        for f in FAMILIES
        if rng.random() < 0.4
    ]
    requirements = (
        [
            {
                "task_group": "G0",
                "competency": "VD",
                "min_level": 1,
                "force": rng.choice(["must", "trainable", "document"]),
            }
        ]
        if rng.random() < 0.5
        else []
    )
    scenario = instance(
        offices=[{"code": o, "name": o, "area": rng.choice(["X", "Y"])} for o in offices],
        organisations=[{"code": c, "name": c} for c in organisations],
        task_groups=groups,
        positions=positions,
        officials=officials,
        official_competencies=skills,
        requirements=requirements,
    )
    seats = []
    for i in range(rng.randint(1, 3)):
        pool = rng.choice(["shared", "own.A", "own.B"])
        held = rng.sample(range(5), rng.randint(1, 3))
        cells = [(pool, f"G{g}", index < 2) for index, g in enumerate(held)]
        seats.append(
            {
                "post_group": f"S{i}",
                "office": rng.choice(offices),
                "pool": pool,
                "position": f"V{i}",
                "posts": rng.randint(1, 2),
                "cells": cells,
            }
        )
    matches = [
        {"structure": "all", "position": "V0", "matches_position": rng.choice(["N0", "N1"])},
    ]
    rules = model(
        staffing={"transfer": rng.choice(["none", "area", "any"]), "keep_home_work": rng.random() < 0.5}
    )
    raw = {
        "groups": groups,
        "positions": positions,
        "officials": officials,
        "skills": skills,
        "seats": seats,
        "requirements": requirements,
        "matches": matches,
        "areas": scenario.table("offices").set_index("code")["area"],
    }
    return scenario, plan(seats, matches), rules, raw


def vector(
    raw: dict[str, Any], rules: PlanningModel, person: dict[str, Any], seat: dict[str, Any]
) -> tuple[int, ...] | None:
    """Return (moved, transferred, missing, new) of a person in a seat, None if it is not admitted."""
    groups = {g["code"]: g for g in raw["groups"]}
    asked = {c: [(g["competency"], g["min_level"], "column")] for c, g in groups.items()}
    for row in raw["requirements"]:
        asked[row["task_group"]].append((row["competency"], row["min_level"], row["force"]))
    held = [c[1] for c in seat["cells"]]
    main = {c[1] for c in seat["cells"] if c[2]}
    today = next(
        (p["task_groups"].split(";") for p in raw["positions"] if p["code"] == person["position"]), []
    )
    levels = {r["competency"]: r["level"] for r in raw["skills"] if r["official"] == person["code"]}
    known = bool(levels) or bool(today)
    if not levels:
        for code in today:
            for family, level, force in asked[code]:
                if force != "document":
                    levels[family] = max(level, levels.get(family, 0))
    if person["category"] == "contract_111":
        return None
    allowed = set.intersection(*(set(groups[g]["ranks"].split(";")) for g in main))
    if person["rank"] and person["rank"] not in allowed:
        return None
    for code in held:
        for family, level, force in asked[code]:
            if force == "must" and known and code not in today and levels.get(family, 0) < level:
                return None
    lacking: dict[str, int] = {}
    for code in held:
        for family, level, force in asked[code]:
            if force != "document":
                lacking[family] = max(lacking.get(family, 0), level - levels.get(family, 0))
    missing = sum(lacking.values()) if known else 0
    same = person["office"] == seat["office"]
    if not same:
        reach = {"no": 0, "none": 0, "area": 1, "any": 2}
        far = min(reach[rules.staffing.transfer], reach[person["transferable"]])
        if far == 0 or (far == 1 and raw["areas"][person["office"]] != raw["areas"][seat["office"]]):
            return None
    home = not rules.staffing.keep_home_work or seat["pool"] in ("shared", f"own.{person['organisation']}")
    matched = any(
        m["position"] == seat["position"] and m["matches_position"] == person["position"]
        for m in raw["matches"]
    )
    kept = not today or bool(set(today) & main) or matched
    new = len(main - set(today)) if today else 0
    return int(not (same and home and kept)), int(not same), missing, new


def brute_force(raw: dict[str, Any], rules: PlanningModel) -> tuple[int, ...]:
    """Try every way to seat people; return the best (without seat, moved, transferred, missing, new)."""
    seats = [seat for seat in raw["seats"] for _ in range(seat["posts"])]
    people = raw["officials"]
    table = {(i, j): vector(raw, rules, p, s) for i, p in enumerate(people) for j, s in enumerate(seats)}
    best: tuple[int, ...] | None = None
    places = [*range(len(seats)), *[None] * len(people)]
    for chosen in set(itertools.permutations(places, len(people))):
        total = [0] * 5
        for i, j in enumerate(chosen):
            if j is None:
                total[0] += 1
                continue
            costs = table[i, j]
            if costs is None:
                break
            total[1:] = [a + b for a, b in zip(total[1:], costs, strict=True)]
        else:
            if best is None or tuple(total) < best:
                best = tuple(total)
    assert best is not None
    return best


def measured(raw: dict[str, Any], rules: PlanningModel, staffing: pd.DataFrame) -> tuple[int, ...]:
    """Return the same five figures of a staffing table, recomputed from the raw rows."""
    people = {p["code"]: p for p in raw["officials"]}
    seats = {s["post_group"]: s for s in raw["seats"]}
    total = [0] * 5
    for row in staffing[staffing["official"].notna()].itertuples():
        if row.action == "surplus":
            total[0] += 1
            continue
        costs = vector(raw, rules, people[row.official], seats[row.post_group])
        assert costs is not None, "someone sits where they are not admitted"
        assert (row.action in ("move", "transfer")) == bool(costs[0])
        assert (row.action == "transfer") == bool(costs[1])
        assert pd.isna(row.fit) or row.fit == costs[2]
        total[1:] = [a + b for a, b in zip(total[1:], costs, strict=True)]
    return tuple(total)


def test_placement_equals_brute_force() -> None:
    """On 100 random tiny cases the placement is the lexicographic best of all placements, level by level."""
    transfers = surplus = 0
    for seed in range(100):
        scenario, sized, rules, raw = random_case(seed)
        placed = place_people(scenario, rules, sized)
        value = measured(raw, rules, placed.staffing)
        assert value == brute_force(raw, rules), seed
        named = {level.measure: level.value for level in placed.levels}
        assert (named["moved_people"], named["retrained_levels"]) == (value[1], value[3])
        transfers += value[2]
        surplus += value[0]
    assert transfers > 5
    assert surplus > 10


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_everyone_once_every_seat_once(seed: int) -> None:
    """Each official has one row, each seat one row, and seats are numbered 1 to the number of posts."""
    scenario, sized, rules, raw = random_case(seed)
    frame = place(scenario, rules, sized)
    assert tuple(frame.columns) == COLUMNS
    people = frame["official"].dropna().tolist()
    assert sorted(people) == sorted(p["code"] for p in raw["officials"])
    taken = frame[frame["post_group"].notna()]
    seats = {s["post_group"]: s["posts"] for s in raw["seats"]}
    assert sorted(zip(taken["post_group"], taken["seat"], strict=True)) == sorted(
        (code, seat) for code, posts in seats.items() for seat in range(1, posts + 1)
    )
    assert (frame.loc[frame["official"].isna(), "action"] == "recruit").all()


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_names_and_row_order_change_no_value(seed: int) -> None:
    """Other codes for people and other row orders leave every level of the placement as it was."""
    scenario, sized, rules, _ = random_case(seed)
    before = [level.value for level in place_people(scenario, rules, sized).levels]
    tables = {}
    for name in ("officials", "official_competencies", "offices", "task_groups", "positions"):
        frame = scenario.table(name).sample(frac=1, random_state=seed)
        for column in ("code", "official"):
            if column in frame.columns and name.startswith("official"):
                frame[column] = [f"Z{99 - int(code[1:]):02d}" for code in frame[column]]
        tables[name] = frame.reset_index(drop=True)
    after = [level.value for level in place_people(scenario.with_tables(**tables), rules, sized).levels]
    assert after == before


def test_the_tiny_example_stays_as_it_is() -> None:
    """Leaders keep their posts, the two clerks the positions that hold their groups; nobody moves."""
    scenario, sized, _ = tiny()
    frame = place(scenario, model(), sized)
    assert dict(zip(frame["official"], frame["post_group"], strict=True)) == {
        "CB01": "SM-CT-MTTQ",
        "CB02": "SM-CT-HND",
        "CB03": "SM-CT-HLHPN",
        "CB04": "SM-P1",
        "CB05": "SM-P2",
    }
    assert (frame["action"] == "stay").all()
    assert (frame["training_days"] == 0).all()


def small(people: list[dict[str, Any]], posts: int = 1, **tables: Any) -> tuple[Instance, Plan]:
    """Return one office with one kind of seat (group G, competency KT level 3) and the people given."""
    given_: dict[str, Any] = {
        "offices": [{"code": "O", "name": "O"}],
        "task_groups": [{"code": "G", "name": "G", "class": "II", "competency": "KT", "min_level": 3}],
        "positions": [{"code": "N", "name": "N", "class": "II", "task_groups": "G"}],
        "officials": [{"office": "O", **person} for person in people],
    }
    seats = [{"post_group": "S", "office": "O", "position": "V", "posts": posts, "cells": [("shared", "G")]}]
    return instance(**{**given_, **tables}), plan(seats)


def test_training_is_counted_in_levels_and_days() -> None:
    """Two levels short of accounting are two levels and twice the model's days per level."""
    scenario, sized = small(
        [{"code": "P", "position": "N"}],
        official_competencies=[{"official": "P", "competency": "KT", "level": 1}],
    )
    rules = model()
    row = place(scenario, rules, sized).iloc[0]
    days = next(c.training_days_per_level for c in rules.competency if c.code == "KT")
    assert (row["action"], row["fit"], row["training_days"]) == ("retrain", 2, 2 * days)


def test_a_competency_that_must_be_held_keeps_newcomers_out_but_not_todays_holder() -> None:
    """A `must` requirement bars someone new without it, never the one who does the work today."""
    rows = [{"task_group": "G", "competency": "VT", "min_level": 1, "force": "must"}]
    levels = [{"official": c, "competency": "KT", "level": 3} for c in ("P", "Q")]
    newcomer, sized = small([{"code": "P"}], requirements=rows, official_competencies=levels)
    holder, _ = small([{"code": "Q", "position": "N"}], requirements=rows, official_competencies=levels)
    assert place(newcomer, model(), sized)["action"].tolist() == ["recruit", "surplus"]
    assert place(holder, model(), sized)["action"].tolist() == ["retrain"]


def test_leavers_newcomers_and_activists() -> None:
    """Gone before the horizon: leave; due after it: not listed; leaving in it: placed; activists stay."""
    people = [
        {"code": "A", "to_date": pd.Timestamp("2021-05-31")},
        {"code": "B", "from_date": pd.Timestamp("2021-07-01")},
        {"code": "C", "position": "N", "to_date": pd.Timestamp("2021-06-15"), "to_reason": "retirement"},
        {"code": "D", "category": "part_time_activist"},
    ]
    scenario, sized = small(people, posts=2)
    frame = place(scenario, model(), sized).set_index(["action", "seat"])["official"]
    assert frame["leave"].tolist() == ["A"]
    assert frame["stay"].tolist() == ["C", "D"]
    assert frame.loc["recruit"].isna().all()
    assert "B" not in frame.tolist()


def test_support_contracts_and_civil_servants_do_not_mix() -> None:
    """A contract_111 seat takes contract people only, a civil servant's seat none of them."""
    groups = [
        {"code": "G", "name": "G", "class": "II"},
        {"code": "H", "name": "H", "class": "III", "category": "contract_111"},
    ]
    people = [{"code": "P", "category": "contract_111"}, {"code": "Q"}]
    scenario, _ = small(people, task_groups=groups)
    seats = [
        {"post_group": f"S{g}", "office": "O", "position": g, "cells": [("shared", g)]} for g in ("G", "H")
    ]
    frame = place(scenario, model(), plan(seats)).set_index("official")["post_group"]
    assert (frame["P"], frame["Q"]) == ("SH", "SG")


def test_more_leaders_than_posts_leaves_the_last_without_a_seat() -> None:
    """Two elected chairs, one post: the first by code stays, the other is surplus, in no clerk's seat."""
    scenario, sized, _ = tiny()
    officials = scenario.table("officials")
    twin = officials.iloc[[0]].assign(code="CB99")
    scenario = scenario.with_tables(officials=pd.concat([officials, twin], ignore_index=True))
    frame = place(scenario, model(), sized).set_index("official")
    assert frame.loc["CB01", "action"] == "stay"
    assert frame.loc["CB99", "action"] == "surplus"


def test_without_officials_nobody_is_placed() -> None:
    """A scenario that names no officials gets an empty table and claims no level."""
    scenario, sized = small([])
    placed = place_people(scenario, model(), sized)
    assert (len(placed.staffing), placed.levels) == (0, ())


@pytest.mark.parametrize("transfer", ["none", "area", "any"])
def test_ninety_two_offices_are_placed_quickly(transfer: str) -> None:
    """920 people in 92 offices take a few seconds at the most, whatever transfers are allowed."""
    rng = random.Random(7)
    offices = [{"code": f"O{i:02d}", "name": "O", "area": f"A{i % 4}"} for i in range(92)]
    groups = [
        {"code": f"G{i}", "name": "G", "class": "II", "competency": FAMILIES[i % 3], "min_level": 2}
        for i in range(10)
    ]
    positions = [
        {"code": f"N{i}", "name": "N", "class": "II", "task_groups": f"G{2 * i};G{2 * i + 1}"}
        for i in range(5)
    ]
    people = [
        {
            "code": f"{o['code']}-{i}",
            "office": o["code"],
            "position": f"N{rng.randrange(5)}",
            "transferable": "any",
        }
        for o in offices
        for i in range(10)
    ]
    scenario = instance(offices=offices, task_groups=groups, positions=positions, officials=people)
    seats = [
        {
            "post_group": f"{o['code']}-{i}",
            "office": o["code"],
            "position": f"V{i}",
            "posts": rng.randint(1, 3),
            "cells": [("shared", f"G{2 * i}"), ("shared", f"G{2 * i + 1}")],
        }
        for o in offices
        for i in range(5)
    ]
    started = time.perf_counter()
    placed = place_people(scenario, model(staffing={"transfer": transfer}), plan(seats))
    assert time.perf_counter() - started < 10
    assert len(placed.staffing["official"].dropna()) == 920
