"""Names for codes: what a reader sees instead of ``KTTH`` or ``01.003``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.i18n import Lang, nfc, tr

NameTable = Mapping[str, Mapping[str, str]]

_TABLES = ("offices", "organisations", "task_groups", "positions", "areas", "work_items")
_MODEL_TABLES = ("rank", "competency", "duty")


def names_of(instance: Instance | None, model: Any = None) -> dict[str, dict[str, str]]:
    """Return table → code → name for every table of an instance that has names.

    With a planning model the names of its ranks, competencies and duties come too, under ``rank``,
    ``competency`` and ``duty``.
    """
    names: dict[str, dict[str, str]] = {}
    if instance is not None:
        for table in _TABLES:
            frame = instance.tables.get(table)
            if frame is not None and len(frame) and {"code", "name"} <= set(frame.columns):
                names[table] = _pairs(frame)
    for table in _MODEL_TABLES:
        entries = getattr(model, table, None) or ()
        names[table] = {str(entry.code): nfc(str(entry.name)) for entry in entries}
    return {table: pairs for table, pairs in names.items() if pairs}


def _pairs(frame: pd.DataFrame) -> dict[str, str]:
    known = frame.loc[frame["name"].notna()]
    return {str(code): nfc(str(name)) for code, name in zip(known["code"], known["name"], strict=True)}


class Names:
    """Looks names up; a code without a name stands for itself."""

    def __init__(self, names: NameTable, lang: Lang) -> None:
        self._names = {table: dict(pairs) for table, pairs in names.items()}
        self._lang = lang

    def add(self, table: str, pairs: Mapping[str, str]) -> None:
        """Add names; they win over those already there."""
        self._names.setdefault(table, {}).update({code: nfc(name) for code, name in pairs.items()})

    def __call__(self, table: str, code: str) -> str:
        """Return the name of a code, or the code itself."""
        return self._names.get(table, {}).get(code, code)

    def has(self, table: str, code: str) -> bool:
        """Whether the code has a name of its own."""
        return code in self._names.get(table, {})

    def anywhere(self, code: str) -> str:
        """Return the name of a code whose table is not known, or the code itself."""
        for table in ("offices", "positions", "task_groups", "organisations", "areas", "rank"):
            if code in self._names.get(table, {}):
                return self._names[table][code]
        return code

    def pool(self, pool: str) -> str:
        """Return a pool in words: common staff, one organisation's own staff, or the pool's code."""
        if pool in ("shared", ""):
            return tr("Common staff", self._lang)
        if pool == "own":
            return tr("Own staff", self._lang)
        if pool.startswith("own."):
            return tr("Own staff of {organisation}", self._lang, organisation=self("organisations", pool[4:]))
        return pool
