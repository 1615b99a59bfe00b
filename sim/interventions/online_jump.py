"""A shock: the online share of spending jumps."""

from __future__ import annotations

from sim.interventions.drivers import raised
from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, share
from sim.interventions.plan import Plan


class OnlineJumpLevers(TimedLevers):
    """The size of the jump."""

    online_rise: float = share(
        0.05,
        "Rise of the online share",
        "Rise of the online share of spending from start to stop.",
        "a shock to try; 10% in 2019 became 14.1% in 2021 (FEVAD)",
        most=0.3,
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
    is_shock=True,
)
