"""Place premises: third places that move into vacant premises of the town centre.

An intervention may house its places in vacant premises instead of building rooms. Such a place
wants

    floor = seats x floor of a seat

and takes vacant premises of the centre, the nearest to its site first, until their sales floors add
up to it. If it has them before its first visitor, it opens in the nearest one. As long as too few
are vacant, the other seats stand in rooms rented elsewhere at the same cost, and the place looks
again every month. Premises that it occupies are neither vacant nor a shop: nobody else rents them,
and they do not grow older as vacant ones. They are vacant again from the month in which it closes.
"""

from __future__ import annotations

from sim.kernels.distance import squared_distance
from sim.kernels.machine.compile import kernel, rule
from sim.processes.process import Process, arrays

_CENTRE = 0  # code of the zone
_TO_SPARE = 0.01  # m2: sums of floors are rounded


@rule
def floor_lacking(seats, seat_floor, floor):
    """Return the m2 that a place with this floor still wants."""
    return max(seats * seat_floor - floor, 0.0)


@rule
def _leave(place, third_place, premises):
    """Give back all premises of a place."""
    for row in range(premises.is_open.size):
        if premises.third_place[row] == place:
            premises.third_place[row] = -1
    third_place.floor[place] = 0.0


@rule
def _nearest_vacant(site, premises, columns):
    """Return the vacant premises of the centre that are nearest to a cell; -1 if none are."""
    nearest, least = -1, 0
    for row in range(premises.is_open.size):
        if premises.is_open[row] or premises.third_place[row] >= 0 or premises.zone[row] != _CENTRE:
            continue
        away = squared_distance(site, premises.cell_row[row], columns)
        if nearest < 0 or away < least:
            nearest, least = row, away
    return nearest


@kernel
def house_places(third_place, premises, cell):
    """Let places take vacant premises and leave those of closed places."""
    columns = cell.zone.shape[1]
    for place in range(third_place.is_open.size):
        seat_floor = third_place.seat_floor[place]
        if not third_place.is_open[place] and third_place.floor[place] > 0.0:
            _leave(place, third_place, premises)
        if not third_place.is_open[place] or seat_floor <= 0.0:
            continue
        seats = third_place.seats[place]
        while floor_lacking(seats, seat_floor, third_place.floor[place]) > _TO_SPARE:
            row = _nearest_vacant(third_place.cell_row[place], premises, columns)
            if row < 0:
                break
            if third_place.floor[place] == 0.0 and not third_place.was_open[place]:
                third_place.cell_row[place] = premises.cell_row[row]
            premises.third_place[row] = place
            premises.months_vacant[row] = 0
            third_place.floor[place] += premises.floor_area[row]


PROCESS = Process(
    name="place_premises",
    kernel=house_places,
    writes=arrays(third_place="cell_row floor", premises="third_place months_vacant"),
    english_title="Premises of third places",
)
