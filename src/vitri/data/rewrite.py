"""Put changed tables back where a scenario was read from, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vitri.data.folder import write_table
from vitri.data.instance import Instance
from vitri.i18n import Lang


def rewrite(
    instance: Instance, path: str | os.PathLike[str], tables: Sequence[str], lang: Lang = "vi"
) -> tuple[Path, ...]:
    """Write some tables of an instance back to its folder or workbook; return the files written.

    In a folder only the files of these tables are replaced: all of them are written under a temporary name
    first, then moved into place. A workbook is one file, so it is written again as a whole.
    """
    place = Path(path)
    if place.is_file() and place.name != "scenario.toml":
        from vitri.data.workbook_write import write_workbook

        return (write_workbook(instance, place, lang),)
    folder = place.parent if place.is_file() else place
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.resolve().parent))
    try:
        for name in tables:
            write_table(instance, name, scratch / f"{name}.csv")
        for name in tables:
            (scratch / f"{name}.csv").replace(folder / f"{name}.csv")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return tuple(folder / f"{name}.csv" for name in tables)
