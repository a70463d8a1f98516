"""Several scenarios solved beside each other, each in a process of its own; the answers stay the same."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from vitri.cli.output import line
from vitri.cli.progress import tell_stopping
from vitri.cli.words import language
from vitri.errors import Finding, NoPlanError, NoPlanYetError
from vitri.i18n import number, tr

if TYPE_CHECKING:
    from vitri.optimise.engine import Progress, SolveOptions

Handler = Callable[[int, FrameType | None], None]


@dataclass(frozen=True)
class Job:
    """One scenario to solve: where it is, the variant, how, the folder for its run, and the flag to stop."""

    path: Path
    variant: str | None
    options: SolveOptions
    folder: Path
    stop: Path


@dataclass(frozen=True)
class Outcome:
    """What a process reports: nothing when its run is saved, else the findings; `proven`: no plan exists."""

    findings: tuple[Finding, ...] = ()
    proven: bool = False
    seconds: float = 0.0

    @property
    def error(self) -> NoPlanError | NoPlanYetError | None:
        """The refusal as an exception, None where there is a run."""
        if not self.findings:
            return None
        return NoPlanError(self.findings) if self.proven else NoPlanYetError(self.findings)


class _Flagged:
    """Shows nothing, since lines of several processes would mix; stops once the flag, a file, is there."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag
        self._seen = False
        self._looked = 0.0

    def progress(self, progress: Progress) -> None:
        """Show nothing."""

    def stopped(self) -> bool:
        """Whether the user asked to stop; the file is looked for ten times a second at most."""
        now = time.monotonic()
        if not self._seen and now - self._looked > 0.1:
            self._seen, self._looked = self.flag.exists(), now
        return self._seen


def solve_job(job: Job) -> Outcome | None:
    """Solve one scenario and save its run, in a process of its own; None where it was not begun."""
    from vitri.data import read
    from vitri.solve import solve
    from vitri.variant import applied

    if job.stop.exists():
        return None
    instance, changes, expected = applied(read(job.path), job.variant)
    try:
        result = solve(
            instance,
            options=job.options,
            report=_Flagged(job.stop),
            variant=job.variant,
            changes=changes,
            expected=expected,
        )
    except (NoPlanError, NoPlanYetError) as problem:
        return Outcome(tuple(problem.findings), isinstance(problem, NoPlanError))
    result.save(job.folder)
    return Outcome(seconds=float(result.info["seconds"]))


def solve_side_by_side(jobs: Sequence[Job], names: Sequence[str], processes: int) -> list[Outcome | None]:
    """Solve all jobs, so many at a time, and say when each is done; None for those not begun.

    The first Ctrl-C keeps the best plans of the scenarios being solved and begins no more; the second gives
    up (KeyboardInterrupt).
    """
    lang = language()
    found: list[Outcome | None] = [None] * len(jobs)
    pool = ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn"))
    try:
        with _hearing(signal.SIG_IGN):  # what is begun here does not hear Ctrl-C
            futures = {pool.submit(solve_job, job): index for index, job in enumerate(jobs)}
        with _hearing(_stopper({job.stop for job in jobs})):
            for future in as_completed(futures):
                index = futures[future]
                found[index] = outcome = future.result()
                if outcome is not None and outcome.error is None:
                    seconds = number(outcome.seconds, lang, 1)
                    text = tr("{name}: solved in {seconds} s.", lang, name=names[index], seconds=seconds)
                    line(text, error=True)
    except BaseException:
        for process in active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def _stopper(flags: set[Path]) -> Handler:
    """Return what Ctrl-C does: first it asks to stop, then it gives up."""
    pressed = 0

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed += 1
        if pressed > 1:
            raise KeyboardInterrupt
        for flag in flags:
            flag.touch()
        tell_stopping(language())

    return interrupted


@contextmanager
def _hearing(handler: Handler | signal.Handlers) -> Iterator[None]:
    """Handle Ctrl-C in this way inside the block; only a main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
