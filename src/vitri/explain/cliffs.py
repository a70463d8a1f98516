"""Cliffs in words: which change of which lever makes how many posts, nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from vitri.i18n import N_, Lang, number, percent, tr
from vitri.workload.cliffs import CliffMap
from vitri.workload.levers import KINDS

LEVER_WORDS = {
    "time_fund": N_("the time fund"),
    "useful_time": N_("useful time"),
    "norm": N_("every norm"),
    "volume": N_("every volume"),
    "coefficient": N_("the office coefficient"),
}


@dataclass(frozen=True)
class Cliff:
    """One step of one scope: the levers that make it at the same change; blank sides mean all."""

    office: str
    pool: str
    task_group: str
    levers: tuple[str, ...]
    change_bp: int
    posts_now: int
    posts_from: int
    posts_to: int
    rank: int
    searched: bool


def cliffs_of(found: CliffMap, *, first: bool = False) -> list[Cliff]:
    """Return the cliffs, the smallest change first; levers that move a scope alike stand in one row.

    `first` keeps only the nearest of each scope, lever and direction.
    """
    frame = found.cliffs[found.cliffs["rank"] == 1] if first else found.cliffs
    sides = frame[["office", "pool", "task_group"]].astype(object).fillna("")
    rest = ["change_bp", "posts_now", "posts_from", "posts_to", "rank", "searched"]
    rows: dict[tuple[object, ...], list[str]] = {}
    for key, lever in zip(
        pd.concat([sides, frame[rest].astype(object)], axis=1).itertuples(index=False, name=None),
        frame["lever"].tolist(),
        strict=True,
    ):
        rows.setdefault(key, []).append(lever)
    cliffs = [
        Cliff(
            office=str(key[0]),
            pool=str(key[1]),
            task_group=str(key[2]),
            levers=tuple(sorted(levers, key=KINDS.index)),
            change_bp=int(str(key[3])),
            posts_now=int(str(key[4])),
            posts_from=int(str(key[5])),
            posts_to=int(str(key[6])),
            rank=int(str(key[7])),
            searched=bool(key[8]),
        )
        for key, levers in rows.items()
    ]
    return sorted(
        cliffs,
        key=lambda row: (
            abs(row.change_bp), row.office, row.pool, row.task_group, row.change_bp,
            KINDS.index(row.levers[0]),
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class FragileItem:
    """The work item that moves one scope with the least change; blank sides mean all."""

    office: str
    pool: str
    task_group: str
    work_item: str
    change_bp: int
    posts_now: int
    posts_to: int
    searched: bool


def fragile_items(found: CliffMap) -> list[FragileItem]:
    """Return the most fragile norm of every scope, the smallest change first."""
    frame = found.fragile
    texts = frame[["office", "pool", "task_group", "work_item"]].astype(object).fillna("").to_numpy().tolist()
    figures = frame[["change_bp", "posts_now", "posts_to"]].to_numpy().tolist()
    rows: list[FragileItem] = []
    for words, figures_of, searched in zip(texts, figures, frame["searched"].tolist(), strict=True):
        office, pool, group, item = (str(word) for word in words)
        change, now, then = (int(figure) for figure in figures_of)
        rows.append(FragileItem(office, pool, group, item, change, now, then, bool(searched)))
    return rows


def levers_text(levers: tuple[str, ...], lang: Lang) -> str:
    """Return the names of levers, joined by "or"."""
    words = [tr(LEVER_WORDS[lever], lang) for lever in levers]
    if len(words) == 1:
        return words[0]
    return tr("{first} or {last}", lang, first=", ".join(words[:-1]), last=words[-1])


def change_text(change_bp: int, lang: Lang) -> str:
    """Return the size of a change: ``0,84 %``."""
    return percent(Decimal(abs(change_bp)) / 100, lang, 2)


def sentence(cliff: Cliff, place: str, lang: Lang) -> str:
    """Return one cliff as a sentence; `place` is the scope in words."""
    fields = {
        "place": place,
        "now": number(cliff.posts_now, lang),
        "lever": levers_text(cliff.levers, lang),
        "change": change_text(cliff.change_bp, lang),
        "to": number(cliff.posts_to, lang),
    }
    if cliff.change_bp < 0:
        return tr("{place}: {now} posts; lowering {lever} by {change} makes it {to}.", lang, **fields)
    return tr("{place}: {now} posts; raising {lever} by {change} makes it {to}.", lang, **fields)


def item_sentence(row: FragileItem, place: str, item: str, lang: Lang) -> str:
    """Return in one sentence which single norm or volume moves the number with the least change."""
    fields = {
        "place": place,
        "now": number(row.posts_now, lang),
        "item": item,
        "change": change_text(row.change_bp, lang),
        "to": number(row.posts_to, lang),
    }
    if row.change_bp < 0:
        return tr(
            "{place}: {now} posts; lowering only the norm or volume of “{item}” by {change} makes it {to}.",
            lang,
            **fields,
        )
    return tr(
        "{place}: {now} posts; raising only the norm or volume of “{item}” by {change} makes it {to}.",
        lang,
        **fields,
    )
