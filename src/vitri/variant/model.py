"""The nouns of a variant: `Variant`, `Change`, `Expected`, and what applying one gives, `ChangeReport`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from vitri.errors import Finding
from vitri.i18n import Lang, tr
from vitri.variant.words import place, shown

if TYPE_CHECKING:
    from vitri.variant.draft import Draft

Direction = Literal["up", "down", "same", "not_up", "not_down"]
DIRECTIONS: tuple[Direction, ...] = ("up", "down", "same", "not_up", "not_down")
MEASURES: tuple[str, ...] = (
    "fte",
    "posts",
    "bound",
    "unmet_minutes",
    "overtime_minutes",
    "estimated_share_pct",
    "salary",
    "moved_people",
    "retrained_levels",
    "imbalance_minutes",
    "extra_duties",
)
KeyType = Literal["decimal", "int", "text", "month", "choice", "value", "rows", "list"]


@dataclass(frozen=True)
class Key:
    """One key a kind of change takes beside `where`: its type, whether it must be there, what is allowed."""

    name: str
    type: KeyType
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: Decimal | None = None
    above: bool = False
    maximum: Decimal | None = None

    @property
    def allowed(self) -> str:
        """What the key may hold, for a finding: values and ranges, in signs both languages read."""
        if self.choices:
            return ", ".join(self.choices)
        if self.type == "month":
            return "YYYY-MM"
        ends = [] if self.minimum is None else [f"> {self.minimum}" if self.above else f">= {self.minimum}"]
        ends += [] if self.maximum is None else [f"<= {self.maximum}"]
        return ", ".join(ends) or self.type


@dataclass(frozen=True, kw_only=True)
class Change:
    """One ``[[change]]`` of a variant file, its values already of the right type."""

    do: str
    where: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, Any]
    replace: bool = False
    variant: str = ""
    order: int = 1

    def finding(self, code: str, column: str, message: str, advice: str = "", **more: Any) -> Finding:
        """Return an error about this change; `more` may hold value, allowed and fields."""
        return Finding(
            code=code,
            table=f"variants/{self.variant}.toml",
            row_key=f"change {self.order}",
            column=column,
            message=message,
            advice=advice,
            **more,
        )


@dataclass(frozen=True)
class Expected:
    """What the author of a variant expects against the base: one measure, one direction."""

    measure: str
    direction: Direction


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Changes to a scenario as data; `based_on` names a variant that is applied first.

    `today` is the day on which they become known: a published calendar keeps what was before it.
    """

    name: str
    why: str
    changes: tuple[Change, ...]
    question: str | None = None
    expected: tuple[Expected, ...] = ()
    based_on: str | None = None
    today: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one change did: rows touched, one figure before and after, and fields for its sentence."""

    rows: int
    before: int | str
    after: int | str
    measure: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ChangeReport:
    """One applied change, for the record of a run.

    `before` and `after` are the figure named by `measure` (minutes, posts, cells ...) over the rows touched.
    """

    do: str
    rows_touched: int
    before: int | str
    after: int | str
    measure: str
    sentence_vi: str
    sentence_en: str
    variant: str = ""

    def sentence(self, lang: Lang) -> str:
        """Return the sentence in one language."""
        return self.sentence_vi if lang == "vi" else self.sentence_en

    def as_dict(self) -> dict[str, object]:
        """Return the row of ``changes`` in ``result.json``."""
        return {
            "do": self.do,
            "variant": self.variant,
            "rows_touched": self.rows_touched,
            "measure": self.measure,
            "before": self.before,
            "after": self.after,
            "sentence_vi": self.sentence_vi,
            "sentence_en": self.sentence_en,
        }


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of change: the table its `where` speaks of, its keys, how it is applied and what it says.

    `where_required` lists columns of `where` it cannot do without. `apply` changes the draft and returns an
    outcome, or None after it has recorded a finding. `sentence` is a message id with fields.
    """

    do: str
    table: str | None
    keys: tuple[Key, ...]
    apply: Callable[[Draft, Change], Outcome | None]
    sentence: str
    where_required: tuple[str, ...] = ()
    where_columns: tuple[str, ...] | None = None

    def say(self, change: Change, outcome: Outcome, lang: Lang) -> str:
        """Return the sentence of a change in one language."""
        fields: dict[str, object] = {"where": place(change, self.table, lang), "rows": outcome.rows}
        fields |= {
            name: shown(value, lang)
            for name, value in change.keys.items()
            if not isinstance(value, (list, tuple))
        }
        fields |= {"before": shown(outcome.before, lang), "after": shown(outcome.after, lang)}
        fields |= {name: shown(value, lang) for name, value in outcome.fields.items()}
        return tr(self.sentence, lang, **fields)
