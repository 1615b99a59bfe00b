"""Youth participation: the young who take part in local projects this month.

Interest rises with encounters and fades back to its base. A person takes part if

    interest + neighbour_influence x share of acquaintances who took part last month
             + venue_pull (if at a third place) + role_pull (if with a role) > threshold

(Granovetter 1978, doi:10.1086/226707; on networks Watts 2002, doi:10.1073/pnas.082090499). Everyone
observes last month, so the order of persons does not matter. Only the end of a role is random.
An acquaintance with a role counts as `role_model_exposure` encounters a month.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import (
    BLOCK,
    CHUNK,
    lowest,
    marks_of_block,
    prefetch,
    without_lowest,
)
from sim.kernels.project_codes import INCUBATING, RUNNING
from sim.kernels.random import block, stream_key, uniform
from sim.kernels.space import decay_potential, potential_work
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter, response

STREAM = 6

ACQUAINTANCES = 8

SEEN_PRESENT, SEEN_ACTIVE = 1, 16
"""Contributions of a present, and additionally an active, acquaintance to a byte; eight fit in."""


class YouthParticipationParameters(ParameterGroup):
    """Participation of young people."""

    threshold_mean: float = parameter(
        0.5,
        bounds=(0.0, 1.0),
        plausible=(0.4, 0.6),
        label="Threshold of participation",
        help="Mean motivation above which a young person takes part.",
        source="thresholds N(0.5, 0.2), a judgement",
    )
    threshold_spread: float = parameter(
        0.2,
        unit="SD",
        bounds=(0.0, 1.0),
        plausible=(0.1, 0.3),
        label="Spread of thresholds",
        help="How much young people differ in the motivation that they need.",
        source="thresholds N(0.5, 0.2), a judgement",
    )
    interest_spread: float = parameter(
        0.15,
        unit="SD",
        bounds=(0.0, 1.0),
        plausible=(0.08, 0.25),
        label="Spread of interest",
        help="How much young people differ in their interest without any encounter.",
    )
    interest_half_life: float = parameter(
        12.0,
        unit="months",
        bounds=(0.5, 240.0),
        plausible=(6.0, 24.0),
        label="Half-life of interest",
        help="Months in which half of the interest that encounters raised is lost.",
    )
    interest_gain: float = parameter(
        0.03,
        bounds=(0.0, 0.5),
        plausible=(0.01, 0.06),
        label="Interest from an encounter",
        help="Share of the gap to full interest that one encounter closes.",
        source="an encounter a month then lifts interest by one spread of motivation",
    )
    neighbour_influence: float = parameter(
        0.25,
        bounds=(0.0, 1.0),
        plausible=(0.1, 0.4),
        label="Influence of acquaintances",
        help="Motivation gained where all acquaintances take part.",
    )
    venue_pull: float = parameter(
        0.1,
        bounds=(0.0, 1.0),
        plausible=(0.0, 0.2),
        label="Pull of a venue",
        help="Motivation gained by being at a third place this month.",
    )
    role_pull: float = parameter(
        0.3,
        bounds=(0.0, 1.0),
        plausible=(0.1, 0.5),
        label="Pull of a role",
        help="Motivation gained by having a role in a project.",
    )
    role_months: float = parameter(
        18.0,
        unit="months",
        bounds=(1.0, 240.0),
        plausible=(6.0, 36.0),
        label="Duration of a role",
        help="Mean months that a young person keeps a role in a project that goes on.",
    )
    role_model_exposure: float = response(
        0.1,
        0.3,
        most=5.0,
        unit="encounters/month",
        label="Acquaintances with a role as models",
        help="How many encounters a month an acquaintance with a role in a project is worth.",
    )


_0, _1 = np.arange(2, dtype=np.uintp)


@rule
def gain_in_active(seen_change):
    """Return 1 if a change of `youth.seen` makes a participant, -1 if it ends one, else 0."""
    if seen_change >= 128:  # modulo 256
        return -1 if seen_change <= 256 - SEEN_ACTIVE else 0
    return 1 if seen_change >= SEEN_ACTIVE else 0


@rule
def _has_role(role, start, end):
    """Return whether anybody has a role in a block of people; in most blocks nobody has."""
    highest = role[start]
    for y in range(start, end):
        highest = max(highest, role[y])
    return highest >= 0


@kernel
def end_or_show_roles(k0, k1, youth, entrepreneur, p):
    """Draw which roles end; those who keep theirs are models for all who know them."""
    n = np.uintp(youth.role.size)
    seen = np.float32(p.role_model_exposure)
    listed = youth.known_by.reshape(-1)
    for start in range(_0, n, BLOCK):
        end = min(start + BLOCK, n)
        if not _has_role(youth.role, start, end):
            continue
        for y in range(start, end):
            if youth.role[y] < 0:
                continue
            goes_on = entrepreneur.stage[youth.role[y]] in (INCUBATING, RUNNING)
            luck, _, _, _ = block(k0, k1, youth.id[y], 0)
            if not goes_on or uniform(luck) < 1.0 / p.role_months:
                entrepreneur.team[youth.role[y]] -= entrepreneur.team.dtype.type(1)
                youth.role[y] = -1
                continue
            begin = np.uintp(youth.known_by_end[y - _1]) if y > _0 else _0
            for k in range(begin, np.uintp(youth.known_by_end[y])):
                youth.exposure[np.uintp(listed[k])] += seen


@kernel
def _note_changes(youth):
    """Note what acquaintances can see of everyone, and how it changed since last month."""
    seen_now, seen_change = youth.seen, youth.seen_change
    for y in prange(seen_now.size):
        # Cut back to bytes, of which many fit into a register.
        active = np.uint8(np.uint8(SEEN_ACTIVE) * youth.is_active[y])
        seen = np.uint8(np.uint8(np.uint8(SEEN_PRESENT) * youth.is_present[y]) + active)
        seen_change[y] = np.uint8(seen - seen_now[y])
        seen_now[y] = seen


@kernel
def look_around(youth, cell):
    """Update the acquaintances that everyone saw last month, present or taking part.

    Few people change in a month, so updating those who know them is cheaper than reading all lists.
    The active young of each cell are updated alike.
    """
    active_here = cell.active_youth.reshape(-1)
    n = np.uintp(youth.seen.size)
    _note_changes(youth)
    listed = youth.known_by.reshape(-1)
    for first in range(_0, n, CHUNK):
        last = min(first + CHUNK, n)
        for start in range(first, last, BLOCK):
            bits = marks_of_block(youth.seen_change, start, last)
            while bits:
                y, bits = start + lowest(bits), without_lowest(bits)
                prefetch(listed, np.uintp(youth.known_by_end[y - _1]) if y > _0 else _0)
        for start in range(first, last, BLOCK):
            bits = marks_of_block(youth.seen_change, start, last)
            while bits:
                y, bits = start + lowest(bits), without_lowest(bits)
                begin = np.uintp(youth.known_by_end[y - _1]) if y > _0 else _0
                for k in range(begin, np.uintp(youth.known_by_end[y])):
                    youth.seen_around[np.uintp(listed[k])] += youth.seen_change[y]
                active_here[youth.cell_row[y]] += gain_in_active(youth.seen_change[y])


@kernel
def compare_motivations(youth, p):
    """Update interest, and let those take part whose motivation exceeds their threshold."""
    n = np.uintp(youth.seen.size)
    one = np.float32(1)
    kept = np.float32(0.5 ** (1.0 / p.interest_half_life))
    gain = np.float32(p.interest_gain)
    influence = np.float32(p.neighbour_influence)
    at_venue, with_role = np.float32(p.venue_pull), np.float32(p.role_pull)
    interests, exposure, is_active = youth.interest, youth.exposure, youth.is_active
    for chunk in prange((n + CHUNK - _1) // CHUNK):
        first = np.uintp(chunk) * CHUNK
        last = min(first + CHUNK, n)
        for y in range(first, last):
            base = youth.base_interest[y]
            interest = base + kept * (interests[y] - base)
            interest += min(gain * exposure[y], one) * (one - interest)
            interests[y] = interest
            exposure[y] = 0
        for y in range(first, last):
            present = np.float32(youth.seen_around[y] & np.uint8(15))
            active = np.float32(youth.seen_around[y] >> np.uint8(4))
            motivation = interests[y] + influence * (active / max(present, one))
            motivation += at_venue * np.float32(youth.at_place[y])
            motivation += with_role if youth.role[y] >= 0 else np.float32(0)
            is_active[y] = youth.is_present[y] & np.uint8(motivation > youth.threshold[y])


@kernel
def take_part(seed, month, youth, entrepreneur, cell, work, town, p):
    """End or show roles, update interest, and compare motivations with thresholds."""
    k0, k1 = stream_key(seed, STREAM, month)
    end_or_show_roles(k0, k1, youth, entrepreneur, p)
    look_around(youth, cell)
    if p.youth_idea_response > 0.0 or p.leaving_activity_response > 0.0:
        decay_potential(
            cell.active_youth,
            town.neighbourhood_decay[0],
            cell.active_youth_nearby,
            potential_work(work.space[0], cell.active_youth),
        )
    compare_motivations(youth, p)


PROCESS = Process(
    name="youth_participation",
    group=YouthParticipationParameters,
    kernel=take_part,
    writes=arrays(
        youth="interest exposure seen seen_change seen_around is_active role",
        entrepreneur="team",
        cell="active_youth active_youth_nearby",
        work="space",
    ),
    english_title="Participation of the young",
    stream=STREAM,
)
