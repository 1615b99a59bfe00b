"""Calibrate parameters of a scenario against observed figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from sim.calibration.abc_smc import abc_smc
from sim.calibration.calibration import Calibration
from sim.calibration.ensemble import Ensemble, Measure
from sim.calibration.history_matching import history_matching
from sim.calibration.priors import Shape, scenario_prior
from sim.calibration.targets import Target
from sim.errors import InputError
from sim.experiments.draws import Range
from sim.scenario.scenario import Scenario, load_scenario

__all__ = ["Method", "calibrate"]

Method = Literal["abc_smc", "history_matching"]


def calibrate(
    scenario: Scenario | str | Path,
    parameters: Sequence[str],
    targets: Sequence[Target],
    measure: Measure,
    *,
    method: Method = "abc_smc",
    shape: Shape = "triangular",
    ranges: Mapping[str, Range] | None = None,
    places: Sequence[Mapping[str, Any]] = ({},),
    replications: int = 1,
    seed: int = 0,
    workers: int | None = None,
    **options: Any,
) -> Calibration:
    """Find the parameters of a scenario that agree with observed figures.

    Parameters
    ----------
    scenario : Scenario, str or Path
        The territory, or its name or file.
    parameters : sequence of str
        Flat names of the parameters to calibrate; others keep the scenario's values.
    targets : sequence of Target
        Targets, such as `sim.calibration.patterns("centre_vacancy_2015")`.
    measure : callable
        Maps the indicators of the runs, one frame each, to figures by the targets' names.
    method : {"abc_smc", "history_matching"}
        Estimate the posterior (`sim.calibration.abc_smc`) or rule out values
        (`sim.calibration.history_matching`).
    shape : {"triangular", "uniform"}
        Shape of the prior over the plausible ranges around the scenario's values.
    ranges : mapping of str to Range, optional
        Ranges to use instead; required for parameters without one.
    places : sequence of mapping
        Differences between places by flat name, if figures are means or shares over places that run
        together.
    replications : int
        Runs of each place for each set of values.
    seed : int
        Seed of everything.
    workers : int, optional
        Number of worker processes; all processors by default. The result does not depend on it.
    **options
        Options of the method, such as ``particles`` or ``waves``.

    Returns
    -------
    Calibration
        `Calibration.write` writes the posterior file that a scenario names.

    Raises
    ------
    InputError
        If a name, value or option is not admissible, or too few runs can start.
    ChildProcessError
        If a worker was killed.
    """
    if method not in get_args(Method):
        raise InputError(f"method = {method!r} is not one of {', '.join(get_args(Method))}.")
    territory = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    prior = scenario_prior(territory, parameters, shape=shape, ranges=ranges)
    for name in parameters:
        if any(name in place for place in places):
            raise InputError(f"{name} is set by the places and cannot be calibrated, too.")
    search = abc_smc if method == "abc_smc" else history_matching
    with Ensemble(
        territory, measure, places=places, replications=replications, workers=workers
    ) as ensemble:
        return search(ensemble, prior, targets, seed=seed, **options)
