"""Which rules hold on a day, for whom: at the very edge of their dates, and listed when off."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from vitri.policy import load_model

Raw = dict[str, Any]
DAY = dt.date(2021, 6, 1)
ONE = dt.timedelta(days=1)
PAIR = {"a": "seal", "b": "storekeeper"}


def pairs(raw: Raw, day: dt.date) -> int:
    """Count the forbidden pairs in force on a day."""
    return len(load_model("rieng", raw).in_force(day).forbidden_pair)


def test_a_rule_holds_from_its_first_to_its_last_day(raw: Raw) -> None:
    """valid_from and valid_to are both inside; the day before and the day after are outside."""
    before = len(raw["forbidden_pair"])
    raw["forbidden_pair"].append({**PAIR, "valid_from": DAY, "valid_to": DAY + 30 * ONE})
    assert pairs(raw, DAY - ONE) == before
    assert pairs(raw, DAY) == before + 1
    assert pairs(raw, DAY + 30 * ONE) == before + 1
    assert pairs(raw, DAY + 31 * ONE) == before


@pytest.mark.parametrize(("status", "held"), [("law", False), ("policy", False), ("assumption", True)])
def test_without_valid_from_the_date_of_the_text_decides(raw: Raw, status: str, held: bool) -> None:
    """A law or policy cannot hold before it was written; an assumption may be older than its note."""
    before = len(raw["forbidden_pair"])
    raw["forbidden_pair"].append({**PAIR, "source": "Văn bản", "date": DAY, "status": status})
    assert pairs(raw, DAY) == before + 1
    assert (pairs(raw, DAY - ONE) == before + 1) == held


def test_a_future_law_is_off_listed_and_warned(raw: Raw) -> None:
    """The list gives path, reason and date; a law also warns, a policy does not."""
    raw["forbidden_pair"] = [
        {**PAIR, "source": "Luật mới", "date": DAY, "status": "law", "valid_from": DAY + ONE},
        {**PAIR, "source": "Chủ trương", "date": DAY + ONE, "status": "policy"},
    ]
    model = load_model("rieng", raw).in_force(DAY)
    off = {row.path: row for row in model.switched_off}
    assert off["forbidden_pair[1]"].valid_from == DAY + ONE
    assert off["forbidden_pair[1]"].say("vi") == "chỉ có hiệu lực từ 02/06/2021"
    assert "forbidden_pair[2]" in off
    assert [(row.code, row.column) for row in model.warnings] == [("law_not_in_force", "forbidden_pair[1]")]


def test_rules_for_other_bodies_and_levels_are_off(raw: Raw) -> None:
    """A rule for State bodies or for communes is not applied to a district office of the Front."""
    raw["forbidden_pair"] = [
        {**PAIR, "bodies": ["state", "party"]},
        {**PAIR, "levels": ["commune"]},
        {**PAIR, "bodies": ["state", "mass"], "levels": ["district", "commune"]},
    ]
    model = load_model("rieng", raw).in_force(DAY)
    assert len(model.forbidden_pair) == 1
    reasons = {row.path: row.say("en") for row in model.switched_off}
    assert reasons["forbidden_pair[1]"] == "is a rule for other bodies: State bodies, Party"
    assert reasons["forbidden_pair[2]"] == "is a rule of another level: commune"


def test_the_commune_front_has_no_deputy_cap_and_no_state_ratios() -> None:
    """KL 187 exempts the commune Front and NĐ 361 is for State bodies: both are listed, none is applied."""
    model = load_model("mttq-xa-2025").in_force(dt.date(2026, 1, 1))
    assert model.ratio_cap == ()
    assert [row.source for row in model.switched_off] == ["KL 187-KL/TW", "NĐ 361/2025/NĐ-CP"]
    assert [(rule.floor, rule.cap) for rule in model.size_rule] == [(8, 10)]


def test_the_size_of_a_commune_agency_holds_from_the_first_of_july_2025() -> None:
    """Before 01/07/2025 the orientation of 8-10 posts is off."""
    model = load_model("mttq-xa-2025")
    assert model.in_force(dt.date(2025, 6, 30)).size_rule == ()
    assert len(model.in_force(dt.date(2025, 7, 1)).size_rule) == 1


def test_the_district_model_of_2021_knows_the_later_deputy_cap_but_does_not_apply_it() -> None:
    """KL 187 of 29/08/2025 is listed as later, not applied, in 2021."""
    model = load_model("van-phong-khoi-2019").in_force(DAY)
    assert model.ratio_cap == ()
    assert [(row.path, row.valid_from) for row in model.switched_off] == [
        ("ratio_cap[1]", dt.date(2025, 8, 29))
    ]


def test_overtime_off_means_no_overtime(raw: Raw) -> None:
    """Where the rule on overtime does not hold yet, nobody works overtime."""
    raw["overtime"]["valid_from"] = DAY + ONE
    off = load_model("rieng", raw).in_force(DAY).overtime
    assert (off.max_share_pct, off.max_hours_month, off.max_hours_year) == (0, 0, 0)
    assert load_model("rieng", raw).in_force(DAY + ONE).overtime.max_hours_year == 200


def test_a_table_that_is_needed_is_kept_and_said(raw: Raw) -> None:
    """A time fund outside its dates is still used, listed as kept, and warned about."""
    raw["time_fund"]["valid_to"] = DAY - ONE
    model = load_model("rieng", raw).in_force(DAY)
    kept = [row.path for row in model.switched_off if row.kept]
    assert kept == ["time_fund"]
    assert [row.code for row in model.warnings] == ["kept_out_of_date"]


def test_what_needs_a_switched_off_code_is_off_too(raw: Raw) -> None:
    """A pair of a duty that does not hold yet goes with it, at its own path."""
    seal = next(row for row in raw["duty"] if row["code"] == "seal")
    seal["valid_from"] = DAY + ONE
    model = load_model("rieng", raw).in_force(DAY)
    reasons = {row.path: row.say("en") for row in model.switched_off}
    assert reasons["forbidden_pair[8]"] == "needs what is itself switched off: seal"
    assert all("seal" not in (pair.a, pair.b) for pair in model.forbidden_pair)


def test_the_model_itself_is_not_changed() -> None:
    """in_force makes another model; the loaded one keeps every rule and its day stays blank."""
    model = load_model("mttq-xa-2025")
    before = model.digest()
    assert model.in_force(DAY).as_of == DAY
    assert (model.digest(), model.as_of, len(model.ratio_cap)) == (before, None, 2)
    with pytest.raises(ValueError, match="frozen"):
        model.name = "x"  # type: ignore[misc]
