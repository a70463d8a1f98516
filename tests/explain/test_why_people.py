"""Why this person: the saved month and the saved plan asked back, and the rule against each other
candidate."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitri.assigning import assign_month
from vitri.data import read
from vitri.explain.why.seat import why_seat
from vitri.explain.why.task import Month, why_official, why_task
from vitri.plan.result import Result
from vitri.solve import solve


@pytest.fixture(scope="module")
def month(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """June 2021 of the tiny scenario, assigned, saved and loaded."""
    folder = tmp_path_factory.mktemp("june") / "run"
    assign_month(read(root / "tests" / "fixtures" / "vi-du-nho"), "2021-06").save(folder)
    result = Result.load(folder)
    assert result.instance is not None
    assert result.model is not None
    return Month(result.info, result.tables, result.instance, result.model)


@pytest.fixture(scope="module")
def plan(root: Path) -> Result:
    """The tiny scenario, planned."""
    return solve(read(root / "tests" / "fixtures" / "vi-du-nho"))


def against(month: Month, task: str) -> dict[str, tuple[str, str]]:
    """Return official → (may or not, why) of everybody who does not have a task."""
    (*_, others) = why_task(month, task, "en")
    return {row[0]: (row[1], row[2]) for row in others.rows}


def test_the_accounts_are_the_accountants(month: Month) -> None:
    """R07 is CB04's own work; each of the four others is told why not, whatever keeps them."""
    first, _ = why_task(month, "R07", "en")
    assert first.title == "Why CB04 has R07"
    assert any("own position" in sentence for sentence in first.sentences)
    others = against(month, "R07")
    assert sorted(others) == ["CB01", "CB02", "CB03", "CB05"]
    assert all(text for _, text in others.values())


def test_own_work_is_closed_to_others(month: Month) -> None:
    """What is registered for one organisation's own people is closed to all others, and says so."""
    others = against(month, "R10")
    assert all(state == "may not" for state, _ in others.values())
    assert "HND's own" in others["CB04"][1]


def test_a_broken_rule_speaks_for_itself(month: Month) -> None:
    """Where a move would break a rule of the month, its own sentence is told under its own title."""
    told = [
        text
        for task in sorted(month.tasks())
        for state, text in against(month, task).values()
        if state == "breaks a rule"
    ]
    assert told
    assert any("Who works on what in the month" in text for text in told)
    assert all("overtime_cap" not in text for text in told)


def test_costs_are_those_of_single_moves(month: Month) -> None:
    """A possible move states every level it changes, or that nothing changes."""
    told = [
        text
        for task in sorted(month.tasks())
        for state, text in against(month, task).values()
        if state == "possible"
    ]
    assert told
    assert all(":" in text or text == "nothing changes" for text in told)


@pytest.mark.parametrize(("lang", "words"), [("vi", "Vì sao CB05"), ("en", "Why CB05")])
def test_a_person_is_told_with_load_and_tasks(month: Month, lang: str, words: str) -> None:
    """Load, roles and every task of an official are told, the tasks with the best other person."""
    first, tasks = why_official(month, "CB05", lang)  # type: ignore[arg-type]
    assert first.title.startswith(words)
    given = month.tables["assignments"]
    own = given[(given["official"] == "CB05") & given["registration"].notna()]
    assert len(tasks.rows) == len(own)
    assert all(row[5] for row in tasks.rows)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_seat_is_told_with_the_other_candidates(plan: Result, lang: str) -> None:
    """The accountant's seat names fit, load and the other four; elected people may not take it."""
    assert plan.instance is not None
    assert plan.model is not None
    seat, work, others = why_seat(plan.info, plan.tables, plan.instance, plan.model, "CB04", lang)  # type: ignore[arg-type]
    assert "CB04" in seat.title
    assert work.rows
    by_person = {row[0]: row[1] for row in others.rows}
    assert sorted(by_person) == ["CB01", "CB02", "CB03", "CB05"]
    elected = "chức danh bầu cử" if lang == "vi" else "elected post"
    assert all(elected in by_person[code] for code in ("CB01", "CB02", "CB03"))
    assert elected not in by_person["CB05"]


def test_a_fixed_seat_has_no_candidates(plan: Result) -> None:
    """Whoever holds a fixed post keeps it: there is nobody to compare with."""
    assert plan.instance is not None
    assert plan.model is not None
    told = why_seat(plan.info, plan.tables, plan.instance, plan.model, "CB01", "en")
    assert len(told) == 2
    assert any("fixed post" in sentence for sentence in told[0].sentences)
