"""Leadership work beyond the time of the fixed posts: undone in the tables and in the levels alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vitri.data import read
from vitri.solve import solve


def test_overload_of_leaders_is_in_the_levels_too(root: Path) -> None:
    """Without officials the levels of the sizing count what leaders cannot do, as the table of undone work
    does."""
    instance = read(root / "tests" / "fixtures" / "vi-du-nho")
    lines = instance.table("registrations")
    lines.loc[lines["code"] == "R01", "quantity"] *= 200
    people = ("officials", "absences")
    tables = {name: instance.table(name).iloc[:0] for name in people if name in instance.present}
    changed = instance.with_tables(registrations=lines, **tables)
    result = solve(replace(changed, present=changed.present - frozenset(people)))
    undone = sum(level["value"] for level in result.info["levels"] if level["measure"] == "unmet_minutes")
    assert undone == result.info["totals"]["unmet_minutes"] > 0
    assert "leaders" in " ".join(row["en"]["code"] for row in result.info["warnings"])
