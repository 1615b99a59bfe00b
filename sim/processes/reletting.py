"""Reletting: the rule by which vacant premises find a new shop.

    rate(tau) = [slow + (fresh - slow) exp(-tau / fading)] x exp(reletting_margin_response x margin)
                x lettability

with tau the time vacant, margin that of an average *entrant* at the place, not of the surviving
shops nearby, and lettability the frailty of the premises: permanent, with mean 1 and the variance
`reletting_frailty` (Vaupel, Manton and Stallard 1979, Demography 16(3), 439-454). Hard premises
accumulate among the vacant, so the chance of letting falls with the time vacant even where each
rate is constant. Shops close in the middle of a month on average, so the first month in which
premises can be let counts for one and a half, and tau is taken at the middle of each month.

Projects take vacant premises whatever their lettability: they look for room near their people, and
what the market leaves is what they can afford.
"""

from __future__ import annotations

import math

from numba import prange

from sim.kernels.entrants import entrant_quality
from sim.kernels.event_codes import CLOSED, RELET
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.random import block, normal_pair, stream_key, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 2


class RelettingParameters(ParameterGroup):
    """Reletting of vacant premises."""

    reletting_rate_fresh: float = parameter(
        0.81,
        unit="1/year",
        bounds=(0.0, 12.0),
        label="Reletting rate when just vacated",
        help="Yearly rate at which just vacated premises are let, for an entrant with margin 0.",
        source="letting in San Luis Obispo; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.2, 2.2),
    )
    reletting_rate_slow: float = parameter(
        0.36,
        unit="1/year",
        bounds=(0.0, 12.0),
        label="Reletting rate when long vacant",
        help="Yearly rate at which premises that stood empty for long are let.",
        source="letting in San Luis Obispo, vacancy in Britain; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.02, 0.45),
    )
    reletting_fading: float = parameter(
        1.7,
        unit="years",
        bounds=(0.05, 20.0),
        label="Fading of the appeal",
        help="How fast vacant premises lose their appeal.",
        source="letting in San Luis Obispo; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.25, 3.0),
    )
    reletting_margin_response: float = parameter(
        2.7,
        bounds=(0.0, 10.0),
        label="Reletting, response to margin",
        help="How strongly the margin an entrant can expect speeds up reletting.",
        source="rise of French vacancy, 2001-15; joint fit (docs/validation.md)",
        evidence="derived",
        plausible=(0.5, 8.0),
    )
    reletting_frailty: float = parameter(
        0.17,
        bounds=(0.0, 5.0),
        label="Reletting, differences between premises",
        help="How much premises differ for good in how fast they are let (variance around 1); 0: "
        "not at all.",
        source="letting in San Luis Obispo, vacancy in Britain; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.0, 2.5),
    )
    quality_spread: float = parameter(
        0.13,
        unit="log SD",
        bounds=(0.0, 0.6),
        label="Spread of shopkeepers' quality",
        help="How much shops in equal premises differ in what they attract.",
        source="closures by age; joint fit (docs/sources.md)",
        evidence="derived",
        plausible=(0.05, 0.2),
    )


@rule
def reletting_probability(margin, months, lettability, p):
    """Return the probability that premises with these months of vacancy are let in the next."""
    clipped = min(max(margin, -p.margin_clip), p.margin_clip)
    years = (1.5 if months == 1 else 1.0) / 12.0
    tau = (0.75 if months == 1 else months) / 12.0
    fading = math.exp(-tau / p.reletting_fading)
    rate = p.reletting_rate_slow + (p.reletting_rate_fresh - p.reletting_rate_slow) * fading
    appeal = lettability * math.exp(p.reletting_margin_response * clipped)
    return 1.0 - math.exp(-rate * years * appeal)


@kernel
def relet_premises(seed, month, premises, p):
    """Draw for premises vacant since last month or longer whether a new shop moves in."""
    is_open, event, tenancy = premises.is_open, premises.event, premises.tenancy
    months_vacant, quality, reserves = premises.months_vacant, premises.quality, premises.reserves
    lettability = premises.lettability
    k0, k1 = stream_key(seed, STREAM, month)
    for i in prange(is_open.size):
        if is_open[i] or event[i] == CLOSED or premises.third_place[i] >= 0:
            continue
        probability = reletting_probability(premises.margin[i], months_vacant[i], lettability[i], p)
        luck, word1, word2, _ = block(k0, k1, premises.id[i], 0)
        if uniform(luck) < probability:
            z, _ = normal_pair(word1, word2)
            is_open[i] = 1
            event[i] = RELET
            tenancy[i] += 1
            months_vacant[i] = 0
            quality[i] = entrant_quality(z, p)
            reserves[i] = p.starting_reserves


PROCESS = Process(
    name="reletting",
    group=RelettingParameters,
    kernel=relet_premises,
    writes=arrays(premises="is_open event tenancy months_vacant quality reserves"),
    stream=STREAM,
)
