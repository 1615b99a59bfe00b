"""Find roots by Brent's method, to the bits of `scipy.optimize.brentq`.

Importing ``scipy.optimize`` takes as long as some replications of a town.

Source: Brent (1973), Algorithms for Minimization Without Derivatives, chapters 3 and 4.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

_RELATIVE = 4 * sys.float_info.epsilon
_MOST_STEPS = 100


def find_root(f: Callable[[float], float], low: float, high: float, *, xtol: float) -> float:
    """Return a root of a continuous function between two arguments of opposite signs.

    Parameters
    ----------
    f : callable
    low, high : float
        Arguments at which its values differ in sign, or are 0.
    xtol : float
        Tolerated error of the root, besides one of four units in the last place.

    Raises
    ------
    ValueError
        If the values do not differ in sign, or are no numbers.

    Examples
    --------
    >>> find_root(lambda x: x * x - 4.0, 0.0, 3.0, xtol=1e-12)
    2.0
    """
    before, x = low, high
    f_before, f_x = float(f(before)), float(f(x))
    if 0.0 in (f_before, f_x):
        return before if f_before == 0.0 else x
    if not min(f_before, f_x) < 0.0 < max(f_before, f_x):
        raise ValueError(f"f({low:g}) = {f_before:g} and f({high:g}) = {f_x:g} have the same sign.")
    across, f_across, step, previous_step = before, f_before, x - before, x - before
    for _ in range(_MOST_STEPS):
        if f_before != 0.0 and (f_before < 0.0) != (f_x < 0.0):
            across, f_across, step, previous_step = before, f_before, x - before, x - before
        if abs(f_across) < abs(f_x):
            before, x, across = x, across, x
            f_before, f_x, f_across = f_x, f_across, f_x
        tolerated, half = (xtol + _RELATIVE * abs(x)) / 2, (across - x) / 2
        if f_x == 0.0 or abs(half) < tolerated:
            return x
        wanted = math.inf
        if abs(previous_step) > tolerated and abs(f_x) < abs(f_before):
            wanted = _interpolated(before, x, across, f_before, f_x, f_across)
        if 2 * abs(wanted) < min(abs(previous_step), 3 * abs(half) - tolerated):
            previous_step, step = step, wanted
        else:
            previous_step = step = half
        before, f_before = x, f_x
        x += step if abs(step) > tolerated else math.copysign(tolerated, half)
        f_x = float(f(x))
        if math.isnan(f_x):
            raise ValueError(f"f({x:g}) is no number.")
    raise ValueError(f"no root between {low:g} and {high:g} after {_MOST_STEPS} steps.")


def _interpolated(
    before: float, x: float, across: float, f_before: float, f_x: float, f_across: float
) -> float:
    """Return the step to the root of a curve through two or three points, infinity without one."""
    if before == across:
        return -f_x * (x - before) / (f_x - f_before)
    slope, slope_across = (f_before - f_x) / (before - x), (f_across - f_x) / (across - x)
    top = -f_x * (f_across * slope_across - f_before * slope)
    bottom = slope_across * slope * (f_across - f_before)
    return top / bottom if bottom else math.inf
