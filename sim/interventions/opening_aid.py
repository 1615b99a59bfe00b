"""Opening aid: public money lowers the costs of shops in their first twelve months."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, funding, zone_code
from sim.interventions.plan import Plan, cents, split_over
from sim.registry.parameters import parameter


class OpeningAidLevers(TimedLevers):
    """Amount, zone and funding of opening aid."""

    opening_aid_funding: float = funding(
        25_700.0,
        "Funding of opening aid",
        "Monthly public money; if it falls short, every new shop gets the same share of its aid.",
        "costs what the default cluster costs over twenty years, discounted",
    )
    opening_aid: float = parameter(
        400.0,
        unit="EUR/month",
        bounds=(0.0, 100_000.0),
        label="Opening aid",
        help="Monthly aid to a shop in its first twelve months.",
        source="local schemes pay 300-500 EUR a month (docs/sources.md)",
        evidence="assumed",
        role="lever",
    )
    opening_aid_zone: Zone = parameter(
        "town_centre",
        unit="1",
        label="Where openings are aided",
        help="Zone of the supported new shops.",
        source="where shops close",
        evidence="assumed",
        role="lever",
    )


def plan_aid(levers: OpeningAidLevers) -> Plan:
    """Plan an account that pays subsidies."""
    account = {
        "funding": cents(levers.opening_aid_funding),
        "split": split_over(subsidies=1.0),
        "opening_aid": levers.opening_aid,
        "zone": zone_code(levers.opening_aid_zone),
    }
    return Plan(account)


TYPE = InterventionType(
    name="opening_aid",
    english_title="Shop opening aid",
    english_description=(
        "Public money lowers the costs of shops in their first year: a classical alternative."
    ),
    levers=OpeningAidLevers,
    plan=plan_aid,
)
