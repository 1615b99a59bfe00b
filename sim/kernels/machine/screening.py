"""Finding the few among many: who is marked, where marks are set for many at a time.

Where something happens to hardly anybody in a month, a loop that asks everyone in turn spends its
time on branches that the processor guesses wrong. Words of luck are therefore compared in bulk with
what is likeliest for each, which costs no branch, and only who is marked is looked at::

    for start in range(first, last, BLOCK):
        bits = marks_of_block(marks, start, last)
        while bits:
            i, bits = start + lowest(bits), without_lowest(bits)

(Not a generator: numba counts references to the array at each step of one, for longer than it takes
to find the next.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.np.arrayobj import make_array

from sim.kernels.machine.compile import instruction, rule

__all__ = ["BLOCK", "CHUNK", "lowest", "marks_of_block", "prefetch", "without_lowest"]

CHUNK = np.uintp(1024)
"""Agents that are screened together: their words stay in the fastest cache."""

BLOCK = np.uintp(64)
"""Marks that are looked at together, as the bits of one word."""

_0, _1 = np.arange(2, dtype=np.uint64)


@rule
def marks_of_block(marks, start, end):
    """Which marks are not 0, of the block from `start`, before `end`.

    Parameters
    ----------
    marks : (n,) uint8 array
        0 where there is no mark.
    start, end : uintp

    Returns
    -------
    uint64
        Bit k is set where ``marks[start + k]`` is not 0.
    """
    if start + BLOCK <= end:
        return _whole_block(marks, start)
    bits = _0
    for i in range(start, end):
        bits |= np.uint64(marks[i] != 0) << np.uint64(i - start)
    return bits


@rule
def without_lowest(bits):
    """The bits but for the lowest one that is set."""
    return bits & (bits - _1)


@instruction
def lowest(_, bits):
    """Number of the lowest bit that is set; there must be one."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(bits), generate


@instruction
def _whole_block(_, marks, start):
    """Which of the 64 marks from `start` are not 0: two instructions for 32 of them."""
    if not isinstance(marks, types.Array) or marks.dtype != types.uint8 or marks.layout != "C":
        return None  # which numba tells as a type that does not fit

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        block = ir.VectorType(ir.IntType(8), int(BLOCK))
        data = make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), block.as_pointer())
        bits = builder.icmp_unsigned("!=", builder.load(place, align=1), ir.Constant(block, None))
        return builder.bitcast(bits, ir.IntType(int(BLOCK)))

    return types.uint64(marks, types.uintp), generate


@instruction
def prefetch(_, array, at):
    """Begin to load element `at` of a one-dimensional array, which is read some steps later."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.gep(data, [given[1]])
        flag = ir.IntType(32)
        taken = ir.FunctionType(ir.VoidType(), [place.type, flag, flag, flag])
        name = "llvm.prefetch.p0"
        call = builder.module.globals.get(name) or ir.Function(builder.module, taken, name)
        to_read, keep, data_cache = (ir.Constant(flag, n) for n in (0, 3, 1))
        builder.call(call, [builder.bitcast(place, taken.args[0]), to_read, keep, data_cache])
        return context.get_dummy_value()

    return types.none(array, types.uintp), generate
