"""A study of ceilings in words: what each leaves undone, what a post buys, who loses, what steps cost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.i18n import N_, Lang, number, tr

if TYPE_CHECKING:
    from vitri.optimise.ceilings import CeilingStudy

_MEASURES = {
    "overtime": N_("work done in overtime"),
    "posts": N_("posts"),
    "extra_duties": N_("combined duties"),
}


def hours_text(minutes: Any, lang: Lang) -> str:
    """Write minutes as hours with one decimal; a dash for a missing figure."""
    if minutes is None or pd.isna(minutes):
        return "–"
    return number(Decimal(int(minutes)) / 60, lang, 1)


def level_text(key: str, lang: Lang) -> str:
    """Write a level in words: ``unmet_1`` is the undone work of priority 1."""
    if key.startswith("unmet_"):
        return tr("undone work of priority {which}", lang, which=", ".join(key.removeprefix("unmet_")))
    return tr(_MEASURES[key], lang)


def amount_text(key: Any, value: Any, lang: Lang) -> str:
    """Write an amount of a level with its unit and name; a dash where nothing moves."""
    if not isinstance(key, str):
        return "–"
    if key in ("posts", "extra_duties"):
        return f"{number(int(value), lang)} {level_text(key, lang)}"
    return tr("{hours} hours of {level}", lang, hours=hours_text(value, lang), level=level_text(key, lang))


def offices_text(moves: Any, names: Mapping[str, str], lang: Lang) -> str:
    """Write offices and posts of a move, ``BB:1;CD:2``, by name; a dash for none."""
    parts = []
    for part in str(moves).split(";") if isinstance(moves, str) and moves else []:
        code, posts = part.rsplit(":", 1)
        name = str(names.get(code, code))
        parts.append(name if posts == "1" else f"{name} ({number(int(posts), lang)})")
    return ", ".join(parts) or "–"


def proof_text(row: Any, lang: Lang) -> str:
    """Write ``proven`` or the gap to the bound on the first level that is open."""
    if row["status"] == "optimal":
        return tr("proven", lang)
    if not isinstance(row["gap_level"], str):
        return tr("no bound", lang)
    return tr("gap: {amount}", lang, amount=amount_text(row["gap_level"], row["gap"], lang))


def ceiling_sentences(study: CeilingStudy, names: Mapping[str, str], lang: Lang) -> list[str]:
    """Say what each ceiling means: the structure, the proof, the end of undone work, the present ceiling."""
    said = [
        tr(
            "Positions in the structure: {count}, as sizing the scenario finds it; under it every ceiling is "
            "shared out exactly. Fixed posts, counted in every ceiling: {fixed}.",
            lang,
            count=number(study.positions, lang),
            fixed=number(study.fixed, lang),
        )
    ]
    proven = int((study.points["status"] == "optimal").sum())
    if study.proven:
        said.append(tr("At every ceiling the undone work is proven to be the least of any structure.", lang))
    else:
        said.append(
            tr(
                "At {proven} of {count} ceilings the undone work is proven to be the least of any structure; "
                "elsewhere the gap to the bound is stated, level by level in the order of priority.",
                lang,
                proven=number(proven, lang),
                count=number(len(study.points), lang),
            )
        )
    if study.done_at is None:
        said.append(tr("Some work stays undone whatever the ceiling.", lang))
    else:
        said.append(
            tr("From {posts} posts on nothing stays undone.", lang, posts=number(study.done_at, lang))
        )
    if study.saturation > (study.done_at or 0):
        said.append(
            tr("After {posts} posts no post saves anything.", lang, posts=number(study.saturation, lang))
        )
    if study.by_class:
        said.append(
            tr(
                "Quotas by class of post decide at some ceilings; planning in steps and the rule that takes "
                "no post back know nothing of them and are not compared.",
                lang,
            )
        )
    if study.present is not None:
        said.append(_point_sentence(study.at(study.present), names, lang))
    return said


def _point_sentence(row: Any, names: Mapping[str, str], lang: Lang) -> str:
    first = tr(
        "The present ceiling of {ceiling} leaves {hours} hours undone.",
        lang,
        ceiling=number(int(row["ceiling"]), lang),
        hours=hours_text(row["undone"], lang),
    )
    parts = [first]
    if isinstance(row["next_level"], str):
        parts.append(
            tr(
                "One more post saves {amount} and goes to {office}.",
                lang,
                amount=amount_text(row["next_level"], row["next_saved"], lang),
                office=offices_text(row["next_gains"], names, lang),
            )
        )
    if isinstance(row["cut_level"], str):
        parts.append(
            tr(
                "One post fewer costs {amount} and is taken from {office}.",
                lang,
                amount=amount_text(row["cut_level"], row["cut_cost"], lang),
                office=offices_text(row["cut_losses"], names, lang),
            )
        )
    return " ".join(parts)


def paradox_sentences(study: CeilingStudy, names: Mapping[str, str], lang: Lang) -> list[str]:
    """Say who loses as the ceiling rises or own work grows, and what the rule that takes none back costs."""
    said = []
    if study.house.empty:
        said.append(tr("No office loses a post when the ceiling rises.", lang))
    for ceiling, part in study.house.groupby("ceiling"):
        moves = ";".join(f"{o}:{k}" for o, k in zip(part["office"], part["posts_lost"], strict=True))
        said.append(
            tr(
                "When the ceiling rises to {ceiling}, {office} has fewer posts.",
                lang,
                ceiling=number(int(str(ceiling)), lang),
                office=offices_text(moves, names, lang),
            )
        )
    if study.population_at is not None:
        at = number(study.population_at, lang)
        if study.population.empty:
            said.append(
                tr("Under a ceiling of {ceiling} no office loses a post when only its own work grows by "
                   "1, 5 or 10 %.", lang, ceiling=at)
            )  # fmt: skip
        for row in study.population.to_dict("records"):
            said.append(
                tr(
                    "Under a ceiling of {ceiling}, {office} loses {posts} posts when only its own work grows "
                    "by {pct} %.",
                    lang,
                    ceiling=at,
                    office=names.get(row["office"], row["office"]),
                    posts=number(int(row["posts_lost"]), lang),
                    pct=number(int(row["growth_pct"]), lang),
                )
            )
    if not study.by_class:
        said.append(_rule_sentence(study, lang))
    return said


def _rule_sentence(study: CeilingStudy, lang: Lang) -> str:
    known = study.points[study.points["rule_excess"].notna()]
    if known.empty:
        return tr("The rule that never takes back a post has no plan under these floors.", lang)
    dear = known[known["rule_level"].notna()]
    if dear.empty:
        return tr("The rule that never takes back a post costs nothing extra at any ceiling.", lang)
    order = [level.key for level in study.levels]
    worst = min(dear.to_dict("records"), key=lambda r: (order.index(r["rule_level"]), -r["rule_excess"]))
    return tr(
        "The rule that never takes back a post costs more at {count} ceilings; most at {ceiling}: {amount}.",
        lang,
        count=number(len(dear), lang),
        ceiling=number(int(worst["ceiling"]), lang),
        amount=amount_text(worst["rule_level"], worst["rule_excess"], lang),
    )


def step_sentences(study: CeilingStudy, lang: Lang) -> list[str]:
    """Say what planning in steps costs against the joint plan: in posts by need, in hours under a ceiling."""
    need = study.need
    said = [
        tr(
            "By need: each task group rounded up by itself asks for {steps} posts.",
            lang,
            steps=number(need.steps, lang),
        )
        if need.joint is None or need.bound is None
        else tr(
            "By need: each task group rounded up by itself asks for {steps} posts, the joint plan for "
            "{joint}; no structure needs fewer than {bound}.",
            lang,
            steps=number(need.steps, lang),
            joint=number(need.joint, lang),
            bound=number(need.bound, lang),
        )
    ]
    worst = _worst_step(study)
    if worst is None:
        return said
    more = worst["steps_more_posts"]
    fields = {
        "ceiling": number(int(worst["ceiling"]), lang),
        "amount": amount_text(worst["steps_level"], worst["steps_excess"], lang),
    }
    said.append(
        tr(
            "Under a ceiling of {ceiling}, sizing, cutting and assigning in steps leaves {amount} more than "
            "the joint plan; even all {steps} posts that the steps ask for leave more undone, as every post "
            "keeps to one task group.",
            lang,
            steps=number(need.steps, lang),
            **fields,
        )
        if pd.isna(more)
        else tr(
            "Under a ceiling of {ceiling}, sizing, cutting and assigning in steps leaves {amount} more than "
            "the joint plan; to leave no more undone it takes {posts} posts more.",
            lang,
            posts=number(int(more), lang),
            **fields,
        )
    )
    return said


def _worst_step(study: CeilingStudy) -> Any:
    """Return the present ceiling, else the ceiling shown at which steps cost most; None where none does."""
    shown = study.points[study.points["ceiling"].isin(study.asked) & study.points["steps_level"].notna()]
    if shown.empty:
        return None
    now = shown[shown["ceiling"] == study.present] if study.present is not None else shown.iloc[:0]
    if len(now):
        return now.to_dict("records")[0]
    order = [level.key for level in study.levels]
    return min(
        shown.to_dict("records"),
        key=lambda r: (order.index(r["steps_level"]), -int(r["steps_excess"]), int(r["ceiling"])),
    )
