"""Third-place visits: who comes to which place this month, and what its staff can do for them.

Everybody has one place to go to, chosen among those in reach with chances proportional to

    visits next door x exp(-distance / reach)

(Luce's rule, as in Huff's model of shopping), and wants to come with this probability x ramp, which
rises from 0 to 1 over the first months of a place. Those who want to come are put in
order by luck, and seats are a cap. What staff achieves saturates with the number of users n:

    hours = staff x hours_per_fte x mentoring x n / (n + half_load x staff)
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import BLOCK, CHUNK, lowest, marks_of_block, without_lowest
from sim.kernels.matching import sort_pairs
from sim.kernels.random import fill_words_of, stream_key, uniform, word
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = [
    "PROCESS",
    "ThirdPlacesParameters",
    "find_places",
    "hours_given",
    "ramp_of",
    "visit_probability",
]

STREAM = 4
_CUT_OFF = 4.0  # reaches; beyond them exp(-4) = 2 % are left, and a place must end somewhere
_32 = np.uint64(32)
_CLEAR_OF_ROUNDING = np.float32(2.0**31 * (1.0 + 2.0**-20))  # 31 bits to a probability in float32
_YOUTH, _ENTREPRENEUR, _OFFICIAL = np.arange(3)  # kinds of visitors; typed, not one code for each

# Numbers of decisions: two of each kind every month, then for the whole run a taste for each place.
_TASTES = 6


class ThirdPlacesParameters(ParameterGroup):
    """Who comes to third places, and what staff there achieves."""

    existing_third_places: str = parameter(
        "",
        unit="kind:number",
        label="Third places at the start",
        help="Third places open at the start, such as coworking:2 fablab:1, in the town centre.",
        source="scenario; metropolises have most of them, villages few",
        evidence="assumed",
        role="constant",
    )
    visit_reach: float = parameter(
        2.0,
        unit="km",
        bounds=(0.1, 50.0),
        label="Reach of a third place",
        help="Distance over which visits fall to 37 %; nobody comes from four times as far.",
        source="judgement: 2 km in towns, 8 km in the country",
        evidence="assumed",
        plausible=(0.5, 5.0),
    )
    ramp_months: float = parameter(
        18.0,
        unit="months",
        bounds=(1.0, 120.0),
        label="Ramp-up of a third place",
        help="Months until a new third place is fully known.",
        source="judgement, 6 to 36 months",
        evidence="assumed",
        plausible=(6.0, 36.0),
    )
    hours_per_fte: float = parameter(
        130.0,
        unit="hours/month",
        bounds=(1.0, 200.0),
        label="Hours of a facilitator",
        help="Monthly hours of a full-time facilitator for users.",
        source="judgement: 1,607 hours a year, a few weeks' worth of them for everything else",
        evidence="assumed",
        plausible=(100.0, 134.0),
    )
    half_load: float = parameter(
        40.0,
        unit="users/FTE",
        bounds=(1.0, 1000.0),
        label="Users for half of a facilitator's hours",
        help="Users per facilitator at which half of the hours are of use; more share the rest.",
        source="judgement, 15 to 100",
        evidence="assumed",
        plausible=(15.0, 100.0),
    )


@rule
def visit_probability(visits, distance, reach):
    """Monthly probability of wanting to come from a distance (cells), 0 beyond four reaches."""
    if distance > _CUT_OFF * reach or reach <= 0.0:
        return 0.0
    return visits * math.exp(-distance / reach)


@rule
def ramp_of(age, ramp_months):
    """How well a place is known in its month number `age`, as a share."""
    return min(age / ramp_months, 1.0)


@rule
def hours_given(staff, users, mentoring, hours_per_fte, half_load):
    """Hours of engineering and facilitation that staff (FTE) gives to so many users in a month."""
    if users == 0 or staff <= 0.0:
        return 0.0
    return staff * hours_per_fte * mentoring * users / (users + half_load * staff)


@kernel
def _choose(
    seed, kind, ids, cell_row, columns, place_cell_row, place_is_open, place_reach, visits,
    chosen, likely,
):  # fmt: skip
    """For each person an open place, with chances proportional to visit probabilities.

    Each place in reach gets an exponential draw of its rate, and the earliest wins: a place that
    opens or closes moves those only whom it wins or loses. A taste for a place lasts for the run.
    """
    k0, k1 = stream_key(seed, STREAM, 0)
    for i in range(cell_row.size):
        y, x = divmod(cell_row[i], columns)
        chosen[i], likely[i], earliest = -1, 0.0, np.inf
        for place in range(place_is_open.size):
            if not place_is_open[place]:
                continue
            place_y, place_x = divmod(place_cell_row[place], columns)
            distance = math.sqrt(float((y - place_y) ** 2 + (x - place_x) ** 2))
            probability = visit_probability(visits[place], distance, place_reach[place])
            if probability > 0.0:
                taste = word(k0, k1, ids[i], _TASTES + 3 * place + kind)
                wait = -math.log(uniform(taste)) / probability
                if wait < earliest:
                    chosen[i], likely[i], earliest = place, probability, wait


@kernel
def find_places(
    seed,
    cell_zone,
    youth_id,
    youth_cell_row,
    youth_third_place,
    youth_visit_probability,
    entrepreneur_id,
    entrepreneur_cell_row,
    entrepreneur_third_place,
    entrepreneur_visit_probability,
    official_id,
    official_cell_row,
    official_third_place,
    official_visit_probability,
    third_place_cell_row,
    third_place_is_open,
    third_place_reach,
    third_place_youth_visits,
    third_place_entrepreneur_visits,
    third_place_official_visits,
):
    """Let everybody choose the place that they go to, among those open now.

    Distances are straight, between cells. Arguments are the seed of the run and the variables of
    these names; ``cell_zone`` gives the shape of the grid.
    """
    columns = cell_zone.shape[1]
    cell, is_open, reach = third_place_cell_row, third_place_is_open, third_place_reach
    _choose(seed, _YOUTH, youth_id, youth_cell_row, columns, cell, is_open, reach,
            third_place_youth_visits, youth_third_place, youth_visit_probability)  # fmt: skip
    _choose(seed, _ENTREPRENEUR, entrepreneur_id, entrepreneur_cell_row, columns, cell, is_open,
            reach, third_place_entrepreneur_visits, entrepreneur_third_place,
            entrepreneur_visit_probability)  # fmt: skip
    _choose(seed, _OFFICIAL, official_id, official_cell_row, columns, cell, is_open, reach,
            third_place_official_visits, official_third_place,
            official_visit_probability)  # fmt: skip


@rule
def _likeliest(place_is_open, place_age, visits, ramp_months):
    """The highest probability with which anybody can want to come."""
    highest = 0.0
    for place in range(place_is_open.size):
        if place_is_open[place]:
            highest = max(highest, visits[place] * ramp_of(place_age[place], ramp_months))
    return highest


@kernel
def _list_who_wants(seed, month, kind, highest, ids, youth_is_present, third_place, likely,
                    place_is_open, place_age, ramp_months, at_place, key, agent,
                    count):  # fmt: skip
    """Append those of one kind who want to come, each with a key of their place and luck.

    Few want to come, so words of all are first compared, many at a time and roughly, with what is
    likeliest for each: to come to a place that is well known.
    """
    if highest <= 0.0:
        at_place[:] = 0
        return count
    k0, k1 = stream_key(seed, STREAM, month)
    lucks = np.empty(CHUNK, np.uint32)
    n = np.uintp(ids.size)
    for first in range(np.uintp(0), n, CHUNK):
        last = min(first + CHUNK, n)
        fill_words_of(seed, STREAM, month, ids[first:last], lucks[: last - first], 2 * kind)
        for i in range(first, last):
            luck = np.int32(lucks[i - first] >> np.uint32(1))  # signed: quick to convert
            at_place[i] = np.float32(luck) <= _CLEAR_OF_ROUNDING * likely[i]
        for start in range(first, last, BLOCK):
            bits = marks_of_block(at_place, start, last)
            while bits:
                i, bits = start + lowest(bits), without_lowest(bits)
                at_place[i] = 0
                place = third_place[i]
                if (
                    place < 0
                    or not place_is_open[place]
                    or (kind == _YOUTH and not youth_is_present[i])
                    or uniform(lucks[i - first])
                    >= likely[i] * ramp_of(place_age[place], ramp_months)
                ):
                    continue
                turn = np.uint64(word(k0, k1, ids[i], 2 * kind + 1))
                key[count] = (np.uint64(place) << _32) | turn
                agent[count] = (kind << 32) | np.int64(i)
                count += 1
    return count


@rule
def _let_in(key, agent, count, place_seats, place_is_mobile, place_users, place_holders):
    """Keep of the ordered list those for whom there is room; count users and holders."""
    kept = 0
    for v in range(count):
        place = np.int64(key[v] >> _32)
        if place_is_mobile[place] or place_users[place] < place_seats[place]:
            place_users[place] += 1
            place_holders[place] += (agent[v] >> 32) == _ENTREPRENEUR
            key[kept], agent[kept] = key[v], agent[v]
            kept += 1
    return kept


@kernel
def visit_places(
    seed,
    month,
    cell_zone,
    youth_id,
    youth_cell_row,
    youth_is_present,
    youth_third_place,
    youth_visit_probability,
    youth_at_place,
    entrepreneur_id,
    entrepreneur_cell_row,
    entrepreneur_third_place,
    entrepreneur_visit_probability,
    entrepreneur_at_place,
    entrepreneur_facilitation,
    official_id,
    official_cell_row,
    official_third_place,
    official_visit_probability,
    official_at_place,
    third_place_cell_row,
    third_place_is_open,
    third_place_was_open,
    third_place_reach,
    third_place_youth_visits,
    third_place_entrepreneur_visits,
    third_place_official_visits,
    third_place_age,
    third_place_seats,
    third_place_staff,
    third_place_mentoring,
    third_place_is_mobile,
    third_place_users,
    third_place_holders,
    third_place_hours,
    visitor_key,
    visitor_agent,
    visitor_count,
    ramp_months,
    hours_per_fte,
    half_load,
):
    """List who is at the places, and give the hours of their staff to project holders."""
    changed = False
    for place in range(third_place_is_open.size):
        changed |= third_place_is_open[place] != third_place_was_open[place]
        third_place_was_open[place] = third_place_is_open[place]
    if changed:
        find_places(seed, cell_zone, youth_id, youth_cell_row, youth_third_place,
                    youth_visit_probability, entrepreneur_id, entrepreneur_cell_row,
                    entrepreneur_third_place, entrepreneur_visit_probability, official_id,
                    official_cell_row, official_third_place, official_visit_probability,
                    third_place_cell_row, third_place_is_open, third_place_reach,
                    third_place_youth_visits, third_place_entrepreneur_visits,
                    third_place_official_visits)  # fmt: skip

    place_is_open, place_age = third_place_is_open, third_place_age
    key, agent = visitor_key, visitor_agent
    count = _list_who_wants(
        seed, month, _YOUTH,
        _likeliest(place_is_open, place_age, third_place_youth_visits, ramp_months),
        youth_id, youth_is_present, youth_third_place, youth_visit_probability, place_is_open,
        place_age, ramp_months, youth_at_place, key, agent, np.int64(0))  # fmt: skip
    count = _list_who_wants(
        seed, month, _ENTREPRENEUR,
        _likeliest(place_is_open, place_age, third_place_entrepreneur_visits, ramp_months),
        entrepreneur_id, youth_is_present, entrepreneur_third_place,
        entrepreneur_visit_probability, place_is_open, place_age, ramp_months,
        entrepreneur_at_place, key, agent, count)  # fmt: skip
    count = _list_who_wants(
        seed, month, _OFFICIAL,
        _likeliest(place_is_open, place_age, third_place_official_visits, ramp_months),
        official_id, youth_is_present, official_third_place, official_visit_probability,
        place_is_open, place_age, ramp_months, official_at_place, key, agent, count)  # fmt: skip
    sort_pairs(key, agent, count)

    third_place_users[:] = 0
    third_place_holders[:] = 0
    count = _let_in(key, agent, count, third_place_seats, third_place_is_mobile,
                    third_place_users, third_place_holders)  # fmt: skip
    for place in range(place_is_open.size):
        third_place_hours[place] = hours_given(
            third_place_staff[place],
            third_place_users[place],
            third_place_mentoring[place],
            hours_per_fte,
            half_load,
        )

    entrepreneur_facilitation[:] = 0.0
    seated = 0
    for v in range(count):
        there, kind, i = np.int64(key[v] >> _32), agent[v] >> 32, agent[v] & 0xFFFFFFFF
        if kind == _ENTREPRENEUR:
            entrepreneur_facilitation[i] = third_place_hours[there] / third_place_holders[there]
        if third_place_is_mobile[there]:
            continue  # met on the road: no seat, and nobody else to meet
        if kind == _YOUTH:
            youth_at_place[i] = 1
        elif kind == _ENTREPRENEUR:
            entrepreneur_at_place[i] = 1
        else:
            official_at_place[i] = 1
        key[seated], agent[seated] = key[v], agent[v]
        seated += 1
    visitor_count[0] = seated


PROCESS = Process(
    name="third_place_visits",
    group=ThirdPlacesParameters,
    table="third_places",
    kernel=visit_places,
    writes=(
        "youth.third_place",
        "youth.visit_probability",
        "youth.at_place",
        "entrepreneur.third_place",
        "entrepreneur.visit_probability",
        "entrepreneur.at_place",
        "entrepreneur.facilitation",
        "official.third_place",
        "official.visit_probability",
        "official.at_place",
        "third_place.was_open",
        "third_place.users",
        "third_place.holders",
        "third_place.hours",
        "visitor.key",
        "visitor.agent",
        "visitor.count",
    ),
    english_title="Third-place visits",
    stream=STREAM,
)
