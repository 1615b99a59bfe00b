"""Frugal means of a place: vacant premises, volunteers, shared staff and reuse."""

from __future__ import annotations

from typing import Any, Literal

from sim.interventions.levers import SupportLevers, lever, share
from sim.interventions.plan import PlannedPlace, cents, kind_code
from sim.registry.catalogues import third_place_kinds


class FrugalLevers(SupportLevers):
    """Rooms, volunteers, staff and equipment of places."""

    rooms: Literal["built", "vacant_premises"] = lever(
        "built",
        "Rooms of its places",
        "Built for it, or vacant premises of the town centre, which it rents and fills.",
        "a house of its own unless somebody looks for premises",
    )
    seat_floor: float = lever(
        8.0,
        "Floor of a seat",
        "Sales floor that a seat takes in vacant premises, meeting rooms and passages included.",
        "8-12 m² in co-working spaces, 10 recommended for desks (docs/sources.md)",
        evidence="found",
        unit="m2",
        bounds=(1.0, 100.0),
    )
    premises_rent: float = lever(
        120.0,
        "Rent of vacant premises",
        "Yearly rent of vacant premises in a town centre.",
        "€37-400 in 25 French towns, 185 in Lorient, half in empty streets (docs/sources.md)",
        evidence="derived",
        unit="EUR/m2/year",
        bounds=(0.0, 5000.0),
    )
    seat_upkeep: float = lever(
        60.0,
        "Upkeep of a seat in vacant premises",
        "Monthly cost of energy, cleaning, connection and insurance of a seat, without rent.",
        unit="EUR/month",
        bounds=(0.0, 10_000.0),
    )
    fit_out: float = lever(
        250.0,
        "Fitting out of vacant premises",
        "Cost of making vacant premises fit for use, furniture included.",
        "judgement, 100-600: repairs and desks, no building",
        unit="EUR/m2",
        bounds=(0.0, 10_000.0),
    )
    reuse: float = share(
        0.0,
        "Reuse",
        "Share of the cost of setting up that reused furniture and material save.",
        "everything is bought new unless somebody collects it",
    )
    volunteer_share: float = share(
        0.0,
        "Volunteers",
        "Share of the members of its places who give hours to them.",
        "nobody volunteers unless asked",
    )
    shared_staff: bool = lever(
        False,
        "Shared staff",
        "Facilitators go between its places to where the users are, not by the seats of each.",
        "each place has its own",
    )


def furnished_place(levers: FrugalLevers, kind: str, seats: int, **ways: Any) -> PlannedPlace:
    """Plan a place with seats, in rooms and at costs as these levers say."""
    row = third_place_kinds()[kind_code(kind)]
    set_up, cost, floor = row["setup_cost"], row["seat_cost"], 0.0
    if levers.rooms == "vacant_premises":
        floor = levers.seat_floor
        set_up = floor * levers.fit_out
        cost = floor * levers.premises_rent / 12 + levers.seat_upkeep
    return PlannedPlace(
        kind,
        seats,
        seat_set_up=cents((1 - levers.reuse) * set_up),
        seat_cost=cents(cost),
        seat_floor=floor,
        volunteer_share=levers.volunteer_share,
        **ways,
    )
