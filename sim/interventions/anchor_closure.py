"""A shock: the largest shops of the town centre close."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, zone_code
from sim.interventions.plan import Plan
from sim.registry.parameters import parameter
from sim.registry.state import State

__all__ = ["TYPE", "AnchorClosureLevers"]

_CERTAIN: Final = 1e9
"""Risk ratio at which a shop certainly closes this month."""


class AnchorClosureLevers(TimedLevers):
    """Number and place of the anchors that close."""

    anchor_shops: int = parameter(
        1,
        unit="shops",
        bounds=(1, 1_000),
        en="Anchors that close",
        fr="Locomotives qui ferment",
        help_en="So many of the largest open shops close at the start; reletting is as usual.",
        help_fr="Nombre des plus grands commerces ouverts qui ferment alors ; reprise ordinaire.",
        source="a shock to try",
        evidence="assumed",
        role="lever",
    )
    anchor_zone: Zone = parameter(
        "town_centre",
        unit="1",
        en="Where anchors close",
        fr="Secteur des locomotives",
        help_en="Zone whose largest shops close.",
        help_fr="Secteur dont les plus grands commerces ferment.",
        source="where shops close",
        evidence="assumed",
        role="lever",
    )


def _doom(state: State, account: int, calendar: int, shops: int, zone: int) -> None:
    """Make the closure of the largest shops certain; ties go to the first row."""
    is_there = state["premises.is_open"] == 1
    if zone != 255:
        is_there &= state["premises.zone"] == zone
    rows = np.flatnonzero(is_there)
    largest = rows[np.argsort(-state["premises.floor_area"][rows], kind="stable")[:shops]]
    state["premises.risk_ratio"][largest] = _CERTAIN


def _spare(state: State, account: int, calendar: int) -> None:
    """Reset the risk of the shops that follow the closed ones."""
    risk = state["premises.risk_ratio"]
    risk[risk == np.float32(_CERTAIN)] = 1


def plan_closure(levers: AnchorClosureLevers) -> Plan:
    """Plan the closure of anchors at the start; the stop undoes nothing."""
    doom = partial(_doom, shops=levers.anchor_shops, zone=zone_code(levers.anchor_zone))
    return Plan(actions=((levers.start, doom), (levers.start + 1, _spare)))


TYPE = InterventionType(
    name="anchor_closure",
    title={"en": "Anchor closure", "fr": "Fermeture d'une locomotive"},
    description={
        "en": "A shock: the largest shop of the town centre closes.",
        "fr": "Un choc : le plus grand commerce du centre-ville ferme.",
    },
    levers=AnchorClosureLevers,
    plan=plan_closure,
)
