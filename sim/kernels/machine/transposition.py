"""Transpose a square tile of a field from one array to another, within registers.

Numba compiles such loops number by number, which takes longer than the computation itself. Here a
tile is loaded as vectors, one per line. The upper right and the lower left quarter of the tile then
change places, and likewise within each quarter, down to single numbers.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.np.arrayobj import make_array

from sim.kernels.machine.compile import instruction

TILE = 8
"""Numbers per side of a tile, a vector of float32."""


@instruction
def transpose_tile(_, source, source_at, source_step, target, target_at, target_step):
    """Write number j of line i of a tile of one array as number i of line j of a tile of another.

    Parameters
    ----------
    source, target : one-dimensional contiguous arrays
        Arrays of the same dtype that contain the tile and do not overlap.
    source_at, target_at : uintp
        Start of the tile.
    source_step, target_step : uintp
        Stride between lines of the tile.
    """
    signature = types.none(source, types.uintp, types.uintp, target, types.uintp, types.uintp)
    alike = isinstance(source, types.Array) and isinstance(target, types.Array)
    if not alike or source.dtype != target.dtype or {source.layout, target.layout} != {"C"}:
        return None

    def generate(context: Any, builder: Any, _: Any, given: Any) -> Any:
        item = context.get_data_type(source.dtype)
        size = context.get_abi_sizeof(item)
        vector = ir.VectorType(item, TILE)

        def places(kind: Any, array: Any, at: Any, step: Any) -> Any:
            data = make_array(kind)(context, builder, array).data
            for _ in range(TILE):
                yield builder.bitcast(builder.gep(data, [at]), vector.as_pointer())
                at = builder.add(at, step)

        lines = [builder.load(place, align=size) for place in places(source, *given[:3])]
        half = TILE // 2
        while half:
            for i in (i for i in range(TILE) if not i & half):
                upper, lower = lines[i], lines[i + half]
                lines[i], lines[i + half] = (
                    builder.shuffle_vector(upper, lower, _mask(half, side)) for side in (0, half)
                )
            half //= 2
        for place, line in zip(places(target, *given[3:]), lines, strict=True):
            builder.store(line, place, align=size)
        return context.get_dummy_value()

    return signature, generate


def _mask(half: int, side: int) -> Any:
    """Return the shuffle mask of a new line: the left halves of two old lines, or the right."""
    places = [(j & ~half) + side + (TILE if j & half else 0) for j in range(TILE)]
    return ir.Constant(ir.VectorType(ir.IntType(32), TILE), places)
