"""Structure and quota together, exactly: see `design`."""

from vitri.optimise.structure.columns import Bundles, DemandBundles, PricedBundles
from vitri.optimise.structure.design import StructurePlan, design_structure

__all__ = ["Bundles", "DemandBundles", "PricedBundles", "StructurePlan", "design_structure"]
