"""Quotas that are honest about uncertainty: expected cost, worst case, and how often a quota is enough.

Everything is computed on demand scenarios: the declared futures of a planning model, each drawn many times
with the variation of norms and the range of estimates. A scenario is twelve more months to the cost of
posts, so expected and worst costs stay convex in the posts and are shared out exactly.
"""

from vitri.optimise.uncertainty.prospect import Plan, Question
from vitri.optimise.uncertainty.study import PLANS, Study, assess

__all__ = ["PLANS", "Plan", "Question", "Study", "assess"]
