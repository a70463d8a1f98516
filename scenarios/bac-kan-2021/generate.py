"""Write the tables of the synthetic scenario bac-kan-2021; the same seed always gives the same bytes.

Usage: ``python scenarios/bac-kan-2021/generate.py [FOLDER]`` (default: the folder of this file).
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from catalogue import DAY, EVEN, GROUPS, ITEMS, POSITIONS, PROFILES, SKILLS, Item

SEED = 20210101
MONTHS = range(1, 13)
WORKDAYS = {1: 20, 2: 15, 3: 23, 4: 20, 5: 20, 6: 22, 7: 22, 8: 22, 9: 20, 10: 21, 11: 22, 12: 23}
LAST_DAY = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}

ORGANISATIONS = [
    ("MTTQ", "Ủy ban Mặt trận Tổ quốc", "member"),
    ("HND", "Hội Nông dân", "member"),
    ("HLHPN", "Hội Liên hiệp Phụ nữ", "member"),
    ("DTN", "Đoàn TNCS Hồ Chí Minh", "member"),
    ("CCB", "Hội Cựu chiến binh", "member"),
    ("LDLD", "Liên đoàn Lao động", "member"),
    ("NHCS", "Đơn vị đặt hàng ngoài Khối (giả định)", "external"),
]
# code, name, communes, population (invented), size of the work, coefficient, LDLD inside, registers monthly
OFFICES: list[tuple[str, str, int, int, float, str, bool, bool]] = [
    ("BB", "Văn phòng Khối Ba Bể", 15, 48000, 0.80, "", True, False),
    ("BT", "Văn phòng Khối Bạch Thông", 14, 31000, 0.86, "", False, True),
    ("CD", "Văn phòng Khối Chợ Đồn", 20, 50000, 0.94, "", True, False),
    ("CM", "Văn phòng Khối Chợ Mới", 14, 38000, 0.80, "", True, False),
    ("NR", "Văn phòng Khối Na Rì", 17, 39000, 0.78, "", False, False),
    ("NS", "Văn phòng Khối Ngân Sơn", 10, 28000, 0.95, "", False, False),
    ("PN", "Văn phòng Khối Pác Nặm", 10, 33000, 0.62, "1.05", False, True),
    ("TPBK", "Văn phòng Khối TP. Bắc Kạn", 8, 45000, 1.05, "0.95", True, True),
]
# staff of today by position; every office also has one elected head per organisation
STAFF: dict[str, list[str]] = {
    "BB": ["CV_TH", "CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_TCKT", "CV_TG", "CV_CSXH"],
    "BT": ["CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_TCKT", "CV_DCPL"],
    "CD": ["CV_TH", "CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_TCKT", "CV_TG", "CV_DCPL", "CV_CSXH"],
    "CM": ["CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_TG", "CV_DCPL", "CV_CSXH"],
    "NR": ["CV_TH", "CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_TCKT", "CV_TG", "CV_CSXH"],
    "NS": ["CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_DCPL", "CV_CSXH"],
    "PN": ["CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_CSXH"],
    "TPBK": ["CV_TH", "CV_TH", "VT_LT", "KT_VP", "TQ_VP", "CV_TG", "CV_DCPL"],
}
DEPUTIES = ("BB", "CD", "TPBK")  # where the Front has a full-time deputy
# organisations of the offices without monthly registration that gave part of an inventory; others gave none
PARTIAL = {
    "BB": ["MTTQ", "HND", "HLHPN", "DTN"],
    "CD": ["MTTQ", "HND", "HLHPN", "CCB"],
    "CM": ["MTTQ", "HLHPN", "DTN", "LDLD"],
    "NR": ["MTTQ", "HND", "CCB"],
    "NS": ["MTTQ", "HND", "HLHPN"],
}
LEFT_OUT = {"TG2", "KTR2", "GS2", "CN3", "DC2", "TC3"}  # items a partial inventory forgot


class Draw:
    """Random numbers from ``random.Random.random`` only, whose sequence is stable across Python versions."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def share(self) -> float:
        """Return a number in [0, 1)."""
        return self._random.random()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, options: Sequence[str]) -> str:
        """Return one of the options."""
        return options[self.whole(0, len(options) - 1)]

    def codes(self, count: int) -> list[str]:
        """Return that many opaque codes of people, in no telling order."""
        numbers = list(range(1001, 1001 + count))
        for index in range(count - 1, 0, -1):
            other = self.whole(0, index)
            numbers[index], numbers[other] = numbers[other], numbers[index]
        return [f"CB{number}" for number in numbers]


def members(office: str) -> list[str]:
    """Return the member organisations of an office."""
    inside = {code: labour for code, _, _, _, _, _, labour, _ in OFFICES}
    return [
        code for code, _, kind in ORGANISATIONS if kind == "member" and (code != "LDLD" or inside[office])
    ]


def registrants(item: Item, office: str) -> list[str]:
    """Return who registers an item at an office; blank is the office itself."""
    if item.who == "":
        return [""]
    return members(office) if item.who == "*" else [o for o in item.who.split(";") if o in members(office)]


def yearly(item: Item, office: str, organisation: str) -> int:
    """Return the products of one item in the year, before any chance."""
    communes, size = next((o[2], o[4]) for o in OFFICES if o[0] == office)
    factor = {"": 1.0, "c": (communes / 14) ** 0.7 * size**0.5, "s": size}[item.driver]
    if organisation == "MTTQ" and item.group in {"GS", "TH"} and item.when != EVEN:
        factor *= 1.4
    if organisation == "MTTQ" and office in DEPUTIES and item.group == "LD" and item.when != DAY:
        factor *= 1.6
    if organisation == "LDLD" and item.group in {"PT", "TG", "TC"}:
        factor *= 0.7
    return max(1, round(item.per_year * factor))


def by_month(item: Item, total: int, organisation: str) -> dict[int, int]:
    """Split a yearly number over the months by cumulative rounding; months without work are left out.

    The rounding starts elsewhere for each organisation, so that rare work does not fall on one month for all.
    """
    if item.when == DAY or (item.when == EVEN and total % 12 != 0):
        weights = {month: WORKDAYS[month] for month in MONTHS}
    elif item.when == EVEN:
        weights = dict.fromkeys(MONTHS, 1)
    else:
        weights = PROFILES[item.when]
    owner = next((index for index, row in enumerate(ORGANISATIONS) if row[0] == organisation), 0)
    start = 2 * ((owner * 2 + ITEMS.index(item)) % 7) + 1  # fourteenths of one product
    whole, run, given = sum(weights.values()), 0, 0
    result: dict[int, int] = {}
    for month in sorted(weights):
        run += weights[month]
        upto = (14 * total * run + start * whole) // (14 * whole)
        if upto > given:
            result[month] = upto - given
        given = upto
    return result


REGISTRATION = ("code", "office", "organisation", "work_item", "task_name", "task_group", "unit_minutes",
                "quantity", "approved_quantity", "period", "release_date", "due_date", "kind",
                "status", "basis", "priority")  # fmt: skip


def window(item: Item, month: int) -> tuple[str, str]:
    """Return first and last day of work with a deadline inside (or just after) its month, or blanks."""
    if item.code == "TH1":
        return f"2021-{month:02d}-10", f"2021-{month:02d}-25"
    if item.code == "TH2":
        return f"2021-{month:02d}-12", f"2021-{month:02d}-22"
    if item.code == "KT1":
        return f"2021-{month:02d}-01", f"2021-{month:02d}-20"
    if item.code == "KT2" and month < 12:
        return f"2021-{month:02d}-21", f"2021-{month + 1:02d}-09"
    return "", ""


def monthly_lines(office: str, draw: Draw) -> list[dict[str, object]]:
    """Return the monthly programme of one office, organisation by organisation."""
    rows: list[dict[str, object]] = []
    for item in ITEMS:
        for organisation in registrants(item, office):
            for month, amount in by_month(item, yearly(item, office, organisation), organisation).items():
                steady = item.when == DAY or item.repeats or item.per_year <= 12
                quantity = amount if steady else max(1, amount + draw.whole(-1, 1) * max(1, amount // 8))
                row: dict[str, object] = {
                    "office": office,
                    "organisation": organisation,
                    "work_item": item.code,
                    "quantity": quantity,
                    "period": f"2021-{month:02d}",
                    "kind": "program",
                    "status": "done" if month <= 5 else "approved",
                    "basis": "registered",
                    "priority": item.priority,
                }
                row["release_date"], row["due_date"] = window(item, month)
                chance = draw.share()
                if item.priority == 3 and quantity > 1 and chance < 0.10:
                    row["approved_quantity"] = quantity - 1
                elif item.priority == 3 and chance > 0.97:
                    row["status"] = "returned"
                rows.append(row)
    return rows


def inventory_lines(office: str) -> list[dict[str, object]]:
    """Return the yearly inventory of an office that never registered by month: only part of its work."""
    rows: list[dict[str, object]] = []
    for item in ITEMS:
        for organisation in registrants(item, office):
            if organisation and (organisation not in PARTIAL[office] or item.code in LEFT_OUT):
                continue
            rows.append(
                {
                    "office": office,
                    "organisation": organisation,
                    "work_item": item.code,
                    "quantity": yearly(item, office, organisation),
                    "period": "2021",
                    "kind": "program",
                    "status": "approved",
                    "basis": "inventory",
                    "priority": item.priority,
                }
            )
    return rows


ORDERS: list[tuple[str, str, str, str, int, int, str, str]] = [
    # office, orderer, what (a work item, or a task of its own), group, minutes, quantity, from, to
    ("BT", "MTTQ", "Giám sát công trình nước sạch", "PT", 3600, 1, "2021-06-01", "2021-06-30"),
    ("BT", "HND", "TG1", "", 0, 2, "2021-08-02", "2021-08-20"),
    ("BT", "NHCS", "Đối chiếu danh sách vay vốn theo thôn", "UT", 1200, 2, "2021-09-06", "2021-09-24"),
    ("PN", "HLHPN", "Khảo sát mô hình sinh kế phụ nữ", "PT", 2400, 1, "2021-05-04", "2021-05-28"),
    ("PN", "DTN", "TG1", "", 0, 1, "2021-03-08", "2021-03-26"),
    ("TPBK", "LDLD", "Tập huấn cán bộ công đoàn cơ sở", "PT", 2880, 1, "2021-04-05", "2021-04-29"),
    ("TPBK", "MTTQ", "Ngày hội Đại đoàn kết", "PT", 4800, 1, "2021-11-01", "2021-11-18"),
    ("TPBK", "CCB", "GS2", "", 0, 1, "2021-10-04", "2021-10-22"),
]


def orders() -> list[dict[str, object]]:
    """Return work ordered from the shared staff, some of it outside the catalogue."""
    known = {item.code for item in ITEMS}
    rows: list[dict[str, object]] = []
    for office, orderer, what, group, minutes, quantity, start, end in ORDERS:
        row: dict[str, object] = {"office": office, "organisation": orderer, "quantity": quantity}
        row |= (
            {"work_item": what}
            if what in known
            else {"task_name": what, "task_group": group, "unit_minutes": minutes}
        )
        row |= {"period": start[:7], "release_date": start, "due_date": end, "kind": "order"}
        row |= {"status": "approved", "basis": "registered", "priority": 2}
        rows.append(row)
    return rows


def registrations(draw: Draw) -> list[list[object]]:
    """Return every registration, coded office by office."""
    rows: list[list[object]] = []
    for office in OFFICES:
        lines = monthly_lines(office[0], draw) if office[7] else inventory_lines(office[0])
        lines += [row for row in orders() if row["office"] == office[0]]
        lines.sort(key=lambda row: str(row["period"]))
        for number, row in enumerate(lines, start=1):
            row["code"] = f"{office[0]}-{number:04d}"
            rows.append([row.get(column, "") for column in REGISTRATION])
    return rows


FULL = ("code", "office", "organisation", "work_item", "quantity", "period", "release_date", "due_date",
        "kind", "status", "basis", "priority")  # fmt: skip


def full_registrations() -> list[list[object]]:
    """Return what the five other offices would register by month: the lines of the variant dang-ky-day-du."""
    draw = Draw(SEED + 5)
    rows: list[list[object]] = []
    for office in OFFICES:
        if office[7]:
            continue
        lines = [row for row in monthly_lines(office[0], draw) if row["status"] != "returned"]
        lines.sort(key=lambda row: str(row["period"]))
        for number, row in enumerate(lines, start=1):
            row["code"] = f"{office[0]}-M{number:04d}"
            row["status"] = "approved"
            rows.append([row.get(column, "") for column in FULL])
    return rows


def submissions() -> list[list[object]]:
    """Return who registered which month: three offices all of them, the others part of a year or nothing."""
    rows: list[list[object]] = []
    for office in OFFICES:
        for organisation in members(office[0]):
            for month in MONTHS:
                if office[7]:
                    state = "complete"
                else:
                    state = "partial" if organisation in PARTIAL[office[0]] else "missing"
                sent = f"2021-{month - 1:02d}-25" if state == "complete" and month > 1 else ""
                rows.append([office[0], organisation, f"2021-{month:02d}", state, sent])
    return rows


def people(draw: Draw) -> tuple[list[list[object]], list[list[object]], list[list[object]]]:
    """Return officials, their competencies and today's posts."""
    total = sum(len(STAFF[o[0]]) + len(members(o[0])) + (o[0] in DEPUTIES) for o in OFFICES)
    codes = iter(draw.codes(total))
    officials: list[list[object]] = []
    skills: list[list[object]] = []
    posts: list[list[object]] = []
    ranks = {position[0]: position[4].split(";") for position in POSITIONS}
    for office, *_ in OFFICES:
        leaders = [(organisation, f"CT_{organisation}") for organisation in members(office)]
        leaders += [("MTTQ", "PCT_MTTQ")] if office in DEPUTIES else []
        for organisation, position in leaders:
            code = next(codes)
            officials.append([code, office, organisation, position, "", "", "cadre", "", draw.whole(8, 28)])
            skills += [[code, "LDQL", draw.whole(3, 5)], [code, "VD", draw.whole(3, 4)]]
            posts.append([office, organisation, position, 1, "", "", "Chức danh bầu cử"])
        for index, position in enumerate(STAFF[office]):
            code = next(codes)
            home = members(office)[index % len(members(office))] if index % 3 != 2 else ""
            also = "PV_VP" if position == "TQ_VP" else ""
            seniority = draw.whole(1, 24)
            rank = draw.pick(ranks[position])
            officials.append([code, office, home, position, also, rank, "civil_servant", "", seniority])
            main, side = SKILLS[position]
            skills += [[code, family, draw.whole(3, 4)] for family in main.split(";")]
            skills += [[code, family, draw.whole(1, 2)] for family in side.split(";")]
        for position in sorted(set(STAFF[office])):
            posts.append([office, "", position, "", "", "", ""])
        posts.append([office, "", "PV_VP", 0, "", "TQ_VP", "Do thủ quỹ kiêm nhiệm"])
        if "CV_TG" in STAFF[office]:
            posts.append([office, "", "CV_CNTT", 0, "", "CV_TG", "Do chuyên viên tuyên giáo kiêm nhiệm"])
    return officials, skills, posts


def absences(officials: list[list[object]]) -> list[list[object]]:
    """Return a few dated absences of staff (never of an elected head)."""
    staff = [str(row[0]) for row in officials if row[6] == "civil_servant"]
    return [
        [staff[2], "2021-03-15", "2021-09-14", "maternity", "", ""],
        [staff[9], "2021-06-08", "2021-06-09", "training", "", ""],
        [staff[17], "2021-07-05", "2021-07-09", "annual_leave", "", ""],
        [staff[25], "2021-09-01", "2021-12-31", "reduced_hours", "", 60],
        [staff[33], "2021-10-04", "2021-10-29", "training", "", ""],
        [staff[41], "2021-05-10", "2021-05-14", "sick", "", ""],
        [staff[50], "2021-08-02", "2021-08-06", "annual_leave", "", ""],
    ]


def drivers() -> list[list[object]]:
    """Return what explains the size of each office; every figure is invented."""
    rows: list[list[object]] = []
    for index, (office, _, communes, population, *_rest) in enumerate(OFFICES):
        member_count = population * (28 + index) // 100
        rows.append([office, "", "communes", 2021, communes, "xã, phường, thị trấn", "high"])
        rows.append([office, "", "population", 2021, population, "người", "medium"])
        rows.append([office, "", "members", 2021, member_count, "hội viên, đoàn viên", "medium"])
    return rows


def write(folder: Path, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Write one table as UTF-8 CSV with a fixed line end."""
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)


def yes(value: bool) -> str:
    """Write a yes as `yes`, a no as the default: blank."""
    return "yes" if value else ""


def main(folder: Path) -> None:
    """Write every table of the scenario into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = Draw(SEED)
    officials, skills, posts = people(draw)
    profile_rows = [
        (code, month, PROFILES[code][month]) for code in PROFILES for month in sorted(PROFILES[code])
    ]
    quotas = [(unit, "unassigned", "", "Chưa giao") for unit in ("BK", *(office[0] for office in OFFICES))]
    pools = [("*", "*", "*", "shared"), ("*", "*", "LD", "own"), ("*", "*", "PT", "own")]
    pools += [(office[0], "LDLD", "*", "outside") for office in OFFICES if not office[6]]
    offices = [(code, name, "BK", "LON" if communes >= 14 else "NHO", coefficient, "front")
               for code, name, communes, _, _, coefficient, _, _ in OFFICES]  # fmt: skip
    items = [
        (i.code, i.name, i.group, i.product, i.minutes, i.complexity, yes(i.repeats),
         "" if i.regular else "no", "" if i.when in {EVEN, DAY} else i.when, i.cv_pct or "",
         "Định mức giả định", "2021-01-01")
        for i in ITEMS
    ]  # fmt: skip
    groups = [(*row[:8], row[8], "civil_servant" if row[2] == "III" else "") for row in GROUPS]
    write(folder, "areas", "code,name,parent,level", [("BK", "Bắc Kạn (địa bàn minh họa)", "", "province")])
    write(folder, "offices", "code,name,area,office_class,coefficient,heading_style", offices)
    write(folder, "organisations", "code,name,kind", ORGANISATIONS)
    write(folder, "task_groups",
          "code,name,class,scope,competency,min_level,ranks,duty,min_holders,category", groups)  # fmt: skip
    write(folder, "work_items",
          "code,name,task_group,product,unit_minutes,complexity,repeats_per_pool,regular,profile,cv_pct,"
          "norm_source,norm_date", items)  # fmt: skip
    write(folder, "profiles", "profile,month,share_pct", profile_rows)
    write(folder, "memberships", "office,organisation,task_group,pool", pools)
    write(folder, "quotas", "unit,status,posts,document", quotas)
    write(folder, "positions", "code,name,class,task_groups,ranks,leader_role,tenure,free_pct", POSITIONS)
    write(folder, "current_posts", "office,organisation,position,posts,incumbents,covered_by,note", posts)
    write(folder, "officials",
          "code,office,organisation,position,also_positions,rank,category,fte_pct,seniority_years",
          officials)  # fmt: skip
    write(folder, "official_competencies", "official,competency,level", skills)
    write(
        folder, "absences", "official,from_date,to_date,kind,share_pct,minutes_per_day", absences(officials)
    )
    write(folder, "drivers", "office,organisation,driver,year,value,unit,influence", drivers())
    write(folder, "submissions", "office,organisation,month,state,submitted_on", submissions())
    write(folder, "registrations", ",".join(REGISTRATION), registrations(draw))
    (folder / "variants").mkdir(exist_ok=True)
    write(folder / "variants", "dang-ky-day-du", ",".join(FULL), full_registrations())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
