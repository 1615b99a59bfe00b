"""Interventions in a territory: one file per type; TOML files set their levers."""

from sim.interventions.intervention import (
    Intervention,
    list_interventions,
    load_intervention,
    make_intervention,
    read_intervention,
)
from sim.interventions.kind import InterventionType
from sim.interventions.layout import Planned, account_names, plan_interventions
from sim.interventions.plan import DISCOUNT_RATE
from sim.interventions.registry import LEVERS, TYPES

__all__ = [
    "DISCOUNT_RATE",
    "LEVERS",
    "TYPES",
    "Intervention",
    "InterventionType",
    "Planned",
    "account_names",
    "list_interventions",
    "load_intervention",
    "make_intervention",
    "plan_interventions",
    "read_intervention",
]
