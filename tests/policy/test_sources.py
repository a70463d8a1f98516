"""The table of sources: law and assumption apart, numbers the reader's way, what is off at the end."""

from __future__ import annotations

import datetime as dt

import pytest

from vitri.policy import list_models, load_model

DAY = dt.date(2026, 1, 1)


def test_law_and_assumption_of_one_table_are_two_rows() -> None:
    """The 40-hour week is law, the useful time beside it an assumption."""
    rows = [row for row in load_model("van-phong-khoi-2019").sources("vi") if row["path"] == "time_fund"]
    found = {row["value"]: row["status_code"] for row in rows}
    assert found["Số phút làm việc một ngày: 480"] == "law"
    useful = next(value for value in found if value.startswith("Hệ số thời gian hữu ích: 85 %"))
    assert found[useful] == "assumption"
    assert "họp, học tập, Đảng, nghỉ giải lao" in useful


def test_numbers_are_written_the_readers_way() -> None:
    """Vietnamese rows have the decimal comma, English rows the point."""
    model = load_model("mttq-xa-2025").in_force(DAY)
    for lang, text in (("vi", "N2: 1,5"), ("en", "N2: 1.5")):
        values = [row["value"] for row in model.sources(lang) if row["path"].startswith("conversion")]
        assert any(text in value for value in values)


def test_what_is_off_is_listed_with_its_reason() -> None:
    """Rules not applied stand at the end with source, date and reason."""
    rows = load_model("mttq-xa-2025").in_force(DAY).sources("vi")
    off = [row for row in rows if not row["in_force"]]
    assert rows[-2:] == off
    assert off[0]["reason"] == "không áp dụng ở cấp này: cấp xã"
    assert off[1]["date"] == dt.date(2025, 12, 31)


@pytest.mark.parametrize("name", list_models())
def test_no_row_speaks_python(name: str) -> None:
    """No cell shows a type, a None or a blank value, in either language."""
    for lang in ("vi", "en"):
        rows = load_model(name).sources(lang)
        assert len(rows) > 10
        for row in rows:
            assert row["what"]
            assert row["value"]
            assert not {"None", "Decimal(", "True", "False"} & set(row["value"].replace(";", " ").split())
