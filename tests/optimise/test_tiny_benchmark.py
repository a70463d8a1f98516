"""The benchmark that tries everything on tiny cases: right answers pass, a wrong one is told."""

import pytest
from benchmarks import tiny
from benchmarks.oracles import structure


def test_every_question_is_asked_and_right(capsys: pytest.CaptureFixture[str]) -> None:
    """A few cases of every question: one line each, nothing wrong, exit code 0."""
    assert tiny.main(["--cases", "6"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [text[:22].strip() for text in told] == [*tiny.QUESTIONS, "pooled, separate"]
    assert all("wrong   0" in text and "points      0" not in text for text in told)


def test_a_wrong_answer_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the least of everything tried is lower than what was proven, the case is named."""
    least = structure.brute_force
    monkeypatch.setattr(structure, "brute_force", lambda *case: (least(*case) or 0) - 1)
    monkeypatch.setattr(tiny, "QUESTIONS", {"structure": tiny.nested_structure})
    monkeypatch.setattr(tiny, "pooled", lambda count: [])
    assert tiny.main(["--cases", "3"]) == 1
    assert "case 0:" in capsys.readouterr().out
