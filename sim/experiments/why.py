"""Why an intervention changes a measure: its effect without one mechanism, with the same luck.

All arms of a comparison, the baseline too, run again with the same random draws and parameters, but
without one of the mechanisms of `sim.processes.month.MechanismParameters`. What the effect then
lacks, pair by pair, passes through that mechanism::

    through(m) = effect - effect without m

Mechanisms work on each other, so these parts need not add up to the effect; the *rest* says by how
much they do not. Pairs of the strongest are switched off together, which says how much of what
passes through one passes through the other, too::

    shared(a, b) = through(a) + through(b) - through(a and b)

It is negative where either makes up for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import InputError, nearest
from sim.experiments.experiment import BASELINE, Experiment
from sim.experiments.results import Results, load_results
from sim.experiments.running import run_experiment
from sim.experiments.simulate import one_point
from sim.experiments.through import Levels, Off, pairs_of, through_table
from sim.experiments.written import WHY
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES
from sim.processes.month import MechanismParameters
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["SWITCHES", "Why", "check_reasons", "stored_reasons", "why"]

SWITCHES: Final = tuple(MechanismParameters.model_fields)
"""Mechanisms, by the name of their switch."""

_ONE, _TWO = "one", "two"


@dataclass(frozen=True)
class Why:
    """A comparison and its runs without mechanisms, for one measure at the end of the runs.

    Attributes
    ----------
    comparison : Results
    measure : str
    without : sequence of Results
        Runs without one mechanism, and without two; a point for each set that is off.
    """

    comparison: Results
    measure: str
    without: Sequence[Results]

    @cached_property
    def arms(self) -> list[str]:
        """Arms that are explained: all but the parts of others."""
        return [name for name in _whole_arms(self.comparison.experiment) if name != BASELINE]

    def levels(self, arm: str) -> Levels:
        """Return the measure in the baseline and in an arm by the mechanisms that are off."""
        at_end = self.comparison.runs
        at_end = at_end[(at_end["luck"] == 0) & (at_end["horizon"] == at_end["horizon"].max())]
        reps = self.comparison.experiment.replications
        found: dict[Off, tuple[Floats, Floats]] = {(): _both(at_end, self.measure, arm, reps)}
        for results in self.without:
            found |= levels_without(results, self.measure, arm, self.comparison.experiment.months)
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """Part of an effect that passes through each mechanism, by arm.

        Columns are ``intervention`` and those of `sim.experiments.through.THROUGH_COLUMNS`.
        """
        import pandas as pd

        measure = OUTCOMES[self.measure]
        tables = {arm: through_table(measure, self.levels(arm)) for arm in self.arms}
        table = pd.concat(tables, names=["intervention"]).reset_index("intervention")
        return table.reset_index(drop=True)


def levels_without(results: Results, measure: str, arm: str, month: int) -> Levels:
    """Return a measure in the baseline and in an arm, from runs without some mechanisms."""
    frame, reps = results.frame(measure, horizon=month), results.experiment.replications
    return {
        off: _both(frame[frame["point"] == point], measure, arm, reps)
        for point, off in enumerate(points_of(results.experiment))
    }


def _both(frame: pd.DataFrame, measure: str, arm: str, reps: int) -> tuple[Floats, Floats]:
    values = frame.pivot(index="rep", columns="arm", values=measure).reindex(range(reps))
    return values[BASELINE].to_numpy(np.float64), values[arm].to_numpy(np.float64)


def why(found: Results, measure: str, out: Path | str | None = None, **options: Any) -> Why:
    """Run a comparison again without each mechanism, and without pairs of the strongest.

    Parameters
    ----------
    found : Results
        A comparison in one territory.
    measure : str
        Outcome to explain, at the end of the runs.
    out : Path or str, optional
        Folder or address of the runs; by default they stay in memory.
    **options
        ``resume``, ``force`` and fields of `sim.experiments.running.Options`.

    Raises
    ------
    InputError
        If the measure is unknown, or arms do not share their random draws.
    """
    check_reasons(measure, is_independent=found.experiment.luck != "common")
    commands = {name: found.manifest["run"][name] for name in ("command", "python")}

    def run(sets: Sequence[Off], name: str) -> Results:
        experiment = without_mechanisms(found.experiment, measure, sets)
        folder = None if out is None else f"{out}/{name}"
        return run_experiment(experiment, commands, folder, **options)

    one = Why(found, measure, [run(one_off(found.scenario), _ONE)])
    tables = [one.table[one.table["intervention"] == arm] for arm in one.arms]
    pairs = dict.fromkeys(pair for table in tables for pair in pairs_of(table))
    return Why(found, measure, [*one.without, run(list(pairs), _TWO)]) if pairs else one


def check_reasons(measure: str, *, is_independent: bool) -> None:
    """Raise `InputError` if a comparison cannot tell why it changes a measure."""
    if measure not in OUTCOMES:
        raise InputError(f"unknown measure '{measure}'.{nearest(measure, OUTCOMES)}")
    if is_independent:
        raise InputError("why needs the same random draws in all arms; leave out --independent.")


def one_off(scenario: Scenario) -> list[Off]:
    """Return the mechanisms that are on in a scenario, each alone."""
    return [(name,) for name in SWITCHES if scenario.values[name]]


def without_mechanisms(asked: Experiment, measure: str, sets: Sequence[Off]) -> Experiment:
    """Return a comparison without some mechanisms in any arm: a point for each set that is off."""
    return one_point(
        _whole_arms(asked),
        seed=asked.seed,
        reps=asked.replications,
        name=asked.name,
        interventions=[name for name in _whole_arms(asked) if name != BASELINE],
        parameters=asked.parameters,
        indicators=[measure],
        points=[dict.fromkeys(off, False) for off in sets],
        horizons=list(asked.horizons),
    )


def points_of(experiment: Experiment) -> list[Off]:
    """Return the mechanisms that are off at each point of `without_mechanisms`."""
    names, first = [f.name for f in experiment.factors], experiment.arms[BASELINE].values
    return [
        tuple(n for n, value in zip(names, point, strict=True) if first[n] and not value)
        for point in experiment.design.values
    ]


def stored_reasons(found: Results) -> list[Why]:
    """Return what was run to explain a stored comparison, a measure each."""
    if found.folder is None:
        return []
    reasons = []
    for folder in sorted((found.folder / WHY).glob("*")):
        runs = [folder / name for name in (_ONE, _TWO)]
        without = [load_results(one) for one in runs if one.is_dir()]
        if without:
            reasons.append(Why(found, folder.name, without))
    return reasons


def _whole_arms(experiment: Experiment) -> Mapping[str, Scenario]:
    parts = experiment.parts_by_name
    return {name: arm for name, arm in experiment.arms.items() if name not in parts}
