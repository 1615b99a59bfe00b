"""Façades: public money renovates shop fronts one after another, which draws customers."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, funding, lever, share, zone
from sim.interventions.plan import Plan, cents, plan_subsidies


class FacadeLevers(TimedLevers):
    """Cost, effect, place and funding of renovated fronts."""

    facade_funding: float = funding(
        25_700.0,
        "Funding of shop fronts",
        "Monthly public money; fronts are renovated one after another while it lasts.",
    )
    facade: float = share(
        0.05,
        "Pull of a renovated front",
        "Gain in attraction from a renovated front.",
        "judgement; no measured effect was found",
    )
    facade_cost: float = lever(
        3_500.0,
        "Cost of a front",
        "Public money for one front.",
        "local schemes pay at most €1,500-4,500 a front (docs/sources.md)",
        unit="EUR",
        bounds=(100.0, 1e6),
    )
    facade_zone: Zone = zone(
        "Where fronts are renovated", "Zone whose premises get new fronts, open or vacant."
    )


def plan_facades(levers: FacadeLevers) -> Plan:
    """Plan an account that pays for fronts."""
    cost = cents(levers.facade_cost)
    return plan_subsidies(
        levers.facade_funding, levers.facade_zone, facade=levers.facade, facade_cost=cost
    )


TYPE = InterventionType(
    name="facade",
    english_title="Shop fronts",
    english_description=(
        "Public money renovates shop fronts one after another: a classical alternative."
    ),
    levers=FacadeLevers,
    plan=plan_facades,
)
