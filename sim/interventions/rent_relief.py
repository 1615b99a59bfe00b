"""Rent relief: public money pays a share of the rents of shops."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, funding, zone_code
from sim.interventions.plan import Plan, cents, split_over
from sim.registry.parameters import parameter


class RentReliefLevers(TimedLevers):
    """Share, zone and funding of rent relief."""

    rent_relief_funding: float = funding(
        25_700.0,
        "Funding of rent relief",
        "Monthly public money; if it falls short, every shop gets the same share of its relief.",
        "costs what the default cluster costs over twenty years, discounted",
    )
    rent_relief: float = parameter(
        0.3,
        unit="share",
        bounds=(0.0, 1.0),
        label="Rent relief",
        help="Share of the rent that is paid for a shop.",
        source="local schemes pay 30-50 % of new shops' rents (docs/sources.md)",
        evidence="assumed",
        role="lever",
    )
    rent_relief_zone: Zone = parameter(
        "town_centre",
        unit="1",
        label="Where rents are relieved",
        help="Zone of the supported shops.",
        source="where shops close",
        evidence="assumed",
        role="lever",
    )


def plan_relief(levers: RentReliefLevers) -> Plan:
    """Plan an account that pays subsidies."""
    account = {
        "funding": cents(levers.rent_relief_funding),
        "split": split_over(subsidies=1.0),
        "rent_relief": levers.rent_relief,
        "zone": zone_code(levers.rent_relief_zone),
    }
    return Plan(account)


TYPE = InterventionType(
    name="rent_relief",
    english_title="Rent relief",
    english_description="Public money pays a share of the rents of shops: a classical alternative.",
    levers=RentReliefLevers,
    plan=plan_relief,
)
