"""A readable twin of counts and measures: loops over premises, people and projects.

Counts come from the state of a month alone, one statement each; measures come from such counts of
several months, as their definitions say. Nothing here reads `sim.measures`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
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
    return [row for row in rows if row.income_third == third]


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
        town.classic_birth_rate / 12 * sum(c.residents for c in town.cells) / 1000
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


# -- measures --------------------------------------------------------------------------------------

PLACES: Final = {
    None: ZONES,
    "territory": ZONES,
    "town_centre": ("town_centre",),
    "periphery": ("periphery",),
    "neighbourhoods": ("neighbourhoods",),
    "elsewhere": ("periphery", "neighbourhoods"),
}


class Period:
    """Consecutive months at a place: ``period.sum("closures")``."""

    def __init__(self, months: Sequence[Month], place: str | None) -> None:
        self.months, self.zones = months, PLACES[place]

    def sum(self, count: str) -> float:
        """Everything of a count in the period."""
        if count in COUNTS_BY_ZONE:
            return sum(month[f"{count}_{zone}"] for month in self.months for zone in self.zones)
        return sum(month[count] for month in self.months)

    def mean(self, count: str) -> float:
        """The count of a mean month."""
        return self.sum(count) / len(self.months)


def per(part: float, whole: float) -> float:
    """A part of a whole, missing where there is no whole."""
    return part / whole if whole else math.nan


def _by_zone(period: Period) -> list[tuple[float, float]]:
    """Births, and residents times months, of each zone."""
    zones = [Period(period.months, zone) for zone in ZONES]
    return [(zone.sum("births"), zone.sum("residents")) for zone in zones]


def _gini(period: Period) -> float:
    """Half the mean difference of two residents' births, relative to the mean."""
    zones = _by_zone(period)
    people = sum(n for _, n in zones)
    mean = sum(births for births, _ in zones) / people
    rates = [(births / n if n else 0.0, n / people) for births, n in zones]
    gap = sum(s * t * abs(a - b) for a, s in rates for b, t in rates)
    return per(gap / 2, mean)


def _theil(period: Period) -> float:
    """Mean over births of the log of a zone's birth rate relative to the mean."""
    zones = _by_zone(period)
    births, people = sum(b for b, _ in zones), sum(n for _, n in zones)
    return (
        sum(b / births * math.log((b / n) / (births / people)) for b, n in zones if b)
        if births
        else math.nan
    )


def _births(p: Period, of: str = "") -> float:
    return 1000 * per(p.sum(f"births{of}"), p.sum(f"residents{of}") / 12)


def _shops(p: Period, of: str = "") -> float:
    return per(p.sum(f"shops_near{of}"), p.sum(f"residents{of}"))


def _active(p: Period, of: str = "") -> float:
    return per(p.sum(f"youth_active{of}"), p.sum(f"youth{of}"))


def _who_benefits(name: str, rate: Callable[..., float]) -> dict[str, Callable[[Period], float]]:
    """Rates of the thirds by income, and that of the poorest relative to all."""
    thirds = {f"{name}_{third}": lambda p, third=third: rate(p, f"_{third}") for third in THIRDS}
    return {**thirds, f"{name}_inclusion": lambda p: per(rate(p, "_poorest"), rate(p))}


OF_THE_LAST_YEAR: Final[dict[str, Callable[[Period], float]]] = {
    "premises": lambda p: p.mean("premises"),
    "open_shops": lambda p: p.mean("open_shops"),
    "retail_vacancy": lambda p: per(
        p.sum("premises") - p.sum("open_shops") - p.sum("place_premises"), p.sum("premises")
    ),
    "long_term_vacancy": lambda p: per(p.sum("long_term_vacant"), p.sum("premises")),
    "margin": lambda p: per(p.sum("margin_sum"), p.sum("open_shops")),
    "rent_index": lambda p: per(p.sum("rent"), p.sum("rent_at_start")),
    "footfall": lambda p: p.mean("footfall"),
    "retail_spending_kept": lambda p: per(
        p.sum("spent_in_shops"),
        p.sum("spent_in_shops") + p.sum("spent_outside") + p.sum("spent_online"),
    ),
    "residents": lambda p: p.mean("residents"),
    "youth": lambda p: p.mean("youth"),
    "participation": lambda p: per(p.sum("youth_active"), p.sum("youth")),
    "running_projects": lambda p: p.mean("running"),
    "running_bottom_up_share": lambda p: per(p.sum("running_bottom_up"), p.sum("running")),
    "running_public_partner_share": lambda p: per(
        p.sum("running_public_partner"), p.sum("running")
    ),
    "running_partners_per_project": lambda p: per(p.sum("running_partners"), p.sum("running")),
    "running_months_to_birth": lambda p: per(
        p.sum("running_months_to_birth_sum"), p.sum("running")
    ),
    "projects_in_work": lambda p: (
        p.mean("ideas_in_work") + p.mean("in_review") + p.mean("incubating")
    ),
    "review_delay": lambda p: per(p.sum("decided_months"), p.sum("approvals") + p.sum("refusals")),
    "waiting_files": lambda p: p.mean("waiting_files"),
    "trust": lambda p: per(p.sum("trust_sum"), p.sum("officials")),
    "openness": lambda p: per(p.sum("openness_sum"), p.sum("officials")),
    "tax_base": lambda p: per(p.sum("tax_base_sum"), p.sum("offices")),
    "office_engineering_hours": lambda p: p.mean("office_engineering_hours"),
    "shop_jobs": lambda p: p.mean("shop_jobs"),
    "third_places": lambda p: p.mean("open_places"),
    "third_place_seats": lambda p: p.mean("seats"),
    "third_place_users": lambda p: p.mean("users"),
    "third_place_people": lambda p: p.mean("people_of_a_year"),
    "project_members": lambda p: p.mean("project_members"),
    "worker_members": lambda p: p.mean("worker_members"),
    "occupancy": lambda p: per(p.sum("seats_used"), p.sum("seats")),
    "facilitation_hours_paid": lambda p: p.mean("hours_paid"),
    "facilitation_hours_given": lambda p: p.mean("hours_given"),
    "facilitation_hours_to_ideas": lambda p: p.mean("hours_to_ideas"),
    "accompanied_projects": lambda p: p.mean("accompanied"),
    "accompanied_per_facilitator": lambda p: per(p.sum("accompanied"), p.sum("facilitators")),
    "volunteer_hours": lambda p: p.mean("volunteer_hours"),
    "third_place_premises": lambda p: p.mean("place_premises"),
    "seats_without_premises": lambda p: p.mean("seats_without_premises"),
    "public_money_unspent": lambda p: p.mean("public_money_unspent"),
    "open_shops_near": _shops,
    **_who_benefits("open_shops_near", _shops),
    **_who_benefits("participation", _active),
}
"""Measures of what stands, which effects at a horizon take over its last twelve months."""

SINCE_THE_START: Final[dict[str, Callable[[Period], float]]] = {
    "open_shop_years": lambda p: p.sum("open_shops") / 12,
    "closures": lambda p: p.sum("closures"),
    "successions": lambda p: p.sum("successions"),
    "relettings": lambda p: p.sum("relettings"),
    "closure_rate": lambda p: 100 * per(p.sum("closures"), p.sum("open_shops") / 12),
    "closure_hazard": lambda p: 100 * 12 * per(p.sum("closures"), p.sum("open_at_beginning")),
    "sales": lambda p: p.sum("sales"),
    "retail_leakage": lambda p: p.sum("spent_outside"),
    "online_spending": lambda p: p.sum("spent_online"),
    "active_youth_years": lambda p: p.sum("youth_active") / 12,
    "out_migration": lambda p: 100 * per(p.sum("youth_left"), p.sum("youth") / 12),
    "in_migration": lambda p: 100 * per(p.sum("youth_arrived"), p.sum("youth") / 12),
    "ideas": lambda p: p.sum("ideas"),
    "project_births": lambda p: p.sum("births"),
    "births_per_1000": lambda p: 1000 * per(p.sum("births"), p.sum("residents") / 12),
    **{f"births_{name}": lambda p, name=name: p.sum(f"births_{name}") for name in KINDS},
    "economic_births": lambda p: p.sum("economic_births"),
    "ecological_births": lambda p: p.sum("ecological_births"),
    "social_births": lambda p: p.sum("social_births"),
    "cultural_births": lambda p: p.sum("cultural_births"),
    "projects_ended": lambda p: p.sum("projects_ended"),
    "project_end_rate": lambda p: 100 * per(p.sum("projects_ended"), p.sum("running") / 12),
    "project_takeovers": lambda p: p.sum("takeovers"),
    "bottom_up_share": lambda p: per(p.sum("bottom_up_births"), p.sum("births")),
    "public_partner_share": lambda p: per(p.sum("public_partner_births"), p.sum("births")),
    "partners_per_project": lambda p: per(p.sum("partners_at_birth"), p.sum("births")),
    "months_to_birth": lambda p: per(p.sum("months_to_birth_sum"), p.sum("births")),
    "projects_abandoned": lambda p: p.sum("abandoned"),
    "applications": lambda p: p.sum("applications"),
    "approvals": lambda p: p.sum("approvals"),
    "refusals": lambda p: p.sum("refusals"),
    "birth_gini": _gini,
    "birth_theil": _theil,
    "third_place_joined": lambda p: p.sum("joined"),
    "evening_participants": lambda p: p.sum("evening_participants"),
    "votes": lambda p: p.sum("votes"),
    "bank_loans": lambda p: p.sum("bank_loans"),
    "classic_births": lambda p: p.sum("classic_births"),
    "public_spending": lambda p: p.sum("public_spending_discounted"),
    **_who_benefits("births_per_1000", _births),
    "cost_per_seat": lambda p: 12 * per(p.sum("public_spending_discounted"), p.sum("seats")),
    "cost_per_member": lambda p: 12 * per(p.sum("public_spending_discounted"), p.sum("users")),
    "cost_per_accompanied_project": lambda p: (
        12 * per(p.sum("public_spending_discounted"), p.sum("accompanied"))
    ),
}
"""Measures of what happens, which effects at a horizon take over all months up to it."""

MEASURES: Final = {**OF_THE_LAST_YEAR, **SINCE_THE_START}

FEWER_ARE_BETTER: Final = {
    "closures", "closure_rate", "closure_hazard", "retail_vacancy", "long_term_vacancy",
    "retail_leakage", "out_migration", "projects_ended", "project_end_rate", "months_to_birth",
    "running_months_to_birth", "projects_abandoned", "refusals", "review_delay", "waiting_files",
    "birth_gini", "birth_theil", "cost_per_seat", "cost_per_member", "cost_per_accompanied_project",
}  # fmt: skip
NEITHER_IS_BETTER: Final = {
    "premises", "successions", "rent_index", "online_spending", "third_places", "third_place_seats",
    "bank_loans", "classic_births", "public_spending", "public_money_unspent",
    "facilitation_hours_paid", "volunteer_hours", "third_place_premises", "seats_without_premises",
}  # fmt: skip


def measure(name: str, place: str | None, months: Sequence[Month]) -> float:
    """A measure over consecutive months."""
    return MEASURES[name](Period(months, place))


def measure_at(name: str, place: str | None, months: Sequence[Month]) -> float:
    """A measure at the horizon after the months."""
    return measure(name, place, months[-12:] if name in OF_THE_LAST_YEAR else months)
