"""A shock: a pandemic keeps people at home."""

from __future__ import annotations

from functools import partial

from sim.interventions.drivers import raised, scaled
from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Action, Plan
from sim.registry.parameters import parameter
from sim.registry.state import State


class PandemicLevers(TimedLevers):
    """Effects of a pandemic while it lasts."""

    pandemic_online_rise: float = parameter(
        0.04,
        unit="share",
        bounds=(0.0, 0.3),
        label="Rise of the online share",
        help="Rise of the online share of spending while it lasts.",
        source="10 % in 2019, 14.1 % in 2021 (FEVAD, docs/sources.md)",
        evidence="derived",
        role="lever",
    )
    spending_lost: float = parameter(
        0.10,
        unit="share",
        bounds=(0.0, 0.9),
        label="Spending lost",
        help="Share of spending lost while it lasts.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    visits_lost: float = parameter(
        0.6,
        unit="share",
        bounds=(0.0, 0.95),
        label="Visits lost",
        help="Share of visits to third places lost while it lasts.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )


def _scale_visits(state: State, account: int, calendar: int, factor: float) -> None:
    """Scale visits, and let people choose their places again."""
    for people in ("youth", "entrepreneur", "official"):
        state[f"third_place.{people}_visits"] *= factor
    state["third_place.was_open"] = 1 - state["third_place.is_open"]


def plan_pandemic(levers: PandemicLevers) -> Plan:
    """Plan the change of spending and visits from start to stop."""
    kept = 1 - levers.visits_lost
    visits: tuple[tuple[int, Action], ...] = ((levers.start, partial(_scale_visits, factor=kept)),)
    if levers.stop:
        visits += ((levers.stop, partial(_scale_visits, factor=1 / kept)),)
    return Plan(
        actions=(
            *raised(levers, "series.online_share", levers.pandemic_online_rise),
            *scaled(levers, "series.spending", 1 - levers.spending_lost),
            *visits,
        )
    )


TYPE = InterventionType(
    name="pandemic",
    english_title="Pandemic",
    english_description="A shock: people stay at home, buy more online and less in all.",
    levers=PandemicLevers,
    plan=plan_pandemic,
)
