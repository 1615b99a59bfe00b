"""Town shocks: spending here deviates from the national course, and slowly returns to it.

The logarithm of a town's spending, relative to the country's, follows an autoregression of first
order by months (an Ornstein-Uhlenbeck process in discrete time):

    x' = rho x + spread sqrt(1 - rho^2) z,    rho = exp(-1 / (12 memory))

with z a standard normal, the same in all arms of a comparison, and x = 0 on the start date. All
sectors and consumers share x. After some years x has the standard deviation `town_shock_spread`,
and of a shock exp(-t / memory) remains after t years.

A judgement: this is the simplest process in which towns differ by a stated spread for a stated
time. It moves spending, so that all money still adds up. Margins depend on turnover over costs, so
a shock to costs would close as many shops without a trace in sales or visits.
"""

from __future__ import annotations

import math

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.random import block, normal_pair, stream_key
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 15


class TownShocksParameters(ParameterGroup):
    """Spread and memory of departures of a town's spending from the national course."""

    town_shock_spread: float = parameter(
        0.14,
        unit="log SD",
        bounds=(0.0, 0.5),
        label="Spread of town shocks",
        help="How far spending here departs from the national course in the long run; 0: never.",
        source="share of French towns whose vacancy fell; joint fit (docs/validation.md)",
        evidence="derived",
        plausible=(0.0, 0.15),
    )
    town_shock_memory: float = parameter(
        9.1,
        unit="years",
        bounds=(0.1, 100.0),
        label="Memory of town shocks",
        help="Years after which 37% of such a departure remain.",
        source="share of French towns whose vacancy fell; joint fit (docs/validation.md)",
        evidence="derived",
        plausible=(2.0, 15.0),
    )


@rule
def next_shock(shock, z, p):
    """Return next month's deviation of log spending from this month's and a standard normal."""
    rho = math.exp(-1.0 / (12.0 * p.town_shock_memory))
    return rho * shock + p.town_shock_spread * math.sqrt(1.0 - rho * rho) * z


@kernel
def shock_town(seed, month, town, p):
    """Draw this month's shock."""
    k0, k1 = stream_key(seed, STREAM, month)
    word0, word1, _, _ = block(k0, k1, 0, 0)
    z, _ = normal_pair(word0, word1)
    town.spending_shock[0] = next_shock(town.spending_shock[0], z, p)


PROCESS = Process(
    name="town_shocks",
    group=TownShocksParameters,
    kernel=shock_town,
    writes=arrays(town="spending_shock"),
    stream=STREAM,
)
