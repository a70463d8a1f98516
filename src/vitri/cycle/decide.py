"""The head's decisions on a month's lines, and what is reported of them later: done, rework, cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from vitri.cycle.ledger import Changed, Ledger
from vitri.cycle.states import OPEN, STATE_WORDS, VERBS
from vitri.data.fields import period_bounds
from vitri.data.instance import Instance
from vitri.i18n import N_


@dataclass(frozen=True)
class Decision:
    """One decision: a verb of `states.TRANSITIONS` and the line it is about.

    `quantity` is the approved quantity as text (blank: as registered), `into` the line that takes a merged
    one over, `delivered` and `acceptance` belong to the end of an order.
    """

    verb: str
    code: str
    quantity: str = ""
    into: str = ""
    reason: str = ""
    delivered: dt.date | None = None
    acceptance: str = ""


def decide(
    instance: Instance,
    decisions: Sequence[Decision],
    who: str,
    when: dt.datetime | None = None,
    month: str | None = None,
) -> Changed:
    """Carry out decisions on lines of a month (None: any month), all of them or none.

    Raises DataError with every finding: unknown lines, transitions that do not exist, quantities over the
    registered ones, circles of merges, two decisions on one line, missing reasons.
    """
    ledger = Ledger(instance, who, when)
    targets = {decision.code: decision.into for decision in decisions if decision.verb == "merge"}
    decided: set[str] = set()
    for decision in sorted(decisions, key=lambda item: item.verb != "merge"):
        if not ledger.find(decision.code):
            continue
        if decision.code in decided:
            _twice(ledger, decision.code)
            continue
        decided.add(decision.code)
        if month is not None:
            _in_month(ledger, decision.code, month)
        if decision.verb == "merge":
            _merge(ledger, decision, targets)
        elif decision.verb == "approve":
            _approve(ledger, decision)
        elif decision.verb in ("finish", "rework"):
            _finish(ledger, decision)
        elif ledger.may(decision.verb, decision.code, decision.reason):
            _move(ledger, decision)
    return ledger.close()


def waiting(instance: Instance, month: str, office: str = "") -> list[str]:
    """Return the codes of the lines that wait for a decision in a month, in order of the table."""
    return in_state(instance, month, "registered", office)


def in_state(instance: Instance, month: str, state: str, office: str = "") -> list[str]:
    """Return the codes of the lines of a month in one state, in order of the table."""
    frame = instance.filled("registrations")
    frame = frame[(frame["status"] == state) & (frame["office"].eq(office) if office else True)]
    return [
        str(code)
        for code, period in zip(frame["code"], frame["period"], strict=True)
        if isinstance(period, str) and _touches(period, month)
    ]


def _touches(period: str, month: str) -> bool:
    first, last = period_bounds(period)
    return f"{first:%Y-%m}" <= month <= f"{last:%Y-%m}"


def _move(ledger: Ledger, decision: Decision) -> None:
    ledger.put(decision.code, "status", VERBS[decision.verb].after, decision.reason)


def _in_month(ledger: Ledger, code: str, month: str) -> None:
    period = ledger.get(code, "period")
    if not _touches(period, month):
        ledger.refuse(
            "other_month",
            row_key=code,
            column="period",
            value=period,
            allowed=month,
            message=N_('"{code}" is for {period}, not for {month}.'),
            advice=N_("Give the month of the line after --month."),
            code=code,
            period=period,
            month=month,
        )


def _twice(ledger: Ledger, code: str) -> None:
    ledger.refuse(
        "decided_twice",
        row_key=code,
        column="status",
        message=N_('There are two decisions on "{code}" in one command.'),
        advice=N_("Keep one of them."),
        code=code,
    )


def _amount(ledger: Ledger, code: str, text: str) -> Decimal | None:
    """Return a quantity of at most two decimals, None (and a finding) if the text is none."""
    try:
        value = Decimal(text.strip().replace(",", "."))
        sound = value.is_finite() and value >= 0 and value == value.quantize(Decimal("0.01"))
    except InvalidOperation:
        sound = False
    if sound:
        return value
    ledger.refuse(
        "bad_quantity",
        row_key=code,
        column="approved_quantity",
        value=text,
        allowed=N_("a number from 0, with at most two decimals"),
        message=N_('"{text}" is not a quantity.'),
        advice=N_("Write a number such as 4 or 2.5."),
        text=text,
    )
    return None


def _approve(ledger: Ledger, decision: Decision) -> None:
    code = decision.code
    transition = ledger.may("approve", code)
    asked = Decimal(ledger.get(code, "quantity"))
    value = _amount(ledger, code, decision.quantity or ledger.get(code, "approved_quantity") or str(asked))
    if transition is None or value is None:
        return
    most = asked + _taken_over(ledger, code)
    if value > most:
        ledger.refuse(
            "quantity_over",
            row_key=code,
            column="approved_quantity",
            value=str(value),
            allowed=N_("0 to {most}"),
            message=N_('{amount} approved of "{code}", but only {most} were registered.'),
            advice=N_("Approve at most {most}; more has to be registered first."),
            code=code,
            amount=value,
            most=most,
        )
        return
    ledger.put(code, "approved_quantity", f"{value.normalize():f}", decision.reason)
    if ledger.get(code, "kind") == "order":
        if not ledger.get(code, "accepted_on"):
            ledger.put(code, "accepted_on", f"{ledger.at:%Y-%m-%d}")
        if not ledger.get(code, "acceptance"):
            ledger.put(code, "acceptance", "pending")
    ledger.put(code, "status", transition.after, decision.reason)


def _taken_over(ledger: Ledger, code: str) -> Decimal:
    """Return the quantity of the lines of the same work that were merged into this one."""
    item = ledger.get(code, "work_item")
    merged = [other for other in ledger.row_of if ledger.get(other, "merged_into") == code]
    same = [other for other in merged if item and ledger.get(other, "work_item") == item]
    return sum((Decimal(ledger.get(other, "quantity")) for other in same), Decimal(0))


def _merge(ledger: Ledger, decision: Decision, targets: dict[str, str]) -> None:
    code, into = decision.code, decision.into
    if not into or not ledger.find(into):
        if not into:
            ledger.refuse(
                "merge_into_nothing",
                row_key=code,
                column="merged_into",
                message=N_('It is not said into which line "{code}" is merged.'),
                advice=N_("Give its code after --into."),
                code=code,
            )
        return
    transition = ledger.may("merge", code, decision.reason)
    chain = [code]
    while chain[-1] in targets or ledger.get(chain[-1], "merged_into"):
        following = targets.get(chain[-1]) or ledger.get(chain[-1], "merged_into")
        if not ledger.knows(following):
            break
        if following in chain:
            circle = ", ".join(chain[chain.index(following) :])
            ledger.refuse(
                "circle",
                row_key=code,
                column="merged_into",
                value=into,
                message=N_("{codes} would be merged into each other in a circle."),
                advice=N_("One of these lines has to stay."),
                codes=circle,
            )
            return
        chain.append(following)
    if transition is None:
        return
    state = ledger.state(into)
    if state not in OPEN or into in targets:
        ledger.refuse(
            "merge_into_dead",
            row_key=code,
            column="merged_into",
            value=into,
            message=N_('"{into}" is {state} and cannot take over "{code}".'),
            advice=N_("Merge into a line that stays."),
            code=code,
            into=into,
            state=STATE_WORDS["merged" if into in targets else str(state)],
        )
        return
    if ledger.get(into, "office") != ledger.get(code, "office"):
        ledger.refuse(
            "merge_elsewhere",
            row_key=code,
            column="merged_into",
            value=into,
            allowed=ledger.get(code, "office"),
            message=N_('"{into}" is a line of another office than "{code}".'),
            advice=N_("Merge lines of one office only."),
            code=code,
            into=into,
        )
        return
    ledger.put(code, "merged_into", into, decision.reason)
    ledger.put(code, "status", transition.after, decision.reason)


def _finish(ledger: Ledger, decision: Decision) -> None:
    """Report a line done; an order needs the day of delivery and a verdict on its product."""
    code = decision.code
    verdict = decision.acceptance
    transition = ledger.may("rework" if verdict == "rework" else "finish", code, decision.reason)
    order = ledger.get(code, "kind") == "order"
    if order and (decision.delivered is None or not verdict):
        ledger.refuse(
            "order_not_delivered",
            row_key=code,
            column="delivered_on" if decision.delivered is None else "acceptance",
            message=N_('"{code}" is an order: it is done when it was delivered and judged.'),
            advice=N_("Give --delivered DATE and --acceptance accepted, rework or refused."),
            code=code,
        )
        return
    if not order and (verdict or decision.delivered):
        ledger.refuse(
            "not_an_order",
            row_key=code,
            column="acceptance",
            value=verdict,
            message=N_('"{code}" is not an order: it has no delivery or acceptance.'),
            advice=N_("Leave out --delivered and --acceptance."),
            code=code,
        )
        return
    accepted = ledger.get(code, "accepted_on")
    if decision.delivered and accepted and decision.delivered.isoformat() < accepted:
        ledger.refuse(
            "date_order",
            row_key=code,
            column="delivered_on",
            value=decision.delivered.isoformat(),
            message=N_('"{code}" was accepted on {accepted}, after its delivery.'),
            advice=N_("Change the day after --delivered."),
            code=code,
            accepted=dt.date.fromisoformat(accepted),
        )
        return
    if transition is None:
        return
    if order and decision.delivered is not None:
        ledger.put(code, "delivered_on", decision.delivered.isoformat())
        ledger.put(code, "acceptance", verdict, decision.reason)
    ledger.put(code, "status", transition.after, decision.reason)
