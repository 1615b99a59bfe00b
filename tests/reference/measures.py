"""A readable twin of measures, from counts of several months, as their definitions say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from tests.reference.counts import COUNTS_BY_ZONE, KINDS, THIRDS, ZONES, Month

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
