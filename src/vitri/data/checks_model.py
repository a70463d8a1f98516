"""The checks that need the planning model: its codes, who can do the work, pairs held, caps and leave."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.checks_limits import fixed_leaders
from vitri.data.checks_people import duties_held
from vitri.data.checks_work import number
from vitri.data.draft import Draft
from vitri.data.findings import Both
from vitri.data.instance import Instance
from vitri.data.keys import known_codes, report_unknown
from vitri.data.quota_rows import quotas_in_force
from vitri.data.tables import TABLES
from vitri.errors import Findings
from vitri.i18n import N_

BUILT_IN_PROFILES = ("equal", "workdays")


def check_with_model(instance: Instance, model: Any = None) -> Findings:
    """Check an instance against a planning model; return the findings that `check` cannot make.

    `model` is a planning model in force (attributes as in its TOML file); without one, only the checks that
    can do without run.
    """
    draft = Draft(instance.info, frames=dict(instance.tables))
    for check in MODEL_CHECKS:
        check(draft, instance, model)
    return Findings.of(draft.ordered())


def _codes(model: Any, table: str) -> list[str]:
    return [str(row.code) for row in getattr(model, table, None) or ()]


def check_model_codes(draft: Draft, instance: Instance, model: Any) -> None:
    """6: ranks, competencies, duties and profiles are those of the model (or of the scenario)."""
    if model is None:
        return
    extra = {"profile": BUILT_IN_PROFILES}
    for spec in TABLES.values():
        if not draft.has(spec.name):
            continue
        for field in spec.fields:
            places = [place for place in field.refers_to if place.startswith("model.")]
            if not places:
                continue
            known = known_codes(draft, field)
            for place in places:
                name = place.removeprefix("model.")
                spread = getattr(model, "spread", None)
                known += _codes(model, name) + (_codes(spread, name) if spread is not None else [])
                known += extra.get(name, ())
            report_unknown(draft, spec, field, list(dict.fromkeys(known)))


def check_holders(draft: Draft, instance: Instance, model: Any) -> None:
    """36: somebody reaches the level that the work needs.

    Nobody in the whole scenario is an error; nobody at an office is a warning, since the plan may train,
    transfer or recruit. Only offices where levels are recorded are asked; elsewhere fit goes by rank and
    position.
    """
    if not draft.has("official_competencies") or not draft.has("officials"):
        return
    held = draft.frames["official_competencies"].merge(
        draft.frames["officials"][["code", "office"]], left_on="official", right_on="code"
    )
    held = held.sort_values(["level", "official"], ascending=[False, True], kind="stable")
    best: dict[tuple[str, str], tuple[str, int]] = {}
    for office, competency, person, level in held[["office", "competency", "official", "level"]].itertuples(
        index=False
    ):
        for place in (str(office), ""):
            best.setdefault((place, str(competency)), (str(person), int(level)))
    recorded = set(held["office"])
    short: dict[str, list[str]] = {}
    for office, group in _worked(draft):
        if office in recorded:
            short.setdefault(group, []).append(office)
    groups = draft.frames["task_groups"]
    levels = draft.filled("task_groups", "min_level")
    for position, (group, competency) in enumerate(zip(groups["code"], groups["competency"], strict=True)):
        if not isinstance(competency, str) or pd.isna(levels.iloc[position]):
            continue
        level = int(levels.iloc[position])
        places = [o for o in short.get(group, ()) if best.get((o, competency), ("", 0))[1] < level]
        if places:
            _report_holders(draft, model, position, level, places, best)


def _report_holders(
    draft: Draft,
    model: Any,
    position: int,
    level: int,
    places: list[str],
    best: dict[tuple[str, str], tuple[str, int]],
) -> None:
    competency = draft.text("task_groups", "competency", position)
    names = {str(row.code): str(row.name) for row in getattr(model, "competency", None) or ()}
    anywhere = best.get(("", competency), ("", 0))
    top = anywhere if len(places) > 1 else best.get((places[0], competency), ("", 0))
    nobody = anywhere[1] < level
    draft.report(
        "nobody_can" if nobody else "nobody_here",
        "task_groups",
        position,
        "competency",
        message=N_("Nobody at {offices} has {name} ({competency}) level {level}; the best is {best}."),
        advice=N_("Train, recruit or lower the level.")
        if nobody
        else N_("The plan will train, transfer or recruit; lower the level if it is too high."),
        allowed=N_("someone with {competency} level {level}"),
        fields={
            "offices": ", ".join(places[:8]) + (f" ... ({len(places)})" if len(places) > 8 else ""),
            "name": names.get(competency, competency),
            "competency": competency,
            "level": level,
            "best": Both(f"{top[0]} cấp {top[1]}", f"{top[0]}, level {top[1]}")
            if top[1]
            else Both("không có ai", "nobody"),
        },
    )


def _worked(draft: Draft) -> list[tuple[str, str]]:
    """Return the pairs of office and task group that have work registered, sorted."""
    lines = draft.frames["registrations"]
    items = draft.frames["work_items"].drop_duplicates("code").set_index("code")["task_group"]
    group = lines["task_group"].fillna(lines["work_item"].map(items))
    pairs = pd.DataFrame({"office": lines["office"], "group": group}).dropna().drop_duplicates()
    return sorted((str(office), str(code)) for office, code in pairs.itertuples(index=False))


def check_pairs_held(draft: Draft, instance: Instance, model: Any) -> None:
    """37: nobody holds two duties that must be with different people."""
    pairs = [pair for pair in getattr(model, "forbidden_pair", None) or () if pair.scope == "person"]
    names = {str(duty.code): str(duty.name) for duty in getattr(model, "duty", None) or ()}
    if not pairs or not draft.has("officials"):
        return
    for row, held in duties_held(draft):
        for pair in pairs:
            if pair.a not in held or pair.b not in held:
                continue
            draft.report(
                "forbidden_held",
                "officials",
                row,
                "also_positions",
                message=N_("{official} is {a} and {b} ({source})."),
                advice=N_("Move one duty to somebody else."),
                allowed=N_("not {a} and {b} together"),
                fields={
                    "official": draft.text("officials", "code", row),
                    "a": names.get(pair.a, pair.a),
                    "b": names.get(pair.b, pair.b),
                    "source": getattr(pair, "source", "") or "",
                },
            )


def check_size_rules(draft: Draft, instance: Instance, model: Any) -> None:
    """33: no ceiling below the floor that the model's size rules set for an office."""
    rules = [rule for rule in getattr(model, "size_rule", None) or () if rule.unit == "office"]
    if not rules or not draft.has("quotas"):
        return
    rows = quotas_in_force(instance)
    whole = rows[
        (rows["organisation"] == "") & (rows["position_class"] == "") & (rows["category"] == "quota")
    ]
    offices = instance.filled("offices").set_index("code")["office_class"]
    leaders = fixed_leaders(draft)
    for row in whole.to_dict("records"):
        unit = str(row["unit"])
        if unit not in offices.index or row["unassigned"]:
            continue
        posts = sum(int(row[name]) for name in ("allocated", "provisional") if not pd.isna(row[name]))
        limit = posts if pd.isna(row["cap"]) else min(posts, int(row["cap"]))
        floors = [rule.floor for rule in rules if rule.office_class in {"*", offices[unit]} and rule.floor]
        floor = max(floors, default=0)
        if limit >= floor:
            continue
        quotas = draft.frames["quotas"]
        position = int(
            np.flatnonzero(((quotas["unit"] == unit) & quotas["organisation"].isna()).to_numpy())[0]
        )
        draft.report(
            "ceiling_below_floor",
            "quotas",
            position,
            "posts",
            value=str(limit),
            row_key=unit,
            message=N_("The limit {limit} of {unit} is below the floor {floor} ({fixed} fixed leaders)."),
            advice=N_("Raise it to {floor}."),
            allowed=N_("at least {floor}"),
            fields={"limit": limit, "unit": unit, "floor": floor, "fixed": leaders.get(unit, 0)},
        )


def check_caps(draft: Draft, instance: Instance, model: Any) -> None:
    """34: a ratio cap that needs an allocated quota, where none is allocated."""
    caps = [cap for cap in getattr(model, "ratio_cap", None) or () if cap.of == "quota"]
    if not caps or not draft.has("quotas"):
        return
    rows = quotas_in_force(instance)
    offices = set(draft.codes("offices"))
    quotas = draft.frames["quotas"]
    open_ = rows[rows["unassigned"] & (rows["organisation"] == "") & rows["unit"].isin(offices)]
    for unit in open_["unit"]:
        position = int(np.flatnonzero((quotas["unit"] == unit).to_numpy())[0])
        draft.report(
            "cap_unassigned",
            "quotas",
            position,
            "status",
            message=N_(
                "The cap {cap} needs an allocated quota of {unit}; current headcount is used meanwhile."
            ),
            advice=N_("Enter the quota when it is assigned."),
            allowed=N_("an allocated quota"),
            fields={"cap": str(caps[0].name), "unit": unit},
        )


def check_leave(draft: Draft, instance: Instance, model: Any) -> None:
    """38: annual leave taken within a year does not exceed the entitlement."""
    absences = draft.frames["absences"]
    rows = absences[(absences["kind"] == "annual_leave") & absences["to_date"].notna()]
    if not len(rows):
        return
    officials = draft.frames["officials"].drop_duplicates("code").set_index("code")
    taken: dict[tuple[str, int], Decimal] = {}
    for position, row in zip(rows.index, rows.to_dict("records"), strict=True):
        if row["official"] not in officials.index:
            continue
        person = officials.loc[row["official"]]
        entitled = _entitlement(person, model)
        if entitled is None:
            continue
        year = row["from_date"].year
        key = (str(row["official"]), year)
        before = taken.get(key, Decimal(0))
        days = _leave_days(row)
        taken[key] = before + days
        left = max(entitled - before, Decimal(0))
        if days > left:
            draft.report(
                "leave_exceeds",
                "absences",
                int(position),
                "to_date",
                message=N_("{days} days of annual leave, {left} left of {entitled}."),
                advice=N_("Give the last {over} another kind."),
                allowed=N_("at most {left} days"),
                fields={"days": days, "left": left, "entitled": entitled, "over": days - left},
            )


def _entitlement(person: Any, model: Any) -> Decimal | None:
    """Return an official's days of leave a year, None if neither the table nor a model says."""
    if not pd.isna(person["leave_days"]):
        return number(int(person["leave_days"]))
    fund = getattr(model, "time_fund", None)
    if fund is None:
        return None
    days = Decimal(fund.leave_days_per_year)
    step = int(getattr(fund, "leave_extra_day_per_years", 0) or 0)
    if step and not pd.isna(person["seniority_years"]):
        days += int(person["seniority_years"]) // step
    return days


def _leave_days(row: dict[Any, Any]) -> Decimal:
    """Return the weekdays of one absence, half days and shares counted."""
    first, last = row["from_date"].date(), row["to_date"].date()
    days = Decimal(int(np.busday_count(first, last + pd.Timedelta(days=1).to_pytimedelta())))
    if row["from_session"] == "afternoon" and np.is_busday(first):
        days -= Decimal("0.5")
    if row["to_session"] == "morning" and np.is_busday(last):
        days -= Decimal("0.5")
    share = 10_000 if pd.isna(row["share_pct"]) else int(row["share_pct"])
    return days * share / 10_000


MODEL_CHECKS: tuple[Callable[[Draft, Instance, Any], None], ...] = (
    check_model_codes,
    check_holders,
    check_pairs_held,
    check_size_rules,
    check_caps,
    check_leave,
)
"""The checks that need the planning model."""
