"""Runs side by side: differences to the first, proofs kept, expectations checked, other months refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vitri.compare import Comparison, compare
from vitri.errors import UsageError
from vitri.report.comparison import write_comparison_plot, write_comparison_workbook


@dataclass
class Run:
    """An invented result: only what a comparison reads."""

    info: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def run(
    variant: str | None = None,
    posts: tuple[int, int] = (5, 6),
    unmet: int = 0,
    first: str = "2021-01",
    **info: Any,
) -> Run:
    """Build an invented run of two offices."""
    total = sum(posts)
    levels = [
        {
            "order": 1,
            "name": "mandatory work unmet",
            "measure": "unmet_minutes",
            "value": 0,
            "unit": "minutes",
            "bound": 0,
            "gap": 0,
            "status": "optimal",
        },
        {
            "order": 2,
            "name": "normal work unmet",
            "measure": "unmet_minutes",
            "value": unmet,
            "unit": "minutes",
            "bound": None,
            "gap": None,
            "status": "feasible",
        },
        {
            "order": 5,
            "name": "posts",
            "measure": "posts",
            "value": total,
            "unit": "posts",
            "bound": total,
            "gap": 0,
            "status": "optimal",
        },
    ]
    values: dict[str, Any] = {
        "scenario": {"code": "thu"},
        "model": {"name": "van-phong-khoi-2019"},
        "policy": None,
        "sizing": "ceiling",
        "structure": "common",
        "variant": variant,
        "changes": [],
        "levels": levels,
        "totals": {
            "fte_dec4": 95_000,
            "posts": total,
            "posts_now": 12,
            "unmet_minutes": unmet,
            "overtime_minutes": 0,
            "estimated_share_pct_dec2": 2317,
        },
    }
    tables = {
        "time_fund": pd.DataFrame(
            {"office": ["A", "A"], "month": [first, "2021-12"], "minutes": [8000, 8000]}
        ),
        "posts": pd.DataFrame(
            {"office": ["A", "B", "B"], "posts": [posts[0], posts[1] - 1, 1], "posts_now": [6, 5, 1]}
        ),
        "unmet": pd.DataFrame({"office": ["A"], "minutes": [unmet]}),
        "workload": pd.DataFrame({"office": ["A", "B"], "minutes": [700, 900], "estimated_minutes": [0, 90]}),
        "quotas": pd.DataFrame(
            {
                "unit": ["A", "B"],
                "ceiling": [None, 9],
                "ceiling_status": ["", "allocated"],
                "used": list(posts),
                "left": [None, 3],
            }
        ),
    }
    return Run({**values, **info}, tables)


def figures(comparison: Comparison, measure: str) -> list[tuple[int, int]]:
    """Return (value, difference) of one total, run by run."""
    rows = comparison.totals[comparison.totals["measure"] == measure]
    return list(zip(rows["value"].astype(int), rows["difference"].astype(int), strict=True))


def test_differences_are_to_the_first_run() -> None:
    """Every later run shows its difference to the base, in totals, offices, levels and quotas."""
    found = compare([run(), run("cat", posts=(5, 4), unmet=1200), run("them", posts=(7, 6))])
    assert found.runs == ("thu", "cat", "them")
    assert figures(found, "posts") == [(11, 0), (9, -2), (13, 2)]
    assert figures(found, "unmet_minutes") == [(0, 0), (1200, 1200), (0, 0)]
    assert figures(found, "fte") == [(95_000, 0)] * 3
    offices = found.by_office.set_index(["run", "office"])
    assert int(offices.loc[("cat", "B"), "difference"]) == -2
    assert int(offices.loc[("cat", "A"), "unmet_difference"]) == 1200
    levels = found.by_level.set_index(["run", "order"])
    assert int(levels.loc[("them", 5), "difference"]) == 2
    quotas = found.quotas.set_index(["run", "unit"])
    assert int(quotas.loc[("cat", "B"), "difference"]) == -2
    assert pd.isna(quotas.loc[("cat", "A"), "ceiling"])


def test_proof_and_estimated_share_stand_beside_each_figure() -> None:
    """Status, bound, gap and estimated share travel with the totals; a figure not proven is marked."""
    found = compare([run(), run("cat", unmet=5)])
    totals = found.totals.set_index(["run", "measure"])
    assert totals.loc[("thu", "posts"), "status"] == "optimal"
    assert int(totals.loc[("thu", "posts"), "bound"]) == 11
    assert totals.loc[("cat", "unmet_minutes"), "status"] == "feasible"
    assert set(found.totals["estimated_share_pct"]) == {2317}
    table = {row[0]: row[1:] for row in found.table("en")}
    assert table["Work left undone, minutes"] == ["0 *", "5 * (+5)"]
    assert table["Posts proposed"] == ["11", "11 (0)"]


def test_table_in_both_languages() -> None:
    """Rows of text use the reader's words and decimal mark."""
    found = compare([run(), run("cat", posts=(5, 5))])
    vietnamese = {row[0]: row[1:] for row in found.table("vi")}
    english = {row[0]: row[1:] for row in found.table("en")}
    assert vietnamese["Biên chế đề nghị"] == ["11", "10 (-1)"]
    assert vietnamese["Khối lượng quy ra người làm cả năm"][0] == "9,50"
    assert english["Work, full-time equivalents"][0] == "9.50"
    assert english["Estimated share of the work"][0] == "23.2 %"
    assert {len(row) for row in found.table("vi")} == {3}
    assert found.office_table("en") == [
        ["Office", "thu", "cat"],
        ["A", "5", "5 (0)"],
        ["B", "6", "5 (-1)"],
    ]


@pytest.mark.parametrize(
    ("direction", "met"),
    [("down", True), ("not_up", True), ("up", False), ("not_down", False), ("same", False)],
)
def test_expected_directions_are_checked(direction: str, met: bool) -> None:
    """A variant's expectation is met or not; one that is not is also a warning."""
    wish = [{"measure": "posts", "direction": direction}]
    found = compare([run(), run("cat", posts=(5, 4), expected=wish)])
    (row,) = found.expected.to_dict("records")
    assert (row["run"], row["base"], row["value"], row["met"]) == ("cat", 11, 9, met)
    assert [finding.code for finding in found.findings] == ([] if met else ["expectation_missed"])
    assert ("NOT met" in found.text("en")) is not met


def test_expectations_are_found_in_the_kept_input(root: Any) -> None:
    """Where the record of a run has none, the variant in the run's own input is asked."""
    from vitri.data import read

    other = run("cat-5-phan-tram", posts=(5, 4), unmet=900)
    other.instance = read(root / "scenarios" / "bac-kan-2021")  # type: ignore[attr-defined]
    found = compare([run(), other])
    assert dict(zip(found.expected["measure"], found.expected["met"], strict=True)) == {
        "posts": True,
        "unmet_minutes": True,
        "fte": True,
    }


def test_a_figure_that_is_missing_is_not_met_nor_missed() -> None:
    """An expectation about a figure no run has cannot be checked, and says so."""
    found = compare([run(), run("cat", expected=[{"measure": "salary", "direction": "down"}])])
    assert found.expected["met"].isna().all()
    assert "cannot be checked" in found.text("en")
    assert len(found.findings) == 0


def test_other_months_are_refused() -> None:
    """Runs over different months are never compared, with or without a time fund in the record."""
    with pytest.raises(UsageError) as error:
        compare([run(), run("cat", first="2021-02")])
    assert [finding.code for finding in error.value.findings] == ["different_horizon"]
    scenario = {"code": "thu", "first_month": "2021-01", "last_month": "2022-12"}
    with pytest.raises(UsageError):
        compare([run(), run("cat", scenario=scenario)])


def test_other_settings_are_said() -> None:
    """Another scenario, model or sizing is compared, with a warning for each."""
    found = compare([run(), run("cat", model={"name": "mttq-xa-2025"}, sizing="need")])
    assert [(f.code, f.column, f.severity) for f in found.findings] == [
        ("different_setting", "model", "warning"),
        ("different_setting", "sizing", "warning"),
    ]
    assert "mttq-xa-2025" in found.text("vi")


def test_fewer_than_two_runs() -> None:
    """One run has nothing to be compared with."""
    with pytest.raises(UsageError):
        compare([run()])


def test_runs_of_one_name_are_numbered_and_changes_told() -> None:
    """Two runs of one scenario get different names; the sentences of a variant's changes are shown."""
    change = {"do": "cut_quota", "sentence_vi": "Giảm 5 %.", "sentence_en": "Cut by 5 %."}
    found = compare([run(), run(), run("cat", changes=[change])])
    assert found.runs == ("thu", "thu #2", "cat")
    assert "cat: Giảm 5 %." in found.text("vi")
    assert "cat: Cut by 5 %." in found.text("en")


def test_missing_tables_leave_blanks() -> None:
    """A run without quotas, workload or unmet table is still compared; what is missing is blank or zero."""
    bare = run("cat")
    bare.tables = {"time_fund": bare.tables["time_fund"]}
    found = compare([run(), bare])
    assert set(found.by_office["run"]) == {"thu"}
    assert found.office_table("en")[1] == ["A", "5", "–"]


def with_work(run: Run, shared: int, undone: int, copies: int) -> Run:
    """Give a run one shared cell that two organisations fill 3 to 1, and overhead in so many copies."""
    cell = {"office": "A", "pool": "shared", "task_group": "TH", "month": "2021-01"}
    lines = [
        {**cell, "registration": "R1", "organisation": "MTTQ", "minutes": 3 * shared, "counted": True},
        {**cell, "registration": "R2", "organisation": "HND", "minutes": shared, "counted": True},
        {**cell, "registration": "R3", "organisation": "HND", "minutes": 999, "counted": False},
    ]
    lines += [
        {**cell, "registration": "K", "organisation": "", "task_group": "KT", "minutes": 50,
         "pool": f"own.{index}", "pooling": "repeated", "counted": True}
        for index in range(copies)
    ]  # fmt: skip
    run.tables["workload_lines"] = pd.DataFrame(lines)
    run.tables["unmet"] = pd.DataFrame([{**cell, "minutes": undone}])
    return run


def test_shared_undone_work_is_divided_by_what_was_asked() -> None:
    """Undone minutes of a shared cell go to organisations in proportion, exactly, and show who loses."""
    found = compare([with_work(run(), 100, 0, 1), with_work(run("cat"), 100, 41, 1)])
    own = found.by_organisation[found.by_organisation["run"] == "cat"].set_index("organisation")
    assert own["unmet_minutes"].to_dict() == {"": 0, "HND": 10, "MTTQ": 31}
    assert int(own["minutes"].loc["HND"]) == 100
    gains = found.gains[found.gains["kind"] == "organisation"].set_index("code")["verdict"].to_dict()
    assert gains == {"": "same", "HND": "loses", "MTTQ": "loses"}
    assert "losing:" in found.paragraph("en")


def test_overhead_done_more_than_once_is_counted() -> None:
    """Copies of one line of overhead beyond the first are what separate staff costs, in the words too."""
    found = compare([with_work(run(), 100, 0, 1), with_work(run("dung"), 100, 0, 5)])
    assert figures(found, "repeated_minutes") == [(0, 0), (200, 200)]
    assert "3 hours a period of overhead are done more than once" in found.paragraph("en")


def test_dominance_is_told_level_by_level() -> None:
    """More undone work with as many posts is worse on every objective; fewer posts as well is mixed."""
    worse = compare([run(), run("a", unmet=60)]).verdicts[0]
    assert (worse.verdict, worse.level, worse.before, worse.after, worse.proven) == (
        "worse",
        "normal work unmet",
        0,
        60,
        False,
    )
    found = compare([run(unmet=5), run("b", posts=(5, 5), unmet=60), run("c", unmet=5)])
    assert [(v.other, v.run, v.verdict) for v in found.verdicts] == [
        ("thu", "b", "mixed"),
        ("thu", "c", "equal"),
        ("b", "c", "mixed"),
    ]
    assert "rank: thu = c > b" in found.paragraph("en")


def test_other_months_are_compared_when_asked_for() -> None:
    """Asked for, runs of other months are laid side by side, with a warning that names the months."""
    found = compare([run(), run("cat", first="2021-02")], different_months=True)
    assert [(f.code, f.severity) for f in found.findings] == [("different_horizon", "warning")]
    assert "2021-02" in found.text("en")


def test_what_differs_in_rules_is_said_first(root: Path) -> None:
    """Runs under other settings or norms begin with the difference, item by item."""
    from vitri.data import read

    base, other = run(), run("so", policy="khac")
    base.instance = read(root / "scenarios" / "bac-kan-2021")  # type: ignore[attr-defined]
    items = base.instance.table("work_items").copy()  # type: ignore[attr-defined]
    items.loc[items["code"] == "KT1", "unit_minutes"] = 48000
    other.instance = base.instance.with_tables(work_items=items)  # type: ignore[attr-defined]
    found = compare([base, other])
    assert found.policies[["kind", "what", "base", "value"]].to_numpy().tolist() == [
        ["setting", "policy", "–", "khac"],
        ["norm", "KT1 unit_minutes", "960", "480"],
    ]
    lines = found.text("en").splitlines()
    assert lines[0] == "What differs in rules and settings:"
    assert lines[2] == "so: KT1 unit_minutes is 480, the base has 960."


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_comparison_workbook_and_picture(tmp_path: Path, lang: str) -> None:
    """The workbook holds the paragraph, six sheets and the figures in hours; the picture is sound SVG."""
    import xml.etree.ElementTree as ET

    import openpyxl

    results = [with_work(run(), 100, 0, 1), with_work(run("dung", unmet=120), 100, 41, 5)]
    found = compare(results)
    path = write_comparison_workbook(found, results, tmp_path / "so.xlsx", lang)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 6
    texts = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert found.paragraph(lang) in texts  # type: ignore[arg-type]
    title = {"vi": "Việc chưa làm được", "en": "Work the plan leaves undone"}[lang]
    assert texts[texts.index(title) + 2 : texts.index(title) + 4] == [0, 2]
    picture = write_comparison_plot(found, tmp_path / "so.svg", lang)  # type: ignore[arg-type]
    assert ET.fromstring(picture.read_text(encoding="utf-8")).tag.endswith("svg")
