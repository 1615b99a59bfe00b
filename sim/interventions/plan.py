"""What an intervention amounts to: an account, third places, money by month, and dated actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, nearest
from sim.interventions.levers import SupportLevers, TimedLevers
from sim.registry.catalogues import Kind, third_place_kinds
from sim.registry.state import State
from sim.registry.variables.money import LINES

__all__ = [
    "DISCOUNT_RATE",
    "Action",
    "Plan",
    "PlannedPlace",
    "cents",
    "discounted",
    "kind_code",
    "split_over",
    "support_account",
    "support_split",
]

DISCOUNT_RATE: Final = 0.025
"""A year. France's rate for public projects without risk (Quinet report, CGSP 2013); recalled."""

RESERVE_MONTHS: Final = 2
"""Months of seat costs that a third place has in reserve at its opening; assumed."""

Action = Callable[[State, int, int], None]
"""A change of the state before a month, given the row of the intervention's account (-1 without
one) and the calendar month of the drivers, counted from January 2000."""


@dataclass(frozen=True)
class PlannedPlace:
    """A third place to be opened, or facilitators on the road.

    Attributes
    ----------
    kind : str
        Name in the catalogue of third places.
    seats : int
        Cap on simultaneous users; 0 for facilitators on the road.
    is_mobile : bool
        Whether it is facilitators on the road.
    official_visits : float
        How often officials come relative to the catalogue's rate, which holds for invited ones.
    review_share : float
        Share of supported applications that are examined on the spot.
    is_top_down : bool
        Whether officials choose the ideas.
    """

    kind: str
    seats: int
    is_mobile: bool = False
    official_visits: float = 0.0
    review_share: float = 0.0
    is_top_down: bool = False

    @property
    def set_up(self) -> int:
        """Cents that it costs to set up its seats."""
        return self.seats * cents(_kind(self.kind)["setup_cost"])

    @property
    def reserves(self) -> int:
        """Cents that it has in reserve at its opening."""
        return RESERVE_MONTHS * self.seats * cents(_kind(self.kind)["seat_cost"])


@dataclass(frozen=True)
class Plan:
    """What an intervention amounts to.

    Attributes
    ----------
    account : mapping of str to value, or None
        Quantities of the entity ``account`` from start to stop; None where no money is handled.
    places : tuple of PlannedPlace
        Third places that open at its start and close at its stop.
    set_up : int
        Public cents that come in at the start and are spent on setting up.
    reserves : int
        Public cents that come in at the start and are put aside for seats.
    actions : tuple of (int, Action)
        What else it does, and before which month, counted from 0.
    """

    account: Mapping[str, Any] | None = None
    places: tuple[PlannedPlace, ...] = ()
    set_up: int = 0
    reserves: int = 0
    actions: tuple[tuple[int, Action], ...] = ()

    def payments(self, levers: TimedLevers, months: int) -> npt.NDArray[np.int64]:
        """Public money that it gets, set-up included.

        Parameters
        ----------
        levers : TimedLevers
            When it starts and stops.
        months : int
            Length of the run.

        Returns
        -------
        (months,) int64 array
            Cents.
        """
        paid = np.zeros(months, np.int64)
        if self.account is not None and levers.start < months:
            paid[levers.start : levers.stop or None] = self.account.get("funding", 0)
            paid[levers.start] += self.set_up + self.reserves
        return paid


def discounted(payments: npt.NDArray[np.int64], rate: float = DISCOUNT_RATE) -> float:
    """EUR of the first month that these payments are worth.

    Parameters
    ----------
    payments : (months,) int64 array
        Cents.
    rate : float
        Discount rate a year.

    Examples
    --------
    >>> discounted(np.array([0] * 12 + [10_250]))
    100.0
    """
    weights = (1 + rate) ** (-np.arange(payments.size) / 12)
    return float(np.round(payments @ weights) / 100)


def cents(eur: float) -> int:
    """Whole cents of an amount in EUR."""
    return round(100 * eur)


def _kind(name: str) -> Kind:
    return third_place_kinds()[kind_code(name)]


def kind_code(name: str) -> int:
    """Row of a kind of third place in the catalogue.

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
    """``account.split`` from the shares of some lines; the others get nothing."""
    return tuple(shares.get(line, 0.0) for line in LINES)


def support_split(levers: SupportLevers) -> tuple[float, ...]:
    """``account.split`` of an intervention that supports projects."""
    return split_over(
        facilitation=levers.facilitation_share,
        grants=levers.grants_share,
        events=levers.events_share,
    )


def support_account(levers: SupportLevers, funding: float) -> dict[str, Any]:
    """The account of an intervention that supports projects."""
    return {
        "funding": cents(funding),
        "split": support_split(levers),
        "grant": cents(levers.grant),
        "grant_reach": levers.grant_reach,
        "evening_every": levers.evening_every,
        "participant_cost": cents(levers.participant_cost),
    }
