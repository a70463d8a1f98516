"""A study of uncertainty in words: what an office's quota promises, beside what the average alone gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitri.i18n import Lang, number, percent, tr

if TYPE_CHECKING:
    from vitri.optimise.uncertainty import Study


def office_sentences(study: Study, names: dict[str, str], lang: Lang) -> list[str]:
    """Return a sentence for every office: its service-level quota beside the quota by the average."""
    rows = study.quotas[study.quotas["office"].notna()]
    by_plan = {plan: part.set_index("office") for plan, part in rows.groupby("plan")}
    return [
        office_sentence(
            by_plan["service"].loc[code], by_plan["average"].loc[code], names.get(code, code), lang
        )
        for code in sorted(by_plan["service"].index)
    ]


def share_text(pct_dec2: int, lang: Lang, decimals: int = 1) -> str:
    """Write a share, cut and never rounded up: what failed once is not 100 %."""
    step = 10 ** (2 - decimals)
    return percent(pct_dec2 // step * step / 100, lang, decimals)


def probability_text(study: Study, lang: Lang) -> str:
    """Write the probability asked for, with decimals only where it has some."""
    asked = study.question.probability_dec2
    return percent(asked / 100, lang, 0 if asked % 100 == 0 else 2)


def office_sentence(service: Any, average: Any, name: str, lang: Lang) -> str:
    """Say how often an office's service-level quota is enough in the simulation, and the average's."""
    fields = {
        "posts": number(int(service["posts"]), lang),
        "office": name,
        "share": share_text(int(service["simulated_pct"]), lang),
        "average": number(int(average["posts"]), lang),
        "average_share": share_text(int(average["simulated_pct"]), lang),
    }
    if int(service["posts"]) == int(average["posts"]):
        return tr(
            "With {posts} posts {office} keeps the service rule in {share} of the simulations; the average "
            "alone asks for as many.",
            lang,
            **fields,
        )
    return tr(
        "With {posts} posts {office} keeps the service rule in {share} of the simulations; counted by the "
        "average alone ({average} posts) it is {average_share}.",
        lang,
        **fields,
    )


def basis_sentences(study: Study, lang: Lang) -> list[str]:
    """Say on what the figures rest: futures, draws, what varies, and what a worst case is."""
    asked = study.question
    said = []
    if study.random:
        said.append(
            tr(
                "Set on {draws} demand scenarios, tried on {fresh} fresh ones; seed {seed}. {share} of the "
                "minutes come from work with a stated variation or from estimates.",
                lang,
                draws=number(study.draws, lang),
                fresh=number(asked.simulations, lang),
                seed=asked.seed,
                share=percent(study.varying_pct / 100, lang),
            )
        )
    elif study.futures:
        said.append(
            tr(
                "Set on the declared demand scenarios alone, tried on {fresh} fresh draws of them; no norm "
                "states a variation.",
                lang,
                fresh=number(asked.simulations, lang),
            )
        )
    else:
        said.append(
            tr(
                "Nothing varies here: no norm states a variation (cv_pct), nothing was estimated, and the "
                "planning model declares no demand scenario. All quotas are those of the average.",
                lang,
            )
        )
    if study.futures:
        said.append(tr("Declared demand scenarios: {names}.", lang, names=", ".join(study.futures)))
    said.append(
        tr(
            "Worst case: any {budget} task groups of a crew rise to their upper value at once.",
            lang,
            budget=number(asked.budget, lang),
        )
    )
    if study.class_quotas:
        said.append(tr("Quotas by class of post are in force but are not counted here.", lang))
    if study.pooled:
        said.append(
            tr(
                "Every office is pooled: no structure of positions needs fewer posts. Give a run folder to "
                "judge its own structure.",
                lang,
            )
        )
    return said


def ceiling_sentences(study: Study, lang: Lang) -> list[str]:
    """Say by how much the quotas that promise more go beyond the ceilings; nothing where they fit."""
    whole = study.quotas[study.quotas["office"].isna() & (study.quotas["plan"] == "service")]
    over = int(whole["over_ceiling"].sum())
    if over <= 0:
        return []
    return [
        tr(
            "The probability of {probability} asks for {over} posts more than the ceilings leave.",
            lang,
            probability=probability_text(study, lang),
            over=number(over, lang),
        )
    ]
