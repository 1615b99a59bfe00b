"""Find how far a number may move before it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sim.registry.parameters import ParameterInfo

_SHORT: Final = 60
"""Whole numbers that are tried one by one."""


def furthest(
    info: ParameterInfo, inside: Any, outside: Any, admits: Callable[[Any], bool]
) -> int | float:
    """Return the last admissible value on the way from one value to another.

    By bisection, but for whole numbers on a short way, where a gap ends it.

    Parameters
    ----------
    info : ParameterInfo
        Declaration of the number, which says whether it is whole.
    inside, outside : int or float
        An admissible value, and the one to move to.
    admits : callable
        Whether a value is admissible.

    Examples
    --------
    >>> from sim.scenario.schema import PARAMETERS
    >>> furthest(PARAMETERS["rows"], 10, 500, lambda rows: rows * 8 <= 1000)
    125
    """
    if info.kind is int and abs(outside - inside) <= _SHORT:
        step = 1 if outside > inside else -1
        while inside != outside and admits(inside + step):
            inside += step
        return inside  # type: ignore[no-any-return]
    if admits(info.kind(outside)):
        return info.kind(outside)  # type: ignore[no-any-return]
    smallest = 1 if info.kind is int else 1e-9 * abs(outside - inside)
    while abs(outside - inside) > smallest:
        middle = info.kind((inside + outside) / 2)
        if admits(middle):
            inside = middle
        else:
            outside = middle
    return inside  # type: ignore[no-any-return]
