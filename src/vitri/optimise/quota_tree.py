"""The quota tree: offices nested under areas, each with limits on the *sized* posts below it.

Fixed posts were taken off every limit before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

NO_CEILING = 1 << 40


@dataclass(frozen=True)
class Node:
    """A unit of the quota tree: limits on the sized posts of everything below it.

    `children` are nodes; `office` is the office's index for a leaf and None otherwise.
    """

    code: str
    ceiling: int
    floor: int
    children: tuple[int, ...] = ()
    office: int | None = None


@dataclass(frozen=True)
class Tree:
    """Nested units, children before parents; the last node is the root."""

    nodes: tuple[Node, ...]

    def under(self, ceiling: int) -> Tree:
        """Return the tree with another ceiling at its root."""
        return Tree((*self.nodes[:-1], replace(self.nodes[-1], ceiling=ceiling)))

    @cached_property
    def chains(self) -> tuple[tuple[int, ...], ...]:
        """Return for every office index its nodes from the leaf up to the root, kept once found."""
        return tuple(tuple(chain) for chain in self.ancestors())

    def ancestors(self) -> list[list[int]]:
        """Return for every office index its nodes from the leaf up to the root."""
        parent = {child: i for i, node in enumerate(self.nodes) for child in node.children}
        chains: dict[int, list[int]] = {}
        for index, node in enumerate(self.nodes):
            if node.office is not None:
                chain = [index]
                while chain[-1] in parent:
                    chain.append(parent[chain[-1]])
                chains[node.office] = chain
        return [chains[office] for office in sorted(chains)]
