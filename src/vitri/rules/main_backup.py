"""Who is responsible: a main official for every piece of work, a backup who is someone else."""

from __future__ import annotations

from collections.abc import Iterator

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_least, at_most, equal, tuples
from vitri.rules.case import Case
from vitri.rules.people import VACANCY, post_of

KEYS = ["office", "pool", "task_group", "month"]


class MainOfficial(Rule):
    """Work that is done has exactly one main official in each month, whose post holds it."""

    name = "main_official"
    title = N_("One main official")
    sentence = N_("{place} has {actual} main officials instead of {required} ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the main officials of every cell and month in which work is assigned."""
        frame = case.table("assignments")
        if frame.empty:
            return
        frame = frame.assign(main=(frame["role"] == "main").astype("int64"))
        sums = frame.groupby(KEYS, sort=True)[["main", "minutes"]].sum().reset_index()
        for office, pool, group, month, main, minutes in tuples(sums, [*KEYS, "main", "minutes"]):
            place = f"{office}/{pool}/{group}/{month}"
            if minutes > 0:
                yield equal(place, 1, int(main))
            else:
                yield at_most(place, 1, int(main))
        held = {who: {(d.pool, d.group) for d in post.duties} for who, post in post_of(case).items()}
        mains = frame[frame["main"] == 1][["office", "pool", "task_group", "official"]].drop_duplicates()
        for office, pool, group, who in tuples(mains.sort_values(list(mains.columns)), list(mains.columns)):
            fits = (pool, group) in held.get(who, set())
            yield equal(f"{office}/{pool}/{group}", 1, int(fits), str(who))


class BackupOfficial(Rule):
    """The backup is another person, present in the plan; a missing backup is reported, not refused."""

    name = "backup_official"
    title = N_("A backup who is someone else")
    sentence = N_("{place} has {actual} backup officials, {required} wanted ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the backups of every cell and month with its main official."""
        frame = case.table("assignments")
        if frame.empty:
            return
        known = set(post_of(case))
        mains: dict[tuple[str, ...], set[str]] = {}
        backups: dict[tuple[str, ...], list[str]] = {}
        fewest: dict[str, int] = {}
        named = frame[frame["role"].isin(["main", "backup"])]
        for *cell, who, role in tuples(named, [*KEYS, "official", "role"]):
            key = tuple(str(part) for part in cell)
            if role == "main":
                mains.setdefault(key, set()).add(str(who))
            else:
                backups.setdefault(key, []).append(str(who))
        for key in sorted(set(mains) | set(backups)):
            place = "/".join(key)
            own, others = mains.get(key, set()), backups.get(key, [])
            same = sorted(own & set(others))
            yield at_most(place, 0, len(same), ", ".join(same))
            twice = len(others) - len(set(others))
            strange = sorted(set(others) - known) + sorted(who for who in others if who.startswith(VACANCY))
            yield at_most(place, 0, twice + len(strange), ", ".join(strange))
            where = "/".join(key[:3])
            fewest[where] = min(fewest.get(where, len(others)), len(others))
        for where, number in sorted(fewest.items()):
            if case.model.staffing.backup:
                yield at_least(where, 1, number, binding=False)


class EnoughHolders(Rule):
    """Enough people know a piece of work, and not too many share it; preferred, not enforced."""

    name = "enough_holders"
    title = N_("Enough people for each task group")
    sentence = N_("{place}: {actual} people, {required} wanted ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the people of every cell over the horizon."""
        frame = case.table("assignments")
        if frame.empty:
            return
        known: dict[tuple[str, ...], set[str]] = {}
        working: dict[tuple[str, ...], set[str]] = {}
        columns = ["office", "pool", "task_group", "month", "official", "minutes"]
        for office, pool, group, month, who, minutes in tuples(frame, columns):
            known.setdefault((str(office), str(pool), str(group)), set()).add(str(who))
            if minutes > 0:
                working.setdefault((str(office), str(pool), str(group), str(month)), set()).add(str(who))
        for cell, people in sorted(known.items()):
            if cell[2] in case.groups:
                least = case.groups[cell[2]].min_holders
                yield at_least("/".join(cell), least, len(people), "≥", binding=False)
        most = case.model.staffing.max_people_per_group
        for key, people in sorted(working.items()):
            yield at_most("/".join(key), most, len(people), "≤", binding=False)


class Qualified(Rule):
    """Main and backup officials hold the competency levels their work asks for, or are trained first.

    A missing level is a matter of training: it is reported, and does not refuse the plan.
    """

    name = "qualified"
    title = N_("Qualified officials")
    sentence = N_("{place}: {detail} lacks {actual} competency levels.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Add up the levels that each main and backup official lacks, of those whose levels are known."""
        frame = case.table("assignments")
        if frame.empty or not case.instance.has("official_competencies"):
            return
        skills: dict[str, dict[str, int]] = {}
        for row in case.instance.table("official_competencies").to_dict("records"):
            skills.setdefault(str(row["official"]), {})[str(row["competency"])] = int(row["level"])
        named = frame[frame["role"].isin(["main", "backup"])]
        cells = named[["office", "task_group", "official"]].drop_duplicates()
        for office, group, who in tuples(cells.sort_values(list(cells.columns)), list(cells.columns)):
            if who in skills and group in case.groups:
                short = sum(
                    max(0, level - skills[who].get(family, 0))
                    for family, level in case.groups[group].asked.items()
                )
                yield at_most(f"{office}/{group}", 0, short, str(who), binding=False)
