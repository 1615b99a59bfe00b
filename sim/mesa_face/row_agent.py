"""What all agents of a territory have in common: a row, a cell, an id, and whether they exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from mesa import Agent

from sim.mesa_face.columns import UniqueId

if TYPE_CHECKING:
    from mesa.discrete_space import Cell

    from sim.mesa_face.model import TerritoryModel
    from sim.registry.state import State

__all__ = ["AgentGoneError", "RowAgent"]


class AgentGoneError(RuntimeError):
    """A handle was used after whoever it stood for had left."""


class RowAgent(Agent):  # type: ignore[misc]  # Mesa carries no types
    """A handle on a row of a table.

    Not to be constructed: take agents from ``model.agents`` or ``model.agents_by_type``.

    Attributes
    ----------
    model : TerritoryModel
        The model it belongs to.
    row : int
        Its row in the arrays of ``model.state``.
    of_tenancy : int
        Which holder of the row it stands for; 0 where the row has one for good.

    Notes
    -----
    A class describes its table by `table`, the entity of its arrays; `presence`, the array that is
    1 where a row holds somebody (every row does if left out); `succession`, the array that counts
    the holders of a row so far; `arrival`, how an agent of this type comes to be; and `permanence`,
    why it cannot be removed, if it cannot.
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
    def there(cls, state: State, rows: Any, tenancies: Any) -> npt.NDArray[np.bool_]:
        """Which of these holders of rows are there at present."""
        found = np.ones(np.shape(rows), np.bool_)
        if cls.presence:
            found &= state[cls.presence][rows] != 0
        if cls.succession:
            found &= state[cls.succession][rows] == tenancies
        return found

    @property
    def exists(self) -> bool:
        """Whether the agent is still there."""
        # As `there`, but every attribute asks, so it makes no arrays
        presence, succession = self.presence, self.succession
        if presence is None and succession is None:
            return True
        state = self.model.state
        return (presence is None or state[presence].item(self.row) != 0) and (
            succession is None or state[succession].item(self.row) == self.of_tenancy
        )

    def present_row(self) -> int:
        """The row, after a check that the agent still exists.

        Raises
        ------
        AgentGoneError
            If it does not.
        """
        if not self.exists:
            raise self.gone()
        return self.row

    def gone(self) -> AgentGoneError:
        """What to raise when the agent is used and exists no more."""
        kind = type(self).__name__
        return AgentGoneError(
            f"{kind} {self.unique_id} is gone; model.agents_by_type[{kind}] holds those who are not"
        )

    def leave(self) -> None:
        """Leave the model as the rules would have it.

        Raises
        ------
        TypeError
            If an agent of this type is permanent.
        """
        raise TypeError(f"{self!r} cannot be removed: {self.permanence}")

    def remove(self) -> None:
        """Leave the model, as `leave`; nothing happens if the agent has left already."""
        if self.exists:
            self.model.deregister_agent(self)

    @property
    def pos(self) -> tuple[int, int]:
        """Column and row of the cell as on a map: x to the east, y to the north, from 0."""
        return self.model.position_of(int(self.model.state[f"{self.table}.cell_row"][self.row]))

    @property
    def cell(self) -> Cell:
        """The cell of ``model.grid``; the first use builds the grid."""
        return self.model.grid[self.pos]

    def __repr__(self) -> str:
        kind, number = type(self).__name__, self.unique_id
        return f"<{kind} {number}>" if self.exists else f"<{kind} {number} (gone)>"
