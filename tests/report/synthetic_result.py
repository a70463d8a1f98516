"""A result built by hand for the report's tests: offices, officials and figures are invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

PLACES = (
    "thành phố Suối Mây",
    "huyện Ea Lúa",
    "huyện Đá Trắng",
    "huyện Yên Phượng",
    "huyện Ỷ Lan Hạ",
    "huyện Ấp Bưởi",
    "huyện Quế Thượng",
    "huyện Nà Khuổi",
)
ORGANISATIONS = {
    "MTTQ": "Ủy ban Mặt trận Tổ quốc",
    "HND": "Hội Nông dân",
    "HLHPN": "Hội Liên hiệp Phụ nữ",
    "CCB": "Hội Cựu chiến binh",
    "DTN": "Đoàn TNCS Hồ Chí Minh",
}
GROUPS = {
    "LD": "Lãnh đạo, điều hành",
    "TH": "Tổng hợp – hành chính",
    "VT": "Văn thư – lưu trữ",
    "KT": "Kế toán – tài vụ",
    "TQ": "Thủ quỹ",
    "QT": "Quản trị – tài sản",
    "TC": "Tổ chức – cán bộ – kiểm tra",
    "TG": "Tuyên giáo – tuyên truyền",
    "PT": "Phong trào – vận động – thi đua",
    "GS": "Dân chủ – pháp luật; giám sát và phản biện xã hội",
    "CS": "Chính sách – xã hội, Quỹ Vì người nghèo, ủy thác vay vốn",
    "DT": "Dân tộc – tôn giáo",
    "CN": "Công nghệ thông tin – chuyển đổi số",
    "LX": "Lái xe",
}
POSITIONS: dict[str, tuple[str, str, str, str, str, str]] = {
    # code: name, class, task groups, ranks, competencies, duties
    "CT": ("Chủ tịch, Trưởng đoàn thể", "I", "LD", "01.002;01.003", "QL:4", ""),
    "PCT": ("Phó Chủ tịch, Phó trưởng đoàn thể", "I", "LD", "01.003", "QL:3", ""),
    "TH-KT": ("Chuyên viên tổng hợp – kế toán", "II", "TH;KT;CN", "01.003;01.002", "HC:2;KT:3", "accountant"),
    "VT-TQ": ("Văn thư – lưu trữ – thủ quỹ", "II", "VT;TQ;QT", "02.007;02.008", "VT:2;HC:1", "cashier;seal"),
    "TG-PT": ("Chuyên viên tuyên giáo – phong trào", "II", "TG;PT;DT", "01.003", "VD:3", ""),
    "TC-GS": ("Chuyên viên tổ chức – giám sát, phản biện xã hội", "II", "TC;GS", "01.003", "TC:3;PL:2", ""),
    "CS": ("Chuyên viên chính sách – xã hội", "II", "CS", "01.003;01.004", "XH:2", ""),
    "LX": ("Nhân viên lái xe", "III", "LX", "01.005", "LX:1", ""),
}
RANKS = {
    "01.001": ("Chuyên viên cao cấp", "CVCC"),
    "01.002": ("Chuyên viên chính", "CVC"),
    "01.003": ("Chuyên viên", "CV"),
    "01.004": ("Cán sự", "CS"),
    "01.005": ("Nhân viên", "NV"),
    "02.007": ("Văn thư viên", "CV"),
    "02.008": ("Văn thư viên trung cấp", "CS"),
}
COMPETENCIES = {
    "QL": "Lãnh đạo, quản lý",
    "HC": "Hành chính – tổng hợp",
    "KT": "Kế toán",
    "VT": "Văn thư",
    "VD": "Vận động quần chúng",
    "TC": "Tổ chức cán bộ",
    "PL": "Pháp luật",
    "XH": "Chính sách xã hội",
    "LX": "Lái xe",
}
DUTIES = {"accountant": "Kế toán", "cashier": "Thủ quỹ", "seal": "Giữ con dấu"}


@dataclass
class FakeResult:
    """The two parts of a result that the report reads."""

    info: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def names(offices: int = 8) -> dict[str, dict[str, str]]:
    """Return the names of the invented world."""
    return {
        "offices": dict(zip(codes(offices), office_names(offices), strict=True)),
        "organisations": ORGANISATIONS,
        "task_groups": GROUPS,
        "areas": {"TINH": "Tỉnh Mây Trắng"},
        "rank": {code: name for code, (name, _) in RANKS.items()},
        "competency": COMPETENCIES,
        "duty": DUTIES,
    }


def codes(offices: int) -> list[str]:
    """Return office codes."""
    return [f"VP{order:02}" for order in range(1, offices + 1)]


def office_names(offices: int) -> list[str]:
    """Return office names with every kind of diacritic."""
    return [
        f"Văn phòng Khối {PLACES[i % 8]}"
        if i < 8
        else f"Văn phòng Khối xã {PLACES[i % 8].split(' ', 1)[1]} {i}"
        for i in range(offices)
    ]


def fake_model() -> Any:
    """Return the few settings of a planning model that the report reads."""
    rank = tuple(
        SimpleNamespace(code=code, name=name, column=column) for code, (name, column) in RANKS.items()
    )
    return SimpleNamespace(
        rank=rank,
        competency=tuple(SimpleNamespace(code=code, name=name) for code, name in COMPETENCIES.items()),
        duty=tuple(SimpleNamespace(code=code, name=name) for code, name in DUTIES.items()),
        report=SimpleNamespace(rank_columns=("CVCC", "CVC", "CV", "CS", "NV"), load_bands_pct=(70, 90, 110)),
        quota=SimpleNamespace(if_unassigned="current"),
        switched_off=(),
    )


def build(offices: int = 8, seed: int = 7, months: int = 12) -> FakeResult:
    """Return a complete result; the same arguments give the same figures."""
    rng = np.random.default_rng(seed)
    span = [str(period) for period in pd.period_range("2021-01", periods=months, freq="M")]
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
    for code, (name, cls, groups, ranks, competencies, duties) in POSITIONS.items():
        matches = "" if code == "TC-GS" else ("VP-CU" if code == "CS" else code)
        row = {
            "structure": "all",
            "position": code,
            "name": name,
            "task_groups": groups,
            "ranks": ranks,
            "duties": duties,
        }
        tables["structure"].append(
            {**row, "class": cls, "competencies": competencies, "matches_position": matches}
        )
    for index, office in enumerate(codes(offices)):
        _office(tables, rng, index, office, span)
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return FakeResult(_info(frames, offices), frames)


_TABLES = [
    "structure",
    "posts",
    "post_ranks",
    "workload",
    "time_fund",
    "cover",
    "quotas",
    "staffing",
    "assignments",
    "load",
    "reasons",
    "findings",
    "rules",
    "estimates",
]


def _office(
    tables: dict[str, list[dict[str, Any]]], rng: Any, index: int, office: str, span: list[str]
) -> None:
    fund = {month: 8000 + 480 * ((int(month[5:]) * 7) % 4) for month in span}
    for month in span:
        tables["time_fund"].append({"office": office, "month": month, "minutes": fund[month]})
    size = 0.75 + (index % 5) * 0.12
    estimated = 0.0 if index in (0, 2, 7) else 0.35 + 0.08 * (index % 4)
    for order, group in enumerate(GROUPS):
        pools = ["own.MTTQ", "own.HND"] if group == "LD" else ["shared"]
        for pool in pools:
            for month in span:
                wave = 1 + 0.35 * np.sin((int(month[5:]) + order) / 2)
                minutes = round(float(rng.integers(2200, 5200)) * size * wave)
                low = round(minutes * estimated)
                tables["workload"].append(
                    {
                        "office": office,
                        "pool": pool,
                        "task_group": group,
                        "month": month,
                        "minutes": minutes,
                        "estimated_minutes": low,
                    }
                )
    posts = {
        "CT": 5,
        "PCT": 2,
        "TH-KT": 1 + (index % 3 == 0),
        "VT-TQ": 1,
        "TG-PT": 1,
        "TC-GS": 1,
        "CS": 0,
        "LX": 1,
    }
    serial = 0
    for code, count in posts.items():
        now = count + (code in ("CS", "TG-PT")) - (code == "TC-GS")
        kind = "fixed" if POSITIONS[code][1] == "I" else ("covered" if count == 0 else "sized")
        tables["posts"].append(
            {
                "office": office,
                "organisation": "",
                "pool": "shared",
                "position": code,
                "posts": count,
                "posts_now": None if index % 2 else now,
                "incumbents_now": now,
                "change": count - now,
                "status": "optimal",
                "kind": kind,
            }
        )
        rank = POSITIONS[code][3].split(";")[0]
        if count and code != "CT":
            tables["post_ranks"].append({"office": office, "position": code, "rank": rank, "posts": count})
        for seat in range(count):
            serial += 1
            who = f"CB{index + 1:02}{serial:02}"
            vacancy = code == "TC-GS"
            action = "recruit" if vacancy else ("retrain" if code == "TH-KT" and seat else "stay")
            tables["staffing"].append(
                {
                    "official": "" if vacancy else who,
                    "office_now": "" if vacancy else office,
                    "position_now": "" if vacancy else ("VT-TQ" if action == "retrain" else code),
                    "office": office,
                    "position": code,
                    "post_group": f"{office}-{code}",
                    "seat": seat + 1,
                    "share_pct": 10_000,
                    "action": action,
                    "training_days": 20 if action == "retrain" else 0,
                }
            )
            if vacancy:
                continue
            groups = POSITIONS[code][2].split(";")
            for month in span:
                level = float(rng.uniform(0.5, 1.18))
                tables["load"].append(
                    {
                        "official": who,
                        "month": month,
                        "available_minutes": fund[month],
                        "assigned_minutes": round(fund[month] * level),
                    }
                )
                for group in groups:
                    row = {"office": office, "month": month, "pool": "shared", "task_group": group}
                    share = round(fund[month] * level / len(groups))
                    tables["assignments"].append({**row, "official": who, "role": "main", "minutes": share})
                    backup = {"official": f"CB{index + 1:02}01", "role": "backup", "minutes": 0}
                    tables["assignments"].append({**row, **backup})
    tables["staffing"].append(
        {
            "official": f"CB{index + 1:02}99",
            "office_now": office,
            "position_now": "CS",
            "office": "",
            "position": "",
            "share_pct": None,
            "action": "surplus",
            "training_days": None,
        }
    )
    for month in span:
        for by, minutes in (("TG-PT", 2100), ("TH-KT", 900)):
            tables["cover"].append(
                {
                    "office": office,
                    "pool": "shared",
                    "position": "CS",
                    "task_group": "CS",
                    "covered_by": by,
                    "covered_by_pool": "shared",
                    "month": month,
                    "minutes": minutes,
                }
            )
    total = sum(posts.values())
    status = "unassigned" if index % 3 else "allocated"
    tables["quotas"].append(
        {
            "unit": office,
            "organisation": "",
            "position_class": "",
            "ceiling": total + index % 2,
            "ceiling_status": status,
            "used": total,
            "value_of_post_minutes": 51_000 - 4_100 * (index % 6),
            "posts": total,
            "bound": total,
            "gap": 0,
        }
    )
    for order, (kind, vi, en) in enumerate(_REASONS):
        tables["reasons"].append(
            {"figure": f"posts:{office}", "order": order, "kind": kind, "sentence_vi": vi, "sentence_en": en}
        )
    if estimated:
        tables["estimates"].append(
            {
                "office": office,
                "organisation": "CCB",
                "task_group": "PT",
                "month": span[0],
                "minutes": 5400,
                "donors": 2,
                "method": "drivers",
            }
        )
        tables["findings"].append(
            {
                "code": "not_submitted",
                "severity": "warning",
                "table": "submissions",
                "row_key": f"{office},CCB,{span[0]}",
                "column": "state",
                "value": "missing",
                "message": f"CCB chưa đăng ký tháng {span[0][5:]}: sẽ ước tính.",
                "advice": 'Nếu không có việc, chọn "nil".',
            }
        )
    for rule in ("working_time", "forbidden_pair", "ceiling"):
        tables["rules"].append({"rule": rule, "place": office, "required": 1, "actual": 1, "broken": "no"})


_REASONS = (
    (
        "workload",
        "Khối lượng đã duyệt 5,43 FTE: 43.210 giờ công việc chia cho 1.717 giờ quỹ thời gian của một "
        "biên chế, cộng việc ước tính của các tổ chức chưa đăng ký; riêng nhóm Phong trào – vận động – "
        "thi đua chiếm 21,4 %.",
        "Approved work of 5.43 FTE: 43,210 hours over the 1,717 hours of one post.",
    ),
    ("peak", "Tháng cao điểm 06/2021 cần 6,12 FTE.", "The peak month 06/2021 needs 6.12 FTE."),
    (
        "forbidden_pair",
        "Kế toán và thủ quỹ phải do hai người làm (Luật Kế toán 88/2015 Điều 52).",
        "Accountant and cashier must be two people.",
    ),
)


def _info(tables: dict[str, pd.DataFrame], offices: int) -> dict[str, Any]:
    posts = tables["posts"]
    now = int((posts["posts"] - posts["change"]).sum())
    proposed = int(posts["posts"].sum())
    return {
        "schema": 1,
        "vitri_version": "0.1.0",
        "versions": {"ortools": "9.15.6755", "pandas": "3.1.1"},
        "scenario": {
            "code": "may-trang",
            "name": "Tám văn phòng khối tỉnh Mây Trắng (mô phỏng)",
            "name_en": "Eight shared offices of the invented province Mây Trắng",
            "synthetic": True,
            "as_of": "2021-06-01",
            "source_who": "Ban Tổ chức Tỉnh ủy Mây Trắng",
            "digest": "9f3c1e77a0b24410" * 4,
        },
        "model": {"name": "van-phong-khoi-2019", "digest": "0123456789abcdef" * 4},
        "policy": None,
        "variant": None,
        "changes": [],
        "seed": 0,
        "structure": "common",
        "sizing": "ceiling",
        "status": "optimal",
        "levels": [
            {
                "order": 1,
                "name": "unmet_minutes",
                "measure": "unmet_minutes",
                "value": 1240,
                "unit": "minutes",
                "bound": 1240,
                "gap": 0,
                "status": "optimal",
            },
            {
                "order": 2,
                "name": "posts",
                "measure": "posts",
                "value": proposed,
                "unit": "posts",
                "bound": proposed,
                "gap": 0,
                "status": "optimal",
            },
            {
                "order": 3,
                "name": "moved_people",
                "measure": "moved_people",
                "value": 8,
                "unit": "people",
                "bound": None,
                "gap": None,
                "status": "feasible",
            },
        ],
        "totals": {
            "posts": proposed,
            "posts_now": now,
            "bound": proposed,
            "unmet_minutes": 1240,
            "overtime_minutes": 35210,
        },
        "ceilings": [],
        "steps_comparison": {"sequential_posts": proposed + 6, "joint_posts": proposed},
        "audit": {"passed": True, "rules_checked": 17},
        "warnings": [],
        "result_digest": "feedc0de" * 8,
        "started_at": dt.datetime(2026, 1, 5, 8, 30).isoformat(),
        "seconds": 3.2,
    }
