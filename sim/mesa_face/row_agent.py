"""The base of all agents of a territory: a row, a cell, an id, and existence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from mesa import Agent

from sim.kernels.arrays import Bools
from sim.mesa_face.columns import UniqueId

if TYPE_CHECKING:
    from mesa.discrete_space import Cell

    from sim.mesa_face.model import TerritoryModel
    from sim.registry.state import State


class AgentGoneError(RuntimeError):
    """Raised when a handle is used after its agent has left."""


class RowAgent(Agent):  # type: ignore[misc]  # Mesa carries no types
    """A handle on a row of a table.

    Do not construct it: take agents from ``model.agents`` or ``model.agents_by_type``.

    Attributes
    ----------
    model : TerritoryModel
    row : int
        Row in the arrays of ``model.state``.
    of_tenancy : int
        Number of the holder of the row; 0 for permanent rows.

    Notes
    -----
    A class describes its table by `table`, the entity of its arrays; `presence`, the
    array that is 1 for occupied rows (all rows by default); `succession`, the array that counts the
    holders of a row; `arrival`, how agents of this type arise; and `permanence`, the reason if they
    cannot be removed.
    """

    table: ClassVar[str]
    presence: ClassVar[str | None] = None
    succession: ClassVar[str | None] = None
    arrival: ClassVar[str] = ""
    permanence: ClassVar[str] = ""

    model: TerritoryModel
    row: int
    of_tenancy: int
    unique_id: ClassVar[UniqueId]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError(
            f"{type(self).__name__} cannot be constructed: take agents from model.agents"
            f"{self.arrival}"
        )

    @classmethod
    def there(cls, state: State, rows: Any, tenancies: Any) -> Bools:
        """Return which of these holders of rows are present."""
        found = np.ones(np.shape(rows), np.bool_)
        if cls.presence:
            found &= state[cls.presence][rows] != 0
        if cls.succession:
            found &= state[cls.succession][rows] == tenancies
        return found

    @property
    def exists(self) -> bool:
        """Whether the agent still exists."""
        # Like `there`, but without arrays, since every attribute calls it
        state, row = self.model.state, self.row
        if self.presence and not state[self.presence].item(row):
            return False
        return not self.succession or state[self.succession].item(row) == self.of_tenancy

    def present_row(self) -> int:
        """The row; raise `AgentGoneError` if the agent no longer exists."""
        if not self.exists:
            raise self.gone()
        return self.row

    def _store(self, **values: Any) -> None:
        """Write values into the agent's row, by name within its table."""
        for name, value in values.items():
            self.model.state[f"{self.table}.{name}"][self.row] = value

    def gone(self) -> AgentGoneError:
        """Return the error for using an agent that no longer exists."""
        kind = type(self).__name__
        return AgentGoneError(
            f"{kind} {self.unique_id} is gone; model.agents_by_type[{kind}] holds those who are not"
        )

    def leave(self) -> None:
        """Leave the model in the way of the rules; raise `TypeError` if the agent is permanent."""
        raise TypeError(f"{self!r} cannot be removed: {self.permanence}")

    def remove(self) -> None:
        """Leave the model, like `leave`; do nothing if the agent has left already."""
        if self.exists:
            self.model.deregister_agent(self)

    @property
    def pos(self) -> tuple[int, int]:
        """Coordinates of the cell as on a map: x to the east, y to the north, from 0."""
        return self.model.position_of(int(self.model.state[f"{self.table}.cell_row"][self.row]))

    @property
    def cell(self) -> Cell:
        """The cell of ``model.grid``; the first use builds the grid."""
        return self.model.grid[self.pos]

    def __repr__(self) -> str:
        kind, number = type(self).__name__, self.unique_id
        return f"<{kind} {number}>" if self.exists else f"<{kind} {number} (gone)>"
