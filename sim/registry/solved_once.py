"""Cache solutions of equations that depend only on parameters, from run to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any


def solved_once[T](solve: Callable[..., T]) -> Callable[..., T]:
    """Cache the results of a function of parameters, which replications call with the same values.

    Parameters
    ----------
    solve : callable
        Function of parameters by flat name and further numbers. Callers must not change its result.

    Returns
    -------
    callable
        The same function, cached.
    """

    @lru_cache(maxsize=16)
    def remembered(values: tuple[tuple[str, Any], ...], *more: Any, **named: Any) -> T:
        return solve(dict(values), *more, **named)

    @wraps(solve)
    def ask(values: Mapping[str, Any], *more: Any, **named: Any) -> T:
        return remembered(tuple(values.items()), *more, **named)

    return ask
