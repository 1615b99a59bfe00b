"""Distance decays as sums of exponentials, the form in which interaction costs linear time."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.elementary import exp, power

MOST_STEPS = 500
"""Steps of a fit at most; it takes some hundred."""


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
    arguments = (distance_offset_km, exponent, cell_size_km, reach_km, components)
    if not all(value > 0 for value in arguments):
        raise ValueError(
            "offset, exponent, cell size, reach and number of components must be above 0"
        )
    # Distances of the fit, denser where the curve bends most
    nearest, farthest = math.log(distance_offset_km), math.log(distance_offset_km + reach_km)
    distance = exp(np.linspace(nearest, farthest, 400)) - distance_offset_km
    power_law = power(1.0 + distance / distance_offset_km, -exponent)

    def fit_of(logarithms: Floats) -> tuple[Floats, Floats, Floats]:
        """Return rates, weights and the parts of each component in the sum, over the power law."""
        log_rates, log_weights = logarithms.reshape(2, components)
        rates, weights = exp(log_rates), exp(log_weights - log_weights.max())
        weights /= weights.sum()
        parts = weights[:, None] * exp(-rates[:, None] * distance) / power_law
        return rates, weights, parts

    slowest = math.log(exponent / (distance_offset_km + reach_km))
    fastest = math.log(2.0 * exponent / distance_offset_km)
    log_rates = np.linspace(slowest, fastest, components + 2)[1:-1]
    start = np.concatenate([log_rates, exponent * log_rates - exp(log_rates) * distance_offset_km])
    # Far outside these bounds a component is constant or local, and the search could diverge.
    bound = np.repeat([5.0, 50.0], components)
    # Levenberg's and Marquardt's method, since LAPACK's last bits depend on the processor.
    at, damping = start, 1e-3
    rates, weights, parts = fit_of(at)
    for _ in range(MOST_STEPS):
        total = parts.sum(axis=0)
        error = total - 1.0
        slopes = np.concatenate(
            [-rates[:, None] * distance * parts, parts - weights[:, None] * total]
        )
        curvature = (slopes[:, None] * slopes).sum(axis=2)
        diagonal = np.einsum("ii->i", curvature)
        diagonal += damping * diagonal + 1e-300
        step = _solve(curvature, -(slopes * error).sum(axis=1))
        trial = np.clip(at + step, start - bound, start + bound)
        found = fit_of(trial)
        before, after = (error**2).sum(), ((found[2].sum(axis=0) - 1.0) ** 2).sum()
        if after < before:
            at, (rates, weights, parts), damping = trial, found, damping / 4.0
        else:
            damping *= 8.0
        if damping > 1e12 or 0.0 <= before - after < 1e-12 * before:
            break
    order = np.argsort(rates)
    return rates[order] * cell_size_km, weights[order]


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solve a positive definite system by Cholesky's method: (n, n) with (n,)."""
    n = right.size
    lower, solved = np.zeros((n, n)), right.copy()
    for i in range(n):
        for j in range(i + 1):
            rest = matrix[i, j] - (lower[i, :j] * lower[j, :j]).sum()
            lower[i, j] = np.sqrt(max(rest, 1e-300)) if i == j else rest / lower[j, j]
    for i in range(n):
        solved[i] = (solved[i] - (lower[i, :i] * solved[:i]).sum()) / lower[i, i]
    for i in reversed(range(n)):
        solved[i] = (solved[i] - (lower[i + 1 :, i] * solved[i + 1 :]).sum()) / lower[i, i]
    return solved
