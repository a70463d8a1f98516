"""Why no plan keeps the limits: floors against ceilings first, then posts needed against caps."""

from __future__ import annotations

from vitri.errors import Finding
from vitri.i18n import N_
from vitri.optimise.cost import posts_needed
from vitri.optimise.task import MOST_OFFICE_POSTS, Task


def _least_posts(task: Task, office: int) -> int:
    """Return the fewest sized posts that the pooled work of an office asks for; 0 under ceilings."""
    if not task.setting.by_need:
        return 0
    units = task.cube.units_of(office)
    posts = posts_needed(task.minutes[units].sum(axis=(0, 1)), task.cube.fund[office], task.setting.service)
    return int(posts) if units else 0


def _floors_out_of_reach(task: Task, floors: list[int]) -> list[Finding]:
    """Say which units have a floor that the limits below them cannot fill."""
    nodes = task.tree.nodes
    most = [0] * len(nodes)
    findings = []
    for index, node in enumerate(nodes):
        below = sum(most[c] for c in node.children) if node.children else node.ceiling
        most[index] = min(node.ceiling, below)
        if node.floor > most[index] and floors[index] == node.floor:
            findings.append(
                Finding(
                    code="floor_out_of_reach",
                    table="quotas",
                    row_key=node.code,
                    column="floor",
                    value=str(node.floor),
                    allowed=N_("at most what the limits below allow"),
                    message=N_(
                        "{unit} must have at least {floor} sized posts; the limits below allow {most}."
                    ),
                    advice=N_("Lower the floor of {unit}, or raise the limits below it by {short} in all."),
                    fields={
                        "unit": node.code,
                        "floor": node.floor,
                        "most": most[index],
                        "short": node.floor - most[index],
                    },
                )
            )
            most[index] = node.floor
    return findings


def _beyond_any_office(task: Task) -> list[Finding]:
    """Say which offices would need more posts than an office is planned for: the work is wrong."""
    findings = []
    for office, code in enumerate(task.cube.offices):
        least = _least_posts(task, office)
        if least > MOST_OFFICE_POSTS:
            findings.append(
                Finding(
                    code="too_many_posts",
                    table="registrations",
                    row_key=code,
                    column="quantity",
                    value=str(least),
                    allowed=N_("at most {most} posts in one office"),
                    message=N_("The work registered for {unit} needs {least} posts."),
                    advice=N_("Check the quantities and unit times of {unit}; hours may stand for minutes."),
                    fields={"unit": code, "least": least, "most": MOST_OFFICE_POSTS},
                )
            )
    return findings


def why_no_plan(task: Task) -> list[Finding]:
    """Say which limit cannot be kept: floors against ceilings first, then posts needed against caps."""
    nodes = task.tree.nodes
    findings = []
    floors = [0] * len(nodes)
    for index, node in enumerate(nodes):
        floors[index] = max(node.floor, sum(floors[c] for c in node.children))
        if floors[index] > node.ceiling:
            findings.append(
                Finding(
                    code="floors_over_ceiling",
                    table="quotas",
                    row_key=node.code,
                    column="posts",
                    allowed=N_("at least the floors below"),
                    message=N_("The floors below {unit} ask for {short} posts more than its limit."),
                    advice=N_("Raise the limit of {unit}, or lower the floors below it."),
                    fields={"unit": node.code, "short": floors[index] - node.ceiling},
                )
            )
    findings = findings or _floors_out_of_reach(task, floors)
    if findings:
        return findings
    least = [0] * len(nodes)
    for index, node in enumerate(nodes):
        if node.office is not None:
            least[index] = _least_posts(task, node.office)
        else:
            least[index] = sum(least[c] for c in node.children)
        if least[index] > node.ceiling:
            findings.append(
                Finding(
                    code="need_over_cap",
                    table="quotas",
                    row_key=node.code,
                    column="cap",
                    value=str(node.ceiling),
                    allowed=N_("at least the posts its work needs"),
                    message=N_(
                        "The work of {unit} needs at least {least} posts besides fixed ones; {cap} are left."
                    ),
                    advice=N_("Raise the limit of {unit} by {short}, or ease the service rule."),
                    fields={
                        "unit": node.code,
                        "least": least[index],
                        "cap": node.ceiling,
                        "short": least[index] - node.ceiling,
                    },
                )
            )
    findings = findings or _beyond_any_office(task)
    if findings:
        return findings
    return [
        Finding(
            code="no_plan",
            table="quotas",
            message=N_("No plan keeps all limits: the posts allowed cannot meet the service rule."),
            advice=N_("Raise the caps, ease the service rule of the planning model, or size by ceiling."),
        )
    ]
