"""Every text a person reads exists in Vietnamese, with the same blanks to fill, in one Unicode form."""

from __future__ import annotations

import ast
import gettext
import re
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from vitri.i18n import catalogue, date_text, number, percent, sort_key, tr

MARKERS = {"tr", "N_"}
FINDING_TEXTS = {"message", "advice", "allowed"}


def literals(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every literal message id of a file with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts: list[ast.expr] = []
        if name in MARKERS:
            texts += node.args[:1]
        if name == "Finding":
            texts += [word.value for word in node.keywords if word.arg in FINDING_TEXTS]
        for text in texts:
            branches = [text.body, text.orelse] if isinstance(text, ast.IfExp) else [text]
            for branch in branches:
                value = branch.value if isinstance(branch, ast.Constant) else None
                if isinstance(value, str) and any(char.isalpha() for char in value):
                    yield value, node.lineno


def message_ids(root: Path) -> dict[str, str]:
    """Return message id → where it is used, of the whole package."""
    found: dict[str, str] = {}
    for path in sorted((root / "src" / "vitri").rglob("*.py")):
        for text, line in literals(path):
            found.setdefault(text, f"{path.relative_to(root)}:{line}")
    return found


def po_files(root: Path) -> list[Path]:
    """Return the Vietnamese catalogues of the rooms."""
    return sorted((root / "src" / "vitri" / "locale" / "vi").glob("*.po"))


def read(path: Path) -> Catalog:
    """Read one catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale="vi", abort_invalid=True)


def blanks(text: str) -> set[str]:
    """Return the names of the ``{fields}`` of a text."""
    return {
        name.split(".")[0].split("[")[0]
        for _, name, _, _ in string.Formatter().parse(text)
        if name is not None
    }


def test_every_text_is_translated(root: Path) -> None:
    """Every literal message id of the package has a Vietnamese text."""
    vietnamese = catalogue("vi")
    missing = {text: place for text, place in message_ids(root).items() if text not in vietnamese}
    assert missing == {}


def test_no_translation_is_left_over(root: Path) -> None:
    """Every text in the catalogues is used somewhere in the package."""
    strings = {
        node.value
        for path in sorted((root / "src" / "vitri").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    left = [text for text in catalogue("vi") if text not in strings]
    assert left == []


def test_catalogues_are_sound(root: Path) -> None:
    """No text is fuzzy, blank or decomposed, and each keeps the blanks of its English."""
    wrong: list[str] = []
    files = po_files(root)
    assert files
    for path in files:
        for message in read(path):
            if not message.id:
                continue
            text = message.string
            place = f"{path.name}: {message.id!r}"
            if message.fuzzy or not isinstance(text, str) or not text.strip():
                wrong.append(f"{place} is fuzzy or blank")
            elif blanks(str(message.id)) != blanks(text):
                wrong.append(f"{place} has blanks {sorted(blanks(text))}")
            elif not unicodedata.is_normalized("NFC", text):
                wrong.append(f"{place} is not NFC")
    assert wrong == []


def test_rooms_agree_on_a_shared_text(root: Path) -> None:
    """A text that two rooms translate has one translation."""
    seen: dict[str, tuple[str, str]] = {}
    wrong: list[str] = []
    for path in po_files(root):
        for message in read(path):
            if message.id and isinstance(message.string, str):
                first, where = seen.setdefault(str(message.id), (message.string, path.name))
                if first != message.string:
                    wrong.append(f"{message.id!r}: {where} {first!r}, {path.name} {message.string!r}")
    assert wrong == []


def test_header_says_vietnamese(root: Path) -> None:
    """Every catalogue declares its language and UTF-8."""
    for path in po_files(root):
        head = path.read_text(encoding="utf-8")[:600]
        assert re.search(r'"Language: vi\\n"', head), path.name
        assert re.search(r"charset=utf-8", head, re.IGNORECASE), path.name


def test_the_command_line_librarys_words_are_compiled(root: Path) -> None:
    """The compiled catalogue of click's words holds what its source holds."""
    folder = root / "src" / "vitri" / "cli" / "locale" / "vi" / "LC_MESSAGES"
    with (folder / "messages.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in read(folder / "messages.po"):
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            assert compiled.ngettext(message.id[0], message.id[1], 2) == message.string[0]
            assert blanks(message.string[0]) <= blanks(message.id[0]) | blanks(message.id[1])
        else:
            assert compiled.gettext(message.id) == message.string
            assert blanks(message.string) <= blanks(message.id)


def test_numbers_and_dates_are_written_the_readers_way() -> None:
    """Vietnamese writes 1.234,5; English 1,234.5; dates are day/month/year in both."""
    import datetime as dt

    assert (number(1234.5, "vi", 1), number(1234.5, "en", 1)) == ("1.234,5", "1,234.5")
    assert number(None, "vi") == ""
    assert percent(36.4, "vi") == "36,4 %"
    assert date_text(dt.date(2021, 6, 1), "vi") == "01/06/2021"


def test_vietnamese_order_puts_letters_before_tones() -> None:
    """The alphabet decides first (a ă â … d đ … o ô ơ), the tone second."""
    names = ["Đông", "Dương", "Ân", "An", "Ấn", "Ăn", "Ơn", "Ôn", "On", "Ba", "Bà", "Bá"]
    expected = ["An", "Ăn", "Ân", "Ấn", "Ba", "Bà", "Bá", "Dương", "Đông", "On", "Ôn", "Ơn"]
    assert sorted(names, key=sort_key) == expected


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_unknown_text_is_shown_as_it_is(lang: str) -> None:
    """A message id without a translation is shown in English rather than lost."""
    assert tr("No such text {x}", lang, x=3) == "No such text 3"  # type: ignore[arg-type]
