"""Distance decays as sums of exponentials, the form in which interaction costs linear time."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats


def exponential_mixture(
    distance_offset_km: float,
    exponent: float,
    cell_size_km: float,
    reach_km: float,
    components: int,
) -> tuple[Floats, Floats]:
    """Fit a power law of distance by a sum of exponentials with positive weights.

    The power law is itself a mixture, over all rates: (d + offset)**-exponent is proportional to
    the integral of rate**(exponent - 1) exp(-rate (d + offset)). Its trapezoidal rule over the
    logarithm of the rate gives the start; rates and weights are then improved together, by least
    squares of the *relative* errors.

    The offset is added to each distance; it, the side of a cell and the reach are in km. The fit
    holds up to the reach; beyond it the sum falls off exponentially. Raise `ValueError` if an
    argument is not above 0.

    Returns the distance decays per cell, ascending, and positive weights with sum 1, so that the
    decay is 1 at distance 0; both are (components,) float64.

    Examples
    --------
    >>> decays, weights = exponential_mixture(0.3, 2.0, 0.2, 20.0, 6)
    >>> bool(abs(weights @ np.exp(-5.0 * decays) - (1.0 + 1.0 / 0.3) ** -2.0) < 0.001)
    True
    """
    from scipy.optimize import least_squares

    arguments = (distance_offset_km, exponent, cell_size_km, reach_km, components)
    if not all(value > 0 for value in arguments):
        raise ValueError(
            "offset, exponent, cell size, reach and number of components must be above 0"
        )
    # Distances of the fit, denser where the curve bends most
    distance = np.geomspace(distance_offset_km, distance_offset_km + reach_km, 400)
    distance -= distance_offset_km
    power_law = (1.0 + distance / distance_offset_km) ** -exponent

    def rates_and_weights(logarithms: Floats) -> tuple[Floats, Floats]:
        log_rates, log_weights = logarithms.reshape(2, components)
        weights = np.exp(log_weights - log_weights.max())
        return np.exp(log_rates), weights / weights.sum()

    def relative_error(logarithms: Floats) -> Floats:
        rates, weights = rates_and_weights(logarithms)
        error: Floats = np.exp(-np.outer(distance, rates)) @ weights / power_law - 1.0
        return error

    slowest = exponent / (distance_offset_km + reach_km)
    fastest = 2.0 * exponent / distance_offset_km
    rates = np.geomspace(slowest, fastest, components + 2)[1:-1]
    start = np.concatenate([np.log(rates), exponent * np.log(rates) - rates * distance_offset_km])
    # Far outside these bounds a component is constant or local, and the search could diverge.
    bound = np.repeat([5.0, 50.0], components)
    found = least_squares(relative_error, start, bounds=(start - bound, start + bound))
    rates, weights = rates_and_weights(found.x)
    order = np.argsort(rates)
    return rates[order] * cell_size_km, weights[order]
