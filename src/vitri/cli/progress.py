"""Live progress and the stop: a display on a terminal, plain lines otherwise; Ctrl-C keeps the best plan."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

from vitri.cli.output import console, line, on_terminal
from vitri.cli.words import language
from vitri.i18n import N_, Lang, number, percent, tr

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from vitri.optimise.engine import Progress

T = TypeVar("T")

SECONDS_BETWEEN_LINES = 0.5

STAGES = {
    "workload": N_("Counting the work"),
    "sizing": N_("Preparing positions and posts"),
    "structure": N_("Structure of positions"),
    "kiem_nhiem": N_("Combined duties"),
    "staffing": N_("Placing officials"),
    "assignment": N_("Sharing out the months"),
    "reasons": N_("Writing the reasons"),
    "audit": N_("Checking the plan"),
}
UNITS = {"cost": N_("cost units"), "minutes": N_("minutes"), "posts": N_("posts")}
"""What the stages and units of a run are called; one that is not listed stands for itself."""


class ConsoleReporter:
    """Shows stage, value, bound and gap of a run, and remembers that the user asked to stop."""

    def __init__(self) -> None:
        self.lang = language()
        self._stop = threading.Event()
        self._rich: RichProgress | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._text = ""
        self._printed = 0.0

    def stopped(self) -> bool:
        """Whether the user asked to stop and keep the best plan."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the run to stop and keep its best plan."""
        self._stop.set()

    def progress(self, progress: Progress) -> None:
        """Show one line of progress; repeated or hurried ones are skipped when they go to a file."""
        text = self._describe(progress)
        if self._rich is not None and self._task is not None:
            self._rich.update(self._task, description=self._name(progress), figures=text)
            return
        now = time.monotonic()
        hurried = text == self._text or now - self._printed < SECONDS_BETWEEN_LINES
        if progress.stage == self._stage and hurried:
            return
        self._stage, self._text, self._printed = progress.stage, text, now
        clock = f"{number(progress.seconds, self.lang, 1):>7} s"
        line(f"{clock}  {self._name(progress)}{'  ' + text if text else ''}", error=True)

    def _name(self, progress: Progress) -> str:
        return tr(STAGES.get(progress.stage, progress.stage), self.lang)

    def _describe(self, progress: Progress) -> str:
        parts: list[str] = []
        unit = f" {tr(UNITS.get(progress.unit, progress.unit), self.lang)}" if progress.unit else ""
        if progress.value is not None:
            parts.append(tr("value {value}", self.lang, value=_figure(progress.value, self.lang) + unit))
        if progress.bound is not None:
            parts.append(tr("bound {bound}", self.lang, bound=_figure(progress.bound, self.lang)))
        if progress.gap is not None:
            parts.append(tr("gap {gap}", self.lang, gap=percent(progress.gap, self.lang, 2)))
        return " · ".join(parts)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show progress inside the block."""
        if not on_terminal(sys.stderr):
            yield
            return
        from rich.progress import Progress as RichProgress
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.fields[figures]}", style="cyan", markup=False),
            TimeElapsedColumn(),
        )
        with RichProgress(*columns, console=console(sys.stderr), transient=True) as shown:
            self._rich = shown
            self._task = shown.add_task(tr("Preparing", self.lang), total=None, figures="")
            try:
                yield
            finally:
                self._rich = None


def _figure(value: float, lang: Any) -> str:
    """Write a whole value without decimals, any other with two."""
    return number(int(value), lang) if value == int(value) else number(value, lang, 2)


def tell_stopping(lang: Lang) -> None:
    """Say that the first Ctrl-C was heard."""
    line(tr("Stopping; the best plan so far is kept. Press Ctrl-C again to give up.", lang), error=True)


def run_stoppable(work: Callable[[], T], reporter: ConsoleReporter) -> T:
    """Run `work` in a thread of its own, so that Ctrl-C is heard at once; return what it returns.

    The first Ctrl-C asks the run to stop and keep its best plan; the second gives up (KeyboardInterrupt).
    """
    results: list[T] = []
    failures: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as problem:  # handed to the caller's thread, not lost in this one
            failures.append(problem)

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        if reporter.stopped():
            raise KeyboardInterrupt
        reporter.stop()
        tell_stopping(reporter.lang)

    thread = threading.Thread(target=copy_context().run, args=(body,), daemon=True)
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, interrupted) if in_main else None
    try:
        with reporter.shown():
            thread.start()
            while thread.is_alive():
                thread.join(0.1)
                if in_main:  # a solver may have put its own handler, or none, in the place of ours
                    signal.signal(signal.SIGINT, interrupted)
    finally:
        if in_main:
            signal.signal(signal.SIGINT, before)
    if failures:
        raise failures[0]
    return results[0]
