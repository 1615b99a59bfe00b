"""Roots have the bits of SciPy's, on which the starts of earlier versions rest."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from sim.registry.root_finding import find_root

CURVES = {
    "exponential": lambda x, a: math.exp(a * x) - 2.0,
    "cubic": lambda x, a: (x - a) ** 3 + (x - a),
    "saturating": lambda x, a: math.atan(5.0 * (x - a)),
    "step": lambda x, a: math.floor(3.0 * (x - a)) + 0.5,
    "flat but for the middle": lambda x, a: max(min(x - a, 1e-3), -0.7),
    "tiny": lambda x, a: (x - a) * 1e-200 * (1.0 + x * x),
}


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
@pytest.mark.parametrize("xtol", [1e-15, 1e-9, 1e-3])
def test_a_root_is_that_of_scipy_to_the_bit(curve, xtol):
    for a, end in np.random.default_rng(0).uniform((0.2, 5.0), (3.0, 20.0), (12, 2)):
        for low, high in ((-end, end + 1.0), (end + 1.0, -end)):
            wanted = brentq(curve, low, high, (a,), xtol=xtol)
            assert find_root(lambda x, a=a: curve(x, a), low, high, xtol=xtol) == wanted


@pytest.mark.parametrize("low, high", [(1.0, 3.0), (-1.0, 1.0)])
def test_an_end_may_be_the_root(low, high):
    assert find_root(lambda x: x - 1.0, low, high, xtol=1e-9) == 1.0


@pytest.mark.parametrize("f", [lambda x: x * x + 1.0, lambda x: math.nan, lambda x: -math.inf])
def test_values_of_one_sign_have_no_root(f):
    with pytest.raises(ValueError, match="same sign"):
        find_root(f, -1.0, 1.0, xtol=1e-9)


def test_a_value_that_is_no_number_stops_the_search():
    with pytest.raises(ValueError, match="is no number"):
        find_root(lambda x: x if abs(x) >= 1.0 else math.nan, -1.0, 2.0, xtol=1e-9)


def test_a_search_ends():
    with pytest.raises(ValueError, match="after 100 steps"):
        find_root(lambda x: 1.0 if x > 0.3 else -1e-300, -1e300, 1e300, xtol=1e-15)
