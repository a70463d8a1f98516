"""The checks that need a planning model, with a stand-in of the few attributes they read."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace as Model
from typing import Any

import pytest

from vitri.data import check_with_model


def model(**changes: Any) -> Model:
    """Return a small synthetic model with the tables that the checks look at."""
    tables: dict[str, Any] = {
        "rank": (Model(code="01.003", name="Chuyên viên"), Model(code="02.007", name="Văn thư viên")),
        "competency": tuple(Model(code=code, name=code) for code in ("HC", "VT", "KT", "VD")),
        "duty": tuple(Model(code=code, name=code) for code in ("accountant", "cashier", "seal")),
        "profile": (),
        "forbidden_pair": (Model(a="accountant", b="cashier", scope="person", source="Luật mẫu Đ.52"),),
        "size_rule": (),
        "ratio_cap": (),
        "time_fund": Model(leave_days_per_year=Decimal(12), leave_extra_day_per_years=5),
    }
    return Model(**{**tables, **changes})


def found(tiny: Any, code: str, **changes: Any) -> list[Any]:
    """Return the findings of one code that the model's checks give on a sound instance."""
    instance, findings = tiny.check()
    assert instance is not None, findings.render("en")
    return [f for f in check_with_model(instance, model(**changes)) if f.code == code]


def test_the_sound_example_agrees_with_the_model(tiny: Any) -> None:
    """The tiny example gives no finding against the model it was written for."""
    instance, _ = tiny.check()
    assert check_with_model(instance, model()).render("en") == []


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "near"),
    [
        ("officials", 3, "rank", "01.03", "01.003"),
        ("task_groups", 1, "competency", "HCC", "HC"),
        ("task_groups", 2, "duty", "seals", "seal"),
        ("registrations", 0, "profile", "workday", "workdays"),
        ("task_groups", 1, "ranks", "01.003;02.07", "02.007"),
    ],
)
def test_codes_of_the_model_are_checked(
    tiny: Any, table: str, row: int, column: str, value: str, near: str
) -> None:
    """A rank, competency, duty or profile that neither model nor scenario has is named with the nearest."""
    tiny.put(table, row, **{column: value})
    (finding,) = found(tiny, "unknown_code")
    assert (finding.table, finding.column) == (table, column)
    assert near in finding.render("vi")["advice"]


def test_own_profiles_and_built_in_ones_are_known(tiny: Any) -> None:
    """A profile may be the scenario's, the model's, or one of the two that always exist."""
    tiny.line("R01", profile="VU_MUA").line("R02", profile="equal").line("R03", profile="TET")
    assert found(tiny, "unknown_code", profile=(Model(code="TET", name="Tết"),)) == []
    assert len(found(tiny, "unknown_code")) == 1


def test_nobody_in_the_scenario_can(tiny: Any) -> None:
    """Work that no official reaches the level for is an error that names the best person."""
    tiny.add("official_competencies", official="CB04", competency="KT", level="2")
    (finding,) = [f for f in found(tiny, "nobody_can") if f.value == "KT" and "KT" in f.row_key]
    assert "CB04" in finding.render("vi")["message"]
    tiny.put("official_competencies", 0, level="3")
    assert not [f for f in found(tiny, "nobody_can") if f.row_key == "KT"]


def test_nobody_here_can_but_elsewhere(tiny: Any) -> None:
    """Where only another office has the person, it is a warning: the plan may train or transfer."""
    tiny.add("offices", code="SN", name="Văn phòng Suối Nắng")
    tiny.add("officials", code="CB09", office="SN", rank="01.003")
    tiny.add("official_competencies", official="CB09", competency="KT", level="3")
    tiny.add("official_competencies", official="CB04", competency="KT", level="1")
    (finding,) = [f for f in found(tiny, "nobody_here") if f.row_key == "KT"]
    assert finding.severity == "warning"
    assert not [f for f in found(tiny, "nobody_can") if f.row_key == "KT"]


def test_forbidden_duties_held_together(tiny: Any) -> None:
    """An official whose positions make them accountant and cashier is an error with the law's name."""
    tiny.put("officials", 4, also_positions="KTTH")
    (finding,) = found(tiny, "forbidden_held")
    assert finding.row_key == "CB05"
    assert "Luật mẫu Đ.52" in finding.render("en")["message"]
    tiny.put("officials", 4, also_positions="")
    assert found(tiny, "forbidden_held") == []


def test_a_quota_below_the_size_rule(tiny: Any) -> None:
    """A quota below the floor of the model's size rule is an error; one at the floor is not."""
    rule = (Model(unit="office", office_class="*", floor=8, cap=10),)
    tiny.add("quotas", unit="SM", status="allocated", posts="7")
    assert [f.value for f in found(tiny, "ceiling_below_floor", size_rule=rule)] == ["7"]
    tiny.put("quotas", 0, posts="8")
    assert found(tiny, "ceiling_below_floor", size_rule=rule) == []


def test_a_cap_without_an_allocated_quota(tiny: Any) -> None:
    """A ratio of the allocated quota warns where the quota is unassigned, and only there."""
    cap = (Model(name="Cấp phó", of="quota", count={"leader_role": "deputy"}),)
    tiny.add("quotas", unit="SM", status="unassigned")
    assert [f.severity for f in found(tiny, "cap_unassigned", ratio_cap=cap)] == ["warning"]
    tiny.put("quotas", 0, status="allocated", posts="9")
    assert found(tiny, "cap_unassigned", ratio_cap=cap) == []


@pytest.mark.parametrize(
    ("to_date", "person", "over"),
    [
        ("2021-06-21", {}, None),  # 12 weekdays from 4 June
        ("2021-06-24", {}, "3"),
        ("2021-06-24", {"leave_days": "15"}, None),
        ("2021-06-24", {"seniority_years": "15"}, None),
        ("2021-06-22", {"leave_days": "12.5"}, "0.5"),
    ],
)
def test_annual_leave_within_the_entitlement(
    tiny: Any, to_date: str, person: dict[str, str], over: str | None
) -> None:
    """Weekdays of annual leave are held against the official's days, seniority counted."""
    tiny.put("absences", 0, from_date="2021-06-04", to_date=to_date, kind="annual_leave")
    tiny.put("officials", 3, **person)
    seen = found(tiny, "leave_exceeds")
    assert [str(f.fields["over"]).rstrip("0").rstrip(".") for f in seen] == ([] if over is None else [over])


def test_without_a_model_only_data_speaks(tiny: Any) -> None:
    """Without a model, what needs one keeps quiet, and a person's own leave days are still checked."""
    tiny.put("absences", 0, from_date="2021-06-01", to_date="2021-06-30", kind="annual_leave")
    tiny.put("officials", 3, leave_days="12", rank="99.999")
    instance, _ = tiny.check()
    assert {f.code for f in check_with_model(instance)} == {"leave_exceeds"}
