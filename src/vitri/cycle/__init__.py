"""The monthly cycle: organisations register, the head decides, people are told, work is reported done."""

from __future__ import annotations

from vitri.cycle.completeness import completeness, record
from vitri.cycle.decide import Decision, decide, in_state, waiting
from vitri.cycle.ledger import Changed, Ledger
from vitri.cycle.lines_file import read_lines
from vitri.cycle.register import Sender, register, register_nothing
from vitri.cycle.remember import remember
from vitri.cycle.states import STATES, TRANSITIONS, Transition

__all__ = [
    "STATES",
    "TRANSITIONS",
    "Changed",
    "Decision",
    "Ledger",
    "Sender",
    "Transition",
    "completeness",
    "decide",
    "in_state",
    "read_lines",
    "record",
    "register",
    "register_nothing",
    "remember",
    "waiting",
]
