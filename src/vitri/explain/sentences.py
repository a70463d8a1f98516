"""One reason as a row: its figures once, its sentence in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from vitri.explain.certificates import dump
from vitri.i18n import LANGS, N_, Lang, month_text, number, percent, tr

Said = str | Callable[[Lang], str]
_MOST_NAMES = 6


def whole(value: int) -> Said:
    """Say a whole number."""
    return lambda lang: number(value, lang)


def fte(dec4: int) -> Said:
    """Say full-time equivalents kept in ten-thousandths, with two decimals."""
    return lambda lang: number(Decimal(dec4) / 10_000, lang, 2)


def share(part: int, total: int) -> Said:
    """Say a share of a total as a percentage."""
    value = Decimal(0) if total == 0 else Decimal(100 * part) / total
    return lambda lang: percent(value, lang)


def month(code: str) -> Said:
    """Say a month."""
    return lambda lang: month_text(code, lang)


def listed(names: Iterable[str]) -> Said:
    """Say a list of names; a long one is cut, and the rest counted."""
    known = list(names)

    def say(lang: Lang) -> str:
        if len(known) <= _MOST_NAMES:
            return "; ".join(known)
        return tr(
            N_("{names} and {count} more"),
            lang,
            names="; ".join(known[: _MOST_NAMES - 1]),
            count=number(len(known) - _MOST_NAMES + 1, lang),
        )

    return say


def words(message: str) -> Said:
    """Say a message id marked elsewhere."""
    return lambda lang: tr(message, lang)


def filled(message: str, **said: Said) -> Said:
    """Say a marked message id with its blanks filled, as a part of a longer sentence."""
    return lambda lang: tr(message, lang, **spoken(said, lang))


def spoken(said: Mapping[str, Said], lang: Lang) -> dict[str, str]:
    """Return what fills the blanks of a sentence, in one language."""
    return {key: item if isinstance(item, str) else item(lang) for key, item in said.items()}


def source_of(source: str, status: str) -> Said:
    """Say where a rule of the planning model comes from."""
    if source:
        return filled(N_("({source})"), source=source)
    return words(
        N_("(policy of the planning model)")
        if status == "policy"
        else N_("(assumption of the planning model)")
    )


@dataclass
class Reasons:
    """The rows of the table of reasons; the order within a figure is the order of telling."""

    rows: list[tuple[str, int, str, str, str, str]] = field(default_factory=list)
    _told: dict[str, int] = field(default_factory=dict)

    def tell(self, figure: str, kind: str, message: str, numbers: dict[str, object], /, **said: Said) -> None:
        """Add a reason for a figure: the message id with what fills its blanks."""
        order = self._told[figure] = self._told.get(figure, 0) + 1
        sentences = [tr(message, lang, **spoken(said, lang)) for lang in LANGS]
        self.rows.append((figure, order, kind, dump(numbers), sentences[0], sentences[1]))


def counted(names: Sequence[tuple[str, int]]) -> Said:
    """Say names with how many of each, where it is more than one."""
    return listed(name if count == 1 else f"{name} (× {count})" for name, count in names)
