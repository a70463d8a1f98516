"""`Rule`: one limit of the plan as one object that builds it, measures it without a solver, and says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from vitri.i18n import Lang, number, tr
from vitri.rules.words import say_detail

if TYPE_CHECKING:
    from vitri.policy import PlanningModel
    from vitri.rules.case import Case
    from vitri.rules.limits import Draft

#: The columns of a measurement (run file ``rules.csv``), with the dtypes they are kept in.
COLUMNS: Mapping[str, str] = {
    "rule": "str",
    "place": "str",
    "detail": "str",
    "required": "Int64",
    "actual": "Int64",
    "slack": "Int64",
    "broken": "boolean",
    "legal": "boolean",
    "binding": "boolean",
}
WORST = 200


@dataclass(frozen=True)
class Measured:
    """One place where a rule was measured; `slack` below zero means broken.

    `detail` names codes that the sentence needs. A rule that is not `binding` here is reported, but a plan
    that breaks it is still a plan.
    """

    place: str
    required: int
    actual: int
    slack: int
    detail: str = ""
    legal: bool = False
    binding: bool = True


def at_most(place: str, limit: int, actual: int, detail: str = "", **more: bool) -> Measured:
    """Measure an upper limit."""
    return Measured(place, limit, actual, limit - actual, detail, **more)


def at_least(place: str, limit: int, actual: int, detail: str = "", **more: bool) -> Measured:
    """Measure a lower limit."""
    return Measured(place, limit, actual, actual - limit, detail, **more)


def equal(place: str, wanted: int, actual: int, detail: str = "", **more: bool) -> Measured:
    """Measure an equality: its slack is zero or below."""
    return Measured(place, wanted, actual, -abs(wanted - actual), detail, **more)


def tuples(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Return an iterator over the rows of some columns, as plain values; much faster than pandas' own."""
    return zip(*(frame[column].to_numpy(dtype=object).tolist() for column in columns), strict=True)


class Rule:
    """One rule of a plan.

    `name` is its stable code, `title` an English message id, `sentence` the id of what is said where it is
    broken, with the fields place, detail, required, actual and short. `integrity` marks rules that say the
    tables agree with each other, as opposed to limits set from outside.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    sentence: ClassVar[str]
    integrity: ClassVar[bool] = False

    def legal(self, model: PlanningModel) -> bool:
        """Whether the rule is law in this planning model (never offered as a concession)."""
        return False

    def build(self, draft: Draft) -> None:
        """Add what the rule forbids to the limits; a rule that limits nothing beforehand adds nothing."""

    def rows(self, case: Case) -> Iterable[Measured]:
        """Yield the rule's places in a plan; nothing where the rule does not apply."""
        raise NotImplementedError

    def measure(self, case: Case) -> pd.DataFrame:
        """Return the rule's places in a plan as a table with the columns of ``rules.csv``, sorted.

        Every broken place is listed (at most `WORST`, the worst first); of the places that keep the rule,
        the tightest of each office or person, so that the table stays readable.
        """
        law = self.legal(case.model)
        found = sorted(set(self.rows(case)), key=lambda row: (row.slack, row.place, row.detail))
        broken = [row for row in found if row.slack < 0][:WORST]
        tightest: dict[str, Measured] = {}
        for row in found:
            if row.slack >= 0:
                tightest.setdefault(row.place.split("/")[0], row)
        chosen = sorted([*broken, *tightest.values()], key=lambda row: (row.place, row.detail, row.slack))
        frame = pd.DataFrame(
            [
                (self.name, row.place, row.detail or None, row.required, row.actual, row.slack,
                 row.slack < 0, row.legal or law, row.binding)
                for row in chosen
            ],
            columns=list(COLUMNS),
        )  # fmt: skip
        return frame.astype(dict(COLUMNS))

    def say(self, row: Mapping[str, Any], lang: Lang) -> str:
        """Say what happens at one measured place, in one language."""
        text = tr(
            self.sentence,
            lang,
            place=row["place"],
            detail=say_detail(row["detail"], lang),
            required=number(int(row["required"]), lang),
            actual=number(int(row["actual"]), lang),
            short=number(max(0, -int(row["slack"])), lang),
        )
        return text.replace(" ()", "")  # a measurement without detail leaves its brackets empty


def law(record: Any) -> bool:
    """Whether a table of the planning model is law."""
    return getattr(record, "status", "") == "law"
