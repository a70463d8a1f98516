"""The command `estimates`: what was estimated for those who did not register, and how far off that may be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitri.cli.data_commands import usable
from vitri.cli.output import line, refuse_to_overwrite, show_warnings, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, number, percent, tr

if TYPE_CHECKING:
    import pandas as pd

PATH = click.Path(path_type=Path)

ESTIMATE_TITLES = (
    N_("Office"),
    N_("Name"),
    N_("Organisation"),
    N_("Minutes"),
    N_("At least"),
    N_("At most"),
    N_("Months estimated"),
    N_("Offices compared"),
    N_("Months compared"),
    N_("Share of the office's work"),
    N_("Method"),
)
CHECK_TITLES = (
    N_("Organisation"),
    N_("Offices registered"),
    N_("Months registered"),
    N_("Offices hidden"),
    N_("Error of a cell, minutes"),
    N_("in % of the work"),
    N_("Error of a year, minutes"),
    N_("in % of the work"),
    N_("Too high (+) or low (-)"),
    N_("Cells within the range"),
    N_("Years within the range"),
)
METHOD = N_(
    "An estimate is the average month of the offices where the same organisation registered completely, "
    "scaled by what is known of the office (drivers, coefficient, its own complete months) and by the "
    "season: the fewer offices there are to compare with, the closer it stays to their average and the "
    "wider is its range. The range is meant to hold eight in ten true values; every error above was "
    "measured by hiding one registered office at a time and estimating it from the others."
)


@click.command(
    "estimates",
    cls=Command,
    help=N_("Show what was estimated for those who did not register, and how well such estimates hit."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="FILE.csv",
    help=N_("Save every estimated cell with its donors and factors."),
)
@common
def estimates(path: Path, output: Path | None) -> None:
    """Print the estimates by office and organisation, then the errors with one office left out at a time."""
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute, estimate_totals, leave_one_out

    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)
    model = model_for(instance)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    show_warnings(work.findings)
    lang = language()
    offices = instance.tables["offices"]
    names = {str(code): str(name) for code, name in zip(offices["code"], offices["name"], strict=True)}
    if len(work.estimates):
        _show_estimates(estimate_totals(work.estimates), work.cells, names)
    else:
        line(tr("No workload was estimated: every organisation registered.", lang))
    line()
    _show_check(leave_one_out(instance, model, fund))
    line()
    line(tr(METHOD, lang))
    if output is not None:
        _save(work.estimates, output)
        line(tr("Tables saved: {path}", lang, path=output))


def _show_estimates(totals: pd.DataFrame, cells: pd.DataFrame, names: dict[str, str]) -> None:
    """Print one row per office and organisation with an estimate, and their sum."""
    from vitri.report.words import METHODS

    lang = language()
    work = (cells["minutes"] - cells["allowance_minutes"]).groupby(cells["office"]).sum()
    rows = []
    row: Any
    for row in totals.itertuples(index=False):
        methods = "; ".join(tr(METHODS[name], lang) for name in str(row.methods).split(";"))
        rows.append(
            [
                str(row.office),
                names.get(str(row.office), ""),
                _organisation(row.organisation),
                *(number(int(value), lang) for value in (row.minutes, row.low, row.high)),
                *(number(int(value), lang) for value in (row.months, row.donors, row.donor_months)),
                percent(100 * int(row.minutes) / int(work[row.office]), lang),
                methods,
            ]
        )
    total = int(totals["minutes"].sum())
    share = percent(100 * total / int(work.sum()), lang)
    rows.append([tr("Together", lang), "", "", number(total, lang), "", "", "", "", "", share, ""])
    table([tr(text, lang) for text in ESTIMATE_TITLES], rows, right=range(3, 10))


def _show_check(errors: pd.DataFrame) -> None:
    """Print the leave-one-office-out table."""
    from vitri.workload.leave_one_out import ALL

    lang = language()
    rows = []
    row: Any
    for row in errors.itertuples(index=False):
        whole = row.organisation == ALL
        rows.append(
            [
                tr("Together", lang) if whole else _organisation(row.organisation),
                *(number(int(value), lang) for value in (row.offices, row.months, row.tested)),
                _whole(row.cell_error_minutes),
                _share(row.cell_error_pct_dec2),
                _whole(row.year_error_minutes),
                _share(row.year_error_pct_dec2),
                _share(row.bias_pct_dec2, sign=True),
                _share(row.cells_inside_pct_dec2),
                _share(row.years_inside_pct_dec2),
            ]
        )
    title = tr("Each registered office hidden, estimated from the others, and compared", lang)
    table([tr(text, lang) for text in CHECK_TITLES], rows, title=title, right=range(1, 11))


def _organisation(code: Any) -> str:
    """Return an organisation's code; a blank one is the office's own work."""
    return tr("the office itself", language()) if _blank(code) or not code else str(code)


def _blank(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _whole(value: Any) -> str:
    return "" if _blank(value) else number(int(value), language())


def _share(value: Any, *, sign: bool = False) -> str:
    """Write hundredths of a percent."""
    if _blank(value):
        return ""
    text = percent(int(value) / 100, language())
    return f"+{text}" if sign and int(value) > 0 else text


def _save(frame: pd.DataFrame, path: Path) -> None:
    """Write the table of estimates as a run folder holds it, under a temporary name first."""
    from vitri.plan.run_folder import csv_bytes
    from vitri.plan.run_tables import RUN_TABLES, conform

    kind = RUN_TABLES["estimates"]
    waiting = path.with_name(path.name + ".tmp")
    waiting.write_bytes(csv_bytes(kind, conform("estimates", frame)))
    waiting.replace(path)


COMMANDS = (estimates,)
