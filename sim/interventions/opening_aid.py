"""Opening aid: public money lowers the costs of shops in their first twelve months."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, funding, zone_code
from sim.interventions.plan import Plan, cents, split_over
from sim.registry.parameters import parameter

__all__ = ["TYPE", "OpeningAidLevers"]


class OpeningAidLevers(TimedLevers):
    """Amount, zone and funding of opening aid."""

    opening_aid_funding: float = funding(
        25_700.0,
        "Funding of opening aid",
        "Financement de l'aide à l'installation",
        "Public money a month; where it falls short, every new shop gets the same part of its aid.",
        "Argent public par mois ; s'il manque, chaque nouveau commerce reçoit la même part.",
        "costs what the default cluster costs over twenty years, discounted",
    )
    opening_aid: float = parameter(
        400.0,
        unit="EUR/month",
        bounds=(0.0, 100_000.0),
        en="Opening aid",
        fr="Aide à l'installation",
        help_en="What a shop gets a month in its first twelve months.",
        help_fr="Ce que reçoit un commerce chaque mois de sa première année.",
        source="local schemes pay 300-500 EUR a month (docs/sources.md)",
        evidence="assumed",
        role="lever",
    )
    opening_aid_zone: Zone = parameter(
        "town_centre",
        unit="1",
        en="Where openings are aided",
        fr="Secteur de l'aide à l'installation",
        help_en="Zone whose new shops are helped.",
        help_fr="Secteur dont les nouveaux commerces sont aidés.",
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
    title={"en": "Shop opening aid", "fr": "Aide à l'installation"},
    description={
        "en": "Public money lowers the costs of shops in their first year: a classical "
        "alternative.",
        "fr": "L'argent public allège les charges des commerces la première année : une "
        "alternative classique.",
    },
    levers=OpeningAidLevers,
    plan=plan_aid,
)
