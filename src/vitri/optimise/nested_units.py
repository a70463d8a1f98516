"""The limits on units as a tree of sized posts: fixed posts taken off, refused where those break one."""

from __future__ import annotations

from collections.abc import Sequence

from vitri.errors import Finding, NoPlanError
from vitri.i18n import N_
from vitri.optimise.demand_cube import Cube, FixedPost
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.rules.limits import Limits


def fixed_posts_of(limits: Limits, cube: Cube) -> tuple[FixedPost, ...]:
    """Read the fixed posts with indices for offices and groups, in order."""
    office_at = {code: i for i, code in enumerate(cube.offices)}
    group_at = {code: i for i, code in enumerate(cube.groups)}
    columns = ["office", "organisation", "position", "posts", "free_pct", "task_groups"]
    posts = []
    for record in limits.fixed_posts[columns].to_dict("records"):
        organisation = record["organisation"]
        posts.append(
            FixedPost(
                office_at[str(record["office"])],
                organisation if isinstance(organisation, str) else "",
                str(record["position"]),
                int(record["posts"]),
                int(record["free_pct"]),
                tuple(group_at[g] for g in str(record["task_groups"]).split(";") if g in group_at),
            )
        )
    return tuple(sorted(posts, key=lambda p: (p.office, p.organisation, p.position)))


def nest_units(limits: Limits, offices: Sequence[str], fixed: Sequence[FixedPost], *, by_need: bool) -> Tree:
    """Nest the units, children first, with fixed posts taken off; sizing by need keeps caps only."""
    office_at = {code: i for i, code in enumerate(offices)}
    units = {unit.code: unit for unit in limits.units if unit.kind != "organisation"}
    below: dict[str | None, list[str]] = {}
    for unit in units.values():
        below.setdefault(unit.parent if unit.parent in units else None, []).append(unit.code)
    nodes: list[Node] = []
    taken: list[int] = []

    def add(code: str) -> int:
        unit = units[code]
        children = tuple(add(child) for child in below.get(code, []))
        office = office_at.get(code) if unit.kind == "office" else None
        held = sum(taken[c] for c in children)
        if office is not None:
            held += sum(p.posts for p in fixed if p.office == office)
        limit = [v for v in ((None if by_need else unit.ceiling), unit.cap) if v is not None]
        ceiling = NO_CEILING if not limit else min(limit) - held
        nodes.append(Node(code, ceiling, max(0, (unit.floor or 0) - held), children, office))
        taken.append(held)
        return len(nodes) - 1

    roots = [add(code) for code in below.get(None, [])]
    if len(roots) > 1 or (roots and nodes[roots[0]].office is not None):
        nodes.append(Node("*", NO_CEILING, 0, tuple(roots)))
    return Tree(tuple(nodes))


def check_tree(tree: Tree, limits: Limits, offices: Sequence[str], fixed: Sequence[FixedPost]) -> None:
    """Refuse a limit that the fixed posts alone break: arithmetic before any search."""
    findings = []
    for node in tree.nodes:
        if node.ceiling < 0:
            findings.append(
                Finding(
                    code="fixed_over_ceiling",
                    table="quotas",
                    row_key=node.code,
                    column="posts",
                    allowed=N_("at least the fixed posts"),
                    message=N_(
                        "The fixed (elected and leading) posts below {unit} are {excess} more than its limit."
                    ),
                    advice=N_("Raise the limit of {unit} by at least {excess}, or correct the fixed posts."),
                    fields={"unit": node.code, "excess": -node.ceiling},
                )
            )
    if findings:
        raise NoPlanError(findings)
