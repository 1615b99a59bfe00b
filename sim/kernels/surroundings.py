"""Surroundings of homes against those that are usual, whichever process reacts to them."""

from __future__ import annotations

import math

from sim.kernels.machine.compile import rule

LARGEST_REACTION = 2.0
"""Most by which surroundings multiply or divide a rate."""


@rule
def vacancy_gained(open_nearby, usual_open, premises_nearby, p):
    """Return by how much the share of vacant premises around a home exceeds the usual one.

    Sums over premises are weighted by walking distance. Where few are near, the share is shrunk as
    in the attraction of shops.
    """
    return (usual_open - open_nearby) / (premises_nearby + p.open_share_shrinkage)


@rule
def activity_gained(active_nearby, places_nearby, usual_share):
    """Return the active young around a home relative to those usual at the start, minus 1.

    `usual_share` is that of the whole territory on the start date, so that the mean over homes is
    0 then. It makes the result at most 1 / usual_share - 1.
    """
    usual = usual_share * places_nearby
    return active_nearby / usual - 1.0 if usual > 0.0 else 0.0


@rule
def reaction(log_factor):
    """Return the factor of a rate: the exponential, between one half and two."""
    most = math.log(LARGEST_REACTION)
    return math.exp(min(max(log_factor, -most), most))
