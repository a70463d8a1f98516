"""Why not another number, in words: what moves it, by how much, who loses, and what was verified."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vitri.explain.why.section import Section, level_name, named
from vitri.explain.whynot.answer import Counterfactual, Forced, WhyNot
from vitri.i18n import N_, Lang, month_text, number, percent, signed, tr

Names = Mapping[str, Mapping[str, str]]
_NOTHING = {
    "work": N_("No change of the registered work of one task group moves it within reach."),
    "norm": N_("No change of the norm of one of the largest work items moves it within reach."),
    "ceiling": N_("No ceiling above the office moves it within reach, or none is in force."),
}
_UNITS = {"minutes": N_("minutes"), "posts": N_("posts"), "duties": N_("duties")}
_DOES = N_("it is {posts}")
_NO_PLAN = N_("no plan keeps the rules")


def why_not_sections(answer: WhyNot, info: Mapping[str, Any], names: Names, lang: Lang) -> list[Section]:
    """Tell an answer in pieces: what is asked, the posts simply given, and the smallest changes."""
    office = named(names["offices"].get(answer.office, ""), answer.office)
    title = tr("Why {office} has {now} posts and not {wanted}", lang, office=office,
               now=number(answer.now, lang), wanted=number(answer.wanted, lang))  # fmt: skip
    pieces = [Section(title, tuple(_base(answer, lang)))]
    if answer.forced is not None:
        said = _forced(answer, answer.forced, info, names, lang)
        pieces.append(Section(tr("If the number were simply given", lang), tuple(said)))
    said = [sentence for row in answer.found for sentence in _found(row, answer, names, lang)]
    said += [tr(_NOTHING[kind], lang) for kind in answer.without]
    if answer.base is not None:
        pieces.append(Section(tr("The smallest change that moves it", lang), tuple(said)))
    return pieces


def _base(answer: WhyNot, lang: Lang) -> list[str]:
    if answer.base is None:
        return [tr("Sizing the scenario again finds no plan; nothing could be verified.", lang)]
    again = answer.base.posts.get(answer.office, 0)
    if answer.repeated:
        text = N_("Sizing the scenario again from nothing gives {posts}, as in the run.")
        said = [tr(text, lang, posts=number(again, lang))]
    else:
        text = N_(
            "Sizing the scenario again from nothing gives {posts}, not the {now} of the run: the run went on "
            "from another plan or was stopped."
        )
        said = [tr(text, lang, posts=number(again, lang), now=number(answer.now, lang))]
    if not answer.base.proven:
        said.append(
            tr("The sizing is not proven best on every level: what is stated is what a fresh sizing gives, "
               "verified on both sides of the step.", lang)
        )  # fmt: skip
    return said


def _forced(answer: WhyNot, forced: Forced, info: Mapping[str, Any], names: Names, lang: Lang) -> list[str]:
    """Say who would lose if the posts were given under the same ceilings and positions."""
    if not forced.possible:
        return [
            tr(
                "With the positions of the run and every limit kept, no plan gives this office {wanted}.",
                lang,
                wanted=number(answer.wanted, lang),
            )
        ]
    said = [
        tr("With the positions of the run and every limit kept: {moved}.", lang,
           moved=_moves(forced.moved, names, lang))
    ]  # fmt: skip
    levels = [level for level in info["levels"] if level["stage"] == "sizing"]
    costs = [
        f"{level_name(level, lang)} {signed(change, lang)} {tr(_UNITS[level['unit']], lang)}"
        for level, change in zip(levels, forced.levels, strict=False)
        if change
    ]
    if costs:
        said.append(tr("It changes, in the order of the levels: {costs}.", lang, costs="; ".join(costs)))
    return said


def _moves(moved: tuple[tuple[str, int], ...], names: Names, lang: Lang) -> str:
    if not moved:
        return tr("no other office gains or loses", lang)
    offices = names["offices"]
    return ", ".join(f"{offices.get(code, code)} {signed(change, lang)}" for code, change in moved)


def _found(row: Counterfactual, answer: WhyNot, names: Names, lang: Lang) -> list[str]:
    """Say one change, the one a unit smaller, and who loses."""
    said = [
        tr(
            "{change}: {then}; {smaller}: {still}.",
            lang,
            change=change_text(row, row.amount, names, lang),
            then=_outcome(row.after, answer.office, lang),
            smaller=_amount_text(row, row.not_yet, lang),
            still=_outcome(row.short, answer.office, lang),
        )
    ]
    if not row.verified:
        said.append(
            tr("Between the two the step was not narrowed further; each of them was sized afresh.", lang)
        )
    said.append(tr("Others then: {moved}.", lang, moved=_moves(row.moved, names, lang)))
    if row.kept_amount != row.amount:
        said.append(
            tr("With the positions of the run kept the step is: {amount}.", lang,
               amount=_amount_text(row, row.kept_amount, lang))
        )  # fmt: skip
    return said


def _outcome(sized: Any, office: str, lang: Lang) -> str:
    if sized is None:
        return tr(_NO_PLAN, lang)
    return tr(_DOES, lang, posts=number(sized.posts.get(office, 0), lang))


def change_text(row: Counterfactual, amount: int, names: Names, lang: Lang) -> str:
    """Say what is changed, by an amount of the lever."""
    lever = row.lever
    size = _amount_text(row, amount, lang)
    if lever.kind == "ceiling":
        unit = lever.subject["unit"]
        name = names["offices"].get(unit) or names["areas"].get(unit) or unit
        return tr("A ceiling of {unit} of {new} instead of {old} posts", lang, unit=name,
                  old=number(lever.start, lang),
                  new=number(lever.start + lever.sign * amount, lang))  # fmt: skip
    if lever.kind == "norm":
        item = lever.subject["work_item"]
        return tr("A norm of “{item}” here of {new} instead of {old} minutes", lang,
                  item=names["work_items"].get(item, item), old=_norm(lever.start, lang),
                  new=_norm(lever.start + lever.sign * amount, lang))  # fmt: skip
    group = lever.subject["task_group"]
    name = names["task_groups"].get(group, group)
    if lever.share:
        return tr("{size} less of the registered work of “{group}” here, about {hours} h", lang, size=size,
                  group=name, hours=_hours(lever.minutes * amount // 10_000, lang))  # fmt: skip
    text = (
        N_("{size} ({hours} h) more mandatory work of “{group}” registered here for {period}")
        if lever.subject["priority"] == "1"
        else N_("{size} ({hours} h) more work of “{group}” registered here for {period}")
    )
    period = _period(lever.subject["period"], lang)
    return tr(text, lang, size=size, hours=_hours(amount, lang), group=name, period=period)


def _amount_text(row: Counterfactual, amount: int, lang: Lang) -> str:
    """Write an amount of the lever with its unit."""
    lever = row.lever
    if amount == 0:
        return tr("without the change", lang)
    if lever.kind == "ceiling":
        return tr("at {posts} posts", lang, posts=number(lever.start + lever.sign * amount, lang))
    if lever.kind == "norm":
        return tr("at {minutes} minutes", lang, minutes=_norm(lever.start + lever.sign * amount, lang))
    if lever.share:
        return percent(Decimal(amount) / 100, lang, 2)
    return tr("{minutes} minutes", lang, minutes=number(amount, lang))


def _norm(hundredths: int, lang: Lang) -> str:
    return number(Decimal(hundredths) / 100, lang, 2 if hundredths % 100 else 0)


def _hours(minutes: int, lang: Lang) -> str:
    return number(Decimal(minutes) / 60, lang, 1)


def _period(period: str, lang: Lang) -> str:
    year, _, part = period.partition("-")
    if not part:
        return tr("the year {year}", lang, year=year)
    if part.isdigit():
        return month_text(period, lang)
    text = N_("quarter {part} of {year}") if part[0] == "Q" else N_("half {part} of {year}")
    return tr(text, lang, part=part[1:], year=year)
