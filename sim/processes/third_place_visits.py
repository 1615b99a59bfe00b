"""Third-place visits: this month's visitors of each place, and the hours of its staff.

Everybody has one place, chosen among those in reach with probabilities proportional to

    visits next door x exp(-distance / reach)

(Luce's rule, as in Huff's model of shopping), and wants to come with this probability x ramp, which
rises from 0 to 1 over the first months of a place. Candidates queue in random order, and seats are
a cap. The hours of staff saturate with the number of users n:

    hours = staff x hours_per_fte x mentoring x n / (n + half_load x staff)
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import BLOCK, CHUNK, lowest, marks_of_block, without_lowest
from sim.kernels.matching import sort_pairs
from sim.kernels.random import fill_words_of, stream_key, uniform, word
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 4
_CUT_OFF = 4.0  # reaches; beyond them only exp(-4) = 2 % would be left
_32 = np.uint64(32)
_CLEAR_OF_ROUNDING = np.float32(2.0**31 * (1.0 + 2.0**-20))  # of 31 bits
_YOUTH, _ENTREPRENEUR, _OFFICIAL = np.arange(3)  # typed: one compilation for all kinds

# Decision indices: two of each kind every month, then a lasting taste for each place.
_TASTES = 6


class ThirdPlacesParameters(ParameterGroup):
    """Visits to third places and the work of their staff."""

    existing_third_places: str = parameter(
        "",
        unit="kind:number",
        label="Third places at the start",
        help="Third places open at the start, such as coworking:2 fablab:1, in the town centre.",
        source="scenario; metropolises have most of them, villages few",
        role="constant",
    )
    visit_reach: float = parameter(
        2.0,
        unit="km",
        bounds=(0.1, 50.0),
        label="Reach of a third place",
        help="Distance over which visits fall to 37 %; nobody comes from four times as far.",
        source="judgement: 2 km in towns, 8 km in the country",
        plausible=(0.5, 5.0),
    )
    ramp_months: float = parameter(
        18.0,
        unit="months",
        bounds=(1.0, 120.0),
        label="Ramp-up of a third place",
        help="Months until a new third place is fully known.",
        source="judgement, 6 to 36 months",
        plausible=(6.0, 36.0),
    )
    hours_per_fte: float = parameter(
        130.0,
        unit="hours/month",
        bounds=(1.0, 200.0),
        label="Hours of a facilitator",
        help="Monthly hours of a full-time facilitator for users.",
        source="judgement: 1,607 hours a year, a few weeks' worth of them for everything else",
        plausible=(100.0, 134.0),
    )
    half_load: float = parameter(
        40.0,
        unit="users/FTE",
        bounds=(1.0, 1000.0),
        label="Users for half of a facilitator's hours",
        help="Users per facilitator at which half of the hours are of use; more share the rest.",
        source="judgement, 15 to 100",
        plausible=(15.0, 100.0),
    )


@rule
def visit_probability(visits, distance, reach):
    """Return the monthly probability of a visit from a distance (cells), 0 beyond four reaches."""
    if distance > _CUT_OFF * reach or reach <= 0.0:
        return 0.0
    return visits * math.exp(-distance / reach)


@rule
def ramp_of(age, p):
    """Return how well a place is known in its month number `age`, as a share."""
    return min(age / p.ramp_months, 1.0)


@rule
def hours_given(staff, users, mentoring, p):
    """Return the monthly hours of engineering and facilitation of staff (FTE) for users."""
    if users == 0 or staff <= 0.0:
        return 0.0
    return staff * p.hours_per_fte * mentoring * users / (users + p.half_load * staff)


@kernel
def _choose(seed, kind, people, visits, third_place, columns):
    """Give each person an open place, with chances proportional to visit probabilities.

    Each place in reach gets an exponential draw of its rate, and the earliest wins: a place that
    opens or closes moves those only whom it wins or loses. A taste for a place lasts for the run.
    """
    k0, k1 = stream_key(seed, STREAM, 0)
    for i in range(people.cell_row.size):
        y, x = divmod(people.cell_row[i], columns)
        people.third_place[i], people.visit_probability[i], earliest = -1, 0.0, np.inf
        for place in range(third_place.is_open.size):
            if not third_place.is_open[place]:
                continue
            place_y, place_x = divmod(third_place.cell_row[place], columns)
            distance = math.sqrt(float((y - place_y) ** 2 + (x - place_x) ** 2))
            probability = visit_probability(visits[place], distance, third_place.reach[place])
            if probability > 0.0:
                taste = word(k0, k1, people.id[i], _TASTES + 3 * place + kind)
                wait = -math.log(uniform(taste)) / probability
                if wait < earliest:
                    people.third_place[i], earliest = place, wait
                    people.visit_probability[i] = probability


@rule
def _likeliest(visits, third_place, p):
    """Return the largest probability of wanting to come."""
    highest = 0.0
    for place in range(third_place.is_open.size):
        if third_place.is_open[place]:
            highest = max(highest, visits[place] * ramp_of(third_place.age[place], p))
    return highest


@kernel
def _list_who_wants(seed, month, kind, people, visits, is_present, third_place, visitor, count, p):
    """Append the candidates of one kind, each with a key of place and random order.

    Candidates are few, so random words are first compared in bulk with an upper bound, the
    probability for a well-known place.
    """
    if _likeliest(visits, third_place, p) <= 0.0:
        people.at_place[:] = 0
        return count
    k0, k1 = stream_key(seed, STREAM, month)
    lucks = np.empty(CHUNK, np.uint32)
    n = np.uintp(people.id.size)
    for first in range(np.uintp(0), n, CHUNK):
        last = min(first + CHUNK, n)
        fill_words_of(seed, STREAM, month, people.id[first:last], lucks[: last - first], 2 * kind)
        for i in range(first, last):
            luck = np.int32(lucks[i - first] >> np.uint32(1))  # signed integers convert faster
            likely = _CLEAR_OF_ROUNDING * people.visit_probability[i]
            people.at_place[i] = np.float32(luck) <= likely
        for start in range(first, last, BLOCK):
            bits = marks_of_block(people.at_place, start, last)
            while bits:
                i, bits = start + lowest(bits), without_lowest(bits)
                people.at_place[i] = 0
                place = people.third_place[i]
                if (
                    place < 0
                    or not third_place.is_open[place]
                    or (kind == _YOUTH and not is_present[i])
                    or uniform(lucks[i - first])
                    >= people.visit_probability[i] * ramp_of(third_place.age[place], p)
                ):
                    continue
                turn = np.uint64(word(k0, k1, people.id[i], 2 * kind + 1))
                visitor.key[count] = (np.uint64(place) << _32) | turn
                visitor.agent[count] = (kind << 32) | np.int64(i)
                count += 1
    return count


@rule
def _let_in(count, third_place, visitor):
    """Admit candidates of the sorted list up to the seats; count users and holders."""
    third_place.users[:] = 0
    third_place.holders[:] = 0
    kept = 0
    for v in range(count):
        place = np.int64(visitor.key[v] >> _32)
        is_full = third_place.users[place] >= third_place.seats[place]
        if third_place.is_mobile[place] or not is_full:
            third_place.users[place] += 1
            third_place.holders[place] += (visitor.agent[v] >> 32) == _ENTREPRENEUR
            visitor.key[kept], visitor.agent[kept] = visitor.key[v], visitor.agent[v]
            kept += 1
    return kept


@rule
def _seat(count, youth, entrepreneur, official, third_place, visitor):
    """Give holders their facilitation, and keep visitors with a seat in the list."""
    entrepreneur.facilitation[:] = 0.0
    seated = 0
    for v in range(count):
        key, agent = visitor.key[v], visitor.agent[v]
        there, kind, i = np.int64(key >> _32), agent >> 32, agent & 0xFFFFFFFF
        if kind == _ENTREPRENEUR:
            entrepreneur.facilitation[i] = third_place.hours[there] / third_place.holders[there]
        if third_place.is_mobile[there]:
            continue  # met by travelling facilitators: no seat and no encounters
        if kind == _YOUTH:
            youth.at_place[i] = 1
        elif kind == _ENTREPRENEUR:
            entrepreneur.at_place[i] = 1
        else:
            official.at_place[i] = 1
        visitor.key[seated], visitor.agent[seated] = key, agent
        seated += 1
    visitor.count[0] = seated


@kernel
def visit_places(seed, month, cell, youth, entrepreneur, official, third_place, visitor, p):
    """List the visitors of places, and give the hours of staff to project holders."""
    by_youth, by_holders = third_place.youth_visits, third_place.entrepreneur_visits
    by_officials = third_place.official_visits
    is_present = youth.is_present
    has_changed = False
    for place in range(third_place.is_open.size):
        has_changed |= third_place.is_open[place] != third_place.was_open[place]
        third_place.was_open[place] = third_place.is_open[place]
    if has_changed:
        columns = cell.zone.shape[1]
        _choose(seed, _YOUTH, youth, by_youth, third_place, columns)
        _choose(seed, _ENTREPRENEUR, entrepreneur, by_holders, third_place, columns)
        _choose(seed, _OFFICIAL, official, by_officials, third_place, columns)

    count = _list_who_wants(
        seed, month, _YOUTH, youth, by_youth, is_present, third_place, visitor, np.int64(0), p
    )
    count = _list_who_wants(
        seed, month, _ENTREPRENEUR, entrepreneur, by_holders, is_present, third_place, visitor,
        count, p)  # fmt: skip
    count = _list_who_wants(
        seed, month, _OFFICIAL, official, by_officials, is_present, third_place, visitor, count, p
    )
    sort_pairs(visitor.key, visitor.agent, count)

    count = _let_in(count, third_place, visitor)
    for place in range(third_place.is_open.size):
        third_place.hours[place] = hours_given(
            third_place.staff[place], third_place.users[place], third_place.mentoring[place], p
        )
    _seat(count, youth, entrepreneur, official, third_place, visitor)


PROCESS = Process(
    name="third_place_visits",
    group=ThirdPlacesParameters,
    table="third_places",
    kernel=visit_places,
    writes=arrays(
        youth="third_place visit_probability at_place",
        entrepreneur="third_place visit_probability at_place facilitation",
        official="third_place visit_probability at_place",
        third_place="was_open users holders hours",
        visitor="key agent count",
    ),
    english_title="Third-place visits",
    stream=STREAM,
)
