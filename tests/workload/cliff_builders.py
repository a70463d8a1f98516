"""Small synthetic registers with planning models for the tests of levers and cliffs."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from vitri.data.instance import Instance
from vitri.policy import PlanningModel, load_model
from vitri.policy.rows import Allowance
from vitri.policy.sections import Rounding, Spread, TimeFund
from vitri.workload import Workload

from .frames import instance
from .test_against_oracle import ORGANISATIONS, registers

CONSTANT = TimeFund(
    method="constant_year", minutes_per_year=75_000, minutes_per_day=300, useful_time_pct=Decimal(100)
)
CALENDAR = TimeFund(minutes_per_day=480, useful_time_pct=Decimal("85.5"), leave_days_per_year=Decimal(12))
WEEKS = TimeFund(method="weeks", weeks=Decimal(52), days_per_week=Decimal(5), useful_time_pct=Decimal(90))
FUNDS = (CONSTANT, CALENDAR, WEEKS)
CUTOFF = ((Decimal("1.077"), 1), (Decimal("2.154"), 2), (Decimal("3.2"), 3))
ROUNDINGS = (("up", ()), ("half_up", ()), ("down", ()), ("wisn", ()), ("cutoff", CUTOFF))
ALLOWANCES: tuple[tuple[Allowance, ...], ...] = (
    (),
    (Allowance(name="a", share_pct=Decimal("12.5"), classes=("I", "II", "III")),),
    (Allowance(name="a", minutes=25, per="day", classes=("II",)),),
    (Allowance(name="a", minutes=900, per="month", classes=("I", "II", "III")),),
)


@cache
def base_model() -> PlanningModel:
    """Return a shipped model to change."""
    return load_model("abk-75000")


def rules(
    rule: str = "up",
    level: str = "pool",
    *,
    cutoff: Any = (),
    fund: TimeFund = CONSTANT,
    allowance: tuple[Allowance, ...] = (),
    irregular: bool = False,
) -> PlanningModel:
    """Return a planning model with these rules."""
    model = base_model()
    work = model.workload.model_copy(update={"count_irregular_in_quota": irregular})
    rounding = Rounding(rule=rule, level=level, cutoff=cutoff)  # type: ignore[arg-type]
    changes = {"time_fund": fund, "rounding": rounding, "allowance": allowance, "workload": work}
    return model.model_copy(update=changes | {"spread": Spread(default="workdays")})


def posts_by_scope(work: Workload, scope: str, level: str) -> dict[tuple[str, ...], int]:
    """Return the posts of every scope as the table of needs has them; scopes without posts are left out."""
    frame = work.needs[work.needs["office"].notna()]
    frame = frame[frame["pool"].notna() == (scope != "office")]
    frame = frame[frame["task_group"].notna() == (scope == "position")]
    keys = (
        frame[["office", "pool", "task_group"]].astype(object).fillna("").itertuples(index=False, name=None)
    )
    rows = zip(keys, frame[f"posts_by_{level}"].tolist(), strict=True)
    return {tuple(key): posts for key, posts in rows if posts}


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[Instance, PlanningModel]:
    """Draw a small register with its rules: pools, windows past the horizon, allowances, useful times."""
    tables: dict[str, Any] = draw(registers())
    for office in tables["offices"]:
        office["useful_time_pct"] = draw(st.sampled_from(["", "", "72.5", "100"]))
    guessed = draw(st.booleans())
    if guessed:
        tables["submissions"] = [
            {"office": office, "organisation": organisation, "month": month, "state": state}
            for office, state in (("BB", draw(st.sampled_from(["missing", "partial"]))), ("NS", "complete"))
            for organisation in ORGANISATIONS
            for month in ("2021-04", "2021-05")
        ]
        tables["drivers"] = [
            {"office": office, "driver": "dân số", "year": 2020, "value": value}
            for office, value in (("BB", "31000"), ("NS", "27000"))
        ]
    rule, cutoff = draw(st.sampled_from(ROUNDINGS))
    model = rules(
        rule,
        draw(st.sampled_from(["position", "pool", "office", "area"])),
        cutoff=cutoff,
        fund=draw(st.sampled_from(FUNDS)),
        allowance=draw(st.sampled_from(ALLOWANCES)),
        irregular=draw(st.booleans()),
    )
    return instance("2021-03", "2021-08", estimate=guessed, **tables), model
