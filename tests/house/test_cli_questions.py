"""`vitri questions`: a ranked table, the sentence that says what it is, and a file that opens in Excel."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest


def twins(folder: Path) -> Path:
    """Add two lines to the synthetic example that are alike in everything but the code."""
    place = folder / "registrations.csv"
    text = place.read_text(encoding="utf-8")
    head = text.splitlines()[0].split(",")
    cells = {"office": "SM", "organisation": "HND", "work_item": "TH1", "quantity": "5", "period": "2021-06",
             "basis": "registered"}  # fmt: skip
    for code in ("Z1", "Z2"):
        text += ",".join({**cells, "code": code}.get(name, "") for name in head) + "\n"
    place.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("lang", "remark"),
    [("en", "questions to ask, not findings of fault"), ("vi", "không phải kết luận sai phạm")],
)
def test_questions_are_printed_and_saved(vitri, tiny: Path, tmp_path: Path, lang: str, remark: str) -> None:
    """The twins are asked about with their lines, the remark stands below, and the file holds the ranks."""
    saved = tmp_path / "questions.csv"
    outcome = vitri("questions", twins(tiny), "-o", saved, "--lang", lang)
    assert outcome.code == 0
    assert "Z1; Z2" in outcome.out
    assert remark in outcome.out
    assert saved.read_bytes().startswith(b"\xef\xbb\xbf")
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["rank"], row["kind"], row["registrations"]) for row in rows] == [
        ("1", "duplicate", "Z1; Z2")
    ]
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_a_register_without_questions_says_so(vitri, tiny: Path) -> None:
    """The sound example has nothing to ask about, in one sentence and with exit code 0."""
    outcome = vitri("questions", tiny)
    assert (outcome.code, outcome.out.strip()) == (0, "Nothing in this register stands out.")


def test_an_existing_file_is_not_replaced(vitri, tiny: Path, tmp_path: Path) -> None:
    """`-o` refuses a file that is there already and leaves it as it is."""
    saved = tmp_path / "mine.csv"
    saved.write_text("mine", encoding="utf-8")
    assert vitri("questions", tiny, "-o", saved).code == 2
    assert saved.read_text(encoding="utf-8") == "mine"
