"""What the parsing of one text gives: a value, or a problem with its wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """What is wrong with one text: the check's code and its wording; `keep` lets the value stand."""

    code: str
    message: str
    advice: str
    allowed: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    keep: bool = False


Outcome = tuple[Any, Problem | None]
