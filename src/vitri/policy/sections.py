"""The tables of a planning model that stand once in its file, each key with its title, type and range.

Titles are English message ids. What all tables have (source, date, status ...) is in `vitri.policy.origin`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from vitri.i18n import N_
from vitri.policy.origin import Frozen, Table, key
from vitri.policy.values import (
    Activity,
    Body,
    Clock,
    Dec,
    Flag,
    Int,
    Pct,
    PctByPriority,
    Price,
    PriceByPriority,
    Text,
    Tier,
)


class AppliesTo(Table):
    """Whom the model is for: the level of government and the kinds of bodies."""

    level: Tier = key(N_("Level of government"), "other")
    bodies: tuple[Body, ...] = key(N_("Kinds of bodies"), ("front", "party", "mass", "state"), min_length=1)


class TimeFund(Table):
    """The time of one standard full-time post."""

    method: Literal["calendar", "constant_year", "office_year", "weeks"] = key(
        N_("How the time fund is computed"), "calendar"
    )
    minutes_per_day: Int = key(N_("Working minutes a day"), 480, ge=60, le=720)
    useful_time_pct: Pct = key(N_("Useful time, share of working time"), Decimal(100), ge=40)
    useful_time_covers: tuple[Activity, ...] = key(
        N_("What useful time leaves out"), ("meeting", "study", "party", "break")
    )
    leave_days_per_year: Dec = key(N_("Annual leave, days a year"), Decimal(0), ge=0, le=60, decimal_places=2)
    leave_extra_day_per_years: Int = key(N_("Years of service for one more day of leave"), 0, ge=0, le=50)
    standard_seniority_years: Int = key(N_("Years of service of a standard post"), 0, ge=0, le=50)
    leave_spread: Text = key(N_("How leave is spread over the year"), "equal")
    other_absence_days_per_year: Dec = key(
        N_("Other absence (sickness, training), days a year"), Decimal(0), ge=0, le=250, decimal_places=2
    )
    minutes_per_year: Int | None = key(N_("Effective minutes a year"), None, ge=1, le=525_600)
    weeks: Dec | None = key(N_("Weeks a year"), None, gt=0, le=53)
    days_per_week: Dec | None = key(N_("Working days a week"), None, gt=0, le=7)
    holidays_per_year: Dec | None = key(
        N_("Public holidays a year, where they are not counted by date"), None, ge=0, le=60, decimal_places=2
    )
    holidays: Text = key(N_("Holiday calendar"), "", pattern=r"^([A-Z]{2})?$")
    overrides: Text = key(N_("File of days off and make-up days"), "")


class Session(Frozen):
    """The clock times of a session."""

    start: Clock
    end: Clock


class Sessions(Table):
    """The half-days of the calendar."""

    morning: Session = key(N_("Morning"), Session(start="07:30", end="11:30"))
    afternoon: Session = key(N_("Afternoon"), Session(start="13:30", end="17:30"))
    evening: Session = key(N_("Evening"), Session(start="18:30", end="21:30"))
    weekend: Flag = key(N_("Sessions at the weekend"), False)
    use_k: Flag = key(N_("A half-day offers useful time only"), True)


class Rounding(Table):
    """How full-time equivalents become whole posts, and on which level."""

    rule: Literal["up", "half_up", "down", "wisn", "cutoff"] = key(N_("Rounding rule"), "up")
    level: Literal["position", "pool", "office", "area"] = key(N_("Where posts are rounded"), "pool")
    cutoff: tuple[tuple[Dec, Int], ...] = key(N_("Cut-off table"), ())


class Spread(Table):
    """How work without dates is spread over the months."""

    default: Text = key(N_("How undated work is spread"), "workdays")


class Workload(Table):
    """Which registrations count, and how."""

    count_status: tuple[
        Literal["draft", "registered", "approved", "returned", "merged", "assigned", "done", "cancelled"], ...
    ] = key(N_("Statuses that count"), ("approved", "assigned", "done"), min_length=1)
    count_irregular_in_quota: Flag = key(N_("Irregular work counts for quotas"), False)
    complexity_in_minutes: Flag = key(N_("Complexity multiplies minutes"), False)
    attendance: Literal["covered", "counted"] = key(N_("Time in meetings"), "covered")


class Conversion(Table):
    """Converted products of NĐ 335/2025: a factor K for each complexity."""

    k: dict[Literal["N1", "N2", "N3", "N4", "N5"], Dec] = key(N_("Factor K by complexity"))
    base_minutes: Int = key(N_("Minutes of one converted product"), 60, ge=1, le=100_000)
    error_deduction_pct: Pct | None = key(N_("Quality points an error in content costs a product"), None)
    delay_deduction_pct: Pct | None = key(N_("Progress points a delay costs a product"), None)
    replace: Text = key(N_("To be replaced by"), "")


class Counter(Table):
    """Service counters (Erlang C): enough places open that few wait long, see `vitri.policy.erlang`."""

    open_minutes_per_day: Int = key(N_("Minutes open a day"), 480, ge=1, le=1440)
    interval_minutes: Int = key(N_("Minutes of an interval"), 30, ge=1, le=480)
    target_answer_seconds: Int = key(N_("Target waiting time, seconds"), 600, ge=0, le=86_400)
    target_pct: Pct = key(N_("Share served within the target"), Decimal(80))
    max_occupancy_pct: Pct = key(N_("Highest occupancy"), Decimal(85))
    shrinkage_pct: Pct = key(N_("Shrinkage"), Decimal(0), le=Decimal("99.99"))
    shrinkage_covers: tuple[Activity, ...] = key(
        N_("What shrinkage leaves out"), ("leave", "meeting", "study", "break")
    )


class Shift(Table):
    """Stations that are manned without a break (guards, drivers on call): the shift-relief factor."""

    days: Literal["all", "workdays"] = key(N_("Days on which a station is manned"), "all")
    use_k: Flag = key(N_("Only useful time counts at a station"), False)


class Structure(Table):
    """What one post may be built from."""

    max_groups_per_post: Int = key(N_("Task groups of one post, at most"), 5, ge=1, le=12)
    max_distance: Int = key(N_("Competency distance within a post, at most"), 2, ge=0, le=9)
    same_class: Flag = key(N_("One position class per post"), False)
    default_distance: Int = key(N_("Competency distance of pairs not listed"), 9, ge=0, le=9)
    mix_category: Flag = key(N_("One post may mix kinds of labour"), False)
    max_positions_per_post: Int = key(N_("Positions of one post by combined duties, at most"), 3, ge=1, le=20)
    cover_max_distance: Int = key(N_("Competency distance in combined duties, at most"), 9, ge=0, le=9)
    max_groups_per_person: Int = key(N_("Task groups of one person, at most"), 8, ge=1, le=20)
    max_posts_per_combination: Int = key(
        N_("Posts sharing one combination of positions, at most"), 2, ge=1, le=100
    )


class Leadership(Table):
    """How much of a leader's time may serve other work."""

    free_pct: Pct = key(N_("Leaders' time for other work"), Decimal(0))


class Quota(Table):
    """What counts as a ceiling, and what stands in where none was assigned."""

    count_provisional: Flag = key(N_("Provisional quotas count"), True)
    release_reserve: Flag = key(N_("The reserve is released"), False)
    if_unassigned: Literal["current", "need", "refuse"] = key(N_("Where no quota was assigned"), "current")
    support_category: Literal["civil_servant", "contract_111"] = key(
        N_("Kind of labour of support work"), "civil_servant"
    )


class Service(Table):
    """The service rule: which share of the work may stay unmet, by priority."""

    unmet_pct: PctByPriority = key(
        N_("Unmet work by priority, at most"), {1: Decimal(0), 2: Decimal(0), 3: Decimal(0)}
    )
    at: Literal["month", "quarter", "year"] = key(N_("Measured over"), "month")
    probability_pct: Pct = key(N_("Probability"), Decimal(0))


class Uncertainty(Table):
    """How far work may stray from what is planned, where nothing was measured."""

    default_cv_pct: Dec = key(
        N_("Norm variation of work that states none"), Decimal(0), ge=0, le=300, decimal_places=2
    )
    norm_correlation_pct: Pct = key(N_("How far products of one month vary together"), Decimal(0))
    upper_deviations: Dec = key(
        N_("Standard deviations to the upper value"), Decimal(2), ge=0, le=6, decimal_places=2
    )


class Overtime(Table):
    """How much overtime a person may work."""

    max_share_pct: Pct = key(N_("Overtime, share of monthly time at most"), Decimal(0))
    max_hours_month: Int = key(N_("Overtime hours a month, at most"), 40, ge=0, le=200)
    max_hours_year: Int = key(N_("Overtime hours a year, at most"), 200, ge=0, le=1000)


class Staffing(Table):
    """How people are placed and work is shared out."""

    transfer: Literal["none", "area", "any"] = key(N_("Transfers between offices"), "area")
    max_people_per_group: Int = key(N_("People per task group, at most"), 4, ge=1, le=50)
    backup: Flag = key(N_("A backup person for each task group"), True)
    keep_home_work: Flag = key(N_("People keep the work of their own organisation"), True)


class Costs(Table):
    """Prices inside the first levels' price search, per minute and per post."""

    unmet_minute: PriceByPriority = key(N_("Price of an unmet minute by priority"), {1: 100, 2: 10, 3: 1})
    overtime_minute: Price = key(N_("Price of an overtime minute"), 2)
    post: Price = key(N_("Price of a post"), 0)


class Report(Table):
    """How reports look."""

    heading_style: Literal["state", "party", "front", "youth", "farmers", "women", "veterans"] = key(
        N_("Document heading"), "state"
    )
    load_bands_pct: tuple[Annotated[Dec, Field(ge=0, le=1000)], ...] = key(
        N_("Bands of load"), (Decimal(70), Decimal(90), Decimal(110))
    )
    rank_columns: tuple[Text, ...] = key(N_("Columns of the rank table"), ())


#: The tables written once, with their classes.
SINGLE: dict[str, type[Table]] = {
    "applies_to": AppliesTo,
    "time_fund": TimeFund,
    "sessions": Sessions,
    "rounding": Rounding,
    "spread": Spread,
    "workload": Workload,
    "conversion": Conversion,
    "counter": Counter,
    "shift": Shift,
    "structure": Structure,
    "leadership": Leadership,
    "quota": Quota,
    "service": Service,
    "uncertainty": Uncertainty,
    "overtime": Overtime,
    "staffing": Staffing,
    "costs": Costs,
    "report": Report,
}
#: The tables a workload policy may hold.
POLICY_TABLES = ("time_fund", "allowance", "rounding", "spread", "workload", "counter", "shift")
