"""A month's calendar from tables to files, and planned again after changes: a synthetic office."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import numpy as np
import pandas as pd
import pytest

from vitri.data import read
from vitri.errors import DataError
from vitri.explain.calendar_changes import calendar_changes
from vitri.optimise.month.keep import Changes, Published, keep_places
from vitri.optimise.month.search import overtime, solve_month, undone_work
from vitri.plan.calendar import plan_calendar, replan
from vitri.plan.month_audit import audit_month
from vitri.plan.result import Result
from vitri.report.ics import escaped, folded, write_calendars
from vitri.report.work_calendar import calendar_lines, write_work_calendar
from vitri.variant import apply
from vitri.workload.month import Event, MonthProblem, OvertimeLimit, Task


@pytest.fixture(scope="module")
def scenario(root: Path) -> Path:
    """The folder of the synthetic month."""
    return root / "tests" / "fixtures" / "mot-thang"


@pytest.fixture(scope="module")
def run(scenario: Path) -> Result:
    """The calendar of June 2021."""
    return plan_calendar(read(scenario), "2021-06", office="SM")


@pytest.fixture(scope="module")
def after(scenario: Path, run: Result) -> Result:
    """The calendar after an illness, a cancelled and a moved event, and an urgent registration."""
    changed, _ = apply(read(scenario), "giua-thang")
    return replan(run, changed)[0]


def broken(scenario: Path, tmp_path: Path, table: str, row: str) -> list[Any]:
    """Return the findings of the month once a row is added to a table."""
    folder = tmp_path / "broken"
    shutil.copytree(scenario, folder)
    with (folder / f"{table}.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    try:
        result = plan_calendar(read(folder), "2021-06", office="SM")
    except DataError as error:
        return [row.render("en") for row in error.findings]
    return [row["en"] for row in result.info["warnings"]]


def test_every_level_is_proven_and_the_audit_passes(run: Result) -> None:
    """The month is planned whole: nothing undone, no overtime, each level proven, the audit passed."""
    assert run.status == "optimal"
    assert [(level["measure"], level["gap"]) for level in run.info["levels"]] == [
        ("unmet_minutes", 0),
        ("overtime_minutes", 0),
        ("peak_load_dec1", 0),
    ]
    assert run.info["audit"]["passed"]
    assert len(run.table("unmet")) == 0


def test_nobody_is_in_two_places(run: Result) -> None:
    """No two rows of one person overlap in clock time, and work lies inside the month's working sessions."""
    frame = run.table("sessions")
    busy: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in frame.itertuples():
        for person in str(row.officials).split(";"):
            busy.setdefault((person, str(row.date)), []).append((str(row.start_time), str(row.end_time)))
    for spans in busy.values():
        spans.sort()
        if spans == [("07:30", "17:00")]:
            continue
        assert all(one[1] <= two[0] for one, two in pairwise(spans)), spans


def test_the_same_run_twice(scenario: Path, run: Result) -> None:
    """Planning the same month again gives the same digest."""
    assert plan_calendar(read(scenario), "2021-06", office="SM").digest == run.digest


def test_the_meeting_is_part_of_the_work_it_serves(run: Result) -> None:
    """Five people's morning at the conference is more than its 960 minutes, so nothing is left to prepare."""
    assert "R05" not in set(run.table("assignments")["registration"])


def test_the_calendar_has_the_usual_columns(run: Result, tmp_path: Path) -> None:
    """Day, session, time, content, chair, participants, place, preparation and vehicle stand in one line."""
    import openpyxl

    lines = list(calendar_lines(run, "SM", "vi"))
    assert lines[1] == [
        "Thứ Năm\n10/06/2021",
        "Cả ngày",
        "07:30 – 17:00",
        "Kiểm tra cơ sở xã Suối Đục",
        "CB02",
        "CB02, CB03, CB05",
        "UBND xã Suối Đục",
        "Xe đón lúc 07:00",
        "Xe 7 chỗ",
    ]
    book = openpyxl.load_workbook(write_work_calendar(run, tmp_path / "lich.xlsx"))
    rows = [[cell.value for cell in row] for row in book["Lịch SM"].iter_rows()]
    assert rows[1][0] == "LỊCH CÔNG TÁC VĂN PHÒNG KHỐI SUỐI MÂY, THÁNG 06/2021"
    titles = "Thứ, ngày|Buổi|Giờ|Nội dung|Chủ trì|Thành phần|Địa điểm|Chuẩn bị|Phương tiện"
    assert rows[2] == titles.split("|")
    assert len(rows) == 3 + len(lines)


def second_reader(content: bytes) -> list[dict[str, str]]:
    """Read an iCalendar file by the letter of RFC 5545 and return its events; wrong bytes fail."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    lines = re.sub(r"\r\n[ \t]", "", content.decode()).split("\r\n")[:-1]
    stack: list[str] = []
    events: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        key, *parameters = name.split(";")
        if key == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif key == "END":
            assert stack.pop() == value
        elif stack[-1] == "VEVENT":
            assert key not in events[-1]
            plain = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
            events[-1][key] = plain
            if key in ("DTSTART", "DTEND"):
                assert parameters == ["TZID=Asia/Ho_Chi_Minh"]
    assert stack == []
    return events


def test_calendar_files_are_read_by_a_second_reader(run: Result, tmp_path: Path) -> None:
    """Files fold at 75 octets, keep every letter, and hold each row once."""
    frame = run.table("sessions")
    for path in write_calendars(run, tmp_path):
        events = second_reader(path.read_bytes())
        assert len({event["UID"] for event in events}) == len(events)
        assert all({"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= event.keys() for event in events)
        assert all(event["DTSTART"] < event["DTEND"] for event in events)
        if path.stem == "SM":
            assert [event["SUMMARY"] for event in events] == list(frame[frame["event"].notna()]["title"])
        else:
            mine = frame[[path.stem in str(cell).split(";") for cell in frame["officials"]]]
            assert sorted(event["SUMMARY"] for event in events) == sorted(mine["title"])
    first = (tmp_path / "SM.ics").read_bytes()
    write_calendars(run, tmp_path)
    assert (tmp_path / "SM.ics").read_bytes() == first


def test_the_icalendar_parser_accepts_the_files(run: Result, tmp_path: Path) -> None:
    """The parser of the icalendar package reads every event whole, in its zone, and what it writes again
    is read as the same events."""
    longest = 0
    for path in write_calendars(run, tmp_path):
        content = path.read_bytes()
        read_back = icalendar.Calendar.from_ical(content)
        assert not read_back.errors
        assert not any(part.errors for part in read_back.walk())
        assert [str(zone["TZID"]) for zone in read_back.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh"]
        events = read_back.walk("VEVENT")
        plain = second_reader(content)
        assert [str(event["SUMMARY"]) for event in events] == [row["SUMMARY"] for row in plain]
        for event, row in zip(events, plain, strict=True):
            start, end = event["DTSTART"].dt, event["DTEND"].dt
            assert start.utcoffset() == dt.timedelta(hours=7)
            assert (f"{start:%Y%m%dT%H%M%S}", f"{end:%Y%m%dT%H%M%S}") == (row["DTSTART"], row["DTEND"])
            assert all(str(event[key]) == row[key] for key in row.keys() & {"LOCATION", "DESCRIPTION", "UID"})
            longest = max(longest, *(len(value.encode()) for value in row.values()))
        again = icalendar.Calendar.from_ical(read_back.to_ical()).walk("VEVENT")
        assert [(str(e["UID"]), str(e["SUMMARY"]), e["DTSTART"].dt) for e in again] == [
            (str(e["UID"]), str(e["SUMMARY"]), e["DTSTART"].dt) for e in events
        ]
    assert longest > 75


def test_escaping_and_folding() -> None:
    """Commas, semicolons, backslashes and line breaks are escaped; no letter is cut in two."""
    assert escaped("a, b; c\\d\ne") == "a\\, b\\; c\\\\d\\ne"
    line = "SUMMARY:" + "Hội nghị sơ kết " * 12
    assert folded(line).replace("\r\n ", "") == line
    assert all(len(part.encode()) <= 75 for part in folded(line).split("\r\n"))


def test_a_replan_says_its_difference_in_words(run: Result, after: Result) -> None:
    """Cancelled and moved events, who no longer comes, new work and moved work, in both languages."""
    told = calendar_changes(run, after, "en")
    assert told[:4] == [
        'CB05 no longer go to "Hội nghị giao ban Khối" (H01, morning of 01/06/2021).',
        '"Kiểm tra cơ sở xã Suối Đục" (H02, all of 10/06/2021) is cancelled.',
        'CB02 no longer go to "Hội nghị sơ kết sáu tháng" (H03, morning of 28/06/2021).',
        '"Sinh hoạt chuyên đề" (H04) moves from afternoon of 17/06/2021 to afternoon of 18/06/2021.',
    ]
    assert any(text.startswith("R90 (Báo cáo đột xuất) is given to CB04, starting in the") for text in told)
    vietnamese = calendar_changes(run, after, "vi")
    assert len(vietnamese) == len(told)
    assert vietnamese[1] == 'Huỷ "Kiểm tra cơ sở xã Suối Đục" (H02, cả ngày 10/06/2021).'
    assert vietnamese[3] == 'Dời "Sinh hoạt chuyên đề" (H04) từ chiều 17/06/2021 sang chiều 18/06/2021.'


def test_what_need_not_change_does_not(run: Result, after: Result) -> None:
    """No task of the published calendar goes to other people, and the month stays whole."""
    assert [point["changes"] for point in after.info["front"]] == [0]
    assert len(after.table("unmet")) == 0
    told = calendar_changes(run, after, "en")
    assert not any(" goes from " in text for text in told)


def test_replan_without_changes_changes_nothing(scenario: Path, run: Result) -> None:
    """The published calendar planned again from the same tables is the same calendar."""
    again, front = replan(run, read(scenario))
    assert calendar_changes(run, again, "en") == []
    assert [(point.changes, point.unmet_minutes, point.proven) for point in front] == [(0, 0, True)]
    pd.testing.assert_frame_equal(again.table("sessions"), run.table("sessions"))


@pytest.mark.parametrize(
    ("table", "row", "code", "words"),
    [
        (
            "events",
            "H09,SM,HND,Họp chuyên đề,2021-06-28,morning,09:00,10:00,CB02,CB04,,,,,,",
            "double_booking",
            "CB02, CB04",
        ),
        ("events", "H09,SM,,Lễ hội,2021-06-05,morning,,,CB02,,,,,,,", "event_outside_hours", "05/06/2021"),
        ("events", "H09,SM,,Họp,2021-06-07,morning,05:30,08:00,CB02,,,,,,,", "event_outside_hours", "H09"),
        ("absences", "CB03,2021-06-01,2021-06-30,sick", "away_all_month", "CB03"),
        ("absences", "CB01,2021-06-28,2021-06-28,sick", "named_but_away", "CB01"),
    ],
)
def test_bad_input_is_named(
    scenario: Path, tmp_path: Path, table: str, row: str, code: str, words: str
) -> None:
    """Double booking (by @* too), days off, odd hours and absences are findings that name the rows."""
    found = broken(scenario, tmp_path, table, row)
    mine = [finding for finding in found if finding["code"] == code]
    assert mine, found
    assert words in mine[0]["message"] + mine[0]["row_key"]
    assert mine[0]["advice"]


def crowded() -> MonthProblem:
    """Two people, one day: one is needed for a new urgent task only he can do; the other could take over."""
    regular = np.zeros((2, 1, 3), dtype=np.int64)
    regular[:, :, 0] = 100
    tasks = (
        Task(code="A", minutes=60, first=0, last=0, people=(0, 1)),
        Task(code="B", minutes=40, first=0, last=0, people=(0, 1)),
        Task(code="NEW", minutes=100, first=0, last=0, people=(0,), priority=1),
    )
    return MonthProblem(
        office="VP",
        days=(dt.date(2021, 6, 7),),
        people=("P", "Q"),
        regular=regular,
        extra=np.zeros_like(regular),
        limits=(OvertimeLimit(0, 0, 0, 0), OvertimeLimit(1, 0, 0, 0)),
        tasks=tasks,
        events=(),
    )


@pytest.mark.parametrize(("budget", "undone"), [(0, 100), (1, 100), (2, 0)])
def test_a_budget_of_changes_is_kept(budget: int, undone: int) -> None:
    """Two tasks have to move before the new one fits: fewer changes leave it undone, and that is proven."""
    published = Published(((0,), (0,), ()), (), {(0, 0, 0, 0): 60, (1, 0, 0, 0): 40})
    changes = Changes(published, budget)
    plan = solve_month(
        crowded(),
        (undone_work(), changes.level(), overtime()),
        change=changes,
        engines=("cp-sat",),
        workers=1,
    )
    assert plan.levels[0].value == undone
    assert plan.levels[0].status == "optimal"
    assert plan.levels[1].value <= budget


def test_work_stays_in_its_sessions() -> None:
    """Of two ways to lay a task out, the one of the published calendar is kept."""
    base = crowded()
    regular = base.regular.copy()
    regular[:, :, 1] = 100
    problem = dataclasses.replace(base, regular=regular, tasks=base.tasks[:1])
    plan = solve_month(problem, (undone_work(), overtime()), engines=("highs",))
    owner = plan.owners[0][0]
    published = Published((plan.owners[0],), (), {(0, owner, 0, 1): 60})
    assert [(piece.session, piece.minutes) for piece in plan.pieces] == [(0, 60)]
    kept = keep_places(plan, published)
    assert [(piece.session, piece.minutes) for piece in kept.pieces] == [(1, 60)]


def test_the_auditor_sees_every_kind_of_mistake() -> None:
    """A calendar spoiled in one place is refused for that reason."""
    problem = dataclasses.replace(
        crowded(),
        events=(Event(code="E", day=0, sessions=(0,), start=450, end=690, places=1, people=(1,)),),
    )
    owners, sent = [[1], [], [0]], [[]]
    right = [(0, 1, 0, 0, 60), (2, 0, 0, 0, 100)]
    assert len(audit_month(problem, owners, sent, right)) == 0
    spoiled = {
        "outside_window": (owners, sent, [(0, 1, 0, 0, 60), (2, 0, 0, 0, 100), (2, 0, 0, 0, 0)]),
        "wrong_amount": (owners, sent, [(0, 1, 0, 0, 50), (2, 0, 0, 0, 100)]),
        "not_owner": (owners, sent, [*right, (0, 0, 0, 0, 1)]),
        "over_full": (owners, sent, [(0, 1, 0, 0, 60), (2, 0, 0, 0, 100), (0, 0, 0, 0, 5)]),
        "double_booking": (owners, [[1]], right),
        "overtime_cap": (owners, sent, [(0, 1, 0, 2, 60), (2, 0, 0, 0, 100)]),
        "wrong_people": ([[0, 1], [], [0]], sent, right),
    }
    for code, (who, come, pieces) in spoiled.items():
        assert code in [row.code for row in audit_month(problem, who, come, pieces)], code


def test_a_saved_calendar_is_audited_and_a_changed_one_refused(run: Result, tmp_path: Path) -> None:
    """`vitri audit` passes a saved calendar, and refuses it once a session holds more minutes."""
    from vitri.cli import run as vitri

    run.save(tmp_path / "run")
    assert vitri(["audit", str(tmp_path / "run")]) == 0
    assert vitri(["export", str(tmp_path / "run"), "-o", str(tmp_path / "again.xlsx")]) == 0
    assert (tmp_path / "again.xlsx").stat().st_size > 5_000
    sessions = tmp_path / "run" / "sessions.csv"
    frame = pd.read_csv(sessions, dtype=str)
    work = frame[frame["registration"].notna()].index[0]
    frame.loc[work, "minutes"] = str(int(frame.loc[work, "minutes"]) + 60)
    frame.to_csv(sessions, index=False)
    assert vitri(["audit", str(tmp_path / "run")]) != 0
