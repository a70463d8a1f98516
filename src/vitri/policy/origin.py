"""What every table of a planning model has: declared keys, and where and when its figures hold."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vitri.policy.values import Body, Day, Status, Text, Tier

REQUIRED: Any = ...


def key(title: str, default: Any = REQUIRED, **limits: Any) -> Any:
    """Declare a key: its title (a message id), its default (none: the key is required), its range."""
    return Field(default, description=title, **limits)


class Frozen(BaseModel):
    """A record that never changes and knows only its declared keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(Frozen):
    """Where a figure comes from, when it holds; without a status it is an assumption."""

    source: Text = ""
    date: Day | None = None
    status: Status = "assumption"
    valid_from: Day | None = None
    valid_to: Day | None = None
    note: Text = ""


class Basis(Origin):
    """The origin of some keys of a table, where it differs from the table's own."""

    keys: tuple[Text, ...] = Field(min_length=1)


class Table(Origin):
    """A table of a planning model; `bodies` and `levels` left out mean everybody."""

    bodies: tuple[Body, ...] | None = None
    levels: tuple[Tier, ...] | None = None
    basis: tuple[Basis, ...] = ()
