"""The group of commands, and the one place where what goes wrong becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from vitri._version import __version__
from vitri.cli import (
    adoption_commands,
    assign_commands,
    calendar_commands,
    capacity_commands,
    ceiling_commands,
    cliff_commands,
    convert_commands,
    cycle_commands,
    data_commands,
    decision_commands,
    derive_commands,
    estimate_commands,
    no_plan_commands,
    pareto_commands,
    plan_commands,
    quality_commands,
    scenario_commands,
    uncertainty_commands,
    why_commands,
    workload_commands,
)
from vitri.cli.output import line, show_findings, utf8
from vitri.cli.words import Group, choose_language, common, help_text, language, option, speaking
from vitri.errors import (
    AuditError,
    DataError,
    Finding,
    Findings,
    NoPlanError,
    NoPlanYetError,
    UsageError,
    VitriError,
)
from vitri.i18n import N_, tr

PLAN, BAD_DATA, BAD_USE, NO_PLAN, NO_PLAN_YET = 0, 1, 2, 3, 4
BROKEN, GIVEN_UP = 70, 130
"""Exit codes of a fault inside vitri (70) and of a command that the user gave up (130)."""

_CODES: tuple[tuple[type[VitriError], int], ...] = (
    (DataError, BAD_DATA),
    (UsageError, BAD_USE),
    (NoPlanError, NO_PLAN),
    (NoPlanYetError, NO_PLAN_YET),
    (AuditError, BROKEN),
)

ABOUT = N_(
    "Job positions, staffing quotas and assignment for shared public offices.\n\n"
    "Start with `vitri template`, fill in four tables, then `vitri check`, `vitri solve` and `vitri export`."
)
EXIT_CODES = N_(
    "Exit codes: 0 done, 1 the data cannot be used, 2 the command cannot be used so, 3 no plan can exist, "
    "4 no plan yet (the time limit came first)."
)


class _Vitri(Group):
    """The group itself; the exit codes stand below the list of commands."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit codes in the reader's language."""
        formatter.write_paragraph()
        formatter.write_text(help_text(EXIT_CODES))


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Print the version and end."""
    if value and not ctx.resilient_parsing:
        line(f"vitri {__version__}")
        ctx.exit()


@click.group(
    cls=_Vitri, help=ABOUT, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help=N_("Print the version and exit."),
)
@common
def cli() -> None:
    """The command `vitri`; its help text is `ABOUT`."""


_COMMANDS = (
    *data_commands.COMMANDS,
    *cycle_commands.COMMANDS,
    *assign_commands.COMMANDS,
    *estimate_commands.COMMANDS,
    *quality_commands.COMMANDS,
    *capacity_commands.COMMANDS,
    *workload_commands.COMMANDS,
    *cliff_commands.COMMANDS,
    *uncertainty_commands.COMMANDS,
    *ceiling_commands.COMMANDS,
    *no_plan_commands.COMMANDS,
    *plan_commands.COMMANDS,
    *why_commands.COMMANDS,
    *scenario_commands.COMMANDS,
    *pareto_commands.COMMANDS,
    *adoption_commands.COMMANDS,
    *decision_commands.COMMANDS,
    *derive_commands.COMMANDS,
    *calendar_commands.COMMANDS,
    *convert_commands.COMMANDS,
)
for command in _COMMANDS:
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command; whatever goes wrong becomes rows or a sentence and an exit code, never a traceback."""
    utf8(sys.stdout)
    utf8(sys.stderr)
    debug = "--debug" in arguments
    with speaking(choose_language(arguments, os.environ)):
        try:
            outcome = cli.main(list(arguments), prog_name="vitri", standalone_mode=False)
        except click.exceptions.NoArgsIsHelpError as shown:
            line(shown.ctx.get_help() if shown.ctx else "")
            return BAD_USE
        except click.ClickException as problem:
            problem.show()
            return BAD_USE
        except (click.Abort, KeyboardInterrupt):
            line(tr("Given up; nothing was written.", language()), error=True)
            return GIVEN_UP
        except VitriError as problem:
            return _told(problem)
        except BrokenPipeError:
            return _reader_left()
        except OSError as problem:
            return _told(DataError(_cannot_write(problem)), problem if debug else None)
        except Exception as problem:  # the last guard: a person gets a sentence, not a traceback
            return _broken(problem, debug)
        return outcome if isinstance(outcome, int) else PLAN


def _told(problem: VitriError, details: BaseException | None = None) -> int:
    """Print the findings of an expected failure and return its exit code."""
    show_findings(problem.findings, to_stderr=True)
    if details is not None:
        traceback.print_exception(details)
    return next((code for kind, code in _CODES if isinstance(problem, kind)), BROKEN)


def _cannot_write(problem: OSError) -> Findings:
    """Turn a refusal of the file system into a finding."""
    return Findings.of(
        [
            Finding(
                code="file_refused",
                table=str(problem.filename or ""),
                value=problem.strerror or type(problem).__name__,
                message=N_("The file or folder cannot be read or written."),
                advice=N_(
                    "Close it if another program has it open, and look at the name, the rights and the disk."
                ),
            )
        ]
    )


def _reader_left() -> int:
    """End quietly when whoever read the output has gone (`vitri show RUN | head`)."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (the interpreter flushes it at the end)
    return PLAN


def _broken(problem: Exception, debug: bool) -> int:
    """Tell of a fault inside vitri in one sentence."""
    sentence = tr(
        "Something failed inside vitri ({kind}: {text}). This is a fault of the program, not of your data; "
        "run the command again with --debug and report what it prints.",
        language(),
        kind=type(problem).__name__,
        text=" ".join(str(problem).split())[:200],
    )
    line(sentence, error=True)
    if debug:
        traceback.print_exception(problem)
    return BROKEN
