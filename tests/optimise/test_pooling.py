"""Pooled staff is never worse than separate staff on level one; what separate overhead costs is told."""

from __future__ import annotations

from benchmarks.oracles.pooling import cases, sized

CASES = 200


def test_pooled_is_never_worse_than_separate_on_level_one() -> None:
    """In each of 200 random cases the same posts leave no more first-priority work undone pooled.

    Equal freedom (a structure per office), a ceiling per office and none above it, no floor of an
    organisation, zero tolerance. Both optima are proven. Repeated overhead: two copies more.
    """
    plan, together, once = sized(cases("shared", CASES))
    separate, apart, more = sized(cases("own", CASES))
    for found, first in ((plan, together), (separate, apart)):
        assert (found.levels[0].status, found.levels[0].value) == ("optimal", int(first.sum()))
    assert len(together) == CASES
    assert (together <= apart).all()
    assert int((together < apart).sum()) > CASES // 10
    assert (once, more) == (0, CASES // 2 * 2 * 600)
