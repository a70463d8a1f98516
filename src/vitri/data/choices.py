"""The enumerations: English codes in CSV, labels in both languages for people."""

from __future__ import annotations

from vitri.data.fields import Choice


def choices(*rows: tuple[str, str, str]) -> tuple[Choice, ...]:
    """Return choices from (code, Vietnamese label, English label)."""
    return tuple(Choice(*row) for row in rows)


POSITION_CLASS = choices(
    ("I", "I. Lãnh đạo, quản lý", "I. Leadership"),
    ("II", "II. Chuyên môn, nghiệp vụ", "II. Professional"),
    ("III", "III. Hỗ trợ, phục vụ", "III. Support"),
)
SESSION = choices(
    ("morning", "Sáng", "Morning"),
    ("afternoon", "Chiều", "Afternoon"),
    ("full_day", "Cả ngày", "Full day"),
    ("evening", "Tối", "Evening"),
)
YES_NO = choices(("yes", "Có", "Yes"), ("no", "Không", "No"))
HEADING_STYLE = choices(
    ("state", "Cơ quan nhà nước", "State body"),
    ("party", "Cơ quan Đảng", "Party body"),
    ("front", "Mặt trận Tổ quốc", "Fatherland Front"),
    ("youth", "Đoàn Thanh niên", "Youth Union"),
    ("farmers", "Hội Nông dân", "Farmers' Union"),
    ("women", "Hội Liên hiệp Phụ nữ", "Women's Union"),
    ("veterans", "Hội Cựu chiến binh", "Veterans' Association"),
)
ORGANISATION_KIND = choices(("member", "Thành viên", "Member"), ("external", "Bên ngoài", "External"))
SCOPE = choices(("shared", "Chung", "Shared"), ("specific", "Đặc thù", "Specific"))
GROUP_CATEGORY = choices(
    ("civil_servant", "Công chức", "Civil servant"),
    ("cadre", "Cán bộ", "Cadre"),
    ("public_employee", "Viên chức", "Public employee"),
    ("contract_111", "Hợp đồng 111", "Contract under Decree 111"),
)
QUOTA_CATEGORY = (Choice("quota", "Biên chế", "Quota"), *GROUP_CATEGORY)
OFFICIAL_CATEGORY = (
    *GROUP_CATEGORY,
    Choice("part_time_activist", "Người hoạt động không chuyên trách", "Part-time activist"),
)
REGISTRATION_KIND = choices(
    ("program", "Chương trình", "Programme"), ("order", "Đặt hàng", "Order"), ("urgent", "Đột xuất", "Urgent")
)
REGISTRATION_STATUS = choices(
    ("draft", "Nháp", "Draft"),
    ("registered", "Đã đăng ký", "Registered"),
    ("approved", "Đã duyệt", "Approved"),
    ("returned", "Trả lại", "Returned"),
    ("merged", "Đã gộp", "Merged"),
    ("assigned", "Đã giao", "Assigned"),
    ("done", "Hoàn thành", "Done"),
    ("cancelled", "Huỷ", "Cancelled"),
)
BASIS = choices(
    ("registered", "Đăng ký", "Registered"),
    ("inventory", "Thống kê", "Inventory"),
    ("estimated", "Ước tính", "Estimated"),
)
ACCEPTANCE = choices(
    ("pending", "Chờ nghiệm thu", "Pending"),
    ("accepted", "Đạt", "Accepted"),
    ("rework", "Làm lại", "Rework"),
    ("refused", "Không đạt", "Refused"),
)
METHOD = choices(
    ("unit_time", "Định mức thời gian", "Unit time"),
    ("ratio", "Tỷ lệ biên chế", "Ratio"),
    ("counter", "Quầy tiếp nhận", "Counter"),
    ("shift", "Trực theo ca", "Manned station"),
)
COMPLEXITY = choices(*((f"N{n}", f"N{n}", f"N{n}") for n in range(1, 6)))
COUNTS_AS = choices(
    ("service", "Công việc phục vụ", "Service"),
    ("individual_allowance", "Thời gian riêng của cá nhân", "Individual allowance"),
)
POOL = choices(
    ("shared", "Dùng chung", "Shared"), ("own", "Riêng", "Own"), ("outside", "Không phục vụ", "Outside")
)
QUOTA_STATUS = choices(
    ("allocated", "Đã giao", "Allocated"),
    ("provisional", "Tạm giao", "Provisional"),
    ("reserve", "Dự phòng", "Reserve"),
    ("unassigned", "Chưa giao", "Unassigned"),
)
LEADER_ROLE = choices(
    ("none", "Không", "None"),
    ("head", "Cấp trưởng", "Head"),
    ("deputy", "Cấp phó", "Deputy"),
    ("member", "Uỷ viên thường trực", "Standing member"),
)
TENURE = choices(
    ("permanent", "Lâu dài", "Permanent"),
    ("elected", "Bầu cử", "Elected"),
    ("appointed", "Bổ nhiệm", "Appointed"),
    ("contract", "Hợp đồng", "Contract"),
)
POOLING = choices(("allowed", "Được dùng chung", "Allowed"), ("never", "Không dùng chung", "Never"))
TO_REASON = choices(
    ("retirement", "Nghỉ hưu", "Retirement"),
    ("term_end", "Hết nhiệm kỳ", "End of term"),
    ("transfer", "Điều chuyển", "Transfer"),
    ("contract_end", "Hết hợp đồng", "End of contract"),
    ("other", "Khác", "Other"),
)
TRANSFERABLE = choices(
    ("no", "Không", "No"), ("area", "Trong địa bàn", "Within the area"), ("any", "Mọi nơi", "Anywhere")
)
ABSENCE_KIND = choices(
    ("annual_leave", "Nghỉ phép năm", "Annual leave"),
    ("sick", "Nghỉ ốm", "Sick leave"),
    ("maternity", "Thai sản", "Maternity"),
    ("training", "Đào tạo, bồi dưỡng", "Training"),
    ("secondment", "Biệt phái", "Secondment"),
    ("unpaid", "Nghỉ không lương", "Unpaid leave"),
    ("reduced_hours", "Giảm giờ", "Reduced hours"),
    ("other", "Khác", "Other"),
)
ABSENCE_STATUS = choices(("planned", "Dự kiến", "Planned"), ("confirmed", "Đã duyệt", "Confirmed"))
AREA_LEVEL = choices(
    ("country", "Cả nước", "Country"),
    ("province", "Tỉnh", "Province"),
    ("region", "Vùng", "Region"),
    ("other", "Khác", "Other"),
)
INFLUENCE = choices(("low", "Thấp", "Low"), ("medium", "Trung bình", "Medium"), ("high", "Cao", "High"))
FORCE = choices(
    ("must", "Bắt buộc", "Must"),
    ("trainable", "Có thể đào tạo", "Trainable"),
    ("document", "Ghi trong hồ sơ", "Document only"),
)
DAY_KIND = choices(("off", "Nghỉ", "Off"), ("work", "Làm bù", "Work"))
SUBMISSION_STATE = choices(
    ("complete", "Đủ", "Complete"),
    ("partial", "Một phần", "Partial"),
    ("nil", "Không có việc", "Nil"),
    ("missing", "Chưa đăng ký", "Missing"),
)
RESOURCE_KIND = choices(
    ("room", "Phòng", "Room"), ("vehicle", "Xe", "Vehicle"), ("equipment", "Thiết bị", "Equipment")
)
ATTENDANCE = choices(
    ("covered", "Đã tính trong k", "Covered by k"), ("counted", "Tính vào khối lượng", "Counted as load")
)
MOBILITY = choices(("fixed", "Cố định", "Fixed"), ("movable", "Dời được", "Movable"))
EVENT_STATUS = choices(
    ("planned", "Dự kiến", "Planned"),
    ("published", "Đã ban hành", "Published"),
    ("cancelled", "Huỷ", "Cancelled"),
)
PIN_KIND = choices(
    ("hold_position", "Giữ vị trí", "Hold position"),
    ("main", "Làm chính", "Main"),
    ("backup", "Dự phòng", "Backup"),
    ("helper", "Phối hợp", "Helper"),
    ("exclude", "Không giao", "Exclude"),
    ("at_session", "Vào buổi", "At session"),
)
ROLE = choices(
    ("main", "Làm chính", "Main"), ("backup", "Dự phòng", "Backup"), ("helper", "Phối hợp", "Helper")
)
TEXT_SECTION = choices(
    ("goal", "Mục tiêu", "Goal"),
    ("process", "Công việc", "Process"),
    ("inside", "Quan hệ bên trong", "Inside contacts"),
    ("outside", "Quan hệ bên ngoài", "Outside contacts"),
    ("authority", "Phạm vi quyền hạn", "Authority"),
    ("education", "Trình độ đào tạo", "Education"),
    ("training", "Bồi dưỡng, chứng chỉ", "Training"),
    ("experience", "Kinh nghiệm", "Experience"),
    ("qualities", "Phẩm chất", "Qualities"),
    ("other", "Khác", "Other"),
)
SEX = choices(("male", "Nam", "Male"), ("female", "Nữ", "Female"))
