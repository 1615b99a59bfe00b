"""Runs of one scenario: an experiment with one arm and one point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
from sim.experiments.commands import commands_of_run
from sim.experiments.experiment import BASELINE, Experiment
from sim.experiments.experiment_file import read_experiment
from sim.experiments.results import Results
from sim.experiments.running import run_experiment
from sim.measures.map_layers import check_layers
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import LARGEST_SEED

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LARGEST_REPS", "one_point", "run", "simulate"]

LARGEST_REPS = 100_000


def one_point(
    arms: Mapping[str, Scenario],
    *,
    seed: int,
    reps: int,
    fewest_reps: int = 1,
    name: str | None = None,
    **content: Any,
) -> Experiment:
    """Return an experiment without factors, by default with the name of its scenario.

    Arms are given with the baseline first; `content` are further keys of an experiment's file.

    Raises
    ------
    InputError
        If a value is not admissible.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"seed = {seed} is out of range; expected 0 to 2**63 - 1.")
    if not fewest_reps <= reps <= LARGEST_REPS:
        raise InputError(
            f"reps = {reps} is out of range; expected {fewest_reps} to {LARGEST_REPS:,}."
        )
    first = arms[BASELINE]
    content = {
        "title": dict(first.title),
        "scenario": first.name,
        "replications": reps,
        "seed": seed,
        **content,
    }
    return read_experiment(content, name or first.name, Path(first.name), {first.name: arms})


def simulate(
    scenario: Scenario,
    *,
    seed: int = 0,
    reps: int = 1,
    map_months: Iterable[int] = (),
    layers: Sequence[str] = ("population", "footfall", "vacancy"),
    reference: str | None = None,
    out: Path | str | None = None,
    workers: int | None = 1,
    **options: Any,
) -> Results:
    """Run a scenario to its end, once or more often.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        Seed of the experiment; see `sim.experiments.seeds.replication_seed`.
    reps : int
        Replications: runs that differ only in their random draws.
    map_months : iterable of int
        Months whose maps to keep; 0 is the starting state.
    layers : sequence of str
        Layers of these maps, names in `sim.measures.map_layers.LAYERS`.
    reference : str, optional
        Name or file of the scenario in the manifest's command; by default its name.
    out : Path or str, optional
        Folder for the results; by default they stay in memory.
    workers : int or None
        1 is this process; None, all processors.
    **options
        ``resume``, ``force`` and further fields of `sim.experiments.running.Options`.

    Raises
    ------
    InputError
        If a value is not admissible, or no run can start.
    """
    check_layers(layers)
    months, kept = int(scenario.values["months"]), sorted(set(map_months))
    for month in kept:
        if not 0 <= month <= months:
            raise InputError(
                f"map month {month} is out of range; the run has months 0 to {months}."
            )
    experiment = one_point(
        {BASELINE: scenario},
        seed=seed,
        reps=reps,
        parameters="fixed",
        every_month=True,
        maps=kept,
        layers=list(layers),
    )
    commands = commands_of_run(experiment, reference or scenario.name)
    return run_experiment(experiment, commands, out, workers=workers, **options)


def run(
    scenario: Scenario | str | Path,
    *,
    seed: int = 0,
    months: int | None = None,
    reps: int = 1,
    **options: Any,
) -> pd.DataFrame:
    """Run a scenario and return its indicators.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Scenario to run, or its name or file.
    seed : int
        Seed; with one replication, that of `sim.Simulation`.
    months : int, optional
        Length of the run instead of the scenario's.
    reps : int
        Replications: runs that differ only in their random draws.
    **options
        As for `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row per month and replication, as in `sim.experiments.results.Results.indicators`.

    Raises
    ------
    InputError
        If the scenario, or a value, is not admissible.

    Examples
    --------
    >>> run("mid_sized_town", seed=7, months=6, reps=2).shape[0]
    12
    """
    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if months is not None:
        chosen = chosen.replace(months=months)
    return simulate(chosen, seed=seed, reps=reps, **options).indicators
