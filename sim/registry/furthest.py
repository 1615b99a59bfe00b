"""Find how far a number may move before it is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from sim.registry.parameters import ParameterInfo

_SHORT: Final = 60
"""Whole numbers that are tried one by one."""

_FINEST: Final = 200
"""Steps between the bounds of a number, at least; a step is a power of ten."""

Admits = Callable[[Any], bool]


def furthest(info: ParameterInfo, inside: Any, outside: Any, admits: Admits) -> int | float:
    """Return the last admissible value on the way from one value to another.

    The way has round values, the same wherever it begins, and is searched by bisection.

    Parameters
    ----------
    info : ParameterInfo
        Declaration of the number, with bounds.
    inside, outside : int or float
        An admissible value, and the one to move to.
    admits : callable
        Whether a value is admissible.

    Examples
    --------
    >>> from sim.scenario.schema import PARAMETERS
    >>> furthest(PARAMETERS["rows"], 10, 500, lambda rows: rows * 8 <= 1000)
    125
    >>> furthest(PARAMETERS["closure_rate"], 0.1, 0.0, lambda rate: rate > 0.00321)
    0.004
    """
    outside = info.kind(outside)
    if inside == outside or admits(outside):
        return outside  # type: ignore[no-any-return]
    digits = 0 if info.kind is int else _digits(info)
    scale = 10.0**digits
    nearer, further = (math.floor, math.ceil) if outside > inside else (math.ceil, math.floor)
    first, refused = nearer(inside * scale), further(outside * scale)
    possible = first
    while abs(refused - possible) > 1:
        middle = (possible + refused) // 2
        if admits(_rounded(info, middle, digits)):
            possible = middle
        else:
            refused = middle
    return inside if possible == first else _rounded(info, possible, digits)  # type: ignore[no-any-return]


def without_gap(info: ParameterInfo, inside: Any, outside: Any, admits: Admits) -> int | float:
    """Return like `furthest` the last admissible value, but of whole numbers before a gap.

    Whole numbers on a short way are tried one by one.
    """
    if info.kind is not int or abs(outside - inside) > _SHORT:
        return furthest(info, inside, outside, admits)
    step = 1 if outside > inside else -1
    while inside != outside and admits(inside + step):
        inside += step
    return inside  # type: ignore[no-any-return]


def _digits(info: ParameterInfo) -> int:
    """Return the decimals of a step, negative for tens and hundreds."""
    assert info.low is not None and info.high is not None
    return -math.floor(math.log10((info.high - info.low) / _FINEST))


def _rounded(info: ParameterInfo, steps: int, digits: int) -> Any:
    return info.kind(round(steps / 10.0**digits, digits))
