"""Sets of agents backed by the arrays, with the interface of Mesa's `AgentSet`.

A set is an ordered array of keys (`sim.mesa_face.columns.Keys`). It looks up existence and
attributes in the state, for all members at once. Agent objects are created only on demand: when
iterating, or for a Python function of an agent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from types import BuiltinFunctionType
from typing import Any, Literal, Never, Self, overload

import numpy as np
import numpy.typing as npt
from mesa.agentset import AbstractAgentSet, AgentSet, GroupBy

from sim.mesa_face.agents import RowAgent
from sim.mesa_face.columns import Column, Keys
from sim.mesa_face.handles import Handles, by_kind

__all__ = ["ColumnAgentSet", "ColumnGroupBy", "LiveAgentSet"]

OfMissing = Literal["error", "default"]
"""Treatments of agents that lack an attribute."""

_ON_ARRAYS: dict[Any, Callable[..., Any]] = {sum: np.sum, min: np.min, max: np.max, len: len}
"""Python's functions of a list and their array counterparts."""


class ColumnAgentSet(AbstractAgentSet):  # type: ignore[misc]  # Mesa carries no types
    """An ordered set of agents.

    It behaves like Mesa's `AgentSet`, with two differences: agents that have left disappear from it
    at once, and aggregates come from arrays (floats are summed pairwise, in double precision).

    Parameters
    ----------
    handles : Handles
    keys : (agents,) int64 array
        Members of the set, in order.
    random : random.Random
        Generator of shuffles; the model's own draws do not use it.
    """

    def __init__(self, handles: Handles, keys: Keys, random: Random) -> None:
        self.random, self._handles, self._keys = random, handles, keys
        self._members: frozenset[int] | None = None

    # -- members ---------------------------------------------------------------------------------

    def keys(self) -> Keys:
        """Keys of the members that exist, in order."""
        return self._keys[self._handles.exist(self._keys)]

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[RowAgent]:
        return self._handles.present(self.keys().tolist())

    def __contains__(self, agent: object) -> bool:
        key = self._handles.key(agent)
        if self._members is None:
            self._members = frozenset(self._keys.tolist())
        return key in self._members and self._handles.agent(key) is agent

    def __getitem__(self, item: int | slice) -> Any:
        """One agent, or a list of agents, by position."""
        return self.to_list()[item]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} agents>"

    def to_list(self) -> list[RowAgent]:
        """The agents as a list."""
        return list(self)

    def _of(self, keys: Keys) -> ColumnAgentSet:
        return ColumnAgentSet(self._handles, keys, self.random)

    def copy(self) -> ColumnAgentSet:
        """Return a set of the present members, which may be modified."""
        return self._of(self.keys())

    __copy__ = copy

    def _from_iterable(self, agents: Iterable[Any]) -> AbstractAgentSet:
        """Build the result of set operators; Mesa's own set for agents of other types."""
        members = list(agents)
        keys = dict.fromkeys(map(self._handles.key, members))
        if None in keys:
            return AgentSet(members, random=self.random)
        return self._of(np.array(list(keys), np.int64))

    def _replace(self, keys: Keys) -> Self:
        self._keys, self._members = keys, None
        return self

    def _result(self, keys: Keys, inplace: bool) -> Self | ColumnAgentSet:
        return self._replace(keys) if inplace else self._of(keys)

    def _update(self, agents: Iterable[RowAgent]) -> Self:
        keys = dict.fromkeys(self._key(a) for a in agents)
        return self._replace(np.array(list(keys), np.int64))

    def _key(self, agent: object) -> int:
        key = self._handles.key(agent)
        if key is None:
            raise TypeError(f"{agent!r} is not one of this model's agents")
        return key

    def add(self, agent: RowAgent) -> None:
        """Append an agent to the set."""
        if agent not in self:
            self._replace(np.append(self._keys, self._key(agent)))

    def discard(self, agent: RowAgent) -> None:
        """Remove an agent from the set, if present; the agent itself stays in the model."""
        self._replace(self._keys[self._keys != self._handles.key(agent)])

    def remove(self, agent: RowAgent) -> None:
        """Like `discard`, but raise `KeyError` if the agent is not in the set."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    # -- attributes ------------------------------------------------------------------------------

    def column(self, attribute: str) -> npt.NDArray[Any]:
        """Return one attribute of all members as an array, in the set's order.

        Raise `AttributeError` if some members lack it.
        """
        values = self._handles.values(self.keys(), attribute)
        return values if values is not None else np.array([getattr(a, attribute) for a in self])

    @overload
    def get(
        self, attr_names: str, handle_missing: OfMissing = "error", default_value: Any = None
    ) -> list[Any]: ...
    @overload
    def get(
        self, attr_names: Sequence[str], handle_missing: OfMissing = "error",
        default_value: Any = None,
    ) -> list[list[Any]]: ...  # fmt: skip
    def get(
        self, attr_names: str | Sequence[str], handle_missing: OfMissing = "error",
        default_value: Any = None,
    ) -> list[Any]:  # fmt: skip
        """Return the values of one attribute, or for several a list of values per agent."""
        if handle_missing not in ("error", "default"):
            known = "should be one of 'error' or 'default'"
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, {known}")
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return list(map(list, zip(*columns, strict=True))) if columns else [[] for _ in self]
        values = self._handles.values(self.keys(), attr_names)
        if values is not None:
            return list(values.tolist())
        default = () if handle_missing == "error" else (default_value,)
        return [getattr(agent, attr_names, *default) for agent in self]

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Aggregate an attribute with a function of its values, or with several.

        ``sum``, ``min``, ``max``, ``len`` and numpy's functions work on the array itself; any other
        function gets a list, as it would from Mesa.
        """
        values = self._handles.values(self.keys(), attribute)
        listed = self.get(attribute) if values is None else None

        def apply(function: Callable[..., Any]) -> Any:
            if values is None:
                return function(listed)
            if isinstance(function, BuiltinFunctionType) and function in _ON_ARRAYS:
                if not len(values) or values.dtype.kind == "U":
                    return function(values.tolist())
                result = _ON_ARRAYS[function](values)
                return result.item() if isinstance(result, np.generic) else result
            return function(values if _is_numpy(function) else values.tolist())

        return apply(func) if callable(func) else [apply(f) for f in func]

    def set(self, attr_name: str, value: Any) -> Self:
        """Set an attribute of all members to one value."""
        keys = self.keys()
        groups = [(getattr(k, attr_name, None), members) for k, members in by_kind(keys)]
        columns = [(c, members) for c, members in groups if isinstance(c, Column)]
        if len(columns) == len(groups):
            for column, members in columns:
                column.write(self._handles.model, keys[members], value)
        else:
            for agent in self:
                setattr(agent, attr_name, value)
        return self

    # -- subsets and order -----------------------------------------------------------------------

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
        *,
        where: npt.ArrayLike | None = None,
    ) -> Self | ColumnAgentSet:
        """Select the members that pass all filters.

        Parameters
        ----------
        filter_func : callable, optional
            Returns whether to keep an agent.
        at_most : int or float
            Maximum number, taken from the front; a float up to 1.0 is a share of the whole set.
        inplace : bool
            Filter this set instead of making another.
        agent_type : type, optional
            Class of the agents to keep.
        where : array of bool, optional
            One value per member in the set's order, the fast way to filter:
            ``shops.select(where=shops.column("margin") < 0)``.
        """
        keys = self.keys()
        share = isinstance(at_most, float) and at_most <= 1.0
        limit = int(len(keys) * at_most) if share else at_most
        if where is not None:
            mask = np.asarray(where)
            if mask.dtype != bool or mask.shape != keys.shape:
                raise ValueError(f"where must be {len(keys)} values of True or False")
            keys = keys[mask]
        if agent_type is not None:
            wanted = np.zeros(len(keys), np.bool_)
            for kind, members in by_kind(keys):
                wanted[members] = issubclass(kind, agent_type)
            keys = keys[wanted]
        if filter_func is not None:
            keys = np.fromiter(self._passing(keys, filter_func, limit), np.int64)
        elif limit < len(keys):
            keys = keys[: max(0, int(limit))]
        return self._result(keys, inplace)

    def _passing(
        self, keys: Keys, filter_func: Callable[[Any], bool], limit: float
    ) -> Iterator[int]:
        taken = 0
        for key in keys.tolist():
            if taken >= limit:
                break
            agent = self._handles.agent(key)
            if agent is not None and filter_func(agent):
                taken += 1
                yield key

    def groupby(
        self, by: Callable[[Any], Any] | str, result_type: Literal["agentset", "list"] = "agentset"
    ) -> ColumnGroupBy:
        """Group members by an attribute or a function, in order of first appearance."""
        keys = self.keys()
        values = None if callable(by) else self._handles.values(keys, by)
        if values is not None:
            found, first, group = np.unique(values, return_index=True, return_inverse=True)
            groups = {found[g].item(): keys[group == g] for g in np.argsort(first)}
        else:
            gathered: dict[Any, list[int]] = {}
            for agent in self:
                value = by(agent) if callable(by) else getattr(agent, by)
                gathered.setdefault(value, []).append(self._key(agent))
            groups = {value: np.array(members) for value, members in gathered.items()}
        sets = {value: self._of(members) for value, members in groups.items()}
        if result_type == "agentset":
            return ColumnGroupBy(sets)
        return ColumnGroupBy({value: members.to_list() for value, members in sets.items()})

    def shuffle(self, inplace: bool = False) -> Self | ColumnAgentSet:
        """Put the members in random order."""
        return self._result(np.array(self._shuffled(), np.int64), inplace)

    def _shuffled(self) -> list[int]:
        keys: list[int] = self.keys().tolist()
        self.random.shuffle(keys)
        return keys

    def sort(
        self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> Self | ColumnAgentSet:
        """Sort the members by an attribute or a function, largest first; ties keep their order."""
        keys = self.keys()
        values = None if callable(key) else self._handles.values(keys, key)
        if values is not None:
            if ascending:
                order = np.argsort(values, kind="stable")
            else:  # from the back, so that ties keep their order after the reversal
                order = (len(values) - 1 - np.argsort(values[::-1], kind="stable"))[::-1]
            keys = keys[order]
        else:
            agents = self.to_list()
            ranks = [key(a) if callable(key) else getattr(a, key) for a in agents]
            places = sorted(range(len(ranks)), key=ranks.__getitem__, reverse=not ascending)
            keys = keys[np.array(places, np.int64)]
        return self._result(keys, inplace)

    # -- actions ---------------------------------------------------------------------------------

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method, or a function of an agent, for each member that still exists."""
        self._call(self.keys().tolist(), method, args, kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Like `do`, in random order."""
        self._call(self._shuffled(), method, args, kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Like `do`, but return the list of results."""
        return self._call(self.keys().tolist(), method, args, kwargs)

    def _call(
        self,
        keys: list[int],
        method: str | Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> list[Any]:
        agents = self._handles.present(keys)
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in agents]
        return [method(agent, *args, **kwargs) for agent in agents]


def _is_numpy(function: Callable[..., Any]) -> bool:
    module = getattr(function, "__module__", None) or ""
    return isinstance(function, np.ufunc) or module.partition(".")[0] == "numpy"


class LiveAgentSet(ColumnAgentSet):
    """The current agents of some types, such as ``model.agents``.

    Handles and generator are those of `ColumnAgentSet`.
    """

    def __init__(self, handles: Handles, kinds: tuple[type[RowAgent], ...], random: Random) -> None:
        super().__init__(handles, np.empty(0, np.int64), random)
        self._kinds = kinds

    def keys(self) -> Keys:
        """Keys of all existing agents, by type and row."""
        return np.concatenate([self._handles.keys(kind) for kind in self._kinds])

    def __len__(self) -> int:
        return sum(len(self._handles.rows(kind)) for kind in self._kinds)

    def __contains__(self, agent: object) -> bool:
        key = self._handles.key(agent)
        there = key is not None and self._handles.agent(key) is agent
        return there and isinstance(agent, self._kinds)

    def _replace(self, keys: Keys) -> Never:
        raise TypeError(
            "this set shows the model itself and cannot be changed: take a copy(), or leave out "
            "inplace=True; agents leave with agent.remove() and shops come with premises.let()"
        )


class ColumnGroupBy(GroupBy):  # type: ignore[misc]  # Mesa carries no types
    """Groups of agents; aggregates over groups come from the arrays."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """Aggregate an attribute within each group."""
        return {
            name: group.agg(attr_name, func)
            if isinstance(group, ColumnAgentSet)
            else func([getattr(agent, attr_name) for agent in group])
            for name, group in self.groups.items()
        }
