"""Lay out interventions in a run: sizes, starting rows and dated actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.interventions.drivers import during
from sim.interventions.existing_places import EXISTING, MONTHS_OPEN, existing_plans
from sim.interventions.intervention import Intervention
from sim.interventions.levers import SitedLevers, TimedLevers
from sim.interventions.plan import Action, Dated, Plan, PlannedPlace, cents, kind_code
from sim.interventions.sites import choose_sites, existing_sites
from sim.kernels.arrays import Ints
from sim.registry.catalogues import third_place_kinds
from sim.registry.state import State
from sim.territory.territory import Territory

_IN_KILOMETRES = ("grant_reach",)
"""Quantities of accounts in km in plans and in cells in arrays."""


@dataclass(frozen=True)
class _Entry:
    """One intervention and its rows."""

    name: str
    levers: TimedLevers
    plan: Plan
    account: int
    first_place: int
    is_existing: bool

    @property
    def places(self) -> slice:
        return slice(self.first_place, self.first_place + len(self.plan.places))


class Planned:
    """The interventions of a run, row by row and month by month.

    Attributes
    ----------
    accounts : tuple of str
        Names of the accounts in the order of their rows: existing third places first, then
        interventions by name, so that their order in the scenario has no effect.
    sizes : dict
        Length of the dimensions ``account`` and ``third_place``.
    """

    def __init__(self, entries: Sequence[_Entry], values: Mapping[str, Any]) -> None:
        self._entries = tuple(entries)
        self._values = values
        self.accounts = tuple(e.name for e in entries if e.account >= 0)
        places = sum(len(e.plan.places) for e in entries)
        self.sizes = {"account": len(self.accounts), "third_place": places}
        self._due: dict[int, list[tuple[Action, int]]] = {}
        for entry in entries:
            for month, action in (*_opening_and_closing(entry), *entry.plan.actions):
                self._due.setdefault(month, []).append((action, entry.account))

    def lay_existing(self, state: State) -> None:
        """Write the rows of existing third places, which are open at once."""
        entries = [e for e in self._entries if e.is_existing]
        sites = existing_sites(state, len(entries), self._reach)
        for entry in entries:  # their accounts and places come first, one to one
            self._lay(state, entry, sites[entry.account :])
            _open(state, entry)
            state["third_place.age"][entry.places] = MONTHS_OPEN

    def lay(self, state: State) -> None:
        """Write the rows of interventions, which open before the month of their start."""
        for entry in (e for e in self._entries if not e.is_existing):
            count = max(len(entry.plan.places), 1)
            sites = np.zeros(count, np.int64)
            if isinstance(entry.levers, SitedLevers):
                sites = choose_sites(state, entry.levers, count, self._reach)
            self._lay(state, entry, sites)

    @property
    def _reach(self) -> float:
        """The reach of a third place in cells."""
        return float(self._values["visit_reach"] / (self._values["cell_size"] / 1000))

    def _lay(self, state: State, entry: _Entry, sites: Ints) -> None:
        if entry.account >= 0:
            _lay_account(state, entry, int(sites[0]), self._values["cell_size"] / 1000)
        for n, place in enumerate(entry.plan.places):
            row = entry.first_place + n
            state["third_place.cell_row"][row] = sites[n]
            state["third_place.account"][row] = entry.account
            state["third_place.reach"][row] = self._reach
            _lay_place(state, row, place)

    def act(self, state: State, month: int, calendar: int) -> None:
        """Carry out the actions due before a month, from 0; `calendar` is as for `Action`."""
        for action, account in self._due.get(month, ()):
            action(state, account, calendar)


def plan_interventions(
    interventions: Sequence[Intervention], values: Mapping[str, Any], territory: Territory
) -> Planned:
    """Assign rows to every intervention.

    Parameters
    ----------
    interventions : sequence of Intervention
        With distinct names.
    values : mapping
        Effective parameters of the scenario by flat name.
    territory : Territory

    Raises
    ------
    InputError
        If two have the same name, a site lies outside the grid, or the text of existing third
        places is invalid.
    """
    existing = existing_plans(values["existing_third_places"], values["fte_cost"])
    wanted: dict[str, tuple[TimedLevers, Plan]] = {n: (EXISTING, p) for n, p in existing.items()}
    for one in sorted(interventions, key=lambda i: i.name):
        if one.name in wanted:
            raise InputError(f"two interventions are named '{one.name}'; each needs its own name.")
        if isinstance(one.levers, SitedLevers):
            try:
                one.levers.check_site(territory.shape)
            except InputError as error:
                raise InputError(f"{one.name}: {error}") from None
        wanted[one.name] = one.levers, one.plan
    entries, account, place = [], 0, 0
    for name, (levers, plan) in wanted.items():
        has_account = plan.account is not None
        row = account if has_account else -1
        entries.append(_Entry(name, levers, plan, row, place, name in existing))
        account += has_account
        place += len(plan.places)
    return Planned(entries, {**values, "cell_size": territory.cell_size})


def account_names(
    interventions: Sequence[Intervention], values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the names of the accounts of a run, in the order of their rows; see `Planned`."""
    existing = existing_plans(values["existing_third_places"], values["fte_cost"])
    return (*existing, *sorted(i.name for i in interventions if i.plan.account is not None))


def _lay_account(state: State, entry: _Entry, site: int, cell_km: float) -> None:
    row = entry.account
    state["account.cell_row"][row] = site
    state["account.zone"][row] = 255
    for quantity, value in (entry.plan.account or {}).items():
        scale = 1 / cell_km if quantity in _IN_KILOMETRES else 1
        state[f"account.{quantity}"][row] = np.multiply(value, scale)


def _lay_place(state: State, row: int, place: PlannedPlace) -> None:
    code = kind_code(place.kind)
    kind = third_place_kinds()[code]
    state["third_place.kind"][row] = code
    state["third_place.seats"][row] = place.seats
    state["third_place.is_mobile"][row] = place.is_mobile
    state["third_place.review_share"][row] = place.review_share
    state["third_place.is_top_down"][row] = place.is_top_down
    state["third_place.seat_cost"][row] = place.monthly_seat
    state["third_place.seat_floor"][row] = place.seat_floor
    state["third_place.volunteer_share"][row] = place.volunteer_share
    state["third_place.fee"][row] = cents(kind["fee"])
    state["third_place.official_visits"][row] = kind["official_visits"] * place.official_visits
    if not place.is_mobile:  # who travels brings no desks
        state["third_place.worker_visits"][row] = kind["worker_visits"]
    for quantity in ("youth_visits", "entrepreneur_visits", "mentoring", "machines", "trials"):
        state[f"third_place.{quantity}"][row] = kind[quantity]


def _open(state: State, entry: _Entry) -> None:
    state["account.is_active"][entry.account] = 1
    state["account.set_up"][entry.account] = entry.plan.set_up
    state["account.reserves"][entry.account] = entry.plan.reserves
    state["third_place.is_open"][entry.places] = 1


def _close(state: State, entry: _Entry) -> None:
    state["account.is_active"][entry.account] = 0
    state["third_place.is_open"][entry.places] = 0


def _opening_and_closing(entry: _Entry) -> Dated:
    if entry.account < 0 or entry.is_existing:
        return ()
    return during(
        entry.levers,
        lambda state, account, calendar: _open(state, entry),
        lambda state, account, calendar: _close(state, entry),
    )
