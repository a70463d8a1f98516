"""The page of the data contract: every setting, table, column and named check, made from the declarations."""

from __future__ import annotations

from vitri.data.choices import YES_NO
from vitri.data.fields import Field
from vitri.data.findings import CHECKS
from vitri.data.parse_numbers import range_text
from vitri.data.scenario_file import SETTINGS
from vitri.data.tables import TABLES
from vitri.i18n import N_, Lang, tr

_INTRO = N_(
    "This page is made from the declarations in the program. A scenario is a folder (scenario.toml and one"
    " CSV file per table) or one workbook with the same tables as sheets."
)
_HEADS = (
    N_("The data contract"),
    N_("Settings (scenario.toml)"),
    N_("Tables"),
    N_("Named checks"),
)
_CHECK_HEADS = (N_("Check"), N_("Severity"), N_("What it finds"))
_LEVELS = {
    "needed": N_("A first plan needs this table."),
    "recommended": N_("This table makes the plan better."),
    "optional": N_("This table is for special needs."),
}


def schema_page(lang: Lang = "en") -> str:
    """Return the page as Markdown."""
    page, settings, tables, checks = (tr(head, lang) for head in _HEADS)
    lines = [f"# {page}", "", tr(_INTRO, lang), ""]
    lines += [f"## {settings}", "", *_table(SETTINGS, lang), "", f"## {tables}", ""]
    for spec in TABLES.values():
        title = f"{spec.title_en} · {spec.sheet}" if lang == "en" else spec.sheet
        lines += [f"### `{spec.name}` · {title}", ""]
        lines += [f"{spec.help_vi if lang == 'vi' else spec.help_en} {tr(_LEVELS[spec.level], lang)}", ""]
        lines += [*_table(spec.fields, lang), ""]
    lines += [f"## {checks}", "", _row(*(tr(head, lang) for head in _CHECK_HEADS)), _row(*["---"] * 3)]
    lines += [_row(f"`{c.code}`", tr(c.severity, lang), tr(c.about, lang)) for c in CHECKS.values()]
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(fields: tuple[Field, ...], lang: Lang) -> list[str]:
    heads = (
        tr(N_("Column"), lang),
        tr(N_("Title"), lang),
        tr(N_("Type"), lang),
        tr(N_("Blank means"), lang),
        tr(N_("Meaning"), lang),
    )
    return [_row(*heads), _row(*["---"] * len(heads)), *(_field_row(field, lang) for field in fields)]


def _field_row(field: Field, lang: Lang) -> str:
    marks = [tr(N_("key"), lang)] if field.key else []
    marks += [tr(N_("required"), lang)] if field.required else []
    name = f"`{field.name}`" + (f" ({', '.join(marks)})" if marks else "")
    kind = field.type + (f" [{field.unit(lang)}]" if field.unit(lang) else "")
    allowed, limits = range_text(field)
    if allowed:
        kind += ", " + tr(allowed, lang, **limits)
    if field.choices:
        kind += ": " + ", ".join(f"`{c.code}` {c.label(lang)}" for c in field.choices)
    if field.refers_to:
        kind += " → " + ", ".join(field.refers_to)
    default = field.default_vi if lang == "vi" else field.default_en
    if field.default is not None:
        default = f"`{field.default}`"
        if field.type == "bool":
            default = next(choice.label(lang) for choice in YES_NO if choice.code == field.default)
    return _row(name, field.title(lang), kind, default, field.help(lang))


def _write_page() -> None:
    """Write docs/schema.md below the current folder."""
    from pathlib import Path

    Path("docs").mkdir(exist_ok=True)
    Path("docs", "schema.md").write_text(schema_page("en"), encoding="utf-8")


if __name__ == "__main__":
    _write_page()
