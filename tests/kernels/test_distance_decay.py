"""A few exponentials approximate a power law within its reach."""

import numpy as np
import pytest

from sim.kernels.distance_decay import exponential_mixture


@pytest.mark.parametrize(
    ("exponent", "components", "error"), [(2.0, 5, 0.02), (2.0, 6, 0.005), (3.0, 6, 0.02)]
)
def test_a_few_components_follow_a_power_law(exponent, components, error):
    decays, weights = exponential_mixture(0.3, exponent, 0.2, 20.0, components)
    assert decays.shape == weights.shape == (components,)
    assert (decays > 0.0).all()
    assert (weights > 0.0).all()
    assert (np.diff(decays) > 0.0).all()
    assert weights.sum() == pytest.approx(1.0)
    # Distances outside the fit, in cells of 200 m.
    assert _largest_error(decays, weights, exponent) < error


def _largest_error(decays, weights, exponent):
    cells = np.linspace(0.0, 100.0, 777)
    mixture = np.exp(-np.outer(cells, decays)) @ weights
    power_law = ((cells * 0.2 + 0.3) / 0.3) ** -exponent
    return np.abs(mixture / power_law - 1.0).max()


def test_more_components_are_closer():
    fits = [exponential_mixture(0.3, 2.0, 0.2, 20.0, n) for n in range(2, 8)]
    errors = [_largest_error(*fit, 2.0) for fit in fits]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.001


def test_the_size_of_cells_only_rescales_the_decays():
    small, weights = exponential_mixture(0.3, 2.0, 0.1, 20.0, 4)
    large, same_weights = exponential_mixture(0.3, 2.0, 0.5, 20.0, 4)
    np.testing.assert_allclose(large, 5.0 * small)
    np.testing.assert_allclose(same_weights, weights)


@pytest.mark.parametrize("place", range(5))
def test_arguments_that_are_not_above_zero_are_refused(place):
    arguments = [0.3, 2.0, 0.2, 20.0, 6]
    arguments[place] = 0
    with pytest.raises(ValueError, match="must be above 0"):
        exponential_mixture(*arguments)
