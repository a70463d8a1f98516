"""Workbooks: the equal of a folder, whoever saved them, and findings for those that are broken."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vitri.data import Instance, check, read, write_folder, write_workbook
from vitri.data import workbook_write as writer

Same = Callable[[Instance, Instance], None]


def rich(tiny: Any) -> Instance:
    """Return the tiny example with its own columns, a local model, variants and odd texts."""
    tiny.put("organisations", 0, note='Dòng một\nDòng "hai", có; dấu', x_ma_cu="007")
    tiny.put("organisations", 1, note="=1+1", x_ma_cu="")
    tiny.put("officials", 3, leave_days="12.5", from_date="2015-03-01", overtime="no")
    tiny.line("R02", note="_x0041_ Nguye\u0302\u0303n")
    tiny.info["model"] = "model.toml"
    tiny.info["estimate"] = {"drivers": ["population", "communes"]}
    instance, findings = tiny.check()
    assert instance is not None, findings.render("en")
    from dataclasses import replace
    from decimal import Decimal

    model = {
        "schema": 1,
        "name": "rieng",
        "time_fund": {
            "minutes_per_day": 480,
            "useful_time_pct": Decimal("82.5"),
            "source": "QĐ mẫu",
            "date": dt.date(2019, 9, 17),
        },
        "rank": [{"code": "01.003", "classes": ["II"]}, {"code": "02.007", "classes": []}],
        "service": {"unmet_pct": {"1": 0, "2": 2}, "at": "month"},
        "empty": {},
    }
    variants = {
        "cat-5": {
            "name": "Cắt 5 %",
            "why": "Tinh giản",
            "expected": [{"measure": "posts", "direction": "down"}],
            "change": [
                {"do": "cut_quota", "where": {"unit": "SM"}, "by_pct": 5},
                {"do": "add_rows", "table": "officials", "file": "moi.csv"},
            ],
        },
        "trong": {"name": 'Tên "lạ"\ncó xuống dòng', "change": []},
    }
    files = {"moi.csv": (("code", "office"), ("CB09", "SM"))}
    return replace(instance, local_model=model, variants=variants, variant_files=files)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_folder_and_workbook_are_equal(tiny: Any, tmp_path: Path, same: Same, lang: Any) -> None:
    """Folder to workbook to folder loses nothing, in either language of titles and labels."""
    instance = rich(tiny)
    folder = write_folder(instance, tmp_path / "mau")
    first = read(folder)
    same(first, instance)
    book = write_workbook(first, tmp_path / "mau.xlsx", lang)
    second = read(book)
    same(second, instance)
    third = write_folder(second, tmp_path / "lai")
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix == ".csv":
            assert (third / file.relative_to(folder)).read_bytes() == file.read_bytes()


def _office(path: Path, kind: str, folder: Path) -> Path:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{kind}"


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_workbook_saved_by_libreoffice(tiny: Any, tmp_path: Path, same: Same, kind: str) -> None:
    """A workbook opened and saved again by LibreOffice reads as the same instance."""
    instance = rich(tiny)
    book = write_workbook(instance, tmp_path / "mau.xlsx")
    (tmp_path / "out").mkdir()
    same(read(_office(book, kind, tmp_path / "out")), instance)


def _sheet(path: Path, **sheets: list[list[Any]]) -> Path:
    """Write a workbook by hand, as a planner would, with openpyxl."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def _hand_made(**changes: Any) -> dict[str, list[list[Any]]]:
    info = [
        ["Khoá", "Giá trị"],
        ["schema", 1],
        ["Tên", "Văn phòng mẫu"],
        ["model", "van-phong-khoi-2019"],
        ["first_month", dt.datetime(2021, 1, 1)],
        ["last_month", "2021-12"],
        ["synthetic", True],
    ]
    sheets: dict[str, list[list[Any]]] = {
        "Thông_tin": info,
        "Văn_phòng": [["Mã văn phòng", "Tên văn phòng", "Hệ số địa bàn"], ["VP", "Văn phòng mẫu", 1.1]],
        "Tổ_chức": [["code", "name", "kind"], ["HND", "Hội Nông dân", "Thành viên"]],
        "Nhóm_nhiệm_vụ": [["Mã nhóm", "TÊN NHÓM  NHIỆM VỤ*", "Nhóm vị trí"], [1, "Tổng hợp", "II"]],
        "Đăng_ký": [
            [
                "Văn phòng",
                "Tên công việc",
                "Nhóm nhiệm vụ",
                "unit_hours",
                "Số lượng đăng ký",
                "Kỳ",
                "Hạn hoàn thành",
            ],
            ["VP", "Báo cáo", 1.0, 0.75, 2.0, "2021-06", dt.datetime(2021, 6, 25)],
            ["VP", "Thống kê", "1", 2, 3, 2021, "25/12/2021"],
            ["VP", "Rà soát", 1, 1.5, 0.1 + 0.2, dt.datetime(2021, 7, 1), None],
        ],
    }
    return {**sheets, **changes}


def test_a_sheet_typed_by_hand(tmp_path: Path) -> None:
    """Titles instead of names, labels, whole floats, true dates, hours and typed dates are understood."""
    instance, findings = check(_sheet(tmp_path / "tay.xlsx", **_hand_made()))
    assert instance is not None, findings.render("vi")
    assert [f.code for f in findings] == ["month_as_date"]
    assert findings.rows[0].render("vi")["message"].endswith("[Đăng ký!F4]")
    lines = instance.tables["registrations"]
    assert lines["task_group"].tolist() == ["1", "1", "1"]
    assert lines["unit_minutes"].tolist() == [4_500, 12_000, 9_000]
    assert lines["quantity"].tolist() == [200, 300, 30]
    assert lines["period"].tolist() == ["2021-06", "2021", "2021-07"]
    assert lines["due_date"].dt.strftime("%d/%m/%Y").tolist()[:2] == ["25/06/2021", "25/12/2021"]
    assert instance.tables["offices"]["coefficient"].tolist() == [1_100]
    assert instance.tables["organisations"]["kind"].tolist() == ["member"]
    assert (instance.info.first_month, instance.info.synthetic, instance.info.name) == (
        "2021-01",
        True,
        "Văn phòng mẫu",
    )


def test_findings_name_the_cell(tmp_path: Path) -> None:
    """A wrong cell of a workbook is named by sheet, column letter and row."""
    sheets = _hand_made()
    sheets["Đăng_ký"][2][4] = "ba"
    sheets["Đăng_ký"][3][0] = None
    _, findings = check(_sheet(tmp_path / "tay.xlsx", **sheets))
    cells = {f.code: f.render("vi")["message"] for f in findings.errors}
    assert cells["text_in_number"].endswith("[Đăng ký!E3]")
    assert cells["missing_value"].endswith("[Đăng ký!A4]")


def test_a_missing_sheet_is_a_missing_table(tmp_path: Path) -> None:
    """A workbook without the sheet of offices or of settings says so."""
    sheets = _hand_made()
    del sheets["Văn_phòng"], sheets["Thông_tin"]
    sheets["Ghi_chép"] = [["gì đó"]]
    _, findings = check(_sheet(tmp_path / "tay.xlsx", **sheets))
    assert {"missing_file", "missing_table", "unknown_table"} <= {f.code for f in findings}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("hong.xlsx", b"PK\x03\x04 not a zip", "broken_workbook"),
        ("cat.xlsx", None, "broken_workbook"),
        ("chu.xlsx", "chỉ là chữ".encode(), "broken_workbook"),
        ("trong.xlsx", b"", "broken_workbook"),
        (
            "khoa.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "locked_workbook",
        ),
        ("anh.png", b"\x89PNG\r\n", "broken_workbook"),
    ],
)
def test_a_file_that_is_no_workbook(
    tmp_path: Path, tiny_folder: Path, name: str, content: bytes | None, code: str
) -> None:
    """A broken zip, a cut file, a text, a picture or a locked workbook is one finding, no traceback."""
    path = tmp_path / name
    if content is None:
        whole = write_workbook(read(tiny_folder), tmp_path / "du.xlsx").read_bytes()
        content = whole[: len(whole) // 2]
    path.write_bytes(content)
    instance, findings = check(path)
    assert instance is None
    assert [f.code for f in findings] == [code]


def test_a_long_table_goes_on_in_a_second_sheet(
    tiny_folder: Path, tmp_path: Path, same: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table above the rows of one sheet is split, named in order, and joined again on reading."""
    import openpyxl

    assert writer.SHEET_ROWS == 1_048_573
    monkeypatch.setattr(writer, "SHEET_ROWS", 5)
    instance = read(tiny_folder)
    book = write_workbook(instance, tmp_path / "dai.xlsx")
    names = openpyxl.load_workbook(book, read_only=True).sheetnames
    assert [name for name in names if name.startswith("Đăng ký")] == ["Đăng ký", "Đăng ký 2", "Đăng ký 3"]
    same(read(book), instance)


def test_wrong_cells_of_variants_and_model(tiny: Any, tmp_path: Path) -> None:
    """A change or a key path that cannot be read is a finding with its place."""
    sheets = _hand_made(
        Phương_án=[
            ["variant", "order", "do", "where", "set", "why"],
            ["cat", 0, None, None, 'name = "Cắt"', "Thử"],
            ["cat", 1, "cut_quota", 'unit = "VP', "by_pct = 5", None],
            ["cat", "hai", "cut_quota", None, "by_pct = 5", None],
        ],
        Mô_hình=[["key", "value", "source", "date"], ["time fund!", 480, None, None]],
    )
    _, findings = check(_sheet(tmp_path / "tay.xlsx", **sheets))
    assert [(f.code, f.table, f.column) for f in findings.errors] == [
        ("bad_setting", "Mô hình", "time fund!"),
        ("broken_toml", "Phương án", "cat,1"),
        ("bad_setting", "Phương án", "cat,hai"),
    ]


def test_two_workbooks_of_one_instance_are_alike(tiny_folder: Path, tmp_path: Path) -> None:
    """Writing the same instance twice gives the same bytes."""
    instance = read(tiny_folder)
    one = write_workbook(instance, tmp_path / "a.xlsx").read_bytes()
    assert write_workbook(instance, tmp_path / "b.xlsx").read_bytes() == one
