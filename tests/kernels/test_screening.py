"""Whoever is marked is found, once and in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.kernels.compile import kernel
from sim.kernels.screening import marked


@kernel
def _places(marks, first, last, out):
    count = 0
    for place in marked(marks, first, last):
        marks[place] = 0
        out[count] = place
        count += 1
    return count


@given(
    marks=arrays(np.uint8, st.integers(0, 200), elements=st.sampled_from([0, 0, 0, 0, 0, 1, 3])),
    ends=st.tuples(st.integers(0, 200), st.integers(0, 200)),
)
def test_all_marks_between_two_places_are_found_in_order(marks, ends):
    first, last = sorted(min(end, marks.size) for end in ends)
    expected = first + np.flatnonzero(marks[first:last])
    found = np.empty(marks.size, np.int64)
    count = _places(marks, first, last, found)
    assert found[:count].tolist() == expected.tolist()
