"""A shock: a pandemic keeps people at home."""

from __future__ import annotations

from functools import partial

from sim.interventions.drivers import during, raised, scaled
from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers, share
from sim.interventions.plan import Plan
from sim.registry.state import State


class PandemicLevers(TimedLevers):
    """Effects of a pandemic while it lasts."""

    pandemic_online_rise: float = share(
        0.04,
        "Rise of the online share",
        "Rise of the online share of spending while it lasts.",
        "10% in 2019, 14.1% in 2021 (FEVAD, docs/sources.md)",
        most=0.3,
        evidence="derived",
    )
    spending_lost: float = share(
        0.10, "Spending lost", "Share of spending lost while it lasts.", most=0.9
    )
    visits_lost: float = share(
        0.6, "Visits lost", "Share of visits to third places lost while it lasts.", most=0.95
    )


def _scale_visits(state: State, account: int, calendar: int, factor: float) -> None:
    """Scale visits, and let people choose their places again."""
    for people in ("youth", "entrepreneur", "official", "worker"):
        state[f"third_place.{people}_visits"] *= factor
    state["third_place.was_open"] = 1 - state["third_place.is_open"]


def plan_pandemic(levers: PandemicLevers) -> Plan:
    """Plan the change of spending and visits from start to stop."""
    kept = 1 - levers.visits_lost
    lose, regain = (partial(_scale_visits, factor=factor) for factor in (kept, 1 / kept))
    return Plan(
        actions=(
            *raised(levers, "series.online_share", levers.pandemic_online_rise),
            *scaled(levers, "series.spending", 1 - levers.spending_lost),
            *during(levers, lose, regain),
        )
    )


TYPE = InterventionType(
    name="pandemic",
    english_title="Pandemic",
    english_description="A shock: people stay at home, buy more online and less in all.",
    levers=PandemicLevers,
    plan=plan_pandemic,
    is_shock=True,
)
