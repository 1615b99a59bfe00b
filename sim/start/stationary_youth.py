"""Solve for the stationary life of places for youth: presence and participation by age.

Holders leave at rates that depend on their age and on whether they take part. In equilibrium, these
rates determine the arrivals that keep the number of youth constant and the share of entrants who
must take part for participation to last. Participants leave less often, so there are more of them
at 29 than at 15.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from sim.kernels.arrays import Floats
from sim.kernels.machine.compile import kernel
from sim.kernels.machine.records import parameters_of
from sim.processes.youth_migration import (
    OLDEST,
    YOUNGEST,
    arrival_probability,
    leaving_probability,
    yearly_leaving_rate,
)
from sim.registry.solved_once import solved_once

AGES = OLDEST - YOUNGEST
"""Maximum months that a holder stays."""


@kernel
def _live(
    entrants_active: float,
    leaving: Floats,
    leaving_active: Floats,
    arrival: float,
    at_15: float,
    present: Floats,
    active: Floats,
) -> float:
    """Compute the probability that a place is taken, and by an active holder, by month of age.

    Returns the probability that the place is taken at 30, given that at 15.
    """
    idle, busy = (1.0 - entrants_active) * at_15, entrants_active * at_15
    for k in range(present.size):
        if k > 0:
            vacant = 1.0 - idle - busy
            idle += vacant * (1.0 - entrants_active) * arrival - idle * leaving[k]
            busy += vacant * entrants_active * arrival - busy * leaving_active[k]
        present[k], active[k] = idle + busy, busy
    return idle + busy


@kernel
def _last(
    entrants_active: float,
    leaving: Floats,
    leaving_active: Floats,
    arrival: float,
    present: Floats,
    active: Floats,
) -> None:
    """Solve `_live` for equal presence at 15 and 30, which is linear in that at 15."""
    nobody = _live(entrants_active, leaving, leaving_active, arrival, 0.0, present, active)
    everybody = _live(entrants_active, leaving, leaving_active, arrival, 1.0, present, active)
    at_15 = nobody / (1.0 - everybody + nobody)
    _live(entrants_active, leaving, leaving_active, arrival, at_15, present, active)


@kernel
def _leave(leaving: Floats, leaving_active: Floats, p: Any) -> None:
    """Write the probability of leaving of idle and active holders by month of age."""
    for k in range(leaving.size):
        rate = yearly_leaving_rate(YOUNGEST + k, p)
        leaving[k] = leaving_probability(rate, 0, 0.0, 0.0, 0.0, 0.0, p)
        leaving_active[k] = leaving_probability(rate, 1, 0.0, 0.0, 0.0, 0.0, p)


@dataclass(frozen=True)
class YouthLives:
    """Stationary lives of places for youth.

    Vacant places are taken at `arrival_rate`, 1/year; the share `entrants_active` of new holders
    takes part. By month of age from 15, (180,): the probability that a place is taken, and the
    share of residents present who take part.
    """

    arrival_rate: float
    entrants_active: float
    presence: Floats
    participation: Floats


@solved_once
def solve_lives(values: Mapping[str, Any]) -> YouthLives:
    """Find the arrivals that sustain presence and the entrants who sustain participation.

    Mean presence is ``youth_presence``; mean participation among those present is
    ``starting_participation``. Without departures there are no arrivals.
    """
    wanted, participation = values["youth_presence"], values["starting_participation"]
    leaving, leaving_active = np.zeros((2, AGES))
    _leave(leaving, leaving_active, parameters_of(_leave, values))
    p = parameters_of(arrival_probability, values)
    present, active = np.full(AGES, wanted), np.full(AGES, wanted * participation)
    if not leaving.any():
        return YouthLives(0.0, participation, present, active / present)

    def lacking(log_rate: float) -> float:
        chance = arrival_probability.py_func(math.exp(log_rate), 0.0, p)
        _last(entrants, leaving, leaving_active, chance, present, active)
        return float(wanted - present.mean())

    slowest, fastest = math.log(1e-9), math.log(1e3)
    entrants, rate = participation, fastest
    for _ in range(6):  # the share of entrants who take part is close to that of residents
        if lacking(fastest) < 0:
            rate = scipy.optimize.brentq(lacking, slowest, fastest, xtol=1e-10)
        lacking(rate)
        entrants = min(entrants * participation * present.sum() / active.sum(), 1.0)
    return YouthLives(math.exp(rate), entrants, present, active / present)
