"""Premises and shops as Mesa agents: handles on the rows of the arrays.

The arrays are the truth. An agent here holds its model and the number of its row, and each of its
attributes reads and writes one element of ``premises.<attribute>``. Handles are made when somebody
first asks for them (see `sim.handles`), so a run that nobody looks into makes none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never, overload, override

import numpy as np
import numpy.typing as npt
from mesa import Agent

from sim.errors import nearest
from sim.territory.territory import SECTORS, ZONES
from sim.variables import VARIABLES

if TYPE_CHECKING:
    from mesa.discrete_space import Cell

    from sim.model import TerritoryModel
    from sim.state import State

__all__ = [
    "ROW_BITS",
    "ROW_MASK",
    "Column",
    "Flag",
    "Keys",
    "Premises",
    "RowAgent",
    "Shop",
    "ShopClosedError",
    "UniqueId",
    "Word",
]

Keys = npt.NDArray[np.int64]
"""Agents by number: the row in the lower 32 bits, above them the tenancy (0 for the premises)."""

ROW_BITS: Final = 32
ROW_MASK: Final = (1 << ROW_BITS) - 1

EVENTS: Final = ("none", "closed", "relet")
"""What happened to premises this month, in the order of the codes of ``premises.event``."""

_AFTER_CLOSURE: Final = {
    "premises.is_open": 0,
    "premises.event": EVENTS.index("closed"),
    "premises.shop_age": 0,
    "premises.months_vacant": 0,
    "premises.quality": 1.0,
    "premises.reserves": 0.0,
    "premises.revenue": 0.0,
}
"""What premises look like once their shop is closed by hand: as after `sim.processes.shop_closure`,
except that the turnover, which that process leaves booked for its month, ends at once."""


class ShopClosedError(RuntimeError):
    """A handle on a shop was used after that shop had closed."""


class Column[T]:
    """An agent's attribute that is kept in the array ``premises.<attribute>``.

    Parameters
    ----------
    at_least : float, optional
        Smallest value that may be set.
    above : float, optional
        Bound that a value must exceed.
    computed : bool
        True where the model itself determines the value, which therefore cannot be set.
    """

    def __init__(
        self,
        *,
        at_least: float = -math.inf,
        above: float = -math.inf,
        computed: bool = False,
    ) -> None:
        self.at_least, self.above, self.computed = at_least, above, computed

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.variable = f"premises.{name}"
        declared = VARIABLES[self.variable]
        self.__doc__ = f"{declared.meaning} Unit: {declared.unit}."

    @overload
    def __get__(self, agent: None, owner: type) -> Column[T]: ...
    @overload
    def __get__(self, agent: RowAgent, owner: type) -> T: ...
    def __get__(self, agent: RowAgent | None, owner: type) -> Column[T] | T:
        if agent is None:
            return self
        return self.show(agent.model.state[self.variable].item(agent.present_row()))

    def __set__(self, agent: RowAgent, value: T) -> None:
        self.write(agent.model, np.array([agent.present_row()]), value)

    def read(self, model: TerritoryModel, keys: Keys) -> npt.NDArray[Any]:
        """Values of the agents with these keys; floats in double precision."""
        return self.decode(model.state[self.variable][keys & ROW_MASK])

    def write(self, model: TerritoryModel, keys: Keys, value: T) -> None:
        """Give the agents with these keys one value.

        Raises
        ------
        AttributeError
            If the model computes the attribute.
        ValueError
            If the value is out of bounds or not of the attribute's type.
        """
        if self.computed:
            raise AttributeError(f"{self.name} follows from the model and cannot be set")
        stored = model.state[self.variable]
        stored[keys & ROW_MASK] = self.encode(value, stored.dtype)

    def show(self, stored: Any) -> T:
        """From one value as it is stored to the agent's."""
        value: T = stored
        return value

    def decode(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """From the array's type to the agent's."""
        return stored.astype(np.float64 if stored.dtype.kind == "f" else np.int64)

    def encode(self, value: Any, dtype: np.dtype[Any]) -> Any:
        """From the agent's type to the array's, checked."""
        kinds = (int, np.integer) if dtype.kind in "iu" else (int, float, np.integer, np.floating)
        if not isinstance(value, kinds) or isinstance(value, bool):
            wanted = "a whole number" if dtype.kind in "iu" else "a number"
            raise ValueError(f"{self.name} must be {wanted}, not {value!r}")
        if not math.isfinite(value) or value < self.at_least or value <= self.above:
            bound = f"above {self.above:g}" if self.above > -math.inf else f"from {self.at_least:g}"
            raise ValueError(f"{self.name} must be a finite number {bound}, not {value!r}")
        return value


class Flag(Column[bool]):
    """A column of 0 and 1 that agents show as False and True."""

    @override
    def show(self, stored: int) -> bool:
        return bool(stored)

    @override
    def decode(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return stored.astype(np.bool_)


class Word(Column[str]):
    """A column of codes that agents show as words.

    Parameters
    ----------
    words : tuple of str
        The words in the order of their codes.
    computed : bool
        As in `Column`.
    """

    def __init__(self, words: tuple[str, ...], *, computed: bool = False) -> None:
        super().__init__(computed=computed)
        self.words = words

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


class FloorArea(Column[float]):
    """Floor area; setting it also sets the attraction that follows from it."""

    @override
    def write(self, model: TerritoryModel, keys: Keys, value: float) -> None:
        super().write(model, keys, value)
        elasticity = model.simulation.values["floor_area_elasticity"]
        model.state["premises.size_attraction"][keys & ROW_MASK] = float(value) ** elasticity


class UniqueId:
    """Id of an agent: that of the premises, plus the number of premises times the tenancy.

    Premises count as tenancy 0, so their ids are 0 to n - 1 and no shop ever has one of these.
    """

    @overload
    def __get__(self, agent: None, owner: type) -> UniqueId: ...
    @overload
    def __get__(self, agent: RowAgent, owner: type) -> int: ...
    def __get__(self, agent: RowAgent | None, owner: type) -> UniqueId | int:
        if agent is None:
            return self
        ids = agent.model.state["premises.id"]
        return int(ids[agent.row]) + len(ids) * agent.of_tenancy

    def __set__(self, agent: RowAgent, value: Never) -> None:
        raise AttributeError("unique_id is permanent")

    def read(self, model: TerritoryModel, keys: Keys) -> npt.NDArray[np.int64]:
        """Ids of the agents with these keys."""
        ids = model.state["premises.id"]
        found: npt.NDArray[np.int64] = ids[keys & ROW_MASK] + ids.size * (keys >> ROW_BITS)
        return found


class RowAgent(Agent):  # type: ignore[misc]  # Mesa carries no types
    """What premises and their shops have in common.

    Not to be constructed: take agents from ``model.agents`` or ``model.agents_by_type``.

    Attributes
    ----------
    model : TerritoryModel
        The model it belongs to.
    row : int
        Row of the premises in the arrays of ``model.state``.
    of_tenancy : int
        Which occupant the handle stands for; 0 for the premises themselves.
    """

    model: TerritoryModel
    row: int
    of_tenancy: int

    unique_id: ClassVar[UniqueId] = UniqueId()
    sector = Word(SECTORS)
    zone = Word(ZONES, computed=True)
    event = Word(EVENTS, computed=True)
    tenancy = Column[int](computed=True)
    floor_area = FloorArea(above=0.0)
    size_attraction = Column[float](computed=True)
    open_share_nearby = Column[float](computed=True)
    attraction = Column[float](computed=True)
    fixed_costs = Column[float](above=0.0)
    rent = Column[float](at_least=0.0)
    rent_at_start = Column[float](computed=True)
    margin = Column[float]()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError(
            f"{type(self).__name__} cannot be constructed: take agents from model.agents, and let "
            "vacant premises with premises.let() to open a shop"
        )

    def present_row(self) -> int:
        """The row, after a check that the agent still exists."""
        return self.row

    @property
    def pos(self) -> tuple[int, int]:
        """Column and row of the cell as on a map: x to the east, y to the north, from 0."""
        return self.model.position_of(int(self.model.state["premises.cell_row"][self.row]))

    @property
    def cell(self) -> Cell:
        """The cell of ``model.grid``; the first use builds the grid."""
        return self.model.grid[self.pos]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


class Premises(RowAgent):
    """Commercial premises: permanent, open or vacant."""

    is_open = Flag(computed=True)
    months_vacant = Column[int](at_least=0)
    shop_age = Column[int](computed=True)
    revenue = Column[float](computed=True)
    quality = Column[float](computed=True)
    reserves = Column[float](computed=True)

    @property
    def shop(self) -> Shop | None:
        """The present occupant; None while vacant."""
        return self.model.handles.shop_at(self.row)

    def let(self, quality: float = 1.0) -> Shop:
        """Let vacant premises by hand, as `sim.processes.reletting` does, but without a draw.

        Parameters
        ----------
        quality : float
            How much more the shop attracts than an average one in its place, above 0.

        Returns
        -------
        Shop
            The new occupant, with the reserves of a new shop. Indicators count it among the open
            shops, but not among the relettings of a month.

        Raises
        ------
        ValueError
            If the premises are open, or the quality is not above 0.
        """
        occupant = self.shop
        if occupant is not None:
            raise ValueError(f"{self!r} cannot be let: {occupant!r} is in them")
        state: State = self.model.state
        stored = Shop.quality.encode(quality, state["premises.quality"].dtype)
        for name, value in {
            "premises.is_open": 1,
            "premises.event": EVENTS.index("relet"),
            "premises.tenancy": state["premises.tenancy"][self.row] + 1,
            "premises.shop_age": 0,
            "premises.months_vacant": 0,
            "premises.quality": stored,
            "premises.reserves": self.model.simulation.values["starting_reserves"],
            "premises.revenue": 0.0,
        }.items():
            state[name][self.row] = value
        shop = self.shop
        assert shop is not None
        return shop

    def remove(self) -> Never:
        """Refuse: premises are there for good."""
        raise TypeError(f"{self!r} cannot be removed: premises are permanent, close their shop")


class Shop(RowAgent):
    """The present occupant of open premises.

    Its id is the premises' id plus the number of premises times the tenancy, so each occupant has
    an id of its own. Once the shop has closed, its handle keeps its id, place and `premises`;
    `is_open` is False and every other attribute raises `ShopClosedError`.
    """

    shop_age = Column[int](at_least=0)
    revenue = Column[float](computed=True)
    quality = Column[float](above=0.0)
    reserves = Column[float](at_least=0.0)

    @property
    def is_open(self) -> bool:
        """Whether the shop still exists."""
        state = self.model.state
        return bool(
            state["premises.is_open"][self.row]
            and state["premises.tenancy"][self.row] == self.of_tenancy
        )

    @property
    def premises(self) -> Premises:
        """The premises it trades in."""
        return self.model.handles.premises_at(self.row)

    def present_row(self) -> int:
        """The row, if the shop still trades there.

        Raises
        ------
        ShopClosedError
            If it has closed.
        """
        if not self.is_open:
            raise ShopClosedError(f"shop {self.unique_id} has closed; ask {self.premises!r}.shop")
        return self.row

    def close(self) -> None:
        """Close the shop by hand and leave its premises vacant.

        Nobody else's luck changes, because draws are keyed by premises and month. Indicators count
        one open shop less, but no closure of a month.

        Raises
        ------
        ShopClosedError
            If it has closed already.
        """
        row = self.present_row()
        for name, value in _AFTER_CLOSURE.items():
            self.model.state[name][row] = value

    def remove(self) -> None:
        """Close the shop as `close` does; nothing happens if it has closed already."""
        if self.is_open:
            self.model.deregister_agent(self)

    def __repr__(self) -> str:
        return super().__repr__() if self.is_open else f"<Shop {self.unique_id} (closed)>"
