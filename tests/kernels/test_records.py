"""Records: their fields are read off the source, and numba keeps each one's own type."""

import pickle

import numba
import numpy as np
import pytest

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.records import fields_of, parameters_of, record


@rule
def _grown(size, p):
    return size * p.growth


@rule
def _shrink(i, whose, p):
    whose.size[i] *= p.shrinkage


@kernel
def _live(month, plants, p):
    for i in range(plants.size.size):
        if month % 2:
            _shrink(i, plants, p)
        elif plants.is_alive[i]:
            plants.size[i] = _grown(plants.size[i], p)


def _plants(is_writable=True):
    size = np.ones(2)
    size.flags.writeable = is_writable
    return record("plants", {"is_alive": np.array([1, 0], np.uint8), "size": size})


P = parameters_of(_live, {"growth": 2.0, "shrinkage": 0.5, "unused": 1.0})


def test_fields_are_those_of_the_function_and_of_all_it_hands_a_record_to():
    assert fields_of(_live, "plants") == ("is_alive", "size")
    assert fields_of(_live, "p") == ("growth", "shrinkage")
    assert fields_of(_live, "month") == ()
    assert P._fields == ("growth", "shrinkage")


def test_a_kernel_writes_into_the_arrays_of_a_record():
    plants = _plants()
    for month in (0, 0, 1):
        _live(month, plants, P)
    assert plants.size.tolist() == [2.0, 0.5]


def test_numba_refuses_to_write_an_array_that_is_read_only():
    with pytest.raises(numba.TypingError, match=r"read-?only"):
        _live(0, _plants(is_writable=False), P)


def test_the_type_of_a_record_is_the_same_in_another_process():
    kind = numba.typeof(_plants())
    assert pickle.loads(pickle.dumps(kind)) == kind
    assert numba.typeof(_plants(is_writable=False)) != kind
