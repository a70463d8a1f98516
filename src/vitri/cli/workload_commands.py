"""The command `workload`: minutes, time fund and need, under one policy or under all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, save_tables, show_warnings, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, month_text, number, percent, tr

if TYPE_CHECKING:
    import pandas as pd

    from vitri.data.instance import Instance
    from vitri.workload import Workload


@click.command(
    "workload", cls=Command, help=N_("Compute the workload: minutes, time fund and need, without a plan.")
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--policy", metavar="NAME", help=N_("Another dated workload policy instead of the model's own."))
@option("--all-policies", is_flag=True, help=N_("The totals under every shipped policy, side by side."))
@option(
    "--by",
    type=click.Choice(("office", "group")),
    default="office",
    help=N_("Rows by office, or by office and task group."),
)
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="FOLDER",
    help=N_("Save the tables of the workload, every factor kept."),
)
@common
def workload(path: Path, policy: str | None, all_policies: bool, by: str, output: Path | None) -> None:
    """Print the year's work beside its peak and its need, and save the tables if asked."""
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)
    lang = language()
    if all_policies:
        _show_policies(instance)
        return
    model = model_for(instance, policy)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    show_warnings(model.warnings + work.findings if policy else work.findings)
    names = dict(zip(instance.tables["offices"]["code"], instance.tables["offices"]["name"], strict=True))
    whole = work.needs[work.needs["pool"].isna() & work.needs["task_group"].isna()]
    if by == "group":
        _show_groups(instance, work)
    else:
        _show_offices(work, whole, names)
    irregular = work.minutes - int(whole.loc[whole["office"].isna(), "minutes"].sum())
    line(
        tr(
            "Regular work only; {hours} hours beside it are no basis for quotas.",
            lang,
            hours=_hours(irregular),
        )
    )
    if output is not None:
        save_tables(
            {
                "workload_lines": work.lines,
                "workload": work.cells,
                "time_fund": fund,
                "needs": work.needs,
                "estimates": work.estimates,
            },
            output,
        )
        line(tr("Tables saved: {path}", lang, path=output))


def _show_offices(work: Workload, whole: pd.DataFrame, names: dict[str, str]) -> None:
    """Print one row for each office and one for all of them."""
    lang = language()
    guessed, counted = _sums(work.cells, "estimated_minutes"), _sums(work.cells, "minutes")
    rows: list[list[str]] = []
    for need in whole[whole["office"].notna()].sort_values("office").itertuples(index=False):
        office = str(need.office)
        share = 100 * guessed[office] / counted[office] if counted.get(office) else 0.0
        rows.append([office, str(names.get(office, "")), *_need(need), *_people(need), percent(share, lang)])
    for need in whole[whole["office"].isna()].itertuples(index=False):
        share = 100 * sum(guessed.values()) / sum(counted.values()) if sum(counted.values()) else 0.0
        rows.append([tr("Together", lang), "", *_need(need), *_people(need), percent(share, lang)])
    table([tr(text, lang) for text in OFFICE_TITLES], rows, right=(2, 3, *range(5, 15)))


def _show_groups(instance: Instance, work: Workload) -> None:
    """Print need of the year, at the peak and within windows, for each office and task group."""
    lang = language()
    groups = dict(
        zip(instance.tables["task_groups"]["code"], instance.tables["task_groups"]["name"], strict=True)
    )
    cells = work.needs[work.needs["office"].notna() & work.needs["task_group"].notna()]
    rows = [
        [
            str(need.office),
            str(need.pool),
            str(need.task_group),
            str(groups.get(need.task_group, "")),
            *_fte(need),
        ]
        for need in cells.itertuples(index=False)
    ]
    table([tr(text, lang) for text in GROUP_TITLES], rows, right=(4, 5, 7, 8))


def _show_policies(instance: Instance) -> None:
    """Print the totals of one register under every policy."""
    from vitri.policy.labels import code_label
    from vitri.workload import by_policy

    lang = language()
    rows: list[list[str]] = []
    for row in by_policy(instance).to_dict("records"):
        name = row["policy"] or tr("the scenario's own", lang)
        if row[f"refused_{lang}"]:
            rows.append([name, row[f"refused_{lang}"], *[""] * (len(POLICY_TITLES) - 2)])
            continue
        low, high = _hours(int(row["post_minutes_low"])), _hours(int(row["post_minutes_high"]))
        rows.append(
            [
                name,
                str(row[f"name_{lang}"]),
                low if low == high else f"{low}-{high}",
                percent(row["useful_time_pct"] / 100, lang, 0),
                _hours(int(row["minutes"])),
                number(row["year_fte_dec4"] / 10_000, lang, 4),
                number(int(row["posts_by_position"]), lang),
                number(int(row["posts_by_pool"]), lang),
                number(int(row["posts_by_office"]), lang),
                number(int(row["posts"]), lang),
                f"{code_label(row['rounding_rule'], lang)}, {code_label(row['rounding_level'], lang)}",
                code_label(row["status"], lang),
            ]
        )
    table([tr(text, lang) for text in POLICY_TITLES], rows, right=range(2, 10))
    line(
        tr("Same register, same day; only the policy differs. Figures marked as assumption are no law.", lang)
    )


def _sums(frame: pd.DataFrame, column: str) -> dict[str, int]:
    """Return office → sum of a column."""
    return {
        str(office): int(total) for office, total in frame.groupby("office", sort=True)[column].sum().items()
    }


def _hours(minutes: int) -> str:
    """Write minutes as whole hours."""
    return number(round(minutes / 60), language())


def _fte(need: Any) -> list[str]:
    """Return hours, the year's FTE, the peak and the need within windows as text."""
    lang = language()
    windowed = need.windowed_fte_dec4
    return [
        _hours(int(need.minutes)),
        number(need.year_fte_dec4 / 10_000, lang, 2),
        month_text(need.peak_month, lang) if isinstance(need.peak_month, str) else "–",
        number(need.peak_fte_dec4 / 10_000, lang, 2),
        "–" if windowed is None or windowed != windowed else number(int(windowed) / 10_000, lang, 2),
    ]


def _need(need: Any) -> list[str]:
    """Return the figures of one row of needs as text."""
    lang = language()
    posts = (need.posts_by_position, need.posts_by_pool, need.posts_by_office, need.posts)
    return [*_fte(need), *(number(int(value), lang) for value in posts)]


def _people(need: Any) -> list[str]:
    """Return today's people, the WISN ratio and the difference as text; a dash where nobody says."""
    import pandas as pd

    lang = language()
    if pd.isna(need.existing):
        return ["–", "–", "–"]
    if pd.isna(need.wisn_ratio_dec3):
        return [number(int(need.existing), lang), "–", "–"]
    return [
        number(int(need.existing), lang),
        number(int(need.wisn_ratio_dec3) / 1000, lang, 2),
        number(int(need.wisn_difference_dec4) / 10_000, lang, 2),
    ]


OFFICE_TITLES = (
    N_("Office"),
    N_("Name"),
    N_("Hours"),
    N_("Full-time equivalents"),
    N_("Peak month"),
    N_("At the peak"),
    N_("Within windows"),
    N_("Rounded by task group"),
    N_("by pool"),
    N_("by office"),
    N_("Posts"),
    N_("People now"),
    N_("WISN ratio"),
    N_("Difference"),
    N_("Estimated share"),
)
GROUP_TITLES = (
    N_("Office"),
    N_("Pool"),
    N_("Task group"),
    N_("Name"),
    N_("Hours"),
    N_("Full-time equivalents"),
    N_("Peak month"),
    N_("At the peak"),
    N_("Within windows"),
)
POLICY_TITLES = (
    N_("Policy"),
    N_("Full title"),
    N_("Hours of a post"),
    N_("Useful time"),
    N_("Hours"),
    N_("Full-time equivalents"),
    N_("Rounded by task group"),
    N_("by pool"),
    N_("by office"),
    N_("Posts"),
    N_("Rounding"),
    N_("Status"),
)

COMMANDS = (workload,)
