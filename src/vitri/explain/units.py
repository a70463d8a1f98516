"""Reasons from the quota tree: ceilings, floors and caps of offices and of the units above them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.facts import Facts, Office, SizedLike
from vitri.explain.sentences import Reasons, Said, whole, words
from vitri.i18n import N_

_STATUS: Mapping[str, str] = {
    "allocated": N_("allocated"),
    "provisional": N_("provisionally allocated"),
    "reserve": N_("held in reserve"),
    "current": N_("never assigned: current headcount stands in"),
}
_MIXED = N_("allocated and provisionally allocated")
_NO_STATUS = N_("of the planning model")


@dataclass(frozen=True)
class Unit:
    """The limits of one unit and what the plan makes of them; None where there is none."""

    code: str
    ceiling: int | None
    status: str
    floor: int
    cap: int | None
    used: int
    value: int | None


@dataclass(frozen=True)
class Units:
    """The quota tree with its limits; `parent` of a top unit is None."""

    units: Mapping[str, Unit]
    parent: Mapping[str, str | None]
    by_need: bool

    @classmethod
    def of(cls, instance: Instance, sized: SizedLike) -> Units:
        """Read the tree from the scenario and the limits from the sizing."""
        areas, offices = instance.tables["areas"], instance.filled("offices")
        parent: dict[str, str | None] = {}
        for code, above in zip(areas["code"], areas["parent"], strict=True):
            parent[str(code)] = None if pd.isna(above) else str(above)
        roots = sorted(code for code, above in parent.items() if above is None)
        home = roots[0] if len(roots) == 1 else None
        known = set(parent)
        for code, above in zip(offices["code"], offices["area"], strict=True):
            parent[str(code)] = str(above) if pd.notna(above) and str(above) in known else home
        return cls(_read(sized.quotas), parent, sized.sizing == "need")

    def above(self, code: str) -> Unit | None:
        """Return the nearest unit with a ceiling, the unit itself first."""
        at: str | None = code
        while at is not None:
            unit = self.units.get(at)
            if unit is not None and unit.ceiling is not None:
                return unit
            at = self.parent.get(at)
        return None

    def below(self, code: str, office: str) -> bool:
        """Whether an office belongs to a unit, at any depth."""
        at: str | None = office
        while at is not None and at != code:
            at = self.parent.get(at)
        return at == code

    def tell_limits(self, told: Reasons, facts: Facts, office: Office) -> None:
        """Say which ceiling, floor and cap the posts of an office stand under."""
        figure = f"office:{office.code}"
        own = self.units.get(office.code)
        unit = self.above(office.code)
        if unit is not None and unit.ceiling is not None:
            message = (
                N_(
                    "The ceiling of {unit} is {ceiling} posts ({status}); sized by need, the plan proposes "
                    "{used} there, {posts} of them here."
                )
                if self.by_need
                else N_(
                    "{unit} may have {ceiling} posts ({status}); the plan uses {used} there, {posts} of them "
                    "here."
                )
            )
            told.tell(
                figure,
                "ceiling",
                message,
                {"unit": unit.code, "ceiling": unit.ceiling, "used": unit.used, "posts": office.posts},
                unit=unit_name(facts, unit.code),
                ceiling=whole(unit.ceiling),
                status=_status(unit.status),
                used=whole(unit.used),
                posts=whole(office.posts),
            )
        if own is not None and own.floor > 0:
            told.tell(
                figure,
                "floor",
                N_("At least {floor} posts are prescribed; the plan has {posts}."),
                {"floor": own.floor, "posts": office.posts},
                floor=whole(own.floor),
                posts=whole(office.posts),
            )
        if own is not None and own.cap is not None:
            told.tell(
                figure,
                "ceiling",
                N_("At most {cap} posts are allowed; the plan has {posts}."),
                {"cap": own.cap, "posts": office.posts},
                cap=whole(own.cap),
                posts=whole(office.posts),
            )


def _read(quotas: pd.DataFrame) -> dict[str, Unit]:
    rows = quotas[quotas["organisation"].isna() & quotas["position_class"].isna()]
    columns = ("unit", "ceiling", "ceiling_status", "floor", "cap", "used", "value_of_post_minutes")
    return {
        str(code): Unit(
            str(code),
            _whole(ceiling),
            "" if pd.isna(status) else str(status),
            _whole(floor) or 0,
            _whole(cap),
            _whole(used) or 0,
            _whole(value),
        )
        for code, ceiling, status, floor, cap, used, value in zip(*(rows[c] for c in columns), strict=True)
    }


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(str(value))  # type: ignore[call-overload]


def _status(status: str) -> Said:
    return words(_STATUS.get(status, _MIXED if "+" in status else _NO_STATUS))


def unit_name(facts: Facts, code: str) -> str:
    """Return the name of an area or office, or its code."""
    return facts.names["areas"].get(code) or facts.name("offices", code)


def tell_units(told: Reasons, facts: Facts, units: Units) -> None:
    """Say for every unit with a ceiling how it is used and where one more post would do most."""
    for code, unit in sorted(units.units.items()):
        if unit.ceiling is None:
            continue
        figure = f"quota:{code}"
        told.tell(
            figure,
            "ceiling",
            N_("{ceiling} posts ({status}); the plan uses {used} and leaves {left}."),
            {"ceiling": unit.ceiling, "used": unit.used, "left": unit.ceiling - unit.used},
            ceiling=whole(unit.ceiling),
            status=_status(unit.status),
            used=whole(unit.used),
            left=whole(unit.ceiling - unit.used),
        )
        offices = [office.code for office in facts.offices if units.below(code, office.code)]
        worth = [
            (-(units.units[o].value or 0), o) for o in offices if o in units.units and units.units[o].value
        ]
        if unit.value and worth:
            most, office = min(worth)
            told.tell(
                figure,
                "price",
                N_(
                    "One more post would take off {minutes} minutes of overtime and undone work; it would do "
                    "most in {office}."
                ),
                {"minutes": unit.value, "office": office, "office_minutes": -most},
                minutes=whole(unit.value),
                office=facts.name("offices", office),
            )
