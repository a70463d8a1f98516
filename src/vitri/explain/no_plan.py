"""Concessions and conflicts in words, in both languages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from vitri.i18n import N_, Lang, number, tr

if TYPE_CHECKING:
    from vitri.optimise.conflict import Concession, Conflict, Grant, Member

_GRANTS = {
    "ceiling": N_("{amount} more posts under the ceiling of {unit}"),
    "cap": N_("{amount} more posts under the cap of {unit}"),
    "size_cap": N_("{amount} more posts than the size rule allows {unit}"),
    "floor": N_("a floor of {unit} lower by {amount} posts"),
    "size_floor": N_("{amount} posts fewer than the size rule asks of {unit}"),
    "fixed": N_("{amount} fixed posts of {unit} ({detail}) not counted"),
    "work": N_("{amount} h of required work undone in {unit}, {detail}"),
    "pair": N_("one person may hold {unit}"),
    "structure": N_("no limit {unit}"),
}
_MEMBERS = {
    "ceiling": N_("the ceiling of {unit}: {amount} posts"),
    "cap": N_("the cap of {unit}: {amount} posts"),
    "size_cap": N_("the size rule: at most {amount} posts in {unit}"),
    "floor": N_("the floor of {unit}: {amount} posts"),
    "size_floor": N_("the size rule: at least {amount} posts in {unit}"),
    "fixed": N_("{amount} fixed posts of {unit} ({detail})"),
    "work": N_("{amount} h of required work in {unit}, {detail}"),
    "pair": N_("no person holds {unit} together"),
    "structure": N_("the limit {unit}: {amount}"),
}


def grant_text(grant: Grant, lang: Lang) -> str:
    """Say one easing as a place and an amount."""
    return _say(_GRANTS[grant.member.family], grant.member, grant.amount, lang)


def member_text(member: Member, lang: Lang) -> str:
    """Say one rule of a conflict."""
    text = _say(_MEMBERS[member.family], member, member.number, lang)
    return tr("{rule} (law)", lang, rule=text) if member.legal else text


def concession_text(concession: Concession, confirmed: bool, lang: Lang) -> str:
    """Say a concession whole, with its proof and whether the engine found a plan with it."""
    grants = "; ".join(grant_text(grant, lang) for grant in concession.grants)
    proof = tr("proven least", lang) if concession.status == "optimal" else tr("not proven least", lang)
    check = tr("a plan was found with it", lang) if confirmed else tr("not confirmed by a plan", lang)
    return tr("{grants} ({proof}; {check}).", lang, grants=grants, proof=proof, check=check)


def conflict_text(conflict: Conflict, lang: Lang) -> str:
    """Say a conflict in one sentence."""
    rules = "; ".join(member_text(member, lang) for member in conflict.members)
    text = (
        N_("These cannot be kept together, and each of them is needed for that: {rules}.")
        if conflict.proven
        else N_("These cannot be kept together: {rules}.")
    )
    return tr(text, lang, rules=rules)


def _say(text: str, member: Member, amount: int, lang: Lang) -> str:
    figure = number(Decimal(amount) / 60, lang, 1) if member.family == "work" else number(amount, lang)
    return tr(text, lang, amount=figure, unit=member.unit, detail=member.detail)
