"""Shop closure: the rule by which a shop closes, and leaves its premises vacant or to a successor.

Each month a shop closes with probability 1 - exp(-rate / 12), where

    rate = closure_rate x w(age) x exp(-closure_margin_response x margin) x (2 without reserves)
           x risk ratio (of projects; 1 for all others)

w is a Weibull hazard up to the age of five years, another one up to 25 years, and constant
afterwards; at the ends of three-year leases it may have a hump. It is scaled so that at margin 0 a
shop lives 1 / closure_rate years on average. With probability `succession_share` a successor takes
over in the same month: a new shop, with the reserves and the quality of any entrant. It keeps what
belongs to the premises, such as rent and front, and nothing of the shop before.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import scipy
from numba import prange

from sim.kernels.elementary import exp, power
from sim.kernels.entrants import entrant_quality
from sim.kernels.event_codes import CLOSED, SUCCEEDED
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import CHUNK
from sim.kernels.random import block, fill_first_words, normal_pair, stream_key, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 1
_CHUNK = int(CHUNK)
YOUNG_MONTHS = 60
OLD_MONTHS = 300
FIRST_LEASE_END, LAST_LEASE_END = 18, 54
"""Ages in months between which the risk may have a hump, around the end of a three-year lease."""

LOSSES = 16
"""Sizes of losses told apart where draws are compared in bulk."""

WORST_AGES = (1, FIRST_LEASE_END, LAST_LEASE_END, YOUNG_MONTHS, OLD_MONTHS)
"""One of them has the largest risk, since between them the age weight only rises or only falls."""


class ShopClosureParameters(ParameterGroup):
    """Closure of shops."""

    closure_rate: float = parameter(
        0.1,
        unit="1/year",
        bounds=(0.0, 1.0),
        label="Closure rate",
        help="Yearly rate at which a shop with margin 0 closes, with or without successor.",
        source="Lyon 8.8%, San Luis Obispo 7.5% at all margins; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.05, 0.13),
    )
    closure_margin_response: float = parameter(
        5.7,
        bounds=(0.0, 10.0),
        label="Closure, response to margin",
        help="How strongly a better margin protects a shop from closing.",
        source="rise of French vacancy, 2001-15; joint fit (docs/validation.md)",
        evidence="derived",
        plausible=(0.5, 8.0),
    )
    closure_age_shape: float = parameter(
        1.1,
        bounds=(0.5, 2.0),
        label="Closure, Weibull shape in youth",
        help="Above 1, the risk of closure grows over a shop's first five years.",
        source="Lyon 1.20, San Luis Obispo 1.03; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.65, 1.35),
    )
    closure_late_shape: float = parameter(
        1.1,
        bounds=(0.2, 2.0),
        label="Closure, Weibull shape later",
        help="Below 1, the risk of closure falls from the fifth to the 25th year; at 1 it stays.",
        source="risk at 10-25 years 0.8 of that at 5-10; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.5, 1.2),
    )
    closure_lease_hump: float = parameter(
        1.2,
        bounds=(0.5, 4.0),
        label="Closure, ends of leases",
        help="How many times more likely a shop is to close at the age of 18 to 54 months.",
        source="Lyon 1.69, San Luis Obispo 1.02; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.9, 1.7),
    )
    closure_without_reserves: float = parameter(
        1.9,
        bounds=(1.0, 10.0),
        label="Closure, out of money",
        help="How many times more likely a shop is to close once its reserves are gone.",
        source="rise of French vacancy, 2001-15; joint fit (docs/validation.md)",
        evidence="derived",
        plausible=(1.0, 4.0),
    )
    succession_share: float = parameter(
        0.075,
        unit="share",
        bounds=(0.0, 0.9),
        label="Direct successors",
        help="Share of closing shops whose premises a successor takes over at once.",
        source="10-24% within 90 days, ordinary lettings included; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.0, 0.25),
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
def age_weight(months, scale, p):
    """Return the hazard of a shop of this age relative to the mean over the life of shops."""
    if months >= YOUNG_MONTHS:
        return scale * math.pow(min(months, OLD_MONTHS) / YOUNG_MONTHS, p.closure_late_shape - 1.0)
    weight = scale * math.pow(max(months, 1) / YOUNG_MONTHS, p.closure_age_shape - 1.0)
    return weight * p.closure_lease_hump if FIRST_LEASE_END <= months <= LAST_LEASE_END else weight


@rule
def settled_age(late_shape):
    """Return the age in months from which the risk no longer depends on age."""
    return YOUNG_MONTHS if late_shape == 1.0 else OLD_MONTHS


@rule
def closure_probability(margin, weight, reserves, risk_ratio, p):
    """Return the probability that a shop with this `age_weight` closes this month."""
    clipped = min(max(margin, -p.margin_clip), p.margin_clip)
    rate = p.closure_rate * weight
    rate *= math.exp(-p.closure_margin_response * clipped)
    if reserves <= 0.0:
        rate *= p.closure_without_reserves
    rate *= risk_ratio
    return 1.0 - math.exp(-rate / 12.0)


@rule
def worst_weight(age_scale, p):
    """Return the largest hazard of any age relative to the mean."""
    worst = 0.0
    for months in WORST_AGES:
        worst = max(worst, age_weight(months, age_scale, p))
    return worst


@rule
def size_of_loss(margin, p):
    """Return the size of a loss: 0 for none, `LOSSES` for the largest that counts."""
    return math.ceil(LOSSES * min(max(-margin / p.margin_clip, 0.0), 1.0))


@lru_cache(maxsize=16)  # replications of a place need the same value
def age_scale(closure_rate: float, shape: float, late_shape: float, lease_hump: float) -> float:
    """Find the scale of the age weight at which a shop lives 1 / closure_rate years on average.

    It is 1 for a constant hazard.
    """
    if closure_rate <= 1e-9:
        return 1.0
    months = np.arange(1, settled_age.py_func(late_shape) + 1)
    ages = months / YOUNG_MONTHS
    weight = power(ages, np.where(months < YOUNG_MONTHS, shape - 1, late_shape - 1))
    weight[FIRST_LEASE_END - 1 : LAST_LEASE_END] *= lease_hump
    target = 1.0 / -math.expm1(-closure_rate / 12.0)

    def excess(log_scale: float) -> float:
        hazard = closure_rate / 12.0 * math.exp(log_scale) * weight
        alive = exp(-np.concatenate([[0.0], np.cumsum(hazard)]))
        life = alive[:-1].sum() + alive[-1] / -math.expm1(-hazard[-1])
        return float(life / target - 1.0)

    return math.exp(scipy.optimize.brentq(excess, math.log(1e-3), math.log(1e3), xtol=1e-14))


@kernel
def close_shops(seed, month, premises, town, p):
    """Draw whether each open shop closes and has a successor; its turnover stays booked."""
    # Most shops cover their costs or lose little, and hardly any of these are examined.
    worst, heaviest = np.empty(LOSSES + 1), worst_weight(town.closure_age_scale[0], p)
    for size in range(LOSSES + 1):
        largest_loss = p.margin_clip * size / LOSSES
        worst[size] = closure_probability(-largest_loss, heaviest, 0.0, 1.0, p)
    k0, k1 = stream_key(seed, STREAM, month)
    is_open, event, shop_age = premises.is_open, premises.event, premises.shop_age
    tenancy, quality, reserves = premises.tenancy, premises.quality, premises.reserves
    for chunk in prange((is_open.size + _CHUNK - 1) // _CHUNK):
        first = chunk * _CHUNK
        last = min(first + _CHUNK, is_open.size)
        lucks = np.empty(_CHUNK, np.uint32)
        fill_first_words(seed, STREAM, month, premises.id[first:last], lucks)
        for i in range(first, last):
            luck, risk_ratio = uniform(lucks[i - first]), premises.risk_ratio[i]
            # A risk r times as high makes an event at most r times as likely.
            most = worst[size_of_loss(premises.margin[i], p)]
            if not is_open[i] or luck >= most * max(risk_ratio, 1.0):
                continue
            weight = age_weight(shop_age[i], town.closure_age_scale[0], p)
            if luck < closure_probability(premises.margin[i], weight, reserves[i], risk_ratio, p):
                shop_age[i] = 0
                _, luck_of_succession, word1, word2 = block(k0, k1, premises.id[i], 0)
                if uniform(luck_of_succession) < p.succession_share:
                    z, _ = normal_pair(word1, word2)
                    event[i] = SUCCEEDED
                    tenancy[i] += 1
                    quality[i] = entrant_quality(z, p)
                    reserves[i] = p.starting_reserves
                else:
                    is_open[i] = 0
                    event[i] = CLOSED
                    quality[i] = 1.0
                    reserves[i] = 0.0


PROCESS = Process(
    name="shop_closure",
    group=ShopClosureParameters,
    kernel=close_shops,
    writes=arrays(premises="is_open event shop_age tenancy quality reserves"),
    stream=STREAM,
)
