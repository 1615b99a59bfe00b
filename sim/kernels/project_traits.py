"""Traits of a project when it begins: its kind, origin and partners."""

from __future__ import annotations

import math

from sim.kernels.machine.compile import rule
from sim.kernels.project_codes import BY_ENTREPRENEUR, BY_OFFICIAL, BY_RESIDENT, BY_YOUTH


@rule
def cumulative_choice(share, u):
    """Return the class of u, given the shares of classes."""
    chosen = share.size - 1
    reached = 0.0
    for k in range(share.size - 1):
        reached += share[k]
        if u < reached:
            chosen = k
            break
    return chosen


@rule
def youth_factor(activity, p):
    """Return the ideas of young people relative to the start, given the gain in active ones."""
    return 1.0 + p.youth_idea_response * activity


@rule
def all_ideas(by_youth, p):
    """Return the ideas of all relative to the start, given those of young people."""
    return 1.0 + p.origin_youth * (by_youth - 1.0)


@rule
def drawn_origin(u, by_youth, p):
    """Draw the origin of a spontaneous project, given the ideas of youth relative to the start."""
    u *= all_ideas(by_youth, p)
    young = p.origin_youth * by_youth
    if u < p.origin_official:
        return BY_OFFICIAL
    if u < p.origin_official + young:
        return BY_YOUTH
    if u < p.origin_official + young + p.origin_entrepreneur:
        return BY_ENTREPRENEUR
    return BY_RESIDENT


@rule
def partners_at_first(u, p):
    """Draw the initial number of partners: geometric, mostly none or one."""
    if p.usual_partners <= 0.0:
        return 0
    return int(math.log(u) / math.log(p.usual_partners / (1.0 + p.usual_partners)))
