"""How far a scheme of shared offices is in use: five goals per office, told from the data alone.

The goals are those such schemes are reviewed by: members register their month, tasks are assigned by group,
work is ordered, positions are defined, quotas are assigned.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from vitri.data.fields import column_text
from vitri.data.instance import Instance

GOALS = ("registration", "assignment", "orders", "positions", "quota")
"""The goals, in the order of the scheme's month."""

_ASSIGNED = ("assigned", "done")
_REAL = ("approved", "assigned", "done", "merged")


@dataclass(frozen=True)
class Adoption:
    """What a scenario's data say about the scheme.

    `rows` has office, goal, reached, of, state (met, partly, not_met): `reached` of `of` months, task
    groups, orders, positions or quotas. `offices` are the codes, sorted.
    """

    rows: pd.DataFrame
    offices: tuple[str, ...]

    def count(self, goal: str, state: str) -> int:
        """Return in how many offices a goal has a state."""
        return int((self.rows["goal"].eq(goal) & self.rows["state"].eq(state)).sum())

    def places(self, goal: str, state: str) -> list[str]:
        """Return the offices where a goal has a state."""
        part = self.rows[self.rows["goal"].eq(goal) & self.rows["state"].eq(state)]
        return [str(office) for office in part["office"]]


def adoption(instance: Instance) -> Adoption:
    """Measure the five goals in every office of a scenario.

    - registration: months that every member organisation registered in full (or said it has no work);
    - assignment: task groups with work of which at least one line was assigned or done;
    - orders: orders that were approved or went further, of all orders written down; none at all is not met;
    - positions: kinds of position of the office's staff that have a number of posts;
    - quota: 1 when allocated; a provisional number is partly.
    """
    offices = tuple(sorted(str(code) for code in instance.table("offices")["code"]))
    frames = [
        _registration(instance),
        _assignment(instance),
        _orders(instance),
        _positions(instance),
        _quota(instance),
    ]
    rows = []
    for goal, frame in zip(GOALS, frames, strict=True):
        full = frame.reindex(list(offices)).fillna(0).astype("int64")
        full.insert(0, "goal", goal)
        rows.append(full.rename_axis("office").reset_index())
    table = pd.concat(rows, ignore_index=True)
    met = (table["of"] > 0) & (table["reached"] >= table["of"])
    some = (table["reached"] > 0) | (table["partly"] > 0)
    table["state"] = "not_met"
    table.loc[some, "state"] = "partly"
    table.loc[met, "state"] = "met"
    return Adoption(table.drop(columns="partly"), offices)


def _frame(reached: pd.Series, of: pd.Series, partly: pd.Series | None = None) -> pd.DataFrame:
    """Join the figures of one goal by office."""
    frame = pd.DataFrame({"reached": reached, "of": of}).fillna(0)
    frame["partly"] = 0 if partly is None else partly.reindex(frame.index).fillna(0)
    return frame


def _registration(instance: Instance) -> pd.DataFrame:
    """Count the months that every member registered, and whether any member gave part of anything."""
    info = instance.info
    months = pd.period_range(info.first_month, info.last_month, freq="M").astype(str)
    table = instance.table("submissions")
    offices = instance.table("offices")["code"]
    of = pd.Series(len(months), index=offices)
    if table.empty:  # then a month with a line is a month registered
        lines = instance.table("registrations")
        lines = lines[lines["basis"].fillna("registered").eq("registered")]
        month = lines["period"].astype("str").str[:7]
        monthly = lines[month.isin(months)].assign(month=month)
        return _frame(monthly.groupby("office")["month"].nunique(), of)
    table = table[table["month"].isin(months)]
    full = table["state"].isin(["complete", "nil"])
    whole = full.groupby([table["office"], table["month"]]).all()
    reached = whole.groupby(level=0).sum()
    some = table["state"].ne("missing").groupby(table["office"]).any().astype("int64")
    return _frame(reached, of, some)


def _lines(instance: Instance) -> pd.DataFrame:
    """Return office, task group, kind and state of the registered lines that were not withdrawn."""
    lines, items = instance.table("registrations"), instance.table("work_items")
    groups = dict(zip(items["code"], items["task_group"], strict=True))
    frame = pd.DataFrame(
        {
            "office": lines["office"],
            "task_group": lines["task_group"].fillna(lines["work_item"].map(groups)),
            "kind": lines["kind"].fillna("program"),
            "status": lines["status"].fillna("approved"),
            "basis": lines["basis"].fillna("registered"),
        }
    )
    return frame[~frame["status"].isin(["cancelled", "merged"])]


def _assignment(instance: Instance) -> pd.DataFrame:
    """Count the task groups with work, and those of which a line was assigned or done."""
    lines = _lines(instance)
    of = lines.groupby("office")["task_group"].nunique()
    done = lines[lines["status"].isin(_ASSIGNED)]
    return _frame(done.groupby("office")["task_group"].nunique(), of)


def _orders(instance: Instance) -> pd.DataFrame:
    """Count the orders written down and those that were accepted."""
    lines = _lines(instance)
    orders = lines[lines["kind"].eq("order")]
    real = orders["status"].isin(_REAL).astype("int64")
    of = orders.groupby("office").size()
    return _frame(real.groupby(orders["office"]).sum(), of, of.clip(upper=1))


def _positions(instance: Instance) -> pd.DataFrame:
    """Count the kinds of position of each office, and those with a number; posts of 0 are left out."""
    table, people = instance.table("current_posts"), instance.table("officials")
    keys = ["office", "position"]
    named = pd.concat([table[keys], people[keys]], ignore_index=True)
    named["position"] = named["position"].fillna("?")  # a person without a position is one not defined
    of = named.drop_duplicates().groupby("office").size()
    zero = table[table["posts"].eq(0).fillna(False)][keys].drop_duplicates().groupby("office").size()
    given = table[table["posts"].gt(0).fillna(False)][keys].drop_duplicates().groupby("office").size()
    return _frame(given, of.sub(zero, fill_value=0))


def _quota(instance: Instance) -> pd.DataFrame:
    """Tell which offices have an allocated quota (met) or a provisional one (partly)."""
    table = instance.table("quotas")
    day = table["valid_from"]
    table = table[day.isna() | (day <= pd.Timestamp(instance.info.as_of))]
    offices = instance.table("offices")["code"]
    whole = table[table["organisation"].isna() & table["position_class"].isna()]
    status = pd.Series(column_text(whole["status"], "enum"), index=whole.index)
    numbered = whole["posts"].notna()
    allocated = (status.eq("allocated") & numbered).groupby(whole["unit"]).any().astype("int64")
    provisional = (status.eq("provisional") & numbered).groupby(whole["unit"]).any().astype("int64")
    return _frame(
        allocated.reindex(offices).fillna(0),
        pd.Series(1, index=offices),
        provisional.reindex(offices).fillna(0),
    )
