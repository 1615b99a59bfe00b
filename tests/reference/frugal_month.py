"""Places in vacant premises in plain Python: slow, readable, written from the description.

`tests.reference.retail_month` describes towns and the arguments of processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot
from typing import Any

Town = dict[str, Any]

CENTRE = 0


def _occupied(town: Town, place: int) -> list[int]:
    return [p for p, by in enumerate(town["premises.third_place"]) if by == place]


def _vacant_in_the_centre(town: Town) -> list[int]:
    return [
        p
        for p, by in enumerate(town["premises.third_place"])
        if by < 0 and not town["premises.is_open"][p] and town["premises.zone"][p] == CENTRE
    ]


def place_premises(
    town: Town, values: Mapping[str, Any], seed: int, month: int, calendar: int
) -> None:
    columns = len(town["cell.zone"][0])
    areas = town["premises.floor_area"]
    for place, is_open in enumerate(town["third_place.is_open"]):
        if not is_open:
            for p in _occupied(town, place):
                town["premises.third_place"][p] = -1
        elif town["third_place.seat_floor"][place] > 0:
            wanted = town["third_place.seats"][place] * town["third_place.seat_floor"][place]
            is_new = not town["third_place.was_open"][place]
            while sum(areas[p] for p in _occupied(town, place)) < wanted - 0.01:
                vacant = _vacant_in_the_centre(town)
                if not vacant:
                    break

                def away(p: int, site: int = town["third_place.cell_row"][place]) -> float:
                    cell = town["premises.cell_row"][p]
                    return hypot(cell // columns - site // columns, cell % columns - site % columns)

                p = min(vacant, key=lambda p: (away(p), p))
                if is_new and not _occupied(town, place):
                    town["third_place.cell_row"][place] = town["premises.cell_row"][p]
                town["premises.third_place"][p] = place
                town["premises.months_vacant"][p] = 0
        town["third_place.floor"][place] = sum(areas[p] for p in _occupied(town, place))


MONTH = {"place_premises": place_premises}
