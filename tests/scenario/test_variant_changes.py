"""Each kind of change: the rows it touches, the figures before and after, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.variant import ChangeReport, apply, parse
from vitri.variant.registry import CHANGES
from vitri.variant.units import apportion

Build = Callable[..., Instance]
DAYS = {"from_date": "2021-03-01", "to_date": "2021-03-31"}


def run(instance: Instance, *changes: dict[str, Any]) -> tuple[Instance, list[ChangeReport]]:
    """Apply changes as one variant."""
    return apply(instance, parse({"name": "thu", "why": "thử", "change": list(changes)}, "thu"))


def refused(instance: Instance, *changes: dict[str, Any]) -> list[str]:
    """Return the codes of the findings with which changes are refused."""
    with pytest.raises(DataError) as error:
        run(instance, *changes)
    assert all(finding.render("vi")["message"] for finding in error.value.findings)
    return [finding.code for finding in error.value.findings]


def posts(instance: Instance) -> dict[str, tuple[str, int | None]]:
    """Return status and number of every quota row."""
    table = instance.tables["quotas"]
    values = [
        None if v != v or v is None else int(v)
        for v in table["posts"].astype("object").where(table["posts"].notna(), None)
    ]
    return {
        unit: (status, value)
        for unit, status, value in zip(table["unit"], table["status"], values, strict=True)
    }


def pools(instance: Instance) -> dict[tuple[str, str, str], str]:
    """Return the pool of every membership row."""
    table = instance.tables["memberships"]
    return {(r.office, r.organisation, r.task_group): r.pool for r in table.itertuples(index=False)}


def quantity(instance: Instance, code: str, column: str = "quantity") -> int:
    """Return one registration's quantity in hundredths."""
    return int(instance.tables["registrations"].set_index("code").loc[code, column])


# --- work -----------------------------------------------------------------------------------------------


def test_scale_work_multiplies_both_quantities(tiny_of: Build) -> None:
    """Registered and approved quantities of the lines named are multiplied; other lines stay."""
    changed, (report,) = run(tiny_of(), {"do": "scale_work", "by": 1.5, "where": {"office": "A"}})
    assert report.rows_touched == 3
    assert quantity(changed, "R1") == 1500
    assert (quantity(changed, "R2"), quantity(changed, "R2", "approved_quantity")) == (1050, 750)
    assert quantity(changed, "R5") == 4800
    # minutes counted: 10×360 + 5×360 + 12×960 = 16,920, and half as much again
    assert (report.before, report.after, report.measure) == (16920, 25380, "minutes")
    assert "1.5" in report.sentence_en
    assert "1,5" in report.sentence_vi


def test_scale_work_finds_groups_through_the_catalogue(tiny_of: Build) -> None:
    """A line without a task group of its own belongs to its item's group."""
    changed, (report,) = run(tiny_of(), {"do": "scale_work", "by": 2, "where": {"task_group": "TH"}})
    assert report.rows_touched == 3
    assert quantity(changed, "R4") == 600
    assert quantity(changed, "R3") == 1200


def test_work_of_the_office_itself_is_named_by_a_blank(tiny_of: Build) -> None:
    """An empty text in `where` means a blank cell."""
    _, (report,) = run(tiny_of(), {"do": "scale_work", "by": 2, "where": {"organisation": ""}})
    assert report.rows_touched == 1


def test_growth_compounds_and_weighs_part_years(tiny_of: Build) -> None:
    """10 % from July: a yearly line has six months at 1.1, so grows by 5 %; earlier lines stay."""
    changed, (report,) = run(
        tiny_of(), {"do": "growth", "by_pct": 10, "per": "year", "from_month": "2021-07"}
    )
    assert quantity(changed, "R1") == 1000
    assert quantity(changed, "R5") == 5040
    assert quantity(changed, "R4") == 330
    assert report.rows_touched == 4


def test_growth_of_a_second_year_is_compounded(tiny_of: Build) -> None:
    """Twelve months after the start the factor is applied twice."""
    changed, _ = run(
        tiny_of(), {"do": "growth", "by_pct": 10, "from_month": "2020-01", "where": {"office": "C"}}
    )
    assert quantity(changed, "R5") == 5808


def test_set_norm_in_the_catalogue(tiny_of: Build) -> None:
    """A new norm without a month replaces the catalogue's."""
    changed, (report,) = run(
        tiny_of(), {"do": "set_norm", "where": {"work_item": "TH1"}, "unit_minutes": 300}
    )
    assert int(changed.tables["work_items"].set_index("code").loc["TH1", "unit_minutes"]) == 30000
    assert (report.before, report.after) == ("360", "300")


def test_set_norm_from_a_month_adds_a_dated_row(tiny_of: Build) -> None:
    """A norm from a month on, or of an office, becomes a row of `norms` with its source."""
    change = {"do": "set_norm", "where": {"work_item": "TH1", "office": "A"}, "by": 0.5}
    changed, _ = run(tiny_of(), {**change, "from_month": "2021-07", "source": "Quyết định giả định"})
    row = changed.tables["norms"].iloc[0]
    assert (row["work_item"], row["office"], int(row["unit_minutes"])) == ("TH1", "A", 18000)
    assert str(row["valid_from"])[:10] == "2021-07-01"
    assert row["source"] == "Quyết định giả định"
    assert changed.has("norms")


def test_set_norm_needs_one_of_its_two_keys(tiny_of: Build) -> None:
    """Neither or both of unit_minutes and by are refused."""
    where = {"work_item": "TH1"}
    assert refused(tiny_of(), {"do": "set_norm", "where": where}) == ["missing_value"]
    assert refused(tiny_of(), {"do": "set_norm", "where": where, "by": 2, "unit_minutes": 3}) == [
        "missing_value"
    ]


def test_set_status_touches_what_is_not_there_yet(tiny_of: Build) -> None:
    """Lines already in the state do not count; the reason goes into the note."""
    changed, (report,) = run(
        tiny_of(), {"do": "set_status", "where": {"office": "B"}, "status": "cancelled", "reason": "Hoãn"}
    )
    line = changed.tables["registrations"].set_index("code").loc["R4"]
    assert (line["status"], line["note"], report.before) == ("cancelled", "Hoãn", "registered")
    assert refused(tiny_of(), {"do": "set_status", "where": {"code": "R2"}, "status": "approved"}) == [
        "variant_no_row"
    ]


# --- settings -------------------------------------------------------------------------------------------


def test_settings(tiny_of: Build) -> None:
    """Model, policy, structure and sizing are replaced, and the record says what they were."""
    changed, reports = run(
        tiny_of(),
        {"do": "set_model", "name": "mttq-xa-2025"},
        {"do": "set_policy", "name": "wisn"},
        {"do": "set_structure", "value": "free"},
        {"do": "set_sizing", "value": "need"},
    )
    info = changed.info
    assert (info.model, info.policy, info.structure, info.sizing) == ("mttq-xa-2025", "wisn", "free", "need")
    assert [report.before for report in reports] == ["van-phong-khoi-2019", "–", "common", "–"]


def test_a_setting_that_stays_is_a_change_of_nothing(tiny_of: Build) -> None:
    """Setting the value that is already there is refused, and so is an unknown model."""
    assert refused(tiny_of(), {"do": "set_structure", "value": "common"}) == ["variant_no_row"]
    assert refused(tiny_of(), {"do": "set_model", "name": "khong-co"}) != []


# --- quotas ---------------------------------------------------------------------------------------------


def test_cut_of_an_unassigned_unit_counts_heads_first(tiny_of: Build) -> None:
    """Heads are the officials in the quota (contracts are not): 3 + 4 + 3; less 5 % is 9."""
    changed, (report,) = run(tiny_of(), {"do": "cut_quota", "where": {"unit": "T"}, "by_pct": 5})
    assert (report.before, report.after) == (10, 9)
    assert posts(changed)["T"] == ("provisional", 9)
    assert "9" in report.sentence_vi
    assert "số hiện có" in report.sentence_vi


def test_without_officials_incumbents_are_counted(tiny_of: Build) -> None:
    """Where no people are listed, the incumbents of today's posts are the heads."""
    posts_now = "office,organisation,position,posts,incumbents\nA,MTTQ,CT,1,1\nB,,CV,,14\nC,,CV,2,5"
    instance = tiny_of(drop="officials", current_posts=posts_now)
    _, (report,) = run(instance, {"do": "cut_quota", "where": {"unit": "T"}, "posts": 2})
    assert (report.before, report.after) == (20, 18)
    _, (report,) = run(instance, {"do": "add_quota", "where": {"unit": "C"}, "posts": 1})
    assert (report.before, report.after) == (5, 6)


def test_people_who_have_left_do_not_count(tiny_of: Build) -> None:
    """Only officials in service on the scenario's date are heads."""
    people = (
        "code,office,organisation,position,rank,category,from_date,to_date\n"
        "N1,A,MTTQ,CT,,cadre,,\nN2,A,,CV,01.003,civil_servant,,2020-12-31\n"
        "N3,A,,CV,01.003,civil_servant,2021-06-01,\nN4,C,,CV,01.003,civil_servant,2020-01-01,2021-01-01"
    )
    instance = tiny_of(officials=people)
    _, (report,) = run(instance, {"do": "add_quota", "where": {"unit": "T"}, "posts": 1})
    assert report.before == 2


def test_cut_is_rounded_down_once_at_the_unit(bac_kan: Instance) -> None:
    """5 % of 103 heads leaves 97: one rounding for the province, not one for each office."""
    changed, (report,) = apply(bac_kan, "cat-5-phan-tram")
    assert (report.before, report.after) == (103, 97)
    table = posts(changed)
    assert table.pop("BK") == ("provisional", 97)
    assert set(table.values()) == {("unassigned", None)}


def test_cut_is_shared_out_below(tiny_of: Build) -> None:
    """Numbers below a unit that no longer fit, or were all of it, follow by largest remainders."""
    quotas = (
        "unit,organisation,status,posts\nT,,allocated,20\nA,,allocated,11\nB,,provisional,6\nC,,allocated,3"
    )
    changed, (report,) = run(tiny_of(quotas=quotas), {"do": "cut_quota", "where": {"unit": "T"}, "posts": 3})
    numbers = {unit: value for unit, (_, value) in posts(changed).items()}
    assert numbers == {"T": 17, "A": 9, "B": 5, "C": 3}
    assert report.rows_touched == 3


def test_numbers_below_that_still_fit_stay(tiny_of: Build) -> None:
    """A cut of the parent leaves children alone while they fit."""
    quotas = (
        "unit,organisation,status,posts\nT,,allocated,20\nA,,allocated,11\nB,,unassigned,\nC,,allocated,3"
    )
    changed, _ = run(tiny_of(quotas=quotas), {"do": "cut_quota", "where": {"unit": "T"}, "by_pct": 10})
    assert {unit: value for unit, (_, value) in posts(changed).items()} == {
        "T": 18,
        "A": 11,
        "B": None,
        "C": 3,
    }


def test_add_quota_reaches_units_that_hold_all_of_it(tiny_of: Build) -> None:
    """Posts added to a unit whose children hold its whole number are shared out too; rounding is down."""
    quotas = "unit,organisation,status,posts\nA,,allocated,15\nA,MTTQ,allocated,10\nA,HND,allocated,5"
    changed, (report,) = run(
        tiny_of(quotas=quotas), {"do": "add_quota", "where": {"unit": "A"}, "by_pct": 10}
    )
    table = changed.tables["quotas"]
    assert [int(value) for value in table["posts"]] == [16, 11, 5]
    assert (report.before, report.after) == (15, 16)


def test_cut_below_nothing_is_refused(tiny_of: Build) -> None:
    """A quota cannot become negative."""
    assert refused(tiny_of(), {"do": "cut_quota", "where": {"unit": "A"}, "posts": 11}) == ["negative"]


def test_a_cut_that_changes_nothing_is_refused(tiny_of: Build) -> None:
    """Adding 1 % of 10 posts, rounded down, is no post: an error, not a silent nothing."""
    assert refused(tiny_of(), {"do": "add_quota", "where": {"unit": "A"}, "by_pct": 1}) == ["variant_no_row"]


def test_ceiling_floor_and_cap(tiny_of: Build) -> None:
    """A ceiling is a number and a status; floor and cap stand beside it; a unit without a row gets one."""
    changed, _ = run(
        tiny_of(quotas="unit,organisation,status,posts\nT,,unassigned,\nA,,allocated,10"),
        {"do": "set_ceiling", "where": {"unit": "T"}, "posts": 25, "status": "provisional"},
        {"do": "set_floor", "where": {"unit": "A"}, "posts": 4},
        {"do": "set_cap", "where": {"unit": "A"}, "posts": 12},
        {"do": "set_ceiling", "where": {"unit": "B"}, "posts": 6},
    )
    assert posts(changed) == {"T": ("provisional", 25), "A": ("allocated", 10), "B": ("allocated", 6)}
    row = changed.tables["quotas"].set_index("unit").loc["A"]
    assert (int(row["floor"]), int(row["cap"])) == (4, 12)


def test_unassigned_has_no_number(tiny_of: Build) -> None:
    """A ceiling without number, or an unassigned one with one, is refused; taking it away is possible."""
    assert refused(tiny_of(), {"do": "set_ceiling", "where": {"unit": "A"}}) == ["quota_blank"]
    both = {"do": "set_ceiling", "where": {"unit": "A"}, "posts": 3, "status": "unassigned"}
    assert refused(tiny_of(), both) == ["quota_blank"]
    changed, _ = run(tiny_of(), {"do": "set_ceiling", "where": {"unit": "A"}, "status": "unassigned"})
    assert posts(changed)["A"] == ("unassigned", None)


def test_unknown_unit(tiny_of: Build) -> None:
    """A unit that does not exist is named, with the nearest one that does."""
    assert refused(tiny_of(), {"do": "cut_quota", "where": {"unit": "Z"}, "by_pct": 5}) == ["unknown_code"]


@given(st.integers(0, 400), st.lists(st.integers(0, 60), min_size=1, max_size=9))
def test_sharing_out_is_whole_and_fair(total: int, weights: list[int]) -> None:
    """Shares add up to the total and differ from the exact share by less than one post."""
    shares = apportion(total, weights)
    whole = sum(weights)
    assert sum(shares) == (total if whole else 0)
    assert all(
        abs(share * whole - total * weight) < whole
        for share, weight in zip(shares, weights, strict=True)
        if whole
    )


# --- pools ----------------------------------------------------------------------------------------------


def test_stopping_the_scheme_keeps_who_is_a_member(tiny_of: Build) -> None:
    """Everything becomes own; the row that says `outside` stays."""
    changed, _ = run(tiny_of(), {"do": "set_pool", "pool": "own"})
    assert pools(changed) == {
        ("*", "*", "*"): "own",
        ("*", "*", "LD"): "own",
        ("B", "HND", "*"): "outside",
    }


def test_a_wider_region_takes_its_special_cases_along(tiny_of: Build) -> None:
    """Rows inside the region named follow it, so that "all separate" means all."""
    memberships = (
        "office,organisation,task_group,pool\n*,*,*,shared\n*,*,LD,own\nA,*,KT,shared\nA,MTTQ,KT,to1"
    )
    changed, (report,) = run(
        tiny_of(memberships=memberships), {"do": "set_pool", "where": {"office": "A"}, "pool": "own"}
    )
    assert pools(changed) == {
        ("*", "*", "*"): "shared",
        ("*", "*", "LD"): "own",
        ("A", "*", "KT"): "own",
        ("A", "MTTQ", "KT"): "own",
        ("A", "*", "*"): "own",
    }
    assert report.rows_touched == 3


def test_rows_that_tie_at_the_edge_are_settled(tiny_of: Build) -> None:
    """Where an equally specific row reaches over the edge, the common cell gets a row of its own."""
    memberships = "office,organisation,task_group,pool\n*,*,*,shared\nA,HND,*,own\nB,HND,*,outside"
    changed, _ = run(
        tiny_of(memberships=memberships),
        {"do": "set_pool", "where": {"office": ["A", "B"], "task_group": "KT"}, "pool": "to1"},
    )
    table = pools(changed)
    assert table["A", "*", "KT"] == "to1"
    assert table["A", "HND", "KT"] == "to1"
    assert table["B", "HND", "KT"] == "outside"
    assert table["A", "HND", "*"] == "own"


def test_pool_from_a_month_keeps_the_past(tiny_of: Build) -> None:
    """From a month on: the old row ends the month before, a new one starts."""
    changed, _ = run(tiny_of(), {"do": "set_pool", "pool": "own", "from_month": "2021-07"})
    rows = changed.tables["memberships"]
    everything = rows[(rows[["office", "organisation", "task_group"]] == "*").all(axis=1)]
    assert list(everything["pool"]) == ["shared", "own"]
    assert list(everything["to_month"].fillna("")) == ["2021-06", ""]
    assert list(everything["from_month"].fillna("")) == ["", "2021-07"]


def test_an_absent_table_is_written_out_first(tiny_of: Build) -> None:
    """Without memberships the scopes of the groups count; they are written out before a row is added."""
    changed, _ = run(
        tiny_of(drop="memberships"), {"do": "set_pool", "where": {"task_group": "KT"}, "pool": "own"}
    )
    assert pools(changed) == {("*", "*", "*"): "shared", ("*", "*", "LD"): "own", ("*", "*", "KT"): "own"}


def test_a_pool_that_is_there_already_is_refused(tiny_of: Build) -> None:
    """Setting the pool a region already has is a change of nothing; an unknown code is named."""
    assert refused(tiny_of(), {"do": "set_pool", "pool": "own", "where": {"task_group": "LD"}}) == [
        "variant_no_row"
    ]
    assert refused(tiny_of(), {"do": "set_pool", "pool": "own", "where": {"office": "D"}}) == ["unknown_code"]


# --- rows -----------------------------------------------------------------------------------------------


def test_set_value_types_and_checks(tiny_of: Build) -> None:
    """A value is stored in the column's type; one out of range or not a choice is refused."""
    changed, (report,) = run(
        tiny_of(),
        {
            "do": "set_value",
            "table": "offices",
            "column": "coefficient",
            "value": 1.25,
            "where": {"code": "A"},
        },
    )
    assert int(changed.tables["offices"].set_index("code").loc["A", "coefficient"]) == 1250
    assert (report.rows_touched, report.before, report.after) == (1, "–", "1.25")
    bad = {"do": "set_value", "table": "offices", "column": "coefficient", "value": 7}
    assert refused(tiny_of(), bad) == ["variant_bad_value"]
    bad = {"do": "set_value", "table": "task_groups", "column": "scope", "value": "common"}
    assert refused(tiny_of(), bad) == ["variant_bad_value"]
    assert refused(tiny_of(), {"do": "set_value", "table": "office", "column": "x", "value": 1}) == [
        "unknown_table"
    ]
    assert refused(tiny_of(), {"do": "set_value", "table": "offices", "column": "coef", "value": 1}) == [
        "unknown_column"
    ]


def test_set_value_can_empty_a_cell(tiny_of: Build) -> None:
    """An empty text makes the cell blank."""
    changed, _ = run(
        tiny_of(), {"do": "set_value", "table": "registrations", "column": "approved_quantity", "value": ""}
    )
    assert changed.tables["registrations"]["approved_quantity"].isna().all()


def test_rows_are_added_and_removed(tiny_of: Build) -> None:
    """Rows written in the variant are typed and added; rows named are removed; a known key is refused."""
    new = {"code": "R9", "office": "B", "work_item": "TH2", "quantity": 2.5, "period": "2021-05"}
    changed, (added, removed) = run(
        tiny_of(),
        {"do": "add_rows", "table": "registrations", "rows": [new]},
        {"do": "remove_rows", "table": "registrations", "where": {"code": ["R1", "R2"]}},
    )
    assert sorted(changed.tables["registrations"]["code"]) == ["R3", "R4", "R5", "R9"]
    assert quantity(changed, "R9") == 250
    assert (added.before, added.after, removed.after) == (5, 6, 4)
    again = {"do": "add_rows", "table": "registrations", "rows": [{**new, "code": "R1"}]}
    assert refused(tiny_of(), again) == ["duplicate_key"]
    short = {"do": "add_rows", "table": "registrations", "rows": [{"code": "R9", "offce": "B"}]}
    assert set(refused(tiny_of(), short)) == {"unknown_column", "missing_value"}
    assert refused(tiny_of(), {"do": "remove_rows", "table": "registrations"}) == ["missing_value"]


def test_rows_come_from_a_file_beside_the_variant(tiny_of: Build) -> None:
    """A CSV that the scenario keeps in variants/ can be added by name; another name is refused."""
    raw = {
        "name": "thu",
        "why": "thử",
        "change": [{"do": "add_rows", "table": "absences", "file": "vang.csv"}],
    }
    lines = (("official", "from_date", "to_date", "kind"), ("N2", "2021-05-04", "2021-05-05", "sick"))
    changed, _ = apply(tiny_of(), parse(raw, "thu", {"vang.csv": lines}))
    assert list(changed.tables["absences"]["official"]) == ["N2"]
    assert changed.has("absences")
    with pytest.raises(DataError):
        parse(raw, "thu")


# --- all kinds ------------------------------------------------------------------------------------------


def test_overwriting_a_cell_needs_replace(tiny_of: Build) -> None:
    """Two changes of one file on the same cell are an error unless the later says `replace = true`."""
    first = {"do": "scale_work", "by": 2}
    second = {"do": "scale_work", "by": 3, "where": {"office": "C"}}
    assert refused(tiny_of(), first, second) == ["variant_overwrites"]
    changed, _ = run(tiny_of(), first, {**second, "replace": True})
    assert quantity(changed, "R5") == 48_00 * 6


def test_the_changed_data_are_checked_again(tiny_of: Build) -> None:
    """A change whose result breaks a check of the data is refused with the finding of that check."""
    unknown = {
        "do": "set_value",
        "table": "officials",
        "column": "office",
        "value": "Z",
        "where": {"code": "N9"},
    }
    assert refused(tiny_of(), unknown) == ["unknown_code"]
    low = {"do": "set_ceiling", "where": {"unit": "T"}, "posts": 9}
    assert refused(tiny_of(), low) == ["children_over_parent"]


def test_touching_nothing_is_an_error_of_every_change(tiny_of: Build) -> None:
    """Two changes that find no row give two findings at once."""
    found = refused(
        tiny_of(),
        {"do": "scale_work", "by": 2, "where": {"office": "A", "period": "2021-11"}},
        {"do": "remove_rows", "table": "officials", "where": {"category": "public_employee"}},
    )
    assert found == ["variant_no_row", "variant_no_row"]


def test_every_kind_has_a_sentence_in_both_languages(tiny_of: Build) -> None:
    """Each kind of change says what it did, in Vietnamese and in English, with no blank left open."""
    examples: dict[str, dict[str, Any]] = {
        "scale_work": {"by": 2},
        "growth": {"by_pct": 3},
        "set_norm": {"where": {"work_item": "TH1"}, "by": 2},
        "set_status": {"status": "done"},
        "set_model": {"name": "mttq-xa-2025"},
        "set_policy": {"name": "wisn"},
        "set_structure": {"value": "class"},
        "set_sizing": {"value": "ceiling"},
        "set_ceiling": {"where": {"unit": "A"}, "posts": 9},
        "set_floor": {"where": {"unit": "A"}, "posts": 2},
        "set_cap": {"where": {"unit": "A"}, "posts": 12},
        "cut_quota": {"where": {"unit": "A"}, "by_pct": 20},
        "add_quota": {"where": {"unit": "A"}, "posts": 1},
        "set_pool": {"pool": "own"},
        "set_value": {"table": "offices", "column": "note", "value": "x"},
        "add_rows": {"table": "areas", "rows": [{"code": "T2", "name": "Vùng", "parent": "T"}]},
        "remove_rows": {"table": "current_posts", "where": {"office": "*"}},
        "digitise": {"where": {"work_item": "TH1"}, "by_pct": 30},
        "move_organisation": {"where": {"office": "A", "organisation": "HND"}, "to": "C"},
        "merge_offices": {"where": {"office": ["A", "B"]}, "into": "AB"},
        "split_office": {"where": {"office": "A"}, "into": ["A1", "A2"], "shares": [2, 1]},
        "add_absence": {"where": {"code": "N2"}, **DAYS, "kind": "training"},
        "retire": {"where": {"code": "N2"}, "on": "2021-06-30"},
        "pin": {"where": {"code": "N2"}, "kind": "main", "task_group": "TH"},
        "unpin": {},
        "freeze_recruitment": {"where": {"unit": "T"}},
        "move_event": {"where": {"code": "H1"}, "date": "2021-03-09"},
        "cancel_event": {"where": {"code": "H1"}},
    }
    assert set(examples) == set(CHANGES)
    with_pin = {"pins": "code,kind,official,task_group,reason\nP1,main,N2,TH,thử"}
    with_event = {"events": "code,office,title,date,session\nH1,A,Giao ban,2021-03-08,morning"}
    more = {"unpin": with_pin, "move_event": with_event, "cancel_event": with_event}
    for do, keys in examples.items():
        _, (report,) = run(tiny_of(**more.get(do, {})), {"do": do, **keys})
        assert report.sentence_vi != report.sentence_en
        assert "{" not in report.sentence_vi + report.sentence_en
        assert report.as_dict()["sentence_vi"] == report.sentence("vi")
