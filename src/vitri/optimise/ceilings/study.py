"""The study of ceilings: from a scenario to the curve of undone work, its paradoxes, and the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, NoPlanError, UsageError
from vitri.i18n import N_
from vitri.optimise.ceilings.by_class import class_curve
from vitri.optimise.ceilings.points import Answers, point_table, share_table, steps_surplus
from vitri.optimise.ceilings.question import (
    Level,
    Levels,
    grown_left,
    lifted,
    office_curve,
    widened,
)
from vitri.optimise.ceilings.stepwise import stepwise
from vitri.optimise.class_share import kept, share_again
from vitri.optimise.engine import SolveOptions, Status, Watch
from vitri.optimise.office_plan import Positions
from vitri.optimise.quota import Curve, share_by_curve
from vitri.optimise.search import Task, bound_curves, evaluate, plan_under
from vitri.optimise.sharing.ceilings import ceiling_curve, population_losses
from vitri.optimise.sharing.monotone import monotone_shares
from vitri.optimise.size import Posed, design, pose
from vitri.policy import PlanningModel
from vitri.workload import Workload

#: How much an office's own work grows in the report of those who lose by growing, in percent.
GROWTHS = (1, 5, 10)
#: About how many ceilings are shown where none are asked for.
SHOWN = 12


@dataclass(frozen=True)
class Need:
    """Posts that keep the service rule, fixed ones included: in steps, jointly, and the pooled bound."""

    steps: int
    joint: int | None
    bound: int | None

    @property
    def status(self) -> Status:
        """Whether the joint number is proven to be the fewest."""
        return "optimal" if self.joint is not None and self.joint == self.bound else "feasible"


@dataclass(frozen=True)
class CeilingStudy:
    """What was found. Ceilings and posts include the `fixed` posts; minutes are whole.

    `points` has a row for every ceiling (`points.point_table`), `shares` every office's sized posts at the
    ceilings `asked`, `house` the offices that lose a post when the ceiling rises, `population` those that
    lose at `population_at` when only their own work grows, `order` the offices in the order in which the
    monotone rule gives posts. `present` is the ceiling in force (None: none), `lowest` the lowest with a
    plan, `saturation` the posts after which no post saves anything, `done_at` the fewest that leave nothing
    undone. The structure is the one that sizing the scenario finds; `positions` counts its positions.
    `by_class`: quotas by class of post decide, so that steps, growth and the monotone rule, which know
    nothing of them, are left out.
    """

    offices: tuple[str, ...]
    levels: tuple[Level, ...]
    fixed: int
    present: int | None
    lowest: int
    saturation: int
    done_at: int | None
    asked: tuple[int, ...]
    positions: int
    points: pd.DataFrame
    shares: pd.DataFrame
    house: pd.DataFrame
    population: pd.DataFrame
    population_at: int | None
    order: pd.DataFrame
    need: Need
    by_class: bool = False

    @property
    def proven(self) -> bool:
        """Whether the undone work of every ceiling is proven to be the least."""
        return bool((self.points["status"] == "optimal").all())

    def at(self, ceiling: int) -> dict[str, Any]:
        """Return the row of a ceiling."""
        row = ceiling - int(self.points["ceiling"].iloc[0])
        return {str(name): self.points[name].iloc[row] for name in self.points}


def ceilings_of(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    fund: pd.DataFrame,
    watch: Watch | None = None,
    *,
    at: Sequence[int] | None = None,
    first: int | None = None,
    last: int | None = None,
) -> CeilingStudy:
    """Answer every ceiling of the root at once; `at`, `first`, `last` choose those to show (fixed included).

    The structure is found once, by sizing as the scenario asks; then every ceiling is shared out exactly
    under it, with all limits below the root in force. Raises `NoPlanError` where limits leave no plan,
    `UsageError` where a ceiling asked for is below the lowest possible one.
    """
    watch = watch or Watch(SolveOptions())
    posed = pose(instance, model, workload, fund, watch)
    designed = design(instance, posed, watch)
    assert designed.found.plan is not None
    positions = designed.found.plan.positions
    limited = posed if posed.sizing == "ceiling" else _posed(instance, model, workload, fund, "ceiling")
    objective = widened(limited.setting.objective, limited)
    task = replace(designed.task, tree=lifted(limited), setting=replace(limited.setting, objective=objective))
    plans = [plan_under(task, o, positions) for o in range(len(task.cube.offices))]
    curves = [plan.curve for plan in plans]
    free = joint = ceiling_curve(curves, task.tree)
    if limited.sides is not None:
        joint = class_curve(free, plans, task, positions, limited.sides, watch)
    by_class = joint is not free
    fixed = sum(post.posts for post in posed.fixed)
    answers = Answers(
        task.cube.offices,
        Levels(objective),
        joint,
        ceiling_curve(bound_curves(task), task.tree),
        stepwise(task),
        None if by_class else monotone_shares(curves, task.tree),
        fixed,
        by_class,
    )
    lowest = answers.lowest()
    if lowest is None:
        raise NoPlanError(_no_plan())
    root = limited.tree.nodes[-1].ceiling
    present = root + fixed if root < lifted(limited).nodes[-1].ceiling else None
    saturation = answers.saturation()
    asked = _asked(at, first, last, lowest + fixed, saturation + fixed, present)
    beyond = max(saturation, max(asked) - fixed)
    points = point_table(answers, beyond)
    surplus = steps_surplus(answers, [c - fixed for c in asked])
    points["steps_more_posts"] = points["ceiling"].map(lambda c: surplus.get(int(c) - fixed)).astype("Int64")
    tried = present if present is not None else next((c for c in at or () if c < saturation + fixed), None)
    tried = None if by_class else tried
    done = answers.done_at()
    return CeilingStudy(
        task.cube.offices,
        answers.levels.all,
        fixed,
        present,
        lowest + fixed,
        saturation + fixed,
        None if done is None else done + fixed,
        asked,
        len({p for scope in positions for p in scope}),
        points,
        share_table(answers, [c - fixed for c in asked]),
        _house(answers),
        _population(limited, task, curves, positions, None if tried is None else tried - fixed),
        tried,
        _order(answers),
        _need(instance, model, workload, fund, task, positions, posed, answers, watch),
        by_class,
    )


def _posed(
    instance: Instance, model: PlanningModel, workload: Workload, fund: pd.DataFrame, sizing: str
) -> Posed:
    options = SolveOptions(sizing=sizing)  # type: ignore[arg-type]  # one of the two literals
    return pose(instance, model, workload, fund, Watch(options))


def _asked(
    at: Sequence[int] | None,
    first: int | None,
    last: int | None,
    lowest: int,
    saturation: int,
    present: int | None,
) -> tuple[int, ...]:
    """Return the ceilings to show, rising; a default is about a dozen of them and the present one."""
    chosen = set(at or ())
    if first is not None and last is not None and first > last:
        raise UsageError(
            Finding(
                code="bad_range",
                value=f"{first}-{last}",
                message=N_("The first ceiling is above the last."),
                advice=N_("Give --from the lower and --to the higher number."),
            )
        )
    if not chosen or first is not None or last is not None:
        low = lowest if first is None else first
        high = max(low, saturation if last is None else last)
        step = max(1, -(-(high - low) // (SHOWN - 1)))
        chosen |= {*range(low, high, step), high}
        if present is not None and first is None and last is None:
            chosen.add(present)
    refused = [c for c in sorted(chosen) if c < lowest]
    if refused:
        raise UsageError(
            [
                Finding(
                    code="ceiling_too_low",
                    table="quotas",
                    value=str(c),
                    allowed=N_("at least the fixed posts and the floors"),
                    message=N_(
                        "Under a ceiling of {ceiling} there is no plan: fixed posts and floors take {least}."
                    ),
                    advice=N_("Ask for a ceiling of {least} or more."),
                    fields={"ceiling": c, "least": lowest},
                )
                for c in refused
            ]
        )
    return tuple(sorted(chosen))


def _house(answers: Answers) -> pd.DataFrame:
    """Write who loses posts when the ceiling rises to `ceiling`."""
    records = [
        {"ceiling": step.ceiling + answers.fixed, "office": answers.offices[office], "posts_lost": lost}
        for step in answers.joint.house_losses()
        for office, lost in step.losses
    ]
    return pd.DataFrame(records, columns=["ceiling", "office", "posts_lost"])


def _population(
    posed: Posed, task: Task, curves: list[Curve], positions: tuple[Positions, ...], ceiling: int | None
) -> pd.DataFrame:
    """Write who loses posts at a ceiling when only the office's own work grows."""
    records = []
    if ceiling is not None:
        for pct in GROWTHS:
            left = grown_left(posed, pct)
            grown = [office_curve(task, left, o, positions) for o in range(len(curves))]
            for office, lost in population_losses(curves, grown, task.tree, ceiling):
                records.append({"growth_pct": pct, "office": task.cube.offices[office], "posts_lost": lost})
    return pd.DataFrame(records, columns=["growth_pct", "office", "posts_lost"])


def _order(answers: Answers) -> pd.DataFrame:
    """Write the order in which the monotone rule gives posts: first the start, then one post a row."""
    if answers.rule is None:
        return pd.DataFrame(columns=["ceiling", "office"])
    first = int(answers.rule.start.sum()) + answers.fixed + 1
    return pd.DataFrame(
        [(first + i, answers.offices[o]) for i, o in enumerate(answers.rule.order)],
        columns=["ceiling", "office"],
    )


def _need(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    fund: pd.DataFrame,
    task: Task,
    positions: tuple[Positions, ...],
    posed: Posed,
    answers: Answers,
    watch: Watch,
) -> Need:
    """Count the posts that keep the service rule: in steps, by the same structure, and at least."""
    asked = posed if posed.sizing == "need" else _posed(instance, model, workload, fund, "need")
    needed = replace(task, tree=asked.tree, setting=asked.setting)
    found = evaluate(needed, positions)
    if found is not None and asked.sides is not None and not kept(found, asked.sides):
        found, _ = share_again(needed, positions, asked.sides, watch, {}, found)
    bound = share_by_curve(bound_curves(needed), asked.tree)
    return Need(
        answers.steps.posts + answers.fixed,
        None if found is None else int(found.share.posts.sum()) + answers.fixed,
        None if bound is None else int(bound.posts.sum()) + answers.fixed,
    )


def _no_plan() -> Finding:
    return Finding(
        code="no_plan",
        table="quotas",
        message=N_("No plan keeps the limits below the whole, whatever its ceiling."),
        advice=N_("Lower a floor, or raise a limit below it."),
    )
