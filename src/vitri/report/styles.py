"""How cells look: one font, few greys, number formats that each reader's own settings turn into 1.234,5."""

from __future__ import annotations

from typing import Any, Literal

FONT = "Times New Roman"
SIZE = 11

Kind = Literal[
    "text", "code", "int", "dash", "change", "hours", "minutes", "fte", "fte4", "percent", "load", "shift"
]
Role = Literal["cell", "section", "subsection", "total", "strong"]

# The "_)" leaves a little room at the right border.
NUMBER_FORMATS: dict[str, str] = {
    "int": "#,##0_)",
    "dash": '#,##0_);-#,##0_);"–"_)',
    "change": "+#,##0_);-#,##0_);0_)",
    "hours": '#,##0.0_);-#,##0.0_);"–"_)',
    "minutes": '#,##0_);-#,##0_);"–"_)',
    "fte": "#,##0.00_)",
    "fte4": "#,##0.0000_)",
    "percent": '0.0%_);-0.0%_);"–"_)',
    "load": "0%_)",
    "shift": '+0.00%_);-0.00%_);"–"_)',
}
_ROLES: dict[str, dict[str, Any]] = {
    "cell": {},
    "strong": {"bold": True},
    "section": {"bold": True, "bg_color": "#E7ECF1"},
    "subsection": {"bold": True, "italic": True, "bg_color": "#F5F7F9"},
    "total": {"bold": True, "bg_color": "#D5DDE6", "top": 1, "bottom": 1},
}
_FIXED: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "align": "center", "valign": "vcenter", "text_wrap": True},
    "subtitle": {"italic": True, "font_size": 12, "align": "center", "valign": "vcenter", "text_wrap": True},
    "banner": {"bold": True, "font_size": 12, "align": "center", "font_color": "#B00020", "text_wrap": True},
    "unit": {"italic": True, "align": "right"},
    "owner": {"bold": True, "font_size": 12},
    "heading": {"bold": True, "font_size": 12, "valign": "vcenter"},
    "sentence": {"valign": "top", "text_wrap": True},
    "note": {"italic": True, "font_size": 10, "valign": "top", "text_wrap": True},
    "link": {"font_color": "#0B4F8A", "underline": 1, "valign": "vcenter"},
    "header": {
        "bold": True,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "border": 1,
        "border_color": "#7F8B97",
        "bg_color": "#D5DDE6",
    },
    "ordinal": {
        "italic": True,
        "font_size": 9,
        "align": "center",
        "border": 1,
        "border_color": "#7F8B97",
        "font_color": "#404040",
    },
}
# Under-used, normal, full, over-loaded: told apart in black and white by the bold of the last.
BANDS: tuple[dict[str, Any], ...] = (
    {"bg_color": "#D9E8F6"},
    {"bg_color": "#EAF4E4"},
    {"bg_color": "#FFF3CC"},
    {"bg_color": "#F6C7B8", "bold": True},
)


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, str], Any] = {}

    def cell(self, kind: Kind, role: Role = "cell") -> Any:
        """Return the format of a table cell: its kind sets the number format, its role the weight."""
        if (kind, role) not in self._made:
            look: dict[str, Any] = {
                "font_name": FONT,
                "font_size": SIZE,
                "valign": "vcenter",
                "border": 1,
                "border_color": "#9AA5B1",
            }
            if kind in ("text", "code"):
                look |= {
                    "text_wrap": True,
                    "num_format": "@",
                    "align": "left" if kind == "text" else "center",
                }
            else:
                look |= {"num_format": NUMBER_FORMATS[kind], "align": "right"}
            self._made[kind, role] = self._workbook.add_format(look | _ROLES[role])
        return self._made[kind, role]

    def fixed(self, name: str) -> Any:
        """Return one of the formats used outside table bodies, by name."""
        if (name, "") not in self._made:
            look = {"font_name": FONT, "font_size": SIZE} | _FIXED[name]
            self._made[name, ""] = self._workbook.add_format(look)
        return self._made[name, ""]

    def band(self, order: int) -> Any:
        """Return the colour of a load band, 0 the lowest."""
        key = (f"band{min(order, len(BANDS) - 1)}", "")
        if key not in self._made:
            self._made[key] = self._workbook.add_format(BANDS[min(order, len(BANDS) - 1)])
        return self._made[key]

    def band_sample(self, order: int) -> Any:
        """Return the format of a legend cell that shows a load band."""
        key = (f"sample{order}", "")
        if key not in self._made:
            look = {
                "font_name": FONT,
                "font_size": 10,
                "align": "center",
                "border": 1,
                "border_color": "#9AA5B1",
            }
            self._made[key] = self._workbook.add_format(look | BANDS[min(order, len(BANDS) - 1)])
        return self._made[key]
