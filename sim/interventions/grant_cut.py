"""A shock: all public funding is cut."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Action, Plan
from sim.registry.parameters import parameter
from sim.registry.state import State


class GrantCutLevers(TimedLevers):
    """Size of the cut."""

    funding_cut: float = parameter(
        0.8,
        unit="share",
        bounds=(0.0, 0.99),
        label="Cut in public funding",
        help="Share of every account's monthly public funding that is cut from start to stop.",
        source="a shock to try",
        evidence="assumed",
        role="lever",
    )


def _scale_funding(state: State, account: int, calendar: int, factor: float) -> None:
    state["account.funding"] = np.rint(state["account.funding"] * factor)


def plan_cut(levers: GrantCutLevers) -> Plan:
    """Plan a cut of all accounts, including those of existing third places."""
    kept = 1 - levers.funding_cut
    actions: tuple[tuple[int, Action], ...] = (
        (levers.start, partial(_scale_funding, factor=kept)),
    )
    if levers.stop:
        actions += ((levers.stop, partial(_scale_funding, factor=1 / kept)),)
    return Plan(actions=actions)


TYPE = InterventionType(
    name="grant_cut",
    english_title="Cut in grants",
    english_description="A shock: four fifths of all public funding disappear.",
    levers=GrantCutLevers,
    plan=plan_cut,
)
