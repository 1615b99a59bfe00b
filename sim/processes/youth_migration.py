"""Youth migration: places for residents aged 15 to 29 are left, taken and handed on.

The table has one row per *place in the population*, like the table of premises: one person after
another holds it. A place ages by a month a month. At 30 its holder leaves the table, not the
territory, and a resident who turns 15 succeeds; residents then do not change. A holder who leaves
the territory and one who arrives change the residents of their cell by one.

    rate of leaving = rate(age) x active_stay_ratio (if active) x exp(
        leaving_vacancy_response x vacancy - staying_response x jobs
        - leaving_activity_response x activity - social_staying x social)

with, around the home, jobs those of projects gained since the start and, times `shop_job_weight`,
those of shops beyond the usual number, per resident; vacancy the share of vacant premises beyond
the usual one; activity the number of active young people relative to the usual one, minus 1; and
social the social projects gained, per 1,000 residents (`sim.processes.project_dimensions`).
Fewer come where more is vacant:

    rate of arrivals = rate at the start x exp(-arrival_vacancy_response x vacancy)

Both exponentials are clipped to between one half and two.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.event_codes import ARRIVED, LEFT, TURNED_30
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import BLOCK, CHUNK, lowest, marks_of_block, without_lowest
from sim.kernels.random import (
    bernoulli_threshold,
    block,
    fill_words_of,
    fires,
    normal_pair,
    stream_key,
    uniform,
)
from sim.kernels.surroundings import LARGEST_REACTION, activity_gained, reaction, vacancy_gained
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter, response

STREAM = 3

YOUNGEST, OLDEST = 180, 360
"""Ages in months at which a holder enters and leaves the table."""
AT_18, AT_19 = 216, 228


class YouthMigrationParameters(ParameterGroup):
    """Leaving and staying."""

    leaving_rate: float = parameter(
        0.045,
        unit="1/year",
        bounds=(0.0, 0.5),
        plausible=(0.03, 0.07),
        label="Leaving, young people",
        help="Yearly rate at which young people leave the territory, except in the year at 18.",
        source="4.5% a year, from moves between départements (docs/sources.md)",
        evidence="derived",
    )
    leaving_at_18: float = parameter(
        0.10,
        unit="share",
        bounds=(0.0, 0.9),
        plausible=(0.05, 0.20),
        label="Leaving at 18",
        help="Share of young people who leave the territory in the year after they turn 18.",
        source="half the 20% of rural youths (INSEE 6037373): many study where they live",
    )
    active_stay_ratio: float = parameter(
        0.85,
        bounds=(0.0, 1.0),
        plausible=(0.6, 1.0),
        label="Leaving of the active",
        help="How often young people who take part leave, relative to those who do not.",
    )
    staying_response: float = parameter(
        2.0,
        bounds=(0.0, 20.0),
        plausible=(0.0, 5.0),
        label="Staying for jobs",
        help="By how much a job of a new project for each resident nearby lowers the log rate "
        "of leaving.",
    )
    shop_job_weight: float = response(
        0.5,
        1.0,
        most=2.0,
        label="Jobs of shops",
        help="How much a job of a shop nearby counts for staying, relative to a job of a new "
        "project.",
    )
    leaving_vacancy_response: float = response(
        0.5,
        2.0,
        most=50.0,
        label="Leaving where shops are empty",
        help="By how much the log rate of leaving rises if all premises nearby become vacant.",
    )
    leaving_activity_response: float = response(
        0.1,
        0.3,
        most=10.0,
        label="Staying where others are active",
        help="By how much the log rate of leaving falls where twice as many young people nearby "
        "take part as at the start.",
    )
    arrival_vacancy_response: float = response(
        0.5,
        2.0,
        most=50.0,
        label="Arriving where shops are empty",
        help="By how much the log rate of arrivals falls if all premises nearby become vacant.",
    )


@rule
def yearly_leaving_rate(age, p):
    """Return the rate of leaving of a non-participant at an age in months, 1/year."""
    return -math.log(1.0 - p.leaving_at_18) if AT_18 <= age < AT_19 else p.leaving_rate


@rule
def leaving_probability(rate, is_active, jobs_gained, vacancy, activity, social, p):
    """Return the monthly probability of leaving at a yearly rate.

    Jobs gained are per resident, social projects gained per 1,000; vacancy and activity are those
    beyond the usual.
    """
    response = (
        p.leaving_vacancy_response * vacancy
        - p.leaving_activity_response * activity
        - p.staying_response * jobs_gained
        - p.social_staying * social
    )
    stay = p.active_stay_ratio if is_active else 1.0
    return 1.0 - math.exp(-rate * stay / 12.0 * reaction(response))


@rule
def arrival_probability(arrival_rate, vacancy, p):
    """Return the probability that a vacant place is taken in a month, given the vacancy gained."""
    reacting = reaction(-p.arrival_vacancy_response * vacancy)
    return 1.0 - math.exp(-arrival_rate / 12.0 * reacting)


@rule
def entrant_traits(z0, z1, base_interest, p):
    """Return threshold and base interest of a new holder from two standard normals."""
    return p.threshold_mean + p.threshold_spread * z0, base_interest + p.interest_spread * z1


@rule
def _screen(probability):
    """Return a threshold above all random words of a probability, with a margin for rounding."""
    return bernoulli_threshold(1.001 * probability + 2.0**-30)


@kernel
def move_youth(seed, month, youth, entrepreneur, cell, town, p):
    """Age every place, hand it on at 30, and draw whether its holder leaves or somebody arrives."""
    residents = cell.residents.reshape(-1)
    residents_nearby = cell.residents_nearby.reshape(-1)
    project_jobs = cell.project_jobs_nearby.reshape(-1)
    project_jobs_at_start = cell.project_jobs_at_start.reshape(-1)
    shop_jobs = cell.shop_jobs_nearby.reshape(-1)
    usual_shop_jobs = cell.usual_shop_jobs.reshape(-1)
    open_nearby, usual_open = cell.open_nearby.reshape(-1), cell.usual_open.reshape(-1)
    premises_nearby = cell.premises_nearby.reshape(-1)
    active_nearby = cell.active_youth_nearby.reshape(-1)
    places_nearby = cell.youth_places_nearby.reshape(-1)
    social = cell.social_gained.reshape(-1)
    # If fewer people turn 15 than turn 30, a growing share of places stays empty.
    years = (OLDEST - YOUNGEST) / 12.0
    succession = math.exp(years * p.residents_growth) if p.residents_growth < 0.0 else 1.0

    # Hardly anybody moves in a month: compare all words in bulk with the largest probability of
    # their group, and examine only those below it.
    usual = _screen(1.0 - math.exp(-LARGEST_REACTION * p.leaving_rate / 12.0))
    at_18 = _screen(1.0 - (1.0 - p.leaving_at_18) ** (LARGEST_REACTION / 12.0))
    most = LARGEST_REACTION if p.arrival_vacancy_response > 0.0 else 1.0
    arriving = _screen(arrival_probability(most * town.arrival_rate[0], 0.0, p))
    lucks = np.empty(CHUNK, np.uint32)
    k0, k1 = stream_key(seed, STREAM, month)
    n = np.uintp(youth.age.size)
    for first in range(np.uintp(0), n, CHUNK):
        last = min(first + CHUNK, n)
        fill_words_of(seed, STREAM, month, youth.id[first:last], lucks[: last - first])
        for y in range(first, last):
            luck = lucks[y - first]
            age = np.int16(youth.age[y] + 1)
            is_30 = age >= OLDEST
            leaving = at_18 if (age >= AT_18) & (age < AT_19) else usual
            is_likely = fires(luck, leaving if youth.is_present[y] else arriving)
            youth.event[y] = TURNED_30 if is_30 else np.uint8(is_likely)
            youth.age[y] = YOUNGEST if is_30 else age
        for start in range(first, last, BLOCK):
            bits = marks_of_block(youth.event, start, last)
            while bits:
                y, bits = start + lowest(bits), without_lowest(bits)
                mark = youth.event[y]
                youth.event[y] = 0
                luck = uniform(lucks[y - first])
                home = youth.cell_row[y]
                if mark == TURNED_30:
                    if not youth.is_present[y]:
                        continue
                    youth.event[y] = TURNED_30
                elif not youth.is_present[y]:
                    vacancy = vacancy_gained(
                        open_nearby[home], usual_open[home], premises_nearby[home], p
                    )
                    if luck >= arrival_probability(town.arrival_rate[0], vacancy, p):
                        continue
                    youth.event[y] = ARRIVED
                    residents[home] += residents.dtype.type(1)
                else:
                    rate = yearly_leaving_rate(youth.age[y], p)
                    # Nobody leaves a cell with less than one resident.
                    if luck >= LARGEST_REACTION * rate / 12.0 or residents[home] < 1.0:
                        continue
                    vacancy = vacancy_gained(
                        open_nearby[home], usual_open[home], premises_nearby[home], p
                    )
                    activity = activity_gained(
                        active_nearby[home], places_nearby[home], town.active_youth_share[0]
                    )
                    jobs = project_jobs[home] - project_jobs_at_start[home]
                    jobs += p.shop_job_weight * (shop_jobs[home] - usual_shop_jobs[home])
                    jobs /= max(residents_nearby[home], 1.0)
                    if luck >= leaving_probability(
                        rate, youth.is_active[y], jobs, vacancy, activity, social[home], p
                    ):
                        continue
                    youth.event[y] = LEFT
                    residents[home] -= residents.dtype.type(1)

                if youth.role[y] >= 0:
                    entrepreneur.team[youth.role[y]] -= entrepreneur.team.dtype.type(1)
                    youth.role[y] = -1
                youth.is_active[y] = 0
                youth.is_present[y] = 0
                if youth.event[y] == LEFT:
                    continue
                word0, word1, luck_of_succession, _ = block(k0, k1, youth.id[y], 0)
                if youth.event[y] == TURNED_30 and uniform(luck_of_succession) >= succession:
                    continue
                z0, z1 = normal_pair(word0, word1)
                threshold, interest = entrant_traits(z0, z1, town.base_interest[0], p)
                youth.is_present[y] = 1
                youth.tenancy[y] += 1
                youth.threshold[y] = threshold
                youth.base_interest[y] = youth.interest[y] = interest


PROCESS = Process(
    name="youth_migration",
    group=YouthMigrationParameters,
    kernel=move_youth,
    writes=arrays(
        youth="is_present age tenancy event threshold base_interest interest is_active role",
        entrepreneur="team",
        cell="residents",
    ),
    english_title="Moves of the young",
    stream=STREAM,
)
