"""All ways to staff the nodes of an office: sets that one person may hold, posts, and their packed costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vitri.optimise.bundles import membership
from vitri.optimise.combine import Node, Ways
from vitri.optimise.cost import outcome, posts_needed
from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import lowest_bit
from vitri.optimise.partial_cover import partial_outcome
from vitri.optimise.setting import Setting

MOST_POSTS = 400


def office_ways(
    nodes: Sequence[Node],
    masks: list[int],
    fund: IntArray,
    setting: Setting,
    most_posts: int,
    extra_posts: int,
) -> Ways:
    """Return the ways to staff the nodes: every set that one person may hold, all posts holding all of it."""
    held = membership(masks, len(nodes))
    demand = np.tensordot(held.astype(np.int64), np.array([node.minutes for node in nodes]), axes=1)
    positions = sorted({node.position for node in nodes})
    of = np.array([[node.position == position for position in positions] for node in nodes])
    more = (held.astype(np.int64) @ of.astype(np.int64) > 0).sum(axis=1) - 1
    bits = np.array(masks, dtype=np.int64)
    free = np.array([setting.quota_free[node.groups[0]] for node in nodes])[lowest_bit(bits)]
    cap = np.where(free, MOST_POSTS, most_posts)
    cap = np.where(more > 0, np.minimum(cap, setting.most_combined), cap)
    enough = posts_needed(demand, fund, setting.service)
    posts = enough.copy() if setting.by_need else (held.sum(axis=1) > 1).astype(np.int64)
    last = posts + extra_posts
    found: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
    active = np.flatnonzero(posts <= cap)
    while len(active):
        rest, over = outcome(demand[active], fund, posts[active], setting.service)
        found.append((active, posts[active].copy(), rest, over))
        done = posts[active] >= enough[active] if setting.by_need else ~rest.any(axis=1) & (over == 0)
        stay = ~(done & (posts[active] >= last[active]))
        posts[active] += 1
        active = active[stay & (posts[active] <= cap[active])]
    if not found:
        none = np.zeros(0, dtype=np.int64)
        limbs = setting.objective.packing.limbs
        return Ways(none, none, none, none, none, np.zeros((0, limbs), dtype=np.int64))
    which, count, unmet, overtime = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((count, which))
    which, count = which[order], count[order]
    costs = setting.objective.vector(
        unmet[order],
        overtime[order],
        count,
        more[which] * count,
        missing_holders(nodes, held[which], count, setting.min_holders),
    )
    return Ways(bits[which], count, np.where(free[which], 0, count), count, bits[which], costs)


def partial_ways(
    nodes: Sequence[Node], masks: list[int], fund: IntArray, setting: Setting, most_posts: int
) -> Ways:
    """Return the ways in which more posts hold a main position than cover the other positions of the set.

    As many holders as posts are `office_ways`; fewer holders than that are no more than one combination may
    have, so that a large position can be combined at all. Work counts by min-cut (`partial_cover`).
    """
    positions = sorted({node.position for node in nodes})
    of = np.array([sum(1 << i for i, n in enumerate(nodes) if n.position == p) for p in positions])
    pairs = [(mask, int(own) & mask) for mask in masks for own in of if 0 != int(own) & mask != mask]
    free = [setting.quota_free[node.groups[0]] for node in nodes]
    pairs = [(mask, main) for mask, main in pairs if not free[(mask & -mask).bit_length() - 1]]
    whole = np.array([mask for mask, _ in pairs], dtype=np.int64)
    main = np.array([own for _, own in pairs], dtype=np.int64)
    held = membership([mask for mask, _ in pairs], len(nodes))
    first = membership([own for _, own in pairs], len(nodes))
    minutes = np.array([node.minutes for node in nodes])
    work = np.tensordot(first.astype(np.int64), minutes, axes=1)
    other = np.tensordot((held & ~first).astype(np.int64), minutes, axes=1)
    named = [{nodes[int(i)].position for i in np.flatnonzero(row)} for row in held]
    more = np.array([len(names) - 1 for names in named], dtype=np.int64)
    parts: list[Ways] = []
    for holders in range(1, setting.most_combined + 1):
        active = np.arange(len(pairs))
        for posts in range(holders + 1, most_posts + 1):
            if not len(active):
                break
            count = np.full(len(active), posts, dtype=np.int64)
            share = np.full(len(active), holders, dtype=np.int64)
            rest, over = partial_outcome(work[active], other[active], fund, count, share, setting.service)
            short = missing_holders(nodes, first[active], count, setting.min_holders) + missing_holders(
                nodes, held[active] & ~first[active], share, setting.min_holders
            )
            costs = setting.objective.vector(rest, over, count, more[active] * holders, short)
            parts.append(Ways(whole[active], count, count, share, main[active], costs))
            busy = work[active].sum(axis=1) + np.minimum(other[active].sum(axis=1), holders * fund)
            active = active[(busy > posts * fund).any(axis=1)]
    none = np.zeros(0, dtype=np.int64)
    found = Ways(none, none, none, none, none, np.zeros((0, setting.objective.packing.limbs), dtype=np.int64))
    for part in parts:
        found = found.joined(part)
    return found


def missing_holders(
    nodes: Sequence[Node], held: npt.NDArray[np.bool_], posts: IntArray, wanted: tuple[int, ...]
) -> IntArray:
    """Return how many holders the cells of each set lack, where `posts` posts hold all of it."""
    short = np.zeros(len(posts), dtype=np.int64)
    if not wanted:
        return short
    for index, node in enumerate(nodes):
        for group in node.groups:
            short += np.where(held[:, index], np.maximum(0, wanted[group] - posts), 0)
    return short
