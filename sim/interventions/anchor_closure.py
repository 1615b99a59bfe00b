"""A shock: the largest shops of the town centre close."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, lever, zone, zone_code
from sim.interventions.plan import Plan
from sim.kernels.zone_codes import BUFFER
from sim.registry.state import State

_CERTAIN: Final = 1e9
"""Risk ratio at which a shop certainly closes this month."""


class AnchorClosureLevers(TimedLevers):
    """Number and place of the anchors that close."""

    anchor_shops: int = lever(
        1,
        "Anchors that close",
        "Number of the largest open shops that close at the start; reletting continues.",
        "a shock to try",
        unit="shops",
        bounds=(1, 1_000),
    )
    anchor_zone: Zone = zone("Where anchors close", "Zone whose largest shops close.")


def _doom(state: State, account: int, calendar: int, shops: int, zone: int) -> None:
    """Make the closure of the largest shops certain; ties go to the first row."""
    is_there = state["premises.is_open"] == 1
    where = state["premises.zone"]
    is_there &= where < BUFFER if zone == 255 else where == zone
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
    english_title="Anchor closure",
    english_description="A shock: the largest shop of the town centre closes.",
    levers=AnchorClosureLevers,
    plan=plan_closure,
    is_shock=True,
)
