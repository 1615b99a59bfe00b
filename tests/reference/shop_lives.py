"""Rates at which shops close and premises are let, and the lives that follow, in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

Values = Mapping[str, Any]


def margin_of(revenue: float, costs: float, values: Values) -> float:
    gross = values["gross_margin"]
    if values["purchases_are_variable"]:
        return revenue / (costs + (1 - gross) * revenue) - 1
    return gross * revenue / costs - 1


def closure_rate_per_year(
    margin: float, months: int, reserves: float, age_scale: float, values: Values
) -> float:
    """Hazard of closing, 1/year."""
    clip = values["margin_clip"]
    young = min(max(months, 1), 60) / 60
    old = min(max(months, 60), 300) / 60
    weight = age_scale * young ** (values["closure_age_shape"] - 1)
    weight *= old ** (values["closure_late_shape"] - 1)
    if months in range(18, 55):
        weight *= values["closure_lease_hump"]
    rate = values["closure_rate"] * weight
    rate *= exp(-values["closure_margin_response"] * max(-clip, min(margin, clip)))
    return rate if reserves > 0 else rate * values["closure_without_reserves"]


def reletting_rate_per_year(
    margin: float, months: int, values: Values, lettability: float = 1.0
) -> float:
    """Hazard of being let, 1/year; the first month after the closing one is half as long again."""
    clip = values["margin_clip"]
    fresh, slow = values["reletting_rate_fresh"], values["reletting_rate_slow"]
    since, until = (0 if months == 1 else months - 0.5), months + 0.5
    appeal = exp(-(since + until) / 2 / 12 / values["reletting_fading"])
    rate = (appeal * fresh + (1 - appeal) * slow) * (until - since) * lettability
    return rate * exp(values["reletting_margin_response"] * max(-clip, min(margin, clip)))


def shop_life(
    margin: float, quality: float, age_scale: float, values: Values
) -> list[tuple[float, float, float]]:
    """Survival, margin and reserves of a shop at the beginning of each month of 120 years.

    `margin` is that of an average shop at the place, from which this one starts.
    """
    gross = values["gross_margin"]
    if values["purchases_are_variable"]:
        # margin = 1 / (costs + 1 - gross) - 1 for a turnover of 1
        costs = max(1 / (1 + margin) - (1 - gross), gross / 10)
    else:
        costs = gross / (1 + margin)
    own = margin_of(quality, costs, values)
    alive, reserves = 1.0, values["starting_reserves"]
    life = [(alive, margin, reserves)]
    for month in range(1, 1441):
        margin += (own - margin) / values["margin_memory"]
        reserves = max(
            0.0, min(reserves + gross * quality / costs - 1, values["starting_reserves"])
        )
        alive *= exp(-closure_rate_per_year(margin, month, reserves, age_scale, values) / 12)
        life.append((alive, margin, reserves))
    return life


def vacancy_life(margin: float, values: Values, lettability: float = 1.0) -> list[float]:
    """Share of vacancies still standing at the beginning of each month of 120 years."""
    standing = [1.0]
    for month in range(1, 1441):
        rate = reletting_rate_per_year(margin, month, values, lettability)
        standing.append(standing[-1] * exp(-rate / 12))
    return standing
