"""Run tables: every column declared once, one form for one content."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest

from vitri.plan.result import Result
from vitri.plan.run_tables import RUN_TABLES, conform

DTYPES = {"str", "Int64", "boolean"}


def test_every_table_that_a_solve_writes_is_declared(solved: Result) -> None:
    """A solved scenario has no table, column or type beside the declared ones, and misses no core table."""
    assert set(solved.tables) <= set(RUN_TABLES)
    assert {"posts", "quotas", "staffing", "assignments", "reasons", "certificates", "rules"} <= set(
        solved.tables
    )
    for name, frame in solved.tables.items():
        assert tuple(frame.columns) == RUN_TABLES[name].names
        assert {str(dtype) for dtype in frame.dtypes} <= DTYPES


def test_declarations_are_whole() -> None:
    """Every table and column has both titles in NFC, keys, and a name that no other column of it has."""
    for table in RUN_TABLES.values():
        assert table.keys, table.name
        assert len(set(table.names)) == len(table.names)
        for text in (
            table.title("vi"),
            table.title("en"),
            *(c.title("vi") + c.title("en") for c in table.columns),
        ):
            assert text.strip()
            assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("name", sorted(RUN_TABLES))
def test_an_empty_table_keeps_its_form(name: str) -> None:
    """A table without rows has all columns in their types."""
    frame = conform(name, pd.DataFrame())
    assert len(frame) == 0
    assert tuple(frame.columns) == RUN_TABLES[name].names
    pd.testing.assert_frame_equal(frame, RUN_TABLES[name].empty(), check_index_type=False)


def test_the_order_of_rows_and_columns_does_not_matter(solved: Result) -> None:
    """Shuffled rows and columns conform to the same frame, and conforming twice changes nothing."""
    rng = np.random.default_rng(5)
    for name, frame in solved.tables.items():
        shuffled = frame.iloc[rng.permutation(len(frame))][list(rng.permutation(frame.columns))]
        pd.testing.assert_frame_equal(conform(name, shuffled), frame)
        pd.testing.assert_frame_equal(conform(name, frame), frame)


def test_texts_have_one_spelling() -> None:
    """Decomposed letters are composed, line breaks are alike, and an empty text is a missing one."""
    decomposed = unicodedata.normalize("NFD", "Văn phòng")
    frame = conform(
        "reasons", pd.DataFrame({"figure": ["b", "a"], "kind": [decomposed, ""], "order": [1, 1]})
    )
    assert frame["figure"].tolist() == ["a", "b"]
    assert frame["kind"].tolist()[1] == "Văn phòng"
    assert frame["kind"].isna().tolist() == [True, False]
    assert conform("reasons", pd.DataFrame({"figure": ["x\r\ny\rz"]}))["figure"].item() == "x\ny\nz"


def test_what_is_not_declared_is_refused() -> None:
    """An unknown table, an unknown column and a broken number are told apart from good ones."""
    with pytest.raises(ValueError, match="telephone"):
        conform("posts", pd.DataFrame({"telephone": ["1"]}))
    with pytest.raises(ValueError, match="no_such_table"):
        conform("no_such_table", pd.DataFrame())
    with pytest.raises((TypeError, ValueError)):
        conform("posts", pd.DataFrame({"posts": [1.5]}))
