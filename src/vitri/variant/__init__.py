"""Variants: what-if as data. A variant file is a list of changes to the tables and settings of a scenario.

``apply(instance, variant)`` returns the changed instance and one report per change; the instance given is not
altered. A change that touches no row, a cell set twice and an unknown name are errors, all reported at once.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vitri.data.instance import Instance
from vitri.errors import DataError, Finding
from vitri.i18n import N_
from vitri.variant.model import DIRECTIONS, MEASURES, Change, ChangeReport, Expected, Variant
from vitri.variant.toml import find, parse, read_variant

__all__ = [
    "DIRECTIONS",
    "MEASURES",
    "Change",
    "ChangeReport",
    "Expected",
    "Variant",
    "applied",
    "apply",
    "chain",
    "find",
    "parse",
    "read_variant",
]


def chain(instance: Instance, variant: Variant) -> tuple[Variant, ...]:
    """Return the variants to apply, first to last: what a variant is based on, then itself.

    Raises DataError when a name is unknown or the variants go round in a circle.
    """
    result = [variant]
    names = [variant.name]
    while (base := result[0].based_on) is not None:
        earlier = find(instance, base)
        if earlier.name in names:
            raise DataError(
                Finding(
                    code="variant_circle",
                    table=f"variants/{variant.name}.toml",
                    column="based_on",
                    value=base,
                    message=N_("The variants are based on each other in a circle: {names}."),
                    advice=N_("Let one of them stand on the scenario itself."),
                    fields={"names": " → ".join([*reversed(names), earlier.name])},
                )
            )
        result.insert(0, earlier)
        names.append(earlier.name)
    return tuple(result)


def apply(instance: Instance, variant: Variant | str) -> tuple[Instance, list[ChangeReport]]:
    """Apply a variant (or the instance's variant of that name) and what it is based on.

    The changed instance is checked like one that was read. Returns it and a report per change, in order.
    Raises DataError with every finding: of the variant, or else of the data it leads to.
    """
    from vitri.data import check_tables, texts_of
    from vitri.variant.draft import Draft
    from vitri.variant.registry import CHANGES

    if isinstance(variant, str):
        variant = find(instance, variant)
    draft = Draft(instance)
    reports: list[ChangeReport] = []
    for step in chain(instance, variant):
        draft.begin_file()
        for change in step.changes:
            kind = CHANGES[change.do]
            outcome = kind.apply(draft, change)
            if outcome is not None:
                reports.append(
                    ChangeReport(
                        do=change.do,
                        rows_touched=outcome.rows,
                        before=outcome.before,
                        after=outcome.after,
                        measure=outcome.measure,
                        sentence_vi=kind.say(change, outcome, "vi"),
                        sentence_en=kind.say(change, outcome, "en"),
                        variant=step.name,
                    )
                )
    if draft.findings:
        raise DataError(draft.findings)
    changed = draft.result()
    tables = {name: texts_of(changed, name) for name in sorted(changed.present)}
    _, findings = check_tables(changed.info, tables, local_model=changed.local_model)
    if findings.errors:
        raise DataError(findings.errors)
    return changed, reports


def applied(
    instance: Instance, variant: str | None
) -> tuple[Instance, list[dict[str, Any]], list[dict[str, Any]]]:
    """Apply a variant of the instance, if any; return it with what a run records: changes, expectations."""
    if variant is None:
        return instance, [], []
    expected = [asdict(row) for row in find(instance, variant).expected]
    changed, reports = apply(instance, variant)
    return changed, [report.as_dict() for report in reports], expected
