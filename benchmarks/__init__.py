"""Benchmarks: each asks one question, asserts its answer and prints times (`python -m benchmarks`)."""

from __future__ import annotations

REGISTRY: dict[str, tuple[str, str]] = {
    "structure": (
        "benchmarks.structure",
        "How fast is a common structure with its quotas proven, beside one integer program for the same?",
    ),
    "frontier": (
        "benchmarks.frontier",
        "How fast is one office's least cost for every number of posts, beside HiGHS and CP-SAT?",
    ),
    "million-rows": (
        "benchmarks.million_rows",
        "How long does it take to read and check a million registrations, and in how much memory?",
    ),
}
"""Name → module, question. A module runs as a script; what follows the name is given to it."""
