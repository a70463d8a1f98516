"""What a study asks, what it knows before posts are set, and what a way of setting them gives."""

from __future__ import annotations

from dataclasses import dataclass

from vitri.optimise.engine import IntArray, Status
from vitri.optimise.quota import Tree
from vitri.optimise.size import Posed
from vitri.optimise.uncertainty.crews import Crew
from vitri.optimise.uncertainty.offices import OfficeOutlook, Uncertain


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: the probability (hundredths of a percent), the budget Γ, and how much is drawn.

    `budget` is how many task groups of a crew rise to their upper value at once; `scenarios` are the draws
    that quotas are made from, `simulations` the fresh ones they are tried on.
    """

    probability_dec2: int = 9_000
    budget: int = 2
    scenarios: int = 2_000
    simulations: int = 4_000
    seed: int = 0


@dataclass(frozen=True)
class Plan:
    """One way to set quotas: posts of every crew; its objective's value and bound, and its status.

    `measure` names the objective: cost, posts, or lowest (the weight of the draws in which the office that
    keeps the rule least often keeps it).
    """

    posts: IntArray
    measure: str
    value: int
    bound: int
    status: Status


@dataclass(frozen=True)
class Prospect:
    """Everything the tables are written from."""

    posed: Posed
    tree: Tree
    crews: tuple[Crew, ...]
    crews_of: tuple[tuple[int, ...], ...]
    offices: tuple[OfficeOutlook, ...]
    uncertain: Uncertain
    question: Question
