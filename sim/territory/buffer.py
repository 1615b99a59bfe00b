"""The buffer of an imported place: neighbours who share its shopping and are not counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.territory.extent import near_residents
from sim.territory.read_population import PopulationGrid
from sim.territory.territory import Territory

__all__ = ["neighbours_of", "with_buffer"]


def neighbours_of(people: PopulationGrid, wide: PopulationGrid) -> PopulationGrid:
    """Return residents of a wider grid without those of the place."""
    own = _embed(people, wide, people.residents > 0, empty=False)
    return replace(
        wide,
        residents=np.where(own, np.float32(0), wide.residents),
        youth=np.where(own, np.float32(0), wide.youth),
    )


def with_buffer(
    place: Territory, people: PopulationGrid, around: Territory, wide: PopulationGrid, metres: float
) -> Territory:
    """Join a place and its neighbours.

    Parameters
    ----------
    place : Territory
        The place as it is imported without a buffer.
    people : PopulationGrid
        Its residents.
    around : Territory
        The neighbours alone, on a wider grid with the same cells.
    wide : PopulationGrid
        Residents of both, on that grid.
    metres : float
        Largest distance of a neighbour's cell from one of the place.

    Returns
    -------
    Territory
        The same place, followed by the premises of its neighbours. A cell where both live is the
        place's; one where nobody lives is the place's if it is beside its residents, or has its
        premises or zones. Town centres of neighbours are no centre of the place.
    """

    def field(name: str, empty: float | bool) -> Any:
        return _embed(people, wide, getattr(place, name), empty)

    residents, neighbours = field("residents", 0), around.residents > 0
    is_centre, is_park = field("is_town_centre", False), field("is_retail_park", False)
    own_cell = _cells(people, wide, place.premises_cell)
    has_premises = np.bincount(own_cell, minlength=residents.size).reshape(residents.shape) > 0
    lived_in = residents > 0
    is_own = lived_in | (
        ~neighbours & (near_residents(residents) | has_premises | is_centre | is_park)
    )
    n_shops, n_people = around.premises_cell.size, float(around.residents.sum(dtype=np.float64))
    words = (
        f"{n_people:,.0f} residents and {n_shops} premises of neighbours up to {metres:g} m away"
        " take part in shopping; no measure counts them."
    )
    entry = {
        "source": "the same files",
        "evidence": "found",
        "metres": metres,
        "residents": round(n_people, 1),
        "premises": n_shops,
        "vacancy": around.provenance.get("vacancy", {}),
        "in_words": words,
    }
    return Territory(
        name=place.name,
        cell_size=place.cell_size,
        residents=np.where(lived_in, residents, around.residents),
        youth=np.where(lived_in, field("youth", 0), around.youth),
        income=np.where(lived_in, field("income", 1), around.income),
        is_town_centre=is_centre,
        is_retail_park=is_park | (around.is_retail_park & ~is_own),
        premises_cell=np.concatenate([own_cell, around.premises_cell]),
        premises_sector=np.concatenate([place.premises_sector, around.premises_sector]),
        premises_floor_area=np.concatenate([place.premises_floor_area, around.premises_floor_area]),
        premises_occupancy=np.concatenate([place.premises_occupancy, around.premises_occupancy]),
        is_buffer=~is_own,
        premises_in_buffer=np.arange(own_cell.size + n_shops) >= own_cell.size,
        provenance={**place.provenance, "grid": wide.provenance["grid"], "buffer": entry},
    )


def _offset(people: PopulationGrid, wide: PopulationGrid) -> tuple[int, int]:
    size = wide.frame.cell_size
    down = round((wide.frame.north - people.frame.north) / size)
    return down, round((people.frame.west - wide.frame.west) / size)


def _embed(
    people: PopulationGrid, wide: PopulationGrid, values: npt.NDArray[Any], empty: float | bool
) -> Any:
    """Return values of the place's grid on the wider one, and `empty` around them."""
    down, right = _offset(people, wide)
    field = np.full(wide.residents.shape, empty, values.dtype)
    field[down : down + people.frame.rows, right : right + people.frame.columns] = values
    return field


def _cells(
    people: PopulationGrid, wide: PopulationGrid, cell: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Return flat cells of the place's grid as those of the wider one."""
    (down, right), (row, column) = _offset(people, wide), np.divmod(cell, people.frame.columns)
    return ((row + down) * wide.frame.columns + column + right).astype(np.int32)
