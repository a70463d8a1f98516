"""The network of a month's work: cells to holders to time, many office-months side by side as one flow.

A node for each demand row, holder-month and free share of a fixed holder-month, and one sink per office and
month, so that office-months are independent. Arcs: work not done, work done by a holder, the free share,
normal time up to an even load, normal time above it, overtime. Arcs are built as numpy columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.i18n import N_
from vitri.optimise.engine import IntArray
from vitri.optimise.people_data import PostGroup, Sized, read_groups, read_people, read_posts, texts, wholes
from vitri.optimise.people_duty import Duties, Holder
from vitri.optimise.people_flow import Network, solve

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

_FAR = 3
_AT_SINK = ("overtime", "imbalance")
_COLUMN = {"leader": 3, "cover": 4, "spread": 5}


@dataclass(frozen=True)
class Goal:
    """One level of the flow: `key` says which arcs it prices, the rest how it is reported."""

    key: str
    order: int
    name: str
    measure: str
    priorities: tuple[int, ...] = ()


def goals_of(model: PlanningModel) -> tuple[Goal, ...]:
    """Return the levels of the flow in order: the model's own, then those that only order equals."""
    service: list[Goal] = []
    later: list[Goal] = []
    done: set[int] = set()
    for level in sorted(model.level, key=lambda item: item.order):
        if level.measure == "unmet_minutes":
            priorities = tuple(sorted(set(level.priority) - done))
            done |= set(priorities)
            if priorities:
                service.append(Goal("unmet", level.order, level.name, level.measure, priorities))
        elif level.measure == "overtime_minutes" and all(goal.key != "overtime" for goal in service):
            service.append(Goal("overtime", level.order, level.name, level.measure))
        elif level.measure == "imbalance_minutes" and all(goal.key != "imbalance" for goal in later):
            later.append(Goal("imbalance", level.order, level.name, level.measure))
        elif level.measure == "extra_duties" and all(goal.key != "cover" for goal in later):
            later.append(Goal("cover", level.order, N_("Minutes of combined duties"), "cover_minutes"))
    for priority in sorted({1, 2, 3} - done):
        service.append(Goal("unmet", 90 + priority, N_("Work left undone"), "unmet_minutes", (priority,)))
    if all(goal.key != "overtime" for goal in service):
        service.append(Goal("overtime", 94, N_("Overtime minutes"), "overtime_minutes"))
    own = Goal("leader", 95, N_("Own work of fixed posts done by others"), "leader_work_minutes")
    if all(goal.key != "imbalance" for goal in later):
        later.append(Goal("imbalance", 96, N_("Uneven load"), "imbalance_minutes"))
    if all(goal.key != "cover" for goal in later):
        later.append(Goal("cover", 97, N_("Minutes of combined duties"), "cover_minutes"))
    spread = Goal("spread", 98, N_("Minutes away from the main official"), "spread_minutes")
    return (*service, own, *later, spread)


def load_band(model: PlanningModel) -> int:
    """Return the middle load band in hundredths of a percent, at most 100 %: up to it a load is even."""
    bands = sorted(model.report.load_bands_pct) or [Decimal(90)]
    return min(10_000, int(bands[len(bands) // 2] * 100))


@dataclass(frozen=True)
class Team:
    """Everyone in a seat, in a fixed order, with normal time and overtime (holder × month, minutes)."""

    holders: tuple[Holder, ...]
    time: IntArray
    overtime: IntArray
    present: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        instance: Instance,
        model: PlanningModel,
        sized: Sized,
        staffing: pd.DataFrame,
        person_time: pd.DataFrame,
        time_fund: pd.DataFrame,
        months: Sequence[str],
    ) -> Team:
        """Read the seats taken and vacant."""
        groups = read_groups(instance, model)
        posts = {post.code: post for post in read_posts(instance, model, sized, groups)}
        people = {person.code: person for person in read_people(instance, model, groups)}
        number = {month: index for index, month in enumerate(months)}
        shape = len(months)

        def matrix(frame: pd.DataFrame, key: str, column: str) -> dict[str, IntArray]:
            rows: dict[str, IntArray] = {}
            for code, month, minutes in zip(
                texts(frame, key), texts(frame, "month"), wholes(frame, column, 0), strict=True
            ):
                if month in number:
                    rows.setdefault(code, np.zeros(shape, dtype=np.int64))[number[month]] = minutes
            return rows

        normal = matrix(person_time, "official", "minutes")
        extra = matrix(person_time, "official", "overtime_minutes")
        fund = matrix(time_fund, "office", "minutes")
        nothing = np.zeros(shape, dtype=np.int64)
        rows: list[tuple[Holder, IntArray, IntArray, npt.NDArray[np.bool_]]] = []

        def vacancy(post: PostGroup, seat: int, first: int, after: str = "") -> None:
            time = fund.get(post.office, nothing).copy()
            time[:first] = 0
            here = np.arange(shape) >= first
            holder = Holder(f"VAC-{post.code}-{seat}", post, None, int(time.sum()), after)
            rows.append((holder, time, nothing, here))

        for official, code, seat in zip(
            texts(staffing, "official"),
            texts(staffing, "post_group"),
            wholes(staffing, "seat", 0),
            strict=True,
        ):
            if code not in posts:
                continue
            post = posts[code]
            person = people.get(official)
            if person is None:
                vacancy(post, seat, 0)
                continue
            time = normal.get(official, nothing)
            here = np.ones(shape, dtype=bool)
            last = f"{person.ends:%Y-%m}" if person.ends else ""
            if last in number and number[last] + 1 < shape:
                here = np.arange(shape) <= number[last]
                vacancy(post, seat, number[last] + 1, official)
            rows.append(
                (Holder(official, post, person, int(time.sum())), time, extra.get(official, nothing), here)
            )
        rows.sort(key=lambda row: (row[0].post.office, row[0].person is None, row[0].code))
        return cls(
            tuple(row[0] for row in rows),
            np.array([row[1] for row in rows], dtype=np.int64).reshape(len(rows), shape),
            np.array([row[2] for row in rows], dtype=np.int64).reshape(len(rows), shape),
            np.array([row[3] for row in rows], dtype=bool).reshape(len(rows), shape),
        )


class MonthFlow:
    """The flows of some offices over all months, as one network of independent office-months."""

    def __init__(
        self, demand: pd.DataFrame, team: Team, duties: Duties, goals: Sequence[Goal], people: int, band: int
    ) -> None:
        self.demand = demand
        self.team = team
        self.goals = goals
        self.band = band
        self.months = team.time.shape[1]
        number = {holder: index for index, holder in enumerate(team.holders)}
        cells = list(dict.fromkeys(zip(demand["office"], demand["pool"], demand["task_group"], strict=True)))
        self.cell_of = {cell: index for index, cell in enumerate(cells)}
        keys = zip(demand["office"], demand["pool"], demand["task_group"], strict=True)
        self.cell = np.array([self.cell_of[key] for key in keys], dtype=np.int64)
        self.month = demand["month"].to_numpy(dtype=np.int64)
        self.priority = demand["priority"].to_numpy(dtype=np.int64)
        self.minutes = demand["minutes"].to_numpy(dtype=np.int64)
        main_of: dict[Holder, dict[tuple[str, str], tuple[bool, bool]]] = {}
        rows: list[tuple[int, int, int, int, int, int]] = []
        for cell, index in self.cell_of.items():
            order = duties.order.get(cell, [])
            own = {h for h in order if h.post.fixed and not _cell(main_of, h)[cell[1:]][1]}
            for place, holder in enumerate(order):
                main, free = _cell(main_of, holder)[cell[1:]]
                far = min(place, 2) if place < people else _FAR
                rows.append(
                    (
                        index,
                        number[holder],
                        int(free),
                        int(bool(own) and holder not in own),
                        int(not main),
                        far,
                    )
                )
        self.pairs = np.array(rows, dtype=np.int64).reshape(len(rows), 6)

    def solve(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, list[int]]:
        """Return minutes by demand row and holder, time used by holder-month, the unmet rows, the totals."""
        row, pair, at = self._meetings()
        arcs, sinks, crowd = self._arcs(row, pair, at)
        sizes = [len(arc[0]) for arc in arcs.values()]
        ends = np.cumsum(sizes).tolist()
        place = {name: slice(end - size, end) for name, end, size in zip(arcs, ends, sizes, strict=True)}
        costs = np.zeros((ends[-1], len(self.goals)), dtype=np.int64)
        swings: list[int] = []
        for level, goal in enumerate(self.goals):
            if goal.key == "unmet":
                costs[place["undone"], level] = np.isin(self.priority, goal.priorities)
            elif goal.key in _AT_SINK:
                costs[place[goal.key], level] = 1
            else:
                costs[place["work"], level] = self.pairs[pair, _COLUMN[goal.key]]
            # A simple cycle passes its sink once, so it holds one arc into it and one out of it at most; at
            # every holder's node (or free share) it gains or loses the cost of one arc of work at most.
            dearest = max(1, int(costs[:, level].max(initial=0)))
            swings.append(1 if goal.key in ("unmet", *_AT_SINK) else 2 * crowd * dearest)
        supplies = np.zeros(sinks.max(initial=-1) + 1, dtype=np.int64)
        supplies[: len(self.minutes)] = self.minutes
        np.subtract.at(supplies, sinks, self.minutes)
        tails, heads, capacities = (np.concatenate([arc[k] for arc in arcs.values()]) for k in range(3))
        flow = solve(Network(tails, heads, capacities, costs, supplies), swings)
        done, left = flow.flows[place["work"]], flow.flows[place["undone"]]
        on = done > 0
        worked = self.demand.iloc[row[on]][["office", "pool", "task_group", "month"]]
        slots = np.unique(at)
        load = pd.DataFrame(
            {
                "agent": slots // self.months,
                "month": slots % self.months,
                "normal": flow.flows[place["even"]] + flow.flows[place["imbalance"]],
                "overtime": flow.flows[place["overtime"]],
            }
        )
        return (
            worked.assign(agent=at[on] // self.months, minutes=done[on]),
            load,
            self.demand.assign(minutes=left)[left > 0],
            list(flow.totals),
        )

    def _meetings(self) -> tuple[IntArray, IntArray, IntArray]:
        """Pair each demand row with each holder of its cell who has time: row, pair and holder-month."""
        starts = np.searchsorted(self.pairs[:, 0], np.arange(len(self.cell_of) + 1))
        counts = np.diff(starts)[self.cell]
        row = np.repeat(np.arange(len(self.cell)), counts)
        within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        pair = starts[self.cell][row] + within
        at = self.pairs[pair, 1] * self.months + self.month[row]
        able = (self.team.time + self.team.overtime).ravel()[at] > 0
        return row[able], pair[able], at[able]

    def _arcs(
        self, row: IntArray, pair: IntArray, at: IntArray
    ) -> tuple[dict[str, tuple[IntArray, IntArray, IntArray]], IntArray, int]:
        """Return the arcs by kind (tails, heads, capacities), each demand row's sink, the largest team.

        Nodes: demand rows, holder-months, free shares of holder-months, one sink per office and month.
        """
        team, months = self.team, self.months
        free = self.pairs[pair, 2] == 1
        slots, slot_of = np.unique(at, return_inverse=True)
        free_slots, free_of = np.unique(at[free], return_inverse=True)
        offices, office_of = np.unique(self.demand["office"].to_numpy(dtype=object), return_inverse=True)
        office_months, sink_of = np.unique(office_of * months + self.month, return_inverse=True)
        first_slot = len(self.cell)
        first_free = first_slot + len(slots)
        first_sink = first_free + len(free_slots)
        number = {code: index for index, code in enumerate(offices.tolist())}
        homes = [number[team.holders[holder].post.office] for holder in (slots // months).tolist()]
        place = np.searchsorted(office_months, np.array(homes, dtype=np.int64) * months + slots % months)
        time, extra = team.time.ravel()[slots], team.overtime.ravel()[slots]
        even = self._even(time, place, sink_of)
        target = first_slot + slot_of
        target[free] = first_free + free_of
        share = np.array([holder.post.free_bp for holder in team.holders], dtype=np.int64)
        room = team.time.ravel()[free_slots] * share[free_slots // months] // 10_000
        nodes, sinks = first_slot + np.arange(len(slots)), first_sink + place
        via = np.searchsorted(slots, free_slots)
        arcs = {
            "undone": (np.arange(first_slot), first_sink + sink_of, self.minutes),
            "work": (row, target, self.minutes[row]),
            "free": (first_free + np.arange(len(free_slots)), first_slot + via, room),
            "even": (nodes, sinks, even),
            "imbalance": (nodes, sinks, time - even),
            "overtime": (nodes, sinks, extra),
        }
        crowd = int(np.bincount(np.concatenate([place, place[via]])).max(initial=0))
        return arcs, first_sink + sink_of, crowd

    def _even(self, time: IntArray, place: IntArray, sink_of: IntArray) -> IntArray:
        """Return how much normal time of each holder-month may be used before the load counts as uneven.

        The middle load band, or the load that the office's month has on average where that is higher.
        """
        asked = np.zeros(int(sink_of.max(initial=-1)) + 1, dtype=np.int64)
        np.add.at(asked, sink_of, self.minutes)
        offered = np.zeros_like(asked)
        np.add.at(offered, place, time)
        average = -(-time * np.minimum(asked, offered)[place] // np.maximum(offered, 1)[place])
        return np.minimum(time, np.maximum(time * self.band // 10_000, average))


def _cell(
    known: dict[Holder, dict[tuple[str, str], tuple[bool, bool]]], holder: Holder
) -> dict[tuple[str, str], tuple[bool, bool]]:
    """Return (pool, task group) → (main, free) of a holder's post, remembered."""
    if holder not in known:
        known[holder] = {(pool, group): (main, free) for pool, group, main, free in holder.post.cells}
    return known[holder]
