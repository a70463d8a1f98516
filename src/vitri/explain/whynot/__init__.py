"""Why not another number of posts: the smallest change that moves it, checked by sizing the changed
scenario."""

from vitri.explain.whynot.answer import Counterfactual, WhyNot, why_not
from vitri.explain.whynot.levers import KINDS

__all__ = ["KINDS", "Counterfactual", "WhyNot", "why_not"]
