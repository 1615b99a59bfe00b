"""Rent relief: public money pays a share of the rents of shops."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, funding, share, zone
from sim.interventions.plan import Plan, plan_subsidies


class RentReliefLevers(TimedLevers):
    """Share, zone and funding of rent relief."""

    rent_relief_funding: float = funding(
        25_700.0,
        "Funding of rent relief",
        "Monthly public money; if it falls short, every shop gets the same share of its relief.",
    )
    rent_relief: float = share(
        0.3,
        "Rent relief",
        "Share of the rent that is paid for a shop.",
        "local schemes pay 30-50% of new shops' rents (docs/sources.md)",
    )
    rent_relief_zone: Zone = zone("Where rents are relieved", "Zone of the supported shops.")


def plan_relief(levers: RentReliefLevers) -> Plan:
    """Plan an account that pays subsidies."""
    return plan_subsidies(
        levers.rent_relief_funding, levers.rent_relief_zone, rent_relief=levers.rent_relief
    )


TYPE = InterventionType(
    name="rent_relief",
    english_title="Rent relief",
    english_description="Public money pays a share of the rents of shops: a classical alternative.",
    levers=RentReliefLevers,
    plan=plan_relief,
)
