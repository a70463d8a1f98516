"""Results: saved whole, loaded equal, and never trusted when something in the folder has changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vitri.plan.run_folder as run_folder
from vitri.data.instance import Instance
from vitri.errors import DataError, UsageError
from vitri.i18n import signed
from vitri.plan.result import Result
from vitri.plan.run_tables import RUN_TABLES


def assert_same(first: Result, second: Result) -> None:
    """Assert that two results hold the same information and the same tables, types included."""
    assert first.info == second.info
    assert list(first.tables) == list(second.tables)
    for name in first.tables:
        pd.testing.assert_frame_equal(first.tables[name], second.tables[name])


def codes(problem: pytest.ExceptionInfo[DataError]) -> list[tuple[str, str]]:
    """Return the code and the file of every finding."""
    return [(finding.code, finding.table) for finding in problem.value.findings]


TEXTS = (
    st.none() | st.text(max_size=12) | st.sampled_from(["NA", "nan", "null", '"', ",", "\n", "Ỷ Lan", " "])
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Int64": st.none() | st.integers(-(2**63), 2**63 - 1),
    "boolean": st.none() | st.booleans(),
    "str": TEXTS,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def frames(draw: st.DrawFn, name: str) -> pd.DataFrame:
    """Draw a frame of a run table with any values its types allow."""
    rows = draw(st.integers(0, 5))
    data = {}
    for column in RUN_TABLES[name].columns:
        values = draw(st.lists(VALUES[column.dtype], min_size=rows, max_size=rows))
        data[column.name] = pd.Series(values, dtype=column.dtype)
    return pd.DataFrame(data)


@settings(max_examples=30)
@given(data=st.data())
def test_any_tables_come_back_equal(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever texts, whole numbers and blanks the tables hold, loading gives back equal frames and types."""
    names = data.draw(st.lists(st.sampled_from(sorted(RUN_TABLES)), min_size=1, max_size=2, unique=True))
    info = data.draw(st.dictionaries(st.sampled_from(["status", "options", "totals", "changes"]), JSON))
    result = Result(info, {name: data.draw(frames(name)) for name in names})
    folder = tmp_path_factory.mktemp("any") / "run"
    result.save(folder)
    assert_same(Result.load(folder), result)


def test_a_solved_run_comes_back_equal(solved: Result, tiny: Instance, run: Path) -> None:
    """A loaded run has the same tables, information, model and scenario; files agree with result.json."""
    loaded = Result.load(run)
    assert_same(loaded, solved)
    assert loaded.digest == solved.digest
    assert loaded.model == solved.model
    assert loaded.instance is not None
    kept = loaded.instance.present
    assert kept == tiny.present - {"official_details"}
    assert loaded.instance.with_tables().digest() == loaded.instance.digest()
    told = json.loads((run / "result.json").read_text(encoding="utf-8"))
    written = {path.name for path in run.iterdir() if path.suffix == ".csv"}
    assert set(told["files"]) == written
    for file, facts in told["files"].items():
        assert facts["rows"] == len(loaded.tables[file.removesuffix(".csv")])
    assert_same(Result.load(loaded.save(run.parent / "again")), solved)


def test_personal_details_stay_out(run: Path, private_name: str) -> None:
    """No file of a run folder holds the personal details of an official."""
    assert (run / "input" / "scenario.toml").is_file()
    assert not (run / "input" / "official_details.csv").exists()
    for path in run.rglob("*"):
        if path.is_file():
            assert private_name not in path.read_text(encoding="utf-8")


def test_the_digest_leaves_clock_and_machine_out(solved: Result) -> None:
    """Another time, duration or machine gives the same digest; another figure does not."""
    later = {**solved.info, "started_at": "2030-01-01T00:00:00+00:00", "seconds": 9.5, "machine": "other"}
    assert Result(later, solved.tables).digest == solved.digest
    assert Result({**solved.info, "seed": 7}, solved.tables).digest != solved.digest
    posts = solved.table("posts")
    posts.loc[0, "posts"] += 1
    assert Result(solved.info, {**solved.tables, "posts": posts}).digest != solved.digest


def test_numbers_are_exact() -> None:
    """Whole numbers beyond the precision of floats survive the file."""
    big = 2**62 + 1
    minutes = pd.Series([big, None], dtype="Int64")
    result = Result({}, {"load": pd.DataFrame({"official": ["A", None], "assigned_minutes": minutes})})
    content = run_folder.described(result.info, result.tables)[1]["load.csv"].decode()
    assert f"A,,,{big}," in content


def spoil(run: Path, how: str) -> None:
    """Damage a run folder in one way."""
    result = run / "result.json"
    told = json.loads(result.read_text(encoding="utf-8"))
    if how == "missing":
        (run / "posts.csv").unlink()
    elif how == "changed":
        (run / "posts.csv").write_bytes((run / "posts.csv").read_bytes().replace(b",1,", b",2,", 1))
    elif how == "broken json":
        result.write_text(result.read_text(encoding="utf-8")[:200], encoding="utf-8")
    elif how == "not text":
        result.write_bytes(b"\xff\xfe\x00")
    elif how == "other json":
        result.write_text("[1, 2]", encoding="utf-8")
    elif how == "newer":
        result.write_text(json.dumps({**told, "schema": 99}), encoding="utf-8")
    elif how == "figure":
        told["totals"]["posts"] = 1
        result.write_text(json.dumps(told), encoding="utf-8")
    elif how == "odd file":
        told["files"]["../secret.csv"] = {"rows": 1, "sha256": ""}
        result.write_text(json.dumps(told), encoding="utf-8")
    elif how == "gone":
        shutil.rmtree(run)


@pytest.mark.parametrize(
    ("how", "code", "file"),
    [
        ("missing", "missing_file", "posts.csv"),
        ("changed", "changed_file", "posts.csv"),
        ("broken json", "broken_file", "result.json"),
        ("not text", "broken_file", "result.json"),
        ("other json", "broken_file", "result.json"),
        ("newer", "schema_newer", "result.json"),
        ("figure", "changed_file", "result.json"),
        ("odd file", "broken_file", "result.json"),
        ("gone", "no_run", ""),
    ],
)
def test_a_spoilt_run_is_a_finding(run: Path, how: str, code: str, file: str) -> None:
    """A file missing, changed, broken or too new is told as a finding in both languages."""
    spoil(run, how)
    with pytest.raises(DataError) as problem:
        Result.load(run)
    assert (code, file or str(run)) in codes(problem)
    for lang in ("vi", "en"):
        assert all(row["message"] and row["advice"] for row in problem.value.findings.render(lang))


def test_all_that_is_wrong_comes_at_once(run: Path) -> None:
    """Several damaged files are several findings of one error."""
    (run / "posts.csv").unlink()
    (run / "load.csv").write_text("nonsense", encoding="utf-8")
    with pytest.raises(DataError) as problem:
        Result.load(run)
    assert codes(problem) == [("changed_file", "load.csv"), ("missing_file", "posts.csv")]


@settings(max_examples=40)
@given(data=st.data())
def test_any_damaged_byte_is_found(
    solved: Result, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One changed byte anywhere is found, unless it only touches what the digest leaves out."""
    folder = tmp_path_factory.mktemp("byte") / "run"
    small = Result(solved.info, {name: solved.tables[name] for name in ("posts", "quotas", "rules")})
    small.save(folder)
    file = folder / data.draw(st.sampled_from(["result.json", "posts.csv", "quotas.csv", "rules.csv"]))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    file.write_bytes(bytes(content))
    try:
        loaded = Result.load(folder)
    except DataError:
        return
    for name in small.tables:
        pd.testing.assert_frame_equal(loaded.tables[name], small.tables[name])
    outside = ("started_at", "seconds", "machine")
    assert {k: v for k, v in loaded.info.items() if k in small.info and k not in outside} == {
        k: v for k, v in small.info.items() if k not in outside and k in loaded.info
    }


def test_a_failure_leaves_the_older_run(solved: Result, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails half-way, the run that was there is untouched and nothing else is left behind."""

    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    before = (run / "result.json").read_bytes()
    monkeypatch.setattr(run_folder, "write_folder", fail)
    with pytest.raises(OSError, match="disk full"):
        solved.save(run)
    with pytest.raises(OSError, match="disk full"):
        solved.save(run.parent / "new")
    assert (run / "result.json").read_bytes() == before
    assert [path.name for path in run.parent.iterdir()] == ["run"]
    assert_same(Result.load(run), solved)


def test_a_run_is_replaced_whole(solved: Result, run: Path) -> None:
    """Saving over a run replaces all of it; a file that only the older run had is gone."""
    small = Result(solved.info, {"posts": solved.tables["posts"]})
    small.save(run)
    assert {path.name for path in run.iterdir()} == {"posts.csv", "result.json"}
    assert [path.name for path in run.parent.iterdir()] == ["run"]


def _with_letter(place: Path) -> None:
    place.mkdir()
    (place / "letter.txt").write_text("keep", encoding="utf-8")


def _as_file(place: Path) -> None:
    place.write_text("keep", encoding="utf-8")


@pytest.mark.parametrize("make", [_with_letter, _as_file])
def test_what_is_not_a_run_is_never_replaced(
    solved: Result, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """A folder with other files, or a file, stays as it is; an empty folder may be filled."""
    place = tmp_path / "documents"
    make(place)
    with pytest.raises(UsageError):
        solved.save(place)
    kept = place / "letter.txt" if place.is_dir() else place
    assert kept.read_text(encoding="utf-8") == "keep"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert_same(Result.load(solved.save(empty)), solved)


def test_a_run_is_kept_where_asked(solved: Result, run: Path) -> None:
    """Without leave to replace, saving over an earlier run is refused."""
    with pytest.raises(UsageError) as problem:
        solved.save(run, replace=False)
    assert [finding.code for finding in problem.value.findings] == ["output_exists"]


def test_the_summary_says_what_is_proposed(solved: Result, run: Path) -> None:
    """A solved and a loaded run give the same dozen lines in both languages, with the run's figures."""
    loaded = Result.load(run)
    for lang in ("vi", "en"):
        lines = solved.summary(lang)
        assert loaded.summary(lang) == lines
        assert 8 <= len(lines) <= 14
        assert all(label and text and "{" not in text for label, text in lines)
        assert str(lines).count("\n") == len(lines) - 1
    posts = solved.info["totals"]["posts"]
    assert f"{posts} proposed" in dict(solved.summary("en"))["Posts"]
    assert "proven" in dict(solved.summary("en"))["Result"]
    vietnamese, english = (dict(solved.summary(lang)) for lang in ("vi", "en"))
    assert not set(vietnamese) & set(english)
    assert "," in vietnamese["Khối lượng công việc"]
    assert "." in english["Workload"]


def test_a_summary_needs_little() -> None:
    """A result with hardly any information still has a summary; a figure it lacks is left out."""
    assert Result({}, {}).summary("en") == []
    lines = dict(Result({"status": "feasible", "totals": {"posts": 3}}, {}).summary("en"))
    assert lines == {"Result": "keeps every rule; not proven best on every objective", "Posts": "3"}


def test_changes_carry_their_sign() -> None:
    """A change has a plus or a true minus sign; none has neither."""
    assert [signed(value, "vi") for value in (1200, -3, 0)] == ["+1.200", "−3", "0"]


def test_a_notebook_shows_the_summary(solved: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook's table is in the language asked for, Vietnamese if none, and escapes what it shows."""
    monkeypatch.setenv("VITRI_LANG", "en")
    assert "Posts" in solved._repr_html_()
    monkeypatch.delenv("VITRI_LANG")
    assert "Biên chế" in solved._repr_html_()
    odd = Result({"scenario": {"name": "<b>&"}}, {})
    assert "&lt;b&gt;&amp;" in odd._repr_html_()


def test_a_table_is_a_copy(solved: Result) -> None:
    """Changing a table given out changes nothing in the result; a table the run lacks is empty."""
    table = solved.table("posts")
    table["posts"] = 0
    assert int(solved.tables["posts"]["posts"].sum()) > 0
    assert len(Result({}, {}).table("posts")) == 0
    with pytest.raises(KeyError):
        solved.table("no_such_table")


def test_a_broken_copy_of_the_input_is_a_finding(run: Path) -> None:
    """Tables still load when the input copy is broken; asking for the scenario says what is wrong with it."""
    (run / "input" / "offices.csv").unlink()
    loaded = Result.load(run)
    assert len(loaded.summary("en")) >= 8
    with pytest.raises(DataError):
        _ = loaded.instance
    shutil.rmtree(run / "input")
    bare = Result.load(run)
    assert bare.instance is None
    assert bare.model is None
