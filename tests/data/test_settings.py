"""The settings of a scenario: every key checked, wrong ones named with the right one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from vitri.data import check
from vitri.data.scenario_file import MAX_MONTHS, SETTINGS, read_settings

GOOD: dict[str, Any] = {
    "schema": 1,
    "name": "Mẫu",
    "model": "van-phong-khoi-2019",
    "first_month": "2021-01",
    "last_month": "2021-12",
}


def codes(**changes: Any) -> list[tuple[str, str]]:
    """Return (code, key) of the findings on the good settings with changes; None takes a key out."""
    values = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return [(f.code, f.column) for f in read_settings(values, "scenario.toml", "mau").findings]


def test_good_settings_take_their_defaults() -> None:
    """The five required keys are enough; as_of is the first day, the code comes from the folder."""
    settings = read_settings(GOOD, "scenario.toml", "mau")
    assert settings.findings == ()
    info = settings.info
    assert (info.code, info.as_of, info.structure, info.sizing) == (
        "mau",
        dt.date(2021, 1, 1),
        "common",
        None,
    )
    assert (info.format_decimal, info.format_delimiter, info.estimate_enabled) == ("dot", ",", True)
    assert len(info.months) == 12


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"first_mont": "2021-01"}, ("unknown_key", "first_mont")),
        ({"estimate": {"enable": True}}, ("unknown_key", "estimate.enable")),
        ({"format": {"decimal": "coma"}}, ("bad_setting", "format.decimal")),
        ({"structure": "shared"}, ("bad_setting", "structure")),
        ({"first_month": "01/2021"}, ("bad_setting", "first_month")),
        ({"as_of": "2021-02-30"}, ("bad_setting", "as_of")),
        ({"code": "mã sai"}, ("bad_setting", "code")),
        ({"schema": None}, ("missing_setting", "schema")),
        ({"name": "  "}, ("missing_setting", "name")),
        ({"model": None}, ("missing_setting", "model")),
        ({"schema": 2}, ("schema_newer", "schema")),
        ({"schema": 0}, ("schema_upgraded", "schema")),
        ({"last_month": "2020-12"}, ("horizon_order", "last_month")),
        ({"last_month": "2026-01"}, ("horizon_long", "last_month")),
        ({"synthetic": "maybe"}, ("bad_setting", "synthetic")),
    ],
)
def test_a_wrong_setting_is_one_finding(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    """Each wrong key or value gives exactly one finding at its key."""
    assert codes(**changes) == [expected]


def test_the_nearest_key_is_named() -> None:
    """A misspelt key is answered with the nearest valid one, in both languages."""
    (finding,) = read_settings({**GOOD, "modle": "x"}, "scenario.toml", "mau").findings
    assert finding.render("en")["advice"] == 'Did you mean "model"?'
    assert finding.render("vi")["advice"] == 'Có phải "model"?'


def test_sixty_months_are_the_longest_horizon() -> None:
    """Sixty months pass, sixty-one do not."""
    assert MAX_MONTHS == 60
    assert codes(last_month="2025-12") == []
    assert codes(last_month="2026-01") == [("horizon_long", "last_month")]


def test_every_setting_is_held_by_the_info() -> None:
    """Every declared key has its attribute, and every attribute its key."""
    from dataclasses import fields

    from vitri.data.instance import ScenarioInfo

    assert {key.name.replace(".", "_") for key in SETTINGS} == {f.name for f in fields(ScenarioInfo)}


@pytest.mark.parametrize("text", ["schema = ", "first_month = 2021-01", "[format\n"])
def test_broken_toml_is_one_finding(tiny: Any, tmp_path: Path, text: str) -> None:
    """A scenario.toml that cannot be read gives one finding with the line, and no traceback."""
    folder = tiny.write(tmp_path / "s")
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    instance, findings = check(folder)
    assert instance is None
    assert [f.code for f in findings] == ["broken_toml"]


def test_settings_and_tables_are_checked_together(tiny: Any, tmp_path: Path) -> None:
    """A wrong setting does not hide wrong cells."""
    folder = tiny.line("R09", quantity="-4").write(tmp_path / "s")
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write('struktur = "free"\n')
    _, findings = check(folder)
    assert [f.code for f in findings] == ["unknown_key", "negative"]
