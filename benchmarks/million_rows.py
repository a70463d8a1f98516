"""Read and check a million registration rows in a fresh process; print seconds and peak memory.

Run ``python benchmarks/million_rows.py [ROWS]``. The scenario is synthetic and is made in a temporary folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 1_000_000
OFFICES, ORGANISATIONS, GROUPS, ITEMS = 92, 6, 18, 240
LIMIT_SECONDS, LIMIT_BYTES = 20.0, 2_000_000_000

READER = """
import json, resource, sys, time
started = time.perf_counter()
from vitri.data import check
instance, findings = check(sys.argv[1])
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
rows = 0 if instance is None else len(instance.tables["registrations"])
print(json.dumps({"seconds": seconds, "peak": peak, "rows": rows, "errors": len(findings.errors),
                  "warnings": len(findings.warnings)}))
"""

SETTINGS = """schema = 1
code = "million"
name = "A million synthetic rows"
synthetic = true
model = "van-phong-khoi-2019"
first_month = "2021-01"
last_month = "2021-12"
"""


def make(folder: Path, rows: int) -> None:
    """Write a synthetic scenario with this many registrations."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2021)
    (folder / "scenario.toml").write_text(SETTINGS, encoding="utf-8")
    offices = [f"VP{number:03d}" for number in range(OFFICES)]
    organisations = [f"TC{number}" for number in range(ORGANISATIONS)]
    groups = [f"NV{number:02d}" for number in range(GROUPS)]
    items = [f"CV{number:03d}" for number in range(ITEMS)]
    pd.DataFrame({"code": offices, "name": [f"Văn phòng {code}" for code in offices]}).to_csv(
        folder / "offices.csv", index=False
    )
    pd.DataFrame({"code": organisations, "name": [f"Tổ chức {code}" for code in organisations]}).to_csv(
        folder / "organisations.csv", index=False
    )
    pd.DataFrame({"code": groups, "name": [f"Nhóm {code}" for code in groups], "class": "II"}).to_csv(
        folder / "task_groups.csv", index=False
    )
    minutes = rng.integers(30, 2_000, ITEMS)
    pd.DataFrame(
        {
            "code": items,
            "name": [f"Công việc {code}" for code in items],
            "task_group": [groups[number % GROUPS] for number in range(ITEMS)],
            "unit_minutes": minutes,
        }
    ).to_csv(folder / "work_items.csv", index=False)
    months = np.array([f"2021-{number:02d}" for number in range(1, 13)])
    chosen = rng.integers(0, 12, rows)
    days = rng.integers(1, 29, rows)
    due = [f"2021-{month + 1:02d}-{day:02d}" for month, day in zip(chosen, days, strict=True)]
    frame = pd.DataFrame(
        {
            "code": [f"R{number:07d}" for number in range(rows)],
            "office": np.array(offices)[rng.integers(0, OFFICES, rows)],
            "organisation": np.array([*organisations, ""])[rng.integers(0, ORGANISATIONS + 1, rows)],
            "work_item": np.array(items)[rng.integers(0, ITEMS, rows)],
            "task_name": [f"Việc số {number} của chương trình tháng" for number in range(rows)],
            "quantity": rng.integers(1, 40, rows),
            "approved_quantity": "",
            "period": months[chosen],
            "due_date": due,
            "coefficient": np.array(["1", "1.1", "1.25"])[rng.integers(0, 3, rows)],
            "kind": np.array(["program", "order", "urgent"])[rng.integers(0, 3, rows)],
            "status": "approved",
            "basis": "registered",
            "priority": rng.integers(1, 4, rows),
            "note": "",
        }
    )
    frame.to_csv(folder / "registrations.csv", index=False)


def measure(folder: Path) -> dict[str, float]:
    """Read and check the scenario in a fresh process; return seconds, peak bytes and counts."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder)], check=True, capture_output=True, text=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> int:
    """Make the scenario, measure, print, and say whether the limits hold."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "million"
        make(folder, rows)
        size = (folder / "registrations.csv").stat().st_size
        result = measure(folder)
    print(f"rows {result['rows']:,.0f} ({size / 1e6:,.0f} MB of CSV), errors {result['errors']:.0f}")
    print(f"seconds {result['seconds']:.1f} (limit {LIMIT_SECONDS:.0f})")
    print(f"peak memory {result['peak'] / 1e9:.2f} GB (limit {LIMIT_BYTES / 1e9:.0f})")
    held = result["rows"] == rows and result["seconds"] < LIMIT_SECONDS and result["peak"] < LIMIT_BYTES
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
