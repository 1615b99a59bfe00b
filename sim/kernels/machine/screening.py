"""Find the few marked rows among many, with marks set in bulk.

When an event is rare, a loop over all agents spends its time on mispredicted branches. Random words
are therefore compared in bulk with the largest probability, without branches, and only marked rows
are examined::

    for start in range(first, last, BLOCK):
        bits = marks_of_block(marks, start, last)
        while bits:
            i, bits = start + lowest(bits), without_lowest(bits)

(Not a generator: at each of its steps numba would count references to the array, which takes longer
than finding the next row.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.np.arrayobj import make_array

from sim.kernels.machine.compile import instruction, rule

CHUNK = np.uintp(1024)
"""Agents screened together, so that their words stay in the fastest cache."""

BLOCK = np.uintp(64)
"""Marks examined together, as the bits of one word."""

_0, _1 = np.arange(2, dtype=np.uint64)


@rule
def marks_of_block(marks, start, end):
    """Return the non-zero marks of the block from `start`, before `end`, as bits.

    Parameters
    ----------
    marks : (n,) uint8 array
        Marks; 0 for none.
    start, end : uintp

    Returns
    -------
    uint64
        Bit k is set if ``marks[start + k]`` is not 0.
    """
    if start + BLOCK <= end:
        return _whole_block(marks, start)
    bits = _0
    for i in range(start, end):
        bits |= np.uint64(marks[i] != 0) << np.uint64(i - start)
    return bits


@rule
def without_lowest(bits):
    """Clear the lowest set bit."""
    return bits & (bits - _1)


@rule
def list_marked(marks, n, listed):
    """Write the indices of those of the first n marks that are not 0; return how many there are."""
    count = np.uintp(0)
    for start in range(np.uintp(0), n, BLOCK):
        bits = marks_of_block(marks, start, n)
        while bits:
            listed[count], bits = start + lowest(bits), without_lowest(bits)
            count += np.uintp(1)
    return count


@instruction
def lowest(_, bits):
    """Return the index of the lowest set bit; there must be one."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(bits), generate


@instruction
def _whole_block(_, marks, start):
    """Return which of the 64 marks from `start` are not 0, two instructions per 32 marks."""
    if not isinstance(marks, types.Array) or marks.dtype != types.uint8 or marks.layout != "C":
        return None  # numba reports this as a type mismatch

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        block = ir.VectorType(ir.IntType(8), int(BLOCK))
        data = make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), block.as_pointer())
        bits = builder.icmp_unsigned("!=", builder.load(place, align=1), ir.Constant(block, None))
        return builder.bitcast(bits, ir.IntType(int(BLOCK)))

    return types.uint64(marks, types.uintp), generate


@instruction
def prefetch(_, array, at):
    """Start loading element `at` of a one-dimensional array for a later read."""

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
