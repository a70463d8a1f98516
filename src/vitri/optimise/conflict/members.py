"""What a question of "why is there no plan" speaks of: members of a conflict, grants, and concessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from vitri.optimise.engine import IntArray, Status

Unit = Literal["posts", "minutes", "hundredths", "pairs", "times"]

#: The families of rules in the order in which they are looked at and told.
FAMILIES = (
    "ceiling",
    "class_most",
    "cap",
    "class_cap",
    "size_cap",
    "floor",
    "class_floor",
    "size_floor",
    "ratio_cap",
    "fixed",
    "work",
    "pair",
    "structure",
    "rank_cap",
    "salary_budget",
    "seat",
)


@dataclass(frozen=True, order=True)
class Member:
    """One rule in one place: what can stand in a conflict, and what can be eased.

    `family` is one of `FAMILIES`, `unit` the code of an office or area (two groups for a pair, the name of
    a limit of the structure), `detail` a period, an organisation and position, a class, or a rule's name;
    `number` is what the rule says (posts, minutes required, hundredths of a coefficient or of a percent).
    `legal` rules are law.
    """

    family: str
    unit: str
    detail: str = ""
    number: int = 0
    legal: bool = False


@dataclass(frozen=True)
class Grant:
    """How far one member must be eased: `amount` in `unit`, always positive."""

    member: Member
    amount: int
    unit: Unit


@dataclass(frozen=True)
class Proposal:
    """The plan a concession was read from: positions per scope, and the work that stays to be done.

    A blank `positions` means every task group a position of its own, a blank `minutes` all work.
    """

    positions: tuple[tuple[tuple[int, ...], ...], ...] | None = None
    minutes: IntArray | None = None


@dataclass(frozen=True)
class Concession:
    """The cheapest easing within one family of rules (``mixed``: over all families).

    `grants` is empty and `helps` False where the family alone cannot help. `cost` is the weighted sum of the
    amounts, `bound` what nothing can beat; the status is optimal where they agree. `proposal` is the plan
    that shows it.
    """

    family: str
    helps: bool
    grants: tuple[Grant, ...] = ()
    cost: int = 0
    bound: int = 0
    status: Status = "optimal"
    proposal: Proposal | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot be kept together.

    `proven` says that every member was shown to be needed: without it, the others have a plan. `steps` is
    how many fresh questions were put.
    """

    members: tuple[Member, ...]
    proven: bool
    steps: int


class Question(Protocol):
    """A question of existence whose rules can be left out one by one."""

    @property
    def members(self) -> tuple[Member, ...]:
        """Every rule in force, sorted."""
        ...

    def exists(self, kept: frozenset[Member]) -> bool | None:
        """Whether a plan keeps the rules `kept`: proven, disproven, or (None) not decided."""
        ...

    def concessions(
        self, *, allow_legal: bool = False, weights: Mapping[str, int] | None = None
    ) -> tuple[Concession, ...]:
        """Return the cheapest easing of every family alone, and of all together at the end."""
        ...
