"""The small parts of the report room: measuring, numbering, names, periods, words."""

from __future__ import annotations

import unicodedata
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from babel.messages.extract import extract_from_dir
from synthetic_result import FakeResult, build, fake_model, names

import vitri.report
from vitri.errors import Finding
from vitri.i18n import catalogue
from vitri.report import combined, notes
from vitri.report.charts import short_names
from vitri.report.figures import office_figures
from vitri.report.load import _band_texts
from vitri.report.measure import lines_needed, text_width
from vitri.report.periods import periods
from vitri.report.provenance import provisions
from vitri.report.reasons import figure_text
from vitri.report.source import Source, items, missing, number, text, texts
from vitri.report.staffing import holder
from vitri.report.table import Minus, Ratio, roman
from vitri.report.words import ceiling_words


def test_every_message_is_translated() -> None:
    """Every text of the room has a Vietnamese translation with the same fields, in NFC."""
    folder = str(vitri.report.__path__[0])
    found = {message[2] for message in extract_from_dir(folder, keywords={"tr": None, "N_": None})}
    known = catalogue("vi")
    assert len(found) > 150
    assert sorted(str(m) for m in found if not known.get(str(m))) == []
    for message in map(str, found):
        fields = sorted(part.split("}")[0] for part in message.split("{")[1:])
        assert sorted(part.split("}")[0] for part in known[message].split("{")[1:]) == fields, message
        assert unicodedata.is_normalized("NFC", known[message])


def test_marks_do_not_change_width() -> None:
    """A letter with tone marks is as wide as its base letter; bold is wider."""
    assert text_width("ệếểễề", 11) == text_width("eeeee", 11)
    assert text_width("Biên chế", 11, True) > text_width("Biên chế", 11)


def test_lines_grow_with_text() -> None:
    """A longer text never takes fewer lines; a word too long for the cell is broken; line ends count."""
    words = "Văn phòng Khối huyện Quế Thượng " * 6
    counts = [lines_needed(words[:end], 150, 11) for end in range(1, len(words))]
    assert counts == sorted(counts)
    assert lines_needed("x" * 200, 150, 11) > 5
    assert lines_needed("a\nb\nc", 500, 11) == 3


def test_roman_numbers() -> None:
    """Sections are numbered in Roman numerals."""
    assert [roman(n) for n in (1, 4, 9, 14, 19, 40, 90)] == ["I", "IV", "IX", "XIV", "XIX", "XL", "XC"]


def test_rules_leave_blanks_blank() -> None:
    """A ratio over nothing and a difference with a blank side are blank, not zero."""
    assert Ratio("a", "b").value({"a": 3.0, "b": 0.0}) is None
    assert Minus("a", "b").value({"a": 3.0, "b": None}) is None
    assert Minus("a", "b").value({"a": 3.0, "b": 5}) == -2


def test_periods_fit_a_page() -> None:
    """Any horizon up to sixty months needs at most sixteen columns, and no month is lost."""
    for count in (1, 12, 13, 36, 48, 60):
        months = [str(month) for month in pd.period_range("2021-05", periods=count, freq="M")]
        spans = periods(months, "vi")
        assert len(spans) <= 17
        assert [month for span in spans for month in span.months] == months


def test_short_names_drop_the_common_beginning() -> None:
    """Chart labels leave out the words that all offices share, never the last word."""
    assert short_names(["Văn phòng A B", "Văn phòng A C"]) == ["B", "C"]
    assert short_names(["Văn phòng A", "Văn phòng A"]) == ["A", "A"]
    assert short_names(["Văn phòng A"]) == ["Văn phòng A"]


def test_blank_cells() -> None:
    """Every kind of missing value is blank; whole floats lose their point; text becomes NFC."""
    blanks: list[Any] = [None, float("nan"), pd.NA, pd.NaT, ""]
    assert all(missing(value) for value in blanks)
    assert [text(value) for value in blanks] == [""] * 5
    assert text(3.0) == "3"
    assert text(unicodedata.normalize("NFD", "Ủy ban")) == "Ủy ban"
    assert texts(pd.Series(["a", None, "a"])) == ["a", "", "a"]
    assert number("không") is None
    assert items("A; B;") == ["A", "B"]


def test_unassigned_ceiling_says_what_stands_in() -> None:
    """A quota that was never assigned is marked with what stands in for it."""
    assert ceiling_words("unassigned", "current", "vi") == "chưa giao: tạm tính theo số hiện có"
    assert ceiling_words("unassigned", "need", "en") == "not assigned yet: the need is proposed"
    assert ceiling_words("allocated", "current", "vi") == "đã giao"


def test_organisation_quotas_add_up_to_the_office() -> None:
    """Where organisations hold the quotas, the office's ceiling is their sum."""
    rows = [{"unit": "VP01", "organisation": org, "ceiling": n, "used": n} for org, n in (("A", 3), ("B", 4))]
    result = build(1)
    result.tables["quotas"] = pd.DataFrame(rows)
    figures = office_figures(Source(result, "vi"))["VP01"]
    assert figures.ceiling == 7


def test_now_is_what_change_compares_with() -> None:
    """Posts now are posts less change, so that every difference printed is the plan's own."""
    result = build(1)
    posts = result.tables["posts"]
    figures = office_figures(Source(result, "vi"))["VP01"]
    assert (figures.posts, figures.now) == (posts["posts"].sum(), (posts["posts"] - posts["change"]).sum())


def test_fte_is_work_over_the_time_fund() -> None:
    """FTE of an office is its minutes over the fund of one post in the same months."""
    result = build(1)
    minutes, fund = result.tables["workload"]["minutes"].sum(), result.tables["time_fund"]["minutes"].sum()
    assert office_figures(Source(result, "vi"))["VP01"].fte == pytest.approx(minutes / fund)


def test_figures_are_named() -> None:
    """The key of a figure is shown with names in place of codes."""
    source = Source(build(1), "vi", names(1))
    shown = figure_text(source, "posts:VP01:CT")
    assert shown == "Biên chế – Văn phòng Khối thành phố Suối Mây – Chủ tịch, Trưởng đoàn thể"


def test_warnings_of_every_shape() -> None:
    """Warnings may be findings, mappings or plain sentences; each is printed once."""
    finding = Finding(code="x", severity="warning", table="offices", row_key="A", message="Total")
    both = {"vi": finding.render("vi"), "en": finding.render("en")}
    info = {"warnings": [finding, both, {"severity": "warning", "message": "b"}, "c", "c"]}
    rows = list(notes._findings(Source(FakeResult(info, {}), "vi")))
    assert [row[2] for row in rows] == ["Tổng cộng", "b", "c"]
    assert rows[0][1] == "Văn phòng · A"


def test_estimates_say_how_many_offices_were_compared() -> None:
    """The number of comparable offices is told as a number, the largest of an organisation's cells."""
    columns = ["office", "organisation", "method", "donors", "minutes"]
    rows = [("VP01", "CCB", "drivers", 2, 60), ("VP01", "CCB", "drivers", 3, 60)]
    tables = {"estimates": pd.DataFrame(rows, columns=columns)}
    ((hours, _, taken, _),) = notes._estimates(Source(FakeResult({}, tables), "vi"))
    assert (hours, taken) == (2.0, "3 văn phòng so sánh")


def test_provisions_come_from_the_model() -> None:
    """Sources, assumptions and rules that are off are read from the planning model."""
    row = {
        "what": "Quỹ thời gian",
        "value": "480 phút",
        "status_code": "law",
        "source": "QĐ 188",
        "in_force": False,
    }
    model = SimpleNamespace(sources=lambda lang: [row])
    found = provisions(model, "vi")
    assert found is not None
    assert (found[0].title, found[0].source, found[0].in_force) == ("Quỹ thời gian", "QĐ 188", False)
    assert provisions(fake_model(), "vi") is None


def test_quotas_under_office_and_organisation() -> None:
    """A unit written OFFICE:ORGANISATION counts towards the office; the own row gives the bound."""
    rows = [
        {"unit": "VP01", "ceiling": None, "used": 9, "bound": 8, "value_of_post_minutes": 60},
        {"unit": "VP01:A", "ceiling": 4, "ceiling_status": "allocated", "used": 4},
        {"unit": "VP01:B", "ceiling": 5, "ceiling_status": "provisional", "used": 5},
    ]
    result = build(1)
    result.tables["quotas"] = pd.DataFrame(rows)
    figures = office_figures(Source(result, "vi"))["VP01"]
    assert (figures.ceiling, figures.bound, figures.value_minutes) == (9, 8, 60)
    assert ceiling_words(figures.ceiling_status, "", "vi") == "đã giao; tạm giao"


def test_a_vacant_seat_has_one_name() -> None:
    """A vacancy carries, on every sheet, the code under which work is assigned to its seat."""
    assert holder({"official": None, "post_group": "BB.01", "seat": 2}) == "VAC-BB.01-2"
    assert holder({"official": "CB1", "post_group": "BB.01", "seat": 2}) == "CB1"
    assert holder({"official": None, "post_group": None, "seat": None}) == ""


def test_load_bands_cover_everything_once() -> None:
    """Band labels leave no gap; a load just at the last edge is still full, not too much."""
    assert _band_texts((70.0, 90.0, 110.0), "vi") == [
        "dưới 70 %",
        "từ 70 đến dưới 90 %",
        "từ 90 đến 110 %",
        "trên 110 %",
    ]


def test_own_work_is_no_combined_duty() -> None:
    """A fixed post that does the work of its own position is not listed as combining duties."""
    row = {"office": "VP01", "pool": "shared", "task_group": "LD", "month": None, "minutes": 60}
    result = build(1)
    own, other = row | {"position": "CT", "covered_by": "CT"}, row | {"position": "CS", "covered_by": "CT"}
    result.tables["cover"] = pd.DataFrame([own, other])
    assert list(combined._covers(Source(result, "vi"))["position"]) == ["CS"]
