"""Existing third places, each with its own balanced account."""

from __future__ import annotations

from typing import Final

from sim.errors import InputError
from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Plan, PlannedPlace, cents, kind_code, split_over
from sim.registry.catalogues import third_place_kinds

MONTHS_OPEN: Final = 60
"""Months since their opening, long enough to be well known. Assumed."""

PUBLIC_SHARE: Final = 0.5
"""Public share of their costs; 50 % in France in 2019 (docs/sources.md). Found."""

EXISTING: Final = TimedLevers(start=0)
"""They are open from the start to the end."""


def existing_plans(text: str, fte_cost: float) -> dict[str, Plan]:
    """Parse kinds and numbers of third places, such as ``"coworking:2 fablab:1"``, into plans.

    Public money pays half of the usual seats and staff, fees the rest. `fte_cost` is that of a
    facilitator, EUR per month. Each plan has the name of its account: ``existing_coworking_2``.

    Raises
    ------
    InputError
        If a kind is unknown or a number invalid.
    """
    plans: dict[str, Plan] = {}
    for word in text.replace(",", " ").split():
        name, colon, number = word.partition(":")
        if not colon or not number.isdecimal() or int(number) > 1000:
            raise InputError(
                f"existing_third_places = {text!r}: expected kind:number, such as coworking:2, "
                f"not {word!r}."
            )
        try:
            kind = third_place_kinds()[kind_code(name)]
        except InputError as error:
            raise InputError(f"existing_third_places = {text!r}: {error}") from None
        cost = cents(kind["seats"] * kind["seat_cost"] + kind["staff"] * fte_cost)
        account = {"funding": round(PUBLIC_SHARE * cost), "split": split_over(facilitation=1.0)}
        place = PlannedPlace(name, kind["seats"])
        for n in range(1, int(number) + 1):
            if f"existing_{name}_{n}" in plans:
                raise InputError(f"existing_third_places = {text!r}: {name} is named twice.")
            plans[f"existing_{name}_{n}"] = Plan(account, (place,), reserves=place.reserves)
    return plans
