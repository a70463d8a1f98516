"""The command line: the only room that prints, asks, sets signal handlers and ends the process."""

from __future__ import annotations

from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 plan, 1 bad data, 2 bad use, 3 no plan, 4 no plan yet."""
    from vitri.cli.app import run as run_app

    return run_app(arguments)


def main() -> None:
    """Run the command of this process and end it with the exit code."""
    import sys

    sys.exit(run(sys.argv[1:]))
