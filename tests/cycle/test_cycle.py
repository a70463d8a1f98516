"""The monthly cycle: transitions, quantities, merges, history, completeness, and writing it whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from vitri.cli import run
from vitri.cycle import (
    STATES,
    TRANSITIONS,
    Decision,
    Sender,
    completeness,
    decide,
    read_lines,
    record,
    register,
    register_nothing,
)
from vitri.data import Instance, read, write_workbook
from vitri.errors import DataError

AT = dt.datetime(2021, 7, 1, 8, 0)
OF_STATE = {"draft": "D1", "registered": "G1", "approved": "A1", "returned": "T1", "assigned": "S1"}
OF_STATE |= {"cancelled": "X1"}


def status_of(instance: Instance, code: str) -> str:
    """Return the state of a line."""
    frame = instance.filled("registrations")
    return str(frame.loc[frame["code"] == code, "status"].iloc[0])


def codes_of(problem: pytest.ExceptionInfo[DataError]) -> set[tuple[str, str]]:
    """Return (check, row) of every finding."""
    return {(row.code, row.row_key) for row in problem.value.findings}


def test_only_declared_transitions_happen(instance: Instance) -> None:
    """From every state every verb of the head works exactly where the table of transitions has it."""
    tried = 0
    for state, code in OF_STATE.items():
        for verb in ("approve", "return", "merge", "finish", "cancel"):
            way = next(item for item in TRANSITIONS if item.verb == verb)
            decision = Decision(verb, code, reason="vì sao", into="G2" if verb == "merge" else "")
            tried += 1
            if state in way.before:
                assert status_of(decide(instance, [decision], "CB01", AT).instance, code) == way.after
                continue
            with pytest.raises(DataError) as problem:
                decide(instance, [decision], "CB01", AT)
            assert codes_of(problem) == {("wrong_transition", code)}
    assert tried == 30
    assert {way.after for way in TRANSITIONS} == set(STATES)


def test_history_keeps_who_when_and_what_was(instance: Instance) -> None:
    """Approving three as two leaves two entries with actor, moment, old and new value; input is unchanged."""
    digest = instance.digest()
    changed = decide(instance, [Decision("approve", "G1", "2")], "CB01", AT, "2021-07")
    rows = changed.rows.set_index("column")
    assert rows.loc["status", ["actor", "before", "after"]].tolist() == ["CB01", "registered", "approved"]
    assert rows.loc["approved_quantity", ["before", "after"]].tolist() == ["", "2"]
    assert set(rows["at"]) == {"2021-07-01T08:00:00+07:00"}
    assert changed.instance.tables["history"].shape[0] == 2
    assert instance.digest() == digest
    with pytest.raises(DataError) as problem:
        decide(changed.instance, [Decision("approve", "G2")], "CB01", AT)
    assert ("when_before", "") in codes_of(problem)


def test_everything_wrong_comes_at_once(instance: Instance) -> None:
    """Unknown code, quantity over, missing reason, two decisions, circle: one error holds them all."""
    decisions = [
        Decision("approve", "G9"),
        Decision("approve", "G1", "3.01"),
        Decision("approve", "G1"),
        Decision("return", "A1"),
        Decision("merge", "G2", into="G2", reason="trùng"),
        Decision("finish", "O1"),
    ]
    with pytest.raises(DataError) as problem:
        decide(instance, decisions, "Nguyễn Văn A", AT, "2021-07")
    assert codes_of(problem) == {
        ("bad_code", ""),
        ("unknown_code", "G9"),
        ("quantity_over", "G1"),
        ("decided_twice", "G1"),
        ("reason_missing", "A1"),
        ("circle", "G2"),
        ("order_not_delivered", "O1"),
    }


def test_a_circle_of_merges_is_refused(instance: Instance) -> None:
    """Two lines merged into each other are a circle; one into the other raises what may be approved."""
    both = [Decision("merge", a, into=b, reason="trùng") for a, b in (("G1", "G2"), ("G2", "G1"))]
    with pytest.raises(DataError) as problem:
        decide(instance, both, "CB01", AT)
    assert {code for code, _ in codes_of(problem)} == {"circle"}
    merged = decide(instance, [Decision("merge", "G1", into="G2", reason="trùng")], "CB01", AT).instance
    assert status_of(merged, "G1") == "merged"
    approved = decide(merged, [Decision("approve", "G2", "5")], "CB01").instance
    assert status_of(approved, "G2") == "approved"
    with pytest.raises(DataError):
        decide(merged, [Decision("approve", "G2", "5.5")], "CB01")


def test_an_order_ends_with_delivery_and_verdict(instance: Instance) -> None:
    """Rework keeps an order assigned, acceptance ends it."""
    day = dt.date(2021, 7, 20)
    again = Decision("finish", "O1", reason="thiếu số liệu", delivered=day, acceptance="rework")
    back = decide(instance, [again], "CB01", AT).instance
    assert status_of(back, "O1") == "assigned"
    end = Decision("finish", "O1", delivered=day, acceptance="accepted")
    assert status_of(decide(back, [end], "CB01").instance, "O1") == "done"


def test_registering_fills_in_and_counts_as_submitted(instance: Instance) -> None:
    """New lines get codes and the month; a returned one is corrected; the month counts as registered."""
    sender = Sender("SM", "HND", "2021-07")
    changed = register(
        instance, sender, [{"work_item": "TH1", "quantity": "1"}, {"code": "T1", "quantity": "4"}], "CB02", AT
    )
    frame = changed.instance.tables["registrations"].set_index("code")
    assert frame.loc["SM-HND-2107-01", ["office", "organisation", "period", "status"]].tolist() == [
        "SM", "HND", "2021-07", "registered",
    ]  # fmt: skip
    assert frame.loc["T1", "quantity"] == 400
    assert frame.loc["T1", "status"] == "registered"
    said = changed.instance.tables["submissions"].iloc[0]
    assert (said["organisation"], said["state"], said["submitted_by"]) == ("HND", "complete", "CB02")


def test_a_sender_writes_only_its_own_cells(instance: Instance) -> None:
    """An organisation approves nothing, registers for nobody else, and has either work or none."""
    sender = Sender("SM", "MTTQ", "2021-07")
    lines = [
        {"work_item": "TH1", "quantity": "1", "approved_quantity": "1"},
        {"work_item": "TH1", "quantity": "1", "organisation": "HND"},
        {"work_item": "TH1", "quantity": "1", "period": "2021-09"},
        {"code": "A1", "quantity": "1"},
    ]
    with pytest.raises(DataError) as problem:
        register(instance, sender, lines, "CB01", AT, ["f.csv:2", "f.csv:3", "f.csv:4", "f.csv:5"])
    found = {row.code for row in problem.value.findings}
    assert found == {"not_yours", "other_sender", "other_month", "wrong_transition"}
    assert "[f.csv:2]" in problem.value.findings.rows[0].render("vi")["message"]
    with pytest.raises(DataError) as problem:
        register_nothing(instance, sender, "CB01", AT)
    assert codes_of(problem) == {("nil_with_lines", "G1")}
    with pytest.raises(DataError) as problem:
        register(instance, sender, [{"work_item": "TH9", "quantity": "x"}], "CB01", AT, ["f.csv:2"])
    assert {row.code for row in problem.value.findings} == {"unknown_code", "text_in_number"}


def test_completeness_counts_states_and_names_the_missing(instance: Instance) -> None:
    """Drafts are no registration; what submissions says wins; recording fills the table once."""
    table = completeness(instance, ["2021-07", "2021-08"]).set_index(["organisation", "month"])
    assert table.loc[("MTTQ", "2021-07"), ["state", "draft", "registered"]].tolist() == ["complete", 1, 1]
    assert table.loc[("HLHPN", "2021-07"), ["state", "orders", "cancelled"]].tolist() == ["complete", 1, 1]
    assert table.loc[("HND", "2021-08"), "state"] == "missing"
    assert table.loc[("", "2021-08"), ["state", "approved"]].tolist() == ["partial", 1]
    kept = record(instance, ["2021-07", "2021-08"], "CB01", AT).instance
    assert len(kept.tables["submissions"]) == 6
    again = record(kept, ["2021-07", "2021-08"], "CB01")
    assert again.tables == ()


@pytest.mark.parametrize("form", ["folder", "workbook"])
def test_commands_write_whole_or_nothing(folder: Path, tmp_path: Path, form: str) -> None:
    """On a folder and on a workbook: a refused command changes no byte, an accepted one only its tables."""
    place = folder
    if form == "workbook":
        place = write_workbook(read(folder), tmp_path / "vi-du.xlsx")

    def held() -> dict[str, bytes]:
        files = [place] if place.is_file() else sorted(place.glob("*"))
        return {file.name: file.read_bytes() for file in files}

    before = held()
    who = ("--who", "CB01", "--when", "2021-07-02T09:00")
    assert run(["approve", str(place), "--month", "2021-07", "--code", "G1", "--quantity", "9", *who]) == 1
    assert held() == before
    assert run(["approve", str(place), "--month", "2021-07", "--all", *who]) == 0
    after = held()
    if form == "folder":
        assert {name for name in after if after[name] != before.get(name)} == {
            "registrations.csv",
            "history.csv",
        }
    frame = read(place).tables
    assert (frame["registrations"]["status"] == "approved").sum() == 4
    assert len(frame["history"]) == 4


def test_a_small_file_is_read_with_titles_or_names(tmp_path: Path) -> None:
    """A semicolon CSV with Vietnamese titles gives lines with column names and their places."""
    file = tmp_path / "hnd.csv"
    file.write_text("Mã công việc;Số lượng đăng ký;Ghi chú\nTH1;2;\n;;\nTH2;1;gấp\n", encoding="utf-8-sig")
    lines, places = read_lines(file)
    assert lines == [
        {"work_item": "TH1", "quantity": "2"},
        {"work_item": "TH2", "quantity": "1", "note": "gấp"},
    ]
    assert places == ["hnd.csv:2", "hnd.csv:4"]
    file.write_text("work_itm,quantity\nTH1,2\n", encoding="utf-8")
    with pytest.raises(DataError):
        read_lines(file)
