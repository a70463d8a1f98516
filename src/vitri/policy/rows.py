"""The tables of a planning model that have rows ([[...]]): vocabulary, rules, levels, days of a calendar."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from vitri.i18n import N_
from vitri.policy.origin import Frozen, Table, key
from vitri.policy.values import (
    Activity,
    Code,
    Day,
    Dec,
    Int,
    Measure,
    Pct,
    PositionClass,
    Priority,
    Text,
    Tier,
)

#: What a volume becomes, in percent of what is registered.
Share = Annotated[Dec, Field(ge=0, le=1000, decimal_places=2)]


class Allowance(Table):
    """Time that every post of some classes needs beside product work: a share, or minutes per period."""

    name: Text = key(N_("Name"))
    name_vi: Text = key(N_("Vietnamese name"), "")
    share_pct: Pct | None = key(N_("Share of time"), None)
    minutes: Int | None = key(N_("Minutes"), None, ge=1, le=525_600)
    per: Literal["day", "week", "month", "year"] | None = key(N_("Per"), None)
    classes: tuple[PositionClass, ...] = key(N_("Position classes"), ("I", "II", "III"), min_length=1)
    covers: tuple[Activity, ...] = key(N_("What the allowance is for"), ())


class Profile(Table):
    """Twelve monthly shares that add up to 100."""

    code: Code = key(N_("Code"))
    name: Text = key(N_("Name"), "")
    shares: tuple[Pct, ...] = key(N_("Monthly shares"), min_length=12, max_length=12)


class Rank(Table):
    """A civil-service rank."""

    code: Code = key(N_("Code"))
    name: Text = key(N_("Name"))
    name_en: Text = key(N_("English name"), "")
    classes: tuple[PositionClass, ...] = key(N_("Position classes"), min_length=1)
    level: Int = key(N_("Level of the rank"), 1, ge=1, le=9)
    column: Text = key(N_("Column in the rank table"), "")
    salary_coefficient: Dec | None = key(
        N_("Starting salary coefficient"), None, gt=0, le=20, decimal_places=2
    )


class Competency(Table):
    """A family of competencies, with levels 1 to 5."""

    code: Code = key(N_("Code"))
    name: Text = key(N_("Name"))
    name_en: Text = key(N_("English name"), "")
    area: Literal["general", "professional", "management"] = key(N_("Area"), "professional")
    training_days_per_level: Int = key(N_("Training days for one level"), 20, ge=0, le=1000)


class Duty(Table):
    """A duty tag, which forbidden pairs speak about."""

    code: Code = key(N_("Code"))
    name: Text = key(N_("Name"))
    name_en: Text = key(N_("English name"), "")


class Compatible(Table):
    """How far two competency families lie apart; a pair not listed has `structure.default_distance`."""

    a: Text = key(N_("First family"))
    b: Text = key(N_("Second family"))
    distance: Int = key(N_("Distance"), 1, ge=0, le=9)


class ForbiddenPair(Table):
    """Two duties that one person (or one pool) may not hold together."""

    a: Text = key(N_("First duty"))
    b: Text = key(N_("Second duty"))
    scope: Literal["person", "pool"] = key(N_("Scope"), "person")


class Leader(Table):
    """Leading posts that the model prescribes."""

    position: Code = key(N_("Position"))
    posts: Int = key(N_("Posts"), 1, ge=0, le=100)
    per: Literal["office", "organisation"] = key(N_("Per"), "organisation")


class SizeRule(Table):
    """Fewest and most posts of a kind of unit."""

    unit: Literal["office", "organisation", "area"] = key(N_("Unit"), "office")
    office_class: Text = key(N_("Office class"), "*")
    floor: Int = key(N_("Posts, at least"), 0, ge=0, le=1_000_000)
    cap: Int | None = key(N_("Posts, at most"), None, ge=0, le=1_000_000)


class Selector(Frozen):
    """Which posts a ratio counts: of a leading role, of a rank, or both."""

    leader_role: Literal["head", "deputy", "member"] | None = None
    rank: Text | None = None


def _kind(value: Any) -> str:
    return "selector" if isinstance(value, (dict, Selector)) else "quota"


Base = Annotated[
    Annotated[Literal["quota"], Tag("quota")] | Annotated[Selector, Tag("selector")], Discriminator(_kind)
]


class RatioCap(Table):
    """A share that may not be exceeded; before `binding_from` it only warns."""

    name: Text = key(N_("Name"))
    count: Selector = key(N_("Posts counted"))
    of: Base = key(N_("Out of"), "quota")
    max_pct: Pct = key(N_("Share, at most"))
    scope: Literal["office", "area"] = key(N_("Scope"), "office")
    except_level: tuple[Tier, ...] = key(N_("Levels exempt"), ())
    rounding: Literal["down", "half_up", "up"] = key(N_("Rounding"), "down")
    binding_from: Day | None = key(N_("Binding from"), None)


class SalaryBudget(Table):
    """Salary coefficients that the posts of a unit may add up to, each at the start of its rank.

    `unit` is every ``office``, every ``area`` (with all that lies in it), ``*`` for all posts together, or
    the code of one office or area.
    """

    name: Text = key(N_("Name"))
    name_vi: Text = key(N_("Vietnamese name"), "")
    unit: Text = key(N_("Unit"), "*", min_length=1)
    coefficients: Dec = key(N_("Salary coefficients, at most"), ge=0, le=10_000_000, decimal_places=2)


class Level(Table):
    """One level of the objective; levels are optimised one after the other."""

    order: Int = key(N_("Order"), ge=1, le=99)
    name: Text = key(N_("Name"))
    name_vi: Text = key(N_("Vietnamese name"), "")
    measure: Measure = key(N_("Measure"))
    priority: tuple[Priority, ...] = key(N_("Priorities"), ())
    tolerance_abs: Int = key(N_("Tolerance"), 0, ge=0, le=10**9)
    tolerance_pct: Pct = key(N_("Tolerance, share"), Decimal(0))

    @model_validator(mode="before")
    @classmethod
    def _all_priorities(cls, raw: Any) -> Any:
        """Unmet work without priorities means all three; other measures have none."""
        if isinstance(raw, dict) and raw.get("measure") == "unmet_minutes" and "priority" not in raw:
            return {**raw, "priority": [1, 2, 3]}
        return raw


class CalendarDay(Frozen):
    """A day off or a working day that overrides the holiday calendar; a blank office means all."""

    date: Day
    office: Text = ""
    kind: Literal["off", "work"]
    reason: Text
    source: Text = ""


class DemandScenario(Table):
    """A future thought possible: how volume and time would differ from what is registered.

    Growth compounds and already raises the first twelve months; `month_pct` are calendar months, January
    first. The probabilities of all scenarios add up to 100.
    """

    name: Text = key(N_("Name"))
    name_vi: Text = key(N_("Vietnamese name"), "")
    probability_pct: Pct = key(N_("Probability"))
    growth_pct: Dec = key(N_("Growth of all work, a year"), Decimal(0), ge=-100, le=900, decimal_places=2)
    absence_pct: Pct = key(N_("Working time lost to absence"), Decimal(0), lt=100)
    month_pct: tuple[Share, ...] = key(N_("Work by calendar month"), (), min_length=12, max_length=12)
    group_pct: dict[Code, Share] = key(N_("Work by task group"), {})


#: The tables with rows, with the class of a row.
ROWS: dict[str, type[Table]] = {
    "allowance": Allowance,
    "profile": Profile,
    "rank": Rank,
    "competency": Competency,
    "duty": Duty,
    "compatible": Compatible,
    "forbidden_pair": ForbiddenPair,
    "leader": Leader,
    "size_rule": SizeRule,
    "ratio_cap": RatioCap,
    "salary_budget": SalaryBudget,
    "level": Level,
    "demand_scenario": DemandScenario,
}
