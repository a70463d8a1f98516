"""Concessions and conflicts in words, in both languages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from vitri.i18n import N_, Lang, number, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitri.optimise.conflict import Concession, Conflict, Grant, Member

_GRANTS = {
    "ceiling": N_("{amount} more posts under the ceiling of {unit}"),
    "class_most": N_("{amount} more posts of class {detail} than {unit} was given"),
    "cap": N_("{amount} more posts under the cap of {unit}"),
    "class_cap": N_("{amount} more posts of class {detail} under the cap of {unit}"),
    "size_cap": N_("{amount} more posts than the size rule allows {unit}"),
    "floor": N_("a floor of {unit} lower by {amount} posts"),
    "class_floor": N_("a floor of class {detail} in {unit} lower by {amount} posts"),
    "size_floor": N_("{amount} posts fewer than the size rule asks of {unit}"),
    "ratio_cap": N_("{amount} leading posts more in {unit} than the cap “{detail}” allows"),
    "fixed": N_("{amount} fixed posts of {unit} ({detail}) not counted"),
    "work": N_("{amount} h of required work undone in {unit}, {detail}"),
    "rank_cap": N_("{amount} posts more in {unit} than the cap “{detail}” allows"),
    "salary_budget": N_("{amount} more salary coefficients in the budget “{detail}” of {unit}"),
    "seat": N_("{amount} posts of {detail} in {unit} with a rank not admitted today"),
}
_MEMBERS = {
    "ceiling": N_("the ceiling of {unit}: {amount} posts"),
    "class_most": N_("the quota of class {detail} of {unit}: {amount} posts"),
    "cap": N_("the cap of {unit}: {amount} posts"),
    "class_cap": N_("the cap of class {detail} in {unit}: {amount} posts"),
    "size_cap": N_("the size rule: at most {amount} posts in {unit}"),
    "floor": N_("the floor of {unit}: {amount} posts"),
    "class_floor": N_("the floor of class {detail} in {unit}: {amount} posts"),
    "size_floor": N_("the size rule: at least {amount} posts in {unit}"),
    "ratio_cap": N_("the cap “{detail}” in {unit}: {amount} %"),
    "fixed": N_("{amount} fixed posts of {unit} ({detail})"),
    "work": N_("{amount} h of required work in {unit}, {detail}"),
    "rank_cap": N_("the cap “{detail}” in {unit}: {amount} %"),
    "salary_budget": N_("the budget “{detail}” of {unit}: {amount} salary coefficients"),
    "seat": N_("the ranks admitted for the {amount} posts of {detail} in {unit}"),
}
#: Why two task groups are kept apart, by the rule that says so.
_APART = {
    "forbidden_pair": N_("{unit} (duties that one person may not combine)"),
    "competency_distance": N_("{unit} (competencies too far apart)"),
    "shared_rank": N_("{unit} (no rank in common)"),
    "class_mixing": N_("{unit} (classes that do not mix)"),
    "category_mixing": N_("{unit} (kinds of labour that do not mix)"),
}
_LIMITS = {
    "max_groups_per_position": N_("task groups of a position"),
    "max_positions_per_post": N_("positions that one post combines"),
    "max_groups_per_person": N_("task groups of one person"),
    "max_posts_per_combination": N_("posts that share one combination of positions"),
}
#: Concessions of one family, as a heading.
FAMILIES = {
    "ceiling": N_("Ceilings"),
    "class_most": N_("Quotas by class of post"),
    "cap": N_("Caps"),
    "class_cap": N_("Caps of a class"),
    "size_cap": N_("Size rules, most posts"),
    "floor": N_("Floors"),
    "class_floor": N_("Floors of a class"),
    "size_floor": N_("Size rules, fewest posts"),
    "ratio_cap": N_("Caps on leading posts"),
    "fixed": N_("Fixed posts"),
    "work": N_("Required work"),
    "pair": N_("Task groups kept apart"),
    "structure": N_("Size of positions and posts"),
    "rank_cap": N_("Caps on ranks"),
    "salary_budget": N_("Salary budgets"),
    "seat": N_("Ranks admitted"),
    "mixed": N_("All of these together"),
}


def family_text(family: str, lang: Lang) -> str:
    """Name a family of rules."""
    return tr(FAMILIES[family], lang)


def grant_text(grant: Grant, lang: Lang) -> str:
    """Say one easing as a place and an amount."""
    member = grant.member
    if member.family == "pair":
        return tr(N_("one person may hold {pair}"), lang, pair=_pair(member, lang))
    if member.family == "structure":
        name = tr(_LIMITS[member.unit], lang)
        return tr(N_("more {limit} than {amount}"), lang, limit=name, amount=number(member.number, lang))
    return _say(_GRANTS[member.family], member, grant.amount, lang)


def member_text(member: Member, lang: Lang) -> str:
    """Say one rule of a conflict."""
    if member.family == "pair":
        text = tr(N_("no person holds {pair} together"), lang, pair=_pair(member, lang))
    elif member.family == "structure":
        name = tr(_LIMITS[member.unit], lang)
        text = tr(N_("{limit}: at most {amount}"), lang, limit=name, amount=number(member.number, lang))
    else:
        text = _say(_MEMBERS[member.family], member, member.number, lang)
    return tr(N_("{rule} (law)"), lang, rule=text) if member.legal else text


def grants_told(grants: Sequence[Grant], lang: Lang) -> list[str]:
    """Say easings one by one, the fixed posts of a unit put together."""
    fixed: dict[str, int] = {}
    for grant in grants:
        if grant.member.family == "fixed":
            fixed[grant.member.unit] = fixed.get(grant.member.unit, 0) + grant.amount
    told = [grant_text(grant, lang) for grant in grants if grant.member.family != "fixed"]
    text = N_("{unit}: {amount} fixed posts not counted")
    return told + [tr(text, lang, unit=unit, amount=number(n, lang)) for unit, n in sorted(fixed.items())]


def members_told(members: Sequence[Member], lang: Lang) -> list[str]:
    """Say rules one by one, the fixed posts of a unit put together."""
    fixed: dict[str, int] = {}
    for member in members:
        if member.family == "fixed":
            fixed[member.unit] = fixed.get(member.unit, 0) + member.number
    told = [member_text(member, lang) for member in members if member.family != "fixed"]
    text = N_("{unit}: {amount} fixed posts")
    return told + [tr(text, lang, unit=unit, amount=number(n, lang)) for unit, n in sorted(fixed.items())]


def concession_text(concession: Concession, confirmed: bool, lang: Lang) -> str:
    """Say a concession whole, with its proof and whether the engine found a plan with it."""
    grants = "; ".join(grants_told(concession.grants, lang))
    proof = tr(N_("proven least"), lang) if concession.status == "optimal" else _range(concession, lang)
    check = tr(N_("a plan was found with it"), lang) if confirmed else tr(N_("not confirmed by a plan"), lang)
    return tr(N_("{grants} ({proof}; {check})."), lang, grants=grants, proof=proof, check=check)


def _range(concession: Concession, lang: Lang) -> str:
    """Say how far below the amount the least could lie, in percent rounded up."""
    if not concession.cost:
        return tr(N_("not proven least"), lang)
    tenths = -(-1000 * (concession.cost - concession.bound) // concession.cost)
    figure = number(Decimal(tenths) / 10, lang, 1)
    return tr(N_("not proven least: at most {share} % less could do"), lang, share=figure)


def conflict_text(conflict: Conflict, lang: Lang) -> str:
    """Say a conflict in one sentence."""
    rules = "; ".join(members_told(conflict.members, lang))
    text = (
        N_("These cannot be kept together, and each of them is needed for that: {rules}.")
        if conflict.proven
        else N_("These cannot be kept together: {rules}.")
    )
    return tr(text, lang, rules=rules)


def _pair(member: Member, lang: Lang) -> str:
    return tr(_APART[member.detail], lang, unit=member.unit) if member.detail in _APART else member.unit


def _say(text: str, member: Member, amount: int, lang: Lang) -> str:
    if member.family == "work":
        figure = number(Decimal(amount) / 60, lang, 1)
    elif member.family == "salary_budget":
        figure = number(Decimal(amount) / 100, lang, 2)
    elif member.family in ("ratio_cap", "rank_cap") and text is _MEMBERS[member.family]:
        figure = f"{Decimal(amount) / 100:f}".rstrip("0").rstrip(".") or "0"
        figure = figure.replace(".", ",") if lang == "vi" else figure
    else:
        figure = number(amount, lang)
    return tr(text, lang, amount=figure, unit=member.unit, detail=member.detail)
