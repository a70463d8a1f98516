"""Codes of the derivation in the planner's words: basis, status, why a line does not count, rounding."""

from __future__ import annotations

from collections.abc import Mapping

from vitri.i18n import N_

BASIS: Mapping[str, str] = {
    "registered": N_("registered"),
    "inventory": N_("inventory"),
    "estimated": N_("ESTIMATED"),
}
STATUSES: Mapping[str, str] = {
    "draft": N_("draft"),
    "registered": N_("registered"),
    "approved": N_("approved"),
    "returned": N_("returned"),
    "merged": N_("merged"),
    "assigned": N_("assigned"),
    "done": N_("done"),
    "cancelled": N_("cancelled"),
}
REASONS: Mapping[str, str] = {
    "status": N_("its status does not count"),
    "outside_horizon": N_("outside the planning period"),
    "outside_pool": N_("done outside the office"),
}
RULES: Mapping[str, str] = {
    "up": N_("always up to the next whole post"),
    "half_up": N_("to the nearest whole post, halves up"),
    "down": N_("down, fractions are cut off"),
    "wisn": N_("WISN: 0.1 of overload is tolerated for each post, at most 0.5"),
    "cutoff": N_("by the cut-off table on the sheet of rules"),
}
LEVELS: Mapping[str, str] = {
    "position": N_("each task group"),
    "pool": N_("each pool of staff"),
    "office": N_("each office"),
    "area": N_("each area"),
}
