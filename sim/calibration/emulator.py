"""Emulators: a figure of the model as a smooth function of its parameters, and how sure that is.

A Gaussian process with one length scale a parameter, and noise, is fitted to simulations at points
of the unit cube (scikit-learn). The noise is the luck of a simulation; what remains is uncertainty
of the emulator itself. Each point is predicted from all others, too: where these predictions miss
by more than they say, the variances are widened until they do not.

Matrices are small, so all is done on one thread, which is faster and gives the same bytes anywhere.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

__all__ = ["Emulator"]

Floats = npt.NDArray[np.float64]

_CHUNK = 8192
"""Points predicted at once, which bounds memory."""


class Emulator:
    """An emulator of one figure.

    Parameters
    ----------
    points : (n, parameters) float64 array
        In the unit cube.
    figures : (n,) float64 array
        What was simulated there.

    Attributes
    ----------
    seed_variance : float
        Variance of the figure between simulations of the same parameters.
    widening : float
        By what variances were multiplied, at least 1.
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
            # A length scale at its bound says that a parameter hardly matters, which is no fault.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._process.fit(points, figures)
        spread = float(np.std(figures)) or 1.0
        noise = float(self._process.kernel_.k2.noise_level)
        self.widening = max(
            1.0, float(np.mean(self._left_out((figures - figures.mean()) / spread)))
        )
        self.seed_variance = self.widening * noise * spread**2

    def _left_out(self, standardised: Floats) -> Floats:
        """Squared errors of predictions from all other points, relative to their own variance."""
        inverse = np.linalg.inv(self._process.L_ @ self._process.L_.T)
        squares: Floats = (inverse @ standardised) ** 2 / np.diag(inverse)
        return squares

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Expected figure, and variance of the emulator and of luck together, at each point."""
        from threadpoolctl import threadpool_limits

        means, variances = [], []
        for start in range(0, len(points), _CHUNK):
            with threadpool_limits(1):
                chunk = points[start : start + _CHUNK]
                mean, spread = self._process.predict(chunk, return_std=True)
            means.append(mean)
            variances.append(self.widening * spread**2)
        return np.concatenate(means), np.concatenate(variances)
