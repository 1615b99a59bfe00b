"""The arrays of a territory: their layout and their copies."""

import copy
import pickle

import numpy as np
import pytest

from sim.kernels.machine.compile import kernel
from sim.registry.state import State

SIZES = {"row": 3, "column": 5, "premises": 7, "youth": 13, "entrepreneur": 1}


@pytest.fixture
def state():
    state = State(SIZES)
    for k, name in enumerate(state):
        state[name] = np.arange(state[name].size).reshape(state[name].shape) % 2 + k % 100
    return state


COPIES = {
    "copy": State.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda state: pickle.loads(pickle.dumps(state)),
    "with_sizes": lambda state: state.with_sizes({}),
}


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_a_copy_has_the_same_values_in_arrays_of_its_own(state, made):
    before = {name: array.tobytes() for name, array in state.items()}
    other = made(state)
    assert other.sizes == state.sizes
    assert {name: array.tobytes() for name, array in other.items()} == before
    for name in other:
        other[name] = 0
    assert {name: array.tobytes() for name, array in state.items()} == before


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_arrays_begin_where_lines_of_the_cache_do_and_none_reaches_into_the_next(state, made):
    arrays = [array for array in made(state).values() if array.size]
    begins = [array.ctypes.data for array in arrays]
    ends = [array.ctypes.data + array.nbytes for array in arrays]
    assert all(begin % 64 == 0 for begin in begins)
    assert all(end <= begin for end, begin in zip(ends, begins[1:], strict=False))
    assert all(array.flags.c_contiguous and array.flags.aligned for array in arrays)


@kernel
def _tidy(premises, youth, cell):
    for i in range(premises.rent.size):
        premises.rent[i] = youth.age[i] + cell.residents[0, 0] + premises.margin[i]


def _looks(state, name):
    array = state[name]
    return [array.ctypes.data, *array.shape, *(array.strides if array.size else ())]


def test_a_record_is_lent_as_the_addresses_shapes_and_strides_of_its_arrays(state):
    for one in (state, state.copy(), state.with_sizes({"premises": 2})):
        for entity in ("premises", "youth", "cell"):
            lent = one.lend(_tidy, entity, ("premises.rent",))
            names = [f"{entity}.{quantity}" for quantity in lent.record()._fields]
            expected = [word for name in names for word in _looks(one, name)]
            assert names and lent.words.tolist() == expected
