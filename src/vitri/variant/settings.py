"""Changes of the settings: planning model, workload policy, freedom of the structure, kind of sizing."""

from __future__ import annotations

from vitri.errors import ModelError
from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change, Key, Kind, Outcome

_SETTING = {
    "set_model": ("model", "name"),
    "set_policy": ("policy", "name"),
    "set_structure": ("structure", "value"),
    "set_sizing": ("sizing", "value"),
}


def set_setting(draft: Draft, change: Change) -> Outcome | None:
    """Replace one setting of the scenario; giving it the value it has is a change of nothing."""
    setting, key = _SETTING[change.do]
    before, after = draft.setting(setting), change.keys[key]
    if before == after:
        draft.nothing(change, key)
        return None
    if change.do == "set_model" and not _model_exists(draft, change, after):
        return None
    if not draft.put_setting(setting, after, change):
        return None
    return Outcome(rows=1, before=before or "–", after=after, measure=setting)


def _model_exists(draft: Draft, change: Change, name: str) -> bool:
    """Try to load a planning model; record why it cannot be used."""
    from vitri.policy import load_model

    try:
        load_model(name, draft.base.local_model if name == "model.toml" else None)
    except ModelError as error:
        draft.findings.extend(error.findings)
        return False
    return True


def _kind(do: str, choices: tuple[str, ...], sentence: str) -> Kind:
    """Return one kind of setting change."""
    key = Key(_SETTING[do][1], "choice" if choices else "text", required=True, choices=choices)
    return Kind(do=do, table=None, keys=(key,), apply=set_setting, sentence=sentence, where_columns=())


KINDS = (
    _kind("set_model", (), N_("Calculated again under the planning model {name} (before: {before}).")),
    _kind("set_policy", (), N_("Calculated again under the workload policy {name} (before: {before}).")),
    _kind(
        "set_structure",
        ("common", "class", "free"),
        N_("The position structure is {value} (before: {before})."),
    ),
    _kind("set_sizing", ("ceiling", "need"), N_("Posts are sized by {value} (before: {before}).")),
)
