"""A post serves the shared work and the own work of one organisation at most; a named pool stands alone."""

from __future__ import annotations

from collections.abc import Iterator

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_most
from vitri.rules.case import OWN, SHARED, Case


class OneOrganisation(Rule):
    """No sized post serves the own work of two organisations, or a named pool together with another."""

    name = "one_organisation"
    title = N_("Own work of one organisation only")
    sentence = N_("Posts {place} serve pools that may not share staff: {detail}.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count, for every set of sized posts, the pools besides shared ones, and named pools mixed in."""
        for post in case.sized:
            pools = sorted({post.pool, *(duty.pool for duty in post.duties)})
            apart = [pool for pool in pools if pool != SHARED]
            mixed = len(pools) > 1 and any(not pool.startswith(OWN) for pool in apart)
            actual = len(pools) if mixed else len(apart)
            yield at_most(f"{post.office}/{post.code}", 1, actual, ", ".join(pools))
