"""The third place that each person would use, chosen anew where a place opens or closes."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.random import stream_key, uniform, word
from sim.kernels.visitors import WORKER

_CUT_OFF = 4.0  # reaches; beyond them only exp(-4) = 2 % would be left

# Decision indices: a lasting taste for each place, and one of each kind of person when visits of a
# place fall. Those of `sim.kernels.joining` lie below, those of workers apart.
_TASTES = 6
_LAPSES = 1 << 20
_WORKER_TASTES = 1 << 21


@rule
def visit_probability(visits, distance, reach):
    """Return the monthly probability of a visit from a distance (cells), 0 beyond four reaches."""
    if distance > _CUT_OFF * reach or reach <= 0.0:
        return 0.0
    return visits * math.exp(-distance / reach)


@rule
def _taste_of(place, kind):
    """Return the decision index of the lasting taste for a place."""
    return _WORKER_TASTES + place if kind == WORKER else _TASTES + 3 * place + kind


@kernel
def choose_places(seed, stream, month, kind, people, visits, third_place, columns, p):
    """Give each person an open place, with chances proportional to visit probabilities.

    Each place in reach gets an exponential draw of its rate, and the earliest wins: a place that
    opens or closes moves those only whom it wins or loses. A taste for a place lasts for the run.
    Where visits have fallen by a share, this share of the members lapses.
    """
    k0, k1 = stream_key(seed, stream, 0)
    now0, now1 = stream_key(seed, stream, month)
    for i in range(people.cell_row.size):
        y, x = divmod(people.cell_row[i], columns)
        before = people.visit_probability[i]
        people.third_place[i], people.visit_probability[i], earliest = -1, 0.0, np.inf
        for place in range(third_place.is_open.size):
            if not third_place.is_open[place]:
                continue
            place_y, place_x = divmod(third_place.cell_row[place], columns)
            distance = math.sqrt(float((y - place_y) ** 2 + (x - place_x) ** 2))
            level = visits[place] * p.visit_level
            probability = visit_probability(level, distance, third_place.reach[place])
            if probability > 0.0:
                taste = word(k0, k1, people.id[i], _taste_of(place, kind))
                wait = -math.log(uniform(taste)) / probability
                if wait < earliest:
                    people.third_place[i], earliest = place, wait
                    people.visit_probability[i] = min(probability, 1.0)
        if people.member_of[i] >= 0:
            luck = uniform(word(now0, now1, people.id[i], _LAPSES + kind))
            if luck * before >= people.visit_probability[i]:
                people.member_of[i] = -1
