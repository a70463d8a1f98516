"""Optional tables about people, time and paper: rooms, events, pins, assignments, texts, details, history."""

from __future__ import annotations

from vitri.data import choices as c
from vitri.data.fields import TableSpec
from vitri.data.tables.declare import OWN_MODEL_EN, OWN_MODEL_VI, column, official, organisation
from vitri.data.tables.declare import office as office_column

_GROUP = (("Nhóm nhiệm vụ", "Task group"), ("Mã nhóm nhiệm vụ.", "A task group's code."))
_LINE = (("Đăng ký", "Registration"), ("Mã đăng ký.", "A registration's code."))
_CODE = (("Mã", "Code"), ("Mã ngắn không dấu, không trùng.", "A short unique code without marks."))

RESOURCES = TableSpec(
    name="resources",
    sheet="Phòng họp - xe",
    title_en="Rooms and vehicles",
    help_vi="Phòng, xe, thiết bị dùng chung.",
    help_en="Rooms, vehicles and equipment.",
    level="optional",
    fields=(
        column("code", "code", *_CODE, "!#", caps="C"),
        office_column("!", "C"),
        column(
            "kind",
            "enum",
            ("Loại", "Kind"),
            ("Phòng, xe hay thiết bị.", "Room, vehicle or equipment."),
            "!",
            choices=c.RESOURCE_KIND,
            caps="C",
        ),
        column("name", "text", ("Tên", "Name"), ("Tên để in.", "The name, for printing."), "!", caps="D"),
        column(
            "capacity",
            "int",
            ("Sức chứa", "Capacity"),
            ("Số người chứa được.", "How many people fit."),
            between=("1", "5000"),
            unit=("người", "people"),
            caps="C",
        ),
        column(
            "needs_driver",
            "bool",
            ("Cần lái xe", "Needs a driver"),
            ("Có cần người lái.", "Whether someone must drive it."),
            otherwise=("có nếu là xe", "yes for a vehicle"),
            caps="C",
        ),
        official(("Lái xe", "Driver"), "", "C", "driver"),
    ),
)

EVENTS = TableSpec(
    name="events",
    sheet="Sự kiện",
    title_en="Events",
    help_vi="Các việc có giờ cố định.",
    help_en="Fixed times.",
    level="optional",
    fields=(
        column("code", "code", *_CODE, "!#", caps="C"),
        office_column("!", "C"),
        organisation(("Tổ chức", "Organisation"), ("Tổ chức chủ trì.", "Whose event it is."), caps="C"),
        column("title", "text", ("Nội dung", "Title"), ("Nội dung sự kiện.", "What it is."), "!", caps="C D"),
        column("date", "date", ("Ngày", "Date"), ("Ngày diễn ra.", "The day."), "!", caps="C"),
        column("session", "session", ("Buổi", "Session"), ("Sáng, chiều ...", "Half-day."), "!", caps="C"),
        column(
            "start_time",
            "time",
            ("Giờ bắt đầu", "Start"),
            ("Ví dụ 07:30.", "Such as 07:30."),
            otherwise=("đầu buổi", "the session's"),
            caps="C D",
        ),
        column(
            "end_time",
            "time",
            ("Giờ kết thúc", "End"),
            ("Ví dụ 11:30.", "Such as 11:30."),
            otherwise=("cuối buổi", "the session's"),
            caps="C",
        ),
        official(("Chủ trì", "Chair"), "", "C", "chair"),
        column(
            "participants",
            "list",
            ("Thành phần", "Participants"),
            ("Mã người; @HND là mọi người của HND, @* là tất cả.", "Officials; @HND = all of HND, @* = all."),
            refers_to=("officials", "@organisations"),
            wildcards=("@*",),
            caps="C",
        ),
        column(
            "resources",
            "list",
            ("Phòng, xe", "Rooms, vehicles"),
            ("Mã phòng, xe, cách nhau bằng dấu chấm phẩy.", "Resource codes, split by semicolons."),
            refers_to=("resources",),
            caps="C",
        ),
        column("place", "text", ("Địa điểm", "Place"), ("Nơi diễn ra.", "Where."), caps="D"),
        column(
            "registration",
            "code",
            ("Thuộc đăng ký", "Registration"),
            ("Mã đăng ký mà sự kiện phục vụ.", "The registration it serves."),
            refers_to=("registrations",),
            caps="C",
        ),
        column(
            "attendance",
            "enum",
            ("Thời gian dự họp", "Attendance"),
            ("Đã tính trong k hay tính vào khối lượng.", "Covered by k, or counted as load."),
            choices=c.ATTENDANCE,
            otherwise=(OWN_MODEL_VI, OWN_MODEL_EN),
            caps="C N",
        ),
        column(
            "mobility",
            "enum",
            ("Dời được", "Mobility"),
            ("Cố định hay dời được.", "Fixed or movable."),
            choices=c.MOBILITY,
            default="fixed",
            caps="X",
        ),
        column(
            "status",
            "enum",
            ("Trạng thái", "Status"),
            ("Dự kiến, đã ban hành, huỷ.", "Planned, published or cancelled."),
            choices=c.EVENT_STATUS,
            default="planned",
            caps="C X",
        ),
        column(
            "preparation", "text", ("Chuẩn bị", "Preparation"), ("Ai chuẩn bị gì.", "Who prepares."), caps="D"
        ),
    ),
)

PINS = TableSpec(
    name="pins",
    sheet="Ghim",
    title_en="Pins",
    help_vi="Những việc lãnh đạo đã quyết.",
    help_en="What the head has fixed.",
    level="optional",
    fields=(
        column("code", "code", *_CODE, "!#", caps="N X"),
        column(
            "kind",
            "enum",
            ("Loại", "Kind"),
            ("Giữ vị trí, làm chính, dự phòng ...", "Hold position, main, backup ..."),
            "!",
            choices=c.PIN_KIND,
            caps="N C",
        ),
        official(flags=""),
        column(
            "position",
            "code",
            ("VTVL", "Position"),
            ("Vị trí được giữ.", "The position held."),
            refers_to=("positions",),
            caps="N",
        ),
        column("task_group", "code", *_GROUP, refers_to=("task_groups",), caps="N"),
        column("registration", "code", *_LINE, refers_to=("registrations",), caps="N C"),
        column(
            "from_month",
            "month",
            ("Từ tháng", "From month"),
            ("Tháng đầu.", "The first month."),
            otherwise=("đầu phạm vi", "the horizon's first"),
            caps="N",
        ),
        column(
            "to_month",
            "month",
            ("Đến tháng", "To month"),
            ("Tháng cuối.", "The last month."),
            otherwise=("cuối phạm vi", "the horizon's last"),
            caps="N",
        ),
        column(
            "date", "date", ("Ngày", "Date"), ("Ngày, khi ghim vào buổi.", "The day of a session."), caps="C"
        ),
        column("session", "session", ("Buổi", "Session"), ("Buổi được ghim.", "The session."), caps="C"),
        column("reason", "text", ("Lý do", "Reason"), ("Vì sao.", "Why."), "!", caps="D"),
    ),
)

PREVIOUS_ASSIGNMENTS = TableSpec(
    name="previous_assignments",
    sheet="Giao việc kỳ trước",
    title_en="Previous assignments",
    help_vi="Bảng giao việc của lần chạy trước.",
    help_en="The table of assignments of an earlier run, for continuity and fairness.",
    level="optional",
    fields=(
        office_column("!#", "N X"),
        column(
            "month", "month", ("Tháng", "Month"), ("Ví dụ 2021-06.", "Such as 2021-06."), "!#", caps="N X"
        ),
        official(caps="N X"),
        column("pool", "code", ("Nguồn nhân lực", "Pool"), ("Mã nhóm người.", "The pool."), "#", caps="N X"),
        column("task_group", "code", *_GROUP, "!#", caps="N X"),
        column("registration", "code", *_LINE, "#", caps="N X"),
        column(
            "role",
            "enum",
            ("Vai trò", "Role"),
            ("Làm chính, dự phòng hay phối hợp.", "Main, backup or helper."),
            "!#",
            choices=c.ROLE,
            caps="N X",
        ),
        column(
            "minutes",
            "int",
            ("Số phút", "Minutes"),
            ("Số phút được giao.", "Minutes given."),
            between=("0", "1000000000"),
            unit=("phút", "minutes"),
            caps="N X",
        ),
        column(
            "overtime_minutes",
            "int",
            ("Phút làm thêm", "Overtime minutes"),
            ("Số phút làm thêm.", "Minutes of overtime."),
            default="0",
            between=("0", "1000000000"),
            unit=("phút", "minutes"),
            caps="N X",
        ),
        column(
            "pinned",
            "bool",
            ("Đã ghim", "Pinned"),
            ("Do ghim mà có.", "Set by a pin."),
            default="no",
            caps="N X",
        ),
    ),
)

POSITION_TEXTS = TableSpec(
    name="position_texts",
    sheet="Mô tả vị trí",
    title_en="Position texts",
    help_vi="Các dòng của bản mô tả vị trí việc làm.",
    help_en="Lines of the job description.",
    level="optional",
    fields=(
        column(
            "position",
            "code",
            ("VTVL", "Position"),
            ("Mã vị trí hiện có hoặc đề xuất.", "A position's code, of today or proposed."),
            "!#",
            caps="D",
        ),
        column(
            "section",
            "enum",
            ("Mục", "Section"),
            ("Mục của bản mô tả.", "The section of the description."),
            "!#",
            choices=c.TEXT_SECTION,
            caps="D",
        ),
        column(
            "line", "int", ("Dòng", "Line"), ("Thứ tự dòng.", "Order."), "!#", between=("1", "1000"), caps="D"
        ),
        column("text", "text", ("Nội dung", "Text"), ("Nội dung dòng.", "The line's text."), "!", caps="D"),
        column(
            "text_2",
            "text",
            ("Nội dung cột 2", "Second column"),
            ("Cột thứ hai.", "Second column."),
            caps="D",
        ),
    ),
)

OFFICIAL_DETAILS = TableSpec(
    name="official_details",
    sheet="Hồ sơ công chức",
    title_en="Personal details",
    help_vi="Thông tin cá nhân cho biểu mẫu; không dùng để tính, không ghi vào kết quả.",
    help_en="Opt-in personal data for official forms; never computed with, left out of runs.",
    level="optional",
    fields=(
        official(caps="D"),
        column("name", "text", ("Họ và tên", "Name"), ("Họ và tên.", "Full name."), caps="D"),
        column("birth_date", "date", ("Ngày sinh", "Born on"), ("Ngày sinh.", "Date of birth."), caps="D"),
        column(
            "sex", "enum", ("Giới tính", "Sex"), ("Nam hay nữ.", "Male or female."), choices=c.SEX, caps="D"
        ),
        column(
            "education",
            "text",
            ("Trình độ chuyên môn", "Education"),
            ("Bằng cấp chuyên môn.", "Degrees."),
            caps="D",
        ),
        column(
            "political_theory",
            "text",
            ("Lý luận chính trị", "Political theory"),
            ("Trình độ lý luận chính trị.", "Level of political theory."),
            caps="D",
        ),
        column(
            "state_management",
            "text",
            ("Quản lý nhà nước", "State management"),
            ("Bồi dưỡng quản lý nhà nước.", "State management course."),
            caps="D",
        ),
        column(
            "languages", "text", ("Ngoại ngữ", "Languages"), ("Ngoại ngữ.", "Foreign languages."), caps="D"
        ),
        column("it", "text", ("Tin học", "Computing"), ("Tin học.", "Computer skills."), caps="D"),
        column(
            "salary_coefficient",
            "dec2",
            ("Hệ số lương", "Salary coefficient"),
            ("Hệ số lương hiện hưởng.", "The present coefficient."),
            between=("0", "20"),
            caps="D",
        ),
    ),
)

HISTORY = TableSpec(
    name="history",
    sheet="Nhật ký",
    title_en="History",
    help_vi="Nhật ký thay đổi, chỉ ghi thêm, do phần mềm ghi.",
    help_en="Append-only, written by the application.",
    level="optional",
    fields=(
        column(
            "at",
            "datetime",
            ("Lúc", "At"),
            ("Ví dụ 2021-06-25T07:30:00+07:00.", "Such as 2021-06-25T07:30:00+07:00."),
            "!#",
            caps="M U",
        ),
        column("actor", "code", ("Người", "Actor"), ("Mã người sửa.", "Who changed it."), "!", caps="M U"),
        column("table", "text", ("Bảng", "Table"), ("Bảng được sửa.", "The table."), "!#", caps="U"),
        column(
            "row_key", "text", ("Khoá dòng", "Row key"), ("Khoá của dòng.", "The row's key."), "!#", caps="U"
        ),
        column("column", "text", ("Cột", "Column"), ("Cột được sửa.", "The column."), "!#", caps="U"),
        column("before", "text", ("Trước", "Before"), ("Giá trị cũ.", "The old value."), caps="U"),
        column("after", "text", ("Sau", "After"), ("Giá trị mới.", "The new value."), caps="U"),
        column(
            "reason",
            "text",
            ("Lý do", "Reason"),
            ("Cần khi trả lại hoặc gộp.", "Needed for returned and merged."),
            caps="U",
        ),
    ),
)
