"""The adoption of a scheme in words: what is met in how many offices, and where not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vitri.i18n import N_, Lang, tr

if TYPE_CHECKING:
    from vitri.workload.adoption import Adoption

GOAL_NAMES = {
    "registration": N_("Work registered every month"),
    "assignment": N_("Tasks assigned by task group"),
    "orders": N_("Work ordered from shared staff"),
    "positions": N_("Job positions defined"),
    "quota": N_("Quota assigned to the office"),
}
STATE_NAMES = {"met": N_("fully met"), "partly": N_("partly"), "not_met": N_("not met")}
_SENTENCES = {
    "registration": N_("{met} of {count} offices register their work every month"),
    "assignment": N_("{met} of {count} assign tasks by task group"),
    "orders": N_("{met} of {count} use orders"),
    "positions": N_("{met} of {count} have every job position defined"),
    "quota": N_("{met} of {count} have a quota assigned"),
}


def adoption_sentences(found: Adoption, names: Mapping[str, str], lang: Lang) -> list[str]:
    """Return the summary sentence, then for every goal that some office misses where it stands."""
    count = len(found.offices)
    parts = []
    for goal, sentence in _SENTENCES.items():
        text = tr(sentence, lang, met=found.count(goal, "met"), count=count)
        partly = found.count(goal, "partly")
        parts.append(text + (tr(" ({count} in part)", lang, count=partly) if partly else ""))
    lines = ["; ".join(parts) + "."]
    for goal, name in GOAL_NAMES.items():
        missed = found.places(goal, "not_met")
        if 0 < len(missed) < count:
            where = ", ".join(names.get(code, code) for code in missed)
            lines.append(tr("{goal}: not met in {where}.", lang, goal=tr(name, lang), where=where))
        elif missed:
            lines.append(tr("{goal}: not met in any office.", lang, goal=tr(name, lang)))
    return lines
