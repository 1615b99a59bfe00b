"""A shock: the online share of spending jumps."""

from __future__ import annotations

from sim.interventions.drivers import raised
from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Plan
from sim.registry.parameters import parameter

__all__ = ["TYPE", "OnlineJumpLevers"]


class OnlineJumpLevers(TimedLevers):
    """How far the online share jumps."""

    online_rise: float = parameter(
        0.05,
        unit="share",
        bounds=(0.0, 0.3),
        en="Rise of the online share",
        fr="Hausse de la part en ligne",
        help_en="By how much the online share of spending is higher from start to stop.",
        help_fr="Hausse de la part en ligne des dépenses, du début à la fin.",
        source="a shock to try; 10 % in 2019 became 14.1 % in 2021 (FEVAD)",
        evidence="assumed",
        role="lever",
    )


def plan_jump(levers: OnlineJumpLevers) -> Plan:
    """Raise the series of the online share."""
    return Plan(actions=raised(levers, "series.online_share", levers.online_rise))


TYPE = InterventionType(
    name="online_jump",
    title={"en": "Online jump", "fr": "Bond du commerce en ligne"},
    description={
        "en": "A shock: a larger share of spending goes online.",
        "fr": "Un choc : une plus grande part des dépenses se fait en ligne.",
    },
    levers=OnlineJumpLevers,
    plan=plan_jump,
)
