"""Variant files: what is refused, that everything comes at once, and chains of variants."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.variant import Variant, apply, chain, find, parse, read_variant
from vitri.variant.registry import CHANGES

Build = Callable[..., Instance]


def raw(*changes: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Return the content of a variant file."""
    return {"name": "thu", "why": "thử", "change": list(changes), **keys}


def codes(error: pytest.ExceptionInfo[DataError]) -> list[tuple[str, str]]:
    """Return (code, column) of every finding."""
    return [(finding.code, finding.column) for finding in error.value.findings]


@pytest.mark.parametrize("scenario", ["bac-kan-2021", "thai-nguyen-2026"])
def test_every_shipped_variant_applies(root: Path, scenario: str, request: pytest.FixtureRequest) -> None:
    """Each shipped variant has the name of its file, an expectation, and touches rows of its scenario."""
    instance = request.getfixturevalue(scenario.replace("-", "_").rsplit("_", 1)[0])
    assert sorted(
        path.stem for path in (root / "scenarios" / scenario / "variants").glob("*.toml")
    ) == sorted(instance.variants)
    for name in instance.variants:
        variant = find(instance, name)
        assert variant.name == name
        assert variant.expected
        changed, reports = apply(instance, variant)
        assert changed.digest() != instance.digest()
        assert all(report.rows_touched > 0 for report in reports)


def test_all_mistakes_come_at_once() -> None:
    """Unknown keys, unknown kinds, bad values and bad expectations of one file are all reported together."""
    with pytest.raises(DataError) as error:
        parse(
            raw(
                {"do": "scale_wrok", "by": 2},
                {"do": "scale_work", "by": -1},
                {"do": "scale_work", "by": 1.1, "wher": {}},
                {"do": "cut_quota", "by_pct": 5},
                {"do": "set_pool", "where": {"ofice": "A"}, "pool": "own"},
                {"do": "set_structure", "value": "fre"},
                expected=[{"measure": "posts", "direction": "sideways"}],
                whyy="?",
            ),
            "thu",
        )
    assert codes(error) == [
        ("unknown_key", "whyy"),
        ("variant_bad_value", "expected 1"),
        ("variant_unknown_do", "do"),
        ("variant_bad_value", "by"),
        ("unknown_key", "wher"),
        ("missing_value", "where.unit"),
        ("unknown_column", "where.ofice"),
        ("variant_bad_value", "value"),
    ]
    shown = {finding.column: finding.render("en") for finding in error.value.findings}
    assert "where" in shown["wher"]["advice"]
    assert "scale_work" in shown["do"]["advice"]
    assert "office" in shown["where.ofice"]["advice"]
    assert shown["do"]["row_key"] == "change 1"
    vietnamese = [finding.render("vi") for finding in error.value.findings]
    assert all(row["message"] not in {other["message"] for other in shown.values()} for row in vietnamese)


@pytest.mark.parametrize("do", ["swap_people", "close_office"])
def test_a_kind_not_made_yet_names_those_that_are(do: str) -> None:
    """A kind that this version cannot make is refused, with the list of those it can."""
    with pytest.raises(DataError) as error:
        parse(raw({"do": do}), "thu")
    advice = next(iter(error.value.findings)).render("vi")["advice"]
    assert all(known in advice for known in CHANGES)


def test_a_variant_needs_name_why_and_a_change() -> None:
    """A file without name, reason or change is refused, each lack by name."""
    with pytest.raises(DataError) as error:
        parse({}, "thu")
    assert [column for _, column in codes(error)] == ["name", "why", "change"]


def test_numbers_stay_exact(tmp_path: Path) -> None:
    """A factor written 1.1 is the decimal 1.1, not its binary neighbour."""
    path = tmp_path / "thu.toml"
    path.write_text('name = "thu"\nwhy = "thử"\n[[change]]\ndo = "scale_work"\nby = 1.1\n', encoding="utf-8")
    assert read_variant(path).changes[0].keys["by"] == Decimal("1.1")


def test_broken_and_missing_files(tmp_path: Path) -> None:
    """A file that is not there, or is not TOML, is a finding and no traceback."""
    with pytest.raises(DataError) as error:
        read_variant(tmp_path / "khong-co.toml")
    assert codes(error)[0][0] == "variant_unknown"
    (tmp_path / "hong.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_variant(tmp_path / "hong.toml")
    assert codes(error)[0][0] == "broken_toml"


def test_an_unknown_variant_names_the_known_ones(bac_kan: Instance) -> None:
    """Asking for a variant that is not there lists those that are."""
    with pytest.raises(DataError) as error:
        apply(bac_kan, "cat-50-phan-tram")
    assert "cat-5-phan-tram" in next(iter(error.value.findings)).render("en")["advice"]


def test_based_on_is_applied_first(tiny_of: Build) -> None:
    """A variant stands on another: the other's changes come first, and may be overwritten."""
    base = raw({"do": "scale_work", "by": 2}, name="goc")
    top = raw({"do": "scale_work", "by": 3, "where": {"office": "A"}}, name="tren", based_on="goc")
    instance = tiny_of(variants={"goc": base, "tren": top})
    changed, reports = apply(instance, "tren")
    assert [report.variant for report in reports] == ["goc", "tren"]
    quantities = changed.tables["registrations"].set_index("code")["quantity"]
    assert int(quantities["R1"]) == 10_00 * 6
    assert int(quantities["R5"]) == 48_00 * 2


def test_a_circle_of_variants_is_refused(tiny_of: Build) -> None:
    """Variants based on each other are refused by name."""
    one = raw({"do": "scale_work", "by": 2}, name="mot", based_on="hai")
    two = raw({"do": "scale_work", "by": 2}, name="hai", based_on="mot")
    instance = tiny_of(variants={"mot": one, "hai": two})
    with pytest.raises(DataError) as error:
        chain(instance, find(instance, "mot"))
    assert codes(error) == [("variant_circle", "based_on")]
    with pytest.raises(DataError):
        apply(instance, "hai")


def test_the_instance_given_is_not_altered(tiny_of: Build) -> None:
    """Applying a variant leaves the instance as it was."""
    instance = tiny_of()
    before = instance.digest()
    variant: Variant = parse(
        raw({"do": "scale_work", "by": 2}, {"do": "cut_quota", "where": {"unit": "A"}, "by_pct": 10}), "thu"
    )
    changed, _ = apply(instance, variant)
    assert instance.digest() == before
    assert changed.digest() != before
