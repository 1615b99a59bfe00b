"""Engineering and review of projects in plain Python: slow, readable, from their description.

Towns are those of `tests.reference.projects_month`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, floor
from typing import Any

from tests.reference.projects_month import (
    APPLIED,
    APPROVED,
    IDEA,
    INCUBATING,
    LATENT,
    REFUSED,
    REVIEW,
    entrepreneurs,
    give_up,
    happens,
    in_reach,
    single,
)
from tests.reference.random import block, stream_key, uniform
from tests.reference.retail_month import Town, Values

ENGINEERING, REVIEWING = 8, 9
"""Streams of draws."""


def _hours_left(town: Town, i: int) -> float:
    needed = town["project_kind.engineering_hours"][town["entrepreneur.kind"][i]]
    return float(needed - town["entrepreneur.engineering"][i])


def _own_hours(town: Town, i: int) -> float:
    """Hours of facilitation, and those saved with machines."""
    place = town["entrepreneur.third_place"][i]
    hours: float = town["entrepreneur.facilitation"][i]
    if town["entrepreneur.at_place"][i] and place >= 0:
        needed = town["project_kind.engineering_hours"][town["entrepreneur.kind"][i]]
        hours += town["third_place.machines"][place] * needed / 12
    return hours


def _way_of(town: Town, office: int) -> int:
    way = town["office.usual_triage"][office]
    for a, other in enumerate(town["account.triage"]):
        near = in_reach(town, a, town["office.cell_row"][office])
        if other and near and town["account.is_active"][a]:
            way = other
    return int(way)


def _first_come(town: Town) -> Callable[[int], Any]:
    return lambda i: (-town["entrepreneur.stage_months"][i], town["entrepreneur.id"][i])


def _readiest(town: Town) -> Callable[[int], Any]:
    """The fewest 64ths of an hour left, then the longest in work, then the first."""
    return lambda i: (
        int(64 * max(_hours_left(town, i), 0)),
        -town["entrepreneur.stage_months"][i],
        town["entrepreneur.id"][i],
    )


SHARED, IN_ORDER, BY_READINESS = 1, 2, 3
_PRIORITY = {IN_ORDER: _first_come, BY_READINESS: _readiest}


def project_engineering(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, ENGINEERING, month)
    at_work = []
    for i in entrepreneurs(town, IDEA):
        if town["entrepreneur.stage_months"][i] > 0:
            luck = uniform(block(key, town["entrepreneur.id"][i], 0)[0])
            if happens(town, luck, town["town.abandonment"][0]):
                give_up(town, i)
            else:
                at_work.append(i)
    offices = [town["entrepreneur.office"][i] for i in at_work]
    own = {i: _own_hours(town, i) for i in at_work}
    received = {}
    for o, hours in enumerate(town["office.engineering_hours"]):
        ideas = [i for i, of in zip(at_work, offices, strict=True) if of == o]
        town["office.ideas_in_work"][o] = len(ideas)
        town["office.triage"][o] = way = _way_of(town, o)
        wanted = {
            i: max(min(_hours_left(town, i), values["engineering_cap"]) - own[i], 0.0)
            for i in ideas
        }
        if way == SHARED:
            received |= {i: hours / len(ideas) for i in ideas}
            hours -= sum(min(hours / len(ideas), wanted[i]) for i in ideas)
        for i in sorted(ideas, key=_PRIORITY[way](town)) if way != SHARED else []:
            received[i] = min(wanted[i], hours)
            hours -= received[i]
        town["office.idle_hours"][o] = hours
    town["third_place.idea_hours"] = [0.0 for _ in town["third_place.idea_hours"]]
    for i, o in zip(at_work, offices, strict=True):
        kind, place = town["entrepreneur.kind"][i], town["entrepreneur.third_place"][i]
        needed, given = town["project_kind.engineering_hours"][kind], own[i]
        giver = town["entrepreneur.accompanied_by"][i]
        giver = place if giver < 0 else giver
        if giver >= 0:
            used = min(
                town["entrepreneur.facilitation"][i],
                values["engineering_cap"],
                max(_hours_left(town, i), 0.0),
            )
            town["third_place.idea_hours"][giver] += used
        hours = town["entrepreneur.engineering"][i]
        hours += min(received[i] + given, values["engineering_cap"])
        town["entrepreneur.engineering"][i] = single(hours)
        if given > 0 and place >= 0 and town["entrepreneur.supporter"][i] < 0:
            town["entrepreneur.supporter"][i] = town["third_place.account"][place]
        if single(hours) < needed:
            continue
        town["entrepreneur.stage_months"][i] = 0
        if town["project_kind.needs_approval"][kind]:
            town["entrepreneur.stage"][i] = REVIEW
            town["entrepreneur.event"][i] = APPLIED
            _file(town, i, o)
        else:
            town["entrepreneur.stage"][i] = INCUBATING


def queue(town: Town, office: int) -> list[int]:
    """Files waiting at an office, the next one first."""
    files, i = [], town["office.queue_first"][office]
    while i >= 0:
        files.append(i)
        i = town["entrepreneur.queue_next"][i]
    return files


def _set_queue(town: Town, office: int, files: list[int]) -> None:
    town["office.queue_first"][office] = files[0] if files else -1
    town["office.queue_last"][office] = files[-1] if files else -1
    town["office.waiting"][office] = len(files)
    for n, i in enumerate(files):
        town["entrepreneur.queue_next"][i] = files[n + 1] if n + 1 < len(files) else -1


def _file(town: Town, i: int, office: int) -> None:
    _set_queue(town, office, [*queue(town, office), i])


def application_review(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, REVIEWING, month)
    tired = town["town.abandonment"][0]

    def luck_of(i: int) -> list[float]:
        return [uniform(w) for w in block(key, town["entrepreneur.id"][i], 0)]

    for i in entrepreneurs(town, REVIEW):
        if town["entrepreneur.stage_months"][i] == 0:
            continue
        town["entrepreneur.review_months"][i] += 1
        if town["entrepreneur.review_left"][i] == 0:
            continue
        town["entrepreneur.review_left"][i] -= 1
        if happens(town, luck_of(i)[0], tired):
            give_up(town, i)
        elif town["entrepreneur.review_left"][i] <= 0:
            office = town["entrepreneur.office"][i]
            gained = town["office.trust"][office] - town["office.trust_at_start"][office]
            odds = town["town.usual_approval"][0] * exp(values["trust_approval"] * gained)
            if town["entrepreneur.has_public_partner"][i]:
                odds *= values["public_partner_approval_odds"]
            if town["entrepreneur.accompanied_hours"][i] > 0:
                odds *= values["accompanied_approval_odds"]
            chance = odds / (odds + 1 - town["town.usual_approval"][0])
            approved = happens(town, luck_of(i)[1], chance)
            town["entrepreneur.stage"][i] = INCUBATING if approved else LATENT
            town["entrepreneur.event"][i] = APPROVED if approved else REFUSED
            town["entrepreneur.stage_months"][i] = 0
    for o in range(len(town["office.waiting"])):
        gained = town["office.trust"][o] - town["office.trust_at_start"][o]
        usual = town["town.examination_months"][0] * exp(-values["trust_speed"] * gained)
        credit = town["office.review_credit"][o]
        credit += town["office.review_capacity"][o] + town["office.embedded_capacity"][o]
        while credit >= 1 and queue(town, o):
            i, *others = queue(town, o)
            town["entrepreneur.queue_next"][i] = -1
            _set_queue(town, o, others)
            credit -= 1
            gives_up, on_the_spot, rounding, _ = luck_of(i)
            if not happens(town, gives_up, (1 - tired) ** town["entrepreneur.stage_months"][i]):
                give_up(town, i)
                continue
            months, place = usual, town["entrepreneur.third_place"][i]
            if (
                place >= 0
                and town["third_place.is_open"][place]
                and town["third_place.account"][place] == town["entrepreneur.supporter"][i]
                and happens(town, on_the_spot, town["third_place.review_share"][place])
            ):
                months *= values["short_loop_factor"]
            if town["entrepreneur.accompanied_hours"][i] > 0:
                months *= values["accompanied_examination_factor"]
            town["entrepreneur.review_left"][i] = max(floor(months + rounding), 1)
        town["office.review_credit"][o] = single(min(credit, 1.0))


MONTH = {f.__name__: f for f in (project_engineering, application_review)}
"""Twins by process name."""
