"""What came of a plan: outcomes of registrations beside the minutes and quantities that were planned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vitri.data import check_tables, texts_of
from vitri.data.instance import Instance
from vitri.errors import DataError, Finding
from vitri.i18n import N_


@dataclass(frozen=True)
class Actuals:
    """Plan beside outcome.

    `by_office` and `by_item` have the key, lines (with an outcome), planned_minutes, minutes_spent,
    planned_dec2, done_dec2 (products in hundredths), delays, content_errors; both only over the months and
    lines that have an outcome. `lines` and `planned_lines` say how much of the programme that is.
    """

    by_office: pd.DataFrame
    by_item: pd.DataFrame
    months: tuple[str, ...]
    lines: int
    planned_lines: int

    def total(self, column: str) -> int:
        """Return the sum of one figure over all offices."""
        return int(self.by_office[column].sum())


def with_outcomes(instance: Instance, path: Path) -> Instance:
    """Return the scenario of a run with the outcomes of a CSV file; raises DataError with every finding."""
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise DataError(
            Finding(
                code="broken_file",
                table=path.name,
                value=type(error).__name__,
                message=N_("The file of outcomes cannot be read."),
                advice=N_("It is a CSV (UTF-8) with the columns of the table outcomes."),
            )
        ) from error
    tables = {name: texts_of(instance, name) for name in sorted(instance.present)}
    changed, findings = check_tables(
        instance.info, {**tables, "outcomes": rows}, local_model=instance.local_model
    )
    if changed is None:
        raise DataError(findings.errors)
    return changed


def actuals(instance: Instance, lines: pd.DataFrame) -> Actuals:
    """Lay the outcomes of a scenario beside the planned lines (table ``workload_lines``) of the same months.

    The planned quantity of a month is the part of the line's quantity that the minutes of the month are of
    all its minutes, rounded down.
    """
    outcomes = instance.table("outcomes")
    counted = lines[lines["counted"].astype("boolean").fillna(False).astype(bool)]
    keys = ["registration", "month"]
    planned = counted.groupby(keys).agg(
        office=("office", "first"),
        work_item=("work_item", "first"),
        planned_minutes=("minutes", "sum"),
        quantity=("quantity_dec2", "first"),
    )
    whole = planned.groupby(level=0)["planned_minutes"].transform("sum").clip(lower=1)
    planned["planned_dec2"] = planned["quantity"].astype("Int64") * planned["planned_minutes"] // whole
    came = outcomes.groupby(keys).agg(
        minutes_spent=("minutes_spent", "sum"),
        done_dec2=("quantity_done", "sum"),
        delays=("delays", "sum"),
        content_errors=("content_errors", "sum"),
    )
    registered = instance.table("registrations").set_index("code")
    both = came.join(planned, how="left").reset_index()
    both["office"] = both["office"].fillna(both["registration"].map(registered["office"]))
    both["work_item"] = both["work_item"].fillna(both["registration"].map(registered["work_item"])).fillna("")
    figures = ["planned_minutes", "minutes_spent", "planned_dec2", "done_dec2", "delays", "content_errors"]
    both[figures] = both[figures].fillna(0).astype("int64")
    months = tuple(sorted(set(outcomes["month"].astype(str))))
    inside = planned.index.get_level_values("month").isin(months)
    return Actuals(
        by_office=_by(both, "office", figures),
        by_item=_by(both, "work_item", figures),
        months=months,
        lines=len(both),
        planned_lines=int(inside.sum()),
    )


def _by(both: pd.DataFrame, key: str, figures: list[str]) -> pd.DataFrame:
    """Add the figures up by one key, sorted by code."""
    frame = both.groupby(key)[figures].sum()
    frame.insert(0, "lines", both.groupby(key).size())
    return frame.reset_index()
