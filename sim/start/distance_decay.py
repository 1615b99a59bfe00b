"""The distance decay of each sector, exponential or a power law, as a sum of exponentials.

A power law is (d + 0.3 km)^-exponent. The offset keeps it finite at home; it is a constant, since
trips within a few hundred metres of home do not tell it from the exponent.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.distance_decay import exponential_mixture
from sim.territory.territory import SECTORS

OFFSET = 0.3
"""Distance in km added to each trip under a power law."""

REACH = 20.0
"""Distance in km up to which exponentials follow a power law."""

COMPONENTS = 6
"""Exponentials of a power law; their error is 0.6 % up to an exponent of 2.5, and 2 % up to 4."""

_power_law = lru_cache(maxsize=32)(exponential_mixture)


def decay_components(values: Mapping[str, Any]) -> int:
    """Return the number of exponentials that the sector with most of them needs."""
    forms = [values[f"decay_form_{s}"] for s in SECTORS]
    return COMPONENTS if "power_law" in forms else 1


def distance_decays(values: Mapping[str, Any], cell_km: float) -> tuple[Floats, Floats]:
    """Return rates per cell, and weights, of the exponentials of each sector.

    Parameters
    ----------
    values : mapping
        Parameters by flat name.
    cell_km : float
        Side of a cell.

    Returns
    -------
    rates, weights : (sectors, components) float64 arrays
        Rates are above 0. Weights of a sector add up to 1, and are 0 from its second component on
        if its decay is exponential.
    """
    rates = np.empty((len(SECTORS), decay_components(values)))
    weights = np.zeros(rates.shape)
    for s, name in enumerate(SECTORS):
        if values[f"decay_form_{name}"] == "power_law":
            exponent = float(values[f"decay_exponent_{name}"])
            rates[s], weights[s] = _power_law(OFFSET, exponent, cell_km, REACH, COMPONENTS)
        else:
            rates[s], weights[s, 0] = values[f"decay_{name}"] * cell_km, 1.0
    return rates, weights
