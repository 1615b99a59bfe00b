"""Opening aid: public money lowers the costs of shops in their first twelve months."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, funding, lever, zone
from sim.interventions.plan import Plan, plan_subsidies


class OpeningAidLevers(TimedLevers):
    """Amount, zone and funding of opening aid."""

    opening_aid_funding: float = funding(
        25_700.0,
        "Funding of opening aid",
        "Monthly public money; if it falls short, every new shop gets the same share of its aid.",
    )
    opening_aid: float = lever(
        400.0,
        "Opening aid",
        "Monthly aid to a shop in its first twelve months.",
        "local schemes pay €300-500 a month (docs/sources.md)",
        unit="EUR/month",
        bounds=(0.0, 100_000.0),
    )
    opening_aid_zone: Zone = zone("Where openings are aided", "Zone of the supported new shops.")


def plan_aid(levers: OpeningAidLevers) -> Plan:
    """Plan an account that pays subsidies."""
    return plan_subsidies(
        levers.opening_aid_funding, levers.opening_aid_zone, opening_aid=levers.opening_aid
    )


TYPE = InterventionType(
    name="opening_aid",
    english_title="Shop opening aid",
    english_description=(
        "Public money lowers the costs of shops in their first year: a classical alternative."
    ),
    levers=OpeningAidLevers,
    plan=plan_aid,
)
