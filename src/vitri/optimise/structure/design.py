"""One structure for many offices together with their posts: a price per post and exact set partitions.

The problem: choose one partition of the task groups into positions for every scope (all offices, a class of
offices, or one office) and whole posts for every position and unit, at least cost under nested ceilings and
floors.

With a price on posts what is left is a set partition per scope; every price and every relaxation gives a
proven lower bound. For a fixed partition posts go by falling gain, which is exact because the cost is convex
and limits are nested. The search raises the bound by prices and cuts, lists the partitions left in the gap
and values each exactly, and splits where the list is too long: by the number of positions first, then by
pairs of groups in one position or in two (Ryan and Foster, 1981).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vitri.optimise.engine import IntArray, Progress, SolveOptions, Status, UndecidedError, Watch
from vitri.optimise.laminar import Laminar, laminar_of
from vitri.optimise.quota_tree import NO_CEILING, Tree
from vitri.optimise.structure.branch import branch, dive
from vitri.optimise.structure.columns import Bundles
from vitri.optimise.structure.master import Prices
from vitri.optimise.structure.plans import Chosen, Plans
from vitri.optimise.structure.price import (
    FEWEST_PRICES,
    aligned,
    build_table,
    cells_of,
    grid_of,
    places_for,
    sample_gains,
    sample_units,
)
from vitri.optimise.structure.price_out import PriceOut
from vitri.optimise.structure.raise_bound import Raiser
from vitri.optimise.structure.relax import Relaxation
from vitri.optimise.structure.scope_curves import (
    ScopeCurve,
    cells_apart,
    most_posts,
    one_node,
    share_scopes,
    tree_of,
)

# whole numbers beyond this could overflow sums of 64 bits
LARGEST = 1 << 56
PILOT_UNITS = 64
PILOT_PAIRS = 150_000
# a run with little time still gets a first plan
PILOT_SECONDS = 2.0
USEFUL_PRICES, STREAMED_PRICES = 64, 320
# more bundles than this are not kept in one table
LISTED_BUNDLES = 30_000
# (scope, bundle) columns of several structures at once beyond which only the common structure is tried
MOST_COLUMNS = 2_000_000


@dataclass(frozen=True)
class StructurePlan:
    """Positions per scope (bundle indices), posts (row, unit), the cost reached and its proven bound.

    `bundles` names the bundle of every row of `posts`: all of them, or those few that were not ruled out.

    `values` says for every node of the tree what one post more at its own limit is worth at most in the cost
    of this structure: positive where its ceiling binds, negative where its floor does. Posts that a floor
    asks for and that save nothing stand in no position. `listed` counts the partitions valued,
    `parts` the parts the search was split into.
    """

    positions: tuple[tuple[int, ...], ...]
    posts: IntArray
    cost: int
    bound: int
    status: Status
    values: tuple[int, ...]
    bundles: IntArray
    listed: int = 0
    parts: int = 0

    def posts_of(self, bundle: int) -> IntArray:
        """Return the posts of a bundle in every unit."""
        return np.asarray(self.posts[self.bundles == bundle].sum(axis=0), dtype=np.int64)


def design_structure(data: Bundles, tree: Tree, watch: Watch) -> StructurePlan | None:
    """Choose structures and posts together; None where no partition exists or floors exceed a ceiling.

    Returns the best plan found with its proven bound; status "optimal" means cost == bound. Raises
    `UndecidedError` where costs are too large for whole numbers of 64 bits, or where time ran out before a
    plan was found.
    """
    if data.largest >= LARGEST:
        raise UndecidedError
    limits = laminar_of(tree)
    plans = Plans(data, limits, len(tree.nodes))
    if any(needed.any() and not data.membership[:, needed].any(axis=0).all() for needed in data.needed):
        return None
    if len(data.needed) == 1 and len(data.membership) > LISTED_BUNDLES:
        return _priced_out(data, tree, limits, watch)
    pairs = len(data.membership) * len(data.office_of)
    start = None
    if len(data.needed) > 1:
        bound = _by_curves(data, limits, plans, watch)
        if bound is not None and plans.best is not None:
            return _plan(plans, min(bound, plans.best[0]), len(data.needed))
        start = _from_common(data, tree, plans, watch)
        if start is not None and (watch.over() or _columns(data) > MOST_COLUMNS):
            return _plan(plans, 0, 0)
    elif pairs > PILOT_PAIRS or len(np.unique(cells_of(data, limits).node)) > 1:
        start = _pilot(data, tree, plans, watch)
    relaxation = _relaxation(data, tree, limits, plans, watch, start)
    if relaxation is None:
        plans.simple()
        if plans.best is None:
            raise UndecidedError
        return _plan(plans, 0, 0)
    found = branch(relaxation, plans, watch, start)
    return None if found is None else _plan(plans, *found)


def _priced_out(data: Bundles, tree: Tree, limits: Laminar, watch: Watch) -> StructurePlan | None:
    """Choose among more bundles than are kept in a table: all are priced, few remain."""

    def relax(some: Bundles, plans: Plans) -> Relaxation | None:
        return _relaxation(some, tree, limits, plans, watch, None)

    def narrow(some: Bundles, start: Chosen | None) -> tuple[int, int, Chosen] | None:
        plans = Plans(some, limits, len(tree.nodes))
        if start is not None:
            plans.value(start)
        relaxation = _relaxation(some, tree, limits, plans, watch, start)
        if relaxation is None:
            raise UndecidedError
        found = branch(relaxation, plans, _quiet(watch), start)
        return None if found is None or plans.best is None else (plans.best[0], found[0], plans.best[1])

    found = PriceOut(data, limits, relax, narrow, watch).run(np.zeros(0, dtype=np.int64))
    if found is None:
        return None
    cost, bound, chosen, parts = found
    plans = Plans(data.only(chosen), limits, len(tree.nodes))
    if plans.value((tuple(range(len(chosen))),)) != cost:
        raise UndecidedError
    plan = _plan(plans, bound, parts)
    return replace(plan, positions=(tuple(chosen.tolist()),), bundles=chosen)


def _columns(data: Bundles) -> int:
    return len(data.membership) * len(data.needed)


class _Quiet:
    """Passes a stop on, and says nothing: the figures of a part are not those of the run."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def progress(self, progress: Progress) -> None:
        """Say nothing."""

    def stopped(self) -> bool:
        """Whether the run was stopped."""
        return self.watch.reporter.stopped()


def _quiet(watch: Watch) -> Watch:
    return Watch(watch.options, _Quiet(watch), watch.started)


def _pilot(data: Bundles, tree: Tree, plans: Plans, watch: Watch) -> Chosen | None:
    """Find a first structure from an even sample of units under one ceiling in proportion."""
    units = sample_units(data, max(PILOT_UNITS, PILOT_PAIRS // len(data.membership)))
    sample = data.of_units(units)
    limits = laminar_of(tree)
    share = len(units) / len(data.office_of)
    ceiling = min(NO_CEILING, int(limits.ceiling[int(np.argmin(limits.depth))]))
    ceiling = ceiling if ceiling >= NO_CEILING else max(0, round(ceiling * share))
    one = one_node(ceiling, len(limits.node_of))
    inner = Plans(sample, one, 0)
    left = None if watch.options.time_limit_s is None else watch.left() + PILOT_SECONDS
    quiet = Watch(SolveOptions(workers=watch.options.workers, time_limit_s=left), _Quiet(watch))
    relaxation = _relaxation(sample, None, one, inner, quiet, None)
    if relaxation is None:
        return None
    raiser = Raiser(relaxation, inner, quiet)
    part = raiser.whole_part()
    if part is None:
        return None
    solved = raiser.raise_bound(part, 20)
    if solved is not None:
        dive(relaxation, inner, part, solved)
    if inner.best is None or plans.value(inner.best[1]) is None:
        return None
    return inner.best[1]


def _from_common(data: Bundles, tree: Tree, plans: Plans, watch: Watch) -> Chosen | None:
    """Start from one structure for all scopes, cut down to the groups that each needs."""
    units = np.arange(len(data.office_of))
    together = data.of_units(units, np.asarray(data.needed.any(axis=0), dtype=bool).reshape(-1))
    try:
        found = design_structure(together, tree, _quiet(watch))
    except UndecidedError:
        return None
    if found is None:
        return None
    at = {row.tobytes(): bundle for bundle, row in reversed(list(enumerate(data.membership)))}
    chosen = []
    for needed in data.needed:
        kept = [data.membership[bundle] & needed for bundle in found.positions[0]]
        if any(row.any() and row.tobytes() not in at for row in kept):
            return None
        chosen.append(tuple(sorted(at[row.tobytes()] for row in kept if row.any())))
    start = tuple(chosen)
    return start if plans.value(start) is not None else None


def _by_curves(data: Bundles, limits: Laminar, plans: Plans, watch: Watch) -> int | None:
    """Solve structures that meet only in the ceilings; return the bound, None where that does not apply."""
    cells = cells_of(data, limits)
    if not cells_apart(cells, len(data.needed)) or _columns(data) > MOST_COLUMNS:
        return None
    quiet = _quiet(watch)
    node_of = dict(zip(cells.scope.tolist(), cells.node.tolist(), strict=True))
    scopes: list[ScopeCurve] = []
    for scope, needed in enumerate(data.needed):
        part = data.of_units(plans.units[scope], needed)
        most = most_posts(part, limits, node_of[scope])
        if most is None or watch.over():
            return None
        own = Plans(part, one_node(most, len(limits.node_of)), 0)
        relaxation = _relaxation(part, None, own.limits, own, quiet, None)
        if relaxation is None:
            return None
        scopes.append(ScopeCurve.begin(part, relaxation, own, most))

    def solve(relaxation: Relaxation, own: Plans, quiet: Watch) -> tuple[int, int, tuple[int, ...]] | None:
        found = branch(relaxation, own, quiet)
        if found is None or own.best is None:
            return None
        return own.best[0], found[0], own.best[1][0]

    nodes, lengths = tree_of(
        limits, [node_of[s] for s in range(len(scopes))], [len(scope.lower) - 1 for scope in scopes]
    )
    found = share_scopes(scopes, nodes, lengths, solve, quiet)
    if found is None or found[1] is None or plans.value(found[1]) is None:
        return None
    return found[0]


def _relaxation(
    data: Bundles, tree: Tree | None, limits: Laminar, plans: Plans, watch: Watch, start: Chosen | None
) -> Relaxation | None:
    """Price all bundles; None if time runs out."""
    priced = limits
    cells = cells_of(data, priced)
    number = len(data.membership)
    if tree is not None and places_for(number, len(cells.scope)) < USEFUL_PRICES:
        # too many prices for a table: leave the limits of single offices to the exact step
        priced = laminar_of(tree, [bool(node.children) for node in tree.nodes])
        cells = cells_of(data, priced)
        if places_for(number, len(cells.scope)) < USEFUL_PRICES // 2:
            priced = laminar_of(tree, [i == len(tree.nodes) - 1 for i in range(len(tree.nodes))])
            cells = cells_of(data, priced)
    places = places_for(number, len(cells.scope))
    pairs = number * len(data.office_of)
    # a table many times the size of what is counted in it is a waste
    places = min(places, max(96, max(8_000_000, 60 * pairs) // max(1, number * len(cells.scope))))
    if pairs > PILOT_PAIRS:
        places = min(places, STREAMED_PRICES)
    if places <= FEWEST_PRICES and number * len(cells.scope) * FEWEST_PRICES > 4 * 48_000_000:
        return None
    around = np.zeros(0, dtype=np.int64)
    if start is not None:
        found = plans.prices(start)
        around = found[found > 0]
    if number * len(data.office_of) <= PILOT_PAIRS:
        gains = data.runs(np.arange(number)).gain
    else:
        gains = sample_gains(data.of_units(sample_units(data, PILOT_UNITS)))
        gains = np.r_[gains, around]
    grid = grid_of(gains, around, places) if len(gains) else np.zeros(1, dtype=np.int64)
    table = build_table(data, cells, aligned(grid) if len(grid) > 2 else grid, watch)
    if table is None:
        return None
    return Relaxation(data, table, Prices(priced, cells, table.grid), max(1, data.largest), watch)


def _plan(plans: Plans, bound: int, parts: int) -> StructurePlan:
    assert plans.best is not None
    cost, chosen = plans.best
    posts, values = plans.posts(chosen)
    status: Status = "optimal" if bound == cost else "feasible"
    rows = np.arange(len(posts))
    worth = tuple(values.tolist())
    return StructurePlan(chosen, posts, cost, bound, status, worth, rows, len(plans.seen), parts)
