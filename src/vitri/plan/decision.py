"""The decision record of a run: that it was chosen, by whom, why, and what was expected of it.

The record stands in the run folder as ``decision.json`` beside what the run found. It is left out of the
digest of the run on purpose: choosing a plan changes nothing in it, and the run can still be verified. The
record names the digest of the run that was chosen and has a digest of its own, so that a record of another
run, or one changed by hand, is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vitri.errors import DataError, Finding, UsageError
from vitri.i18n import N_

DECISION_FILE = "decision.json"
SCHEMA = 1
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision: the digest of the run, the code of who decided, the day, why, what is expected.

    `planned` keeps the figures of the plan on that day (posts, minutes ...), to compare with what came.
    """

    run: str
    who: str
    on: str
    why: str
    expect: tuple[str, ...]
    planned: Mapping[str, int]


def decided(
    digest: str, totals: Mapping[str, Any], *, who: str, on: str, why: str, expect: tuple[str, ...]
) -> Decision:
    """Make the record of a decision for a run; UsageError for a name in place of a code, or for no reason.

    `totals` and `digest` are those of the run.
    """
    found = []
    if not _CODE.fullmatch(who):
        found.append(
            Finding(
                code="not_a_code",
                column="who",
                value=who,
                message=N_("Who decided is written as a code: letters, digits, points and dashes, no name."),
                advice=N_("Use the code of the person or body in your own list."),
            )
        )
    for column, text in (("why", why), *(("expect", text) for text in expect)):
        if not text.strip():
            found.append(
                Finding(
                    code="missing_value",
                    column=column,
                    message=N_("A decision needs a reason and an expected effect in words."),
                )
            )
    if found:
        raise UsageError(found)
    planned = {str(key): int(value) for key, value in totals.items() if isinstance(value, int)}
    return Decision(
        run=digest,
        who=who,
        on=on,
        why=why.strip(),
        expect=tuple(text.strip() for text in expect),
        planned=planned,
    )


def write_decision(folder: Path, decision: Decision, *, replace: bool = False) -> Path:
    """Write the record into the run folder; an earlier one is replaced only if asked for."""
    place = folder / DECISION_FILE
    if place.exists() and not replace:
        raise UsageError(
            Finding(
                code="decided_already",
                table=str(folder),
                column=DECISION_FILE,
                message=N_("This run has a decision record already."),
                advice=N_("Look at it with `vitri decide RUN`; --replace writes a new one."),
            )
        )
    content = {"schema": SCHEMA, **asdict(decision), "expect": list(decision.expect)}
    text = json.dumps({**content, "record_digest": _digest(content)}, ensure_ascii=False, indent=2)
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(text + "\n", encoding="utf-8", newline="\n")
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    return place


def read_decision(folder: Path, digest: str) -> Decision | None:
    """Read the record of a run, None if there is none.

    Raises DataError when it cannot be read, was changed by hand, or speaks of a run with another digest.
    """
    place = folder / DECISION_FILE
    if not place.is_file():
        return None
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        told = content.pop("record_digest")
        decision = Decision(
            run=str(content["run"]),
            who=str(content["who"]),
            on=str(content["on"]),
            why=str(content["why"]),
            expect=tuple(map(str, content["expect"])),
            planned={str(key): int(value) for key, value in content["planned"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise DataError(_finding("broken_file", N_("{file} cannot be read as a decision record."))) from None
    found = []
    if told != _digest(content):
        found.append(_finding("changed_file", N_("{file} was changed after the decision was recorded.")))
    if decision.run != digest:
        found.append(_finding("other_run", N_("{file} records the choice of another run than this one.")))
    if found:
        raise DataError(found)
    return decision


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _finding(code: str, message: str) -> Finding:
    return Finding(
        code=code,
        table=DECISION_FILE,
        message=message,
        advice=N_("Record the decision again with --replace."),
        fields={"file": DECISION_FILE},
    )
