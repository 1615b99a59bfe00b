"""Who exists: the agents of one model by key, and the objects made for them so far.

An agent is known by its *key*, which holds the row and the tenancy. So the keys of all who exist,
whether they still do, and what their attributes are, come from the arrays without any object.
Objects are made on first use and kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.agents import ROW_BITS, ROW_MASK, Column, Keys, Premises, RowAgent, Shop, UniqueId

if TYPE_CHECKING:
    from sim.model import TerritoryModel

__all__ = ["Handles", "kinds_of"]


class Handles:
    """The agents of one model: who exists, and the objects made for them so far.

    Parameters
    ----------
    model : TerritoryModel
        The model whose arrays they read.
    """

    def __init__(self, model: TerritoryModel) -> None:
        self.model = model
        self._premises: dict[int, Premises] = {}
        self._shops: dict[int, Shop] = {}

    @property
    def made(self) -> int:
        """Number of agent objects made so far."""
        return len(self._premises) + len(self._shops)

    def premises_at(self, row: int) -> Premises:
        """The premises in this row."""
        handle = self._premises.get(row)
        if handle is None:
            handle = self._premises[row] = self._make(Premises, row, 0)
        return handle

    def shop_at(self, row: int) -> Shop | None:
        """The shop in this row's premises; None while vacant."""
        state = self.model.state
        if not state["premises.is_open"][row]:
            return None
        tenancy = int(state["premises.tenancy"][row])
        handle = self._shops.get(row)
        if handle is None or handle.of_tenancy != tenancy:
            handle = self._shops[row] = self._make(Shop, row, tenancy)
        return handle

    def _make[A: RowAgent](self, kind: type[A], row: int, tenancy: int) -> A:
        handle = object.__new__(kind)
        handle.model, handle.row, handle.of_tenancy = self.model, row, tenancy
        return handle

    def agent(self, key: int) -> RowAgent | None:
        """The agent of this key; None if it is a shop that has closed."""
        if key <= ROW_MASK:
            return self.premises_at(key)
        shop = self.shop_at(key & ROW_MASK)
        return shop if shop is not None and shop.of_tenancy == key >> ROW_BITS else None

    def key(self, agent: object) -> int | None:
        """The key of an agent of this model; None for anything else."""
        if isinstance(agent, RowAgent) and agent.model is self.model:
            return agent.row | agent.of_tenancy << ROW_BITS
        return None

    def keys(self, kind: type[RowAgent]) -> Keys:
        """Keys of all that exist of one type, by row."""
        state = self.model.state
        if kind is Premises:
            return np.arange(state["premises.id"].size)
        rows = np.flatnonzero(state["premises.is_open"])
        return rows | state["premises.tenancy"][rows].astype(np.int64) << ROW_BITS

    def exist(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Which of these agents exist."""
        rows, tenancies = keys & ROW_MASK, keys >> ROW_BITS
        state = self.model.state
        trades = state["premises.is_open"][rows].astype(np.bool_)
        same = np.equal(state["premises.tenancy"][rows], tenancies)
        there: npt.NDArray[np.bool_] = (trades & same) | (tenancies == 0)
        return there

    def values(self, keys: Keys, attribute: str) -> npt.NDArray[Any] | None:
        """An attribute of these agents, read at once; None where it is not kept in an array."""
        found = [getattr(kind, attribute, None) for kind in kinds_of(keys)]
        columns = [c for c in found if isinstance(c, Column | UniqueId)]
        if not columns or len(columns) < len(found):
            return None
        return columns[0].read(self.model, keys)  # all of them read the same array


def kinds_of(keys: Keys) -> list[type[RowAgent]]:
    """Types of agents among these keys."""
    kinds: list[type[RowAgent]] = []
    if len(keys):
        kinds += [Premises] if keys.min() <= ROW_MASK else []
        kinds += [Shop] if keys.max() > ROW_MASK else []
    return kinds
