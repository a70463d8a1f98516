"""The command about capacity: the time of posts and the time and half-days of people, by office and month."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, month_text, number, tr

if TYPE_CHECKING:
    import pandas as pd

    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

#: With more rows than this the screen shows one row per office; the file always has every month.
SHOWN = 60
TITLES = (
    N_("Office"),
    N_("Month"),
    N_("Working days"),
    N_("Days of a post"),
    N_("Hours of a post"),
    N_("People"),
    N_("Hours of people"),
    N_("Half-days"),
    N_("Part half-days"),
)


@click.command(
    "capacity", cls=Command, help=N_("Show the time there is: of a post and of people, by office and month.")
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--month", metavar="YYYY-MM", help=N_("One month only, such as 2026-03."))
@option("--office", metavar="CODE", help=N_("One office only."))
@option(
    "-o", "--output", type=PATH, metavar="FILE.csv", help=N_("Save the table: one row per office and month.")
)
@common
def capacity(path: Path, month: str | None, office: str | None, output: Path | None) -> None:
    """Print the time fund of a post and the time of people, and save the table if asked."""
    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise click.BadParameter(tr("a month such as 2026-03", language()), param_hint="--month")
    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)
    from vitri.policy import model_for
    from vitri.policy.sessions import known_place

    known_place(instance, office, month)
    frame = capacity_table(instance, model_for(instance))
    if office is not None:
        frame = frame[frame["office"] == office]
    if month is not None:
        frame = frame[frame["month"] == month]
    _show(frame, single=month is not None or office is not None)
    if output is not None:
        _save(frame, output)
        line(tr("Table written: {path}", language(), path=output))


def capacity_table(instance: Instance, model: PlanningModel) -> pd.DataFrame:
    """Return one row per office and month: the days and minutes of a post, people's minutes and half-days."""
    from vitri.policy.worktime import person_time, session_time, time_fund

    fund = time_fund(instance, model).copy()
    fund["working_days"] = fund["weekdays"] - fund["holidays"] + fund["makeup_days"]
    fund["post_days_dec2"] = fund["working_days"] * 100 - fund["leave_days_dec2"] - fund["other_days_dec2"]
    posts = fund[["office", "month", "working_days", "post_days_dec2", "minutes"]]
    posts = posts.rename(columns={"minutes": "post_minutes"})
    home = instance.tables["officials"].set_index("code")["office"]
    names = ["people", "people_minutes", "half_days", "partial_half_days"]
    if not instance.has("officials"):
        return posts.assign(**dict.fromkeys(names, 0))
    people = person_time(instance, model).merge(
        session_time(instance, model).drop(columns="minutes"), on=["official", "month"]
    )
    people["office"] = people["official"].map(home)
    people["people"] = (people["working_half_days"] > 0).astype("int64")
    people = people.rename(columns={"minutes": "people_minutes"})
    total = people.groupby(["office", "month"], sort=True)[names].sum().reset_index()
    joined = posts.merge(total, on=["office", "month"], how="left")
    return joined.fillna(dict.fromkeys(names, 0)).astype(dict.fromkeys(names, "int64"))


def _show(frame: pd.DataFrame, *, single: bool) -> None:
    """Print the rows, or the sums per office where there are many."""
    lang = language()
    shown, many = frame, not single and len(frame) > SHOWN
    if many:
        shown = frame.groupby("office", sort=True).agg(
            {
                "month": "first",
                **{name: "max" if name == "people" else "sum" for name in frame.columns[2:]},
            }
        )
        shown = shown.reset_index()
        shown["month"] = ""
    rows = [
        [
            str(row["office"]),
            month_text(str(row["month"]), lang) if row["month"] else tr("whole period", lang),
            number(int(row["working_days"]), lang),
            number(int(row["post_days_dec2"]) / 100, lang, 2),
            number(int(row["post_minutes"]) / 60, lang, 1),
            number(int(row["people"]), lang),
            number(int(row["people_minutes"]) / 60, lang, 1),
            number(int(row["half_days"]), lang),
            number(int(row["partial_half_days"]), lang),
        ]
        for row in shown.to_dict("records")
    ]
    table([tr(title, lang) for title in TITLES], rows, right=range(2, len(TITLES)))
    if many:
        line(tr("Whole horizon; months with --office, --month or in the file of -o.", lang))


def _save(frame: pd.DataFrame, output: Path) -> None:
    """Write the table as UTF-8 CSV in one piece: under another name first, then renamed."""
    import os

    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


COMMANDS = (capacity,)
