"""Emulators: a figure of the model as a smooth function of its parameters, with its uncertainty.

A Gaussian process (scikit-learn) with one length scale per parameter, and noise, is fitted to
simulations at points of the unit cube. The noise is that of a simulation; the rest is uncertainty
of the emulator itself. Each point is also predicted from all others: if these predictions miss by
more than their variance, the variances are widened accordingly.

Matrices are small, so one thread does all, which is faster and gives the same bytes anywhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from sim.kernels.arrays import Floats

__all__ = ["Emulator", "ExpectedFigures"]

_CHUNK = 8192
"""Number of points predicted at once, which limits memory."""


class Emulator:
    """An emulator of one figure.

    Parameters
    ----------
    points : (n, parameters) float64 array
        Points in the unit cube.
    figures : (n,) float64 array
        Simulated figures at the points.

    Attributes
    ----------
    seed_variance : float
        Variance of the figure between simulations of the same parameters.
    widening : float
        Factor of all variances, at least 1.
    """

    def __init__(self, points: Floats, figures: Floats) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
        from threadpoolctl import threadpool_limits  # of scikit-learn

        scales = np.ones(points.shape[1])
        kernel = ConstantKernel(1.0, (1e-2, 1e3)) * RBF(scales, (0.1, 20.0))
        kernel += WhiteKernel(0.1, (1e-6, 1.5))
        self._process = GaussianProcessRegressor(
            kernel, normalize_y=True, n_restarts_optimizer=1, random_state=0
        )
        with warnings.catch_warnings(), threadpool_limits(1):
            # A length scale at its bound means that a parameter hardly matters, which is fine.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._process.fit(points, figures)
        spread = float(np.std(figures)) or 1.0
        noise = float(self._process.kernel_.k2.noise_level)
        self.widening = max(
            1.0, float(np.mean(self._left_out((figures - figures.mean()) / spread)))
        )
        self.seed_variance = self.widening * noise * spread**2

    def _left_out(self, standardised: Floats) -> Floats:
        """Return squared leave-one-out errors relative to the variance of the prediction."""
        inverse = np.linalg.inv(self._process.L_ @ self._process.L_.T)
        squares: Floats = (inverse @ standardised) ** 2 / np.diag(inverse)
        return squares

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the expected figure and the total variance of emulator and noise at each point."""
        from threadpoolctl import threadpool_limits

        means, variances = [], []
        for start in range(0, len(points), _CHUNK):
            with threadpool_limits(1):
                chunk = points[start : start + _CHUNK]
                mean, spread = self._process.predict(chunk, return_std=True)
            means.append(mean)
            variances.append(self.widening * spread**2)
        return np.concatenate(means), np.concatenate(variances)


class ExpectedFigures:
    """Expected figures of several emulators, without their variances, which take most of the time.

    Called with points, (n, parameters), it returns figures, (n, emulators). The number of threads
    is the caller's.
    """

    def __init__(self, emulators: Sequence[Emulator]) -> None:
        self._parts: list[tuple[Floats, Floats, Floats, float]] = []
        for emulator in emulators:
            process = emulator._process
            kernel = process.kernel_.k1
            scale = kernel.k2.length_scale
            weights = process.alpha_ * kernel.k1.constant_value * process._y_train_std
            self._parts.append((scale, process.X_train_ / scale, weights, process._y_train_mean))

    def __call__(self, points: Floats) -> Floats:
        """Return the expected figures at points of the unit cube."""
        found = np.empty((len(points), len(self._parts)))
        for k, (scale, known, weights, mean) in enumerate(self._parts):
            at = points / scale
            apart = (at**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * at @ known.T
            found[:, k] = np.exp(-0.5 * np.maximum(apart, 0)) @ weights + mean
        return found
