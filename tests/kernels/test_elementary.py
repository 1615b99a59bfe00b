"""Elementary functions of arrays are those of the mathematical library, item by item."""

import math

import numpy as np
import pytest

from sim.kernels import elementary

SOME = np.array([[1e-12, 0.25], [1.0, 7.5]])


@pytest.mark.parametrize("name", ["exp", "log", "expm1", "log1p"])
def test_a_function_of_an_array_is_that_of_each_item(name):
    wanted = [[getattr(math, name)(x) for x in row] for row in SOME]
    assert getattr(elementary, name)(SOME).tolist() == wanted
    assert getattr(elementary, name)(0.25) == getattr(math, name)(0.25)


def test_either_of_base_and_exponent_may_be_one_number_for_all():
    assert elementary.power(SOME, SOME).tolist() == [[x**x for x in row] for row in SOME.tolist()]
    assert elementary.power(2.0, SOME).tolist() == [[2.0**x for x in row] for row in SOME.tolist()]
    assert elementary.power(SOME, 3.0).tolist() == [[x**3.0 for x in row] for row in SOME.tolist()]


def test_sums_of_products_are_made_item_by_item_along_the_first_axis():
    assert (
        elementary.dot(np.array([0.5, 2.0]), SOME).tolist()
        == (0.5 * SOME[0] + 2.0 * SOME[1]).tolist()
    )
