"""Changes of people and of the map: absences, leaving, pins, moving, merging and splitting offices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.variant import ChangeReport, apply, parse
from vitri.variant.split import shared
from vitri.workload import compute

Build = Callable[..., Instance]


def run(instance: Instance, *changes: dict[str, Any]) -> tuple[Instance, list[ChangeReport]]:
    """Apply changes as one variant."""
    return apply(instance, parse({"name": "thu", "why": "thử", "change": list(changes)}, "thu"))


def refused(instance: Instance, *changes: dict[str, Any]) -> list[str]:
    """Return the codes of the findings with which changes are refused."""
    with pytest.raises(DataError) as error:
        run(instance, *changes)
    assert all(finding.render("vi")["message"] for finding in error.value.findings)
    return [finding.code for finding in error.value.findings]


def minutes(instance: Instance) -> dict[str, int]:
    """Return the minutes of work of every office, under the scenario's model."""
    model = model_for(instance, None)
    cells = compute(instance, model, time_fund(instance, model)).cells
    return {str(k): int(v) for k, v in cells.groupby("office")["minutes"].sum().items()}


# --- people ---------------------------------------------------------------------------------------------


def test_absence_is_added_for_everybody_named(tiny_of: Build) -> None:
    """One row of absences for each official named; reversed days and unknown people are refused."""
    days = {"from_date": "2021-03-01", "to_date": "2021-03-31", "kind": "training"}
    changed, (report,) = run(tiny_of(), {"do": "add_absence", "where": {"code": ["N2", "N3"]}, **days})
    assert list(changed.tables["absences"]["official"]) == ["N2", "N3"]
    assert (report.rows_touched, report.before, report.after) == (2, 0, 2)
    wrong = {"do": "add_absence", "where": {"code": "N2"}, **days, "to_date": "2021-02-01"}
    assert refused(tiny_of(), wrong) == ["dates_reversed"]
    assert refused(tiny_of(), {"do": "add_absence", "where": {"code": "N99"}, **days}) == ["variant_no_row"]
    assert refused(tiny_of(), {**wrong, "to_date": "2021-13-01"}) == ["variant_bad_value"]


def test_retiring_sets_the_last_day_once(tiny_of: Build) -> None:
    """Who leaves has a last day and a reason; leaving again on that day changes nothing and is refused."""
    change = {"do": "retire", "where": {"code": "N2"}, "on": "2021-06-30"}
    changed, (report,) = run(tiny_of(), change)
    row = changed.tables["officials"].set_index("code").loc["N2"]
    assert (str(row["to_date"].date()), row["to_reason"]) == ("2021-06-30", "retirement")
    assert int(report.after) == int(report.before) - 1
    assert refused(changed, change) == ["variant_no_row"]


def test_pins_are_added_and_taken_away(tiny_of: Build) -> None:
    """A pin needs something to fix to; each official gets a row, and unpin takes rows away."""
    change = {"do": "pin", "where": {"code": "N2"}, "kind": "main", "task_group": "TH"}
    changed, _ = run(tiny_of(), change)
    assert changed.tables["pins"][["official", "task_group"]].to_numpy().tolist() == [["N2", "TH"]]
    assert refused(tiny_of(), {"do": "pin", "where": {"code": "N2"}, "kind": "main"}) == ["missing_value"]
    freed, (report,) = run(changed, {"do": "unpin", "where": {"official": "N2"}})
    assert not freed.has("pins")
    assert (report.rows_touched, report.after) == (1, 0)
    assert refused(tiny_of(), {"do": "unpin"}) == ["variant_no_row"]


def test_frozen_recruitment_caps_posts_at_todays_heads(tiny_of: Build) -> None:
    """The unit named, with or without a quota row, may have as many posts as heads today."""
    changed, (report,) = run(tiny_of(), {"do": "freeze_recruitment", "where": {"unit": ["A", "C"]}})
    caps = changed.tables["quotas"].set_index("unit")["cap"]
    assert (int(caps["A"]), report.after) == (3, int(caps["A"]) + int(caps["C"]))
    assert refused(tiny_of(), {"do": "freeze_recruitment", "where": {"unit": "Z"}}) == ["unknown_code"]


EVENTS = {
    "events": "code,office,title,date,session,start_time,end_time\n"
    "H1,A,Giao ban,2021-03-08,morning,08:00,09:30\nH2,A,Hội nghị,2021-03-09,afternoon,,"
}


def test_an_event_moves_to_another_session(tiny_of: Build) -> None:
    """Day and session change, hours of the old session fall away; moving to where it is changes nothing."""
    change = {"do": "move_event", "where": {"code": "H1"}, "date": "2021-03-10", "session": "afternoon"}
    changed, (report,) = run(tiny_of(**EVENTS), change)
    row = changed.tables["events"].set_index("code").loc["H1"]
    assert (str(row["date"].date()), row["session"]) == ("2021-03-10", "afternoon")
    assert pd.isna(row["start_time"])
    assert pd.isna(row["end_time"])
    assert report.sentence_vi == 'Dời "Giao ban" từ sáng 08/03/2021 sang chiều 10/03/2021.'
    assert report.sentence_en == (
        '"Giao ban" moves from the morning of 08/03/2021 to the afternoon of 10/03/2021.'
    )
    assert refused(changed, change) == ["variant_no_row"]
    assert refused(tiny_of(**EVENTS), {"do": "move_event", "where": {"code": "H1"}}) == ["missing_value"]
    assert refused(tiny_of(**EVENTS), {**change, "date": "2021-02-30"}) == ["variant_bad_value"]
    assert refused(tiny_of(**EVENTS), {**change, "where": {"code": "H9"}}) == ["variant_no_row"]


def test_a_cancelled_event_stays_as_a_row(tiny_of: Build) -> None:
    """Its status says so, the count of events held falls by one; cancelling again is refused."""
    change = {"do": "cancel_event", "where": {"code": "H2"}}
    changed, (report,) = run(tiny_of(**EVENTS), change)
    assert changed.tables["events"].set_index("code")["status"].to_dict()["H2"] == "cancelled"
    assert (report.before, report.after) == (2, 1)
    assert report.sentence_vi == 'Huỷ "Hội nghị".'
    assert refused(changed, change) == ["variant_no_row"]


def test_digitised_work_takes_less_time(tiny_of: Build) -> None:
    """Digitising by 25 % leaves three quarters of the unit time."""
    changed, (report,) = run(tiny_of(), {"do": "digitise", "where": {"work_item": "TH1"}, "by_pct": 25})
    assert int(changed.tables["work_items"].set_index("code").loc["TH1", "unit_minutes"]) == 270_00
    assert (report.before, report.after) == ("360", "270")
    assert refused(tiny_of(), {"do": "digitise", "by_pct": 25}) == ["missing_value"]


def test_a_ceiling_for_every_office_below_a_unit(tiny_of: Build) -> None:
    """`per = office` gives each office of the area the ceiling, and leaves the area's own row alone."""
    top = {"do": "set_ceiling", "where": {"unit": "T"}, "posts": 24}
    each = {"do": "set_ceiling", "where": {"unit": "T"}, "posts": 8, "per": "office"}
    changed, reports = run(tiny_of(), top, each)
    posts = changed.tables["quotas"].set_index("unit")["posts"].to_dict()
    assert posts == {"T": 24, "A": 8, "B": 8, "C": 8}
    assert "8 × 3" in reports[1].sentence_en


# --- moving ---------------------------------------------------------------------------------------------


def test_an_organisation_moves_with_people_and_work(tiny_of: Build) -> None:
    """The work changes office, none is lost, and the organisation is no longer a member of the old office."""
    change = {"do": "move_organisation", "where": {"office": "A", "organisation": "HND"}, "to": "C"}
    before = minutes(tiny_of())
    changed, (report,) = run(tiny_of(), change)
    after = minutes(changed)
    assert sum(after.values()) == sum(before.values())
    assert before["A"] - after["A"] == after["C"] - before["C"] == int(report.after)
    table = changed.tables["memberships"]
    rows = set(zip(table["office"], table["organisation"], table["pool"], strict=True))
    assert ("A", "HND", "outside") in rows
    assert refused(changed, change) == ["variant_no_row"]
    assert refused(tiny_of(), {**change, "to": "Z"}) == ["unknown_code"]
    many = {**change, "where": {"office": "*", "organisation": "HND"}}
    assert refused(tiny_of(), many) == ["variant_bad_value"]


def test_an_organisation_leaves_the_shared_offices(tiny_of: Build) -> None:
    """Moved outside, its lines and its people are gone, with what hangs on them."""
    change = {"do": "move_organisation", "where": {"office": "A", "organisation": "MTTQ"}, "to": "outside"}
    changed, (report,) = run(tiny_of(), change)
    assert set(changed.tables["registrations"]["code"]) == {"R2", "R3", "R4", "R5"}
    assert "N1" not in set(changed.tables["officials"]["code"])
    assert (report.after, int(report.before) > 0) == (0, True)


# --- merging --------------------------------------------------------------------------------------------


def test_merged_offices_do_their_overhead_once(tiny_of: Build) -> None:
    """Work adds up but for overhead that both offices had: it is kept once, where it is larger."""
    rows = (
        "code,office,organisation,work_item,task_name,task_group,unit_minutes,quantity,"
        "approved_quantity,period,status\n"
        "R1,A,MTTQ,TH1,,,,10,,2021,\nR2,A,,KT1,,,,12,,2021,\nR3,B,,KT1,,,,20,,2021,\nR4,B,MTTQ,TH1,,,,3,,2021,"
    )
    instance = tiny_of(registrations=rows)
    changed, (report,) = run(
        instance, {"do": "merge_offices", "where": {"office": ["A", "B"]}, "into": "AB", "name": "Gộp"}
    )
    assert set(changed.tables["registrations"]["code"]) == {"R1", "R3", "R4"}
    assert list(changed.tables["offices"]["code"]) == ["AB", "C"]
    assert (report.before, report.after) == (3, 2)
    quotas = changed.tables["quotas"].set_index("unit")
    assert int(quotas["posts"].loc[["AB"]].sum()) == 17
    assert set(changed.tables["officials"]["office"]) == {"AB", "C"}
    assert refused(instance, {"do": "merge_offices", "where": {"office": ["A", "B"]}, "into": "C"}) == [
        "variant_bad_value"
    ]


@pytest.mark.parametrize(("keep", "unplaced", "heads"), [("first", 8, 1), ("all", 0, 2), ("none", 10, 1)])
def test_leaders_of_merged_offices(bac_kan: Instance, keep: str, unplaced: int, heads: int) -> None:
    """The first office's leaders stay, or all, or none; the others are kept as people without a position."""
    pair = {"do": "merge_offices", "where": {"office": ["BT", "PN"]}, "into": "BTPN", "keep_leaders": keep}
    changed, (report,) = run(bac_kan, pair)
    people = changed.tables["officials"]
    mine = people[people["office"].eq("BTPN")]
    assert len(people) == len(bac_kan.tables["officials"])
    assert int(mine["position"].isna().sum()) == {"first": 5, "all": 0, "none": 10}[keep]
    posts = changed.tables["current_posts"]
    lead = posts[posts["office"].eq("BTPN") & posts["position"].eq("CT_MTTQ")]
    assert int(lead["posts"].sum()) == heads
    assert unplaced >= int(mine["position"].isna().sum()) or keep == "all"
    assert f"{int(mine['position'].isna().sum())} of them" in report.sentence_en


# --- splitting ------------------------------------------------------------------------------------------

COMMUNES = {"BB": 5, "BT": 4, "CD": 6, "CM": 5, "NR": 5, "NS": 4, "PN": 4, "TPBK": 4}


def split(office: str, count: int, **more: Any) -> dict[str, Any]:
    """Return the change that splits a district's office into equal communes."""
    into = [f"{office}{index}" for index in range(1, count + 1)]
    return {"do": "split_office", "where": {"office": office}, "into": into, "shares": [1] * count, **more}


def test_eight_districts_become_37_communes(bac_kan: Instance) -> None:
    """Every product is kept but for overhead, done in each commune; people are there, without a position."""
    changes = [split(office, count, drop_task_groups=["UT"]) for office, count in COMMUNES.items()]
    changed, reports = run(bac_kan, *changes)
    assert len(changed.tables["offices"]) == 37 == int(reports[-1].after)
    assert len(changed.tables["officials"]) == len(bac_kan.tables["officials"])
    assert changed.tables["officials"]["position"].isna().all()
    items = bac_kan.tables["work_items"]
    kept = items[items["task_group"].ne("UT") & ~items["repeats_per_pool"].fillna(False).astype(bool)]["code"]
    for item in kept:
        old, new = (
            int(t.loc[t["work_item"].eq(item), "quantity"].sum())
            for t in (bac_kan.tables["registrations"], changed.tables["registrations"])
        )
        assert old == new, item
    gone = set(items["code"][items["task_group"].eq("UT")])
    assert not gone & set(changed.tables["registrations"]["work_item"].dropna())
    own = changed.tables["registrations"]["work_item"].eq("KT1")
    assert int(own.sum()) > 4 * int(bac_kan.tables["registrations"]["work_item"].eq("KT1").sum())
    lead = changed.tables["current_posts"]
    assert int(lead["position"].eq("CT_MTTQ").sum()) == 37
    assert sum(minutes(changed).values()) > 0


def test_split_by_driver_and_by_table(tiny_of: Build) -> None:
    """Shares may come from a driver of the new offices, and people from a column; both are checked."""
    drivers = {
        "do": "add_rows",
        "table": "drivers",
        "rows": [
            {"office": "A1", "driver": "population", "year": 2021, "value": 300},
            {"office": "A2", "driver": "population", "year": 2021, "value": 100},
        ],
    }
    change = {"do": "split_office", "where": {"office": "A"}, "into": ["A1", "A2"], "by": "population"}
    changed, _ = run(tiny_of(), drivers, change)
    lines = changed.tables["registrations"]
    assert lines[lines["code"].str.startswith("R1.")]["quantity"].tolist() == [750, 250]
    assert lines[lines["code"].str.startswith("R3.")]["quantity"].tolist() == [1200, 1200]
    assert changed.tables["quotas"].set_index("unit")["posts"].loc[["A1", "A2"]].tolist() == [8, 2]
    assert refused(tiny_of(), change) == ["variant_bad_value"]
    assert refused(tiny_of(), drivers, {**change, "officials": "by_table"}) == ["unknown_code"]
    assert refused(tiny_of(), {**change, "by": "population", "shares": [1, 1]}) == ["missing_value"]
    assert refused(tiny_of(), {**change, "into": ["A1", "B"]}) == ["variant_bad_value"]
    order = run(tiny_of(), drivers, change, {"do": "scale_work", "by": 2, "where": {"office": "A1"}})[0]
    after = order.tables["registrations"].set_index("code")["quantity"]
    assert int(after["R1.1"]) == 1500


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=8),
    st.lists(st.integers(1, 10**9), min_size=2, max_size=9),
)
def test_shares_add_up_and_are_fair(amounts: list[int], weights: list[int]) -> None:
    """Every amount is divided whole, and no part is a unit or more away from its exact share."""
    parts = shared(np.asarray(amounts, dtype=np.int64), weights)
    assert parts.sum(axis=1).tolist() == amounts
    for amount, row in zip(amounts, parts.tolist(), strict=True):
        assert all(
            abs(part * sum(weights) - amount * weight) < sum(weights)
            for part, weight in zip(row, weights, strict=True)
        )


def test_nothing_of_the_base_is_altered(bac_kan: Instance) -> None:
    """Restructuring works on a copy: the instance given keeps its digest."""
    digest = bac_kan.digest()
    changed, _ = run(
        bac_kan, split("PN", 2), {"do": "retire", "where": {"code": "CB1010"}, "on": "2021-06-30"}
    )
    assert bac_kan.digest() == digest != changed.digest()
    assert isinstance(changed.tables["officials"], pd.DataFrame)
