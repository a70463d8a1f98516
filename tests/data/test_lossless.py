"""A property: whatever a checked instance holds survives folder, workbook, folder."""

from __future__ import annotations

import copy
import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from vitri.data import Instance, check_tables, read, write_folder, write_workbook
from vitri.data.fields import Field
from vitri.data.folder import rectangle
from vitri.data.tables import TABLES
from vitri.i18n import nfc

_ODD = st.sampled_from(
    [
        "Ủy ban",
        "Nguyễn Thị Hạnh",
        "Đăng ký, lần 2",
        'nói "được"',
        "a\nb",
        "=1+1",
        "'0123",
        "_x000D_",
        "1,5",
        "1.250",
        "TRUE",
        "06/2021",
        "\u200b",
        "🙂",
        "  hai đầu ",
        "x;y",
        "#N/A",
        "-",
        "0",
        "+84",
        "@*",
        "ệ",
    ]
)
_TEXT = st.one_of(
    _ODD, st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
)
_CODE = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)


def cell(field: Field) -> st.SearchStrategy[str]:
    """Return texts that a cell of this field may hold, blanks among them."""
    if field.is_number:
        places = {"int": 0, "dec3": 3}.get(field.type, 2)
        low = field.minimum if field.minimum is not None else Decimal(-1_000_000)
        high = field.maximum if field.maximum is not None else Decimal(1_000_000_000)
        if field.above_minimum:
            low += Decimal("0.01")
        some = st.decimals(low, high, places=places).map(lambda value: f"{value:f}")
    elif field.type in {"enum", "session"}:
        some = st.sampled_from([label for c in field.choices for label in (c.code, c.vi, c.en.upper())])
    elif field.type == "bool":
        some = st.sampled_from(["yes", "no", "Có", "KHÔNG"])
    elif field.type == "date":
        some = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)).map(dt.date.isoformat)
    elif field.type == "time":
        some = st.times().map(lambda time: f"{time:%H:%M}")
    elif field.type == "code":
        some = _CODE
    else:
        some = _TEXT.filter(str.strip) if field.required else _TEXT
    return some if field.required else st.one_of(st.just(""), some)


def rows(table: str, most: int, **fixed: Any) -> st.SearchStrategy[list[dict[str, str]]]:
    """Return rows of a table: every column not in `fixed` filled by its field, and a column of one's own."""
    columns = {f.name: fixed.get(f.name, cell(f)) for f in TABLES[table].fields}
    row = st.fixed_dictionaries({**columns, "x_riêng_1": _TEXT})
    keys = TABLES[table].keys
    return st.lists(row, max_size=most, unique_by=lambda cells: tuple(cells[key] for key in keys))


_NFC = _TEXT.map(nfc)
_WORDS = st.one_of(
    _NFC,
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.decimals(-1_000, 1_000, places=3),
    st.dates(dt.date(1900, 1, 1)),
)
_VALUES = st.recursive(
    _WORDS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NFC, inner, max_size=3)),
    max_leaves=6,
)
_TOML = st.dictionaries(
    st.one_of(_NFC, st.sampled_from(["source", "date", "why", "change"])), _VALUES, max_size=4
)
_CHANGE = st.dictionaries(st.one_of(_NFC, st.sampled_from(["do", "where", "set"])), _VALUES, max_size=4)
_VARIANT = st.builds(
    lambda head, changes: {**head, **({"change": changes} if changes else {})},
    _TOML,
    st.lists(_CHANGE, max_size=2),
)
_OFFICIALS = st.sampled_from(["CB01", "CB02", "CB03", "CB04"])


@settings(max_examples=20, phases=(Phase.explicit, Phase.generate))
@given(data=st.data())
def test_folder_workbook_folder_loses_nothing(
    tiny: Any, same: Callable[[Instance, Instance], None], data: st.DataObject
) -> None:
    """Settings, every type of column, own columns, blanks, variants and a local model come back the same."""
    draw = data.draw
    tables: dict[str, Any] = copy.deepcopy(tiny.tables)
    for table, columns in (
        ("organisations", ("name", "note", "x_a")),
        ("work_items", ("product", "norm_source", "norm_date", "cv_pct", "complexity", "regular", "x_b")),
        ("registrations", ("note", "place", "resources_", "quantity", "coefficient", "accepted_on", "x_c")),
        ("officials", ("note", "leave_days", "seniority_years", "overtime", "transferable", "max_groups")),
    ):
        spec = TABLES[table].by_name
        for row in tables[table]:
            for column in columns:
                if column in spec or column.startswith("x_"):
                    row[column] = draw(cell(spec[column]) if column in spec else _TEXT)
    tables["drivers"] = draw(rows("drivers", 4, office=st.just("SM"), organisation=st.just("")))
    tables["official_details"] = draw(rows("official_details", 3, official=_OFFICIALS))
    tables["position_texts"] = draw(rows("position_texts", 4))
    tables["calendar"] = draw(rows("calendar", 3, office=st.sampled_from(["", "SM"])))
    info = {
        **tiny.info,
        "name": draw(_TEXT.filter(str.strip)),
        "description": draw(_TEXT),
        "model": "model.toml",
        "structure": draw(st.sampled_from(["common", "class", "free"])),
        "estimate": {
            "enabled": draw(st.booleans()),
            "drivers": draw(st.lists(_CODE, max_size=2, unique=True)),
        },
    }
    instance, _ = check_tables(info, tables)
    assume(instance is not None)
    assert instance is not None
    files = {"them.csv": rectangle(draw(st.lists(st.lists(_TEXT, min_size=2, max_size=2), max_size=3)))}
    instance = replace(
        instance,
        local_model={"schema": 1, **draw(_TOML)},
        variants=draw(st.dictionaries(_CODE.map(str.lower), _VARIANT, max_size=2)),
        variant_files={name: content for name, content in files.items() if content},
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_folder(instance, Path(scratch) / "a")
        first = read(folder)
        book = write_workbook(first, Path(scratch) / "a.xlsx", draw(st.sampled_from(["vi", "en"])))
        second = read(book)
        third = read(write_folder(second, Path(scratch) / "b"))
    same(first, instance)
    same(second, first)
    same(third, second)
