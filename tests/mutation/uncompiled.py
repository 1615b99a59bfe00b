"""Run kernels as plain Python, with numba's arithmetic, so that a mutant needs no compilation.

Compiling takes a minute or two, a year of a small town without it some seconds. NumPy's scalars
differ from numba's numbers in three ways, which `install` mends: small integers overflow where
numba widens them, casts refuse numbers out of range where numba wraps them, and operations written
in LLVM's language have no Python. Results differ from those of compiled kernels by rounding.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

import numba
import numba.extending
import numpy as np

_READ_AS = {np.float32: np.float64} | dict.fromkeys(
    (np.int8, np.int16, np.int32, np.uint8, np.uint16), np.int64
)


_element = np.ndarray.__getitem__


class Widened(np.ndarray):
    """An array whose elements are read as numbers of 64 bits, but for unsigned ones of 32."""

    def __getitem__(self, key: Any) -> Any:
        value = _element(self, key)
        wide = _READ_AS.get(type(value))
        return wide(value) if wide else value


def _widened(argument: Any) -> Any:
    if type(argument) is np.ndarray:
        return argument.view(Widened)
    if isinstance(argument, tuple) and hasattr(argument, "entity"):  # a record
        is_plain = any(type(field) is np.ndarray for field in argument)
        return type(argument)(*map(_widened, argument)) if is_plain else argument
    return argument


def njit(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Return the function itself, or with widened arguments if it is a kernel."""
    if function is None:
        return functools.partial(njit, **options)
    if function.__globals__.get("np") is np:
        function.__globals__["np"] = _NUMPY
    if options.get("inline") == "always":  # a rule, which kernels call with numbers
        function.py_func = function  # type: ignore[attr-defined]
        return function

    @functools.wraps(function)
    def called(*arguments: Any, **named: Any) -> Any:
        return function(*map(_widened, arguments), **named)

    called.py_func = function  # type: ignore[attr-defined]
    return called


def transpose_tile(source, source_at, source_step, target, target_at, target_step):
    """See `sim.kernels.machine.transposition`."""
    for i in range(8):
        line = source[int(source_at) + i * int(source_step) :][:8]
        target[int(target_at) + i : int(target_at) + i + 7 * int(target_step) + 1][
            :: int(target_step)
        ] = line


def smooth_lines(width, values, at, step, places, ratio, smallest, weight, forwards):
    """See `sim.kernels.machine.recursion`."""
    starts = [int(at) + int(step) * i for i in range(int(places))]
    lines = [np.array(values[start : start + width]) for start in starts]
    sums, carry = [], np.zeros_like(lines[0])
    for line in lines:
        carry = line + ratio * np.where(carry > smallest, carry, 0)
        sums.append(carry)
    carry = np.zeros_like(lines[0])
    for start, line, forward in zip(starts[::-1], lines[::-1], sums[::-1], strict=True):
        passed = ratio * np.where(carry > smallest, carry, 0)
        values[start : start + width] = weight * (forward + passed)
        carry = line + passed


def lowest(bits):
    """See `sim.kernels.machine.screening`."""
    return np.uint64((int(bits) & -int(bits)).bit_length() - 1)


def _whole_block(marks, start):
    found = np.flatnonzero(marks[int(start) : int(start) + 64]).tolist()
    return np.uint64(sum(1 << k for k in found))


def prefetch(array, at):
    """See `sim.kernels.machine.screening`."""


_INSTRUCTIONS = (transpose_tile, smooth_lines, lowest, _whole_block, prefetch)


def _wrapping(kind: type) -> type:
    """Return an integer type whose casts wrap, as the compiler's do."""
    most = np.iinfo(kind).max

    def cast(_: type, value: Any = 0) -> Any:
        if isinstance(value, np.generic) or 0 <= value <= most:
            return kind(value)
        return np.uint64(int(value) & (2**64 - 1)).astype(kind)

    return type(kind.__name__, (kind,), {"__new__": cast})


_NUMPY = types.ModuleType("numpy")
_NUMPY.__dict__.update(np.__dict__)
for _name in ("uint64", "uint32", "uint8", "uintp", "int64", "int32"):
    setattr(_NUMPY, _name, _wrapping(getattr(np, _name)))


def install() -> None:
    """Replace numba's compiler in this process; nothing of `sim` may be imported yet."""
    numba.config.DISABLE_JIT = True
    numba.njit = njit
    known, intrinsic = {f.__name__: f for f in _INSTRUCTIONS}, numba.extending.intrinsic
    numba.extending.intrinsic = lambda f: known.get(f.__name__) or intrinsic(f)
