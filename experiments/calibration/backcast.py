"""Calibrate the responses to margins against the vacancy of French centres; see README.md.

Run ``python experiments/calibration/backcast.py`` from the root of the repository.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.backcast.ensemble import draw_towns
from sim.calibration import Calibration, Ensemble, Matching, calibrate, patterns
from sim.experiments.draws import Range, uncertain_ranges
from sim.scenario.scenario import load_scenario

SCENARIO = load_scenario("backcast")

PARAMETERS = ("closure_margin_response", "reletting_margin_response", "starting_vacancy")

RANGES = {"starting_vacancy": Range(0.035, 0.053, 0.075)}
"""Range for the mean town in 2001, for which the schema has none. Assumed: around 6.1 %."""

TARGETS = patterns(
    "centre_vacancy_2001",
    "centre_vacancy_2012",
    "centre_vacancy_2015",
    "centre_vacancy_rise_2012_2015",
)
"""Patterns on which the default values were chosen, which exclude 2024."""

SEED = 1


def places() -> list[dict[str, Any]]:
    """Return eight of the 104 towns of the backcast, evenly spaced by margin."""
    towns = sorted((own for _, own in draw_towns(1)), key=lambda own: own["town_margin"])
    return towns[6::13]


def measure(runs: Sequence[pd.DataFrame]) -> Mapping[str, float]:
    """Return figures of patterns 1, 2 and 5, in per cent and points, of towns and years."""
    monthly = [run["retail_vacancy_town_centre"].to_numpy().reshape(-1, 12) for run in runs]
    mean = 100 * np.mean(monthly, axis=(0, 2))
    years = [year for year in (2001, 2012, 2015, 2024) if year - 2001 < mean.size]
    found = {f"centre_vacancy_{year}": float(mean[year - 2001]) for year in years}
    rise = (found["centre_vacancy_2015"] - found["centre_vacancy_2012"]) / 3
    return found | {"centre_vacancy_rise_2012_2015": rise}


def by(method: Any, **options: Any) -> Calibration:
    """Calibrate with one of the methods."""
    start = time.perf_counter()
    found = calibrate(
        SCENARIO.replace(months=12 * 15),
        PARAMETERS,
        TARGETS,
        measure,
        method=method,
        shape="uniform",
        ranges=RANGES,
        places=places(),
        seed=SEED,
        progress=lambda n: print(f"\r{method}: {n} simulations", end="", file=sys.stderr),
        **options,
    )
    print(f"\n{found.method}, {time.perf_counter() - start:.0f} s\n{found.rounds.round(3)}")
    table = found.interval().round(4)
    table.insert(0, "now", [SCENARIO.values[name] for name in PARAMETERS])
    print(table)
    print(found.draws.corr().round(2))
    return found


def run_to_2024(rows: pd.DataFrame) -> pd.DataFrame:
    """Return mean and spread of the figures over rows, including the held-out 2024."""
    with Ensemble(SCENARIO, measure, places=places()) as ensemble:
        found = [
            ensemble(dict(zip(rows, row, strict=True)), 100 + k)
            for k, row in enumerate(rows.to_numpy().tolist())
        ]
    return pd.DataFrame(found).agg(["mean", "std"]).round(2).T


def main() -> None:
    """Rule out values, sample the rest, and write the posterior."""
    ranges = uncertain_ranges(SCENARIO) | RANGES
    now = pd.DataFrame({name: [float(SCENARIO.values[name])] * 6 for name in PARAMETERS})
    print(pd.DataFrame({name: vars(ranges[name]) for name in PARAMETERS}).T)
    print(f"current values, six times:\n{run_to_2024(now)}")
    matching = by("history_matching", waves=2, points=20)
    if isinstance(matching, Matching):
        print(f"implausibility of the current values: {matching.implausibility(now)[0]:.2f}")
    posterior = by("abc_smc", particles=60, populations=3)
    print(f"16 draws:\n{run_to_2024(posterior.draws.sample(16, random_state=SEED))}")
    posterior.write("backcast.parquet", scenario=SCENARIO.name)


if __name__ == "__main__":
    main()
