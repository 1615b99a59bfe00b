"""Cache solutions of equations that depend only on parameters, from run to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any


def solved_once[T](solve: Callable[..., T]) -> Callable[..., T]:
    """Cache a function of parameters by flat name, which replications call with the same values.

    Callers must not change its result.
    """

    @lru_cache(maxsize=16)
    def remembered(values: tuple[tuple[str, Any], ...], *more: Any, **named: Any) -> T:
        return solve(dict(values), *more, **named)

    @wraps(solve)
    def ask(values: Mapping[str, Any], *more: Any, **named: Any) -> T:
        return remembered(tuple(values.items()), *more, **named)

    return ask
