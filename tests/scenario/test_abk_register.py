"""The import of an ABK register: a small invented one always, the real one where its folder is present."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from vitri.data import read
from vitri.data.abk import import_abk, read_abk, write_abk
from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.policy import load_model
from vitri.policy.worktime import time_fund
from vitri.workload import compute

OFFICES = "office,name\nQ1,Kantor Satu\nQ2,Kantor Dua\nQ3,Kantor Tiga\n"
PAIRS = [("", "Kepala", "administrator"), ("Tata Usaha", "Kepala Tata Usaha", "supervisor"),
         ("Tata Usaha", "Pengolah", "clerical")]  # fmt: skip


def invented(folder: Path, **replaced: str) -> Path:
    """Write an invented register of three offices with three positions each."""
    positions = ["office,position,unit,title,kind,incumbents"]
    tasks = ["position,task_no,task,volume_per_year,minutes_per_unit,effective_minutes_per_year,need_fte"]
    for number in (1, 2, 3):
        for order, (unit, title, kind) in enumerate(PAIRS, start=1):
            code = f"Q{number}-0{order}"
            positions.append(f"Q{number},{code},{unit},{title},{kind},{order - 1}")
            minutes = 600 if number < 3 or order < 3 else 900
            tasks.append(
                f'{code},1,"Việc {order}, thường xuyên",24.0,{minutes}.0,75000.0,{24 * minutes / 75000:.4f}'
            )
            tasks.append(f"{code},2,Việc chung,7.0,120.0,75000.0,0.0112")
    files = {"offices": OFFICES, "positions": "\n".join(positions) + "\n", "tasks": "\n".join(tasks) + "\n"}
    folder.mkdir(exist_ok=True)
    for name, text in {**files, **replaced}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def codes(error: pytest.ExceptionInfo[DataError]) -> list[tuple[str, str, str]]:
    """Return (code, table, column) of every finding."""
    return [(finding.code, finding.table, finding.column) for finding in error.value.findings]


def minutes(instance: Instance) -> int:
    """Return the counted minutes of a register."""
    model = load_model(instance.info.model).in_force(instance.info.as_of)
    return int(compute(instance, model, time_fund(instance, model)).demand["minutes"].sum())


def test_mapping_of_an_invented_register(tmp_path: Path) -> None:
    """Pairs of unit and title become NV groups and positions; texts become M items, commonest norm first."""
    instance = import_abk(invented(tmp_path / "abk"), period="2024")
    tables = instance.tables
    assert list(tables["task_groups"]["code"]) == ["NV01", "NV02", "NV03"]
    assert list(tables["task_groups"]["class"]) == ["I", "I", "II"]
    positions = tables["positions"].set_index("code")
    assert list(positions["task_groups"]) == ["NV01", "NV02", "NV03"]
    assert list(positions["leader_role"]) == ["head", "head", "none"]
    assert list(positions["fixed"]) == [True, True, False]
    assert list(tables["work_items"]["code"]) == [f"M{n:03d}" for n in range(1, 7)]
    lines = tables["registrations"].set_index("code")
    assert len(lines) == 18
    own = lines[lines["unit_minutes"].notna()]
    assert {code: int(value) for code, value in own["unit_minutes"].items()} == {"Q3-03-1": 90_000}
    assert lines["organisation"].isna().all()
    assert set(lines["basis"]) == {"inventory"}
    assert set(lines["period"]) == {"2024"}
    assert lines.loc["Q1-01-2", "x_need_fte"] == "0.0112"
    posts = tables["current_posts"]
    assert posts["posts"].isna().all()
    assert int(posts["incumbents"].sum()) == 9
    assert set(tables["quotas"]["status"]) == {"unassigned"}
    assert not instance.has("officials")
    info = instance.info
    assert (info.model, info.sizing, info.first_month, info.last_month) == (
        "abk-75000",
        "need",
        "2024-01",
        "2024-12",
    )
    # 8 lines of 24 × 600, one of 24 × 900 and nine of 7 × 120
    assert minutes(instance) == 8 * 14_400 + 21_600 + 9 * 840


def test_the_folder_written_is_the_instance_read(tmp_path: Path) -> None:
    """A register written as a scenario folder reads back as the same instance, under either name."""
    source = invented(tmp_path / "abk")
    written = write_abk(source, tmp_path / "kich-ban")
    assert read(tmp_path / "kich-ban").digest() == written.digest()
    assert read_abk(source).digest() == written.digest()


def test_bad_registers_give_findings(tmp_path: Path) -> None:
    """Missing files and columns, text in numbers, unknown and double codes: rows of findings, all at once."""
    with pytest.raises(DataError) as error:
        import_abk(tmp_path / "khong-co")
    assert [table for _, table, _ in codes(error)] == ["offices.csv", "positions.csv", "tasks.csv"]

    positions = (
        "office,position,unit,title,kind,incumbents\n"
        "Q1,Q1-01,,Kepala,administrator,một\nQ9,Q1-02,,Kepala,boss,1.5\nQ1,Q1-02,,Kepala,clerical,0\n"
    )
    tasks = (
        "position,task_no,task,volume_per_year,minutes_per_unit,effective_minutes_per_year,need_fte\n"
        'Q1-01,1,Việc,12 cuộc,0,75000,1\nQ1-07,1,Việc,"1,5",60,75000,1\n'
    )
    with pytest.raises(DataError) as error:
        import_abk(invented(tmp_path / "so", positions=positions, tasks=tasks))
    assert codes(error) == [
        ("text_in_number", "positions.csv", "incumbents"),
        ("bad_number", "positions.csv", "incumbents"),
        ("text_in_number", "tasks.csv", "volume_per_year"),
        ("bad_number", "tasks.csv", "minutes_per_unit"),
        ("text_in_number", "tasks.csv", "volume_per_year"),
    ]
    positions = positions.replace("một", "1").replace("1.5", "1")
    tasks = tasks.replace("12 cuộc,0", "12,60").replace('"1,5"', "1.5")
    with pytest.raises(DataError) as error:
        import_abk(invented(tmp_path / "so", positions=positions, tasks=tasks))
    assert sorted(codes(error)) == [
        ("duplicate_key", "positions.csv", "position"),
        ("unknown_code", "positions.csv", "kind"),
        ("unknown_code", "positions.csv", "office"),
        ("unknown_code", "tasks.csv", "position"),
    ]
    assert all(
        finding.render("vi")["message"] != finding.render("en")["message"] for finding in error.value.findings
    )
    with pytest.raises(DataError) as error:
        import_abk(invented(tmp_path / "so", offices="office\nQ1\n"))
    assert codes(error) == [("missing_column", "offices.csv", "name")]
    with pytest.raises(DataError) as error:
        import_abk(invented(tmp_path / "so", offices="office,name\n"))
    assert codes(error) == [("empty_table", "offices.csv", "")]
    (tmp_path / "so" / "offices.csv").write_bytes(b"office,name\nQ1,K\xe0nt\xf2r\n")
    with pytest.raises(DataError) as error:
        import_abk(tmp_path / "so")
    assert codes(error)[0] == ("bad_encoding", "offices.csv", "")
    with pytest.raises(DataError) as error:
        import_abk(invented(tmp_path / "so"), period="năm 2025")
    assert codes(error) == [("bad_period", "tasks.csv", "period")]


@pytest.fixture(scope="module")
def register(root: Path) -> Path:
    """The folder of the real register; the tests that need it are skipped where it is absent."""
    shared = os.environ.get("VITRI_SHARED_DATA")
    folder = (Path(shared) if shared else root.parent / "shared" / "data") / "abk-provincial"
    if not folder.is_dir():
        pytest.skip(f"the real register is not in {folder}; set VITRI_SHARED_DATA to its parent folder")
    return folder


def test_the_real_register(register: Path, tmp_path: Path) -> None:
    """38 offices, 456 positions, 4,180 lines, 67 with a norm of their own (15 items), 60,119,880 minutes."""
    instance = write_abk(register, tmp_path / "abk")
    tables = instance.tables
    counts = {
        name: len(tables[name])
        for name in ("offices", "current_posts", "registrations", "work_items", "positions")
    }
    assert counts == {
        "offices": 38,
        "current_posts": 456,
        "registrations": 4180,
        "work_items": 110,
        "positions": 12,
    }
    lines = tables["registrations"]
    own = lines[lines["unit_minutes"].notna()]
    assert (len(own), own["work_item"].nunique()) == (67, 15)
    assert minutes(instance) == 60_119_880
    assert Decimal(60_119_880) / 75_000 == Decimal("801.5984")
    assert sum((Decimal(text) for text in lines["x_need_fte"]), Decimal(0)) == Decimal("801.5984")
    leaders = set(tables["positions"]["code"][tables["positions"]["leader_role"] == "head"])
    posts = tables["current_posts"]
    held = posts[posts["position"].isin(leaders)]["incumbents"]
    assert (len(held), int(held.gt(0).sum()), int(posts["incumbents"].sum())) == (152, 86, 181)
    assert read(tmp_path / "abk").digest() == instance.digest()
