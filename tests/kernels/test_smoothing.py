"""The vectorised smoothing gives the bits of plain loops over single numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels.machine.compile import kernel
from sim.kernels.machine.recursion import NARROW, WIDTH, smooth_lines
from sim.kernels.machine.transposition import TILE, transpose_tile
from tests.reference import space as reference


@kernel
def _transpose(source, source_at, source_step, target, target_at, target_step):
    transpose_tile(
        source, np.uintp(source_at), np.uintp(source_step), target, np.uintp(target_at),
        np.uintp(target_step),
    )  # fmt: skip


@kernel
def _smooth(is_wide, values, at, step, places, ratio, smallest, weight, forwards):
    number, at, step, places = values.dtype.type, np.uintp(at), np.uintp(step), np.uintp(places)
    ratio, smallest, weight = number(ratio), number(smallest), number(weight)
    if is_wide:
        smooth_lines(WIDTH, values, at, step, places, ratio, smallest, weight, forwards)
    else:
        smooth_lines(NARROW, values, at, step, places, ratio, smallest, weight, forwards)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(at=st.tuples(*[st.integers(0, 40)] * 2), steps=st.tuples(*[st.integers(TILE, 40)] * 2))
def test_a_tile_is_transposed_and_nothing_else_is_written(dtype, at, steps):
    source = np.random.default_rng(0).random(at[0] + TILE * steps[0]).astype(dtype)
    target = np.full(at[1] + TILE * steps[1], -1.0, dtype)
    wanted = target.copy()
    for i in range(TILE):
        for j in range(TILE):
            wanted[at[1] + j * steps[1] + i] = source[at[0] + i * steps[0] + j]
    _transpose(source, at[0], steps[0], target, at[1], steps[1])
    np.testing.assert_array_equal(target, wanted)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(
    width=st.sampled_from([WIDTH, NARROW]),
    places=st.integers(1, 9),
    at=st.integers(0, 20),
    gap=st.integers(0, 20),
    ratio=st.floats(0.0, 1.0),
    weight=st.floats(0.01, 3.0),
    smallest=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_lines_are_smoothed_forwards_and_backwards(
    dtype, width, places, at, gap, ratio, weight, smallest
):
    step = width + gap
    values = np.random.default_rng(places).random(at + places * step).astype(dtype)
    wanted = values.copy()
    for line in range(width):
        here = slice(at + line, at + line + (places - 1) * step + 1, step)
        wanted[here] = reference.smooth_line(values[here], ratio, smallest, weight)
    forwards = np.full(places * width, np.nan, dtype)
    _smooth(width == WIDTH, values, at, step, places, ratio, smallest, weight, forwards)
    np.testing.assert_array_equal(values, wanted)
