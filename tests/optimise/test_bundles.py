"""Bundles are exactly the cliques of the compatibility graph."""

from itertools import combinations

import numpy as np
import pytest

from vitri.optimise.bundles import bundles, members, membership


@pytest.mark.parametrize("seed", range(20))
def test_bundles_are_the_cliques_up_to_the_size(seed: int) -> None:
    """Every compatible set of at most K groups is listed once, and nothing else is."""
    rng = np.random.default_rng(seed)
    nodes, largest = int(rng.integers(1, 8)), int(rng.integers(1, 5))
    upper = np.triu(rng.random((nodes, nodes)) < 0.6, 1)
    compatible = upper | upper.T
    expected = {
        sum(1 << i for i in chosen)
        for size in range(1, largest + 1)
        for chosen in combinations(range(nodes), size)
        if all(compatible[a, b] for a, b in combinations(chosen, 2))
    }
    found = bundles(compatible, largest)
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_membership_and_members_agree() -> None:
    """The matrix row of a mask marks exactly its members."""
    masks = [0b101, 0b010, 0b111]
    matrix = membership(masks, 3)
    assert [tuple(np.flatnonzero(row)) for row in matrix] == [members(mask) for mask in masks]
