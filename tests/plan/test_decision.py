"""The decision record: beside a run, not part of it; and what came of the plan beside what was planned."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from vitri.compare.actuals import actuals, with_outcomes
from vitri.data.instance import Instance
from vitri.errors import DataError, UsageError
from vitri.plan.decision import DECISION_FILE, decided, read_decision, write_decision
from vitri.plan.result import Result


def record(run: Path, who: str = "BCD-01", **more: str) -> None:
    """Record a decision for a run."""
    loaded = Result.load(run)
    keys = {"on": "2021-01-15", "why": "Ít việc dở dang nhất", **more}
    write_decision(
        run, decided(loaded.digest, loaded.info["totals"], who=who, expect=("Bớt 100 giờ chờ",), **keys)
    )


def test_a_run_is_marked_and_stays_the_same(run: Path) -> None:
    """The record reads back as written, and the run still loads with the digest it had."""
    before = Result.load(run).digest
    record(run)
    loaded = Result.load(run)
    found = read_decision(run, loaded.digest)
    assert loaded.digest == before
    assert found is not None
    assert (found.who, found.why, found.expect) == ("BCD-01", "Ít việc dở dang nhất", ("Bớt 100 giờ chờ",))
    assert found.planned["posts"] == loaded.info["totals"]["posts"]
    assert found.run == before


def test_no_record_is_none(run: Path) -> None:
    """A run nobody chose has no record."""
    assert read_decision(run, Result.load(run).digest) is None


def test_a_second_decision_must_be_asked_for(run: Path) -> None:
    """An earlier record is not overwritten by accident."""
    record(run)
    with pytest.raises(UsageError) as error:
        record(run, who="BCD-02")
    assert [finding.code for finding in error.value.findings] == ["decided_already"]
    decision = decided(Result.load(run).digest, {}, who="BCD-02", on="2021-02-01", why="x", expect=("y",))
    write_decision(run, decision, replace=True)
    found = read_decision(run, Result.load(run).digest)
    assert found is not None
    assert found.who == "BCD-02"


@pytest.mark.parametrize(
    ("who", "why", "code"), [("Nguyễn Văn A", "vì", "not_a_code"), ("A1", " ", "missing_value")]
)
def test_names_and_empty_reasons_are_refused(run: Path, who: str, why: str, code: str) -> None:
    """Who decided is a code, never a name, and there is a reason."""
    with pytest.raises(UsageError) as error:
        decided(Result.load(run).digest, {}, who=who, on="2021-01-15", why=why, expect=("z",))
    assert [finding.code for finding in error.value.findings] == [code]


@pytest.mark.parametrize(
    ("key", "codes"),
    [("why", ["changed_file"]), ("run", ["changed_file", "other_run"]), ("", ["broken_file"])],
)
def test_a_changed_record_is_noticed(run: Path, key: str, codes: list[str]) -> None:
    """A record that was edited, belongs to another run or is broken is a finding, never believed."""
    record(run)
    place = run / DECISION_FILE
    content = json.loads(place.read_text(encoding="utf-8"))
    if key:
        content[key] = "khác"
    place.write_text(json.dumps(content) if key else "{", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_decision(run, Result.load(run).digest)
    assert [finding.code for finding in error.value.findings] == codes


def test_outcomes_stand_beside_the_plan(solved: Result, tiny: Instance, tmp_path: Path) -> None:
    """Minutes and products of lines with an outcome are compared, month by month, with the plan."""
    lines = solved.tables["workload_lines"]
    some = lines[lines["counted"].astype(bool)].drop_duplicates(["registration", "month"]).head(3)
    official = tiny.tables["officials"]["code"].iloc[0]
    rows = pd.DataFrame(
        {
            "registration": some["registration"],
            "official": official,
            "month": some["month"],
            "quantity_done": "1",
            "minutes_spent": "90",
            "delays": "1",
        }
    )
    rows.to_csv(tmp_path / "kq.csv", index=False)
    laid = actuals(with_outcomes(tiny, tmp_path / "kq.csv"), lines)
    keys = set(zip(some["registration"], some["month"], strict=True))
    own = lines[[key in keys for key in zip(lines["registration"], lines["month"], strict=True)]]
    assert laid.total("planned_minutes") == int(own["minutes"].sum())
    assert (laid.total("minutes_spent"), laid.total("delays"), laid.lines) == (270, 3, 3)
    assert laid.total("done_dec2") == 300
    assert laid.planned_lines >= 3


def test_outcomes_that_fit_nothing_are_refused(tiny: Instance, tmp_path: Path) -> None:
    """An outcome of an unknown registration is a finding, as everywhere in the data; so is a broken file."""
    path = tmp_path / "kq.csv"
    path.write_text("registration,official,month,minutes_spent\nKHONG,CB01,2021-01,60\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        with_outcomes(tiny, path)
    assert "unknown_code" in {finding.code for finding in error.value.findings}
    with pytest.raises(DataError):
        with_outcomes(tiny, tmp_path / "khong-co.csv")
