"""The plan of an intervention: an account, third places, money by month, and dated actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.errors import InputError, nearest
from sim.interventions.levers import SupportLevers, TimedLevers, Zone, zone_code
from sim.kernels.arrays import Floats, Ints
from sim.kernels.elementary import dot, power
from sim.kernels.triage import WAYS
from sim.registry.catalogues import third_place_kinds
from sim.registry.state import State
from sim.registry.variables.money import LINES

DISCOUNT_RATE: Final = 0.025
"""Per year. France's risk-free rate for public projects (Quinet report, CGSP 2013); recalled."""

RESERVE_MONTHS: Final = 2
"""Reserves of a third place at its opening, in months of seat costs; assumed."""

Action = Callable[[State, int, int], None]
"""A change of the state before a month, called with the row of the intervention's account (-1
without one) and the calendar month of the drivers, counted from January 2000."""

Dated = tuple[tuple[int, Action], ...]
"""Actions, each with the month, from 0, before which it happens."""


@dataclass(frozen=True)
class PlannedPlace:
    """A third place to open, or travelling facilitators.

    Attributes
    ----------
    kind : str
        Name in the catalogue of third places.
    seats : int
        Maximum simultaneous users; 0 for travelling facilitators.
    is_mobile : bool
        Whether these are travelling facilitators.
    official_visits : float
        Officials' visits relative to the catalogue's rate, which refers to invited officials.
    review_share : float
        Share of supported applications examined on the spot.
    is_top_down : bool
        Whether officials choose the ideas.
    seat_set_up, seat_cost : int, optional
        Cost of setting up a seat, and of a seat a month, in cents; by default the catalogue's.
    seat_floor : float
        Floor of a seat in vacant premises, m2; 0 for built rooms.
    volunteer_share : float
        Share of its users who give hours.
    """

    kind: str
    seats: int
    is_mobile: bool = False
    official_visits: float = 0.0
    review_share: float = 0.0
    is_top_down: bool = False
    seat_set_up: int | None = None
    seat_cost: int | None = None
    seat_floor: float = 0.0
    volunteer_share: float = 0.0

    @property
    def set_up(self) -> int:
        """Return the cost of setting up its seats, in cents."""
        each = self.seat_set_up
        return self.seats * (self._usual("setup_cost") if each is None else each)

    @property
    def reserves(self) -> int:
        """Return its reserves at the opening, in cents."""
        return RESERVE_MONTHS * self.seats * self.monthly_seat

    @property
    def monthly_seat(self) -> int:
        """Return the cost of a seat, in cents a month."""
        return self._usual("seat_cost") if self.seat_cost is None else self.seat_cost

    def _usual(self, column: str) -> int:
        return cents(third_place_kinds()[kind_code(self.kind)][column])


@dataclass(frozen=True)
class Plan:
    """Account, places and actions of an intervention.

    Attributes
    ----------
    account : mapping of str to value, or None
        Quantities of the entity ``account`` from start to stop; None without money.
    places : tuple of PlannedPlace
        Third places that open at its start and close at its stop.
    set_up : int
        Public cents received at the start and spent on setting up.
    reserves : int
        Public cents received at the start as reserves for seats.
    actions : tuple of (int, Action)
        Further dated actions.
    """

    account: Mapping[str, Any] | None = None
    places: tuple[PlannedPlace, ...] = ()
    set_up: int = 0
    reserves: int = 0
    actions: Dated = ()

    @property
    def yearly(self) -> int:
        """Return the public cents received each year between start and stop."""
        return 12 * int((self.account or {}).get("funding", 0))

    def payments(self, levers: TimedLevers, months: int) -> Ints:
        """Return public money received by month, set-up included: (months,) int64 array, cents."""
        paid = np.zeros(months, np.int64)
        if self.account is not None and levers.start < months:
            paid[levers.start : levers.stop or None] = self.account.get("funding", 0)
            paid[levers.start] += self.set_up + self.reserves
        return paid


def discounted(payments: Ints, rate: float = DISCOUNT_RATE) -> float:
    """Return the present value in EUR of monthly payments in cents, at a yearly rate.

    Examples
    --------
    >>> discounted(np.array([0] * 12 + [10_250]))
    100.0
    """
    return float(
        np.round(dot(payments.astype(np.float64), present_values(payments.size, rate))) / 100
    )


def present_values(months: int, rate: float = DISCOUNT_RATE) -> Floats:
    """Return the value in the first month of 1 EUR in each month: (months,) float64 array."""
    return power(1 + rate, -np.arange(months) / 12)


def cents(eur: float) -> int:
    """Convert EUR into whole cents."""
    return round(100 * eur)


def kind_code(name: str) -> int:
    """Return the row of a kind of third place in the catalogue.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    names = [k.name for k in third_place_kinds()]
    if name not in names:
        raise InputError(
            f"unknown kind of third place '{name}'.{nearest(name, names)} "
            f"Known: {', '.join(names)}."
        )
    return names.index(name)


def split_over(**shares: float) -> tuple[float, ...]:
    """Return ``account.split`` from the shares of some lines; the others get nothing."""
    return tuple(shares.get(line, 0.0) for line in LINES)


def plan_subsidies(funding: float, zone: Zone, **aid: float) -> Plan:
    """Plan an account that spends all its money on premises in a zone."""
    account = {"funding": cents(funding), "split": split_over(subsidies=1.0)}
    return Plan(account | {"zone": zone_code(zone)} | aid)


def support_account(levers: SupportLevers, funding: float) -> dict[str, Any]:
    """Return the account of an intervention that supports projects."""
    split = split_over(
        facilitation=levers.facilitation_share,
        grants=levers.grants_share,
        events=levers.events_share,
    )
    return {
        "funding": cents(funding),
        "split": split,
        "grant": cents(levers.grant),
        "grant_reach": levers.grant_reach,
        "evening_every": levers.evening_every,
        "participant_cost": cents(levers.participant_cost),
        "triage": WAYS[levers.triage],
    }
