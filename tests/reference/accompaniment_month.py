"""Accompaniment in plain Python: slow, readable, from the description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.reference.places_month import IDEA, INCUBATING, REVIEW, happens
from tests.reference.random import stream_key, uniform, word
from tests.reference.retail_month import Town, Values

ACCOMPANIMENT = 26
"""Stream of draws."""


def _sorted(rows: list[int], priority: Callable[[int, int], Any], place: int) -> list[int]:
    return sorted(rows, key=lambda i: priority(i, place))


def accompaniment(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, ACCOMPANIMENT, month)
    mine, stages = town["entrepreneur.accompanied_by"], town["entrepreneur.stage"]
    at, facilitation = town["entrepreneur.third_place"], town["entrepreneur.facilitation"]
    here = [i for i, hours in enumerate(facilitation) if hours > 0]

    def is_open_to(i: int, place: int) -> bool:
        return stages[i] in (IDEA, REVIEW, INCUBATING) and town["third_place.is_open"][place]

    def missing(i: int) -> float:
        needed = town["project_kind.engineering_hours"][town["entrepreneur.kind"][i]]
        return max(needed - town["entrepreneur.engineering"][i], 0.0)

    def priority(i: int, place: int) -> tuple[int, ...]:
        """Ideas first; then in order, or those with the fewest 64ths of an hour left."""
        age = town["entrepreneur.stage_months"][i]
        in_order = town["account.triage"][town["third_place.account"][place]] == 2
        left = 0 if in_order else int(64 * missing(i))
        return int(stages[i] != IDEA), left, -age, i

    def sent(i: int) -> bool:
        luck = uniform(word(key, town["entrepreneur.id"][i], 0))
        return happens(town, luck, values["referral"])

    for i, place in enumerate(mine):
        if place >= 0 and not is_open_to(i, place):
            mine[i] = -1
    before, for_others = list(mine), {}
    for place, paid in enumerate(town["third_place.hours_paid"]):
        paid += town["third_place.volunteer_hours"][place]
        room = int(town["third_place.staff"][place] * values["caseload"] + 1e-6)
        kept = [i for i, by in enumerate(before) if by == place]
        new = [
            i
            for i in range(len(mine))
            if before[i] < 0 and at[i] == place and is_open_to(i, place) and (i in here or sent(i))
        ]
        cases = [*_sorted(kept, priority, place), *_sorted(new, priority, place)][:room]
        for i in kept:
            mine[i] = -1
        left, quality = paid, town["third_place.mentoring"][place]
        for i in [*(i for i in cases if stages[i] == IDEA), *cases]:
            if mine[i] == place:
                continue  # an idea that has had its turn
            mine[i] = place
            hours = values["accompaniment_cap"]
            if stages[i] == IDEA and quality > 0:
                hours = min(hours, missing(i) / quality)
            hours = min(hours, left)
            left -= hours
            facilitation[i] = hours * quality
            town["entrepreneur.accompanied_hours"][i] += hours
            if town["entrepreneur.supporter"][i] < 0:
                town["entrepreneur.supporter"][i] = town["third_place.account"][place]
        town["third_place.accompanied"][place] = len(cases)
        for_others[place] = min(town["third_place.hours"][place], left * quality)
        town["third_place.hours"][place] = (paid - left) * quality + for_others[place]
    for place, hours in for_others.items():
        others = [i for i in here if mine[i] < 0 and at[i] == place]
        for i in others:
            facilitation[i] = hours / len(others)


MONTH = {"accompaniment": accompaniment}
"""Twins by process name."""
