"""What goes in: the data contract, reading and checking scenarios, and writing them back."""

from __future__ import annotations

import os
from pathlib import Path

from vitri.data.build import build_instance, check_tables, texts_of
from vitri.data.checks_model import check_with_model
from vitri.data.folder import check_folder, file_finding, write_folder
from vitri.data.instance import Instance, ScenarioInfo
from vitri.data.tables import TABLES
from vitri.errors import DataError, Findings
from vitri.i18n import N_, Lang


def check(path: str | os.PathLike[str]) -> tuple[Instance | None, Findings]:
    """Read and check a scenario folder or workbook; nothing is raised for wrong data.

    Returns the instance, None if there is an error, and every finding at once.
    """
    place = Path(path)
    if place.name == "scenario.toml" and place.is_file():
        place = place.parent
    if place.is_dir():
        return check_folder(place)
    if place.is_file():
        from vitri.data.workbook import check_workbook

        return check_workbook(place)
    message = N_('There is no folder or workbook "{file}".')
    finding = file_finding("missing_file", place.name or str(place), message, N_("Check the name."))
    return None, Findings((finding,))


def read(path: str | os.PathLike[str]) -> Instance:
    """Read a scenario folder or workbook; raise `DataError` with all findings if there is an error."""
    instance, findings = check(path)
    if instance is None:
        raise DataError(findings)
    return instance


def write_workbook(instance: Instance, path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write an instance as one workbook, the equal of its folder, and return its path."""
    from vitri.data.workbook_write import write_workbook as write

    return write(instance, path, lang)


def write_template(path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write the blank workbook with dropdowns and notes in its headers, and return its path."""
    from vitri.data.template import write_template as write

    return write(path, lang)


def schema_page(lang: Lang = "en") -> str:
    """Return the page of the data contract as Markdown."""
    from vitri.data.schema import schema_page as page

    return page(lang)


__all__ = [
    "TABLES",
    "Instance",
    "ScenarioInfo",
    "build_instance",
    "check",
    "check_tables",
    "check_with_model",
    "read",
    "schema_page",
    "texts_of",
    "write_folder",
    "write_template",
    "write_workbook",
]
