"""Draw uncertain parameters, once per replication and the same in all arms.

A draw depends only on the seed, the replication and the parameter's name, not on further
replications, parameters or arms. The distribution is triangular over the plausible range with its
mode at the scenario's value. The parameters of the scenario's posterior, by default that of the
package, come from there instead, one whole row per replication.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np

from sim.registry.parameters import ParameterInfo
from sim.scenario.posterior import Posterior
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS

__all__ = [
    "Range", "draw", "plausible_range", "posterior_range", "triangular", "uncertain_ranges",
]  # fmt: skip

_DRAWS: Final = 0x64726177  # "draw": separates these from all other uses of the seed

_ROW: Final = "row of the posterior"
"""Replaces a parameter's name in the draw of the row; no parameter has this name."""


@dataclass(frozen=True)
class Range:
    """The range of a parameter's draws, from `low` to `high` with the peak at `mode`."""

    low: float
    mode: float
    high: float


def uncertain_ranges(scenario: Scenario) -> dict[str, Range]:
    """Return the ranges of all uncertain parameters of a scenario, by flat name.

    A value that differs from the default scales the range in proportion or, if the default is 0 or
    of the other sign, shifts it; bounds are kept. For parameters of the scenario's posterior: its
    smallest, median and largest draw, moved in the same way if it is scaled.
    """
    ranges = dict(_own_ranges(scenario))
    posterior = scenario.drawn_from
    if posterior is not None:
        for name in posterior.parameters:
            ranges[name] = posterior_range(scenario, posterior, name, 1.0)
    return ranges


_UNCERTAIN: Final = {
    name: info
    for name, info in PARAMETERS.items()
    if info.role == "uncertainty" and info.plausible is not None
}


def _own_ranges(scenario: Scenario) -> Mapping[str, Range]:
    """Return the ranges without regard to a posterior."""
    return _ranges_around(tuple(float(scenario.values[name]) for name in _UNCERTAIN))


@lru_cache(maxsize=16)  # replications and arms have the same values before their draws
def _ranges_around(values: tuple[float, ...]) -> Mapping[str, Range]:
    given = zip(_UNCERTAIN.items(), values, strict=True)
    return {name: plausible_range(info, value) for (name, info), value in given}


def posterior_range(scenario: Scenario, posterior: Posterior, name: str, share: float) -> Range:
    """Return the central range of a parameter's draws, with the median as its mode."""
    figures = posterior.interval(name, share)
    return Range(*sorted(_drawn(scenario, posterior, name, figure) for figure in figures))


def _drawn(scenario: Scenario, posterior: Posterior, name: str, figure: float) -> float:
    """Return a figure of a posterior, moved with the scenario's value if the posterior is scaled.

    At the default it stays exactly as it is.
    """
    info, value = PARAMETERS[name], scenario.values[name]
    if not posterior.scaled or value == info.default:
        return figure
    assert info.low is not None and info.high is not None
    return min(max(_moved(info, float(value), figure), info.low), info.high)


def plausible_range(info: ParameterInfo, value: float) -> Range:
    """Return the plausible range of a parameter, moved as a scenario's value is."""
    assert info.plausible is not None
    assert info.low is not None and info.high is not None
    low, high = sorted(_moved(info, value, end) for end in info.plausible)
    return Range(max(low, info.low), value, min(high, info.high))


def _moved(info: ParameterInfo, value: float, figure: float) -> float:
    """Move a figure as the scenario moves a parameter from its default."""
    default = float(info.default)
    if default * value > 0 or (value == 0 and default != 0):
        return figure * value / default
    return figure + value - default


def triangular(u: float, within: Range) -> float:
    """Evaluate the quantile function of the triangular distribution at a probability in [0, 1].

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
    """Draw the uncertain parameters of one replication, given the seed of the experiment.

    Values are by flat name; whole numbers are rounded. Arms with the same value of a parameter get
    the same draw.
    """
    ranges = _own_ranges(scenario)
    drawn = {n: triangular(_uniform(seed, rep, n), within) for n, within in ranges.items()}
    posterior = scenario.drawn_from
    if posterior is not None:
        row = posterior.row(int(_uniform(seed, rep, _ROW) * len(posterior.values)))
        drawn |= {n: _drawn(scenario, posterior, n, figure) for n, figure in row.items()}
    return {n: round(v) if PARAMETERS[n].kind is int else v for n, v in drawn.items()}


@lru_cache(maxsize=1 << 16)
def _uniform(seed: int, rep: int, name: str) -> float:
    # What SeedSequence(seed, spawn_key=(_DRAWS, rep, *_key(name))) makes of them, more slowly.
    words = (seed & 0xFFFFFFFF, seed >> 32, 0, 0, _DRAWS, rep, *_key(name))
    word = np.random.SeedSequence(np.array(words, np.uint32)).generate_state(1, np.uint64)[0]
    return float(int(word) >> 11) / 2.0**53


@cache
def _key(name: str) -> tuple[int, ...]:
    return tuple(np.frombuffer(hashlib.sha256(name.encode()).digest()[:8], "<u4").tolist())
