"""The ranked table of questions: from a scenario, on the shipped ones, and on synthetic registers."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from vitri.data import read
from vitri.data.abk import import_abk
from vitri.data.instance import Instance
from vitri.i18n import catalogue
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.workload import compute, questions
from vitri.workload.quality import KINDS
from vitri.workload.quality.table import COLUMNS

from .frames import fund, instance, model

FORBIDDEN = ("cheat", "fraud", "padd", "inflat", "fake", "gian lận", "khai khống", "gian dối", "bịa")


def ask(data: Instance, lang: str = "en") -> pd.DataFrame:
    """Compute a scenario and return its questions."""
    rules = model_for(data)
    minutes = time_fund(data, rules)
    return questions(data, rules, compute(data, rules, minutes), minutes, lang)  # type: ignore[arg-type]


def doubtful() -> Instance:
    """An invented register: one office gives 600 minutes where six others give 60; two lines are twins."""
    offices = [{"code": f"A{number}"} for number in range(7)]
    rows = [
        {"code": f"N{number}", "office": f"A{number}", "work_item": "CV1", "quantity": 50, "period": "2021",
         "unit_minutes": 600 if number == 6 else 60}
        for number in range(7)
    ]  # fmt: skip
    twin = {"office": "A1", "organisation": "HND", "work_item": "CV2", "quantity": 5, "period": "2021-02"}
    rows += [{"code": "D1", **twin}, {"code": "D2", **twin}]
    return instance(
        offices=offices,
        organisations=[{"code": "HND"}],
        task_groups=[{"code": "TH", "class": "II"}],
        work_items=[
            {"code": "CV1", "task_group": "TH", "unit_minutes": 60},
            {"code": "CV2", "task_group": "TH", "unit_minutes": 90},
        ],
        registrations=rows,
        estimate=False,
    )


def table_of(data: Instance, lang: str) -> pd.DataFrame:
    """Return the questions of an instance of the tests."""
    minutes = fund(data, 8_000)
    return questions(data, model(), compute(data, model(), minutes), minutes, lang)  # type: ignore[arg-type]


def test_the_table_is_ranked_and_names_where_to_ask() -> None:
    """The far norm comes first with its office, item and line, the twins after it; weight is the order."""
    found = table_of(doubtful(), "en")
    assert list(found.columns) == list(COLUMNS)
    assert list(found["rank"]) == list(range(1, len(found) + 1))
    assert found["weight"].is_monotonic_decreasing
    first = found.iloc[0]
    assert (first["kind"], first["office"], first["work_item"]) == ("norm_differs", "A6", "CV1")
    assert (first["task_group"], first["registrations"]) == ("TH", "N6")
    assert (first["seen"], first["usual"]) == ("600 minutes", "60 minutes")
    twins = found[found["kind"] == "duplicate"].iloc[0]
    assert (twins["registrations"], twins["organisation"], twins["minutes"]) == ("D1; D2", "HND", 450)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_questions_ask_and_never_accuse(lang: str) -> None:
    """Every wording of a question asks, names an innocent reason, and holds no word of blame."""
    found = table_of(doubtful(), lang)
    reason = {"vi": "Lý do bình thường", "en": "nnocent reason"}[lang]
    assert len(found)
    texts = [str(text) for text in found["question"]]
    english = [text for text in catalogue("vi") if "nnocent reason" in text]
    texts += english if lang == "en" else [catalogue("vi")[text] for text in english]
    assert len(texts) > 12
    for text in texts:
        assert "?" in text
        assert reason in text
        assert not any(word in text.casefold() for word in FORBIDDEN)


def test_the_same_register_gives_the_same_questions_in_any_order() -> None:
    """Turning the rows of the register round changes neither ranks nor figures."""
    data = doubtful()
    turned = data.with_tables(registrations=data.tables["registrations"].iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(table_of(data, "en"), table_of(turned, "en"))


def test_an_empty_register_has_no_questions() -> None:
    """A register without counted lines gives an empty table with all columns and their types."""
    empty = instance(
        offices=[{"code": "A"}], organisations=[{"code": "HND"}],
        task_groups=[{"code": "TH", "class": "II"}], registrations=[], estimate=False,
    )  # fmt: skip
    found = table_of(empty, "vi")
    assert len(found) == 0
    assert list(found.columns) == list(COLUMNS)
    assert found["weight"].dtype == "int64"


@pytest.mark.parametrize("name", ["bac-kan-2021", "thai-nguyen-2026"])
def test_shipped_scenarios_have_few_questions_and_no_strong_one(root: Path, name: str) -> None:
    """The honest synthetic scenarios give at most five questions, none of the first rank of strength."""
    found = ask(read(root / "scenarios" / name))
    assert len(found) <= 5
    assert (found["strength"] < 40).all()


def test_the_real_register_is_asked_about_its_fractions(root: Path) -> None:
    """On the real register the needs just under whole posts come first, in under two seconds."""
    folder = root.parent / "shared" / "data" / "abk-provincial"
    if not folder.is_dir():
        pytest.skip(f"the register is not at {folder}")
    data = import_abk(folder)
    rules = model_for(data)
    minutes = time_fund(data, rules)
    work = compute(data, rules, minutes)
    start = time.process_time()
    found = questions(data, rules, work, minutes, "en")
    assert time.process_time() - start < 2
    assert found.iloc[0]["kind"] == "just_under_whole"
    assert found.iloc[0]["seen"] == "94 of 195"
    assert 3 <= len(found) <= 15
    assert set(found["kind"]) <= set(KINDS)


def benchmark(root: Path, name: str) -> ModuleType:
    """Import a module of the benchmarks."""
    sys.path.insert(0, str(root))
    try:
        return importlib.import_module(f"benchmarks.{name}")
    finally:
        sys.path.remove(str(root))


def test_inflated_registers_are_told_from_honest_ones(root: Path) -> None:
    """On 40 synthetic registers of a fixed seed: AUC at least 0.9 on strong padding, 5 % false alarms."""
    padding = benchmark(root, "padding")
    plain, bent = padding.measure(40, seed=11)
    honest = plain[padding.TOGETHER]
    strong = [
        score
        for (style, level), rows in bent.items()
        if level == "strong" and style not in padding.HARD
        for score in rows[padding.TOGETHER]
    ]
    assert len(strong) >= 40
    assert padding.auc(honest, strong) >= 0.9
    assert (honest >= padding.ASK_FIRST).mean() <= 0.05


def test_the_benchmark_runs_quickly_and_prints_its_table(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m benchmarks padding --quick` prints one row for each sign that spoke, and all together."""
    padding = benchmark(root, "padding")
    assert padding.main(["--quick"]) == 0
    printed = capsys.readouterr().out
    assert "together" in printed
    assert "just_under_whole" in printed
    assert "24 honest registers" in printed
