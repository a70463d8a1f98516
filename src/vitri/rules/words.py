"""What the detail of a measurement means, in words: parts of a table, kinds of limits."""

from __future__ import annotations

from collections.abc import Mapping

from vitri.i18n import N_, Lang, tr

DETAILS: Mapping[str, str] = {
    "positions": N_("positions in one post"),
    "combined_posts": N_("posts sharing one combination"),
    "free": N_("time for other work"),
    "all": N_("all time"),
    "free_pct": N_("free share, in hundredths of a percent"),
    "used": N_("posts used"),
    "posts": N_("number of posts"),
    "ceiling": N_("ceiling"),
    "left": N_("posts left"),
    "change": N_("change from today"),
    "seats": N_("number of seats"),
    "numbers": N_("numbering of the seats"),
    "office_position": N_("office and position of the seats"),
    "rows": N_("number of rows"),
    "share_pct": N_("share of time, in hundredths of a percent"),
    "unknown": N_("not among the officials"),
    "value": N_("value"),
    "bound": N_("bound"),
    "gap": N_("gap"),
    "data": N_("data of the certificate"),
    "lower_bound": N_("lower bound"),
    "assigned_minutes": N_("minutes assigned"),
    "available_minutes": N_("minutes available"),
    "load_pct_dec2": N_("load, in hundredths of a percent"),
    "demand": N_("of the demand"),
    "workload": N_("of the workload"),
    "minutes": N_("minutes"),
    "overtime_minutes": N_("minutes of overtime"),
    "task_groups": N_("groups of tasks"),
    "≥": N_("at least"),
    "≤": N_("at most"),
    "quantity_dec2": N_("products, in hundredths"),
    "converted_dec2": N_("converted products, in hundredths"),
    "conversion_k_dec3": N_("the factor K, in thousandths"),
    "shares": N_("hundredths beyond the share of minutes"),
    "done_converted_dec2": N_("converted products done, in hundredths"),
    "compared_dec2": N_("converted products with an outcome, in hundredths"),
    "quantity_pct": N_("the share done, in hundredths of a percent"),
    "quality_pct": N_("the points of quality, in hundredths of a percent"),
    "progress_pct": N_("the points of progress, in hundredths of a percent"),
    "result_pct": N_("the result, in hundredths of a percent"),
    "budget_dec2": N_("coefficients allowed, in hundredths"),
    "used_dec2": N_("coefficients used, in hundredths"),
    "left_dec2": N_("coefficients left, in hundredths"),
    "least_dec2": N_("least coefficients possible, in hundredths"),
    "allocated": N_("allocated"),
    "provisional": N_("provisionally allocated"),
    "current": N_("never assigned: current headcount stands in"),
}


def say_detail(detail: object, lang: Lang) -> str:
    """Return the detail of a measurement in words; codes stand for themselves."""
    if not isinstance(detail, str):
        return ""
    parts = detail.split(";")
    return "; ".join(tr(DETAILS[part], lang) if part in DETAILS else part for part in parts)
