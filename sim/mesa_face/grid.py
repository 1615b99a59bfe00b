"""The territory as a Mesa grid whose property layers are the cell arrays themselves.

Coordinates are those of a map: ``(x, y)`` with x counted from the west and y from the *south*, so
that Mesa draws north at the top. A cell array has its northernmost row first, so the layer of an
array ``a`` is the view ``a[::-1].T``; writing to one changes the other.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from mesa.discrete_space import Cell, OrthogonalMooreGrid, PropertyLayer
from mesa.discrete_space.cell_collection import CellCollection

from sim.mesa_face.agents import KINDS
from sim.registry.variables import VARIABLES
from sim.territory.territory import SECTORS

if TYPE_CHECKING:
    from mesa import Agent

    from sim.mesa_face.columns import Keys
    from sim.mesa_face.handles import Handles
    from sim.registry.state import State

__all__ = ["CELL_LAYERS", "Occupants", "SharedLayer", "TerritoryCell", "TerritoryGrid", "map_view"]

_MAP = ("row", "column")

CELL_LAYERS: Final[Mapping[str, tuple[str, int | None]]] = {
    v.quantity: (v.name, None) for v in VARIABLES.values() if v.dimensions == _MAP
} | {
    f"{v.quantity}_{sector}": (v.name, code)
    for v in VARIABLES.values()
    if v.dimensions == ("sector", *_MAP)
    for code, sector in enumerate(SECTORS)
}
"""Property layers by name: the array of the state and, if it has one map per sector, the sector."""


def map_view(cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """View a cell array (rows from the north, columns) as an array over (x, y)."""
    return cells[::-1].T


class SharedLayer(PropertyLayer):  # type: ignore[misc]  # Mesa carries no types
    """A property layer over existing memory, (width, height), and an attribute of each cell."""

    def __init__(self, name: str, data: npt.NDArray[Any]) -> None:
        # Mesa's constructor would allocate another array
        self.name, self.dimensions, self._data = name, data.shape, data


class Occupants(Sequence["Agent"]):
    """The occupants of a cell: premises and places, people, then agents that a user added.

    Rows of the cell are given by table.
    """

    __slots__ = ("_guests", "_handles", "_rows")

    def __init__(self, handles: Handles, rows: Mapping[str, npt.NDArray[np.intp]]) -> None:
        self._handles, self._rows = handles, rows
        self._guests: list[Agent] = []

    def _keys(self) -> Keys:
        keys = np.concatenate([self._handles.keys_in(k, self._rows[k.table]) for k in KINDS])
        return keys[self._handles.exist(keys)]

    def __iter__(self) -> Iterator[Agent]:
        yield from self._handles.present(self._keys().tolist())
        yield from self._guests

    def __len__(self) -> int:
        return len(self._keys()) + len(self._guests)

    def __getitem__(self, item: Any) -> Any:
        return list(self)[item]

    def copy(self) -> list[Agent]:
        """Return the present occupants."""
        return list(self)

    def append(self, agent: Agent) -> None:
        """Add a user's agent."""
        self._guests.append(agent)

    def remove(self, agent: Agent) -> None:
        """Remove a user's agent."""
        self._guests.remove(agent)


class TerritoryCell(Cell):  # type: ignore[misc]  # Mesa carries no types
    """A cell that does not cache its neighbours.

    Mesa caches the neighbourhoods of all grids in the class `Cell`, which would keep the last model
    alive until the program ends.
    """

    __slots__ = ()

    def get_neighborhood(self, radius: int = 1, include_center: bool = False) -> CellCollection:
        """Return the cells up to `radius` steps away, as in Mesa."""
        near = Cell._neighborhood.__wrapped__(self, radius, include_center)
        return CellCollection(near, random=self.random)

    def _clear_cache(self) -> None:
        """Do nothing, as there is no cache."""


class TerritoryGrid(OrthogonalMooreGrid):  # type: ignore[misc]  # Mesa carries no types
    """The cells of a territory with their occupants, and a property layer for each cell array.

    Notes
    -----
    The layers are `CELL_LAYERS`: ``grid.residents``, ``grid.footfall``,
    ``grid.attraction_convenience`` and so on, each with its ``data`` of shape (width, height), and
    the same names on cells (``cell.residents``). Mesa's own layer ``empty`` is False for cells with
    homes, work, premises or sites of third places, even if nobody is there at present.
    """

    def __init__(self, handles: Handles, random: Random) -> None:
        state = handles.model.state
        rows, columns = state["cell.residents"].shape
        super().__init__((columns, rows), torus=False, random=random, cell_klass=TerritoryCell)
        # For pickling, Mesa registers the class of these cells globally, which would keep the model
        # and its arrays alive; the grid of a model is never pickled.
        copyreg.dispatch_table.pop(self.cell_klass, None)
        for name, (variable, sector) in CELL_LAYERS.items():
            cells = state[variable] if sector is None else state[variable][sector]
            self.add_property_layer(SharedLayer(name, map_view(cells)))

        found = {kind.table: _rows_by_cell(state, kind.table) for kind in KINDS}
        self.__dict__.pop("all_cells", None)  # Mesa has already collected the occupants
        for cell in self:
            x, y = cell.coordinate
            flat = (rows - 1 - y) * columns + x
            here = {table: by_cell[flat] for table, by_cell in found.items()}
            cell._agents = Occupants(handles, here)
            cell.empty = not any(map(len, here.values()))


def _rows_by_cell(state: State, table: str) -> list[npt.NDArray[np.intp]]:
    """Return the rows of a table by flat index of their cell."""
    cell_of = state[f"{table}.cell_row"]
    by_cell = np.argsort(cell_of, kind="stable")
    starts = np.searchsorted(cell_of[by_cell], np.arange(1, state["cell.residents"].size))
    return np.split(by_cell, starts)
