"""A shock: the online share of spending jumps."""

from __future__ import annotations

from sim.interventions.drivers import raised
from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Plan
from sim.registry.parameters import parameter


class OnlineJumpLevers(TimedLevers):
    """How far the online share jumps."""

    online_rise: float = parameter(
        0.05,
        unit="share",
        bounds=(0.0, 0.3),
        label="Rise of the online share",
        help="Rise of the online share of spending from start to stop.",
        source="a shock to try; 10 % in 2019 became 14.1 % in 2021 (FEVAD)",
        evidence="assumed",
        role="lever",
    )


def plan_jump(levers: OnlineJumpLevers) -> Plan:
    """Raise the series of the online share."""
    return Plan(actions=raised(levers, "series.online_share", levers.online_rise))


TYPE = InterventionType(
    name="online_jump",
    english_title="Online jump",
    english_description="A shock: a larger share of spending goes online.",
    levers=OnlineJumpLevers,
    plan=plan_jump,
)
