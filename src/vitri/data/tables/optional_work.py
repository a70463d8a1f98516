"""Optional tables about the work: areas, drivers, norms, profiles, calendar, submissions, results."""

from __future__ import annotations

from vitri.data import choices as c
from vitri.data.fields import TableSpec
from vitri.data.tables.declare import column, official, organisation
from vitri.data.tables.declare import office as office_column

AREAS = TableSpec(
    name="areas",
    sheet="Địa bàn",
    title_en="Areas",
    help_vi="Cây đơn vị phía trên văn phòng.",
    help_en="The tree above offices.",
    level="optional",
    fields=(
        column(
            "code",
            "code",
            ("Mã", "Code"),
            ("Mã ngắn, không trùng mã văn phòng.", "A short code that no office has."),
            "!#",
            caps="Q",
        ),
        column("name", "text", ("Tên", "Name"), ("Tên đầy đủ để in.", "The full name."), "!", caps="D"),
        column(
            "parent",
            "code",
            ("Cấp trên", "Parent"),
            ("Mã địa bàn cấp trên.", "Code of the area above."),
            refers_to=("areas",),
            otherwise=("cấp cao nhất", "the root"),
            caps="Q",
        ),
        column(
            "level",
            "enum",
            ("Cấp", "Level"),
            ("Cả nước, tỉnh, vùng hay khác.", "Country, province, region or other."),
            choices=c.AREA_LEVEL,
            caps="Q D",
        ),
    ),
)

DRIVERS = TableSpec(
    name="drivers",
    sheet="Yếu tố ảnh hưởng",
    title_en="Drivers",
    help_vi="Yếu tố giải thích khối lượng, dùng để ước tính.",
    help_en="Figures that explain the work; used by estimates and ratios.",
    level="optional",
    fields=(
        office_column("!#", "W"),
        organisation(
            ("Tổ chức", "Organisation"),
            ("Để trống là cả văn phòng.", "Blank = the whole office."),
            "#",
            caps="W",
            otherwise=("cả văn phòng", "the whole office"),
        ),
        column(
            "driver",
            "code",
            ("Yếu tố", "Driver"),
            ("Ví dụ population, communes, members.", "For example population, communes, members."),
            "!#",
            caps="W",
        ),
        column(
            "year",
            "int",
            ("Năm", "Year"),
            ("Năm của số liệu.", "The year of the figure."),
            "!#",
            between=("1900", "2199"),
            caps="W",
        ),
        column("value", "dec2", ("Giá trị", "Value"), ("Giá trị của yếu tố.", "The figure."), caps="W"),
        column("unit", "text", ("Đơn vị tính", "Unit"), ("Người, xã, km2 ...", "People, km2 ..."), caps="D"),
        column(
            "influence",
            "enum",
            ("Mức độ", "Influence"),
            ("Thấp, trung bình hay cao.", "Low, medium or high."),
            choices=c.INFLUENCE,
            caps="D",
        ),
        column(
            "explanation",
            "text",
            ("Thuyết minh", "Explanation"),
            ("Ảnh hưởng như thế nào.", "How it acts."),
            caps="D",
        ),
        column("source", "text", ("Nguồn", "Source"), ("Nguồn số liệu.", "Where it comes from."), caps="D"),
    ),
)

NORMS = TableSpec(
    name="norms",
    sheet="Định mức riêng",
    title_en="Local norms",
    help_vi="Định mức theo ngày hoặc theo nơi, thay cho danh mục.",
    help_en="Dated or local norms over the catalogue; most specific, then newest.",
    level="optional",
    fields=(
        column(
            "work_item",
            "code",
            ("Mã công việc", "Work item"),
            ("Mã trong danh mục công việc.", "A code of the work catalogue."),
            "!#",
            refers_to=("work_items",),
            caps="W",
        ),
        office_column(
            "!#",
            "W",
            wildcards=("*",),
            refers_to=("offices", "offices.office_class"),
            helps=("Mã văn phòng, nhóm quy mô hoặc *.", "An office's code, an office class or *."),
        ),
        column(
            "valid_from",
            "date",
            ("Hiệu lực từ", "Valid from"),
            ("Ngày bắt đầu dùng.", "The first day it holds."),
            "!#",
            caps="W",
        ),
        column(
            "unit_minutes",
            "dec2",
            ("Định mức", "Norm"),
            ("Tổng phút cho một sản phẩm.", "All people's minutes for one product."),
            between=(">0", "100000"),
            unit=("phút/sản phẩm", "person-minutes per product"),
            otherwise=("theo danh mục", "the item's"),
            caps="W",
        ),
        column(
            "coefficient",
            "dec3",
            ("Hệ số", "Coefficient"),
            ("Nhân với định mức.", "Multiplies the norm."),
            default="1",
            between=("0.1", "5"),
            caps="W",
        ),
        column(
            "source", "text", ("Nguồn", "Source"), ("Văn bản, cách đo.", "The document."), "!", caps="W D"
        ),
    ),
)

REQUIREMENTS = TableSpec(
    name="requirements",
    sheet="Yêu cầu năng lực",
    title_en="Competency requirements",
    help_vi="Các năng lực khác của một nhóm nhiệm vụ.",
    help_en="Further competencies of a task group.",
    level="optional",
    fields=(
        column(
            "task_group",
            "code",
            ("Nhóm nhiệm vụ", "Task group"),
            ("Mã nhóm nhiệm vụ.", "A task group's code."),
            "!#",
            refers_to=("task_groups",),
            caps="N",
        ),
        column(
            "competency",
            "code",
            ("Nhóm năng lực", "Competency"),
            ("Mã nhóm năng lực của mô hình.", "A competency family of the model."),
            "!#",
            refers_to=("model.competency",),
            caps="N",
        ),
        column(
            "min_level",
            "int",
            ("Cấp độ", "Level"),
            ("1 đến 5.", "1 to 5."),
            "!",
            between=("1", "5"),
            caps="N",
        ),
        column(
            "force",
            "enum",
            ("Mức bắt buộc", "Force"),
            ("Bắt buộc, có thể đào tạo, hay chỉ ghi.", "Must, trainable, or documented only."),
            choices=c.FORCE,
            default="must",
            caps="N D",
        ),
    ),
)

PROFILES = TableSpec(
    name="profiles",
    sheet="Mùa vụ",
    title_en="Seasonal profiles",
    help_vi="Tỷ trọng từng tháng; mỗi mã cộng lại đúng 100.",
    help_en="Monthly shares; each profile adds up to 100.",
    level="optional",
    fields=(
        column(
            "profile",
            "code",
            ("Mã mùa vụ", "Profile"),
            ("Trùng mã của mô hình thì thay mã đó.", "One of the model's codes is replaced."),
            "!#",
            caps="W",
        ),
        column(
            "month", "int", ("Tháng", "Month"), ("1 đến 12.", "1 to 12."), "!#", between=("1", "12"), caps="W"
        ),
        column(
            "share_pct",
            "pct",
            ("Tỷ trọng", "Share"),
            ("Phần của tháng.", "The month's share."),
            "!",
            caps="W",
        ),
    ),
)

CALENDAR = TableSpec(
    name="calendar",
    sheet="Ngày nghỉ - làm bù",
    title_en="Days off and made up",
    help_vi="Ngày nghỉ, ngày làm bù; luôn thay lịch chung.",
    help_en="Overrides of the calendar; they always win.",
    level="optional",
    fields=(
        column("date", "date", ("Ngày", "Date"), ("Ngày nghỉ hoặc làm bù.", "The day."), "!#", caps="W C"),
        office_column("#", "W C", otherwise=("mọi văn phòng", "all")),
        column(
            "kind",
            "enum",
            ("Loại", "Kind"),
            ("Nghỉ hay làm bù.", "Off or work."),
            "!",
            choices=c.DAY_KIND,
            caps="W C",
        ),
        column("reason", "text", ("Lý do", "Reason"), ("Vì sao.", "Why."), "!", caps="D"),
        column(
            "source", "text", ("Văn bản", "Source"), ("Số, ngày văn bản.", "The document."), "!", caps="D"
        ),
    ),
)

SUBMISSIONS = TableSpec(
    name="submissions",
    sheet="Tình hình đăng ký",
    title_en="Submissions",
    help_vi="Tổ chức nào đã đăng ký tháng nào; không có việc khác với chưa đăng ký.",
    help_en="Completeness. Absent: an organisation-month with a line is complete, one without is missing.",
    level="optional",
    fields=(
        office_column("!#", "M W"),
        organisation(("Tổ chức", "Organisation"), ("Mã tổ chức.", "An organisation."), "!#", caps="M W"),
        column(
            "month", "month", ("Tháng", "Month"), ("Ví dụ 2021-06.", "Such as 2021-06."), "!#", caps="M W"
        ),
        column(
            "state",
            "enum",
            ("Tình trạng", "State"),
            ("Đủ, một phần, không có việc, chưa đăng ký.", "Complete, partial, nil or missing."),
            "!",
            choices=c.SUBMISSION_STATE,
            caps="M W V",
        ),
        column("submitted_on", "date", ("Ngày gửi", "Sent on"), ("Ngày gửi.", "When it was sent."), caps="M"),
        column(
            "submitted_by", "code", ("Người gửi", "Sent by"), ("Mã người gửi.", "Who sent it."), caps="M U"
        ),
    ),
)

OUTCOMES = TableSpec(
    name="outcomes",
    sheet="Kết quả thực hiện",
    title_en="Outcomes",
    help_vi="Số liệu thực hiện để đánh giá và đo định mức.",
    help_en="Actual figures.",
    level="optional",
    fields=(
        column(
            "registration",
            "code",
            ("Đăng ký", "Registration"),
            ("Mã đăng ký.", "A registration's code."),
            "!#",
            refers_to=("registrations",),
            caps="K M",
        ),
        official(caps="K"),
        column("month", "month", ("Tháng", "Month"), ("Ví dụ 2021-06.", "Such as 2021-06."), "!#", caps="K"),
        column(
            "quantity_done",
            "dec2",
            ("Số lượng hoàn thành", "Quantity done"),
            ("Số sản phẩm đã xong.", "Products finished."),
            between=("0", "1000000000"),
            unit=("sản phẩm", "products"),
            caps="K V",
        ),
        column(
            "minutes_spent",
            "int",
            ("Thời gian thực tế", "Minutes spent"),
            ("Số phút thực tế.", "Minutes really spent."),
            between=("0", "1000000000"),
            unit=("phút", "minutes"),
            caps="W",
        ),
        column("done_on", "date", ("Ngày xong", "Done on"), ("Ngày hoàn thành.", "When finished."), caps="K"),
        column(
            "content_errors",
            "int",
            ("Lỗi nội dung", "Content errors"),
            ("Số lần sai nội dung.", "Times the content was wrong."),
            default="0",
            between=("0", "1000000"),
            caps="K",
        ),
        column(
            "delays",
            "int",
            ("Số lần chậm", "Delays"),
            ("Số lần chậm hạn.", "Times it was late."),
            default="0",
            between=("0", "1000000"),
            caps="K",
        ),
        column(
            "objective_cause",
            "bool",
            ("Khách quan", "Objective cause"),
            ("Do nguyên nhân khách quan.", "Whether beyond their control."),
            default="no",
            caps="K",
        ),
    ),
)
