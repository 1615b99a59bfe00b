"""The cooperation hub (pôle territorial de coopération économique, PTCE) of running projects."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import SupportLevers, funding, lever
from sim.interventions.parts import NOBODY_PAID, Budget, Part, Values, support_parts
from sim.interventions.plan import Plan, PlannedPlace, support_account


class CooperationHubLevers(SupportLevers):
    """Members and money of a hub."""

    hub_members: int = lever(
        15,
        "Members",
        "Largest number of projects in the hub.",
        "about 15 structures a PTCE (docs/sources.md)",
        unit="projects",
        bounds=(0, 1_000),
        evidence="found",
    )
    hub_funding: float = funding(
        25_700.0,
        "Funding of the hub",
        "Monthly public money for travelling coordinators, grants and meetings.",
    )


def plan_hub(levers: CooperationHubLevers) -> Plan:
    """Plan a hub with travelling coordinators."""
    places = (PlannedPlace("incubator", 0, is_mobile=True),) if levers.hub_funding else ()
    members = levers.hub_members if levers.hub_funding else 0
    account = support_account(levers, levers.hub_funding) | {"hub_members": members}
    return Plan(account, places)


def pooling_alone(levers: CooperationHubLevers, budget: Budget) -> Values:
    """Return levers of a hub that spends nothing."""
    return NOBODY_PAID | {"grant": 0.0, "hub_funding": budget.monthly()}


POOLING = Part(
    "pooling_only",
    "pooling only",
    "Projects pool resources as in the whole, which costs nothing: the money stays unspent.",
    lambda levers: levers.hub_members > 0,
    pooling_alone,
)

TYPE = InterventionType(
    name="cooperation_hub",
    english_title="Cooperation hub",
    english_description="Running projects pool resources (PTCE) with coordinators and seed grants.",
    levers=CooperationHubLevers,
    plan=plan_hub,
    parts=(*support_parts("hub_funding", hub_members=0), POOLING),
    first=("hub_funding", *SupportLevers.SHARES, "grant", "grant_reach", "triage", "start"),
)
