"""A readable twin of counts: loops over premises, people and projects.

Counts come from the state of a month alone, one statement each. Nothing here reads `sim.measures`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

ZONES: Final = ("town_centre", "periphery", "neighbourhoods")
DIMENSIONS: Final = ("economic", "ecological", "social", "cultural")
_CATALOGUE = Path(__file__).parents[2] / "scenarios" / "catalogues" / "project_kinds.toml"
KINDS: Final = tuple(kind["name"] for kind in tomllib.loads(_CATALOGUE.read_text("utf-8"))["kind"])
LONG_TERM: Final = 36
"""Months of vacancy beyond which it is long-term."""

CLOSED, RELET, TAKEN, SUCCEEDED = 1, 2, 3, 4
LEFT, ARRIVED = 1, 2
AN_IDEA, UNDER_REVIEW, INCUBATING, RUNNING = 1, 2, 3, 4
HAD_IDEA, APPLIED, APPROVED, REFUSED, GAVE_UP, BORN, CEASED = 1, 2, 3, 4, 5, 6, 7
OFFICIAL: Final = 3
PUBLIC: Final = 0
"""Index of public money among the sources."""

Month = dict[str, float]
Rows = list[SimpleNamespace]


class Town:
    """A state as rows of things: ``town.premises[3].is_open``."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.premises = self._rows(state, "premises")
        self.youth = self._rows(state, "youth")
        self.projects = self._rows(state, "entrepreneur")
        self.offices = self._rows(state, "office")
        self.officials = self._rows(state, "official")
        self.workers = self._rows(state, "worker")
        self.third_places = self._rows(state, "third_place")
        self.accounts = self._rows(state, "account")
        self.sectors = self._rows(state, "sector")
        self.footfall = state["zone.footfall"].tolist()
        self.classic_birth_rate = float(state["town.classic_birth_rate"][0])
        names = ("zone", "residents", "income_third", "open_nearby")
        fields = [state[f"cell.{name}"].ravel().tolist() for name in names]
        self.cells = [
            SimpleNamespace(**dict(zip(names, cell, strict=True)))
            for cell in zip(*fields, strict=True)
        ]
        for project in self.projects:
            project.zone = self.cells[project.cell_row].zone
            project.income_third = self.cells[project.cell_row].income_third

    @staticmethod
    def _rows(state: Mapping[str, Any], entity: str) -> Rows:
        names = [n for n in state if n.startswith(f"{entity}.")]
        columns = [state[n].tolist() for n in names]
        keys = [n.partition(".")[2] for n in names]
        return [
            SimpleNamespace(**dict(zip(keys, row, strict=True)))
            for row in zip(*columns, strict=True)
        ]


def _at(rows: Rows, zone: int) -> Rows:
    return [row for row in rows if row.zone == zone]


def _number(rows: Rows, condition: Callable[[Any], bool]) -> int:
    return len([row for row in rows if condition(row)])


def _born(town: Town) -> Rows:
    return [p for p in town.projects if p.event == BORN]


def _running(town: Town) -> Rows:
    return [p for p in town.projects if p.stage == RUNNING]


def _fixed_places(town: Town) -> Rows:
    return [p for p in town.third_places if p.is_open and not p.is_mobile]


COUNTS_BY_ZONE: Final[dict[str, Callable[[Town, int], float]]] = {
    "premises": lambda town, z: len(_at(town.premises, z)),
    "open_shops": lambda town, z: _number(_at(town.premises, z), lambda p: p.is_open),
    "closures": lambda town, z: _number(
        _at(town.premises, z), lambda p: p.event in (CLOSED, SUCCEEDED)
    ),
    "successions": lambda town, z: _number(_at(town.premises, z), lambda p: p.event == SUCCEEDED),
    "relettings": lambda town, z: _number(_at(town.premises, z), lambda p: p.event == RELET),
    "takeovers": lambda town, z: _number(_at(town.premises, z), lambda p: p.event == TAKEN),
    "long_term_vacant": lambda town, z: _number(
        _at(town.premises, z),
        lambda p: not p.is_open and p.third_place < 0 and p.months_vacant >= LONG_TERM,
    ),
    "place_premises": lambda town, z: _number(_at(town.premises, z), lambda p: p.third_place >= 0),
    "sales": lambda town, z: sum(p.revenue for p in _at(town.premises, z)),
    "margin_sum": lambda town, z: sum(p.margin for p in _at(town.premises, z) if p.is_open),
    "rent": lambda town, z: sum(p.rent for p in _at(town.premises, z)),
    "rent_at_start": lambda town, z: sum(p.rent_at_start for p in _at(town.premises, z)),
    "shop_jobs": lambda town, z: sum(p.jobs for p in _at(town.premises, z) if p.is_open),
    "footfall": lambda town, z: town.footfall[z],
    "residents": lambda town, z: sum(c.residents for c in _at(town.cells, z)),
    "youth": lambda town, z: _number(_at(town.youth, z), lambda y: y.is_present),
    "youth_active": lambda town, z: _number(
        _at(town.youth, z), lambda y: y.is_present and y.is_active
    ),
    "ideas": lambda town, z: _number(_at(town.projects, z), lambda p: p.event == HAD_IDEA),
    "births": lambda town, z: len(_at(_born(town), z)),
    "running": lambda town, z: len(_at(_running(town), z)),
    "projects_ended": lambda town, z: _number(_at(town.projects, z), lambda p: p.event == CEASED),
    "shops_near": lambda town, z: sum(c.residents * c.open_nearby for c in _at(town.cells, z)),
    # Not a count of the model: shops that traded before the month's closures and openings, and
    # those of projects that have just taken premises.
    "open_at_beginning": lambda town, z: _number(
        _at(town.premises, z), lambda p: p.event != RELET and (p.is_open or p.event == CLOSED)
    ),
}

THIRDS: Final = ("poorest", "middle", "richest")


def _of(rows: Rows, third: int) -> Rows:
    """Those of a third who do not live in the buffer, whose zones have codes from 3 on."""
    return [row for row in rows if row.income_third == third and row.zone < 3]


COUNTS_BY_THIRD: Final[dict[str, Callable[[Town, int], float]]] = {
    "residents": lambda town, t: sum(c.residents for c in _of(town.cells, t)),
    "shops_near": lambda town, t: sum(c.residents * c.open_nearby for c in _of(town.cells, t)),
    "youth": lambda town, t: _number(_of(town.youth, t), lambda y: y.is_present),
    "youth_active": lambda town, t: _number(
        _of(town.youth, t), lambda y: y.is_present and y.is_active
    ),
    "births": lambda town, t: len(_of(_born(town), t)),
}

COUNTS: Final[dict[str, Callable[[Town], float]]] = {
    "spent_in_shops": lambda town: sum(s.spent_in_shops for s in town.sectors),
    "spent_outside": lambda town: sum(s.spent_outside for s in town.sectors),
    "spent_online": lambda town: sum(s.spent_online for s in town.sectors),
    "youth_left": lambda town: _number(town.youth, lambda y: y.event == LEFT),
    "youth_arrived": lambda town: _number(town.youth, lambda y: y.event == ARRIVED),
    "economic_births": lambda town: sum(p.weight[0] for p in _born(town)),
    "ecological_births": lambda town: sum(p.weight[1] for p in _born(town)),
    "social_births": lambda town: sum(p.weight[2] for p in _born(town)),
    "cultural_births": lambda town: sum(p.weight[3] for p in _born(town)),
    "bottom_up_births": lambda town: _number(_born(town), lambda p: p.origin != OFFICIAL),
    "public_partner_births": lambda town: _number(_born(town), lambda p: p.has_public_partner),
    "partners_at_birth": lambda town: sum(p.partners for p in _born(town)),
    "months_to_birth_sum": lambda town: sum(p.months_to_birth for p in _born(town)),
    "running_bottom_up": lambda town: _number(_running(town), lambda p: p.origin != OFFICIAL),
    "running_public_partner": lambda town: _number(_running(town), lambda p: p.has_public_partner),
    "running_partners": lambda town: sum(p.partners for p in _running(town)),
    "running_months_to_birth_sum": lambda town: sum(p.months_to_birth for p in _running(town)),
    "abandoned": lambda town: _number(town.projects, lambda p: p.event == GAVE_UP),
    "applications": lambda town: _number(town.projects, lambda p: p.event == APPLIED),
    "approvals": lambda town: _number(town.projects, lambda p: p.event == APPROVED),
    "refusals": lambda town: _number(town.projects, lambda p: p.event == REFUSED),
    "decided_months": lambda town: sum(
        p.review_months for p in town.projects if p.event in (APPROVED, REFUSED)
    ),
    "ideas_in_work": lambda town: _number(town.projects, lambda p: p.stage == AN_IDEA),
    "in_review": lambda town: _number(town.projects, lambda p: p.stage == UNDER_REVIEW),
    "incubating": lambda town: _number(town.projects, lambda p: p.stage == INCUBATING),
    "waiting_files": lambda town: sum(o.waiting for o in town.offices),
    "officials": lambda town: len(town.officials),
    "trust_sum": lambda town: sum(o.trust for o in town.officials),
    "openness_sum": lambda town: sum(o.openness for o in town.officials),
    "open_places": lambda town: len(_fixed_places(town)),
    "seats": lambda town: sum(p.seats for p in _fixed_places(town)),
    "seats_used": lambda town: sum(p.seats_used for p in _fixed_places(town)),
    "users": lambda town: sum(p.users for p in _fixed_places(town)),
    "joined": lambda town: sum(p.joined for p in _fixed_places(town)),
    "people_of_a_year": lambda town: sum(
        _number(people, lambda p: p.recency)
        for people in (town.youth, town.projects, town.officials, town.workers)
    ),
    "project_members": lambda town: _number(
        town.projects, lambda p: p.at_place and AN_IDEA <= p.stage <= RUNNING
    ),
    "worker_members": lambda town: sum(p.workers for p in _fixed_places(town)),
    "evening_participants": lambda town: sum(a.evening_participants for a in town.accounts),
    "votes": lambda town: sum(a.votes for a in town.accounts),
    "bank_loans": lambda town: sum(a.bank_loans for a in town.accounts) / 100,
    "offices": lambda town: len(town.offices),
    "tax_base_sum": lambda town: sum(o.tax_base for o in town.offices),
    "office_engineering_hours": lambda town: sum(o.engineering_hours for o in town.offices),
    "classic_births": lambda town: (
        town.classic_birth_rate / 12 * sum(c.residents for c in town.cells if c.zone < 3) / 1000
    ),
    "facilitators": lambda town: sum(p.staff for p in town.third_places),
    "hours_paid": lambda town: sum(p.hours_paid for p in town.third_places),
    "hours_given": lambda town: sum(
        p.hours / p.mentoring for p in town.third_places if p.mentoring > 0
    ),
    "hours_to_ideas": lambda town: sum(
        p.idea_hours / p.mentoring for p in town.third_places if p.mentoring > 0
    ),
    "accompanied": lambda town: sum(p.accompanied for p in town.third_places),
    "volunteer_hours": lambda town: sum(p.volunteer_hours for p in town.third_places),
    "seats_without_premises": lambda town: sum(
        max(0.0, p.seats - p.floor / p.seat_floor)
        for p in town.third_places
        if p.is_open and p.seat_floor
    ),
    **{
        f"births_{name}": lambda town, name=name: _number(
            _born(town), lambda p: KINDS[p.kind] == name
        )
        for name in KINDS
    },
    **{
        f"{name}_{label}": lambda town, count=count, third=third: count(town, third)
        for name, count in COUNTS_BY_THIRD.items()
        for third, label in enumerate(THIRDS)
    },
}


def count_month(state: Mapping[str, Any]) -> Month:
    """All counts of the month that the state has just been through, by name and zone."""
    town = Town(state)
    counted = {name: float(count(town)) for name, count in COUNTS.items()}
    for name, by_zone in COUNTS_BY_ZONE.items():
        for z, zone in enumerate(ZONES):
            counted[f"{name}_{zone}"] = float(by_zone(town, z))
    return counted


def public_purse(state: Mapping[str, Any]) -> int:
    """Public money that is left in the purses of all accounts, cents."""
    return sum(sum(purse[PUBLIC]) for purse in state["account.purse"].tolist())


def public_income(state: Mapping[str, Any]) -> int:
    """Public money that came in this month, cents."""
    return sum(income[PUBLIC] for income in state["ledger.income"].tolist())


def public_money(month: int, before: int, income: int, after: int) -> Month:
    """Public money of a month, EUR, from the purses before and after it: what is gone was spent.

    Spending is discounted to the first month, 0, at 2.5 % a year.
    """
    spent = (before + income - after) / 100
    return {
        "public_spending_discounted": spent / 1.025 ** (month / 12),
        "public_money_unspent": after / 100,
    }
