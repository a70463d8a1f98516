"""Scenarios at the edge of what can be planned, as folders. Synthetic: all names and figures are invented."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stress:
    """What makes a scenario: offices × task groups, and what is odd about it.

    `minutes` is the unit time of one product and `quantity` how many a month; `ceilings` are (unit, posts or
    blank, floor or blank); `organisations` more pools; `families` the competencies groups are dealt out to
    (none: every group goes with every other).
    """

    offices: int = 2
    groups: int = 4
    minutes: int = 600
    quantity: int = 10
    ceilings: tuple[tuple[str, str, str], ...] = (("T", "12", ""),)
    equal: bool = False
    families: tuple[str, ...] = ()
    months: tuple[int, ...] = (1, 12)
    work: bool = True
    classes: tuple[str, ...] = ("II",)
    extra: str = ""


def write_scenario(folder: Path, stress: Stress) -> Path:
    """Write the scenario and return its folder."""
    folder.mkdir(parents=True)
    last = f"2021-{stress.months[1]:02d}"
    (folder / "scenario.toml").write_text(
        'schema = 1\ncode = "bien"\nname = "Trường hợp biên (mô phỏng)"\nsynthetic = true\n'
        f'model = "van-phong-khoi-2019"\nfirst_month = "2021-{stress.months[0]:02d}"\nlast_month = "{last}"\n'
        f"as_of = 2021-01-01\n{stress.extra}",
        encoding="utf-8",
    )
    offices = [f"V{at}" for at in range(stress.offices)]
    groups = [f"G{at}" for at in range(stress.groups)]

    def table(name: str, header: str, rows: list[str]) -> None:
        (folder / f"{name}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")

    table("areas", "code,name,parent", ["T,Tỉnh mô phỏng,"])
    table("offices", "code,name,area", [f"{code},Văn phòng {code},T" for code in offices])
    table("organisations", "code,name", ["M,Tổ chức M"])
    family = stress.families or ("",)
    table(
        "task_groups",
        "code,name,class,scope,competency",
        [
            f"{code},Nhóm {code},{stress.classes[at % len(stress.classes)]},shared,{family[at % len(family)]}"
            for at, code in enumerate(groups)
        ],
    )
    table("memberships", "office,organisation,task_group,pool", ["*,*,*,shared"])
    table("quotas", "unit,organisation,status,posts,floor", [_quota(row) for row in stress.ceilings])
    lines = []
    for o, office in enumerate(offices):
        for g, group in enumerate(groups):
            factor = 1 if stress.equal else 1 + (7 * o + 3 * g) % 5
            for month in range(stress.months[0], stress.months[1] + 1) if stress.work else ():
                lines.append(
                    f"R{len(lines)},{office},M,Việc {group},{group},{stress.minutes * factor},"
                    f"{stress.quantity},2021-{month:02d}"
                )
    table(
        "registrations",
        "code,office,organisation,task_name,task_group,unit_minutes,quantity,period",
        lines,
    )
    return folder


def _quota(row: tuple[str, str, str]) -> str:
    unit, posts, floor = row
    return f"{unit},,{'allocated' if posts else 'unassigned'},{posts},{floor}"
