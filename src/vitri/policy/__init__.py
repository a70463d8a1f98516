"""What the law and the planner fix: planning models as data, and the time they leave for work."""

from vitri.policy.planning_model import (
    PlanningModel,
    Policy,
    SwitchedOff,
    list_models,
    list_policies,
    load_model,
    load_policy,
    model_folder,
    model_for,
)

__all__ = [
    "PlanningModel",
    "Policy",
    "SwitchedOff",
    "list_models",
    "list_policies",
    "load_model",
    "load_policy",
    "model_folder",
    "model_for",
]
