"""A territory before a run: people, ground and commercial premises on a grid."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.kernels.arrays import Bools
from sim.kernels.zone_codes import BUFFER, PARK
from sim.territory.ground import Ground
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = ["OPEN", "SECTORS", "UNKNOWN", "VACANT", "ZONES", "ZONE_LABELS", "Territory"]

SECTORS: Final = ("convenience", "comparison", "hospitality")
"""Retail sectors in the order of their codes 0, 1, 2; hospitality includes services."""

ZONES: Final = ("town_centre", "periphery", "neighbourhoods")
"""Zones in the order of their codes: the town centre, retail parks, everywhere else."""

ZONE_LABELS: Final = {
    "town_centre": Texts({ENGLISH: "town centre"}, "places.town_centre"),
    "periphery": Texts({ENGLISH: "periphery"}, "places.periphery"),
    "neighbourhoods": Texts({ENGLISH: "neighbourhoods"}, "places.neighbourhoods"),
}
"""Labels of zones by language."""

VACANT: Final = 0
OPEN: Final = 1
UNKNOWN: Final = -1
"""Occupancy codes; the starting state draws the occupancy of `UNKNOWN` premises."""


@dataclass(frozen=True, eq=False)  # arrays have no hash, and solutions are kept by territory
class Territory:
    """People, ground and premises, either generated or read from data.

    Attributes
    ----------
    name : str
        Name of the place.
    cell_size : float
        Side of a square cell, m.
    residents : (rows, columns) float32 array
        Residents of all ages by cell. Row 0 is the northernmost.
    youth : (rows, columns) float32 array
        Residents aged 15-29, a subset of `residents`.
    income : (rows, columns) float32 array
        Standard of living relative to the national mean (1 = the mean); 1 in empty cells.
    is_town_centre, is_retail_park : (rows, columns) bool arrays
        Zones; no cell is both.
    premises_cell : (premises,) int32 array
        Flat index ``row * columns + column`` of each unit of commercial premises; none by default.
    premises_sector : (premises,) uint8 array
        Code in `SECTORS`.
    premises_floor_area : (premises,) float32 array
        Sales floor, m2.
    premises_occupancy : (premises,) int8 array
        `OPEN`, `VACANT` or `UNKNOWN`.
    provenance : dict
        Origin of each part in plain JSON values: ``source``, ``evidence`` ("found", "derived",
        "recalled", "assumed") and, if the part was generated for lack of data, ``generated: true``
        and the reason.
    ground : Ground or None
        Streets, water and names to draw beneath; no rule sees them.
    is_buffer : (rows, columns) bool array or None
        Cells of neighbours, whose residents and shops take part in shopping and in nothing else; no
        measure counts them. None without a buffer.
    premises_in_buffer : (premises,) bool array or None
        Premises of neighbours, in the same way.
    """

    name: str
    cell_size: float
    residents: npt.NDArray[np.float32]
    youth: npt.NDArray[np.float32]
    income: npt.NDArray[np.float32]
    is_town_centre: Bools
    is_retail_park: Bools
    premises_cell: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    premises_sector: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    premises_floor_area: npt.NDArray[np.float32] = field(
        default_factory=lambda: np.empty(0, np.float32)
    )
    premises_occupancy: npt.NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    provenance: dict[str, Any] = field(default_factory=dict)
    ground: Ground | None = None
    is_buffer: Bools | None = None
    premises_in_buffer: Bools | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        return self.residents.shape

    @property
    def zone(self) -> npt.NDArray[np.uint8]:
        """Code of each cell in `ZONES`, and `BUFFER` more in the buffer, (rows, columns)."""
        return _marked(_zone(self.is_town_centre, self.is_retail_park), self.is_buffer)

    @property
    def premises_zone(self) -> npt.NDArray[np.uint8]:
        """Code of the zone of each unit of premises, (premises,)."""
        zones = self.is_town_centre, self.is_retail_park
        of_cells = _zone(*(zone.ravel()[self.premises_cell] for zone in zones))
        return _marked(of_cells, self.premises_in_buffer)

    @property
    def place_alone(self) -> Territory:
        """The place on the same grid without the people and premises of its buffer."""
        if self.is_buffer is None or self.premises_in_buffer is None:
            return self
        own = ~self.premises_in_buffer
        return replace(
            self,
            residents=np.where(self.is_buffer, np.float32(0), self.residents),
            youth=np.where(self.is_buffer, np.float32(0), self.youth),
            is_retail_park=self.is_retail_park & ~self.is_buffer,
            premises_cell=self.premises_cell[own],
            premises_sector=self.premises_sector[own],
            premises_floor_area=self.premises_floor_area[own],
            premises_occupancy=self.premises_occupancy[own],
            is_buffer=None,
            premises_in_buffer=None,
        )


def _zone(is_centre: Bools, is_park: Bools) -> npt.NDArray[np.uint8]:
    zone = np.full(is_centre.shape, 2, np.uint8)
    zone[is_park] = PARK
    zone[is_centre] = 0
    return zone


def _marked(zone: npt.NDArray[Any], in_buffer: Bools | None) -> npt.NDArray[np.uint8]:
    marked = zone if in_buffer is None else zone + BUFFER * in_buffer
    return marked.astype(np.uint8)
