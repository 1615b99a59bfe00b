"""The territory as a model that can be swept."""

from __future__ import annotations

from sim.experiments.draws import draw
from sim.experiments.experiment import Experiment
from sim.experiments.factors import SCENARIO
from sim.experiments.one_run import run_to_end
from sim.experiments.run import Outcome, Run
from sim.experiments.shared_start import begin
from sim.measures.measure import Windows
from sim.measures.registry import OUTCOMES, measured

__all__ = ["TerritoryRuns"]


class TerritoryRuns:
    """Runs of an experiment's scenarios; see `sim.experiments.run.Model`.

    Parameters
    ----------
    experiment : Experiment
    """

    def __init__(self, experiment: Experiment) -> None:
        self.outputs = tuple(OUTCOMES)
        self.horizons = experiment.horizons
        self.series = experiment.series
        self._scenarios = experiment.scenarios
        self._months = experiment.months
        self._seed = experiment.seed
        self._is_drawn = experiment.parameters == "drawn"

    def __call__(self, run: Run) -> Outcome:
        """Do a run.

        Raises
        ------
        InputError
            If it cannot start from its parameters.
        """
        values = dict(run.values)
        first = next(iter(self._scenarios))
        scenario = self._scenarios[values.pop(SCENARIO, first)][run.arm]
        drawn = draw(scenario, self._seed, run.rep) if self._is_drawn else {}
        simulation = begin(scenario.replace(**{**drawn, **values}), run.seed)
        counts = run_to_end(simulation).counts
        series = None
        if self.series:
            series = measured(self.series, Windows.of_a_year(counts, self._months))
        return Outcome(measured(self.outputs, Windows.up_to(counts, self.horizons)), series)
