"""Attributes of agents stored in arrays: numbers, flags, words, ids, other agents.

A class declares each attribute once, such as ``rent = Column[float](at_least=0.0)``. The attribute
then reads and writes one element of ``<table>.<attribute>`` for an agent, or many elements at once
for a set.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Never, overload, override

import numpy as np
import numpy.typing as npt

from sim.errors import nearest
from sim.kernels.arrays import Ints
from sim.registry.variables import VARIABLES

if TYPE_CHECKING:
    from sim.mesa_face.model import TerritoryModel
    from sim.mesa_face.row_agent import RowAgent

Keys = npt.NDArray[np.int64]
"""Agents as integers: the row in the lowest 32 bits, the tenancy in 24, the type in the top 8."""

TENANCY_SHIFT: Final = 32
KIND_SHIFT: Final = 56
ROW_MASK: Final = (1 << TENANCY_SHIFT) - 1
TENANCY_MASK: Final = (1 << (KIND_SHIFT - TENANCY_SHIFT)) - 1


class Column[T]:
    """An attribute of an agent, stored in the array ``<table>.<quantity>``.

    Parameters
    ----------
    quantity : str, optional
        Name within the table; by default that of the attribute.
    component : int, optional
        Column of an array with several numbers per agent.
    at_least, at_most : float, optional
        Smallest and largest admissible value.
    above : float, optional
        Exclusive lower bound.
    computed : bool
        True if the model computes the value, which therefore cannot be set.
    """

    def __init__(
        self,
        quantity: str = "",
        *,
        component: int | None = None,
        at_least: float = -math.inf,
        at_most: float = math.inf,
        above: float = -math.inf,
        computed: bool = False,
    ) -> None:
        self.quantity, self.component = quantity, component
        self.at_least, self.at_most, self.above = at_least, at_most, above
        self.computed = computed

    def __set_name__(self, owner: type[RowAgent], name: str) -> None:
        self.name = name
        self.variable = f"{owner.table}.{self.quantity or name}"
        declared = VARIABLES[self.variable]
        self.__doc__ = f"{declared.meaning} Unit: {declared.unit}."

    @overload
    def __get__(self, agent: None, owner: type) -> Column[T]: ...
    @overload
    def __get__(self, agent: RowAgent, owner: type) -> T: ...
    def __get__(self, agent: RowAgent | None, owner: type) -> Column[T] | T:
        if agent is None:
            return self
        array, row = agent.model.state[self.variable], agent.present_row()
        at = (row,) if self.component is None else (row, self.component)
        return self.show(array.item(*at))

    def __set__(self, agent: RowAgent, value: T) -> None:
        self.write(agent.model, np.array([agent.present_row()]), value)

    def stored(self, model: TerritoryModel) -> npt.NDArray[Any]:
        """Return the stored values of all rows, sharing their memory."""
        array = model.state[self.variable]
        return array if self.component is None else array[:, self.component]

    def read(self, model: TerritoryModel, keys: Keys) -> npt.NDArray[Any]:
        """Return the values of the agents with these keys; floats in double precision."""
        return self.decode(self.stored(model)[keys & ROW_MASK])

    def write(self, model: TerritoryModel, keys: Keys, value: T) -> None:
        """Set the agents with these keys to one value.

        Raise `AttributeError` if the model computes the attribute, and `ValueError` if the value is
        out of bounds or not of the attribute's type.
        """
        if self.computed:
            raise AttributeError(f"{self.name} follows from the model and cannot be set")
        stored = self.stored(model)
        stored[keys & ROW_MASK] = self.encode(value, stored.dtype)

    def show(self, stored: Any) -> T:
        """Convert one stored value to the agent's."""
        value: T = stored
        return value

    def decode(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Convert stored values to those of agents."""
        return stored.astype(np.float64 if stored.dtype.kind == "f" else np.int64)

    def encode(self, value: Any, dtype: np.dtype[Any]) -> Any:
        """Check an agent's value and convert it for storage."""
        kinds = (int, np.integer) if dtype.kind in "iu" else (int, float, np.integer, np.floating)
        if not isinstance(value, kinds) or isinstance(value, bool):
            wanted = "a whole number" if dtype.kind in "iu" else "a number"
            raise ValueError(f"{self.name} must be {wanted}, not {value!r}")
        admitted = self.at_least <= value <= self.at_most and value > self.above
        if not (math.isfinite(value) and admitted):
            raise ValueError(f"{self.name} must be a finite number {self._admits()}, not {value!r}")
        return value

    def _admits(self) -> str:
        if self.above > -math.inf:
            return f"above {self.above:g}"
        until = f" to {self.at_most:g}" if self.at_most < math.inf else ""
        return f"from {self.at_least:g}{until}"


class Flag(Column[bool]):
    """A column of 0 and 1 that appears as False and True."""

    @override
    def show(self, stored: int) -> bool:
        return bool(stored)

    @override
    def decode(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return stored.astype(np.bool_)

    @override
    def encode(self, value: Any, dtype: np.dtype[Any]) -> bool:
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{self.name} must be True or False, not {value!r}")
        return bool(value)


class Word(Column[str]):
    """A column of codes that appear as words, given in the order of their codes or by a function.

    The function is called on first use.
    """

    def __init__(
        self, words: tuple[str, ...] | Callable[[], tuple[str, ...]], *, computed: bool = False
    ) -> None:
        super().__init__(computed=computed)
        self._words = words

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words in the order of their codes."""
        return self._words() if callable(self._words) else self._words

    @override
    def show(self, stored: int) -> str:
        return self.words[stored]

    @override
    def decode(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.take(self.words, stored)

    @override
    def encode(self, value: Any, dtype: np.dtype[Any]) -> int:
        if value not in self.words:
            hint = nearest(str(value), self.words)
            raise ValueError(f"{self.name} must be one of {', '.join(self.words)}.{hint}")
        return self.words.index(value)


class UniqueId:
    """Id of an agent: the permanent id of its row, plus the number of rows times the tenancy.

    Permanent rows count as tenancy 0. Ids are therefore never reused. First ids of tables lie so
    far apart that ids never overlap.
    """

    def __init__(self, first: int) -> None:
        self.first = first

    def __set_name__(self, owner: type[RowAgent], name: str) -> None:
        self.variable = f"{owner.table}.id"
        self.counted = f"{owner.table}.cell_row"

    @overload
    def __get__(self, agent: None, owner: type) -> UniqueId: ...
    @overload
    def __get__(self, agent: RowAgent, owner: type) -> int: ...
    def __get__(self, agent: RowAgent | None, owner: type) -> UniqueId | int:
        if agent is None:
            return self
        key = np.array([agent.row | agent.of_tenancy << TENANCY_SHIFT])
        return int(self.read(agent.model, key)[0])

    def __set__(self, agent: RowAgent, value: Never) -> None:
        raise AttributeError("unique_id is permanent")

    def read(self, model: TerritoryModel, keys: Keys) -> Ints:
        """Return the ids of the agents with these keys."""
        rows, count = keys & ROW_MASK, model.state[self.counted].size
        ids = model.state[self.variable][rows] if self.variable in VARIABLES else rows
        found: Ints = self.first + ids + count * (keys >> TENANCY_SHIFT & TENANCY_MASK)
        return found


class Relation[A: RowAgent]:
    """An attribute that refers to another agent by its row; `kind` is the name of its class.

    None if the array holds -1 or the row is vacant. `quantity` is as in `Column`.
    """

    def __init__(self, kind: str, quantity: str = "") -> None:
        self.kind, self.quantity = kind, quantity

    def __set_name__(self, owner: type[RowAgent], name: str) -> None:
        self.name = name
        self.variable = f"{owner.table}.{self.quantity or name}"
        self.__doc__ = VARIABLES[self.variable].meaning

    @overload
    def __get__(self, agent: None, owner: type) -> Relation[A]: ...
    @overload
    def __get__(self, agent: RowAgent, owner: type) -> A | None: ...
    def __get__(self, agent: RowAgent | None, owner: type) -> Relation[A] | A | None:
        if agent is None:
            return self
        row = int(agent.model.state[self.variable][agent.present_row()])
        if row < 0:
            return None
        return agent.model.handles.at(self.kind, row)

    def __set__(self, agent: RowAgent, value: Never) -> None:
        raise AttributeError(f"{self.name} follows from the model and cannot be set")
