"""Run a scenario once or many times and put together what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.experiments.run_results import FORMAT, Results
from sim.measures.map_layers import Maps, check_layers, snapshot
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.provenance import (
    assumed_parameters,
    column_words,
    describe_environment,
    describe_run,
    describe_scenario,
    describe_territory,
    indicators_hash,
)
from sim.simulation.simulation import LARGEST_SEED, Simulation

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LARGEST_REPS", "replication_seed", "run", "simulate"]

LARGEST_REPS = 100_000


def replication_seed(seed: int, rep: int) -> int:
    """Seed of a replication.

    The first replication takes the seed itself, so that one replication is the plain simulation;
    the others take seeds that are spawned from it. More replications never change the earlier ones.

    Parameters
    ----------
    seed : int
        Seed of the whole, 0 to 2**63 - 1.
    rep : int
        Number of the replication, from 0.

    Returns
    -------
    int
        0 to 2**63 - 1.

    Examples
    --------
    >>> replication_seed(7, 0)
    7
    """
    if rep == 0:
        return seed
    spawned = np.random.SeedSequence(seed, spawn_key=(rep,)).generate_state(1, np.uint64)
    return int(spawned[0] >> np.uint64(1))


def simulate(
    scenario: Scenario,
    *,
    seed: int = 0,
    reps: int = 1,
    map_months: Iterable[int] = (),
    layers: Sequence[str] = ("population", "footfall", "vacancy"),
    reference: str | None = None,
    progress: Callable[[], Any] | None = None,
) -> Results:
    """Run a scenario to its end, as often as asked.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        Luck of the whole; see `replication_seed`.
    reps : int
        Replications: runs that differ by nothing but luck.
    map_months : iterable of int
        Months whose maps are kept; 0 is the starting state.
    layers : sequence of str
        Layers of these maps, names in `sim.measures.map_layers.LAYERS`.
    reference : str, optional
        How the scenario is to be called in the manifest's command; by default its name.
    progress : callable, optional
        Called after each replication.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If seed, replications, months or layers are not admissible, or the start cannot be made.
    """
    import pandas as pd

    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"seed = {seed} is out of range; expected 0 to 2**63 - 1.")
    if not 1 <= reps <= LARGEST_REPS:
        raise InputError(f"reps = {reps} is out of range; expected 1 to {LARGEST_REPS:,}.")
    check_layers(layers)
    months = int(scenario.values["months"])
    kept = sorted(set(map_months))
    for month in kept:
        if not 0 <= month <= months:
            raise InputError(
                f"map month {month} is out of range; the run has months 0 to {months}."
            )
    seeds = [replication_seed(seed, rep) for rep in range(reps)]
    frames, starts = [], []
    pictures: list[dict[str, npt.NDArray[np.float32]]] = []
    for rep, luck in enumerate(seeds):
        simulation = Simulation(scenario, luck)
        starts.append(simulation.measure())
        for month in kept:
            simulation.run(month - simulation.month)
            pictures.append(snapshot(simulation.state, layers))
        simulation.run()
        frame = simulation.indicators.reset_index()
        frame.insert(0, "rep", rep)
        frames.append(frame)
        if progress:
            progress()
    indicators = pd.concat(frames, ignore_index=True)
    territory = simulation.territory
    shape = (reps, len(kept), *territory.shape)
    maps = None
    if kept:
        maps = Maps(
            tuple(kept),
            territory.cell_size,
            simulation.state["cell.zone"].astype(np.uint8),
            {n: np.stack([p[n] for p in pictures]).reshape(shape) for n in layers},
        )
    assumed, uncertain = assumed_parameters(scenario)
    manifest = {
        "format": FORMAT,
        "note": "A conditional scenario, not a forecast.",
        "scenario": describe_scenario(scenario),
        "run": describe_run(scenario, reference or scenario.name, seed, seeds, months),
        "environment": describe_environment(),
        "territory": describe_territory(territory),
        "assumed_parameters": assumed,
        "uncertain_parameters": uncertain,
        "indicators": {name: column_words(name) for name in starts[0]},
        "indicators_sha256": indicators_hash(indicators),
        "drivers": _drivers(simulation),
        "start": {name: [start[name] for start in starts] for name in starts[0]},
    }
    return Results(indicators, manifest, maps)


def _drivers(simulation: Simulation) -> dict[str, list[float]]:
    """The exogenous series of the months that were run, as they moved or stood."""
    months = simulation.month
    first = 12 * (simulation.values["start_year"] - 2000)
    moving = simulation.values["with_drivers"]
    series = {}
    for name in ("online_share", "spending", "costs", "periphery"):
        table = simulation.state[f"series.{name}"]
        at = first + (np.arange(months) if moving else np.zeros(months, np.int64))
        series[name] = [float(v) for v in table[np.minimum(at, table.size - 1)]]
    return series


def run(
    scenario: Scenario | str | Path, *, seed: int = 0, months: int | None = None, reps: int = 1
) -> pd.DataFrame:
    """Run a scenario and return its indicators.

    Parameters
    ----------
    scenario : Scenario, str or Path
        What to run, or its name or file.
    seed : int
        Luck of the run; with one replication, that of `sim.Simulation`.
    months : int, optional
        Length of the run in place of the scenario's.
    reps : int
        Replications: runs that differ by nothing but luck.

    Returns
    -------
    pandas.DataFrame
        A row a month and replication, as in `sim.experiments.run_results.Results`.

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
    return simulate(chosen, seed=seed, reps=reps).indicators
