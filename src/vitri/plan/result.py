"""`Result`: what a run gives back, its tables with their provenance; saved as a folder and loaded back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.errors import DataError
from vitri.i18n import LANGS, Lang
from vitri.plan.run_folder import described, input_folder, plain, read_model, read_run, write_run
from vitri.plan.run_info import SCHEMA
from vitri.plan.run_tables import RUN_TABLES, conform
from vitri.plan.summary import Summary, summarise

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

#: Keys of ``result.json`` that describe the files on disk, not the plan.
_OF_FILES = ("files", "result_digest")


class Result:
    """The outcome of one run.

    `info` is the content of ``result.json`` (plain values only; what describes the files is added on
    saving), `tables` the run tables by name in kept form: declared columns, declared dtypes, sorted rows.
    `instance` and `model` are the input; for a loaded result they are read from its folder when first asked
    for. Raises `ValueError` for a table or column that is not declared.
    """

    def __init__(
        self,
        info: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame],
        *,
        instance: Instance | None = None,
        model: PlanningModel | None = None,
    ) -> None:
        told = {key: value for key, value in plain(info).items() if key not in _OF_FILES}
        self.info: dict[str, Any] = {"schema": SCHEMA, **told}
        self.tables: dict[str, pd.DataFrame] = {name: conform(name, tables[name]) for name in sorted(tables)}
        self._instance = instance
        self._model = model
        self._folder: Path | None = None

    def __repr__(self) -> str:
        scenario = self.info.get("scenario") or {}
        return f"<Result {scenario.get('code', '')}: {self.status}>"

    def _repr_html_(self) -> str:
        """Show the summary in a notebook, in the language of VITRI_LANG (Vietnamese if blank)."""
        asked = os.environ.get("VITRI_LANG", "")
        return self.summary(next((lang for lang in LANGS if lang == asked), "vi")).html()

    @property
    def status(self) -> str:
        """The status of the plan: optimal (proven), feasible, cancelled."""
        return str(self.info.get("status") or "")

    @property
    def digest(self) -> str:
        """A SHA-256 of all that was found and of what it was found from, without clock times and machine."""
        return str(described(self.info, self.tables)[0]["result_digest"])

    @property
    def instance(self) -> Instance | None:
        """The scenario planned; None if it was not kept.

        Raises `DataError` if the copy that a loaded run keeps cannot be read.
        """
        if self._instance is None and self._folder is not None:
            place = input_folder(self._folder)
            if place is not None:
                from vitri.data import read

                self._instance = read(place)
        return self._instance

    @property
    def model(self) -> PlanningModel | None:
        """The planning model in force in the run; None if it was not kept."""
        if self._model is None and self._folder is not None:
            self._model = read_model(self._folder)
        return self._model

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of one run table; empty, with its columns, if the run has none of that name.

        Raises `KeyError` for a name that is no run table.
        """
        return self.tables[name].copy() if name in self.tables else RUN_TABLES[name].empty()

    def summary(self, lang: Lang = "vi") -> Summary:
        """Return the run in about twelve lines of (label, text); as a text they are aligned."""
        try:
            instance = self.instance
        except DataError:
            instance = None  # names only decorate: codes stand in for them
        return summarise(self.info, self.tables, lang, instance, self.model)

    def save(self, folder: str | os.PathLike[str], replace: bool = True) -> Path:
        """Write the run folder and return its path.

        Everything is written under a temporary name first and then renamed, so that a failure leaves what was
        there. An earlier run at the place is replaced, unless `replace` is False. Raises `UsageError` where
        the place is taken by something that is not a run. The copy of the input leaves personal details of
        officials out.
        """
        target = Path(folder)
        # The input may stand in the very folder that is replaced: it is read before that goes.
        write_run(target, self.info, self.tables, self.instance, self.model, over=replace)
        return target

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Result:
        """Read a run folder back: the same tables, the same dtypes, the same information.

        Raises `DataError` with every finding at once: no run, a missing, changed or unreadable file, a run of
        a newer version.
        """
        path = Path(folder)
        info, tables = read_run(path)
        result = cls(info, tables)
        result._folder = path
        return result
