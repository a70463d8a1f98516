"""How much work may stay undone: the service rule of sizing by need, and what posts can do at all."""

from __future__ import annotations

from collections.abc import Iterator

from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_least, at_most, equal, law
from vitri.rules.case import Case


def period_of(month: str, at: str) -> str:
    """Return the service period (month, quarter or year) of a month ``YYYY-MM``."""
    if at == "month":
        return month
    return month[:4] if at == "year" else f"{month[:4]}-Q{(int(month[5:]) - 1) // 3 + 1}"


class ServiceRule(Rule):
    """Sized by need, every set of posts has the normal time for its work, less the share that may wait.

    Shares are by priority, over the service period of the model; work of any size needs a post.
    """

    name = "service"
    title = N_("Service rule")
    sentence = N_("Posts {place} have {actual} minutes for {required} minutes that may not wait.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `service` is."""
        return law(model.service)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare time and work of every set of sized posts in every period; nothing under a ceiling."""
        if case.sizing != "need":
            return
        rule = case.model.service
        share = {p: int(rule.unmet_pct.get(p, 0) * 100) for p in (1, 2, 3)}
        for post in case.sized:
            work = case.post_work(post)
            asked: dict[str, dict[int, int]] = {}
            time: dict[str, int] = {}
            for month in case.months:
                period = period_of(month, rule.at)
                time[period] = time.get(period, 0) + post.posts * case.fund.get((post.office, month), 0)
                total = asked.setdefault(period, {})
                for priority, minutes in work.get(month, {}).items():
                    total[priority] = total.get(priority, 0) + minutes
            place = f"{post.office}/{post.code}"
            for period, total in asked.items():
                must = sum(minutes - minutes * share[p] // 10_000 for p, minutes in total.items())
                yield at_least(f"{place}/{period}", must, time[period])
            if any(minutes for total in asked.values() for minutes in total.values()):
                yield at_least(place, 1, post.posts)


class Capacity(Rule):
    """Without officials, posts do no more than their time, with the overtime allowed; the rest is unmet."""

    name = "capacity"
    title = N_("Capacity of the posts")
    sentence = N_("Posts {place} would have to do {actual} minutes; they have {required}.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare, where no officials are placed, the work not left undone with the time of the posts."""
        if case.with_people:
            return
        unmet: dict[tuple[str, str, str, str], int] = {}
        for row in case.rows("unmet"):
            key = (row["office"], row["pool"], row["task_group"], row["month"])
            unmet[key] = unmet.get(key, 0) + int(row["minutes"])
        share = int(case.model.overtime.max_share_pct * 100)
        for post in case.sized:
            cells = sorted({(duty.pool, duty.group) for duty in post.duties})
            for month, by_priority in case.post_work(post).items():
                fund = case.fund.get((post.office, month), 0)
                left = sum(unmet.get((post.office, *cell, month), 0) for cell in cells)
                yield at_most(
                    f"{post.office}/{post.code}/{month}",
                    post.posts * (fund + fund * share // 10_000),
                    sum(by_priority.values()) - left,
                )
        for cell, months in sorted(case.left.items()):
            for month, by_priority in months.items():
                most = sum(by_priority.values())
                if cell in case.led:
                    yield equal("/".join((*cell, month)), most, unmet.get((*cell, month), 0))
                else:
                    yield at_most("/".join((*cell, month)), most, unmet.get((*cell, month), 0))
