"""Shop closure: the rule by which a shop closes and leaves its premises vacant.

Each month a shop closes with probability 1 - exp(-rate / 12), where

    rate = closure_rate x w(age) x exp(-closure_margin_response x margin) x (2 without reserves)
           x risk ratio (of projects; 1 for all others)

w is a Weibull hazard up to the age of five years and constant afterwards, scaled so that at margin
0 a shop lives 1 / closure_rate years on average.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import prange

from sim.kernels.event_codes import CLOSED
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import CHUNK
from sim.kernels.random import fill_first_words, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 1
_CHUNK = int(CHUNK)
YOUNG_MONTHS = 60


class ShopClosureParameters(ParameterGroup):
    """Closure of shops."""

    closure_rate: float = parameter(
        0.09,
        unit="1/year",
        bounds=(0.0, 1.0),
        label="Closure rate",
        help="Yearly rate at which a shop with margin 0 closes and leaves vacant premises.",
        source="5-11 % a year; closures that leave premises vacant only",
        plausible=(0.05, 0.11),
    )
    closure_margin_response: float = parameter(
        4.0,
        bounds=(0.0, 10.0),
        label="Closure, response to margin (k_c)",
        help="How strongly a better margin protects a shop from closing.",
        source="calibrated on patterns 1 to 4 within 1-6 (docs/validation.md)",
        plausible=(1.0, 6.0),
    )
    closure_age_shape: float = parameter(
        1.10,
        bounds=(0.5, 2.0),
        label="Closure, Weibull shape in youth",
        help="Above 1, the risk of closure grows over a shop's first five years.",
        source="1.06-1.23 from INSEE's cohorts; below 1 once figures are revised (docs/sources.md)",
        evidence="derived",
        plausible=(0.65, 1.23),
    )
    closure_without_reserves: float = parameter(
        2.0,
        bounds=(1.0, 10.0),
        label="Closure, out of money",
        help="How many times more likely a shop is to close once its reserves are gone.",
        plausible=(1.0, 4.0),
    )
    margin_clip: float = parameter(
        0.5,
        bounds=(0.05, 5.0),
        label="Largest margin that counts",
        help="Margins beyond plus or minus this value have no further effect.",
        source="0.5 or 2 moves vacancy by at most 0.3 points in the retail prototype",
        role="constant",
    )


@rule
def age_weight(months, shape, scale):
    """Return the hazard of a shop of this age relative to the mean over the life of shops."""
    if months >= YOUNG_MONTHS:
        return scale
    return scale * math.pow(max(months, 1) / YOUNG_MONTHS, shape - 1.0)


@rule
def closure_probability(margin, months, reserves, age_scale, risk_ratio, p):
    """Return the probability that a shop closes this month."""
    clipped = min(max(margin, -p.margin_clip), p.margin_clip)
    rate = p.closure_rate * age_weight(months, p.closure_age_shape, age_scale)
    rate *= math.exp(-p.closure_margin_response * clipped)
    if reserves <= 0.0:
        rate *= p.closure_without_reserves
    rate *= risk_ratio
    return 1.0 - math.exp(-rate / 12.0)


@lru_cache(maxsize=16)  # replications of a place need the same value
def age_scale(closure_rate: float, shape: float) -> float:
    """Find the scale of the age weight at which a shop lives 1 / closure_rate years on average.

    It is 1 for the Weibull shape 1, and found by bisection on the mean life in months.
    """
    if closure_rate <= 1e-9:
        return 1.0
    young = (np.minimum(np.arange(1, YOUNG_MONTHS + 1), YOUNG_MONTHS) / YOUNG_MONTHS) ** (shape - 1)
    target = 1.0 / -math.expm1(-closure_rate / 12.0)
    low, high = 1e-3, 1e3
    for _ in range(80):
        scale = math.sqrt(low * high)
        hazard = closure_rate / 12.0 * scale * young
        alive = np.exp(-np.concatenate([[0.0], np.cumsum(hazard)]))
        life = alive[:-1].sum() + alive[-1] / -math.expm1(-hazard[-1])
        low, high = (scale, high) if life > target else (low, scale)
    return math.sqrt(low * high)


@kernel
def close_shops(seed, month, premises, town, p):
    """Draw whether each open shop closes; its turnover of this month stays booked."""
    worst = 0.0  # probability without reserves, at the worst margin and age
    for months in (1, YOUNG_MONTHS):
        risk = closure_probability(-p.margin_clip, months, 0.0, town.closure_age_scale[0], 1.0, p)
        worst = max(worst, risk)
    is_open, event, shop_age = premises.is_open, premises.event, premises.shop_age
    quality, reserves = premises.quality, premises.reserves
    for chunk in prange((is_open.size + _CHUNK - 1) // _CHUNK):
        first = chunk * _CHUNK
        last = min(first + _CHUNK, is_open.size)
        lucks = np.empty(_CHUNK, np.uint32)
        fill_first_words(seed, STREAM, month, premises.id[first:last], lucks)
        for i in range(first, last):
            luck, risk_ratio = uniform(lucks[i - first]), premises.risk_ratio[i]
            if not is_open[i] or (luck >= worst and risk_ratio <= 1.0):
                continue
            scale = town.closure_age_scale[0]
            if luck < closure_probability(
                premises.margin[i], shop_age[i], reserves[i], scale, risk_ratio, p
            ):
                is_open[i] = 0
                event[i] = CLOSED
                shop_age[i] = 0
                quality[i] = 1.0
                reserves[i] = 0.0


PROCESS = Process(
    name="shop_closure",
    group=ShopClosureParameters,
    kernel=close_shops,
    writes=arrays(premises="is_open event shop_age quality reserves"),
    stream=STREAM,
)
