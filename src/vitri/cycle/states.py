"""The states of a registration and every way from one to the next, declared once.

draft → registered → approved (the approved quantity counts) → assigned → done; returned for correction,
merged into another line, or cancelled on the way. An order runs through the same states: ordering is a kind
of registration, not a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vitri.data.choices import REGISTRATION_STATUS
from vitri.data.findings import Both

STATES = tuple(choice.code for choice in REGISTRATION_STATUS)
"""Every state, in the order of the work."""

STATE_WORDS: Mapping[str, Both] = {choice.code: Both(choice.vi, choice.en) for choice in REGISTRATION_STATUS}
"""The states as people read them."""

OPEN = ("draft", "registered", "approved", "assigned", "done")
"""States of lines that still stand for work."""


@dataclass(frozen=True)
class Transition:
    """One verb: the states it may start from (None is a line that does not exist yet), the state it ends in.

    `reason` says that a reason must be given; `words` is the verb as people read it.
    """

    verb: str
    before: tuple[str | None, ...]
    after: str
    reason: bool
    words: Both


TRANSITIONS: tuple[Transition, ...] = (
    Transition("save", (None, "draft", "returned"), "draft", False, Both("lưu nháp", "saved as a draft")),
    Transition("register", (None, "draft", "returned"), "registered", False, Both("đăng ký", "registered")),
    Transition("approve", ("registered", "approved"), "approved", False, Both("duyệt", "approved")),
    Transition("return", ("registered", "approved"), "returned", True, Both("trả lại", "returned")),
    Transition("merge", ("registered", "approved"), "merged", True, Both("gộp", "merged")),
    Transition("assign", ("approved", "assigned"), "assigned", False, Both("giao việc", "assigned")),
    Transition("rework", ("assigned",), "assigned", True, Both("giao làm lại", "sent back for rework")),
    Transition("finish", ("assigned",), "done", False, Both("báo hoàn thành", "reported done")),
    Transition(
        "cancel",
        ("draft", "registered", "approved", "returned", "assigned"),
        "cancelled",
        True,
        Both("huỷ", "cancelled"),
    ),
)
"""The whole table of transitions; what is not here cannot happen."""

VERBS: Mapping[str, Transition] = {transition.verb: transition for transition in TRANSITIONS}
"""The transitions by verb."""


def verbs_from(state: str | None) -> tuple[Transition, ...]:
    """Return what may be done with a line in this state."""
    return tuple(transition for transition in TRANSITIONS if state in transition.before)


def joined(words: tuple[Both, ...]) -> Both:
    """Return several words as one list in both languages."""
    return Both(", ".join(word.vi for word in words), ", ".join(word.en for word in words))
