"""Express an experiment's factors as a SALib problem."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from sim.errors import InputError

if TYPE_CHECKING:
    from sim.experiments.experiment import Experiment
    from sim.experiments.factors import Factor

__all__ = ["to_salib_problem"]


def to_salib_problem(experiment: Experiment) -> dict[str, Any]:
    """Return the factors of an experiment as a SALib problem, in their own units.

    The dictionary has ``num_vars``, ``names``, ``bounds`` and ``dists``. SALib has no whole
    numbers: round values before setting them in a scenario. Raise `InputError` if SALib cannot
    express a factor: it has levels, is correlated, or is triangular and ends below 0.

    Examples
    --------
    Sample with SALib, run with `sim.run`, and analyse with SALib::

        problem = to_salib_problem(experiment)
        points = SALib.sample.sobol.sample(problem, 64, calc_second_order=False)
        outputs = np.array([run(dict(zip(problem["names"], p))) for p in points])
        SALib.analyze.sobol.analyze(problem, outputs, calc_second_order=False)
    """
    experiment.design.refuse_correlations("SALib")
    described = [_describe(factor) for factor in experiment.factors]
    return {
        "num_vars": len(described),
        "names": [factor.name for factor in experiment.factors],
        "bounds": [bounds for _, bounds in described],
        "dists": [dist for dist, _ in described],
    }


def _describe(factor: Factor) -> tuple[str, list[float]]:
    """Return distribution and bounds in SALib's form."""
    if factor.levels is not None:
        raise InputError(
            f"SALib cannot express factor '{factor.name}', which has levels; "
            "give it a distribution."
        )
    low, high = cast(float, factor.low), cast(float, factor.high)
    if factor.distribution == "log_uniform":
        return "logunif", [low, high]
    if factor.distribution == "uniform":
        return "unif", [low, high]
    if high < 0 and factor.distribution == "triangular":
        raise InputError(
            f"SALib cannot express factor '{factor.name}': a triangular distribution that ends "
            f"below 0, at {high:g}."
        )
    if factor.mean is not None and factor.sd is not None:
        return "truncnorm", [low, high, factor.mean, factor.sd]
    peak = (cast(float, factor.mode) - low) / (high - low)
    # SALib requires the mode, as a share of the width, to be below 1; use the next smaller number.
    return "triang", [low, high, min(peak, math.nextafter(1.0, 0.0))]
