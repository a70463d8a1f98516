"""The report room: from a result to files that people read and print."""

from vitri.report.names import names_of
from vitri.report.workbook import write_workbook

__all__ = ["names_of", "write_workbook"]
