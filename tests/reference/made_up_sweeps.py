"""Sweeps of known effects, without any town."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from sim.experiments.results import Results
from sim.experiments.run import Outcome, Run
from sim.experiments.running import sweep
from sim.experiments.territory_runs import TerritoryRuns

HEAD = """
title = { en = "Made up", fr = "Inventé" }
question = { en = "What is it for?", fr = "À quoi bon ?" }
scenario = "mid_sized_town"
settings = { rows = 16, columns = 16, population = 4000, spin_up = 0, months = 36 }
"""
CLUSTER = 'interventions = ["transition_cluster"]\n'
GRID = "[factors]\ncluster_size = [0, 20, 40]\ncluster_funding = [0.0, 25_000.0, 50_000.0]\n"
TWO = 'indicators = ["births_per_1000", "closure_rate_town_centre"]\n'
"""Measures for tests in which they do not matter, used in turn."""
LEVELS = {"closure_rate_town_centre": 9.0, "open_shops_town_centre": 200.0, "participation": 0.3}

Effects = Mapping[str, Callable[[Mapping[str, Any]], float]]


def funding_of(values: Mapping[str, Any]) -> float:
    return float(values.get("cluster_funding", 25_000.0)) / 50_000


EFFECTS: Effects = {
    "births_per_1000": lambda v: 0.1 * min(1.0, 2 * funding_of(v)),  # no more beyond half
    "running_projects": lambda v: 20 * funding_of(v),
    "closure_rate_town_centre": lambda v: 0.3 * (funding_of(v) > 0.6),
    "public_spending": lambda v: 5e6 * funding_of(v),
}
NOISE = {"births_per_1000": 0.001, "running_projects": 0.1, "closure_rate_town_centre": 0.01,
         "open_shops_town_centre": 0.1, "participation": 0.02}  # fmt: skip
"""Standard deviation of the paired effect; that of participation hides any effect."""


def made_up(effects: Effects = EFFECTS, fails: Callable[[Run], bool] | None = None) -> Any:
    """Synthetic runs of a territory: known effects, and the noise of a replication."""

    def run(self: TerritoryRuns, run: Run) -> Outcome:
        if fails is not None and fails(run):
            raise ValueError("the town hall burnt down")
        common = np.random.default_rng([run.rep, 1])
        own = np.random.default_rng([run.rep, len(run.arm)])
        levels = np.array(
            [
                LEVELS.get(name, 50.0) * (1 + 0.001 * common.normal())
                + (float(run.values.get("online_share_2030", 0.0)) if "open_shops" in name else 0)
                + (run.arm != "baseline")
                * (
                    effects.get(name, lambda _: 0.0)({**run.values, "rep": run.rep})
                    + NOISE.get(name, 0.0) * own.normal()
                )
                for name in self.outputs
            ]
        )
        months = np.arange(1, self._asked.months + 1, dtype=np.int32)
        series = {
            name: levels[self.outputs.index(name)] * np.linspace(0, 1, months.size)
            for name in self._asked.series
        }
        tables = {"series": {"month": months, **series}} if series else {}
        return Outcome(np.tile(levels, (len(self.horizons), 1)), tables)

    return mock.patch.object(TerritoryRuns, "__call__", run)


def made_up_sweep(
    folder: Path,
    text: str,
    fails: Callable[[Run], bool] | None = None,
    effects: Effects = EFFECTS,
    **options: Any,
) -> Results:
    folder.mkdir(parents=True)
    file = folder / "made_up.toml"
    file.write_text(HEAD + text)
    with made_up(effects, fails):
        return sweep(file, folder / "sweep", executor="serial", **options)
