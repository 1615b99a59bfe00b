"""The cooperation hub (pôle territorial de coopération économique, PTCE) of running projects."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import SupportLevers, funding
from sim.interventions.plan import Plan, PlannedPlace, support_account
from sim.registry.parameters import parameter

__all__ = ["TYPE", "CooperationHubLevers"]


class CooperationHubLevers(SupportLevers):
    """Members and money of a hub."""

    hub_members: int = parameter(
        15,
        unit="projects",
        bounds=(0, 1_000),
        en="Members",
        fr="Membres",
        help_en="Most projects that cooperate in the hub.",
        help_fr="Nombre maximal de projets qui coopèrent dans le pôle.",
        source="about 15 structures a PTCE (docs/sources.md)",
        evidence="found",
        role="lever",
    )
    hub_funding: float = funding(
        25_700.0,
        "Funding of the hub",
        "Financement du pôle",
        "Public money a month for coordinators on the road, grants and meetings.",
        "Argent public par mois : coordination itinérante, subventions et rencontres.",
        "costs what the default cluster costs over twenty years, discounted",
    )


def plan_hub(levers: CooperationHubLevers) -> Plan:
    """Plan a hub with travelling coordinators."""
    places = (PlannedPlace("incubator", 0, is_mobile=True),) if levers.hub_funding else ()
    members = levers.hub_members if levers.hub_funding else 0
    account = support_account(levers, levers.hub_funding) | {"hub_members": members}
    return Plan(account, places)


TYPE = InterventionType(
    name="cooperation_hub",
    title={"en": "Cooperation hub", "fr": "Pôle de coopération"},
    description={
        "en": "Running projects pool means (PTCE), with coordinators and seed grants.",
        "fr": "Des projets en activité mutualisent leurs moyens (PTCE), avec une coordination et "
        "des subventions d'amorçage.",
    },
    levers=CooperationHubLevers,
    plan=plan_hub,
)
