"""The language of one command: chosen once, for vitri's own texts and for click's.

Help texts are written as message ids and put into the reader's language when they are shown. click takes
its own words ("Usage", "Error", "No such option") from the gettext domain ``messages``; the catalogue of
those lies beside this file.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import click

from vitri.i18n import LANGS, N_, Lang

F = TypeVar("F", bound=Callable[..., Any])

_LANGUAGE: ContextVar[Lang] = ContextVar("language", default="vi")
_CLICK_CATALOGUE = Path(__file__).parent / "locale"


def language() -> Lang:
    """Return the language of the command that is running."""
    return _LANGUAGE.get()


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Lang:
    """Return the language asked for by ``--lang``, else by VITRI_LANG, else Vietnamese.

    It must be known before the arguments are parsed, because a mistake in them is told in that language.
    """
    wanted = [environment.get("VITRI_LANG", "")]
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and position + 1 < len(arguments):
            wanted.append(arguments[position + 1])
        elif argument.startswith("--lang="):
            wanted.append(argument.removeprefix("--lang="))
    chosen: Lang = "vi"
    for word in wanted:
        for lang in LANGS:
            if word.strip().lower() == lang:
                chosen = lang
    return chosen


@contextmanager
def speaking(lang: Lang) -> Iterator[None]:
    """Speak one language inside the block: vitri's texts and click's own words."""
    token = _LANGUAGE.set(lang)
    before = os.environ.get("LANGUAGE")
    folder = gettext.bindtextdomain("messages")
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain("messages", str(_CLICK_CATALOGUE))
    try:
        yield
    finally:
        gettext.bindtextdomain("messages", folder)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before
        _LANGUAGE.reset(token)


@cache
def _own_texts() -> dict[str, str]:
    """Return the Vietnamese texts of this room alone: help must not wait for the other catalogues."""
    from babel.messages.pofile import read_po

    with (resources.files("vitri") / "locale" / "vi" / "cli.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="vi") if message.id}


def help_text(message: str) -> str:
    """Return a help text of the command line in the language of the command."""
    return message if language() == "en" else _own_texts().get(message, message)


class _Spoken:
    """Whatever has a `help`: keeps the message id, gives the text of the running command's language."""

    _help_id: str | None = None

    @property
    def help(self) -> str | None:
        """The help text in the language of the command."""
        return help_text(self._help_id) if self._help_id else self._help_id

    @help.setter
    def help(self, message: str | None) -> None:
        self._help_id = message

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the whole first paragraph: a sentence cut in the middle helps nobody."""
        return (self.help or "").split("\n\n")[0]


class Command(_Spoken, click.Command):
    """A command whose help follows the language."""


class Group(_Spoken, click.Group):
    """A group of commands whose help follows the language; commands are listed in the order of the work."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order in which they were added."""
        return list(self.commands)


Group.group_class = Group


class Option(_Spoken, click.Option):
    """An option whose help follows the language."""


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """Declare an option; `help` is a message id."""
    return click.option(*names, cls=Option, **settings)


def time_limit(text: str, name: str = "time_limit") -> Callable[[F], F]:
    """Declare the option of a time limit in seconds; `text` is a message id that says what it stops."""
    return option("--time-limit", name, type=click.FloatRange(min=0, min_open=True), metavar="S", help=text)


def workers(function: F) -> F:
    """Give a command the option of how many threads it may use."""
    return option(
        "--workers",
        type=click.IntRange(1, 64),
        default=2,
        show_default=True,
        metavar="N",
        help=N_("Threads to use."),
    )(function)


def common(function: F) -> F:
    """Give a command the two options that every command has: the language, and the details of a failure."""
    function = option(
        "--lang",
        type=click.Choice(LANGS, case_sensitive=False),
        expose_value=False,
        help=N_("Language of what is printed and written: vi (Vietnamese) or en (English)."),
    )(function)
    return option(
        "--debug",
        is_flag=True,
        expose_value=False,
        help=N_("If something fails inside vitri, print where."),
    )(function)
