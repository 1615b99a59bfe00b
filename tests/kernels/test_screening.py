"""Screening finds each marked row once and in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.kernels.machine.compile import kernel
from sim.kernels.machine.screening import BLOCK, lowest, marks_of_block, prefetch, without_lowest


@kernel
def _places(marks, first, last, out):
    count = 0
    first, last = np.uintp(first), np.uintp(last)
    for start in range(first, last, BLOCK):
        bits = marks_of_block(marks, start, last)
        while bits:
            place, bits = start + lowest(bits), without_lowest(bits)
            prefetch(out, place)
            marks[place] = 0
            out[count] = place
            count += 1
    return count


@given(
    marks=arrays(
        np.uint8, st.integers(0, 400), elements=st.sampled_from([0, 0, 0, 0, 0, 1, 3, 255])
    ),
    ends=st.tuples(st.integers(0, 400), st.integers(0, 400)),
)
def test_all_marks_between_two_places_are_found_in_order(marks, ends):
    first, last = sorted(min(end, marks.size) for end in ends)
    expected = first + np.flatnonzero(marks[first:last])
    found = np.empty(marks.size, np.int64)
    count = _places(marks, first, last, found)
    assert found[:count].tolist() == expected.tolist()
