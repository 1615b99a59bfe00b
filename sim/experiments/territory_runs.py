"""The territory as a model that the engine can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.experiments.course import course_of, opening_balance
from sim.experiments.designs import ONE_POINT
from sim.experiments.draws import draw
from sim.experiments.experiment import Experiment
from sim.experiments.factors import SCENARIO
from sim.experiments.run import Outcome, Run, Table
from sim.experiments.shared_start import begin
from sim.measures.map_layers import block_of, in_blocks, snapshot
from sim.measures.measure import Windows
from sim.measures.registry import OUTCOMES, measured, monthly_table
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import Simulation

DRIVERS = ("online_share", "spending", "costs", "periphery")
"""Exogenous series kept beside the monthly indicators, as ``series.<name>``."""


class TerritoryRuns:
    """Runs of an experiment's scenarios; see `sim.experiments.run.Model`.

    Runs on `threads` have the same bytes as those without.
    """

    def __init__(self, experiment: Experiment, *, threads: bool = False) -> None:
        self._threads = threads
        self.outputs = tuple(OUTCOMES)
        self.horizons = experiment.horizons
        kept: list[str | int] = list(experiment.series)
        kept += [name for name in ("every_month", "ledger") if getattr(experiment, name)]
        if experiment.maps:
            kept += ["maps", *experiment.maps, *experiment.layers]
        self.kept = tuple(kept)
        # Without its points, which may be many and are not needed for a run.
        self._asked = replace(experiment, design=ONE_POINT, content={})

    def scenario_of(self, run: Run) -> Scenario:
        """Return the scenario of a run, with its factors and drawn parameters set."""
        asked, values = self._asked, dict(run.values)
        first = next(iter(asked.scenarios))
        scenario = asked.scenarios[values.pop(SCENARIO, first)][run.arm]
        drawn = draw(scenario, asked.seed, run.rep) if asked.parameters == "drawn" else {}
        return scenario.replace(**{**drawn, **values})

    def __call__(self, run: Run) -> Outcome:
        """Do a run; raise `InputError` if it cannot start from its parameters."""
        asked = self._asked
        scenario = self.scenario_of(run)
        # A start that no other arm shares would only be kept twice.
        is_shared = len(asked.arms) > 1
        simulation = (begin if is_shared else Simulation)(scenario, run.seed, threads=self._threads)
        opening = opening_balance(simulation)
        kept: dict[str, Table] = {}
        start = simulation.measure() if asked.every_month and not run.is_rerun else {}
        if asked.maps and not run.is_rerun:
            kept["maps"] = _maps(simulation, asked)
        simulation.run()
        course = course_of(simulation, opening)
        measures = measured(self.outputs, Windows.up_to(course.counts, self.horizons))
        if run.is_rerun:
            return Outcome(measures)
        if asked.series:
            windows = Windows.of_a_year(course.counts, asked.months)
            months = np.arange(1, asked.months + 1, dtype=np.int32)
            values = measured(asked.series, windows)
            kept["series"] = {"month": months, **dict(zip(asked.series, values.T, strict=True))}
        if start:
            kept["every_month"] = _every_month(simulation, start)
        if asked.ledger:
            kept["ledger"] = course.ledger()
        return Outcome(measures, kept)


def _maps(simulation: Simulation, asked: Experiment) -> Table:
    """Run up to each month whose maps to keep, and return the maps.

    Zones are the bytes of a (rows, columns) uint8 array, layers those of float32 arrays.
    """
    pages = []
    for month in asked.maps:
        simulation.run(month - simulation.month)
        pages.append(snapshot(simulation.state, asked.layers))
    block = block_of(simulation.territory.shape)
    zone = in_blocks(simulation.state["cell.zone"], block, np.minimum).astype(np.uint8)
    alike = {"rows": len(zone), "cell_size": block * simulation.territory.cell_size}
    return (
        {"month": np.array(asked.maps, np.int32)}
        | {name: np.full(len(pages), value) for name, value in alike.items()}
        | {"zone": np.array([zone.tobytes()] * len(pages), object)}
        | {n: np.array([page[n].tobytes() for page in pages], object) for n in asked.layers}
    )


def _every_month(simulation: Simulation, start: Mapping[str, float]) -> Table:
    """Return the indicators of the starting state (month 0) and of each month, and the drivers."""
    made = monthly_table(simulation.counts)
    months = np.arange(simulation.month + 1, dtype=np.int32)
    table = {"month": months} | {n: np.concatenate([[start[n]], made[n]]) for n in made}
    first = 12 * (simulation.values["start_year"] - 2000)
    at = first + np.maximum(months - 1, 0) * bool(simulation.values["with_drivers"])
    for name in DRIVERS:
        series = simulation.state[f"series.{name}"]
        table[f"series.{name}"] = series[np.minimum(at, series.size - 1)]
    return table
