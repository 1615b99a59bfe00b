"""Start'up de territoire: evenings at which residents turn needs into ideas, and follow-up."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import SupportLevers, funding
from sim.interventions.parts import support_parts
from sim.interventions.plan import Plan, PlannedPlace, support_account


class StartupTerritoireLevers(SupportLevers):
    """Funding of evenings and follow-up."""

    startup_funding: float = funding(
        25_700.0,
        "Funding of the evenings",
        "Monthly public money for evenings of ideas, travelling facilitators and seed grants.",
    )


def plan_evenings(levers: StartupTerritoireLevers) -> Plan:
    """Plan evenings, and travelling facilitators who follow up their ideas."""
    on_the_road = PlannedPlace("incubator", 0, is_mobile=True)
    places = (on_the_road,) if levers.startup_funding else ()
    return Plan(support_account(levers, levers.startup_funding), places)


TYPE = InterventionType(
    name="startup_territoire",
    english_title="Start'up de territoire",
    english_description=(
        "Large evenings at which residents turn local needs into ideas, followed up by "
        "facilitators on the road."
    ),
    levers=StartupTerritoireLevers,
    plan=plan_evenings,
    parts=support_parts("startup_funding"),
    first=("startup_funding", *SupportLevers.SHARES, "grant", "grant_reach", "triage", "start"),
)
