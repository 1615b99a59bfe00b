"""Is there a critical threshold, are returns diminishing? The form of a response along a factor.

Forms (`sim.analysis.response_curves`) are compared by their error on *replications held out*, each
left out once: it is the replications that are exchangeable. Points are not. They share luck and
drawn parameters, so that a point left out is foretold by its neighbours' luck, and with few levels
it judges how a form reaches over a gap, which is hardest just at a threshold. In 100 repeats with 6
levels and 20 replications, a step three standard deviations high was called sigmoid in 99 % by
replications held out and in 44 % by points held out; an exponential approach of that height was
called saturating in 92 % against 66 %.

The form is the simplest whose error is within one standard error of the least (Breiman et al.
1984, doi 10.1201/9781315139470; Hastie et al. 2009, doi 10.1007/978-0-387-84858-7, ch. 7.10), the
standard error being that of the difference between the two forms in the same replication: what
shifts a whole replication cancels. For one more parameter the rule comes to a t value beyond 2.

A threshold is the level at which the effect passes half of its way, where the form is sigmoid and
at least two levels lie on either side of the threshold's interval: else it cannot be told from
returns that diminish, or grow, throughout. It is the threshold of the mean effect: where each
replication has its own, the mean rises gently. Intervals are by bootstrap over replications, and
widened to the next tested levels: where in a gap a threshold lies follows from the form assumed,
not from runs. (Not widened, 90 % intervals held a step between two levels in as few as 12 %.)

Measured in 600 repeats each, with 6 levels, even or doubling, 20 replications that differ in the
strength of the effect, and noise that is independent, shared over levels, or grows with them. The
height of the response is one | three standard deviations of the noise.

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

What is barely seen is missed rather than invented, and then told as a line. A threshold below the
second level, or above the last but one, is never found: the design has to enclose it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from sim.analysis.response_curves import FORMS, Curve, FormName, Profile, fit_curve
from sim.experiments.effects import expanded_level, resampled_means

__all__ = ["Level", "Response", "response"]

Floats = npt.NDArray[np.float64]

_UNEXPLAINED: Final = 0.05
"""Share of the variation between levels that the form may leave to free means without being called
irregular, however certain it is; a judgement. No form is ever exactly the true one."""

_FEWEST: Final = 3
"""Replications without which forms cannot be compared."""

_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Level:
    """A level of the factor, with its 90 % interval.

    Attributes
    ----------
    value : float
        In the factor's unit.
    lo90, hi90 : float
        Tested levels, the nearest around the bootstrap's interval; ``hi90`` is infinite where that
        ends beyond the highest.
    """

    value: float
    lo90: float
    hi90: float


@dataclass(frozen=True)
class Response:
    """How the mean effect responds to a factor.

    Attributes
    ----------
    levels, means : (n,) float64 array
        Levels in rising order, and the mean effect at each.
    replications, left_out : int
        Those measured at all levels, and those missing somewhere.
    form : str
        One of `FormName`; "irregular" where none of them fits, such as with a hump; "missing" with
        fewer than two levels or three replications.
    held_out : mapping of str to float
        Mean squared error on replications held out, by form; "irregular" stands for a mean of its
        own for each level. Only forms with no more parameters than there are levels.
    curve : Curve or None
        Of the form; None where it is irregular or missing.
    threshold : Level or None
        Where the effect passes half of its way; None where no threshold is found.
    half_saturation : Level or None
        The level that brings half of what there is to gain over the lowest, where returns diminish
        from there on (the saturating form beats the linear one); None where they do not, and where
        there is a threshold, before which they grow.
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
        """Whether returns diminish from the lowest level on."""
        return self.half_saturation is not None


def response(levels: Floats, effects: Floats) -> Response:
    """Choose the form of a response, and look for a threshold and for diminishing returns.

    Parameters
    ----------
    levels : (n,) float64 array
        Of the factor, in any order.
    effects : (replications, n) float64 array
        Paired effects; nan where a run is missing. Levels without any effect are left out, and then
        replications without all of them.

    Examples
    --------
    >>> funding = np.array([0.0, 50.0, 100.0, 150.0, 200.0, 250.0])
    >>> luck = np.random.default_rng(1).normal(0.0, 1.0, (20, 6))
    >>> found = response(funding, np.where(funding > 120, 5.0, 0.0) + luck)
    >>> found.form, found.threshold.lo90, found.threshold.hi90
    ('sigmoid', 100.0, 150.0)
    >>> response(funding, luck).form
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
    """Mean squared error over levels on each replication, by the form fitted to all others."""
    others = (effects.sum(axis=0) - effects) / (len(effects) - 1)
    predicted: dict[str, Floats] = {f: p.predicted(others) for f, p in profiles.items()}
    predicted["irregular"] = others
    return {form: ((effects - values) ** 2).mean(axis=1) for form, values in predicted.items()}


def _beats(errors: Floats, others: Floats) -> bool:
    """Whether a form's errors are less than another's by more than one standard error."""
    gain = others - errors
    return bool(gain.mean() > gain.std(ddof=1) / math.sqrt(gain.size) + _ROUNDING)


def _simplest(errors: Mapping[str, Floats]) -> FormName:
    """The simplest form that the best one does not beat."""
    offered = [name for name in FORMS if name in errors]
    best = min(offered, key=lambda form: float(errors[form].mean()))
    return next(form for form in offered if form == best or not _beats(errors[best], errors[form]))


def _unexplained(profile: Profile, means: Floats) -> float:
    """Share of the variation of means between levels that the best curve leaves."""
    total = float(((means - means.mean()) ** 2).sum())
    left = float(((means - profile.predicted(means[None])[0]) ** 2).sum())
    return left / total if total > 0 else 0.0


def _half(log_scale: Floats) -> Floats:
    return np.asarray(math.log(2) * np.exp(log_scale))


def _level(levels: Floats, value: Floats, resampled: Floats, n: int) -> Level:
    """A level, given on [0, 1] with its bootstrap, and the tested levels around its interval."""
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
    """The threshold, where two levels lie on either side of its interval."""
    tested = np.unique(levels)
    is_enclosed = tested[1] <= threshold.lo90 and threshold.hi90 <= tested[-2]
    return threshold if is_enclosed else None
