"""An office's alternatives by posts and by class of post, with their lexicographic costs.

The class of a post is the highest among the groups of its main position. Where an office is small enough the
alternatives are exact: dynamic programming over sets of nodes counts posts of every limited class beside all
posts. Else they are exact for some ways to combine positions: those of the office's curve, and none at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vitri.optimise.bundles import membership
from vitri.optimise.combine import Column, Node, OfficeCurve, Ways
from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import Columns, lowest_bit, narrow_order, relabelled
from vitri.optimise.frontier.subsets import layout
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.office_plan import Bundle, OfficePlan, read_bundle, sorted_bundles

#: (set, column, row) steps and (set, row, limb) entries of the exact dynamic programme, at most.
_STEPS = 25_000_000
_ENTRIES = 12_000_000
_ROWS = 6_000
_PARTITIONS = 8
_LABELS = 3


@dataclass(frozen=True)
class Options:
    """Alternatives: `posts` (options), `classes` (options × labels), `costs` (options × limbs).

    `picks[i]` are, for every part of the office, the ways chosen. `exact` says that nothing is left out:
    every number of posts by class stands here at its least cost.
    """

    posts: IntArray
    classes: IntArray
    costs: IntArray
    picks: tuple[tuple[tuple[int, ...], ...], ...]
    exact: bool = True

    def __len__(self) -> int:
        """Return the number of alternatives."""
        return len(self.posts)


@dataclass(frozen=True)
class Room:
    """What an office may have at most: posts, and posts of every label; `labels` are those counted.

    `trim` drops an alternative that another beats with no more posts of any kind: right where no floor
    asks for posts.
    """

    posts: int
    most: tuple[int, ...]
    labels: tuple[int, ...]
    trim: bool


def office_options(plan: OfficePlan, label_of: Sequence[int], room: Room) -> Options:
    """Return the alternatives of an office under its structure."""
    limbs = plan.curve.cost.shape[1]
    none = np.zeros(1, dtype=np.int64)
    found = Options(none, np.zeros((1, _LABELS), dtype=np.int64), np.zeros((1, limbs), dtype=np.int64), ((),))
    for nodes, curve in plan.parts:
        labels = way_labels(nodes, curve.ways, label_of)
        part = _exact(nodes, curve, labels, room) or _by_partitions(nodes, curve, labels, room)
        found = _cheapest(*_pairs(found, part), room)
    return found


def bundles_of(plan: OfficePlan, pick: tuple[tuple[int, ...], ...]) -> tuple[Bundle, ...]:
    """Return the bundles of one alternative, in the order in which an office's bundles are told."""
    found = []
    for (nodes, curve), chosen in zip(plan.parts, pick, strict=True):
        ways = curve.ways
        for i in chosen:
            row = (ways.masks, ways.posts, ways.quota, ways.holders, ways.main)
            found.append(read_bundle(nodes, Column(*(int(part[i]) for part in row))))
    return tuple(sorted_bundles(found))


def bundle_label(bundle: Bundle, label_of: Sequence[int]) -> int:
    """Return the label of a bundle's posts."""
    main = bundle.nodes[0].position
    return min(label_of[g] for node in bundle.nodes if node.position == main for g in node.groups)


def way_labels(nodes: Sequence[Node], ways: Ways, label_of: Sequence[int]) -> IntArray:
    """Return the label of the posts of every way: that of its main position, the largest of its nodes."""
    order = sorted(
        range(len(nodes)), key=lambda i: (-int(nodes[i].minutes.sum()), nodes[i].position, nodes[i].pool)
    )
    position = np.array([node.position for node in nodes])
    label = np.array([min(label_of[g] for g in node.groups) for node in nodes])
    held = membership(ways.masks.tolist(), len(nodes))
    first = membership(ways.main.tolist(), len(nodes))
    main = np.array(order)[np.argmax(first[:, order], axis=1)]
    same = held & (position[None, :] == position[main][:, None])
    return np.asarray(np.where(same, label[None, :], _LABELS).min(axis=1), dtype=np.int64)


def _exact(nodes: Sequence[Node], curve: OfficeCurve, labels: IntArray, room: Room) -> Options | None:
    """Return every useful alternative of one part; None where that would take too much work."""
    ways = curve.ways
    low = lowest_bit(ways.masks)
    counted = [label for label in range(_LABELS) if label in room.labels and (labels == label).any()]
    factors, stride = [], 1
    for label in counted:
        largest = np.zeros(len(nodes), dtype=np.int64)
        np.maximum.at(largest, low, np.where(labels == label, ways.quota, 0))
        factors.append(stride)
        stride *= int(largest.sum()) + 1
    reach = min(room.posts, len(curve.curve.cost) - 1)
    rows = (reach + 1) * stride
    if rows > _ROWS:
        return None
    code = ways.quota * stride
    for label, factor in zip(counted, factors, strict=True):
        code = code + np.where(labels == label, ways.quota * factor, 0)
    plain = Columns(len(nodes), ways.masks, code, np.zeros(len(code), dtype=np.int64))
    limbs = ways.costs.shape[1]
    plan = layout(
        relabelled(plain, narrow_order(plain)), rows - 1, _ENTRIES // (rows * limbs), _STEPS // rows
    )
    if plan is None:
        return None
    table = plan.fill(ways.costs)
    values = table.values()
    at = np.flatnonzero(values[:, 0] < INFEASIBLE)
    picks = []
    classes = np.zeros((len(at), _LABELS), dtype=np.int64)
    for row, entry in enumerate(at.tolist()):
        chosen = table.plan(entry)
        picks.append((chosen,))
        np.add.at(classes[row], labels[list(chosen)], ways.quota[list(chosen)])
    return _cheapest(Options(at // stride, classes, values[at], tuple(picks)), None, room)


def _by_partitions(nodes: Sequence[Node], curve: OfficeCurve, labels: IntArray, room: Room) -> Options:
    """Return the alternatives of some partitions of the nodes, every number of posts of their sets."""
    ways = curve.ways
    usable = [int(k) for k in np.flatnonzero(curve.curve.cost[:, 0] < INFEASIBLE) if k <= room.posts]
    partitions = [tuple(1 << i for i in range(len(nodes)))]
    for posts in usable:
        masks = tuple(sorted(column.mask for column in curve.bundles(posts)))
        if masks not in partitions:
            partitions.append(masks)
    if len(partitions) > _PARTITIONS:
        spread = np.linspace(1, len(partitions) - 1, _PARTITIONS - 1).round().astype(int)
        partitions = [partitions[0], *(partitions[i] for i in sorted(set(spread.tolist())))]
    found: Options | None = None
    for masks in partitions:
        one: Options | None = None
        for mask in masks:
            own = np.flatnonzero(ways.masks == mask)
            classes = np.zeros((len(own), _LABELS), dtype=np.int64)
            classes[np.arange(len(own)), labels[own]] = ways.quota[own]
            part = Options(ways.quota[own], classes, ways.costs[own], tuple(((int(i),),) for i in own))
            if one is None:
                one = _cheapest(part, None, room)
                continue
            joined, back = _pairs(one, part)
            kept = _cheapest(joined, back, room)
            flat = tuple((tuple(sorted(i for half in pick for i in half)),) for pick in kept.picks)
            one = Options(kept.posts, kept.classes, kept.costs, flat)
        assert one is not None
        found = one if found is None else _cheapest(_joined(found, one), None, room)
    assert found is not None
    return replace(found, exact=False)


def _joined(left: Options, right: Options) -> Options:
    return Options(
        np.concatenate([left.posts, right.posts]),
        np.concatenate([left.classes, right.classes]),
        np.concatenate([left.costs, right.costs]),
        (*left.picks, *right.picks),
        left.exact and right.exact,
    )


def _pairs(left: Options, right: Options) -> tuple[Options, tuple[Options, Options]]:
    """Return every pair of alternatives, without its picks; `_cheapest` reads those it keeps."""
    limbs = left.costs.shape[1]
    return (
        Options(
            (left.posts[:, None] + right.posts).ravel(),
            (left.classes[:, None] + right.classes).reshape(-1, _LABELS),
            (left.costs[:, None] + right.costs).reshape(-1, limbs),
            (),
            left.exact and right.exact,
        ),
        (left, right),
    )


def _cheapest(options: Options, back: tuple[Options, Options] | None, room: Room) -> Options:
    """Keep of every number of posts by counted label the cheapest, within the room; stable."""
    fits = options.posts <= room.posts
    for label in room.labels:
        fits &= options.classes[:, label] <= room.most[label]
    at = np.flatnonzero(fits)
    counts = np.column_stack([options.posts[at], options.classes[at][:, list(room.labels)]])
    limbs = [options.costs[at, limb] for limb in range(options.costs.shape[1] - 1, -1, -1)]
    order = np.lexsort([np.arange(len(at)), *limbs, *counts.T[::-1]])
    sorted_counts = counts[order]
    first = np.r_[True, (sorted_counts[1:] != sorted_counts[:-1]).any(axis=1)] if len(order) else order > 0
    kept = order[first]
    if room.trim and len(kept):
        kept = kept[_unbeaten(counts[kept], options.costs[at[kept]])]
    at = at[kept]
    if back is None:
        picks = tuple(options.picks[i] for i in at.tolist())
    else:
        left, right = back
        width = max(1, len(right))
        picks = tuple((*left.picks[i // width], *right.picks[i % width]) for i in at.tolist())
    return Options(options.posts[at], options.classes[at], options.costs[at], picks, options.exact)


def _unbeaten(counts: IntArray, costs: IntArray) -> IntArray:
    """Return which rows no other beats or equals in cost with no more posts of any kind."""
    limbs = [costs[:, limb] for limb in range(costs.shape[1] - 1, -1, -1)]
    order = np.lexsort([*counts.T[::-1], *limbs])
    front = np.zeros((0, counts.shape[1]), dtype=np.int64)
    kept = []
    for row in order.tolist():
        if not (front <= counts[row]).all(axis=1).any():
            kept.append(row)
            front = np.vstack([front, counts[row : row + 1]])
    return np.array(sorted(kept), dtype=np.int64)
