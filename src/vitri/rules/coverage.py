"""Every piece of regular work has someone to do it: a sized post, or a fixed one that does it all."""

from __future__ import annotations

from collections.abc import Iterator

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_most, equal
from vitri.rules.case import Case
from vitri.rules.structure import proposed_positions, scope_of_office


class Coverage(Rule):
    """Each cell with regular work is in exactly one set of sized posts of its office.

    Work that fixed posts do completely, and leadership work that a fixed post holds, needs no sized post.
    """

    name = "coverage"
    title = N_("All regular work has a post")
    sentence = N_("{place}: {actual} sets of posts hold this work; it must be {required}.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the sets of sized posts of every cell with regular work."""
        count: dict[tuple[str, str, str], int] = {}
        for post in case.sized:
            for duty in post.duties:
                cell = (post.office, duty.pool, duty.group)
                count[cell] = count.get(cell, 0) + 1
        for cell in sorted(case.sizing_demand):
            place = "/".join(cell)
            if cell in case.led:
                yield equal(place, 0, count.get(cell, 0))
                continue
            left = sum(sum(by_priority.values()) for by_priority in case.left[cell].values())
            if left or count.get(cell, 0):
                yield equal(place, 1, count.get(cell, 0))
        for cell in sorted(set(count) - set(case.sizing_demand)):
            strange = cell[2] not in case.groups or cell[0] not in case.offices
            yield at_most("/".join(cell), 1 - int(strange), count[cell])


class CoveredPositions(Rule):
    """A position without a post of its own is covered by a position that has one, for all its work."""

    name = "covered_positions"
    title = N_("Positions covered by combined duties")
    sentence = N_("{place} has no post of its own and nobody covers {detail}.")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Look for the cover of every position that the table of posts calls covered."""
        manned = {(p.office, p.pool, p.position) for p in case.posts if p.posts > 0}
        covers: dict[tuple[str, str, str], set[str]] = {}
        for row in case.rows("cover"):
            if (row["office"], row["covered_by_pool"], row["covered_by"]) in manned:
                key = (row["office"], row["pool"], row["position"])
                covers.setdefault(key, set()).add(row["task_group"])
        groups = {(p.scope, p.code): p.groups for p in proposed_positions(case)}
        for row in case.rows("posts"):
            if row["kind"] != "covered":
                continue
            key = (row["office"], row["pool"], row["position"])
            own = groups.get((scope_of_office(case, row["office"]), row["position"]), ())
            work = {g for g in own if (row["office"], row["pool"], g) in case.sizing_demand}
            lacking = sorted(work - covers.get(key, set())) or ([] if key in covers else [row["position"]])
            yield at_most("/".join(key), 0, len(lacking), ", ".join(lacking))
            yield at_most("/".join(key), 0, int(row["posts"]), row["position"])


class CoverMinutes(Rule):
    """The minutes of combined duties are the work left to the covered position, no more and no less."""

    name = "cover_minutes"
    title = N_("Minutes of combined duties")
    sentence = N_("{place}: {actual} minutes are covered, the work is {required}.")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the cover of sized posts with the work left, and that of fixed posts with the demand."""
        for row in case.rows("cover"):
            cell = (row["office"], row["pool"], row["task_group"])
            if not row["month"]:
                left = sum(sum(m.values()) for m in case.left.get(cell, {}).values())
                yield equal("/".join((*cell, row["position"])), left, int(row["minutes"]))
        for cell, months in sorted(case.fixed_work.items()):
            for month, minutes in sorted(months.items()):
                asked = sum(case.sizing_demand.get(cell, {}).get(month, {}).values())
                yield at_most("/".join((*cell, month)), asked, minutes)
        yield from self._leading(case)

    @staticmethod
    def _leading(case: Case) -> Iterator[Measured]:
        """Leadership work is left undone only where the fixed posts that hold it have no time left."""
        spare = {
            (post.code, month): post.posts * case.fund.get((post.office, month), 0)
            for post in case.fixed
            for month in case.months
        }
        home = {(post.office, post.pool, post.position): post.code for post in case.fixed}
        for row in case.rows("cover"):
            code = home.get((row["office"], row["covered_by_pool"], row["covered_by"]))
            if code is not None and row["month"]:
                spare[code, row["month"]] = spare.get((code, row["month"]), 0) - int(row["minutes"])
        holders: dict[tuple[str, str, str], list[str]] = {}
        for post in case.fixed:
            for duty in post.duties:
                holders.setdefault((post.office, duty.pool, duty.group), []).append(post.code)
        for cell in sorted(case.led & set(case.sizing_demand)):
            for month, left in case.left[cell].items():
                rest, free = sum(left.values()), sum(spare[code, month] for code in holders[cell])
                yield at_most("/".join((*cell, month)), 0, max(0, min(rest, free)))
