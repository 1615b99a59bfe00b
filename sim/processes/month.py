"""The order of a month, one line per process.

1. The world outside changes: online share, peripheral floor space, spending, costs.
2. Spending in this town departs from the national course.
3. In January, offices learn their tax base and set the year's means.
4. The young grow older, leave, arrive and are succeeded.
5. Residents grow or decline.
6. Public money comes in; it pays seats and staff of third places.
7. Third places move into vacant premises of the centre, or out of them.
8. People join third places, use them and leave.
9. Facilitators take on projects and give them their hours.
10. People meet at third places, and at innovation labs.
11. The young take part in local projects, or do not.
12. Project holders have ideas; evenings of ideas are held.
13. Ideas get project engineering, and are filed.
14. Offices examine files and decide on them.
15. Projects find their money; grants are paid.
16. Open neighbours make places attractive.
17. Consumers spend their money in shops, beyond the grid and online.
18. Public money supports shops and renovates their fronts.
19. Shops keep their accounts.
20. Shops close.
21. Vacant premises are let.
22. Running projects end, some with their shop.
23. Projects are born, some in vacant premises.
24. Jobs of open shops are added up around homes.
25. Projects join cooperation hubs and leave them.
26. Rents follow vacancy.
27. Visits are counted.
28. Places and projects bring customers to their surroundings.
29. Projects act around them by their weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sim.processes import (
    accompaniment,
    application_review,
    cooperation,
    demography,
    encounters,
    exogenous_drivers,
    footfall,
    local_benefits,
    place_premises,
    project_birth,
    project_dimensions,
    project_engineering,
    project_funding,
    project_ideas,
    project_survival,
    public_money,
    reletting,
    rent,
    retail_support,
    shop_accounts,
    shop_attraction,
    shop_closure,
    shop_jobs,
    shopping_trips,
    tax_base,
    third_place_visits,
    town_shocks,
    youth_migration,
    youth_participation,
)
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["MONTH", "MechanismParameters", "active"]

MONTH: Final[tuple[Process, ...]] = (
    exogenous_drivers.PROCESS,
    town_shocks.PROCESS,
    tax_base.PROCESS,
    youth_migration.PROCESS,
    demography.PROCESS,
    public_money.PROCESS,
    place_premises.PROCESS,
    third_place_visits.PROCESS,
    accompaniment.PROCESS,
    encounters.PROCESS,
    youth_participation.PROCESS,
    project_ideas.PROCESS,
    project_engineering.PROCESS,
    application_review.PROCESS,
    project_funding.PROCESS,
    shop_attraction.PROCESS,
    shopping_trips.PROCESS,
    retail_support.PROCESS,
    shop_accounts.PROCESS,
    shop_closure.PROCESS,
    reletting.PROCESS,
    project_survival.PROCESS,
    project_birth.PROCESS,
    shop_jobs.PROCESS,
    cooperation.PROCESS,
    rent.PROCESS,
    footfall.PROCESS,
    local_benefits.PROCESS,
    project_dimensions.PROCESS,
)
"""Processes in the order in which they run each month."""


def _switch(label: str, help: str) -> bool:
    return parameter(True, label=label, help=help, source="switch for ablations", role="constant")


class MechanismParameters(ParameterGroup):
    """Mechanisms that can be switched off one at a time, to see the effect of each."""

    with_drivers: bool = _switch(
        "Exogenous drivers move",
        "Off: online share, periphery, spending and costs stay at their values of the start.",
    )
    with_demography: bool = _switch(
        "Population changes", "Off: residents do not grow or decline beyond the moves of youth."
    )
    with_youth_moves: bool = _switch(
        "Youth come and go", "Off: nobody aged 15 to 29 leaves, arrives or grows older."
    )
    with_visits: bool = _switch(
        "People use third places", "Off: third places are open and paid for, but nobody comes."
    )
    with_membership: bool = _switch(
        "People are members", "Off: the users of a third place change each month."
    )
    with_remote_work: bool = _switch(
        "Remote workers want desks", "Off: remote workers stay at home and meet nobody."
    )
    with_accompaniment: bool = _switch(
        "Facilitators accompany projects",
        "Off: facilitators share their hours equally among the project holders present.",
    )
    with_encounters: bool = _switch(
        "Encounters matter", "Off: people who meet at third places learn nothing from each other."
    )
    with_trust: bool = _switch(
        "Officials learn", "Off: officials' trust and openness stay as they are."
    )
    with_peers: bool = _switch(
        "Acquaintances matter", "Off: the young take part or not, whatever their acquaintances do."
    )
    with_youth_outlet: bool = _switch(
        "The active young start things",
        "Off: the young use places and have ideas whether or not they take part, and those with a "
        "role are neither partners nor models.",
    )
    with_prospects: bool = _switch(
        "Shop jobs and activity keep the young",
        "Off: neither jobs in shops nor active young people nearby keep anybody.",
    )
    with_emptying: bool = _switch(
        "Empty shops drive people away",
        "Off: vacancy nearby changes neither leaving, nor arrivals, nor residents, nor ideas.",
    )
    with_tax_base: bool = _switch(
        "Local means follow the tax base",
        "Off: offices keep their hours and staff, however many residents and shops are left.",
    )
    with_takeovers: bool = _switch(
        "Projects take premises", "Off: no project moves into vacant premises."
    )
    with_local_benefits: bool = _switch(
        "Projects and places bring customers",
        "Off: visitors of third places and jobs of projects bring nothing to shops or to staying.",
    )
    with_dimensions: bool = _switch(
        "Projects act by their weights",
        "Off: what a project does around it does not depend on its four dimensions.",
    )
    with_neighbours: bool = _switch(
        "Open neighbours attract", "Off: vacancy nearby does not make a shop less attractive."
    )
    with_margins: bool = _switch(
        "Margins matter",
        "Off: shops close and premises are let at fixed rates, whatever they earn.",
    )
    with_closure: bool = _switch("Shops close", "Off: no shop closes.")
    with_reletting: bool = _switch("Premises are let", "Off: vacant premises stay vacant.")
    with_rent: bool = _switch("Rents move", "Off: rents stay.")


_SWITCHES = {
    "town_shocks": "with_drivers",
    "youth_migration": "with_youth_moves",
    "third_place_visits": "with_visits",
    "accompaniment": "with_accompaniment",
    "encounters": "with_encounters",
    "local_benefits": "with_local_benefits",
    "project_dimensions": "with_dimensions",
    "shop_closure": "with_closure",
    "reletting": "with_reletting",
    "rent": "with_rent",
}

RESPONSES = {
    "with_youth_outlet": ("youth_idea_response", "youth_partner_share", "role_model_exposure"),
    "with_prospects": ("shop_job_weight", "leaving_activity_response"),
    "with_emptying": (
        "leaving_vacancy_response",
        "arrival_vacancy_response",
        "residents_vacancy_response",
        "idea_vacancy_response",
    ),
    "with_tax_base": ("tax_response",),
    "with_dimensions": tuple(project_dimensions.ProjectDimensionsParameters.model_fields),
}
"""Parameters that are 0 where a mechanism is switched off."""


def effective(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters for the kernels, with disabled mechanisms at their neutral values.

    Parameters
    ----------
    values : mapping
        Parameters by flat name, including switches.

    Returns
    -------
    dict
        Parameters with every disabled mechanism at the value at which it has no effect; `active`
        leaves out whole processes. With a closed boundary nobody leaves, so nobody arrives, and
        neither visitors nor jobs bring in money.
    """
    seen = dict(values)
    if not seen["with_neighbours"]:
        seen["open_share_elasticity"] = 0.0
    if not seen["with_margins"]:
        seen |= {
            "closure_margin_response": 0.0,
            "reletting_margin_response": 0.0,
            "closure_without_reserves": 1.0,
        }
    if not seen["with_demography"]:
        seen |= {"residents_growth": 0.0, "residents_vacancy_response": 0.0}
    if seen["boundary"] == "closed":
        seen |= {"leaving_rate": 0.0, "leaving_at_18": 0.0}
        seen |= {"outside_visitors": 0.0, "new_job_share": 0.0}
    if not seen["with_membership"]:
        seen |= {"membership_months": 1.0, "return_ratio": 1.0}
    if not seen["with_remote_work"]:
        seen["remote_share"] = 0.0
    if not seen["with_trust"]:
        seen |= {"trust_gain": 0.0, "openness_gain": 0.0}
    if not seen["with_peers"]:
        seen["neighbour_influence"] = 0.0
    if not seen["with_youth_outlet"]:
        seen["active_visit_ratio"] = 1.0
    for switch, responses in RESPONSES.items():
        if not seen[switch]:
            seen |= dict.fromkeys(responses, 0.0)
    if not seen["with_takeovers"]:
        seen["premises_probability"] = 0.0
    return seen


def active(values: Mapping[str, Any]) -> tuple[Process, ...]:
    """Return the enabled processes of the month."""
    return tuple(p for p in MONTH if values.get(_SWITCHES.get(p.name, ""), True))
