"""A forward and a backward first-order recursion along many lines at once.

The carry is one number per line, which stays in registers from the first place to the last.
Numba's own loops would store and reload it at each place, and could not know that the arrays do not
overlap.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import make_array

from sim.kernels.machine.compile import instruction

WIDTH = 64
"""Most lines smoothed together, enough vectors to hide the latency of each step."""

NARROW = 32
"""Lines smoothed together where they are too long for WIDTH of them to stay in a cache."""

_VECTOR = 16
"""Numbers per vector, those of float32 in the widest registers; narrower ones take several."""


@instruction
def smooth_lines(_, width, values, at, step, places, ratio, smallest, weight, forwards):
    """Replace the values of some lines by their sums weighted by weight x ratio**distance.

    Parameters
    ----------
    width : int
        Number of lines, a constant.
    values : one-dimensional contiguous array of float32 or float64
        Non-negative values; place i of all lines is ``values[at + step i :][:width]``.
    at, step, places : uintp
        Start, stride and number of places, at least one.
    ratio, smallest, weight : numbers of the same type
        Carries of at most `smallest` are dropped, since their product with the ratio would be
        denormal, and each further one at a hundred times the cost.
    forwards : one-dimensional contiguous array
        Scratch of the same type, `width` numbers per place.
    """
    if not isinstance(width, types.IntegerLiteral):
        return None  # numba asks again, with its value
    if values.layout != "C" or forwards.layout != "C" or values.dtype != forwards.dtype:
        return None  # numba reports this as a type mismatch
    n, size = types.uintp, values.dtype
    lines = width.literal_value
    signature = types.none(width, values, n, n, n, size, size, size, forwards)

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        number = context.get_data_type(size)
        vector = ir.VectorType(number, _VECTOR)
        align = context.get_abi_sizeof(number)
        array, at, step, places = given[1:5]
        ratio, smallest, weight = (_spread(builder, vector, g) for g in given[5:8])
        read = make_array(signature.args[1])(context, builder, array).data
        kept = make_array(signature.args[8])(context, builder, given[8]).data
        zero = ir.Constant(vector, None)
        carries = [
            (at.type(first), cgutils.alloca_once_value(builder, zero))
            for first in range(0, lines, _VECTOR)
        ]

        def load(data: Any, index: Any) -> tuple[Any, Any]:
            place = builder.bitcast(builder.gep(data, [index]), vector.as_pointer())
            return builder.load(place, align=align), place

        def passed_on(carry: Any) -> Any:
            carried = builder.load(carry)
            is_large = builder.fcmp_ordered(">", carried, smallest)
            return builder.select(is_large, builder.fmul(ratio, carried), zero)

        with cgutils.for_range(builder, places) as loop:
            here = builder.add(at, builder.mul(loop.index, step))
            line = builder.mul(loop.index, at.type(lines))
            for first, carry in carries:
                value, _ = load(read, builder.add(here, first))
                total = builder.fadd(value, passed_on(carry))
                _, place = load(kept, builder.add(line, first))
                builder.store(total, place, align=align)
                builder.store(total, carry)
        for _, carry in carries:
            builder.store(zero, carry)
        with cgutils.for_range(builder, places) as loop:
            i = builder.sub(builder.sub(places, loop.index), at.type(1))
            here = builder.add(at, builder.mul(i, step))
            line = builder.mul(i, at.type(lines))
            for first, carry in carries:
                value, place = load(read, builder.add(here, first))
                forward, _ = load(kept, builder.add(line, first))
                passed = passed_on(carry)
                builder.store(builder.fadd(value, passed), carry)
                result = builder.fmul(weight, builder.fadd(forward, passed))
                builder.store(result, place, align=align)
        return context.get_dummy_value()

    return signature, generate


def _spread(builder: Any, vector: Any, number: Any) -> Any:
    """Return a vector of equal numbers."""
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None)
    return builder.shuffle_vector(first, first, mask)
