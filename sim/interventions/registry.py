"""Every type of intervention; to add one, add a module and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sim.interventions import (
    anchor_closure,
    cooperation_hub,
    facade,
    grant_cut,
    inert_cluster,
    online_jump,
    opening_aid,
    pandemic,
    participatory_budget,
    periphery_moratorium,
    public_innovation_lab,
    rent_relief,
    startup_territoire,
    transition_cluster,
)
from sim.interventions.kind import InterventionType

TYPES: Final[Mapping[str, InterventionType]] = MappingProxyType(
    {
        module.TYPE.name: module.TYPE
        for module in (
            transition_cluster,
            startup_territoire,
            cooperation_hub,
            public_innovation_lab,
            participatory_budget,
            rent_relief,
            opening_aid,
            facade,
            periphery_moratorium,
            inert_cluster,
            online_jump,
            anchor_closure,
            pandemic,
            grant_cut,
        )
    }
)
"""Types of intervention by name: measures, then the placebo, then shocks."""

LEVERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        lever: tuple(kind.name for kind in TYPES.values() if lever in kind.levers.model_fields)
        for kind in TYPES.values()
        for lever in kind.levers.model_fields
    }
)
"""Names of the types that have a lever, by lever."""
