"""Recalculated by LibreOffice, the derivation equals vitri cell by cell, also after a norm was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from derivation_scenes import FIRST, Case

from vitri.policy.worktime import time_fund
from vitri.workload import Workload, compute

NAMES = ("small", "wisn", "cutoff", "constant", "abk", "bac-kan", "plain", "plain-edited", "wisn-edited")
LEVELS = {"position": "posts_by_position", "pool": "posts_by_pool", "office": "posts_by_office"}


@pytest.fixture(scope="module")
def works(cases: dict[str, Case]) -> dict[str, Workload]:
    """Return the workload that vitri computes for each workbook's scenario."""
    return {
        name: compute(case.instance, case.model, time_fund(case.instance, case.model))
        for name, case in cases.items()
    }


def same(ours: Any, theirs: Any) -> bool:
    """Whether two cells show the same: numbers to nine digits, blank and empty text alike."""
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return bool(theirs == pytest.approx(ours, rel=1e-9, abs=1e-9))
    return (ours if ours is not None else "") == (theirs if theirs is not None else "")


@pytest.mark.parametrize("name", [name for name in NAMES if "edited" not in name])
def test_every_formula_computes_its_stored_value(
    books: Callable[[str, bool], Any], computed: dict[str, Any], name: str
) -> None:
    """LibreOffice computes for every formula what vitri stored in its cell; no cell differs."""
    formulas, stored = books(name, False), books(name, True)
    compared, wrong = 0, []
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    compared += 1
                    ours = stored[sheet.title][cell.coordinate].value
                    theirs = computed[name][sheet.title][cell.coordinate].value
                    if not same(ours, theirs):
                        wrong.append((sheet.title, cell.coordinate, cell.value, ours, theirs))
    assert wrong == []
    assert compared > 300


def table(sheet: Any, heading: str) -> list[list[Any]]:
    """Return the rows of one block of an office's sheet, from its heading to the next one."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(at for at, row in enumerate(rows) if str(row[0] or "").startswith(heading))
    found = []
    for row in rows[start + 1 :]:
        first = str(row[0] or "")
        if len(first) > 3 and first[0].isdigit() and "." in first[:4]:
            break
        found.append(row)
    return found


def blank(row: list[Any]) -> list[Any]:
    """Return a row with blanks as empty texts."""
    return ["" if value is None else value for value in row]


@pytest.mark.parametrize("name", NAMES)
def test_posts_and_full_time_equivalents_are_those_of_the_needs(
    cases: dict[str, Case], computed: dict[str, Any], works: dict[str, Workload], name: str
) -> None:
    """Minutes, FTE, peak month and posts of every pool and task group equal the table of needs."""
    for office in cases[name].offices:
        needs = works[name].needs
        needs = needs[(needs["office"] == office)].fillna({"pool": "", "task_group": "", "peak_month": ""})
        rows = [row for row in table(computed[name][office], "4. ") if isinstance(row[FIRST], int | float)]
        expected = []
        for pool in sorted(set(needs["pool"]) - {""}):
            own = needs[needs["pool"] == pool].sort_values("task_group")
            expected += [
                (r.minutes, r.year_fte_dec4, r.peak_month, r.peak_fte_dec4, r.posts_by_pool)
                for r in pd.concat([own[own["task_group"] != ""], own[own["task_group"] == ""]]).itertuples()
            ]
        found = []
        for row in map(blank, rows[: len(expected)]):
            minutes, _, fte, peak, peak_fte, posts = row[FIRST : FIRST + 6]
            month = f"{peak[3:]}-{peak[:2]}" if peak else ""
            found.append((minutes, round(fte * 10_000), month, round(peak_fte * 10_000), posts))
        assert found == expected
        whole = needs[(needs["pool"] == "")].iloc[0]
        assert blank(rows[-1])[FIRST] == whole["minutes"]
        assert blank(rows[-1])[FIRST + 5] == whole["posts_by_office"]
        figures = [
            row for row in table(computed[name][office], "4b. ") if isinstance(row[FIRST], int | float)
        ]
        assert [row[FIRST] for row in figures[:3]] == [whole[column] for column in LEVELS.values()]
        assert figures[3][FIRST] == whole[LEVELS[cases[name].model.rounding.level]]


@pytest.mark.parametrize("name", NAMES)
def test_months_are_those_of_the_workload(
    cases: dict[str, Case], computed: dict[str, Any], works: dict[str, Workload], name: str
) -> None:
    """The office's minutes of every month, one-off work and allowances included, equal the workload."""
    months = cases[name].instance.info.months
    for office in cases[name].offices:
        cells = works[name].cells
        by_month = cells[cells["office"] == office].groupby("month")["minutes"].sum()
        rows = table(computed[name][office], "3. ")
        last = [row for row in rows if str(row[2] or "").startswith("Office: ")][-1]
        assert last[FIRST : FIRST + len(months)] == [int(by_month.get(month, 0)) for month in months]


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_those_of_the_workload(
    cases: dict[str, Case], computed: dict[str, Any], works: dict[str, Workload], name: str
) -> None:
    """The minutes of every line, and what of it is counted in each month, equal the table of lines."""
    months = cases[name].instance.info.months
    for office in cases[name].offices:
        lines = works[name].lines
        lines = lines[lines["office"] == office]
        counted = lines[lines["counted"]]
        total = 15 if len(months) <= 12 else FIRST + len(months)
        factors = {
            row[1]: row[total]
            for row in table(computed[name][office], "2. ")
            if row[1] and isinstance(row[total], int | float) and row[total]
        }
        once = counted[counted["line_minutes"] > 0].drop_duplicates("registration")
        expected = once.set_index("registration")["line_minutes"].to_dict()
        assert factors == expected
        sums: dict[tuple[str, str], int] = {}
        code = ""
        for row in table(computed[name][office], "2b. "):
            code = row[1] or ("" if row[2] and not str(row[2]).startswith("→") else code)
            keyed = str(row[-2] or "").count("/") == 2
            if keyed and code:
                for month, minutes in zip(months, row[FIRST : FIRST + len(months)], strict=True):
                    sums[code, month] = sums.get((code, month), 0) + int(minutes or 0)
        by_month = counted.groupby(["registration", "month"])["minutes"].sum()
        assert {key: value for key, value in sums.items() if value} == {
            key: value for key, value in by_month.to_dict().items() if value
        }


def test_an_edited_norm_moves_the_result(works: dict[str, Workload]) -> None:
    """The changed norm and quantity of the edited workbooks do change vitri's own result."""
    for name in ("plain", "wisn"):
        assert works[name].minutes != works[f"{name}-edited"].minutes
