"""Find the form of a response along a factor: a threshold, or diminishing returns.

Forms (`sim.analysis.response_curves`) are compared by their error on *held-out replications*, each
left out once, because replications are exchangeable and points are not. Points share random draws
and drawn parameters, so the neighbours' noise predicts a held-out point; and with few levels, a
held-out point tests how a form bridges a gap, which is hardest just at a threshold. In 100 repeats
with 6 levels and 20 replications, a step three standard deviations high was called sigmoid in 99 %
with held-out replications and in 44 % with held-out points; an exponential approach of that height
was called saturating in 92 % against 66 %.

The chosen form is the simplest whose error is within one standard error of the least (Breiman et
al. 1984, doi 10.1201/9781315139470; Hastie et al. 2009, doi 10.1007/978-0-387-84858-7, ch. 7.10).
The standard error is that of the difference between the two forms in the same replication, so
shifts of a whole replication cancel. For one more parameter the rule amounts to a t value beyond 2.

A threshold is the level at which the effect reaches half of its height. It is only reported if the
form is sigmoid and at least two levels lie on either side of its interval; otherwise it cannot be
distinguished from returns that diminish, or grow, throughout. It is the threshold of the mean
effect: if each replication has its own threshold, the mean rises gently. Intervals come from a
bootstrap over replications and are widened to the next tested levels, since the position of a
threshold within a gap follows from the assumed form, not from runs. (Without widening, 90 %
intervals contained a step between two levels in as few as 12 %.)

The table shows 600 repeats each, with 6 levels, even or doubling, 20 replications that differ in
the strength of the effect, and noise that is independent, shared over levels, or grows with them.
The height of the response is one | three standard deviations of the noise.

========================  ===============  =================  =====================
planted                   threshold found  diminishing found  other
========================  ===============  =================  =====================
noise                     0.2 %            0.3 %              constant 96 %
line                      1.3 | 0.3 %      1.3 | 0.8 %        linear 71 | 98 %
exponential approach      1.5 | 0.2 %      40 | 96 %
Michaelis-Menten          1.2 | 0.0 %      41 | 94 %
square (growing returns)  - | 1.3 %        - | 0 %
hump                      - | 0 %          - | 0 %            irregular - | 100 %
step                      61 | 99.8 %                         interval holds all
logistic                  40 | 93 %                           interval holds 99.6 %
========================  ===============  =================  =====================

Weak responses are missed rather than invented, and reported as a line. A threshold below the second
level, or above the last but one, is never found: the design has to enclose it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from sim.analysis.response_curves import FORMS, Curve, FormName, Profile, fit_curve
from sim.experiments.resampling import expanded_level, resampled_means
from sim.kernels.arrays import Floats

__all__ = ["Level", "Response", "response"]

_UNEXPLAINED: Final = 0.05
"""Maximum share of the variation between levels that a form may leave unexplained before the
response counts as irregular; a judgement, since no form is ever exactly true."""

_FEWEST: Final = 3
"""Minimum number of replications for comparing forms."""

_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Level:
    """A level of the factor, with its 90 % interval.

    Attributes
    ----------
    value : float
        In the factor's unit.
    lo90, hi90 : float
        Tested levels, the nearest around the bootstrap's interval; ``hi90`` is infinite if that
        interval extends beyond the highest level.
    """

    value: float
    lo90: float
    hi90: float


@dataclass(frozen=True)
class Response:
    """The response of the mean effect to a factor.

    Attributes
    ----------
    levels, means : (n,) float64 array
        Levels in rising order, and the mean effect at each.
    replications, left_out : int
        Replications measured at all levels, and those missing at some.
    form : str
        One of `FormName`; "irregular" if none of them fits, for example with a hump; "missing" with
        fewer than two levels or three replications.
    held_out : mapping of str to float
        Mean squared error on held-out replications, by form; "irregular" stands for free means of
        the levels. Only forms with no more parameters than levels.
    curve : Curve or None
        Curve of the form; None if it is irregular or missing.
    threshold : Level or None
        Level at which the effect reaches half of its height; None without a threshold.
    half_saturation : Level or None
        Level that gains half of the total over the lowest level, if returns diminish from there on
        (the saturating form beats the linear one); None otherwise, and with a threshold, before
        which returns grow.
    """

    levels: Floats
    means: Floats
    replications: int
    left_out: int
    form: FormName | Literal["irregular", "missing"]
    held_out: Mapping[str, float]
    curve: Curve | None
    threshold: Level | None
    half_saturation: Level | None

    @property
    def is_diminishing(self) -> bool:
        """Tell whether returns diminish from the lowest level."""
        return self.half_saturation is not None


def response(levels: Floats, effects: Floats) -> Response:
    """Choose the form of a response, and search for a threshold and diminishing returns.

    Levels of the factor, (n,), have any order; paired effects are (replications, n), nan for
    missing runs. Levels without any effect are left out, then incomplete replications.

    Examples
    --------
    >>> funding = np.array([0.0, 50.0, 100.0, 150.0, 200.0, 250.0])
    >>> noise = np.random.default_rng(1).normal(0.0, 1.0, (20, 6))
    >>> found = response(funding, np.where(funding > 120, 5.0, 0.0) + noise)
    >>> found.form, found.threshold.lo90, found.threshold.hi90
    ('sigmoid', 100.0, 150.0)
    >>> response(funding, noise).form
    'constant'
    """
    measured = np.isfinite(levels) & np.isfinite(effects).any(axis=0)
    order = np.flatnonzero(measured)[np.argsort(levels[measured], kind="stable")]
    x, y = levels[order], effects[:, order]
    complete = np.isfinite(y).all(axis=1)
    y = y[complete]
    n, left_out = len(y), int((~complete).sum())
    means = y.mean(axis=0) if n else np.full(x.size, math.nan)
    n_levels = np.unique(x).size
    if n < _FEWEST or n_levels < 2:
        return Response(x, means, n, left_out, "missing", {}, None, None, None)
    u = (x - x[0]) / np.ptp(x)
    profiles = {
        name: Profile(form, u) for name, form in FORMS.items() if form.n_parameters <= n_levels
    }
    size = float(np.abs(y).max()) or 1.0
    errors = _held_out(profiles, y / size)
    form = _simplest(errors)
    is_irregular = _beats(errors["irregular"], errors[form]) and (
        _unexplained(profiles[form], means) > _UNEXPLAINED
    )
    curve = None if is_irregular else fit_curve(FORMS[form], x, means)
    threshold = half = None
    if curve is not None and form in ("saturating", "sigmoid"):
        bootstrap = np.stack([resampled_means(column) for column in y.T], axis=1)
        if form == "sigmoid":
            middles = profiles["sigmoid"].best_parameters(bootstrap)[:, 0]
            threshold = _enclosed(_level(x, curve.parameters[0], middles, n), x)
        if threshold is None and _beats(errors["saturating"], errors["linear"]):
            bent = curve if form == "saturating" else fit_curve(FORMS["saturating"], x, means)
            scales = profiles["saturating"].best_parameters(bootstrap)[:, 0]
            half = _level(x, _half(bent.parameters[0]), _half(scales), n)
    return Response(
        levels=x,
        means=means,
        replications=n,
        left_out=left_out,
        form="irregular" if is_irregular else form,
        held_out={name: float(e.mean()) * size**2 for name, e in errors.items()},
        curve=curve,
        threshold=threshold,
        half_saturation=half,
    )


def _held_out(profiles: Mapping[FormName, Profile], effects: Floats) -> dict[str, Floats]:
    """Return the mean squared error on each replication of a form fitted to all others."""
    others = (effects.sum(axis=0) - effects) / (len(effects) - 1)
    predicted: dict[str, Floats] = {f: p.predicted(others) for f, p in profiles.items()}
    predicted["irregular"] = others
    return {form: ((effects - values) ** 2).mean(axis=1) for form, values in predicted.items()}


def _beats(errors: Floats, others: Floats) -> bool:
    """Return whether a form's errors are smaller by more than one standard error."""
    gain = others - errors
    return bool(gain.mean() > gain.std(ddof=1) / math.sqrt(gain.size) + _ROUNDING)


def _simplest(errors: Mapping[str, Floats]) -> FormName:
    """Return the simplest form that the best one does not beat."""
    offered = [name for name in FORMS if name in errors]
    best = min(offered, key=lambda form: float(errors[form].mean()))
    return next(form for form in offered if form == best or not _beats(errors[best], errors[form]))


def _unexplained(profile: Profile, means: Floats) -> float:
    """Return the share of the variation between levels that the best curve leaves unexplained."""
    total = float(((means - means.mean()) ** 2).sum())
    left = float(((means - profile.predicted(means[None])[0]) ** 2).sum())
    return left / total if total > 0 else 0.0


def _half(log_scale: Floats) -> Floats:
    return np.asarray(math.log(2) * np.exp(log_scale))


def _level(levels: Floats, value: Floats, resampled: Floats, n: int) -> Level:
    """Make a level from its value on [0, 1] and its bootstrap, with the tested levels around."""
    share = expanded_level(0.9, n)
    low, high = np.quantile(resampled, (share, 1 - share))
    low, high = max(0.0, min(low, value)), max(high, value)
    span = float(np.ptp(levels))
    below = levels[levels <= levels[0] + (low + _ROUNDING) * span]
    above = levels[levels >= levels[0] + (high - _ROUNDING) * span]
    return Level(
        value=float(levels[0] + value * span),
        lo90=float(below[-1]),
        hi90=float(above[0]) if above.size else math.inf,
    )


def _enclosed(threshold: Level, levels: Floats) -> Level | None:
    """Return the threshold if two levels lie on either side of its interval."""
    tested = np.unique(levels)
    is_enclosed = tested[1] <= threshold.lo90 and threshold.hi90 <= tested[-2]
    return threshold if is_enclosed else None
