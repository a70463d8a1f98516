"""Every run file, its columns declared once: name, type, Vietnamese and English title, unit.

Files are named after the tables; see `vitri.plan.columns` for how values are kept. A share in percent
(`*_pct`) is a whole number of hundredths of a percent, as in the tables of an instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from vitri.i18n import Lang
from vitri.plan.columns import Column, ColumnType, RunTable, declare
from vitri.plan.month_tables import DECLARED as _MONTH
from vitri.plan.uncertainty_tables import DECLARED as _UNCERTAINTY

__all__ = ["COMMON", "RUN_TABLES", "Column", "RunTable", "conform", "schema"]


def _number(name: str, vi: str, en: str, unit: str = "", key: bool = False) -> Column:
    return Column(name, "int", vi, en, unit, key)


def _code(name: str, vi: str, en: str, key: bool = False, type_: ColumnType = "code") -> Column:
    return Column(name, type_, vi, en, "", key)


#: Columns that several tables share, by name.
COMMON: tuple[Column, ...] = (
    _code("office", "Văn phòng", "Office"),
    _code("organisation", "Tổ chức", "Organisation"),
    _code("pool", "Nguồn nhân lực", "Pool"),
    _code("task_group", "Nhóm nhiệm vụ", "Task group"),
    _code("month", "Tháng", "Month", type_="month"),
    _code("position", "Vị trí việc làm", "Position"),
    _code("official", "Mã người", "Official"),
    _code("registration", "Mã đăng ký", "Registration"),
    _code("post_group", "Nhóm biên chế", "Set of posts"),
    _code("kind", "Loại", "Kind"),
    _code("status", "Trạng thái", "Status"),
    _code("figure", "Số liệu", "Figure", type_="text"),
    _number("priority", "Ưu tiên", "Priority"),
    _number("minutes", "Số phút", "Minutes", "minutes"),
    _number("posts", "Số biên chế", "Posts", "posts"),
    _number("bound", "Cận đã chứng minh", "Proven bound"),
    _number("unmet_minutes", "Phút chưa có người làm", "Unmet minutes", "minutes"),
    _number("overtime_minutes", "Phút làm thêm", "Overtime minutes", "minutes"),
    _number("lower_bound", "Cận dưới", "Lower bound", "posts"),
)

_DECLARED: tuple[tuple[str, tuple[str, str], Iterable[Column | str]], ...] = (
    ("workload_lines", ("Dòng khối lượng", "Workload lines"), (
        "registration#", "office#", "organisation#", "pool#", "task_group#", "month#",
        _code("work_item", "Mã công việc", "Work item", key=True),
        _number("quantity_dec2", "Số lượng (phần trăm)", "Quantity (hundredths)", "products"),
        _number("unit_minutes_dec2", "Định mức (phần trăm phút)", "Unit time (hundredths)", "minutes"),
        _code("method", "Cách tính", "Method"),
        _code("norm_source", "Nguồn định mức", "Source of the norm"),
        _number("coefficient_item_dec3", "Hệ số công việc", "Coefficient of the item"),
        _number("coefficient_norm_dec3", "Hệ số định mức", "Coefficient of the norm"),
        _number("coefficient_office_dec3", "Hệ số địa bàn", "Coefficient of the office"),
        _number("coefficient_line_dec3", "Hệ số dòng", "Coefficient of the line"),
        _number("coefficient_complexity_dec3", "Hệ số phức tạp", "Coefficient of complexity"),
        _number("line_minutes", "Số phút cả dòng", "Minutes of the line", "minutes"),
        "minutes",
        _code("basis", "Cơ sở", "Basis"),
        "priority",
        Column("regular", "bool", "Thường xuyên", "Regular"),
        _code("pooling", "Cách xác định nguồn", "How the pool was found"),
        Column("counted", "bool", "Được tính", "Counted"),
        _code("counted_reason", "Lý do không tính", "Why not counted"),
    )),
    ("workload", ("Khối lượng", "Workload"), (
        "office#", "pool#", "task_group#", "month#", "minutes",
        _number("estimated_minutes", "Trong đó ước tính", "Of which estimated", "minutes"),
        _number("low_minutes", "Cận thấp", "Low", "minutes"),
        _number("high_minutes", "Cận cao", "High", "minutes"),
        _number("allowance_minutes", "Phụ trội", "Allowances", "minutes"),
        _number("fte_dec4", "Biên chế quy đổi (1/10.000)", "FTE (1/10,000)", "posts"),
    )),
    ("demand", ("Nhu cầu thời gian", "Demand"), (
        "office#", "pool#", "task_group#", "month#",
        _number("priority", "Ưu tiên", "Priority", key=True),
        Column("regular", "bool", "Thường xuyên", "Regular", key=True),
        Column("estimated", "bool", "Ước tính", "Estimated", key=True),
        "minutes",
    )),
    ("time_fund", ("Quỹ thời gian", "Time fund"), (
        "office#", "month#",
        _number("weekdays", "Ngày trong tuần", "Weekdays", "days"),
        _number("holidays", "Ngày lễ", "Holidays", "days"),
        _number("makeup_days", "Ngày làm bù", "Make-up days", "days"),
        _number("leave_days_dec2", "Ngày phép (phần trăm)", "Leave (hundredths)", "days"),
        _number("other_days_dec2", "Vắng khác (phần trăm)", "Other absence (hundredths)", "days"),
        _number("minutes_per_day", "Phút một ngày", "Minutes a day", "minutes"),
        Column("useful_time_pct", "int", "Hệ số thời gian hữu ích", "Useful time", "%"),
        "minutes",
    )),
    ("needs", ("Nhu cầu biên chế theo khối lượng", "Needs by workload"), (
        "office#", "pool#", "task_group#", "minutes",
        _number("year_fte_dec4", "Quy đổi cả năm (1/10.000)", "FTE of the year (1/10,000)", "posts"),
        _code("peak_month", "Tháng cao điểm", "Peak month", type_="month"),
        _number("peak_fte_dec4", "Quy đổi tháng cao điểm (1/10.000)", "FTE at the peak (1/10,000)", "posts"),
        _number("windowed_fte_dec4", "Quy đổi theo hạn (1/10.000)", "FTE within windows (1/10,000)", "posts"),
        _number("posts_by_position", "Làm tròn từng nhóm", "Rounded by task group", "posts"),
        _number("posts_by_pool", "Làm tròn từng nguồn", "Rounded by pool", "posts"),
        _number("posts_by_office", "Làm tròn từng văn phòng", "Rounded by office", "posts"),
        "posts",
        _number("existing", "Hiện có", "People now", "people"),
        _number("wisn_ratio_dec3", "Tỷ số WISN (1/1.000)", "WISN ratio (1/1,000)"),
        _number("wisn_difference_dec4", "Chênh lệch WISN (1/10.000)", "WISN difference (1/10,000)", "posts"),
        _code("policy", "Chính sách", "Policy"),
    )),
    ("estimates", ("Khối lượng ước tính", "Estimates"), (
        "office#", "organisation#", "pool#", "task_group#", "month#", "minutes",
        _number("low", "Cận thấp", "Low", "minutes"),
        _number("high", "Cận cao", "High", "minutes"),
        _number("total_reach", "Nửa khoảng của tổng ước tính", "Half the range of the total", "minutes"),
        _number("donors", "Số văn phòng so sánh", "Comparable offices"),
        _number("donor_months", "Số tháng so sánh", "Comparable months"),
        _code("method", "Phương pháp", "Method"),
        _code("state", "Tình trạng đăng ký", "State of registration"),
        _number("expected", "Mức dự kiến", "Expected", "minutes"),
        _number("covered", "Đã có", "Already registered", "minutes"),
        _number("donor_mean", "Bình quân một tháng so sánh", "Mean of a comparable month", "minutes"),
        _number("factor_dec6", "Hệ số so sánh (1/1.000.000)", "Factor (1/1,000,000)"),
        _number("size_dec6", "Quy mô văn phòng (1/1.000.000)", "Size of the office (1/1,000,000)"),
        _number("habit_dec6", "Nếp riêng của văn phòng (1/1.000.000)", "Own habit (1/1,000,000)"),
        _number("season_dec6", "Mùa vụ của tháng (1/1.000.000)", "Season of the month (1/1,000,000)"),
    )),
    ("structure", ("Danh mục vị trí việc làm", "Structure of positions"), (
        _code("structure", "Phạm vi", "Scope", key=True), "position#",
        Column("name", "text", "Tên vị trí", "Name"),
        _code("class", "Nhóm vị trí", "Class"),
        Column("task_groups", "list", "Nhóm nhiệm vụ", "Task groups"),
        Column("ranks", "list", "Ngạch", "Ranks"),
        Column("competencies", "list", "Năng lực", "Competencies"),
        Column("duties", "list", "Chức trách", "Duties"),
        Column("matches_position", "list", "Vị trí hiện nay tương ứng", "Matches today's position"),
    )),
    ("posts", ("Biên chế theo vị trí", "Posts"), (
        "office#", "organisation#", "pool#", "position#", "posts",
        _number("posts_now", "Biên chế hiện nay", "Posts now", "posts"),
        _number("incumbents_now", "Hiện có", "People now", "people"),
        _number("change", "Tăng, giảm", "Change", "posts"),
        _number("fte_dec4", "Biên chế quy đổi (1/10.000)", "FTE (1/10,000)", "posts"),
        "bound", "status", "kind",
    )),
    ("post_groups", ("Nhóm biên chế giống nhau", "Sets of identical posts"), (
        "post_group#", "office", "organisation", "pool", "position", "kind", "posts",
        Column("free_pct", "int", "Thời gian cho việc khác", "Free time", "%"),
    )),
    ("duties", ("Việc của nhóm biên chế", "Duties of the posts"), (
        "post_group#", "office", "pool#", "task_group#",
        Column("main", "bool", "Vị trí chính", "Main position"),
        Column("free", "bool", "Trong thời gian cho việc khác", "From free time"),
    )),
    ("post_ranks", ("Cơ cấu ngạch", "Ranks of the posts"), (
        "office#", "position#", _code("rank", "Mã ngạch", "Rank", key=True), "posts",
    )),
    ("salary_budgets", ("Ngân sách hệ số lương", "Salary budgets"), (
        _code("place", "Đơn vị", "Unit", key=True),
        Column("budget", "text", "Ngân sách", "Budget", "", True),
        _number("budget_dec2", "Hệ số được dùng (phần trăm)", "Coefficients allowed (hundredths)"),
        _number("used_dec2", "Đã dùng (phần trăm)", "Used (hundredths)"),
        _number("left_dec2", "Còn lại (phần trăm)", "Left (hundredths)"),
        _number("least_dec2", "Ít nhất có thể (phần trăm)", "Least possible (hundredths)"),
        _number("changed_ranks", "Người phải đổi ngạch", "Holders whose rank changes", "people"),
        _number("kept_by_one_unit", "Thêm 1 hệ số giữ được ngạch của",
                "Ranks kept by one coefficient more", "people"),
        _number("next_step_dec2", "Cần thêm để giữ một người nữa (phần trăm)",
                "More to keep the next rank (hundredths)"),
    )),
    ("cover", ("Kiêm nhiệm", "Combined duties"), (
        "office#", "pool#", "position#", "task_group#",
        _code("covered_by", "Do vị trí", "Covered by", key=True),
        _code("covered_by_pool", "Nguồn nhân lực kiêm nhiệm", "Pool of the covering post", key=True),
        "month#", "minutes",
    )),
    ("quotas", ("Biên chế theo đơn vị", "Quotas"), (
        _code("unit", "Đơn vị", "Unit", key=True), "organisation#",
        _code("position_class", "Nhóm vị trí", "Position class", key=True),
        _number("ceiling", "Hạn mức", "Ceiling", "posts"),
        Column("ceiling_status", "list", "Trạng thái giao", "Status of the ceiling"),
        _number("floor", "Tối thiểu", "Floor", "posts"),
        _number("cap", "Tối đa", "Cap", "posts"),
        _number("used", "Đã dùng", "Used", "posts"),
        _number("left", "Còn lại", "Left", "posts"),
        _number("value_of_post_minutes", "Giá trị một biên chế thêm", "Value of one more post", "minutes"),
        Column("estimated_share_pct", "int", "Tỷ lệ ước tính", "Estimated share", "%"),
        "posts", "bound",
        _number("gap", "Khoảng cách", "Gap", "posts"),
    )),
    ("frontier", ("Đường biên chế – khối lượng", "Frontier"), (
        "office#", _number("posts", "Số biên chế", "Posts", "posts", key=True),
        _number("cost", "Giá", "Cost", "weighted_minutes"), "unmet_minutes", "overtime_minutes",
        _number("value_of_next_post", "Giá trị biên chế kế tiếp", "Value of the next post", "minutes"),
        "bound", "status",
    )),
    ("frontier_levels", ("Đường biên chế theo mức mục tiêu", "Frontier by level"), (
        "office#", _number("posts", "Số biên chế", "Posts", "posts", key=True),
        _number("order", "Mức thứ", "Level", key=True),
        _number("value", "Giá trị", "Value"),
    )),
    ("staffing", ("Bố trí công chức", "Staffing"), (
        "official#",
        _code("office_now", "Văn phòng hiện nay", "Office now"),
        _code("position_now", "Vị trí hiện nay", "Position now"),
        "office", "position",
        Column("share_pct", "int", "Tỷ lệ thời gian", "Share of time", "%"),
        _code("action", "Bố trí", "Action"),
        _number("fit", "Bậc năng lực còn thiếu", "Levels missing", "levels"),
        _number("training_days", "Ngày đào tạo", "Training days", "days"),
        "post_group#",
        _number("seat", "Chỗ", "Seat", key=True),
    )),
    ("assignments", ("Giao việc", "Assignments"), (
        "office#", "month#", "official#", "pool#", "task_group#", "registration#",
        _code("role", "Vai trò", "Role", key=True), "minutes", "overtime_minutes",
        Column("pinned", "bool", "Đã ghim", "Pinned"),
    )),
    ("unmet", ("Việc chưa có người làm", "Work left undone"), (
        "office#", "pool#", "task_group#", "month#",
        _number("priority", "Ưu tiên", "Priority", key=True), "minutes",
    )),
    ("load", ("Tải công việc", "Load"), (
        "official#", "month#",
        _number("available_minutes", "Quỹ thời gian", "Available", "minutes"),
        _number("assigned_minutes", "Đã giao", "Assigned", "minutes"),
        _number("load_pct_dec2", "Tải (phần trăm của 1 %)", "Load (hundredths of a percent)"),
    )),
    ("sessions", ("Lịch công tác", "Calendar"), (
        "office#", Column("date", "date", "Ngày", "Date", key=True),
        _code("session", "Buổi", "Session", key=True),
        Column("start_time", "time", "Từ giờ", "From", key=True),
        Column("end_time", "time", "Đến giờ", "To"),
        Column("title", "text", "Nội dung", "Title", key=True), "registration#",
        _code("event", "Sự kiện", "Event", key=True),
        _code("chair", "Chủ trì", "Chair"),
        Column("officials", "list", "Thành phần", "Officials"),
        Column("place", "text", "Địa điểm", "Place"),
        Column("resources", "list", "Phòng, xe", "Rooms, vehicles"),
        Column("preparation", "text", "Chuẩn bị", "Preparation"),
        _code("state", "Tình trạng", "State"), "organisation", "pool",
        _number("minutes", "Số phút làm việc", "Minutes of work", "minutes"),
    )),
    ("converted", ("Sản phẩm quy đổi", "Converted output"), (
        "office#", "official#", "month#", "registration#",
        _number("quantity_dec2", "Số lượng (phần trăm)", "Quantity (hundredths)", "products"),
        _number("conversion_k_dec3", "Hệ số K (1/1.000)", "Factor K (1/1,000)"),
        _number("converted_dec2", "Quy đổi (phần trăm)", "Converted (hundredths)"),
        _number("done_converted_dec2", "Quy đổi đã làm (phần trăm)", "Converted done (hundredths)"),
        Column("quality_pct", "int", "Chất lượng", "Quality", "%"),
        Column("progress_pct", "int", "Tiến độ", "Progress", "%"),
    )),
    ("converted_people", ("Sản phẩm quy đổi theo người", "Converted output by person"), (
        "office#", "official#", "month#",
        _number("converted_dec2", "Quy đổi (phần trăm)", "Converted (hundredths)"),
        _number("compared_dec2", "Đã có kết quả (phần trăm)", "With an outcome (hundredths)"),
        _number("done_converted_dec2", "Quy đổi đã làm (phần trăm)", "Converted done (hundredths)"),
        Column("quantity_pct", "int", "Số lượng (a)", "Quantity (a)", "%"),
        Column("quality_pct", "int", "Chất lượng (b)", "Quality (b)", "%"),
        Column("progress_pct", "int", "Tiến độ (c)", "Progress (c)", "%"),
        Column("result_pct", "int", "Kết quả (a + b + c)/3", "Result (a + b + c)/3", "%"),
    )),
    ("reasons", ("Lý do của từng số", "Reasons"), (
        "figure#", _number("order", "Thứ tự", "Order", key=True), "kind",
        Column("numbers", "json", "Số liệu", "Numbers"),
        Column("sentence_vi", "text", "Câu tiếng Việt", "Vietnamese sentence"),
        Column("sentence_en", "text", "Câu tiếng Anh", "English sentence"),
    )),
    ("certificates", ("Chứng minh", "Certificates"), (
        "figure#", _code("kind", "Loại", "Kind", key=True),
        Column("data", "json", "Số liệu", "Data", key=True), "lower_bound",
    )),
    ("rules", ("Kiểm tra quy tắc", "Rules checked"), (
        _code("rule", "Quy tắc", "Rule", key=True),
        Column("place", "text", "Nơi", "Place", key=True),
        Column("detail", "text", "Chi tiết", "Detail", key=True),
        _number("required", "Yêu cầu", "Required"),
        _number("actual", "Thực tế", "Actual"),
        _number("slack", "Dư", "Slack"),
        Column("broken", "bool", "Vi phạm", "Broken"),
        Column("legal", "bool", "Theo luật", "Law"),
        Column("binding", "bool", "Bắt buộc", "Binding"),
    )),
    ("findings", ("Phát hiện về dữ liệu", "Findings"), (
        _code("code", "Mã", "Code", key=True),
        _code("severity", "Mức", "Severity"),
        Column("table", "text", "Bảng", "Table", key=True),
        Column("row_key", "text", "Dòng", "Row", key=True),
        Column("column", "text", "Cột", "Column", key=True),
        Column("value", "text", "Giá trị", "Value"),
        Column("allowed", "text", "Được phép", "Allowed"),
        Column("message", "text", "Nội dung", "Message"),
        Column("advice", "text", "Hướng xử lý", "Advice"),
    )),
)  # fmt: skip

#: Every run table by name, in the order of writing.
RUN_TABLES: Mapping[str, RunTable] = {
    name: declare(name, titles, columns, COMMON)
    for name, titles, columns in (*_DECLARED, *_UNCERTAINTY, *_MONTH)
}


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a run table in kept form (see `RunTable.conformed`).

    Raises ValueError for a table or a column that is not declared.
    """
    if name not in RUN_TABLES:
        raise ValueError(f"there is no run table {name}")
    return RUN_TABLES[name].conformed(frame)


def schema(lang: Lang = "en") -> list[tuple[str, str, str, str, str]]:
    """Return (table, column, type, title, unit) of every run file in one language, for the schema page."""
    return [
        (
            table.name,
            column.name,
            column.type,
            column.title(lang),
            column.unit,
        )
        for table in RUN_TABLES.values()
        for column in table.columns
    ]
