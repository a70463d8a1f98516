"""One row for every ceiling: the joint plan, its bound, the next post, steps and the monotone rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from vitri.optimise.ceilings.question import Level, Levels
from vitri.optimise.ceilings.stepwise import Stepwise
from vitri.optimise.engine import IntArray
from vitri.optimise.sharing.ceilings import CeilingCurve, Share, Step, step_between
from vitri.optimise.sharing.monotone import MonotoneShares


@dataclass(frozen=True)
class Answers:
    """All answers by ceiling on sized posts; `fixed` posts come on top in every number that is shown.

    `by_class`: quotas by class of post decide, of which steps and rule know nothing; they are not compared.
    """

    offices: tuple[str, ...]
    levels: Levels
    joint: CeilingCurve
    bound: CeilingCurve
    steps: Stepwise
    rule: MonotoneShares | None
    fixed: int
    by_class: bool = False

    def share(self, ceiling: int) -> Share | None:
        """Return the joint share-out; beyond the last ceiling of use it stays as it is."""
        return _at(self.joint.shares, ceiling)

    def lowest(self) -> int | None:
        """Return the lowest ceiling with a plan."""
        return next((i for i, share in enumerate(self.joint.shares) if share is not None), None)

    def saturation(self) -> int:
        """Return the fewest posts after which no post saves anything."""
        last = self.joint.shares[-1]
        assert last is not None
        return last.used

    def done_at(self) -> int | None:
        """Return the fewest posts that leave no work undone, None if no number does."""
        for ceiling, share in enumerate(self.joint.shares):
            if share is not None and not int(self.levels.undone(self.levels.values([share.cost]))[0]):
                return ceiling
        return None

    def codes(self, moves: Sequence[tuple[int, int]]) -> str:
        """Write which offices gain or lose how many posts: ``BB:1;CD:2``."""
        return ";".join(f"{self.offices[office]}:{posts}" for office, posts in moves)


def _at(shares: Sequence[Share | None], ceiling: int) -> Share | None:
    return shares[min(ceiling, len(shares) - 1)] if ceiling >= 0 else None


def point_table(answers: Answers, last: int) -> pd.DataFrame:
    """Write every ceiling from the lowest with a plan up to `last` (sized posts).

    Level columns (`unmet_1` ... `extra_duties`) are the joint plan; `bound_*` the pooled lower bound, which
    holds level by level in order: the first level that differs has a gap, later ones say nothing. `status`
    is optimal where all levels of undone work reach it.
    """
    levels = answers.levels
    lowest = answers.lowest()
    assert lowest is not None
    records = []
    for ceiling in range(lowest, last + 1):
        share = answers.share(ceiling)
        assert share is not None
        value = levels.values([share.cost])[0]
        record: dict[str, object] = {
            "ceiling": ceiling + answers.fixed,
            "posts": share.used + answers.fixed,
            "undone": int(levels.undone(value)),
            **_level_columns(levels.all, value),
            **_bound(answers, ceiling, value),
            **_next(answers, ceiling, share, value),
            **_cut(answers, ceiling, share, value),
            **_in_steps(answers, ceiling, value),
            **_rule(answers, ceiling),
        }
        records.append(record)
    frame = pd.DataFrame(records)
    whole = [name for name in frame if not str(name).endswith(("level", "gains", "losses", "status"))]
    return frame.astype(dict.fromkeys(whole, "Int64"))


def _level_columns(levels: Sequence[Level], value: IntArray) -> dict[str, int]:
    columns = zip(levels, value.tolist(), strict=True)
    return {level.key: int(v) for level, v in columns if level.measure != "posts"}


def _bound(answers: Answers, ceiling: int, value: IntArray) -> dict[str, object]:
    found = _at(answers.bound.shares, ceiling)
    names = ("bound_undone", "gap_level", "gap", "status")
    if found is None:
        return dict.fromkeys(names[:-1]) | {"status": "feasible"}
    levels = answers.levels
    low = levels.values([found.cost])[0]
    level, gap = levels.first_difference(value, low, levels.last)
    unmet = [lv.key for lv in levels.all[: levels.last]]
    return {
        "bound_undone": int(levels.undone(low)),
        **{f"bound_{key}": int(v) for key, v in zip(unmet, low[: levels.last].tolist(), strict=True)},
        "gap_level": level,
        "gap": gap,
        "status": "optimal" if level is None else "feasible",
    }


def _next(answers: Answers, ceiling: int, share: Share, value: IntArray) -> dict[str, object]:
    """Say what one more post saves, on the first level that moves, and who gets it."""
    after = answers.share(ceiling + 1)
    assert after is not None
    level, saved = answers.levels.first_difference(value, answers.levels.values([after.cost])[0])
    step = step_between(share, after)
    later = next(
        (
            c
            for c in range(ceiling + 1, len(answers.joint.shares))
            if (s := answers.joint.shares[c]) is not None and s.used != share.used
        ),
        None,
    )
    return {
        "next_level": level,
        "next_saved": saved,
        "next_gains": answers.codes(step.gains),
        "next_losses": answers.codes(step.losses),
        "next_useful": None if later is None else later + answers.fixed,
    }


def _cut(answers: Answers, ceiling: int, share: Share, value: IntArray) -> dict[str, object]:
    """Say what one post fewer costs, on the first level that moves, and who loses it."""
    before = answers.share(ceiling - 1)
    if before is None:
        return {"cut_level": None, "cut_cost": None, "cut_losses": "", "cut_gains": ""}
    level, cost = answers.levels.first_difference(answers.levels.values([before.cost])[0], value)
    step: Step = step_between(share, before)
    return {
        "cut_level": level,
        "cut_cost": cost,
        "cut_losses": answers.codes(step.losses),
        "cut_gains": answers.codes(step.gains),
    }


def _in_steps(answers: Answers, ceiling: int, value: IntArray) -> dict[str, object]:
    """Compare with the plan in steps, on the first level of undone work that differs."""
    cost = None if answers.by_class else answers.steps.cost(ceiling)
    if cost is None:
        return dict.fromkeys(("steps_undone", "steps_level", "steps_excess"))
    levels = answers.levels
    other = levels.values([cost])[0]
    level, excess = levels.first_difference(other, value, levels.last)
    unmet = zip(levels.all[: levels.last], other[: levels.last].tolist(), strict=True)
    return {
        "steps_undone": int(levels.undone(other)),
        **{f"steps_{lv.key}": int(v) for lv, v in unmet},
        "steps_level": level,
        "steps_excess": excess,
    }


def _rule(answers: Answers, ceiling: int) -> dict[str, object]:
    """Compare with the rule that never takes back, on the first level that differs."""
    levels = answers.levels
    own = None if answers.rule is None else _at(answers.rule.shares, ceiling)
    best = None if answers.rule is None else _at(answers.rule.exact.shares, ceiling)
    if own is None or best is None:
        return dict.fromkeys(("rule_undone", "rule_level", "rule_excess"))
    value, least = levels.values([own.cost, best.cost])
    level, excess = levels.first_difference(value, least)
    return {"rule_undone": int(levels.undone(value)), "rule_level": level, "rule_excess": excess}


def share_table(answers: Answers, ceilings: Sequence[int]) -> pd.DataFrame:
    """Write every office's sized posts at chosen ceilings: joint, by the monotone rule, in steps."""
    records = []
    for ceiling in ceilings:
        share = answers.share(ceiling)
        assert share is not None
        own = None if answers.rule is None else _at(answers.rule.shares, ceiling)
        given = None if answers.by_class else answers.steps.given(ceiling)
        for office, code in enumerate(answers.offices):
            records.append(
                {
                    "ceiling": ceiling + answers.fixed,
                    "office": code,
                    "posts": int(share.posts[office]),
                    "rule_posts": None if own is None else int(own.posts[office]),
                    "steps_posts": None if given is None else given[office],
                }
            )
    frame = pd.DataFrame(records)
    return frame.astype({name: "Int64" for name in frame if name != "office"})


def steps_surplus(answers: Answers, ceilings: Sequence[int]) -> dict[int, int | None]:
    """Return how many posts more the plan in steps takes to leave no more undone than the joint plan.

    None where no number of posts brings it there.
    """
    levels = answers.levels
    table: list[tuple[int, ...] | None] = []
    for ceiling in range(0 if answers.by_class else answers.steps.reach() + 1):
        cost = answers.steps.cost(ceiling)
        table.append(None if cost is None else tuple(levels.values([cost])[0][: levels.last].tolist()))
    found: dict[int, int | None] = {}
    for ceiling in ceilings:
        share = answers.share(ceiling)
        assert share is not None
        goal = tuple(levels.values([share.cost])[0][: levels.last].tolist())
        first = next((c for c, row in enumerate(table) if row is not None and row <= goal), None)
        found[ceiling] = None if first is None else max(0, first - share.used)
    return found
