"""Forms of a response along a factor, and their fits.

Each form is ``base + height * shape(u)`` over levels put on [0, 1], u = (level - lowest) / range:

==========  ==================================  =======================================
constant    0                                   no effect of the factor
linear      u                                   returns stay the same
saturating  1 - exp(-u / scale)                 returns diminish from the first level on
sigmoid     1 / (1 + exp(-(u - middle)/width))  little, then much, then little: a threshold
==========  ==================================  =======================================

The saturating form is the exponential approach and the sigmoid the logistic, not Michaelis-Menten
and Hill, because their shapes do not depend on the factor's zero: sizes from 1 and funding from 0
are treated alike. A sigmoid rises from a tenth to nine tenths of its height within the range of the
levels; a slower one cannot be distinguished from a straight line and is not a threshold.

Base and height follow from the shape by linear regression, so only the shape needs a search
(variable projection; Golub and Pereyra 1973, doi 10.1137/0710036). The thousands of fits of
resampling search a grid, much finer than replications can resolve; the curve shown is refined from
the best grid point by `scipy.optimize.least_squares`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import expit, logit

from sim.kernels.arrays import Floats, Ints

FormName = Literal["constant", "linear", "saturating", "sigmoid"]

_MIDDLES: Final = 41
_SCALES: Final = 40
_WIDTHS: Final = 9


@dataclass(frozen=True)
class Form:
    """A family of curves with `n_parameters`, including base and height.

    `shape` maps levels on [0, 1], (levels,), and shape parameters, (n, k), to values (n, levels);
    `grid` maps levels to a grid of shape parameters, (n, k), whose ends are the bounds.
    """

    n_parameters: int
    shape: Callable[[Floats, Floats], Floats]
    grid: Callable[[Floats], Floats]


def _none(u: Floats) -> Floats:
    return np.empty((1, 0))


def _smallest_gap(u: Floats) -> float:
    gaps = np.diff(np.unique(u))
    return max(float(gaps.min()), 0.02)


def _scales(u: Floats) -> Floats:
    """Return logarithms of scales, from saturation at the second level to hardly bent."""
    low = math.log(_smallest_gap(u) / 4)
    return np.linspace(low, math.log(3.0), _SCALES)[:, None]


def _middles_and_widths(u: Floats) -> Floats:
    """Return middles as dense as the levels and logarithms of widths, from a step to the range."""
    levels = np.unique(u)
    places = np.linspace(0, levels.size - 1, _MIDDLES)
    middles = np.interp(places, np.arange(levels.size), levels)
    steep, gentle = _smallest_gap(u) / 8, 1 / (2 * float(logit(0.9)))
    widths = np.linspace(math.log(steep), math.log(gentle), _WIDTHS)
    return np.array([(middle, width) for middle in middles for width in widths])


def _constant(u: Floats, parameters: Floats) -> Floats:
    return np.zeros((len(parameters), u.size))


def _linear(u: Floats, parameters: Floats) -> Floats:
    return np.tile(u, (len(parameters), 1))


def _saturating(u: Floats, parameters: Floats) -> Floats:
    return np.asarray(-np.expm1(-u / np.exp(parameters)))


def _sigmoid(u: Floats, parameters: Floats) -> Floats:
    middle, width = parameters[:, :1], np.exp(parameters[:, 1:])
    return np.asarray(expit((u - middle) / width))


FORMS: Final[dict[FormName, Form]] = {
    "constant": Form(1, _constant, _none),
    "linear": Form(2, _linear, _none),
    "saturating": Form(3, _saturating, _scales),
    "sigmoid": Form(4, _sigmoid, _middles_and_widths),
}
"""Forms from the simplest to the richest."""


class Profile:
    """Best fits of a form to many samples at the same levels u, (levels,) on [0, 1]."""

    def __init__(self, form: Form, u: Floats) -> None:
        self.parameters = form.grid(u)
        self._directions = _directions(form.shape(u, self.parameters))

    def _best(self, means: Floats) -> Ints:
        return np.abs(means @ self._directions.T).argmax(axis=1)

    def best_parameters(self, means: Floats) -> Floats:
        """Return the shape parameters, (samples, k), of the best curves of (samples, levels)."""
        return np.asarray(self.parameters[self._best(means)])

    def predicted(self, means: Floats) -> Floats:
        """Return the best curve of each sample; argument and result are (samples, levels)."""
        direction = self._directions[self._best(means)]
        along = (means * direction).sum(axis=1, keepdims=True)
        return np.asarray(means.mean(axis=1, keepdims=True) + along * direction)


def _directions(shapes: Floats) -> Floats:
    """Return shapes without their mean, at unit length; zero if flat."""
    centred = shapes - shapes.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-9)


@dataclass(frozen=True)
class Curve:
    """A fitted curve over levels from `lowest` on, with a range of `span`.

    Base and height are in the unit of the effect. The shape `parameters`, (k,) float64, are the
    logarithm of the scale, or the middle and the logarithm of the width, on [0, 1].
    """

    form: Form
    lowest: float
    span: float
    base: float
    height: float
    parameters: Floats

    def at(self, levels: Floats) -> Floats:
        """Return the values of the curve at any levels.

        Examples
        --------
        >>> x = np.array([0.0, 10.0, 20.0, 30.0])
        >>> line = fit_curve(FORMS["linear"], x, np.array([1.0, 3.0, 5.0, 7.0]))
        >>> line.at(np.array([5.0])).round(6)
        array([2.])
        """
        u = (np.asarray(levels, np.float64) - self.lowest) / self.span
        return np.asarray(self.base + self.height * self.form.shape(u, self.parameters[None])[0])


def fit_curve(form: Form, levels: Floats, means: Floats) -> Curve:
    """Fit a form to finite means, (n,), at levels, (n,), by least squares; two levels must differ.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    >>> curve = fit_curve(FORMS["saturating"], x, 5 * (1 - np.exp(-x)))
    >>> round(4 * float(np.exp(curve.parameters[0])), 4), round(curve.height, 4)
    (1.0, 5.0)
    """
    lowest, span = float(levels.min()), float(np.ptp(levels))
    u = (levels - lowest) / span
    profile = Profile(form, u)
    parameters = profile.best_parameters(means[None])[0]
    size = float(np.ptp(means))
    if parameters.size and size > 0:
        from scipy.optimize import least_squares  # slow to import

        bounds = (profile.parameters.min(axis=0) - 1e-9, profile.parameters.max(axis=0) + 1e-9)

        def residuals(shape: Floats) -> Floats:
            direction = _directions(form.shape(u, shape[None]))[0]
            return np.asarray((means - means.mean() - (means @ direction) * direction) / size)

        parameters = least_squares(residuals, parameters, bounds=bounds).x
    shape = form.shape(u, parameters[None])[0]
    centred = shape - shape.mean()
    power = float(centred @ centred)
    height = float(centred @ means) / power if power > 1e-18 else 0.0
    base = float(means.mean()) - height * float(shape.mean())
    return Curve(form, lowest, span, base, height, parameters)
