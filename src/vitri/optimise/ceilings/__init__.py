"""Work left undone against the ceiling: the curve, its bound, its paradoxes, and planning in steps."""

from vitri.optimise.ceilings.question import Level
from vitri.optimise.ceilings.study import CeilingStudy, Need, ceilings_of

__all__ = ["CeilingStudy", "Level", "Need", "ceilings_of"]
