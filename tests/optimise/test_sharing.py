"""Sharing out under every ceiling, and the apportionment paradoxes: enumeration and textbook numbers."""

from itertools import pairwise

import numpy as np
import pytest
from benchmarks.oracles.sharing import capped, keeps, nested, random_curve, shares, tiny

from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.quota import NO_CEILING, Curve, Node, Tree, share_by_curve
from vitri.optimise.sharing.apportionment import hamilton, webster_curves
from vitri.optimise.sharing.ceilings import budget_curve, ceiling_curve, never_rises, population_losses
from vitri.optimise.sharing.convolution import convex, min_plus
from vitri.optimise.sharing.monotone import monotone_shares


@pytest.mark.parametrize("block", range(3))
def test_any_two_tables_are_joined_exactly(block: int) -> None:
    """Convex or not, with impossible numbers: least cost, and the fewest posts to the right among equals."""
    shapes = {True: 0, False: 0}
    for seed in range(block * 150, block * 150 + 150):
        rng = np.random.default_rng(seed)
        left, right = random_curve(rng, 24, 2), random_curve(rng, 24, 2)
        table, choice = min_plus(left, right)
        shapes[convex(right)] += 1
        for total in range(len(table)):
            ways = [
                (tuple((left[total - k] + right[k]).tolist()), k)
                for k in range(len(right))
                if 0 <= total - k < len(left) and left[total - k, 0] < INFEASIBLE and right[k, 0] < INFEASIBLE
            ]
            if not ways:
                assert table[total, 0] >= INFEASIBLE
            else:
                assert (tuple(table[total].tolist()), int(choice[total])) == min(ways)
    assert min(shapes.values()) >= 30


@pytest.mark.parametrize("block", range(4))
def test_every_ceiling_equals_enumeration_and_a_fresh_solve(block: int) -> None:
    """All ceilings of one pass: cost of the best of all share-outs, and the same plan as solved alone."""
    points = 0
    for seed in range(block * 150, block * 150 + 150):
        curves, tree = tiny(seed)
        found = ceiling_curve(curves, tree).shares
        options = shares(curves, tree)
        for ceiling, share in enumerate(found):
            best = min((cost for used, cost in options if used <= ceiling), default=None)
            cold = share_by_curve(curves, capped(tree, ceiling))
            if best is None:
                assert share is None
                assert cold is None
                continue
            assert share is not None
            assert cold is not None
            points += 1
            assert tuple(share.cost.tolist()) == best
            assert share.posts.tolist() == cold.posts.tolist()
            assert keeps(capped(tree, ceiling), tuple(share.posts.tolist()))
        if options:
            assert min(cost for _, cost in options) == min(tuple(s.cost.tolist()) for s in found if s)
    assert points >= 100


def test_steps_say_where_a_post_goes_and_add_up() -> None:
    """Gains less losses are the posts added, savings add up to the difference of first and last cost."""
    paradoxes = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        curves = [budget_curve(Curve(random_curve(rng, 6, 1))) for _ in range(3)]
        tree = Tree(
            (*(Node(f"o{o}", NO_CEILING, 0, office=o) for o in range(3)), Node("r", 12, 0, (0, 1, 2)))
        )
        found = ceiling_curve(curves, tree)
        steps = found.steps()
        plans = [share for share in found.shares if share is not None]
        if not steps:
            continue
        assert sum(step.saved for step in steps).tolist() == (plans[0].cost - plans[-1].cost).tolist()
        for before, step, after in zip(plans[:-1], steps, plans[1:], strict=True):
            moved = sum(k for _, k in step.gains) - sum(k for _, k in step.losses)
            assert moved == after.used - before.used
            assert step.saved[0] >= 0
        paradoxes += len(found.house_losses())
    assert paradoxes >= 1


@pytest.mark.parametrize("block", range(2))
def test_the_monotone_rule_never_takes_back(block: int) -> None:
    """As the ceiling rises nobody loses; the cost is never below the optimum, and equal on convex curves."""
    seen = dear = 0
    for seed in range(block * 60, block * 60 + 60):
        rng = np.random.default_rng(5_000 + seed)
        offices = int(rng.integers(2, 5))
        bowls = seed % 2 == 0
        curves = []
        for _ in range(offices):
            steps = np.sort(rng.integers(-9, 1, 5)) if bowls else rng.integers(-9, 1, 5)
            curves.append(Curve(np.concatenate([[60], 60 + np.cumsum(steps)])[:, None]))
        tree = nested(rng, offices)
        rule = monotone_shares(curves, tree)
        if rule is None:
            continue
        plans = [share for share in rule.shares if share is not None]
        for before, after in pairwise(plans):
            assert (after.posts >= before.posts).all()
        floors = any(node.floor for node in tree.nodes)
        for share, over in zip(rule.shares, rule.excess(), strict=True):
            if share is None or over is None:
                continue
            seen += 1
            assert keeps(capped(tree, share.ceiling), tuple(share.posts.tolist()))
            assert over[0] >= 0
            dear += over[0] > 0
            if bowls and not floors:
                assert over[0] == 0
    assert seen >= 60
    assert dear >= 1 or block == 1


def seats_by_rule(sizes: tuple[int, ...], seats: int) -> tuple[int, ...]:
    """The monotone rule on the curves of Webster's quotients."""
    curves = webster_curves(sizes, seats, 1_000)
    leaves = tuple(Node(str(i), NO_CEILING, 0, office=i) for i in range(len(sizes)))
    tree = Tree((*leaves, Node("all", seats, 0, tuple(range(len(sizes))))))
    rule = monotone_shares(curves, tree)
    assert rule is not None
    share = rule.shares[seats]
    assert share is not None
    return tuple(share.posts.tolist())


def test_alabama_paradox() -> None:
    """Sizes 6, 6, 2: with 11 instead of 10 seats Hamilton takes one from the smallest; the rule does not."""
    assert hamilton((6, 6, 2), 10) == (4, 4, 2)
    assert hamilton((6, 6, 2), 11) == (5, 5, 1)
    before = seats_by_rule((6, 6, 2), 0)
    for seats in range(1, 30):
        after = seats_by_rule((6, 6, 2), seats)
        assert sum(after) == seats
        assert all(b <= a for b, a in zip(before, after, strict=True))
        before = after


def test_population_paradox() -> None:
    """A grows faster than B, yet Hamilton gives a seat of A's to B; by the rule A does not lose to B."""
    before, after = (21, 77, 43), (24, 85, 43)
    assert after[0] * before[1] > after[1] * before[0]
    assert hamilton(before, 10) == (2, 5, 3)
    assert hamilton(after, 10) == (1, 6, 3)
    first, second = seats_by_rule(before, 10), seats_by_rule(after, 10)
    assert not (second[0] < first[0] and second[1] > first[1])


def test_new_state_paradox() -> None:
    """A third state joins with its fair 5 seats: Hamilton moves a seat between the old two, the rule none."""
    assert hamilton((1045, 8955), 100) == (10, 90)
    assert hamilton((1045, 8955, 525), 105) == (11, 89, 5)
    old, new = seats_by_rule((1045, 8955), 100), seats_by_rule((1045, 8955, 525), 105)
    assert new[:2] == old
    assert new[2] == 5


def test_hamilton_gives_every_seat_and_keeps_quota() -> None:
    """Every unit gets its quota rounded down or up; nothing to share by is an error."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sizes = tuple(int(v) for v in rng.integers(1, 100, 4))
        seats = int(rng.integers(0, 30))
        given = hamilton(sizes, seats)
        assert sum(given) == seats
        for size, count in zip(sizes, given, strict=True):
            assert size * seats // sum(sizes) <= count <= -(-size * seats // sum(sizes))
    with pytest.raises(ValueError, match="nothing"):
        hamilton((0, 0), 3)


def test_growing_work_may_lose_a_post_under_the_optimum_but_not_under_the_rule() -> None:
    """Office 0 grows and loses in the optimum: what one post saves it grows less than what two must save.

    Before: 0 takes both posts (saves 10 in all, 1 + 9); the other saves 6 with one. After growing, one post
    saves office 0 already 8, and two save 11: one each saves 14.
    """
    leaves = tuple(Node(str(i), NO_CEILING, 0, office=i) for i in range(2))
    tree = Tree((*leaves, Node("all", 2, 0, (0, 1))))
    curves = [Curve(np.array([[20], [19], [10]])), Curve(np.array([[8], [2], [2]]))]
    grown = [Curve(np.array([[25], [17], [14]])), curves[1]]
    assert all((g.cost >= 0).all() and never_rises(g) for g in grown)
    assert population_losses(curves, grown, tree, 2) == [(0, 1)]
    assert population_losses(curves, curves, tree, 2) == []
