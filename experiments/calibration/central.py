"""Choose the values that stand for a fit: the scenario's defaults; see README.md.

Run ``python -m experiments.calibration.central FOLDER`` after the fit. Medians of parameters that
depend on each other need not fit together, so one draw is chosen whole: of the simulated draws
nearest to the medians, the one whose figures lie nearest to the bands, rounded to two digits.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.calibration.priors import Entry, load_priors
from experiments.calibration.retail import CHECK, edges
from experiments.calibration.simulated import Simulated
from experiments.calibration.surrogate import FITTED, misses
from experiments.calibration.tables import describe_figures, say
from experiments.evidence.bands import load_bands
from sim.experiments.executors import start_workers

NEAREST = 8
"""Draws nearest to the medians from which one is chosen."""

SEEDS = 13
"""Evaluations of each, of other towns every time: all 104 together."""

TRIAL, LAST = 3_000_000, 4_000_000
"""First seeds of the trials of the nearest, and of the chosen."""


def nearest(draws: pd.DataFrame, entries: dict[str, Entry], n: int) -> pd.DataFrame:
    """Return the draws nearest to the medians, in units of the priors' ranges."""
    width = pd.Series({name: entries[name].high - entries[name].low for name in draws})
    apart = ((draws - draws.median()) / width).pow(2).sum(axis=1)
    return draws.loc[apart.sort_values(kind="stable").index[:n]]


def distance(found: pd.DataFrame) -> float:
    """Return how far the mean figures of some evaluations lie outside the bands."""
    mean = found[list(FITTED)].mean().to_numpy()
    return float(np.sqrt(np.mean(misses(mean, *edges(load_bands())) ** 2)))


def rounded(value: float) -> float:
    """Return a value with two significant digits."""
    return float(f"{value:.2g}")


def choose(folder: Path, workers: int) -> None:
    """Choose values, simulate their figures, and write ``central.toml`` and ``central.csv``."""
    entries, path = load_priors(), folder / "simulations.jsonl"
    with start_workers("local", workers) as started:
        simulated = Simulated(path, None, started)
        checked = simulated.values(CHECK, TRIAL)  # the draws that the fit has simulated again
        some = nearest(checked, entries, NEAREST).map(rounded).to_dict("records")
        tried = [simulated.many([row] * SEEDS, TRIAL) for row in some]
        far = [distance(found) for found in tried]
        best = some[int(np.argmin(far))]
        found = simulated.many([best] * 2 * SEEDS, LAST)
    say(
        f"distances of the nearest: {np.round(far, 2)}; of the chosen, again: {distance(found):.2f}"
    )
    table = describe_figures(found, load_bands())
    table.to_csv(folder / "central.csv", index=False)
    say(table.to_string(index=False))
    lines = [f"{name} = {best[name]!r}\n" for name in entries]
    (folder / "central.toml").write_text("".join(lines), encoding="utf-8")
    say("".join(lines))


def main() -> None:
    """Choose with the options of the command line."""
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("folder", type=Path, help="folder of the fit")
    command.add_argument("--workers", type=int, default=2)
    options = command.parse_args()
    choose(options.folder, options.workers)


if __name__ == "__main__":
    main()
