"""Write the tables of the synthetic scenario thai-nguyen-2026; the same seed always gives the same bytes.

Usage: ``python scenarios/thai-nguyen-2026/generate.py [FOLDER]`` (default: the folder of this file).
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from catalogue import GROUPS, ITEMS, MONTH_OF, POSITIONS, PROFILES, SKILLS, Item

SEED = 20260101
COMMUNES, WARDS = 77, 15
ORGANISATIONS = [
    ("MTTQ", "Ủy ban Mặt trận Tổ quốc"),
    ("HND", "Hội Nông dân"),
    ("HLHPN", "Hội Liên hiệp Phụ nữ"),
    ("DTN", "Đoàn TNCS Hồ Chí Minh"),
    ("CCB", "Hội Cựu chiến binh"),
    ("CD", "Công đoàn"),
]
STAFF = ("CV_TH", "CV_KT", "CV_XH", "CV_TG")


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

    def codes(self, count: int) -> list[str]:
        """Return that many opaque codes of people, in no telling order."""
        numbers = list(range(10001, 10001 + count))
        for index in range(count - 1, 0, -1):
            other = self.whole(0, index)
            numbers[index], numbers[other] = numbers[other], numbers[index]
        return [f"CB{number}" for number in numbers]


class Office(NamedTuple):
    """One invented commune or ward and its Front agency."""

    code: str
    name: str
    ward: bool
    members: tuple[str, ...]
    staff: tuple[str, ...]
    villages: int
    population: int
    silent: str  # an organisation that sent no registration, or blank


def offices(draw: Draw) -> list[Office]:
    """Return the 92 invented communes and wards."""
    result: list[Office] = []
    for number in range(1, COMMUNES + WARDS + 1):
        ward = number > COMMUNES
        name = f"Phường {number - COMMUNES:02d}" if ward else f"Xã {number:02d}"
        code = f"P{number - COMMUNES:02d}" if ward else f"X{number:02d}"
        without = set()
        if ward and draw.share() < 0.6:
            without.add("HND")
        if draw.share() > (0.8 if ward else 0.25):
            without.add("CD")
        member = tuple(org for org, _ in ORGANISATIONS if org not in without)
        population = draw.whole(14, 32) * 1000 if ward else draw.whole(7, 20) * 1000
        villages = draw.whole(14, 30) if ward else draw.whole(12, 34)
        heavy = population / 15000 + villages / 22 + len(member) / 5
        size = 4 if heavy + draw.share() > 3.35 else 3
        staff = STAFF if size == 4 else STAFF[:3] if draw.share() < 0.7 else ("CV_TH", "CV_KT", "CV_TG")
        silent = "CCB" if number % 15 == 7 else ""
        result.append(Office(code, name, ward, member, staff, villages, population, silent))
    return result


def quantity(item: Item, office: Office) -> int:
    """Return the products of one item in the year at one agency (for one organisation)."""
    factor = {"": 1.0, "v": office.villages / 22, "p": (office.population / 14000) ** 0.6}[item.driver]
    return max(1, round(item.per_year * factor))


def lines(office: Office, draw: Draw) -> list[list[object]]:
    """Return the registrations of one agency: yearly lines, quarterly reports, dated campaigns."""
    rows: list[list[object]] = []
    for item in ITEMS:
        owners = office.members if item.who == "*" else item.who.split(";")
        for organisation in owners:
            if organisation and (organisation not in office.members or organisation == office.silent):
                continue
            total = quantity(item, office)
            if item.per_year > 12 and item.per_year < 100:
                total = max(1, total + draw.whole(-1, 1) * (total // 10))
            if item.when == "QUARTER":
                periods = [(f"2026-Q{quarter}", total // 4) for quarter in range(1, 5)]
            elif item.when == "MONTH":
                months = MONTH_OF[item.code]
                periods = [(f"2026-{month:02d}", total // len(months)) for month in months]
            else:
                periods = [("2026", total)]
            for period, amount in periods:
                rows.append([office.code, organisation, item.code, amount, period, item.priority])
    return [[f"{office.code}-{number:03d}", *row] for number, row in enumerate(rows, start=1)]


def submissions(units: list[Office]) -> list[list[object]]:
    """Return who registered which month: everybody but the silent organisations."""
    return [
        [
            unit.code,
            organisation,
            f"2026-{month:02d}",
            "missing" if organisation == unit.silent else "complete",
        ]
        for unit in units
        for organisation in unit.members
        for month in range(1, 13)
    ]


def people(
    units: list[Office], draw: Draw
) -> tuple[list[list[object]], list[list[object]], list[list[object]]]:
    """Return officials, their competencies and today's posts."""
    codes = iter(draw.codes(sum(len(unit.members) + len(unit.staff) for unit in units)))
    ranks = {position[0]: position[4].split(";") for position in POSITIONS}
    officials: list[list[object]] = []
    skills: list[list[object]] = []
    posts: list[list[object]] = []
    for unit in units:
        for organisation in unit.members:
            code = next(codes)
            position = "CT_MTTQ" if organisation == "MTTQ" else f"PCT_{organisation}"
            officials.append([code, unit.code, organisation, position, "", "cadre", draw.whole(6, 28)])
            skills += [
                [code, "LDQL", draw.whole(3, 4)],
                [code, "VD", draw.whole(3, 4)],
                [code, "TG", draw.whole(1, 3)],
            ]
            posts.append([unit.code, organisation, position, 1, ""])
        for position in unit.staff:
            code = next(codes)
            rank = ranks[position][draw.whole(0, len(ranks[position]) - 1)]
            officials.append([code, unit.code, "", position, rank, "civil_servant", draw.whole(1, 22)])
            main, side = SKILLS[position]
            skills += [
                [code, family, draw.whole(3, 4) if family == "KT" else draw.whole(2, 4)]
                for family in main.split(";")
            ]
            skills += [[code, family, draw.whole(1, 2)] for family in side.split(";")]
        for position in STAFF:
            held = position in unit.staff
            covered = "" if held else ("CV_TH" if position != "CV_TH" else "CV_TG")
            posts.append([unit.code, "", position, "" if held else 0, covered])
    return officials, skills, posts


def quotas(units: list[Office], draw: Draw) -> list[list[object]]:
    """Return the provincial ceiling, a little below the wishes, and provisional numbers of agencies."""
    rows: list[list[object]] = []
    wishes = 0
    for number, unit in enumerate(units):
        now = len(unit.members) + len(unit.staff)
        wish = min(10, max(8, now + (1 if draw.share() < 0.15 else 0)))
        wishes += wish
        if number % 5 in {0, 1, 3}:
            rows.append([unit.code, "provisional", wish, "Tạm giao (giả định)"])
        else:
            rows.append([unit.code, "unassigned", "", "Chưa giao"])
    return [["TN", "allocated", wishes - 9, "Chỉ tiêu giả định của tỉnh"], *rows]


def absences(officials: list[list[object]]) -> list[list[object]]:
    """Return a few dated absences of civil servants."""
    staff = [str(row[0]) for row in officials if row[5] == "civil_servant"]
    kinds = [("maternity", "2026-02-02", "2026-07-31"), ("training", "2026-05-11", "2026-05-29")]
    return [
        [staff[11 + 29 * index], kinds[index % 2][1], kinds[index % 2][2], kinds[index % 2][0]]
        for index in range(8)
    ]


def write(folder: Path, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Write one table as UTF-8 CSV with a fixed line end."""
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)


def main(folder: Path) -> None:
    """Write every table of the scenario into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = Draw(SEED)
    units = offices(draw)
    officials, skills, posts = people(units, draw)
    pools = [("*", "*", "*", "shared"), *(("*", "*", group, "own") for group in ("LD", "PT", "HV"))]
    pools += [
        (u.code, org, "*", "outside") for u in units for org, _ in ORGANISATIONS if org not in u.members
    ]
    items = [
        (i.code, i.name, i.group, i.product, i.minutes, i.complexity, "yes" if i.repeats else "",
         i.when if i.when in PROFILES else "", "Định mức giả định", "2026-01-01")
        for i in ITEMS
    ]  # fmt: skip
    drivers = []
    for u in units:
        drivers += [(u.code, "", "population", 2026, u.population, "người", "medium")]
        drivers += [(u.code, "", "villages", 2026, u.villages, "thôn, tổ dân phố", "high")]
    profiles = [(code, month, PROFILES[code][month]) for code in PROFILES for month in sorted(PROFILES[code])]
    write(
        folder, "areas", "code,name,parent,level", [("TN", "Thái Nguyên (địa bàn minh họa)", "", "province")]
    )
    write(folder, "offices", "code,name,area,office_class,heading_style",
          [(u.code, f"Cơ quan Mặt trận {u.name}", "TN", "PHUONG" if u.ward else "XA", "front")
           for u in units])  # fmt: skip
    write(folder, "organisations", "code,name", ORGANISATIONS)
    write(folder, "task_groups", "code,name,class,scope,competency,min_level,ranks,duty,min_holders", GROUPS)
    write(folder, "work_items",
          "code,name,task_group,product,unit_minutes,complexity,repeats_per_pool,profile,norm_source,norm_date",
          items)  # fmt: skip
    write(folder, "profiles", "profile,month,share_pct", profiles)
    write(folder, "memberships", "office,organisation,task_group,pool", pools)
    write(folder, "quotas", "unit,status,posts,document", quotas(units, draw))
    write(folder, "positions", "code,name,class,task_groups,ranks,leader_role,tenure,free_pct", POSITIONS)
    write(folder, "current_posts", "office,organisation,position,posts,covered_by", posts)
    write(folder, "officials", "code,office,organisation,position,rank,category,seniority_years", officials)
    write(folder, "official_competencies", "official,competency,level", skills)
    write(folder, "absences", "official,from_date,to_date,kind", absences(officials))
    write(folder, "drivers", "office,organisation,driver,year,value,unit,influence", drivers)
    write(folder, "submissions", "office,organisation,month,state", submissions(units))
    write(folder, "registrations", "code,office,organisation,work_item,quantity,period,priority",
          [row for unit in units for row in lines(unit, draw)])  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
