"""The rows of a cliff map in words: offices, pools and task groups by name."""

from __future__ import annotations

from typing import Any

from vitri.data.instance import Instance
from vitri.i18n import Lang
from vitri.report.names import Names, names_of


class Places:
    """Names of scopes and work items of one scenario in one language."""

    def __init__(self, instance: Instance, lang: Lang, model: Any = None) -> None:
        self.names = Names(names_of(instance, model), lang)

    def office(self, code: str) -> str:
        """Return an office's name."""
        return self.names("offices", code)

    def item(self, code: str) -> str:
        """Return a work item's name."""
        return self.names("work_items", code)

    def within(self, pool: str, group: str) -> str:
        """Return what of the office is meant: task group and pool; blank for the whole office."""
        parts = [self.names("task_groups", group)] if group else []
        if pool and (pool != "shared" or not group):
            parts.append(self.names.pool(pool))
        return ", ".join(parts)

    def place(self, office: str, pool: str = "", group: str = "") -> str:
        """Return a scope in words."""
        inside = self.within(pool, group)
        return f"{self.office(office)}, {inside}" if inside else self.office(office)
