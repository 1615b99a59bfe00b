"""Cache solutions of equations that depend only on parameters, from run to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Any


class Read(Mapping[str, Any]):
    """Parameters by flat name that remember which of them were read."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def solved_once[T](solve: Callable[..., T]) -> Callable[..., T]:
    """Cache a function of parameters by flat name, which replications call with the same values.

    Callers must not change its result. It is solved anew for `Read`, to see what it reads.
    """

    @lru_cache(maxsize=16)
    def remembered(values: tuple[tuple[str, Any], ...], *more: Any, **named: Any) -> T:
        return solve(dict(values), *more, **named)

    @wraps(solve)
    def ask(values: Mapping[str, Any], *more: Any, **named: Any) -> T:
        if isinstance(values, Read):
            return solve(values, *more, **named)
        return remembered(tuple(values.items()), *more, **named)

    return ask
