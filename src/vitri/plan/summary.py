"""The summary of a run: about a dozen lines that say what is proposed, how far it is proven, and on what."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.i18n import N_, Lang, month_text, number, percent, signed, tr
from vitri.policy import PlanningModel

_LARGEST = 3
_CEILINGS_SHOWN = 3
_NOT_PROVEN_SHOWN = 3
_UNITS: Mapping[str, str] = {
    "minutes": N_("minutes"),
    "posts": N_("posts"),
    "people": N_("people"),
    "levels": N_("levels"),
    "duties": N_("duties"),
}
_CEILING: Mapping[str, str] = {
    "allocated": N_("allocated"),
    "provisional": N_("provisionally allocated"),
    "reserve": N_("held in reserve"),
    "current": N_("never assigned: current headcount stands in"),
}


class Summary(list[tuple[str, str]]):
    """Lines of (what, figure); as a text, the figures are aligned."""

    def __str__(self) -> str:
        width = max((_width(label) for label, _ in self), default=0)
        return "\n".join(f"{label}{' ' * (width - _width(label))}  {text}" for label, text in self)

    def html(self) -> str:
        """Return the lines as an HTML table."""
        rows = "".join(
            f'<tr><th style="text-align:left">{html.escape(label)}</th>'
            f'<td style="text-align:left">{html.escape(text)}</td></tr>'
            for label, text in self
        )
        return f"<table>{rows}</table>"


def _width(text: str) -> int:
    return sum(not unicodedata.combining(char) for char in text)


def summarise(
    info: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    lang: Lang,
    instance: Instance | None,
    model: PlanningModel | None,
) -> Summary:
    """Return the summary of a run; a line whose figures the run does not have is left out."""
    teller = _Teller(info, tables, lang, instance, model)
    lines = [
        (N_("Scenario"), teller.scenario()),
        (N_("Result"), teller.status()),
        (N_("Objective levels"), teller.levels()),
        (N_("Posts"), teller.posts()),
        (N_("Workload"), teller.workload()),
        (N_("Estimated share"), teller.estimated()),
        (N_("Ceilings"), teller.ceilings()),
        (N_("Work left undone"), teller.undone()),
        (N_("Overtime"), teller.hours("overtime_minutes")),
        (N_("Officials"), teller.people()),
        (N_("Step by step"), teller.steps()),
        (N_("Largest changes"), teller.changes()),
        (N_("Audit"), teller.audit()),
    ]
    return Summary((tr(label, lang), text) for label, text in lines if text)


class _Teller:
    """Says each line in one language; an empty text where there is nothing to say."""

    def __init__(
        self,
        info: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame],
        lang: Lang,
        instance: Instance | None,
        model: PlanningModel | None,
    ) -> None:
        self.info, self.tables, self.lang = info, tables, lang
        self.instance, self.model = instance, model
        self.totals = self._section("totals")

    def _section(self, key: str) -> Mapping[str, Any]:
        value = self.info.get(key)
        return value if isinstance(value, Mapping) else {}

    def _count(self, value: object) -> str:
        return number(int(str(value)), self.lang)

    def _say(self, message: str, **fields: object) -> str:
        return tr(message, self.lang, **fields)

    def scenario(self) -> str:
        """Name, months, and whether the data are simulated."""
        scenario = self._section("scenario")
        name = str(scenario.get("name") or scenario.get("code") or "")
        if self.instance is not None and self.lang == "en":
            name = self.instance.info.name_en or name
        parts = [name]
        fund = self.tables.get("time_fund")
        if fund is not None and len(fund):
            first, last = str(fund["month"].min()), str(fund["month"].max())
            parts.append(f"{month_text(first, self.lang)} – {month_text(last, self.lang)}")
        if self.info.get("variant"):
            parts.append(self._say(N_("variant {name}"), name=self.info["variant"]))
        if scenario.get("synthetic"):
            parts.append(self._say(N_("synthetic data")))
        return ", ".join(part for part in parts if part)

    def status(self) -> str:
        """The status in plain words."""
        words = {
            "optimal": N_("proven: no other plan does better on any objective, in their order"),
            "feasible": N_("keeps every rule; not proven best on every objective"),
            "cancelled": N_("stopped by the user; the best plan found until then"),
            "infeasible": N_("no plan exists"),
            "no_plan_yet": N_("no plan found yet"),
            "invalid": N_("invalid"),
        }
        status = str(self.info.get("status") or "")
        return self._say(words[status]) if status in words else status

    def levels(self) -> str:
        """Which levels of the objective are proven, and the gap of the first that are not."""
        levels = [row for row in self.info.get("levels") or () if isinstance(row, Mapping)]
        if not levels:
            return ""
        proven = [row for row in levels if row.get("status") == "optimal"]
        if len(proven) == len(levels):
            return self._say(N_("all {count} proven"), count=len(levels))
        parts = [self._say(N_("{count} of {all} proven"), count=len(proven), all=len(levels))]
        open_ = [row for row in levels if row.get("status") != "optimal"]
        parts += [self._open_level(row) for row in open_[:_NOT_PROVEN_SHOWN]]
        return "; ".join(parts)

    def _open_level(self, row: Mapping[str, Any]) -> str:
        unit = str(row.get("unit") or "")
        value = f"{self._count(row.get('value') or 0)} {self._say(_UNITS[unit]) if unit in _UNITS else unit}"
        name = self._level_name(row)
        if row.get("bound") is None or row.get("gap") is None:
            return self._say(N_("{name}: {value}, not proven"), name=name, value=value)
        return self._say(
            N_("{name}: {value}, at least {bound} proven, gap {gap}"),
            name=name,
            value=value,
            bound=self._count(row["bound"]),
            gap=self._count(row["gap"]),
        )

    def _level_name(self, row: Mapping[str, Any]) -> str:
        name = str(row.get("name") or row.get("measure") or "")
        for level in self.model.level if self.model is not None else ():
            if level.name == name and self.lang == "vi":
                return level.name_vi or name
        return tr(name, self.lang) if name else ""

    def posts(self) -> str:
        """Posts today, proposed, the change, the fixed ones and the bound."""
        posts = self.totals.get("posts")
        if posts is None:
            return ""
        text = self._count(posts)
        now = self.totals.get("posts_now")
        if now:
            text = self._say(
                N_("{posts} proposed, {now} today, change {change}"),
                posts=text,
                now=self._count(now),
                change=signed(int(posts) - int(now), self.lang),
            )
        parts = [text]
        if self.totals.get("fixed_posts"):
            parts.append(
                self._say(N_("{fixed} of them fixed"), fixed=self._count(self.totals["fixed_posts"]))
            )
        if self.totals.get("bound") is not None:
            parts.append(self._say(N_("at least {bound} proven"), bound=self._count(self.totals["bound"])))
        if self.totals.get("bound_all_pooled") is not None:
            pooled = self._count(self.totals["bound_all_pooled"])
            parts.append(
                self._say(
                    N_("{pooled} if all work of an office, leaders' included, were one pool"), pooled=pooled
                )
            )
        return "; ".join(parts)

    def workload(self) -> str:
        """The work in full-time equivalents."""
        fte = self.totals.get("fte_dec4")
        if fte is None:
            return ""
        text = self._say(
            N_("{fte} full-time equivalents"), fte=number(Decimal(int(fte)) / 10_000, self.lang, 4)
        )
        regular = self.totals.get("fte_regular_dec4")
        if regular is None or regular == fte:
            return text
        part = number(Decimal(int(regular)) / 10_000, self.lang, 4)
        return f"{text}; " + self._say(N_("{fte} of them regular work, the basis for quota"), fte=part)

    def estimated(self) -> str:
        """How much of the work is estimated."""
        share = self.totals.get("estimated_share_pct_dec2")
        if share is None:
            return ""
        return self._say(
            N_("{share} of the work is estimated"), share=percent(Decimal(int(share)) / 100, self.lang)
        )

    def ceilings(self) -> str:
        """What each ceiling allows and what one more post would do; many of them are counted."""
        rows = [row for row in self.info.get("ceilings") or () if isinstance(row, Mapping)]
        if not rows:
            return ""
        if len(rows) > _CEILINGS_SHOWN:
            full = sum(1 for row in rows if int(row["used"]) >= int(row["ceiling"]))
            return self._say(
                N_("{count} ceilings, {full} of them used up"), count=len(rows), full=self._count(full)
            )
        return "; ".join(self._ceiling(row) for row in rows)

    def _ceiling(self, row: Mapping[str, Any]) -> str:
        unit = str(row.get("unit"))
        status = str(row.get("ceiling_status") or "")
        text = self._say(
            N_("{unit}: {used} of {ceiling} posts used"),
            unit=self._name(("areas", "offices", "organisations"), unit),
            used=self._count(row["used"]),
            ceiling=self._count(row["ceiling"]),
        )
        if status in _CEILING:
            text += f" ({self._say(_CEILING[status])})"
        if row.get("price"):
            price = number(Decimal(int(row["price"])) / 60, self.lang, 0)
            text += ", " + self._say(N_("one more post would do {hours} hours more"), hours=price)
        return text

    def hours(self, key: str) -> str:
        """A total of minutes as hours."""
        minutes = self.totals.get(key)
        if minutes is None:
            return ""
        return self._say(N_("{hours} hours"), hours=number(Decimal(int(minutes)) / 60, self.lang, 0))

    def undone(self) -> str:
        """What stays undone: by the posts proposed, and by the people placed in them."""
        text = self.hours("unmet_minutes")
        unmet = self.tables.get("unmet")
        if text and unmet is not None and "staffing" in self.tables:
            hours = number(Decimal(int(unmet["minutes"].sum())) / 60, self.lang, 0)
            text += "; " + self._say(N_("with the people placed {hours} hours"), hours=hours)
        return text

    def people(self) -> str:
        """What happens to the officials: vacancies, surplus, moves."""
        words = (
            ("vacancies", N_("{count} vacancies")),
            ("surplus", N_("{count} surplus")),
            ("moved", N_("{count} change position")),
            ("transferred", N_("{count} change office")),
            ("retrained", N_("{count} retrain")),
        )
        told = [(message, self.totals.get(key)) for key, message in words]
        return ", ".join(
            self._say(message, count=self._count(count)) for message, count in told if count is not None
        )

    def steps(self) -> str:
        """What deciding one thing after the other would ask for."""
        steps = self._section("steps_comparison")
        one_by_one, joint = steps.get("sequential_posts"), steps.get("joint_posts")
        if one_by_one is None or joint is None:
            return ""
        return self._say(
            N_("rounding up each task group would ask for {steps} posts; deciding together takes {joint}"),
            steps=self._count(one_by_one),
            joint=self._count(joint),
        )

    def changes(self) -> str:
        """The positions of offices whose number of posts changes most."""
        posts = self.tables.get("posts")
        if posts is None or posts["change"].isna().all():
            return ""
        changed: dict[tuple[str, str], int] = {}
        known = posts.dropna(subset=["change"])
        for office, position, change in zip(known["office"], known["position"], known["change"], strict=True):
            changed[office, position] = changed.get((office, position), 0) + int(change)
        ranked = sorted(
            ((key, change) for key, change in changed.items() if change),
            key=lambda item: (-abs(item[1]), item[0]),
        )
        if not ranked:
            return self._say(N_("none"))
        names = self._positions()
        parts = [
            f"{self._name(('offices',), office)} – {names.get(code, code)} {signed(change, self.lang)}"
            for (office, code), change in ranked[:_LARGEST]
        ]
        if len(ranked) > _LARGEST:
            parts.append(self._say(N_("{count} more"), count=self._count(len(ranked) - _LARGEST)))
        return "; ".join(parts)

    def _positions(self) -> dict[str, str]:
        names: dict[str, str] = {}
        if self.instance is not None:
            frame = self.instance.tables["positions"]
            names |= dict(zip(frame["code"].astype(str), frame["name"].astype(str), strict=True))
        structure = self.tables.get("structure")
        if structure is not None:
            named = structure.dropna(subset=["name"])
            names |= dict(zip(named["position"], named["name"], strict=True))
        return names

    def _name(self, tables: Sequence[str], code: str) -> str:
        for table in tables if self.instance is not None else ():
            assert self.instance is not None
            frame = self.instance.tables[table]
            found = frame.loc[frame["code"] == code, "name"].dropna()
            if len(found):
                return str(found.iloc[0])
        return code

    def audit(self) -> str:
        """Whether every rule holds."""
        audit = self._section("audit")
        if "passed" not in audit:
            return ""
        rules = self._count(audit.get("rules_checked") or 0)
        text = (
            self._say(N_("passed, {rules} rules checked"), rules=rules)
            if audit["passed"]
            else self._say(N_("failed, {rules} rules checked"), rules=rules)
        )
        warnings = self.info.get("warnings") or ()
        if warnings:
            text += "; " + self._say(N_("{count} warnings"), count=self._count(len(warnings)))
        return text
