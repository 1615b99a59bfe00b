"""Third places that are there at the start: an account of their own, at balance."""

from __future__ import annotations

from typing import Final

from sim.catalogues import third_place_kinds
from sim.errors import InputError
from sim.interventions.levers import SitedLevers
from sim.interventions.plan import Plan, PlannedPlace, cents, kind_code, split_over

__all__ = ["EXISTING_PLACES", "LEVERS", "MONTHS_OPEN", "existing_plan"]

EXISTING_PLACES: Final = "existing_third_places"
"""Name of their account."""

MONTHS_OPEN: Final = 60
"""Months for which they have been open: long enough to be known. Assumed."""

PUBLIC_SHARE: Final = 0.5
"""Public money in what they cost; 50 % in France, 20-70 % in most (France Tiers-Lieux). Found."""

LEVERS: Final = SitedLevers(start=0)
"""They are spread over the town centre."""


def existing_plan(text: str, fte_cost: float) -> Plan | None:
    """What a text such as ``"coworking:2 fablab:1"`` amounts to.

    Parameters
    ----------
    text : str
        Kinds of third place, each with a number.
    fte_cost : float
        Cost of a facilitator, EUR a month.

    Returns
    -------
    Plan or None
        None where there are none. Public money pays half of the usual seats and staff; fees are to
        pay the rest.

    Raises
    ------
    InputError
        If a kind is unknown or a number is none.
    """
    places: list[PlannedPlace] = []
    cost = 0
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
        places += [PlannedPlace(name, kind["seats"])] * int(number)
        cost += int(number) * cents(kind["seats"] * kind["seat_cost"] + kind["staff"] * fte_cost)
    if not places:
        return None
    account = {"funding": round(PUBLIC_SHARE * cost), "split": split_over(facilitation=1.0)}
    return Plan(account, tuple(places), reserves=sum(p.reserves for p in places))
