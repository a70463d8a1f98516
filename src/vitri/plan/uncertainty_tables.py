"""The files of a study of uncertainty, declared like the files of a run."""

from __future__ import annotations

from collections.abc import Iterable

from vitri.plan.columns import Column, ColumnType


def _number(name: str, vi: str, en: str, unit: str = "", key: bool = False) -> Column:
    return Column(name, "int", vi, en, unit, key)


def _code(name: str, vi: str, en: str, key: bool = False, type_: ColumnType = "code") -> Column:
    return Column(name, type_, vi, en, "", key)


#: Name, titles, columns; a text names a column that run tables share.
DECLARED: tuple[tuple[str, tuple[str, str], Iterable[Column | str]], ...] = (
    ("uncertainty_quotas", ("Biên chế khi khối lượng biến động", "Quotas under uncertainty"), (
        "office#",
        _code("plan", "Cách xác định", "Plan", key=True),
        "posts",
        _number("fixed_posts", "Trong đó chức danh lãnh đạo", "Of which leading posts", "posts"),
        _code("measure", "Thước đo", "Measure"),
        _number("value", "Giá trị", "Value"),
        "bound", "status",
        _number("planned_pct", "Xác suất theo kịch bản", "Probability by the scenarios", "%"),
        _number("planned_low_pct", "Cận thấp xác suất", "Low end of the probability", "%"),
        _number("planned_high_pct", "Cận cao xác suất", "High end of the probability", "%"),
        _number("simulated_pct", "Tỷ lệ trong mô phỏng", "Share in the simulation", "%"),
        _number("simulated_low_pct", "Cận thấp mô phỏng", "Low end of the simulation", "%"),
        _number("simulated_high_pct", "Cận cao mô phỏng", "High end of the simulation", "%"),
        _number("all_pct", "Tỷ lệ mọi văn phòng cùng đạt", "Share in which all offices hold", "%"),
        _number("expected_cost", "Chi phí kỳ vọng", "Expected cost"),
        _number("worst_cost", "Chi phí xấu nhất", "Worst cost"),
        _number("over_ceiling", "Vượt hạn mức", "Above the ceiling", "posts"),
    )),
    ("uncertainty_curves", ("Đường cong biến động", "Curves under uncertainty"), (
        "office#",
        _number("posts", "Số biên chế", "Posts", "posts", key=True),
        _number("nominal_cost", "Chi phí theo kế hoạch", "Planned cost"),
        _number("expected_cost", "Chi phí kỳ vọng", "Expected cost"),
        _number("worst_cost", "Chi phí xấu nhất", "Worst cost"),
        _number("planned_pct", "Xác suất theo kịch bản", "Probability by the scenarios", "%"),
        _number("simulated_pct", "Tỷ lệ trong mô phỏng", "Share in the simulation", "%"),
    )),
)  # fmt: skip
