"""Façades: public money renovates shop fronts one after another, which draws customers."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, Zone, funding, zone_code
from sim.interventions.plan import Plan, cents, split_over
from sim.registry.parameters import parameter


class FacadeLevers(TimedLevers):
    """Cost, effect, place and funding of renovated fronts."""

    facade_funding: float = funding(
        25_700.0,
        "Funding of shop fronts",
        "Monthly public money; fronts are renovated one after another while it lasts.",
        "costs what the default cluster costs over twenty years, discounted",
    )
    facade: float = parameter(
        0.05,
        unit="share",
        bounds=(0.0, 1.0),
        label="Pull of a renovated front",
        help="Gain in attraction from a renovated front.",
        source="judgement; no measured effect was found",
        evidence="assumed",
        role="lever",
    )
    facade_cost: float = parameter(
        3_500.0,
        unit="EUR",
        bounds=(100.0, 1e6),
        label="Cost of a front",
        help="Public money for one front.",
        source="local schemes pay at most 1,500-4,500 EUR a front (docs/sources.md)",
        evidence="assumed",
        role="lever",
    )
    facade_zone: Zone = parameter(
        "town_centre",
        unit="1",
        label="Where fronts are renovated",
        help="Zone whose premises get new fronts, open or vacant.",
        source="where shops close",
        evidence="assumed",
        role="lever",
    )


def plan_facades(levers: FacadeLevers) -> Plan:
    """Plan an account that pays for fronts."""
    account = {
        "funding": cents(levers.facade_funding),
        "split": split_over(subsidies=1.0),
        "facade": levers.facade,
        "facade_cost": cents(levers.facade_cost),
        "zone": zone_code(levers.facade_zone),
    }
    return Plan(account)


TYPE = InterventionType(
    name="facade",
    english_title="Shop fronts",
    english_description=(
        "Public money renovates shop fronts one after another: a classical alternative."
    ),
    levers=FacadeLevers,
    plan=plan_facades,
)
