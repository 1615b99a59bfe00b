"""Elementary functions of arrays, with the same bits on every processor.

NumPy takes other algorithms for them where a processor has wider registers, and these differ in the
last bit. Here each is that of the mathematical library, as in all kernels. Sums of products are
made here too: those of BLAS depend on the processor in the same way.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels.arrays import Floats
from sim.kernels.machine.compile import kernel

_EXP, _LOG, _EXPM1, _LOG1P, _POWER = range(5)


@kernel
def _fill(function: int, x: Floats, y: Floats, out: Floats) -> None:
    of_x, of_y = x.size > 1, y.size > 1
    for i in range(out.size):
        at = x[i * of_x]
        if function == _EXP:
            out[i] = math.exp(at)
        elif function == _LOG:
            out[i] = math.log(at)
        elif function == _EXPM1:
            out[i] = math.expm1(at)
        elif function == _LOG1P:
            out[i] = math.log1p(at)
        else:
            out[i] = math.pow(at, y[i * of_y])


def _of(function: int, x: npt.ArrayLike, y: npt.ArrayLike = 0.0) -> Floats:
    first, second = np.asarray(x, np.float64), np.asarray(y, np.float64)
    out = np.empty(first.shape if second.ndim == 0 else second.shape)
    _fill(function, first.reshape(-1), second.reshape(-1), out.reshape(-1))
    return out


def exp(x: npt.ArrayLike) -> Floats:
    """Return the exponential function of each item.

    Examples
    --------
    >>> exp([0.0, 1.0])
    array([1.        , 2.71828183])
    """
    return _of(_EXP, x)


def log(x: npt.ArrayLike) -> Floats:
    """Return the natural logarithm of each item."""
    return _of(_LOG, x)


def expm1(x: npt.ArrayLike) -> Floats:
    """Return exp(x) - 1 of each item, also near 0."""
    return _of(_EXPM1, x)


def log1p(x: npt.ArrayLike) -> Floats:
    """Return log(1 + x) of each item, also near 0."""
    return _of(_LOG1P, x)


def power(x: npt.ArrayLike, y: npt.ArrayLike) -> Floats:
    """Return x to the power of y, item by item; either may be one number for all.

    Examples
    --------
    >>> power(2.0, [1.0, 3.0]), power([3.0, 4.0], 2.0)
    (array([2., 8.]), array([ 9., 16.]))
    """
    return _of(_POWER, x, y)


def dot(weights: Floats, values: Any) -> Any:
    """Return the sum of values along their first axis, weighted: (n,) with (n, ...).

    Examples
    --------
    >>> float(dot(np.array([0.25, 0.75]), np.array([4.0, 8.0])))
    7.0
    """
    aligned = weights.reshape(-1, *[1] * (values.ndim - 1))
    return np.add.reduce(aligned * values, axis=0)
