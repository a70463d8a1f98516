"""The frontier of one office: least cost for every number of posts, the whole curve, proven."""

from vitri.optimise.frontier.columns import (
    Columns,
    components,
    falling_columns,
    narrow_order,
    relabelled,
)
from vitri.optimise.frontier.curve import Frontier, Point, curve_table, office_frontier
from vitri.optimise.frontier.prices import Cut, Prices

__all__ = [
    "Columns",
    "Cut",
    "Frontier",
    "Point",
    "Prices",
    "components",
    "curve_table",
    "falling_columns",
    "narrow_order",
    "office_frontier",
    "relabelled",
]
