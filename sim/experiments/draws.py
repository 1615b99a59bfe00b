"""Uncertain parameters, drawn once for each replication and the same in all arms.

A draw hangs on the seed, the replication and the parameter's name alone: neither more replications
nor more parameters nor another arm change it. The distribution is triangular over the plausible
range with its mode at the scenario's value. Where the scenario names a posterior, its parameters
are drawn from there instead, a whole row for each replication.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from sim.registry.parameters import ParameterInfo
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS

__all__ = ["Range", "draw", "triangular", "uncertain_ranges"]

_DRAWS: Final = 0x64726177  # "draw": keeps these apart from all other uses of the seed

_ROW: Final = "row of the posterior"
"""Stands for a parameter's name in the draw of the row; no parameter is called so."""


@dataclass(frozen=True)
class Range:
    """Where a parameter is drawn: between `low` and `high`, most likely at `mode`."""

    low: float
    mode: float
    high: float


def uncertain_ranges(scenario: Scenario) -> dict[str, Range]:
    """Ranges of all uncertain parameters of a scenario.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    dict of Range
        By flat name. A value that differs from the default takes the range along in proportion,
        or, where the default is 0 or of the other sign, by the same distance; bounds are kept.
        For parameters of the scenario's posterior: its smallest, median and largest draw.
    """
    values = scenario.values
    ranges = {
        name: _range(info, float(values[name]))
        for name, info in PARAMETERS.items()
        if info.role == "uncertainty" and info.plausible is not None
    }
    if scenario.posterior is not None:
        for name, draws in zip(
            scenario.posterior.parameters, scenario.posterior.values.T, strict=True
        ):
            ranges[name] = Range(float(draws.min()), float(np.median(draws)), float(draws.max()))
    return ranges


def _range(info: ParameterInfo, value: float) -> Range:
    assert info.plausible is not None
    assert info.low is not None and info.high is not None
    low, high = info.plausible
    default = float(info.default)
    if default * value > 0 or (value == 0 and default != 0):
        low, high = low * value / default, high * value / default
    else:
        low, high = low + value - default, high + value - default
    low, high = min(low, high), max(low, high)
    return Range(max(low, info.low), value, min(high, info.high))


def triangular(u: float, within: Range) -> float:
    """Quantile function of the triangular distribution.

    Parameters
    ----------
    u : float
        In [0, 1).
    within : Range

    Returns
    -------
    float
        Between `within.low` and `within.high`.

    Examples
    --------
    >>> triangular(0.0, Range(1, 2, 4)), triangular(1 / 3, Range(1, 2, 4))
    (1.0, 2.0)
    """
    low, mode, high = within.low, within.mode, within.high
    if high <= low:
        return float(mode)
    if u * (high - low) < mode - low:
        drawn = low + math.sqrt(u * (high - low) * (mode - low))
    else:
        drawn = high - math.sqrt((1 - u) * (high - low) * (high - mode))
    return min(max(drawn, float(low)), float(high))


def draw(scenario: Scenario, seed: int, rep: int) -> dict[str, Any]:
    """The uncertain parameters of one replication.

    Parameters
    ----------
    scenario : Scenario
        An arm; arms that agree in a value get the same draw of it.
    seed : int
        Seed of the whole comparison.
    rep : int
        Number of the replication.

    Returns
    -------
    dict
        Values by flat name; whole numbers are rounded.
    """
    drawn: dict[str, Any] = {}
    for name, within in uncertain_ranges(scenario).items():
        value = triangular(_uniform(seed, rep, name), within)
        drawn[name] = round(value) if PARAMETERS[name].kind is int else value
    posterior = scenario.posterior
    if posterior is not None:
        drawn |= posterior.row(int(_uniform(seed, rep, _ROW) * len(posterior.values)))
    return drawn


@lru_cache(maxsize=1 << 16)
def _uniform(seed: int, rep: int, name: str) -> float:
    digest = hashlib.sha256(name.encode()).digest()[:8]
    key = (_DRAWS, rep, *np.frombuffer(digest, "<u4").tolist())
    word = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0]
    return float(int(word) >> 11) / 2.0**53
