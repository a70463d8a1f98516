"""Benchmarks: each asks one question, asserts its answer and prints times (`python -m benchmarks`)."""

from __future__ import annotations

REGISTRY: dict[str, tuple[str, str]] = {
    "tensor": (
        "benchmarks.tensor",
        "How long does the workload of 3,321 offices take from 1.2 million registrations?",
    ),
    "padding": (
        "benchmarks.padding",
        "How well do the questions about a register tell honest registers from inflated ones?",
    ),
    "uncertainty": (
        "benchmarks.uncertainty",
        "How often do quotas hold on fresh demand, beside the probability they claim?",
    ),
    "tiny": (
        "benchmarks.tiny",
        "Is what is called proven really the least, wherever everything can be tried?",
    ),
    "quota": (
        "benchmarks.quota",
        "How fast are structure and quotas of a whole country proven under nested ceilings, beside peers?",
    ),
    "two-level": (
        "benchmarks.two_level",
        "How close are plan and bound where offices combine the duties of common positions (kiêm nhiệm)?",
    ),
    "frontier": (
        "benchmarks.frontier",
        "How fast is one office's least cost for every number of posts, beside HiGHS and CP-SAT?",
    ),
    "gap": (
        "benchmarks.gap",
        "How fast are jobs handed to people within their time, proven, beside HiGHS and CP-SAT?",
    ),
    "smptsp": (
        "benchmarks.smptsp",
        "How few people do tasks with fixed times need, proven, beside HiGHS and CP-SAT?",
    ),
    "month": (
        "benchmarks.month",
        "How fast is a month of one office planned and proven at rising loads, beside the plain engines?",
    ),
    "conflicts": (
        "benchmarks.conflicts",
        "Where limits leave no plan, is every concession and conflict right, and how fast is it found?",
    ),
    "counterfactuals": (
        "benchmarks.counterfactuals",
        "Does the change stated by `vitri whynot` move each number of posts, and one unit fewer not?",
    ),
    "million-rows": (
        "benchmarks.million_rows",
        "How long does it take to read and check a million registrations, and in how much memory?",
    ),
}
"""Name → module, question. A module runs as a script; what follows the name is given to it."""
