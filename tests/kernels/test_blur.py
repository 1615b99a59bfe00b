"""A blurred field has the bits of SciPy's, which made the territories of earlier versions."""

import numpy as np
import pytest
import scipy

from sim.territory.blur import blurred


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (1, 50), (7, 5), (64, 64), (9, 1100)])
@pytest.mark.parametrize("passes", [1, 2, 6, 20])
def test_a_blur_is_that_of_scipy_to_the_bit(shape, passes):
    weights = np.ones(1)
    for _ in range(passes):
        weights = np.convolve(weights, np.ones(3))
    weights /= weights.sum()
    field = np.random.default_rng(0).standard_normal(shape)
    wanted = field
    for axis in range(2):
        wanted = scipy.ndimage.correlate1d(wanted, weights, axis, mode="reflect")
    np.testing.assert_array_equal(blurred(field, weights), wanted)
