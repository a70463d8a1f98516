"""The register of kinds of change: one object each, which applies itself and says what it did."""

from __future__ import annotations

from vitri.variant import events, people, pools, quota, restructure, rows, settings, split, work
from vitri.variant.model import Kind

CHANGES: dict[str, Kind] = {
    kind.do: kind
    for kind in (
        *work.KINDS,
        *settings.KINDS,
        *quota.KINDS,
        *pools.KINDS,
        *restructure.KINDS,
        *split.KINDS,
        *people.KINDS,
        *events.KINDS,
        *rows.KINDS,
    )
}
