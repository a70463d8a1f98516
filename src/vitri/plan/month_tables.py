"""The files of a month's assignment, declared like the files of a run."""

from __future__ import annotations

from collections.abc import Iterable

from vitri.plan.columns import Column, ColumnType


def _number(name: str, vi: str, en: str, unit: str = "", key: bool = False) -> Column:
    return Column(name, "int", vi, en, unit, key)


def _code(name: str, vi: str, en: str, key: bool = False, type_: ColumnType = "code") -> Column:
    return Column(name, type_, vi, en, "", key)


#: Name, titles, columns; a text names a column that run tables share.
DECLARED: tuple[tuple[str, tuple[str, str], Iterable[Column | str]], ...] = (
    ("month_lines", ("Việc của tháng", "Lines of the month"), (
        "office#", "month#", "registration#", "pool#", "task_group#", "priority", "minutes",
        _number("people", "Số người cùng làm", "People at once", "people"),
        _code("responsible", "Người chịu trách nhiệm", "Responsible official"),
        _code("before", "Người làm trước", "Done before by"),
    )),
    ("month_people", ("Người của tháng", "People of the month"), (
        "office#", "month#", "official#",
        _number("available_minutes", "Quỹ thời gian", "Available", "minutes"),
        _number("overtime_cap", "Làm thêm tối đa", "Overtime allowed", "minutes"),
        _number("free_minutes", "Thời gian cho việc khác", "Time for other work", "minutes"),
        _number("max_groups", "Số nhóm tối đa", "Most task groups"),
        _number("past_time", "Quỹ thời gian các tháng trước", "Time of earlier months", "minutes"),
        _number("past_minutes", "Đã làm các tháng trước", "Work of earlier months", "minutes"),
    )),
    ("month_fits", ("Ai làm được việc gì", "Who may do what"), (
        "office#", "month#", "pool#", "task_group#", "official#",
        _code("duty", "Chức trách", "Duty"),
        Column("own", "bool", "Thuộc vị trí hiện tại", "Of today's position"),
        Column("free", "bool", "Lấy từ thời gian dành cho việc khác", "From the free share"),
    )),
    ("month_pins", ("Ghim của tháng", "Pins of the month"), (
        "office#", "month#", _code("kind", "Loại", "Kind", key=True), "official#", "pool#", "task_group#",
        "registration#",
    )),
    ("month_levels", ("Các mức mục tiêu", "Levels"), (
        "office#", "month#",
        _number("order", "Thứ tự", "Order", key=True),
        _code("measure", "Thước đo", "Measure"),
        _number("value", "Giá trị", "Value"),
        "bound",
        _number("gap", "Khoảng cách", "Gap"),
        "status",
    )),
)  # fmt: skip
