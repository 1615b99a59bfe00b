"""Run a hundred drawn town centres from 2001 to 2024 and measure patterns 1 to 5 and 15.

``python experiments/backcast/ensemble.py`` prints the figures of one ensemble.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation


@dataclass(frozen=True)
class SizeClass:
    """Size class of agglomerations, as in pattern 3.

    Attributes
    ----------
    name : str
        Class of residents.
    towns : int
        Number of towns to draw. Assumed: the panels' lists of towns are not published by size.
    residents : tuple of int
        Range of residents; their logarithm is drawn uniformly.
    growth : float
        Mean growth of residents, 1/year. Assumed; it decides pattern 3 (docs/validation.md).
    """

    name: str
    towns: int
    residents: tuple[int, int]
    growth: float


SIZES = (
    SizeClass("under 50,000", 32, (25_000, 50_000), -0.003),
    SizeClass("50,000 to 100,000", 34, (50_000, 100_000), -0.003),
    SizeClass("100,000 to 250,000", 28, (100_000, 250_000), 0.002),
    SizeClass("over 500,000", 10, (500_000, 700_000), 0.009),
)

MARGIN_SPREAD = 0.055
"""SD between towns of the margin of their shops in 2001, calibrated on pattern 4 in 2001."""

GROWTH_SPREAD = 0.003
"""SD of residents' growth between towns of a size, 1/year. Assumed."""


def ground(people: float) -> dict[str, float]:
    """Return the parameters of the ground of a town of some residents.

    Larger towns cover more of it: 64 cells a side at 50,000 residents.
    """
    stretch = (people / 50_000) ** 0.35
    side = int(np.clip(64 * stretch, 48, 140))
    return {
        "population": round(people),
        "rows": side,
        "columns": side,
        "town_radius": 1.8 * stretch,
        "park_distance": 4.0 * stretch,
        "centre_radius": 0.9 * stretch,
        "retail_parks": max(2, round(2 * stretch)),
        "settlements": round(8 * stretch),
    }


def draw_towns(seed: int = 1) -> list[tuple[str, dict[str, float]]]:
    """Draw the towns: size class and the parameters in which each differs from ``backcast``.

    Margins and growth are stratified within a size class (Latin hypercube), so that sampling noise
    hardly affects the mean of a hundred towns.
    """
    rng = np.random.default_rng(seed)
    towns = []
    for size in SIZES:
        low, high = np.log(size.residents)
        even = (np.arange(size.towns) + 0.5) / size.towns
        peoples = np.exp(low + (high - low) * rng.permutation(even))
        margins = MARGIN_SPREAD * rng.permutation(ndtri(even))
        growths = size.growth + GROWTH_SPREAD * rng.permutation(ndtri(even))
        for people, margin, growth in zip(peoples, margins, growths, strict=True):
            town = ground(float(people)) | {
                "territory_seed": int(rng.integers(2**31)),
                "town_margin": float(margin),
                "residents_growth": float(growth),
            }
            towns.append((size.name, town))
    return towns


def run_ensemble(seed: int = 1, **parameters: float) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Run an ensemble and return the vacancy of each town centre from 2001 to 2024.

    Parameters
    ----------
    seed : int
        Seed of the towns and of their runs.
    **parameters
        Changes to the scenario ``backcast`` for all towns.

    Returns
    -------
    names : list of str
        Size class of each town.
    vacancy : (towns, years) float64 array
        Mean share of vacant premises in each year from 2001 on.
    """
    scenario = load_scenario("backcast").replace(**parameters)
    names, vacancy = [], []
    for k, (name, own) in enumerate(draw_towns(seed)):
        run = Simulation(scenario.replace(**own), seed=1000 * seed + k)
        run.run()
        monthly = run.indicators["retail_vacancy_town_centre"].to_numpy()
        vacancy.append(monthly.reshape(-1, 12).mean(axis=1))
        names.append(name)
    return names, np.array(vacancy)


def patterns(names: list[str], vacancy: npt.NDArray[np.float64]) -> dict[str, float]:
    """Compute the figures of patterns 1 to 5 and 15, in per cent or points, by description."""
    percent = 100 * vacancy
    of = {year: percent[:, year - 2001] for year in range(2001, 2025)}
    group = np.array(names)
    found = {f"mean {y}": float(of[y].mean()) for y in (2001, 2012, 2015, 2024)}
    for first, last in ((2001, 2012), (2012, 2015), (2014, 2019), (2019, 2024)):
        rise = (of[last] - of[first]) / (last - first)
        found[f"rise {first}-{last % 100} a year"] = float(rise.mean())
    for size in SIZES:
        found[f"2015, {size.name}"] = float(of[2015][group == size.name].mean())
    small = float(of[2015][np.isin(group, [size.name for size in SIZES[:2]])].mean())
    found["small less middle, 2015"] = small - found[f"2015, {SIZES[2].name}"]
    found["small less large, 2015"] = small - found[f"2015, {SIZES[3].name}"]
    for year in (2001, 2012, 2013, 2014, 2015):
        found[f"below 5 % in {year}"] = 100 * float((of[year] < 5).mean())
        found[f"above 10 % in {year}"] = 100 * float((of[year] > 10).mean())
    for year in (2001, 2015):
        found[f"SD {year}"] = float(of[year].std())
    found["SD 2015 less 2001"] = found["SD 2015"] - found["SD 2001"]
    for first, last in ((2014, 2019), (2019, 2024)):
        found[f"fell {first}-{last % 100}"] = 100 * float((of[last] < of[first]).mean())
    # Premises are fixed, so a centre has fewer shops exactly where it has more vacancy.
    lost = (of[2015] > of[2009])[group != SIZES[3].name]
    found["lost shops 2009-15"] = 100 * float(lost.mean())
    return found


if __name__ == "__main__":
    for what, figure in patterns(*run_ensemble()).items():
        print(f"{what:32s} {figure:6.2f}")
