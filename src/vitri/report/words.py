"""Codes of a run in the planner's words: statuses, actions, kinds, measures."""

from __future__ import annotations

from collections.abc import Mapping

from vitri.i18n import N_, Lang, tr

CLASS_TITLES: Mapping[str, str] = {
    "I": N_("Leadership and management"),
    "II": N_("Professional positions"),
    "III": N_("Support and service"),
    "": N_("Positions without a class"),
}
STATUS: Mapping[str, str] = {
    "optimal": N_("proven best"),
    "feasible": N_("usable, not proven best"),
    "infeasible": N_("no plan exists"),
    "no_plan_yet": N_("no plan found yet"),
    "cancelled": N_("stopped by the user, best plan so far"),
    "invalid": N_("invalid"),
}
CEILING_STATUS: Mapping[str, str] = {
    "allocated": N_("allocated"),
    "provisional": N_("provisionally allocated"),
    "reserve": N_("held in reserve"),
    "current": N_("not assigned yet: current headcount stands in"),
    "need": N_("not assigned yet: the need is proposed"),
    "from_above": N_("shares the ceiling above"),
    "unassigned": N_("not assigned yet"),
}
UNASSIGNED: Mapping[str, str] = {
    "current": N_("not assigned yet: current headcount stands in"),
    "need": N_("not assigned yet: the need is proposed"),
    "refuse": N_("not assigned yet"),
}
ACTIONS: Mapping[str, str] = {
    "stay": N_("Stays"),
    "move": N_("Changes position"),
    "retrain": N_("Changes position after retraining"),
    "transfer": N_("Transfers to another office"),
    "recruit": N_("Vacant, to recruit"),
    "surplus": N_("Surplus, to place elsewhere"),
    "leave": N_("Leaves"),
}
ROLES: Mapping[str, str] = {"main": N_("Main"), "helper": N_("Helps"), "backup": N_("Backup")}
REASONS: Mapping[str, str] = {
    "workload": N_("Workload"),
    "peak": N_("Peak month"),
    "forbidden_pair": N_("Duties kept apart"),
    "ratio": N_("Ratio"),
    "ceiling": N_("Ceiling"),
    "price": N_("Value of a post"),
    "floor": N_("Floor"),
    "rounding": N_("Rounding"),
    "fixed": N_("Fixed post"),
    "salary_budget": N_("Salary budget"),
}
MEASURES: Mapping[str, str] = {
    "unmet_minutes": N_("Work not done"),
    "overtime_minutes": N_("Overtime"),
    "posts": N_("Number of posts"),
    "salary": N_("Salary coefficients together"),
    "moved_people": N_("People who change place"),
    "retrained_levels": N_("Competency levels to be trained"),
    "changed_sessions": N_("Sessions changed"),
    "imbalance_minutes": N_("Uneven load"),
    "extra_duties": N_("Combined duties"),
}
UNITS: Mapping[str, str] = {
    "minutes": N_("minutes"),
    "hours": N_("hours"),
    "posts": N_("posts"),
    "people": N_("people"),
    "levels": N_("levels"),
    "duties": N_("duties"),
    "sessions": N_("sessions"),
    "coefficient": N_("coefficient"),
    "hundredths": N_("hundredths"),
    "weighted_minutes": N_("weighted minutes"),
}
SOURCES: Mapping[str, str] = {
    "law": N_("law"),
    "policy": N_("policy"),
    "assumption": N_("assumption"),
}
SEVERITIES: Mapping[str, str] = {"error": N_("Error"), "warning": N_("Warning")}
METHODS: Mapping[str, str] = {
    "mean": N_("mean of the offices taken"),
    "drivers": N_("scaled by drivers (population, communes, members)"),
    "season": N_("season taken from other organisations"),
    "average": N_("an average month, its season being unknown"),
    "own": N_("the office's own other months and comparable offices"),
}
STRUCTURES: Mapping[str, str] = {
    "common": N_("one structure for all offices"),
    "class": N_("one structure for each size class"),
    "free": N_("each office has its own structure"),
}
SIZINGS: Mapping[str, str] = {
    "ceiling": N_("share out the given ceiling"),
    "need": N_("fewest posts that meet the service rule"),
}


def say(words: Mapping[str, str], code: str, lang: Lang) -> str:
    """Return a code in words; an unknown code stands for itself."""
    return tr(words[code], lang) if code in words else code


def ceiling_words(status: str, if_unassigned: str, lang: Lang) -> str:
    """Return the status of a ceiling, saying what stands in where nothing was assigned."""
    if status == "unassigned":
        return say(UNASSIGNED, if_unassigned, lang) if if_unassigned else say(CEILING_STATUS, status, lang)
    return "; ".join(say(CEILING_STATUS, part, lang) for part in status.split(";")) if status else ""
