"""The catalogue of the synthetic commune scenario: task groups, work items, profiles, positions."""

from __future__ import annotations

from typing import NamedTuple

EVEN = "EVEN"  # spread over the working days of the period


class Item(NamedTuple):
    """One work item: who registers it, how much a middling commune has in a year, and when."""

    code: str
    name: str
    group: str
    product: str
    minutes: int
    who: str  # "" the agency itself, "*" each member organisation, else a list of codes
    per_year: float
    when: str  # EVEN, QUARTER, MONTH or a profile
    driver: str  # "" none, "v" grows with the villages, "p" with the population
    priority: int
    complexity: str
    repeats: bool = False


# code, name, class, scope, competency, level, ranks, duty, holders
GROUPS: list[tuple[str, str, str, str, str, int, str, str, int]] = [
    ("LD", "Lãnh đạo, điều hành", "I", "specific", "LDQL", 3, "", "", 1),
    ("TH", "Tổng hợp – hành chính", "II", "shared", "HC", 2, "01.002;01.003;01.004", "", 2),
    ("VT", "Văn thư – lưu trữ", "II", "shared", "VT", 2, "01.003;01.004;02.007;02.008", "seal", 1),
    ("KT", "Kế toán – tài vụ", "II", "shared", "KT", 3, "01.003;06.031;06.032", "accountant", 1),
    ("TQ", "Thủ quỹ", "II", "shared", "HC", 1, "", "cashier", 1),
    ("TC", "Tổ chức – cán bộ", "II", "shared", "TC", 2, "01.002;01.003", "", 1),
    ("KTR", "Kiểm tra thi hành Điều lệ", "II", "shared", "TC", 2, "01.002;01.003", "", 1),
    ("TG", "Tuyên giáo – tuyên truyền", "II", "shared", "TG", 2, "01.002;01.003;01.004", "", 1),
    ("PT", "Phong trào – vận động – thi đua", "II", "specific", "VD", 2, "", "", 1),
    ("HV", "Sinh hoạt chi hội, phát triển hội viên", "II", "specific", "VD", 2, "", "", 1),
    ("DC", "Dân chủ – pháp luật, giám sát và phản biện", "II", "shared", "PL", 2, "01.002;01.003", "", 1),
    ("CS", "Chính sách – xã hội, Quỹ Vì người nghèo", "II", "shared", "CS", 2, "01.002;01.003;01.004", "", 1),
    ("UT", "Ủy thác vốn vay chính sách", "II", "shared", "CS", 2, "01.002;01.003;01.004", "", 1),
    ("CN", "Chuyển đổi số, dữ liệu hội viên", "II", "shared", "CN", 2, "01.003;01.004", "", 1),
]

LOANS = "HND;HLHPN;DTN;CCB"
ITEMS: list[Item] = [
    Item("LD1", "Họp Ban Thường trực, giao ban", "LD", "cuộc họp", 120, "*", 48, EVEN, "", 1, "N4"),
    Item("LD2", "Chỉ đạo, duyệt văn bản", "LD", "ngày", 60, "*", 240, EVEN, "", 2, "N4"),
    Item("LD3", "Dự hội nghị của cấp ủy, chính quyền", "LD", "cuộc", 240, "*", 24, EVEN, "", 2, "N3"),
    Item("TH1", "Chương trình công tác tháng", "TH", "chương trình", 180, "*", 12, EVEN, "", 1, "N3"),
    Item("TH2", "Báo cáo quý", "TH", "báo cáo", 480, "*", 4, "QUARTER", "", 1, "N3"),
    Item("TH3", "Lịch công tác tuần", "TH", "lịch", 120, "", 52, EVEN, "", 1, "N2"),
    Item("TH4", "Chuẩn bị hội nghị của cơ quan", "TH", "hội nghị", 720, "", 18, EVEN, "", 2, "N3"),
    Item("VT1", "Văn bản đi, đến", "VT", "ngày", 90, "", 249, EVEN, "p", 1, "N1"),
    Item("VT2", "Con dấu, sổ đóng dấu", "VT", "ngày", 15, "", 249, EVEN, "", 1, "N1", True),
    Item("VT3", "Lập hồ sơ, nộp lưu trữ", "VT", "hồ sơ", 720, "*", 1, "CUOI_NAM", "", 2, "N2"),
    Item("KT1", "Bảng lương, chứng từ tháng", "KT", "bảng lương", 720, "", 12, EVEN, "", 1, "N3", True),
    Item("KT2", "Quyết toán quý, năm", "KT", "quyết toán", 1200, "", 5, "CUOI_QUY", "", 1, "N4", True),
    Item("KT3", "Thanh toán theo chứng từ", "KT", "bộ", 40, "*", 140, EVEN, "p", 1, "N2"),
    Item("TQ1", "Thu chi, kiểm kê quỹ", "TQ", "biên bản", 75, "", 52, EVEN, "", 1, "N1", True),
    Item("TC1", "Báo cáo nhân sự, bảo hiểm tháng", "TC", "báo cáo", 240, "", 12, EVEN, "", 1, "N2", True),
    Item("TC2", "Kiện toàn chi hội, ban công tác", "TC", "hồ sơ", 300, "*", 5, EVEN, "v", 2, "N3"),
    Item("TC3", "Đánh giá, xếp loại quý", "TC", "hồ sơ", 240, "*", 4, "CUOI_QUY", "", 1, "N3"),
    Item("KTR1", "Cuộc kiểm tra thi hành Điều lệ", "KTR", "kết luận", 1500, "*", 2, "KIEM_TRA", "", 2, "N4"),
    Item("TG1", "Tuyên truyền ở thôn, tổ dân phố", "TG", "buổi", 300, "*", 15, EVEN, "v", 2, "N2"),
    Item("TG2", "Tin, bài, trang thông tin", "TG", "tin, bài", 90, "*", 30, EVEN, "", 3, "N2"),
    Item("PT1", "Phát động, sơ kết phong trào", "PT", "báo cáo", 720, "*", 4, "CUOI_QUY", "", 1, "N3"),
    Item("PT2", "Hướng dẫn mô hình ở thôn", "PT", "mô hình", 600, "*", 14, EVEN, "v", 2, "N3"),
    Item("PT3", "Cao điểm Vì người nghèo, Ngày hội", "PT", "đợt", 2400, "MTTQ", 2, "MONTH", "", 1, "N3"),
    Item("HV1", "Dự sinh hoạt chi hội, tổ hội", "HV", "buổi", 180, "*", 60, EVEN, "v", 2, "N2"),
    Item("HV2", "Phát triển hội viên, đoàn viên", "HV", "hồ sơ", 120, "*", 25, EVEN, "p", 3, "N2"),
    Item("DC1", "Tiếp xúc cử tri, đối thoại", "DC", "hội nghị", 960, "MTTQ", 6, "CUOI_QUY", "", 1, "N4"),
    Item("DC2", "Cuộc giám sát, phản biện", "DC", "thông báo", 2400, "*", 3, "KIEM_TRA", "", 2, "N5"),
    Item("DC3", "Hướng dẫn hòa giải, giám sát cộng đồng", "DC", "thôn", 120, "MTTQ", 22, EVEN, "v", 2, "N3"),
    Item("CS1", 'Quản lý Quỹ "Vì người nghèo"', "CS", "hồ sơ", 360, "MTTQ", 12, EVEN, "", 1, "N3"),
    Item("CS2", "Hồ sơ hỗ trợ nhà ở, sinh kế", "CS", "hồ sơ", 420, "MTTQ", 20, "CAO_DIEM", "p", 2, "N3"),
    Item("CS3", "Thăm hỏi, tặng quà lễ, Tết", "CS", "đợt", 480, "*", 3, "LE_TET", "", 2, "N2"),
    Item("UT1", "Kiểm tra tổ tiết kiệm và vay vốn", "UT", "biên bản", 240, LOANS, 15, EVEN, "v", 2, "N3"),
    Item("UT2", "Đối chiếu dư nợ tháng", "UT", "báo cáo", 120, LOANS, 12, EVEN, "", 1, "N2"),
    Item("CN1", "Cập nhật dữ liệu hội viên", "CN", "kỳ", 210, "*", 12, EVEN, "p", 3, "N1"),
    Item("CN2", "Vận hành phần mềm, họp trực tuyến", "CN", "ngày", 45, "", 249, EVEN, "", 2, "N2"),
]

PROFILES: dict[str, dict[int, int]] = {
    "CUOI_QUY": {3: 25, 6: 25, 9: 25, 12: 25},
    "CUOI_NAM": {11: 40, 12: 60},
    "KIEM_TRA": {3: 10, 4: 15, 5: 15, 6: 10, 7: 10, 8: 15, 9: 15, 10: 10},
    "CAO_DIEM": {1: 10, 3: 10, 5: 10, 8: 15, 10: 25, 11: 30},
    "LE_TET": {1: 20, 2: 25, 4: 10, 7: 20, 8: 10, 11: 15},
}
MONTH_OF: dict[str, tuple[int, ...]] = {"PT3": (10, 11)}  # dated campaigns

# code, name, class, groups, ranks, leader role, tenure, free share of time
POSITIONS: list[tuple[str, str, str, str, str, str, str, str]] = [
    ("CT_MTTQ", "Chủ tịch Ủy ban Mặt trận Tổ quốc xã", "I", "LD;PT;HV", "", "head", "elected", "60"),
    ("PCT_HND", "Phó Chủ tịch, Chủ tịch Hội Nông dân", "I", "LD;PT;HV", "", "deputy", "elected", "70"),
    ("PCT_HLHPN", "Phó Chủ tịch, Chủ tịch Hội Phụ nữ", "I", "LD;PT;HV", "", "deputy", "elected", "70"),
    ("PCT_DTN", "Phó Chủ tịch, Bí thư Đoàn Thanh niên", "I", "LD;PT;HV", "", "deputy", "elected", "70"),
    ("PCT_CCB", "Phó Chủ tịch, Chủ tịch Hội Cựu chiến binh", "I", "LD;PT;HV", "", "deputy", "elected", "70"),
    ("PCT_CD", "Phó Chủ tịch, Chủ tịch Công đoàn", "I", "LD;PT;HV", "", "deputy", "elected", "70"),
    ("CV_TH", "Công chức tổng hợp, văn thư", "II", "TH;VT;CN", "01.003;01.004", "none", "permanent", ""),
    ("CV_KT", "Công chức kế toán", "II", "KT", "01.003;06.031", "none", "permanent", ""),
    ("CV_XH", "Công chức chính sách, thủ quỹ", "II", "CS;UT;TQ", "01.003;01.004", "none", "permanent", ""),
    (
        "CV_TG",
        "Công chức tuyên giáo, tổ chức",
        "II",
        "TG;TC;KTR;DC",
        "01.002;01.003",
        "none",
        "permanent",
        "",
    ),
]

SKILLS: dict[str, tuple[str, str]] = {
    "CV_TH": ("HC;VT", "CN;TG"),
    "CV_KT": ("KT;HC", "CN"),
    "CV_XH": ("CS;HC", "VD"),
    "CV_TG": ("TG;TC;PL", "HC"),
}
