"""Sharing out a ceiling by curves of crews or offices, exactly, over the nested limits of the quota tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.errors import Finding, NoPlanError
from vitri.i18n import N_
from vitri.optimise.engine import IntArray
from vitri.optimise.quota import NO_CEILING, Curve, Node, Tree, share_by_curve


@dataclass(frozen=True)
class Shared:
    """Posts by leaf (crew or office) and the least total of the curves."""

    posts: IntArray
    value: int


def capacity(tree: Tree) -> list[int]:
    """Return for every node how many posts its limits and those below let through."""
    room: list[int] = []
    for node in tree.nodes:
        below = sum(room[child] for child in node.children) if node.office is None else NO_CEILING
        room.append(min(node.ceiling, below, NO_CEILING))
    return room


def office_room(tree: Tree) -> list[int]:
    """Return for every office the tightest limit above it, in posts."""
    room = capacity(tree)
    return [min(room[node] for node in chain) for chain in tree.ancestors()]


def office_floors(tree: Tree) -> list[int]:
    """Return every office's own floor."""
    return [tree.nodes[chain[0]].floor for chain in tree.ancestors()]


def limited(tree: Tree, posts: int) -> Tree:
    """Return the tree, its root bounded to so many posts where nothing bounds it; floors are never cut."""
    if capacity(tree)[-1] < NO_CEILING:
        return tree
    floors: list[int] = []
    for node in tree.nodes:
        floors.append(max(node.floor, sum(floors[child] for child in node.children)))
    return tree.under(max(posts, floors[-1]))


def excess(tree: Tree, posts: Sequence[int]) -> list[int]:
    """Return for every node how many of the offices' posts find no room at or below it."""
    fits: list[int] = []
    over: list[int] = []
    for node in tree.nodes:
        asked = posts[node.office] if node.office is not None else sum(fits[c] for c in node.children)
        fits.append(min(asked, max(node.ceiling, 0)))
        over.append(asked - fits[-1] + sum(over[c] for c in node.children))
    return over


def with_crews(tree: Tree, crews_of: Sequence[Sequence[int]]) -> Tree:
    """Return the tree with every office opened up into its crews as leaves; `crews_of` by office."""
    nodes: list[Node] = []
    new: list[int] = []
    for node in tree.nodes:
        children = tuple(new[child] for child in node.children)
        if node.office is not None:
            leaves = crews_of[node.office]
            children = tuple(range(len(nodes), len(nodes) + len(leaves)))
            nodes += [Node(f"{node.code}:{leaf}", NO_CEILING, 0, (), leaf) for leaf in leaves]
        nodes.append(Node(node.code, node.ceiling, node.floor, children))
        new.append(len(nodes) - 1)
    return Tree(tuple(nodes))


def share(curves: Sequence[IntArray], tree: Tree) -> Shared:
    """Share out posts at the least total, with the fewest posts among equals.

    A curve stays level beyond its end. Raises `NoPlanError` where floors and ceilings leave no way.
    """
    floors = max((node.floor for node in tree.nodes), default=0)
    rooms = office_room(tree)
    tables = []
    for curve, room in zip(curves, rooms, strict=True):
        length = min(max(len(curve), floors + 1), room + 1)
        level = np.concatenate([curve, np.full(max(0, length - len(curve)), curve[-1])])[:length]
        tables.append(Curve(level[:, None].astype(np.int64)))
    found = share_by_curve(tables, tree)
    if found is None:
        raise NoPlanError(
            Finding(
                code="no_share",
                table="quotas",
                column="posts",
                message=N_("No way to share out the posts keeps every floor and every ceiling."),
                advice=N_("Raise a ceiling, or lower a floor."),
            )
        )
    return Shared(found.posts, int(found.cost[0]))
