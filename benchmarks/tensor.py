"""The workload of a whole country: 3,321 offices × 30 task groups × 12 months from 1.2 million registrations.

Run ``python -m benchmarks tensor [--rows N] [--offices N] [--groups N]``. The register is synthetic and is
made in memory; what is timed is `vitri.workload.compute`, in a fresh process, with its peak memory. Every sum
is checked against a plain recomputation.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import time
from types import MappingProxyType

import numpy as np
import pandas as pd

from vitri.data.fields import blank_table
from vitri.data.instance import Instance, ScenarioInfo
from vitri.data.tables import TABLES
from vitri.policy import load_model
from vitri.policy.worktime import time_fund
from vitri.workload import compute

ROWS, OFFICES, GROUPS, ORGANISATIONS, ITEMS = 1_200_000, 3_321, 30, 5, 240
LIMIT_SECONDS, LIMIT_BYTES = 10.0, 2_000_000_000
YEAR = 2026


def _table(table: str, /, **columns: object) -> pd.DataFrame:
    """Return a typed table; columns not given are blank."""
    rows = len(next(iter(columns.values())))  # type: ignore[arg-type]
    frame = blank_table(TABLES[table], rows)
    for column, values in columns.items():
        frame[column] = pd.array(values, dtype=frame[column].dtype)  # type: ignore[call-overload]
    return frame


def make(rows: int, offices: int, groups: int) -> Instance:
    """Return a synthetic register: monthly programmes of every organisation of every office."""
    rng = np.random.default_rng(YEAR)
    office = np.array([f"X{n:04d}" for n in range(offices)])
    member = np.array([f"TC{n}" for n in range(ORGANISATIONS)])
    group = np.array([f"NV{n:02d}" for n in range(groups)])
    item = np.array([f"CV{n:03d}" for n in range(ITEMS)])
    month = np.array([f"{YEAR}-{n:02d}" for n in range(1, 13)])
    # Every organisation registers in every month, so that nothing is left to estimate.
    cells = offices * ORGANISATIONS * 12
    number = np.arange(rows) % cells
    own = number % ORGANISATIONS
    tables = {name: blank_table(spec) for name, spec in TABLES.items()}
    tables["offices"] = _table("offices", code=office, name=office)
    tables["organisations"] = _table("organisations", code=member, name=member)
    tables["task_groups"] = _table("task_groups", code=group, name=group, **{"class": ["II"] * groups})
    tables["work_items"] = _table(
        "work_items", code=item, name=item, task_group=group[np.arange(ITEMS) % groups],
        unit_minutes=rng.integers(3_000, 90_000, ITEMS),
    )  # fmt: skip
    tables["registrations"] = _table(
        "registrations",
        code=np.char.add("R", np.char.zfill(np.arange(rows).astype(str), 7)),
        office=office[(number // ORGANISATIONS) % offices],
        organisation=member[own],
        work_item=item[rng.integers(0, ITEMS, rows)],
        quantity=rng.integers(1, 9, rows) * 100,
        period=month[number // (ORGANISATIONS * offices)],
        coefficient=np.array([1000, 1100, 1250])[rng.integers(0, 3, rows)],
        priority=rng.integers(1, 4, rows),
    )
    info = ScenarioInfo(
        code="tensor", name="Synthetic", model="mttq-xa-2025", first_month=month[0], last_month=month[-1],
        as_of=dt.date(YEAR, 1, 1), synthetic=True,
    )  # fmt: skip
    return Instance(info=info, tables=MappingProxyType(tables), present=frozenset(tables))


def expected(instance: Instance) -> int:
    """Return the minutes of all lines, recomputed plainly: half-up(quantity × norm × coefficient)."""
    lines = instance.tables["registrations"]
    norms = instance.tables["work_items"].set_index("code")["unit_minutes"]
    unit = lines["work_item"].map(norms).to_numpy(dtype=np.int64)
    exact = lines["quantity"].to_numpy(dtype=np.int64) * unit * lines["coefficient"].to_numpy(dtype=np.int64)
    return int(((2 * exact + 10**7) // (2 * 10**7)).sum())


def measure(rows: int, offices: int, groups: int) -> dict[str, float]:
    """Make a register and compute it in this process; return seconds, peak bytes and counts."""
    instance = make(rows, offices, groups)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    model = load_model(instance.info.model).in_force(instance.info.as_of)
    started, cpu = time.perf_counter(), time.process_time()
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "seconds": seconds, "cpu": cpu, "peak": peak, "register": before, "cells": len(work.cells),
        "minutes": int(work.lines["minutes"].sum()), "expected": expected(instance),
        "estimated": work.estimated_minutes,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure in a fresh process, print, and say whether sums and limits hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks tensor", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--offices", type=int, default=OFFICES)
    parser.add_argument("--groups", type=int, default=GROUPS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    size = (options.rows, options.offices, options.groups)
    if options.inside:
        print(json.dumps(measure(*size)))
        return 0
    command = [sys.executable, "-m", "benchmarks.tensor", "--inside"]
    command += [f"--{name}={value}" for name, value in zip(("rows", "offices", "groups"), size, strict=True)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    print(
        f"{options.offices:,} offices × {options.groups} groups × 12 months, {options.rows:,} registrations: "
        f"{found['cells']:,} cells, {found['minutes']:,} minutes"
    )
    print(f"seconds {found['seconds']:.2f}, of the processor {found['cpu']:.2f} (limit {LIMIT_SECONDS:.0f})")
    print(
        f"peak memory {found['peak'] / 1e9:.2f} GB, of which the register in memory "
        f"{found['register'] / 1e9:.2f} (limit {LIMIT_BYTES / 1e9:.0f})"
    )
    assert found["minutes"] == found["expected"], "the sum of all lines differs from a plain recomputation"
    return 0 if found["seconds"] < LIMIT_SECONDS and found["peak"] < LIMIT_BYTES else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
