"""The agents of one model by key, and the objects created for them so far.

The *key* of an agent holds its type, tenancy and row, so the arrays alone determine which agents
exist and what their attributes are. Objects are created on first use and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.kernels.arrays import Bools, Ints
from sim.mesa_face.agents import KINDS, RowAgent
from sim.mesa_face.columns import (
    KIND_SHIFT,
    ROW_MASK,
    TENANCY_MASK,
    TENANCY_SHIFT,
    Column,
    Keys,
    UniqueId,
)

if TYPE_CHECKING:
    from sim.mesa_face.model import TerritoryModel

_CODES: Final = {kind: code for code, kind in enumerate(KINDS)}
_NAMED: Final = {kind.__name__: kind for kind in KINDS}


class Handles:
    """The agents of one model, and the objects created for them so far."""

    def __init__(self, model: TerritoryModel) -> None:
        self.model = model
        self._made: dict[type[RowAgent], dict[int, Any]] = {kind: {} for kind in KINDS}

    @property
    def made(self) -> int:
        """Number of agent objects created so far."""
        return sum(map(len, self._made.values()))

    def at[A: RowAgent](self, kind: type[A] | str, row: int) -> A | None:
        """Return the present agent of a type or type name in a row; None if there is none."""
        wanted: Any = _NAMED[kind] if isinstance(kind, str) else kind
        state = self.model.state
        if wanted.presence and not state[wanted.presence].item(row):
            return None
        tenancy = state[wanted.succession].item(row) if wanted.succession else 0
        handle: A | None = self._made[wanted].get(row)
        if handle is None or handle.of_tenancy != tenancy:
            handle = object.__new__(wanted)
            assert handle is not None
            handle.model, handle.row, handle.of_tenancy = self.model, row, tenancy
            self._made[wanted][row] = handle
        return handle

    def agent(self, key: int) -> RowAgent | None:
        """Return the agent with this key; None if it is gone."""
        kind, row = KINDS[key >> KIND_SHIFT], key & ROW_MASK
        tenancy = key >> TENANCY_SHIFT & TENANCY_MASK
        agent: RowAgent | None = self._made[kind].get(row)
        if agent is None or agent.of_tenancy != tenancy:
            agent = self.at(kind, row)
        there = agent is not None and agent.of_tenancy == tenancy and agent.exists
        return agent if there else None

    def present(self, keys: Iterable[int]) -> Iterator[RowAgent]:
        """Return the agents with these keys that are not gone when their turn comes."""
        return (agent for key in keys if (agent := self.agent(key)) is not None)

    def key(self, agent: object) -> int | None:
        """Return the key of an agent of this model; None for anything else."""
        if isinstance(agent, RowAgent) and agent.model is self.model:
            kind = _CODES[type(agent)]
            return agent.row | agent.of_tenancy << TENANCY_SHIFT | kind << KIND_SHIFT
        return None

    def rows(self, kind: type[RowAgent]) -> Ints:
        """Return the occupied rows of one type."""
        state = self.model.state
        if kind.presence:
            return np.flatnonzero(state[kind.presence])
        return np.arange(state[f"{kind.table}.cell_row"].size)

    def keys(self, kind: type[RowAgent]) -> Keys:
        """Return the keys of all existing agents of one type, by row."""
        return self.keys_in(kind, self.rows(kind))

    def keys_in(self, kind: type[RowAgent], rows: Ints) -> Keys:
        """Return the keys of the present holders of rows."""
        keys = rows | _CODES[kind] << KIND_SHIFT
        if kind.succession:
            tenancies = self.model.state[kind.succession][rows].astype(np.int64)
            keys |= tenancies << TENANCY_SHIFT
        return keys

    def exist(self, keys: Keys) -> Bools:
        """Return which of these agents exist."""
        there = np.empty(len(keys), np.bool_)
        for kind, members in by_kind(keys):
            some = keys[members]
            tenancies = some >> TENANCY_SHIFT & TENANCY_MASK
            there[members] = kind.there(self.model.state, some & ROW_MASK, tenancies)
        return there

    def values(self, keys: Keys, attribute: str) -> npt.NDArray[Any] | None:
        """Read an attribute of these agents at once; None if it is not stored in arrays."""
        parts: list[npt.NDArray[Any]] = []
        groups = list(by_kind(keys))
        for kind, members in groups:
            column = getattr(kind, attribute, None)
            if not isinstance(column, Column | UniqueId):
                return None
            parts.append(column.read(self.model, keys[members]))
        if len(parts) == 1:
            return parts[0]
        if len({part.dtype.kind for part in parts}) != 1:
            return None  # one array would convert between types
        values = np.empty(len(keys), np.result_type(*parts))
        for part, (_, members) in zip(parts, groups, strict=True):
            values[members] = part
        return values


def by_kind(keys: Keys) -> Iterator[tuple[type[RowAgent], Any]]:
    """Return the types of agents among these keys, each with a selector of its members."""
    codes = keys >> KIND_SHIFT
    if len(codes) and codes.min() == codes.max():
        yield KINDS[codes[0]], slice(None)
        return
    for code in np.flatnonzero(np.bincount(codes)).tolist():
        yield KINDS[code], codes == code
