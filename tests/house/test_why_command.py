"""`vitri why`: an answer for a run, a table, and a sentence for every wrong question."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest


@pytest.mark.parametrize(("lang", "words"), [("en", "has 5 posts"), ("vi", "có 5 biên chế")])
def test_an_office_is_explained(vitri, tiny_run: Path, lang: str, words: str) -> None:
    """The office's five posts are explained, bounds included, in both languages."""
    outcome = vitri("why", tiny_run, "--office", "SM", "--lang", lang)
    assert outcome.code == 0
    assert words in outcome.out
    assert outcome.out.count("67") >= 2
    assert ("they hold" if lang == "en" else "đều đúng") in outcome.out


def test_the_chain_is_saved(vitri, tiny_run: Path, tmp_path: Path) -> None:
    """`-o` writes the items as a table that Excel opens, and replaces nothing."""
    saved = tmp_path / "chain.csv"
    assert vitri("why", tiny_run, "--office", "SM", "-o", saved).code == 0
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["minutes"]) for row in rows) == 45_120
    assert vitri("why", tiny_run, "--office", "SM", "-o", saved).code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "not said what to explain"),
        (["--office", "SN"], "codes are: SM"),
        (["--office", "SM", "--position", "VT09"], 'no "VT09"'),
    ],
)
def test_a_wrong_question_is_told(vitri, tiny_run: Path, arguments: list[str], words: str) -> None:
    """What is missing or unknown is said with what there is, and the exit code is that of wrong use."""
    outcome = vitri("why", tiny_run, *arguments)
    assert outcome.code == 2
    assert words in outcome.err


def test_a_changed_run_is_refused(vitri, tiny_run: Path, tmp_path: Path) -> None:
    """A run in which somebody wrote is not explained."""
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    posts = run / "posts.csv"
    posts.write_text(posts.read_text(encoding="utf-8").replace(",1,1,1,", ",2,1,1,", 1), encoding="utf-8")
    outcome = vitri("why", run, "--office", "SM")
    assert outcome.code == 1
    assert "posts.csv was changed" in outcome.err


def test_people_are_explained_from_both_kinds_of_run(
    vitri, tiny: Path, tiny_run: Path, tmp_path: Path
) -> None:
    """`--official` works on a plan and on a month, `--task` on a month only; other runs are refused."""
    month = tmp_path / "june"
    assert vitri("assign", tiny, "--month", "2021-06", "--out", month).code == 0
    assert "Why CB04 has this seat" in vitri("why", tiny_run, "--official", "CB04").out
    assert "Why CB04 has this work" in vitri("why", month, "--official", "CB04").out
    assert "Why CB04 has R07" in vitri("why", month, "--task", "R07").out
    refused = vitri("why", tiny_run, "--task", "R07")
    assert (refused.code, "not the assignment of a month" in refused.err) == (1, True)
    refused = vitri("why", month, "--office", "SM")
    assert (refused.code, "no plan of posts" in refused.err) == (1, True)
    refused = vitri("whynot", month, "--office", "SM", "--posts", "6")
    assert (refused.code, "no plan of posts" in refused.err) == (1, True)
    assert vitri("why", month, "--task", "R7").code == 2
    assert vitri("why", month, "--official", "CB4").code == 2
    assert vitri("why", tiny_run, "--office", "SM", "--official", "CB04").code == 2


def test_why_not_another_number(vitri, tiny_run: Path, tmp_path: Path) -> None:
    """`whynot` tells what one post fewer takes, saves it as a variant, and refuses the number of the plan."""
    saved = tmp_path / "variants"
    outcome = vitri("whynot", tiny_run, "--office", "SM", "--posts", "4", "--lever", "work", "-o", saved)
    assert outcome.code == 0
    assert "has 5 posts and not 4" in outcome.out
    assert "it is 4" in outcome.out
    assert (saved / "SM-4-work.toml").is_file()
    same = vitri("whynot", tiny_run, "--office", "SM", "--posts", "5")
    assert (same.code, "5 posts already" in same.err) == (2, True)
