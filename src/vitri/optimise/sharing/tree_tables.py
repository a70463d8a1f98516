"""One pass over the tree of units: cost tables for every number of posts, and the way back to the offices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE, less
from vitri.optimise.sharing.convolution import min_plus


class Unit(Protocol):
    """A unit of the tree, as `quota.Node` describes it."""

    @property
    def ceiling(self) -> int:
        """The most posts below the unit."""
        ...

    @property
    def floor(self) -> int:
        """The fewest posts below the unit."""
        ...

    @property
    def children(self) -> tuple[int, ...]:
        """The units below, as indices."""
        ...

    @property
    def office(self) -> int | None:
        """The office of a leaf."""
        ...


@dataclass(frozen=True)
class TreeTables:
    """Tables of all units, children before parents: before and after the unit's own floor and ceiling."""

    units: Sequence[Unit]
    offices: int
    open: tuple[IntArray, ...]
    cut: tuple[IntArray, ...]
    splits: tuple[tuple[IntArray, ...], ...]

    def used(self, posts: int) -> list[int]:
        """Return the posts of every unit in the best plan with exactly `posts` posts at the root."""
        at = [0] * len(self.units)
        at[-1] = posts
        for index in range(len(self.units) - 1, -1, -1):
            left = at[index]
            pairs = zip(reversed(self.units[index].children), reversed(self.splits[index]), strict=True)
            for child, choice in pairs:
                at[child] = int(choice[left])
                left -= at[child]
        return at

    def by_office(self, used: Sequence[int]) -> IntArray:
        """Return the posts of every office."""
        posts = np.zeros(self.offices, dtype=np.int64)
        for unit, count in zip(self.units, used, strict=True):
            if unit.office is not None:
                posts[unit.office] = count
        return posts


def tree_tables(tables: Sequence[IntArray], units: Sequence[Unit]) -> TreeTables:
    """Convolve the offices' tables up the tree; a unit's floor and ceiling cut its table."""
    limbs = tables[0].shape[1] if tables else 1
    cut: list[IntArray] = []
    open_: list[IntArray] = []
    splits: list[tuple[IntArray, ...]] = []
    for unit in units:
        if unit.office is not None:
            table = tables[unit.office].copy()
            splits.append(())
        else:
            table = np.zeros((1, limbs), dtype=np.int64)
            chosen: list[IntArray] = []
            for child in unit.children:
                table, choice = min_plus(table, cut[child])
                chosen.append(choice)
            splits.append(tuple(chosen))
        open_.append(table.copy())
        if unit.ceiling + 1 < len(table):
            table = table[: max(0, unit.ceiling + 1)]
        if unit.floor > 0 and len(table):
            table = table.copy()
            table[: min(unit.floor, len(table)), 0] = INFEASIBLE
        if not len(table):
            table = np.full((1, limbs), INFEASIBLE, dtype=np.int64)
        cut.append(table)
    return TreeTables(units, len(tables), tuple(open_), tuple(cut), tuple(splits))


def first_least(table: IntArray) -> IntArray:
    """Return for every number the fewest posts that reach the least cost with at most so many; −1: none."""
    best = np.full(len(table), -1, dtype=np.int64)
    at = -1
    for index in range(len(table)):
        if table[index, 0] < INFEASIBLE and (at < 0 or bool(less(table[index], table[at]))):
            at = index
        best[index] = at
    return best
