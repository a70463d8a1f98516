"""The command about converted products (NĐ 335/2025): totals per person and month, and the table."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH
from vitri.cli.output import line, show_warnings, table
from vitri.cli.plan_commands import input_of, load_run
from vitri.cli.words import Command, common, language, option
from vitri.errors import DataError, Finding, UsageError
from vitri.i18n import N_, date_text, month_text, number, percent, tr

if TYPE_CHECKING:
    import pandas as pd

    from vitri.data.instance import Instance
    from vitri.plan.result import Result
    from vitri.policy import PlanningModel

SHOWN = 20
TITLES = (
    N_("Office"),
    N_("Official"),
    N_("Month"),
    N_("Converted products"),
    N_("Done"),
    N_("Result (a + b + c)/3"),
)


@click.command("convert", cls=Command, help=N_("Count a plan in converted products (NĐ 335/2025)."))
@click.argument("run", type=PATH, metavar="RUN")
@option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE.csv|FILE.xlsx",
    help=N_("The table to write: CSV, or a formatted workbook."),
)
@option("--month", metavar="YYYY-MM", help=N_("One month only, such as 2026-03."))
@common
def convert(run: Path, output: Path, month: str | None) -> None:
    """Print the converted products per person and month of a run and write the table."""
    suffix = output.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise click.BadParameter(tr("the name must end in .csv or .xlsx", language()), param_hint="-o")
    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise click.BadParameter(tr("a month such as 2026-03", language()), param_hint="--month")
    _free(output)
    result = load_run(run)
    instance, model = input_of(run, result)
    tables = _tables(run, result, instance, model)
    if month is not None:
        from vitri.policy.sessions import known_place

        known_place(instance, None, month)
        tables = {name: frame[frame["month"] == month] for name, frame in tables.items()}
    _show(tables["converted"], tables["converted_people"])
    if model.conversion is not None and model.conversion.replace:
        provisional = tr("The factors K are provisional: they await the official table.", language())
        line(f"{provisional} ({model.conversion.replace})", error=True)
    _write(output, suffix, tables, result, instance, model)
    line(tr("Table written: {path}", language(), path=output))


def _tables(run: Path, result: Result, instance: Instance, model: PlanningModel) -> dict[str, pd.DataFrame]:
    """Return the two tables the run keeps, or count them if it keeps none; with warnings."""
    from vitri.explain.conversion import convert as convert_plan
    from vitri.explain.conversion import unconverted
    from vitri.plan.run_tables import conform

    names = ("converted", "converted_people")
    if all(name in result.tables for name in names):
        show_warnings(unconverted(instance, model, result.tables["workload_lines"]))
        return {name: result.table(name) for name in names}
    made = convert_plan(instance, model, result.tables)
    if made is not None:
        show_warnings(made.findings)
    if made is None or not made.tables():
        raise DataError(_nothing(run, instance, model))
    return {name: conform(name, frame) for name, frame in made.tables().items()}


def _nothing(run: Path, instance: Instance, model: PlanningModel) -> Finding:
    """Say why a run has no converted products."""
    if model.conversion is None:
        message = N_("The model {model} has no conversion of products in force on {day}.")
        advice = N_("Use a model with [conversion]; NĐ 335/2025 holds from 01/01/2026.")
    elif not instance.has("officials"):
        message = N_("The scenario names no officials: nobody's products can be counted.")
        advice = N_("Fill in the table officials.")
    else:
        message = N_("No work item has a complexity or a factor K.")
        advice = N_("Fill in complexity or conversion_k of the work items.")
    return Finding(
        code="no_conversion",
        table=str(run),
        column="conversion",
        message=message,
        advice=advice,
        fields={"model": model.name, "day": date_text(instance.info.as_of, language())},
    )


def _free(output: Path) -> None:
    """Raise UsageError where the name is that of a folder."""
    if output.is_dir():
        raise UsageError(
            Finding(
                code="output_exists",
                table=str(output),
                value=output.name,
                message=N_("There is a folder of this name."),
                advice=N_("Give another name after -o."),
            )
        )


def _show(converted: pd.DataFrame, people: pd.DataFrame) -> None:
    """Print the persons and months with most converted products, and the sums."""
    lang = language()
    rows = people[~people["official"].str.startswith("VAC-")]
    first = rows.sort_values("converted_dec2", ascending=False, kind="stable").head(SHOWN)
    shown = [
        [
            str(row["office"]), str(row["official"]), month_text(str(row["month"]), lang),
            _hundredths(row["converted_dec2"]), _hundredths(row["done_converted_dec2"]),
            "" if row["result_pct"] is None else percent(row["result_pct"] / 100, lang),
        ]
        for row in first.astype(object).where(first.notna(), None).to_dict("records")
    ]  # fmt: skip
    table([tr(title, lang) for title in TITLES], shown, right=(3, 4, 5))
    if len(rows) > SHOWN:
        line(tr("... and {count} more persons and months.", lang, count=number(len(rows) - SHOWN, lang)))
    vacant = converted["official"].str.startswith("VAC-").fillna(False).astype(bool)
    nobody = converted["official"].isna()
    line(
        tr(
            "Together {all} converted products: {people} by {count} people, {vacant} in vacant seats, "
            "{nobody} of nobody.",
            lang,
            all=_hundredths(int(converted["converted_dec2"].sum())),
            people=_hundredths(int(rows["converted_dec2"].sum())),
            count=number(rows["official"].nunique(), lang),
            vacant=_hundredths(int(converted.loc[vacant, "converted_dec2"].sum())),
            nobody=_hundredths(int(converted.loc[nobody, "converted_dec2"].sum())),
        )
    )


def _hundredths(value: int | None) -> str:
    """Write hundredths as a number with two decimals, exactly; blank for None."""
    from decimal import Decimal

    return "" if value is None else number(Decimal(int(value)) / 100, language(), 2)


def _write(
    output: Path,
    suffix: str,
    tables: dict[str, pd.DataFrame],
    result: Result,
    instance: Instance,
    model: PlanningModel,
) -> None:
    """Write the table in one piece: under another name first, then renamed."""
    import os

    output.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".xlsx":
        from vitri.report.converted import write_converted

        one = SimpleNamespace(info=result.info, tables=tables, instance=instance, model=model)
        write_converted(one, output, language())
        return
    from vitri.plan.run_folder import csv_bytes
    from vitri.plan.run_tables import RUN_TABLES, conform

    draft = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(csv_bytes(RUN_TABLES["converted"], conform("converted", tables["converted"])))
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


COMMANDS = (convert,)
