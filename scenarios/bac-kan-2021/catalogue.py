"""The catalogue of the synthetic scenario: task groups, work items, profiles, positions (invented)."""

from __future__ import annotations

from typing import NamedTuple

EVEN = "EVEN"  # the same amount every month if monthly or weekly work, else by working days
DAY = "DAY"  # an amount per working day


class Item(NamedTuple):
    """One work item: who registers it, how much of it a middling office has in a year, and when."""

    code: str
    name: str
    group: str
    product: str
    minutes: int
    who: str  # "" the office itself, "*" each member organisation, else a list of codes
    per_year: float  # of a middling organisation (or office)
    when: str  # EVEN, DAY or a profile
    driver: str  # "" none, "c" grows with the number of communes, "s" with the size of the office
    priority: int
    complexity: str
    repeats: bool = False
    regular: bool = True
    cv_pct: int = 0


# code, name, class, scope, competency, level, ranks, duty, holders
GROUPS: list[tuple[str, str, str, str, str, int, str, str, int]] = [
    ("LD", "Lãnh đạo, điều hành", "I", "specific", "LDQL", 3, "", "", 1),
    ("TH", "Tổng hợp – hành chính", "II", "shared", "HC", 2, "01.002;01.003;01.004", "", 2),
    ("VT", "Văn thư – lưu trữ", "II", "shared", "VT", 2, "01.004;02.007;02.008", "seal", 2),
    ("KT", "Kế toán – tài vụ", "II", "shared", "KT", 3, "01.003;06.031;06.032", "accountant", 1),
    ("TQ", "Thủ quỹ", "II", "shared", "HC", 1, "", "cashier", 1),
    ("QT", "Quản trị – tài sản", "II", "shared", "HC", 2, "", "storekeeper", 1),
    ("TC", "Tổ chức – cán bộ", "II", "shared", "TC", 2, "01.002;01.003", "", 1),
    ("KTR", "Kiểm tra thi hành Điều lệ", "II", "shared", "TC", 3, "01.002;01.003", "", 1),
    ("TG", "Tuyên giáo – tuyên truyền", "II", "shared", "TG", 2, "01.002;01.003;01.004", "", 2),
    ("PT", "Phong trào – vận động – thi đua", "II", "specific", "VD", 2, "", "", 1),
    ("DC", "Dân chủ – pháp luật", "II", "shared", "PL", 2, "01.002;01.003", "", 1),
    ("GS", "Giám sát và phản biện xã hội", "II", "shared", "PL", 3, "01.002;01.003", "", 1),
    ("CS", "Chính sách – xã hội, Quỹ Vì người nghèo", "II", "shared", "CS", 2, "01.002;01.003;01.004", "", 1),
    ("UT", "Ủy thác vốn vay chính sách", "II", "shared", "CS", 2, "01.002;01.003;01.004", "", 1),
    ("DT", "Dân tộc – tôn giáo", "II", "shared", "VD", 2, "01.002;01.003", "", 1),
    ("CN", "Công nghệ thông tin – chuyển đổi số", "II", "shared", "CN", 2, "01.003;01.004", "", 1),
    ("PV", "Phục vụ hội nghị, lễ tân", "III", "shared", "HT", 1, "01.004;01.005", "", 1),
]

LOANS = "HND;HLHPN;DTN;CCB"
ITEMS: list[Item] = [
    Item("LD1", "Họp Thường trực, giao ban lãnh đạo", "LD", "cuộc họp", 120, "*", 48, EVEN, "", 1, "N4"),
    Item("LD2", "Chỉ đạo, cho ý kiến hồ sơ, văn bản", "LD", "ngày", 90, "*", 250, DAY, "", 2, "N4"),
    Item("LD3", "Làm việc, kiểm tra tại cơ sở", "LD", "chuyến", 480, "*", 24, EVEN, "c", 1, "N4"),
    Item(
        "LD4", "Chủ trì, dự hội nghị của cấp ủy, chính quyền", "LD", "cuộc", 240, "*", 24, EVEN, "", 1, "N3"
    ),
    Item(
        "TH1", "Xây dựng chương trình công tác tháng", "TH", "chương trình", 240, "*", 12, EVEN, "", 1, "N3"
    ),
    Item("TH2", "Báo cáo tháng", "TH", "báo cáo", 360, "*", 12, EVEN, "", 1, "N2"),
    Item("TH3", "Báo cáo quý, 6 tháng, năm", "TH", "báo cáo", 900, "*", 4, "CUOI_QUY", "", 1, "N3"),
    Item("TH4", "Tổng hợp lịch công tác tuần của Khối", "TH", "lịch", 180, "", 52, EVEN, "", 1, "N2"),
    Item("TH5", "Tổ chức hội nghị giao ban Khối", "TH", "hội nghị", 960, "", 12, EVEN, "", 2, "N3"),
    Item(
        "TH6",
        "Tham mưu văn bản chỉ đạo, hướng dẫn",
        "TH",
        "văn bản",
        300,
        "*",
        12,
        EVEN,
        "s",
        2,
        "N3",
        cv_pct=35,
    ),
    Item(
        "TH7",
        "Hội nghị sơ kết, tổng kết công tác",
        "TH",
        "hội nghị",
        1440,
        "*",
        2,
        "SO_TONG_KET",
        "",
        2,
        "N3",
    ),
    Item("VT1", "Quản lý văn bản đi, đến", "VT", "ngày", 120, "", 250, DAY, "s", 1, "N1"),
    Item("VT2", "Quản lý con dấu, sổ đóng dấu", "VT", "ngày", 30, "", 250, DAY, "", 1, "N1", True),
    Item("VT3", "Lập hồ sơ, nộp lưu trữ năm", "VT", "hồ sơ", 2400, "*", 1, "CUOI_NAM", "", 2, "N2"),
    Item("VT4", "Số hóa tài liệu lưu trữ", "VT", "bộ", 60, "", 120, EVEN, "s", 3, "N1"),
    Item("KT1", "Bảng lương, chứng từ tháng", "KT", "bảng lương", 960, "", 12, EVEN, "", 1, "N3", True),
    Item("KT2", "Quyết toán quý", "KT", "quyết toán", 1440, "", 4, "CUOI_QUY", "", 1, "N4", True),
    Item(
        "KT3",
        "Quyết toán năm, công khai tài chính",
        "KT",
        "quyết toán",
        4800,
        "",
        1,
        "DAU_NAM",
        "",
        1,
        "N4",
        True,
    ),
    Item("KT4", "Lập dự toán năm sau", "KT", "dự toán", 2400, "", 1, "DU_TOAN", "", 1, "N4", True),
    Item("KT5", "Thanh toán, tạm ứng theo chứng từ", "KT", "bộ", 45, "*", 205, EVEN, "s", 1, "N2", cv_pct=20),
    Item("TQ1", "Thu chi, kiểm kê quỹ", "TQ", "biên bản", 90, "", 52, EVEN, "", 1, "N1", True),
    Item("TQ2", "Chi trả trợ cấp, tiền thăm hỏi", "TQ", "đợt", 120, "*", 12, EVEN, "s", 1, "N1"),
    Item("QT1", "Mua sắm, sửa chữa tài sản", "QT", "hồ sơ", 480, "", 18, EVEN, "s", 3, "N2"),
    Item("QT2", "Kiểm kê tài sản cuối năm", "QT", "biên bản", 2400, "", 1, "CUOI_NAM", "", 1, "N2", True),
    Item("QT3", "Nhập, xuất kho văn phòng phẩm, hiện vật", "QT", "phiếu", 45, "", 120, EVEN, "s", 3, "N1"),
    Item("TC1", "Báo cáo nhân sự, bảo hiểm tháng", "TC", "báo cáo", 360, "", 12, EVEN, "", 1, "N2", True),
    Item("TC2", "Hồ sơ cán bộ, quy hoạch, bồi dưỡng", "TC", "bộ", 600, "*", 4, EVEN, "s", 2, "N3"),
    Item("TC3", "Kiện toàn tổ chức ở cơ sở", "TC", "hồ sơ", 480, "*", 5, EVEN, "c", 3, "N3"),
    Item("TC4", "Đánh giá, xếp loại cuối năm", "TC", "hồ sơ", 1200, "*", 1, "CUOI_NAM", "", 1, "N3"),
    Item(
        "KTR1",
        "Cuộc kiểm tra thi hành Điều lệ",
        "KTR",
        "kết luận",
        2400,
        "*",
        3,
        "KIEM_TRA",
        "s",
        2,
        "N4",
        cv_pct=30,
    ),
    Item("KTR2", "Xem xét, trả lời đơn thư", "KTR", "đơn", 480, "*", 2, EVEN, "", 1, "N4", cv_pct=60),
    Item("TG1", "Tuyên truyền chuyên đề ở cơ sở", "TG", "buổi", 600, "*", 8, EVEN, "c", 3, "N2"),
    Item("TG2", "Tin, bài cho trang thông tin", "TG", "tin, bài", 150, "*", 20, EVEN, "s", 3, "N2"),
    Item("TG3", "Nắm, tổng hợp dư luận xã hội", "TG", "báo cáo", 480, "MTTQ", 12, EVEN, "", 2, "N3"),
    Item(
        "PT1",
        "Phát động, sơ kết phong trào thi đua",
        "PT",
        "báo cáo",
        1440,
        "*",
        2,
        "SO_TONG_KET",
        "",
        1,
        "N3",
    ),
    Item(
        "PT2",
        "Hướng dẫn, hỗ trợ mô hình ở cơ sở",
        "PT",
        "mô hình",
        960,
        "*",
        15,
        "VU_MUA",
        "c",
        2,
        "N3",
        cv_pct=40,
    ),
    Item("PT3", "Dự sinh hoạt chi hội, tổ hội", "PT", "buổi", 240, "*", 36, EVEN, "c", 3, "N2"),
    Item(
        "PT4", "Tháng Thanh niên, chiến dịch hè", "PT", "kế hoạch", 1200, "DTN", 6, "THANH_NIEN", "", 2, "N3"
    ),
    Item(
        "DC1",
        "Tiếp xúc cử tri, hội nghị hiệp thương",
        "DC",
        "hội nghị",
        1800,
        "MTTQ",
        4,
        "CUOI_QUY",
        "",
        1,
        "N4",
    ),
    Item("DC2", "Phổ biến, tư vấn pháp luật", "DC", "buổi", 480, "*", 4, EVEN, "c", 2, "N3"),
    Item("DC3", "Hướng dẫn hòa giải, giám sát cộng đồng", "DC", "xã", 360, "MTTQ", 14, EVEN, "c", 2, "N3"),
    Item(
        "DC4",
        "Nhiệm vụ bầu cử (không thường xuyên)",
        "DC",
        "đợt",
        3600,
        "MTTQ",
        3,
        "BAU_CU",
        "",
        1,
        "N4",
        regular=False,
    ),
    Item("GS1", "Cuộc giám sát", "GS", "thông báo", 3600, "*", 2, "KIEM_TRA", "s", 2, "N5", cv_pct=30),
    Item("GS2", "Phản biện, góp ý văn bản", "GS", "văn bản", 960, "*", 3, EVEN, "", 3, "N5", cv_pct=30),
    Item("CS1", 'Quản lý Quỹ "Vì người nghèo"', "CS", "hồ sơ", 720, "MTTQ", 12, EVEN, "", 1, "N3"),
    Item(
        "CS2",
        "Hồ sơ hỗ trợ nhà ở, sinh kế",
        "CS",
        "hồ sơ",
        720,
        "MTTQ;HND;HLHPN",
        5,
        "CAO_DIEM",
        "c",
        2,
        "N3",
    ),
    Item("CS3", "Thăm hỏi, tặng quà lễ, Tết", "CS", "đợt", 960, "*", 3, "LE_TET", "", 2, "N2"),
    Item("UT1", "Kiểm tra hoạt động ủy thác tại xã", "UT", "biên bản", 600, LOANS, 13, EVEN, "c", 2, "N3"),
    Item(
        "UT2", "Đối chiếu, tổng hợp dư nợ ủy thác tháng", "UT", "báo cáo", 180, LOANS, 12, EVEN, "", 1, "N2"
    ),
    Item("DT1", "Gặp mặt người có uy tín, chức sắc", "DT", "cuộc", 720, "MTTQ", 8, "LE_TET", "c", 2, "N3"),
    Item(
        "DT2", "Báo cáo tình hình dân tộc, tôn giáo", "DT", "báo cáo", 600, "MTTQ", 4, "CUOI_QUY", "", 1, "N3"
    ),
    Item("DT3", "Vận động xóa bỏ hủ tục ở thôn, bản", "DT", "buổi", 480, "MTTQ", 14, EVEN, "c", 3, "N3"),
    Item("CN1", "Quản trị mạng, phần mềm, trang thông tin", "CN", "ngày", 45, "", 250, DAY, "s", 2, "N2"),
    Item("CN2", "Phục vụ họp trực tuyến", "CN", "cuộc", 120, "", 60, EVEN, "s", 3, "N1"),
    Item("CN3", "Cập nhật dữ liệu hội viên, đoàn viên", "CN", "kỳ", 240, "*", 12, EVEN, "", 3, "N1"),
    Item("PV1", "Phục vụ hội nghị, lễ tân", "PV", "cuộc", 180, "", 72, EVEN, "s", 2, "N1"),
    Item("PV2", "Phòng họp, khánh tiết, vệ sinh", "PV", "ngày", 75, "", 250, DAY, "s", 3, "N1"),
]

PROFILES: dict[str, dict[int, int]] = {
    "CUOI_QUY": {3: 25, 6: 25, 9: 25, 12: 25},
    "CUOI_NAM": {11: 40, 12: 60},
    "DAU_NAM": {1: 60, 2: 40},
    "DU_TOAN": {7: 50, 8: 50},
    "SO_TONG_KET": {6: 30, 7: 20, 11: 15, 12: 35},
    "KIEM_TRA": {2: 5, 3: 10, 4: 12, 5: 13, 6: 8, 7: 10, 8: 12, 9: 10, 10: 12, 11: 8},
    "VU_MUA": {1: 5, 2: 5, 3: 10, 4: 10, 5: 10, 6: 10, 7: 10, 8: 8, 9: 10, 10: 12, 11: 10},
    "CAO_DIEM": {1: 10, 3: 10, 5: 10, 8: 15, 10: 25, 11: 30},
    "LE_TET": {1: 35, 4: 10, 7: 20, 8: 10, 10: 10, 11: 15},
    "THANH_NIEN": {3: 40, 6: 20, 7: 25, 8: 15},
    "BAU_CU": {3: 30, 4: 40, 5: 30},
}

# code, name, class, groups, ranks, leader role, tenure, free share of time
POSITIONS: list[tuple[str, str, str, str, str, str, str, str]] = [
    ("CT_MTTQ", "Chủ tịch Ủy ban Mặt trận Tổ quốc", "I", "LD;PT", "", "head", "elected", "40"),
    ("PCT_MTTQ", "Phó Chủ tịch Ủy ban Mặt trận Tổ quốc", "I", "LD;PT", "", "deputy", "elected", "50"),
    ("CT_HND", "Chủ tịch Hội Nông dân", "I", "LD;PT", "", "head", "elected", "45"),
    ("CT_HLHPN", "Chủ tịch Hội Liên hiệp Phụ nữ", "I", "LD;PT", "", "head", "elected", "45"),
    ("CT_DTN", "Bí thư Đoàn Thanh niên", "I", "LD;PT", "", "head", "elected", "50"),
    ("CT_CCB", "Chủ tịch Hội Cựu chiến binh", "I", "LD;PT", "", "head", "elected", "45"),
    ("CT_LDLD", "Chủ tịch Liên đoàn Lao động", "I", "LD;PT", "", "head", "elected", "40"),
    ("CV_TH", "Chuyên viên tổng hợp", "II", "TH", "01.002;01.003", "none", "permanent", ""),
    ("VT_LT", "Văn thư, lưu trữ", "II", "VT;PV", "01.004;02.007;02.008", "none", "permanent", ""),
    ("KT_VP", "Kế toán", "II", "KT", "01.003;06.031;06.032", "none", "permanent", ""),
    ("TQ_VP", "Thủ quỹ, quản trị", "II", "TQ;QT;PV", "01.004;01.005", "none", "permanent", ""),
    ("CV_TCKT", "Chuyên viên tổ chức, kiểm tra", "II", "TC;KTR", "01.002;01.003", "none", "permanent", ""),
    ("CV_TG", "Chuyên viên tuyên giáo", "II", "TG;CN", "01.003;01.004", "none", "permanent", ""),
    ("CV_DCPL", "Chuyên viên dân chủ, pháp luật", "II", "DC;GS", "01.002;01.003", "none", "permanent", ""),
    ("CV_CSXH", "Chuyên viên chính sách, xã hội", "II", "CS;UT;DT", "01.003;01.004", "none", "permanent", ""),
    ("CV_CNTT", "Chuyên viên công nghệ thông tin", "II", "CN", "01.003", "none", "permanent", ""),
    ("PV_VP", "Nhân viên phục vụ", "III", "PV", "01.005", "none", "permanent", ""),
]

# the competencies a holder of a position has: main ones (level 3-4), side ones (level 1-2)
SKILLS: dict[str, tuple[str, str]] = {
    "CV_TH": ("HC", "TG;TC"),
    "VT_LT": ("VT;HC", "HT;CN"),
    "KT_VP": ("KT;HC", "CN"),
    "TQ_VP": ("HC;HT", "VT;KT"),
    "CV_TCKT": ("TC;HC", "PL"),
    "CV_TG": ("TG;HC", "CN;VD"),
    "CV_DCPL": ("PL;HC", "VD;TC"),
    "CV_CSXH": ("CS;VD", "HC;TG"),
}
