"""Converted products of NĐ 335/2025: the work of a plan counted in products, by person and month.

Quantity times K, beside the hours: who holds a line's cell shares its products of the month in proportion to
the minutes assigned, exactly (cumulative rounding in hundredths). K and the points that errors and delays
cost are data of the planning model (`[conversion]`). Estimated work has no registration and is not converted.

The result share (a + b + c) / 3 is how implementers read the decree, an assumption: a is converted products
done over those assigned (at most 100 %), b and c are the points that quality and progress keep, weighted by
converted products done. Leaders have three more criteria that no table holds, so theirs stays blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.policy.worktime import half_up as rounded
from vitri.rules.product_shares import product_shares
from vitri.workload.arrays import Ints, half_up, half_up_ratio, running_sums, segments
from vitri.workload.products import deducted, factor_of_item, factor_of_line, products

KEYS = ["office", "official", "month", "registration"]
_NUMBERS = (
    "quantity_dec2",
    "conversion_k_dec3",
    "converted_dec2",
    "done_converted_dec2",
    "quality_pct",
    "progress_pct",
)
_PERSON = ["office", "official", "month"]


@dataclass(frozen=True)
class Conversion:
    """The run tables `converted` and `converted_people`, and the warning about work without a factor."""

    converted: pd.DataFrame
    people: pd.DataFrame
    findings: Findings

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the run tables by name; none where no line has a factor."""
        known = self.converted["conversion_k_dec3"].notna().any()
        return {"converted": self.converted, "converted_people": self.people} if known else {}


def convert(
    instance: Instance, model: PlanningModel, tables: Mapping[str, pd.DataFrame]
) -> Conversion | None:
    """Convert the products of a plan; None where it does not apply.

    It applies where the model's `[conversion]` is in force and officials are named. `tables` are the run
    tables of the plan.
    """
    if model.conversion is None or not instance.has("officials"):
        return None
    findings = unconverted(instance, model, tables["workload_lines"])
    table = converted(instance, model, tables)
    return Conversion(table, person_months(model, table, leaders(instance, tables)), findings)


def converted(instance: Instance, model: PlanningModel, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the products of every registration by person and month.

    Returns
    -------
    DataFrame
        office, official (missing: nobody is assigned), month, registration, quantity_dec2,
        conversion_k_dec3 (blank: no factor, so not converted), converted_dec2, and of the table `outcomes`
        done_converted_dec2, quality_pct, progress_pct (hundredths of a percent; blank where nothing is told).
    """
    factors = factor_of_item(instance, model)
    made = products(tables["workload_lines"], factors)
    shares = product_shares(made, tables["assignments"], tables["unmet"])
    row = shares["row"].to_numpy(dtype=np.int64)
    weight = shares["weight"].to_numpy(dtype=np.int64)
    number, starts = segments([row])
    after = running_sums(weight, number, starts)
    total = np.add.reduceat(weight, starts)[number] if len(starts) else weight
    whole = made["quantity_dec2"].to_numpy(dtype=np.int64)[row]
    parts = half_up_ratio(whole, after, total) - half_up_ratio(whole, after - weight, total)
    frame = made.take(row)[["registration", "office", "month", "conversion_k_dec3"]].assign(
        official=shares["official"].to_numpy(), quantity_dec2=parts
    )
    frame = (
        frame[parts > 0]
        .groupby(KEYS, dropna=False, sort=True, as_index=False)
        .agg({"quantity_dec2": "sum", "conversion_k_dec3": "first"})
    )
    frame = _with_outcomes(frame, instance, factors)
    frame = frame.sort_values(
        ["registration", "month", "official", "office"], kind="stable", na_position="last", ignore_index=True
    )
    frame["converted_dec2"] = _times_k(frame, "quantity_dec2")
    frame["done_converted_dec2"] = _times_k(frame, "done_dec2")
    _judge(frame, model)
    frame = frame.sort_values(KEYS, kind="stable", na_position="last", ignore_index=True)
    return frame[[*KEYS, *_NUMBERS]].astype({**dict.fromkeys(_NUMBERS, "Int64")})


def _with_outcomes(frame: pd.DataFrame, instance: Instance, factors: pd.Series) -> pd.DataFrame:
    """Join what was done; who did products that the plan gave to others gets a row of quantity 0."""
    wanted = ["done_dec2", "content_errors", "delays"]
    done = instance.filled("outcomes")
    done = done[done["quantity_done"].notna() & done["month"].isin(instance.info.months)]
    if done.empty:
        return frame.assign(**{name: pd.array([pd.NA] * len(frame), dtype="Int64") for name in wanted})
    done = done.assign(delays=done["delays"].where(~done["objective_cause"].astype(bool), 0))
    done = done.rename(columns={"quantity_done": "done_dec2"})
    keys = ["registration", "official", "month"]
    done = done.groupby(keys, sort=True)[wanted].sum().reset_index()
    lines = instance.tables["registrations"].set_index("code")
    done["home"] = lines["office"].reindex(done["registration"]).to_numpy()
    done["k"] = factor_of_line(lines.reindex(done["registration"]).reset_index(), factors).to_numpy()
    joined = frame.merge(done, on=keys, how="outer")
    joined["office"] = joined["office"].fillna(joined["home"])
    joined["conversion_k_dec3"] = joined["conversion_k_dec3"].fillna(joined["k"])
    joined["quantity_dec2"] = joined["quantity_dec2"].astype("Int64").fillna(0)
    return joined.drop(columns=["home", "k"])


def _times_k(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a quantity times K in hundredths; the parts of a registration's month add up to its product."""
    known = (frame[column].notna() & frame["conversion_k_dec3"].notna()).to_numpy(dtype=bool)
    amount = frame[column].fillna(0).to_numpy(dtype=np.int64)
    k = frame["conversion_k_dec3"].fillna(0).to_numpy(dtype=np.int64)
    line = [pd.factorize(frame[name])[0].astype(np.int64) for name in ("registration", "month")]
    after = running_sums(amount, *segments(line))
    part = half_up_ratio(after, k, 1000) - half_up_ratio(after - amount, k, 1000)
    return pd.Series(pd.arrays.IntegerArray(np.where(known, part, 0), ~known), index=frame.index)


def _judge(frame: pd.DataFrame, model: PlanningModel) -> None:
    """Add the points that quality and progress keep; blank where nothing is done or no deduction is given."""
    rule = model.conversion
    done = frame["done_dec2"].fillna(0).to_numpy(dtype=np.int64)
    for column, faults, deduction in (
        ("quality_pct", "content_errors", rule.error_deduction_pct if rule else None),
        ("progress_pct", "delays", rule.delay_deduction_pct if rule else None),
    ):
        unknown = (done <= 0) if deduction is not None else np.ones(len(frame), dtype=bool)
        basis = rounded(Fraction(Decimal(deduction or 0)) * 100)
        kept = deducted(done, frame[faults].fillna(0).to_numpy(dtype=np.int64), basis)
        frame[column] = pd.array(pd.arrays.IntegerArray(np.where(unknown, 0, kept), unknown))


def person_months(model: PlanningModel, table: pd.DataFrame, leading: frozenset[str]) -> pd.DataFrame:
    """Add up the converted products of each person and month (run table `converted_people`).

    `compared_dec2` are those of lines whose outcome is told, the base of `quantity_pct`; a share is blank
    where nothing is told. `result_pct` is (a + b + c) / 3 for those who do not lead.
    """
    rows = table[table["official"].notna() & table["conversion_k_dec3"].notna()]
    told = rows["done_converted_dec2"].notna()
    frame = pd.DataFrame(
        {
            **{name: rows[name] for name in _PERSON},
            "converted_dec2": rows["converted_dec2"],
            "compared_dec2": rows["converted_dec2"].where(told, 0),
            "done_converted_dec2": rows["done_converted_dec2"].fillna(0),
            "quality": rows["done_converted_dec2"].fillna(0) * rows["quality_pct"].fillna(0),
            "progress": rows["done_converted_dec2"].fillna(0) * rows["progress_pct"].fillna(0),
            "told": told.astype("int64"),
        }
    )
    frame = frame.groupby(_PERSON, sort=True, as_index=False).sum()
    amounts = {
        name: frame[name].to_numpy(dtype=np.int64)
        for name in ("compared_dec2", "done_converted_dec2", "quality", "progress", "told")
    }
    done, base = amounts["done_converted_dec2"], amounts["compared_dec2"]
    judged = model.conversion is not None and None not in (
        model.conversion.error_deduction_pct,
        model.conversion.delay_deduction_pct,
    )
    a, b, c = _ratio(done * 10_000, base), _ratio(amounts["quality"], done), _ratio(amounts["progress"], done)
    share = half_up(np.minimum(a, 10_000) + b + c, 3)
    lead = frame["official"].isin(leading).to_numpy(dtype=bool)
    blank = {
        "done_converted_dec2": amounts["told"] == 0,
        "quantity_pct": base <= 0,
        "quality_pct": (done <= 0) | (not judged),
        "progress_pct": (done <= 0) | (not judged),
        "result_pct": (base <= 0) | (not judged) | lead,
    }
    values = {
        "done_converted_dec2": done, "quantity_pct": a, "quality_pct": b, "progress_pct": c,
        "result_pct": share,
    }  # fmt: skip
    made = frame[[*_PERSON, "converted_dec2", "compared_dec2"]].astype(
        {"converted_dec2": "Int64", "compared_dec2": "Int64"}
    )
    for name, value in values.items():
        hidden = np.asarray(blank[name], dtype=bool)
        made[name] = pd.arrays.IntegerArray(np.where(hidden, 0, value).astype(np.int64), hidden)
    return made


def _ratio(top: Ints, bottom: Ints) -> Ints:
    """Divide half-up; 0 where there is nothing to divide by."""
    return np.where(bottom > 0, half_up(top, np.maximum(bottom, 1)), 0).astype(np.int64)


def leaders(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Return the officials whose position, in the plan or else today, is one of leadership (class I)."""
    positions = instance.tables["positions"]
    klass = dict(zip(positions["code"].astype(str), positions["class"], strict=True))
    structure = tables.get("structure")
    if structure is not None and "class" in structure.columns:
        klass |= dict(zip(structure["position"].astype(str), structure["class"], strict=True))
    officials = instance.tables["officials"]
    held = dict(zip(officials["code"].astype(str), officials["position"], strict=True))
    staffing = tables.get("staffing")
    if staffing is not None and len(staffing):
        placed = staffing[staffing["official"].notna() & staffing["position"].notna()]
        held |= dict(zip(placed["official"].astype(str), placed["position"], strict=True))
    return frozenset(who for who, position in held.items() if klass.get(str(position)) == "I")


def unconverted(instance: Instance, model: PlanningModel, lines: pd.DataFrame) -> Findings:
    """Warn, once, of counted lines whose item has neither a complexity nor a K of its own."""
    counted = lines[lines["counted"].astype(bool)]
    counted = counted[["registration", "work_item"]].drop_duplicates("registration").reset_index(drop=True)
    lacking = counted[factor_of_line(counted, factor_of_item(instance, model)).isna()]
    if lacking.empty:
        return Findings()
    items = sorted(set(lacking["work_item"].dropna().astype(str)))
    return Findings.of(
        [
            Finding(
                code="no_conversion_factor",
                severity="warning",
                table="work_items",
                row_key=items[0] if items else str(min(lacking["registration"])),
                column="complexity",
                value=str(len(lacking)),
                allowed=N_("N1 to N5, or a K of the item's own"),
                message=N_(
                    "{lines} lines have no factor K ({items} work items without complexity or K): they are "
                    "left out of the converted products."
                ),
                advice=N_("Fill in complexity or conversion_k of the work items."),
                fields={"lines": len(lacking), "items": len(items)},
            )
        ]
    )
