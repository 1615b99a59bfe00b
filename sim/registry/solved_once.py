"""Solutions of equations that depend on parameters alone are remembered from run to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any

__all__ = ["solved_once"]


def solved_once[T](solve: Callable[..., T]) -> Callable[..., T]:
    """Remember what a function of parameters gave: replications of a place ask for the same.

    Parameters
    ----------
    solve : callable
        Takes parameters by flat name and further numbers; nobody may change what it gives.

    Returns
    -------
    callable
        The same, solved once for equal values.
    """

    @lru_cache(maxsize=16)
    def remembered(values: tuple[tuple[str, Any], ...], *more: Any, **named: Any) -> T:
        return solve(dict(values), *more, **named)

    @wraps(solve)
    def ask(values: Mapping[str, Any], *more: Any, **named: Any) -> T:
        return remembered(tuple(values.items()), *more, **named)

    return ask
