"""Keys and references: codes made, duplicates, case clashes, unknown codes with the nearest known one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitri.data.draft import Draft
from vitri.data.fields import Field, TableSpec, split_list
from vitri.data.findings import Both, nearest
from vitri.data.tables import TABLES
from vitri.i18n import N_


def make_registration_codes(draft: Draft) -> None:
    """Give every registration without a code one made from its office and its place in the table."""
    frame = draft.frames["registrations"]
    codes = frame["code"]
    blank = codes.isna().to_numpy()
    draft.generated = blank
    if not blank.any():
        return
    taken = set(codes.dropna())
    made = codes.to_numpy(dtype=object, copy=True)
    offices = frame["office"].fillna("R").to_numpy(dtype=object)
    for position in np.flatnonzero(blank):
        stem = f"{str(offices[position])[:28]}-{position + 1:04d}"
        code, number = stem, 1
        while code in taken:
            number += 1
            code = f"{stem}-{number}"
        taken.add(code)
        made[position] = code
    frame["code"] = pd.Series(made, dtype="str")
    draft.forget("registrations", "code")


def check_keys(draft: Draft) -> None:
    """Note rows with the same key, and codes of one table that differ only in case."""
    for spec in TABLES.values():
        if not draft.has(spec.name) or not spec.keys:
            continue
        _duplicates(draft, spec)
        if spec.keys == ("code",):
            _case_clashes(draft, spec)


def _duplicates(draft: Draft, spec: TableSpec) -> None:
    if spec.keys == ("code",):
        numbers, distinct = draft.coded(spec.name, "code")
        if len(distinct) == int((numbers >= 0).sum()):
            return
    keys = pd.DataFrame({key: draft.filled(spec.name, key) for key in spec.keys})
    usable = np.ones(len(keys), dtype=bool)
    for key in spec.keys:
        usable &= ~draft.is_bad(spec.name, key)
        if spec.by_name[key].required:
            usable &= keys[key].notna().to_numpy()
    twice = np.flatnonzero(keys.duplicated(keep=False).to_numpy() & usable)
    if not len(twice):
        return
    groups = keys.iloc[twice].groupby(list(spec.keys), dropna=False, sort=False).indices
    same = [members for members in groups.values() if len(members) > 1]
    for members in same[: draft.room("duplicate_key", spec.name, spec.keys[0], len(same))]:
        positions = np.sort(twice[members])
        lines = [str(draft.row_number(spec.name, int(position))) for position in positions[:8]]
        key_text = draft.row_key(spec.name, int(positions[0]))
        places = draft.raws[spec.name].place_names
        draft.report(
            "duplicate_key",
            spec.name,
            int(positions[1]),
            spec.keys[0],
            value=key_text,
            row_key=key_text,
            message=N_("{key} is on rows {rows}.")
            if len(places) == 1
            else N_("{key} is there more than once (rows {rows})."),
            advice=N_("Rename or delete one."),
            allowed=N_("unique"),
            fields={"key": key_text, "rows": ", ".join(lines)},
        )


def _case_clashes(draft: Draft, spec: TableSpec) -> None:
    numbers, distinct = draft.coded(spec.name, "code")
    # Codes hold no line breaks, so one call lowers them all.
    lower = "\n".join(distinct).lower().split("\n")
    if len(set(lower)) == len(distinct):
        return
    clash = np.flatnonzero(pd.Series(lower, dtype=object).duplicated(keep=False))
    first: dict[str, str] = {}
    for index in clash:
        code, small = distinct[index], lower[index]
        if small not in first:
            first[small] = code
            continue
        if not draft.room("case_clash", spec.name, "code", 1):
            continue
        position = int(np.flatnonzero(numbers == index)[0])
        draft.report(
            "case_clash",
            spec.name,
            position,
            "code",
            message=N_("Codes {other} and {code} differ only in case."),
            advice=N_("Write both alike, or rename one."),
            fields={"code": code, "other": first[small]},
        )


def known_codes(draft: Draft, field: Field) -> list[str]:
    """Return the codes that a reference may take, from every table it refers to."""
    codes: list[str] = []
    for place in field.refers_to:
        if place.startswith("model."):
            continue
        if place.startswith("@"):
            codes += [f"@{code}" for code in draft.codes(place[1:])]
            continue
        table, _, column = place.partition(".")
        codes += draft.codes(table, column or ("profile" if table == "profiles" else "code"))
        default = TABLES[table].by_name[column].stored_default if column else None
        if default is not None and default not in codes:
            codes.append(default)
    return codes


def check_references(draft: Draft) -> None:
    """Note every code that none of its tables has; codes of the planning model are checked with the model."""
    for spec in TABLES.values():
        if not draft.has(spec.name):
            continue
        for field in spec.fields:
            if field.refers_to and not any(place.startswith("model.") for place in field.refers_to):
                report_unknown(draft, spec, field, known_codes(draft, field))


def report_unknown(draft: Draft, spec: TableSpec, field: Field, known: list[str]) -> None:
    """Note the cells of a reference column whose codes are not known."""
    allowed = {*known, *field.wildcards}
    numbers, cells = draft.coded(spec.name, field.name)
    if field.type == "list":
        wrong = {
            n: [code for code in split_list(cell) if code not in allowed] for n, cell in enumerate(cells)
        }
    else:
        wrong = {n: [cell] for n, cell in enumerate(cells) if cell not in allowed}
    things = _things(field)
    for number, codes in wrong.items():
        if not codes:
            continue
        rows = np.flatnonzero(numbers == number)
        for code in codes:
            near = nearest(code, known)
            advice = N_('Did you mean "{near}"?') if near else N_("The codes are: {codes}.")
            if not known:
                advice = N_("There are none: add the table, or clear the cell.")
            draft.report_rows(
                "unknown_code",
                spec.name,
                rows,
                field.name,
                value=code,
                message=N_('{thing}: there is no "{code}".'),
                advice=advice,
                allowed=N_("codes of {thing}"),
                fields={
                    "thing": things,
                    "code": code,
                    "near": near,
                    "codes": ", ".join(known[:12]) + (" ..." if len(known) > 12 else ""),
                },
            )


_MODEL_THINGS = {
    "model.rank": Both("Ngạch của mô hình", "Ranks of the model"),
    "model.competency": Both("Nhóm năng lực của mô hình", "Competencies of the model"),
    "model.duty": Both("Chức trách của mô hình", "Duties of the model"),
    "model.profile": Both("Mùa vụ của mô hình", "profiles of the model"),
}


def _things(field: Field) -> Both:
    """Return what a reference points to, in words."""
    words: list[Both] = []
    for place in field.refers_to:
        table = place.lstrip("@").partition(".")[0]
        if place in _MODEL_THINGS:
            words.append(_MODEL_THINGS[place])
        elif table in TABLES:
            words.append(Both(TABLES[table].sheet, TABLES[table].title_en))
    vi = ", ".join(dict.fromkeys(word.vi for word in words))
    en = ", ".join(dict.fromkeys(word.en for word in words))
    return Both(vi, en)
