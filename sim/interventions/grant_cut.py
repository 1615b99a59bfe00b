"""A shock: all public funding is cut."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.interventions.drivers import during
from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, share
from sim.interventions.plan import Plan
from sim.registry.state import State


class GrantCutLevers(TimedLevers):
    """Size of the cut."""

    funding_cut: float = share(
        0.8,
        "Cut in public funding",
        "Share of every account's monthly public funding that is cut from start to stop.",
        "a shock to try",
        most=0.99,
    )


def _scale_funding(state: State, account: int, calendar: int, factor: float) -> None:
    state["account.funding"] = np.rint(state["account.funding"] * factor)


def plan_cut(levers: GrantCutLevers) -> Plan:
    """Plan a cut of all accounts, including those of existing third places."""
    kept = 1 - levers.funding_cut
    cut, restore = (partial(_scale_funding, factor=factor) for factor in (kept, 1 / kept))
    return Plan(actions=during(levers, cut, restore))


TYPE = InterventionType(
    name="grant_cut",
    english_title="Cut in grants",
    english_description="A shock: four fifths of all public funding disappear.",
    levers=GrantCutLevers,
    plan=plan_cut,
    is_shock=True,
)
