"""Months that cannot be planned as they are: findings with names of rows and a proposal, never a crash."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vitri.cli import run as vitri

REGISTRATIONS = (
    "code,office,organisation,work_item,task_name,task_group,unit_minutes,quantity,approved_quantity,"
)
REGISTRATIONS += "period,release_date,due_date,session,coefficient,kind,basis,basis_note"
EVENTS = "code,office,organisation,title,date,session,start_time,end_time,chair,participants,resources,place,"
EVENTS += "registration,attendance,mobility,preparation"
PINS = "code,kind,official,task_group,registration,reason"


def spoil(folder: Path, table: str, header: str, *rows: str) -> None:
    """Add rows to a table of a scenario; a table that is not there is made."""
    path = folder / f"{table}.csv"
    if not path.exists():
        path.write_text(header + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8").splitlines()[0] == header
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(row + "\n" for row in rows))


def nobody_qualified(folder: Path) -> None:
    """Work of a group that nobody may do."""
    groups = (folder / "task_groups.csv").read_text(encoding="utf-8").splitlines()
    spoil(folder, "task_groups", groups[0], "ZZ,Việc lạ,II,shared,CN,3,")
    spoil(folder, "registrations", REGISTRATIONS,
          "R77,SM,MTTQ,,Việc lạ,ZZ,600,1,,2021-06,,,,1,program,registered,")  # fmt: skip


def due_before_release(folder: Path) -> None:
    """A due date before the date of release."""
    spoil(folder, "registrations", REGISTRATIONS,
          "R77,SM,MTTQ,TH1,,,,1,,2021-06,2021-06-20,2021-06-10,,1,program,registered,")  # fmt: skip


def outside_hours(folder: Path) -> None:
    """An event on a Saturday."""
    spoil(folder, "events", EVENTS, "H77,SM,,Lễ hội,2021-06-05,morning,,,CB02,,,,,,,")


def double_booking(folder: Path) -> None:
    """Two meetings at once with the same people."""
    spoil(folder, "events", EVENTS,
          "H77,SM,HND,Họp một,2021-06-22,morning,09:00,10:00,CB02,CB04,,,,,,",
          "H78,SM,HND,Họp hai,2021-06-22,morning,09:30,10:30,CB04,CB02,,,,,,")  # fmt: skip


def unknown_room(folder: Path) -> None:
    """An event in a room that is not in the table."""
    spoil(folder, "events", EVENTS, "H77,SM,HND,Họp,2021-06-22,morning,,,CB02,,P999,,,,,")


def no_working_days(folder: Path) -> None:
    """Everybody is away for the whole month."""
    header = "official,from_date,to_date,kind"
    spoil(folder, "absences", header, *(f"CB0{n},2021-06-01,2021-06-30,sick" for n in (1, 2, 3, 5)),
          "CB04,2021-06-01,2021-06-07,sick", "CB04,2021-06-10,2021-06-30,sick")  # fmt: skip


def away_all_month(folder: Path) -> None:
    """One person is away for the whole month."""
    spoil(folder, "absences", "official,from_date,to_date,kind", "CB03,2021-06-01,2021-06-30,sick")


def circular_backup(folder: Path) -> None:
    """Two people are main officials of two groups and each other's backup."""
    spoil(folder, "pins", PINS,
          "P1,main,CB04,TH,,lãnh đạo giao", "P2,backup,CB05,TH,,lãnh đạo giao",
          "P3,main,CB05,VT,,lãnh đạo giao", "P4,backup,CB04,VT,,lãnh đạo giao")  # fmt: skip


#: What is wrong, names that have to be told, exit codes and proposals of `assign` and of `calendar`.
CASES = (
    (nobody_qualified, ("ZZ", "R77"), (0, 0), ("Train", "Give someone the competency")),
    (due_before_release, ("R77",), (1, 1), ("Change one of the two", "Change one of the two")),
    (outside_hours, ("H77",), (0, 1), ("Move it to 04/06/2021", "Move it to 04/06/2021")),
    (double_booking, ("H77", "H78", "CB02"), (1, 1), ("Move one of the two", "Move one of the two")),
    (unknown_room, ("H77", "P999"), (1, 1), ("The codes are: HT", "The codes are: HT")),
    (no_working_days, ("SM",), (1, 1), ("Look at the tables", "Look at the tables")),
    (away_all_month, ("CB03",), (0, 0), ("mend the absence", "Pass on what only they can do")),
    (circular_backup, ("CB04", "CB05"), (0, 0), ("Name a third person", "Name a third person")),
)


@pytest.mark.parametrize("command", ["assign", "calendar"])
@pytest.mark.parametrize(
    ("spoiled", "names", "exits", "proposals"), CASES, ids=[c[0].__name__ for c in CASES]
)
def test_a_bad_month_is_told(
    root: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    spoiled: Callable[[Path], None],
    names: tuple[str, ...],
    exits: tuple[int, int],
    proposals: tuple[str, str],
) -> None:
    """What is wrong is told with the names of the rows and a proposal, whether or not a plan can be made."""
    folder = tmp_path / "thang"
    shutil.copytree(root / "tests" / "fixtures" / "mot-thang", folder)
    spoiled(folder)
    place = ["assign", "calendar"].index(command)
    code = vitri([command, str(folder), "--month", "2021-06", "--office", "SM", "--lang", "en"])
    told = re.sub(r"\s+", " ", capsys.readouterr().err)
    assert "Traceback" not in told
    assert code == exits[place], told
    assert [name for name in (*names, proposals[place]) if name not in told] == [], told


def test_a_room_taken_by_a_registration_and_an_event(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A registration's own session in a room that an event has then: both are named, and the room."""
    folder = tmp_path / "thang"
    shutil.copytree(root / "tests" / "fixtures" / "mot-thang", folder)
    path = folder / "registrations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = "R78,SM,MTTQ,,Tập huấn,TH,240,1,,2021-06-28,,,morning,1,program,registered,"
    text = [f"{lines[0]},resources", *(f"{line}," for line in lines[1:]), f"{row},HT"]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    code = vitri(["calendar", str(folder), "--month", "2021-06", "--office", "SM", "--lang", "en"])
    told = re.sub(r"\s+", " ", capsys.readouterr().err)
    assert code == 1, told
    assert all(word in told for word in ("double_booking", "H03", "R78", "both have HT", "28/06/2021")), told
    path.write_text("\n".join([*text[:-1], f"{row},PH"]) + "\n", encoding="utf-8")
    assert vitri(["calendar", str(folder), "--month", "2021-06", "--office", "SM", "--lang", "en"]) == 0
