"""What must give for the work that a calendar leaves undone, in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from vitri.i18n import N_, Lang, date_text, number, tr

if TYPE_CHECKING:
    from vitri.plan.result import Result

_SAID = {
    "due": N_("{task} ({title}): due {amount} days later, on {last}; {who} can then do it."),
    "release": N_("{task} ({title}): begun {amount} days earlier, on {first}; {who} can then do it."),
    "overtime": N_(
        "{task} ({title}): {amount} minutes of overtime of {who} above the cap, {first} to {last}."
    ),
}


def what_must_give(result: Result, lang: Lang = "vi") -> list[str]:
    """Return a sentence for each way, in the order kept: the least urgent work first.

    Each way alone is enough for its task with everything else as planned.
    """
    return [
        tr(
            _SAID[row["kind"]],
            lang,
            task=row["task"],
            title=row["title"],
            who=row["official"],
            amount=number(int(row["amount"]), lang),
            first=date_text(dt.date.fromisoformat(row["first"]), lang),
            last=date_text(dt.date.fromisoformat(row["last"]), lang),
        )
        for row in result.info.get("concessions", [])
    ]
