"""The derivation workbook: one sheet per office that leads by formulas from registered work to posts."""

from vitri.report.derivation.workbook import write_derivation

__all__ = ["write_derivation"]
