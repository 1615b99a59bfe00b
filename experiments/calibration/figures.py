"""Figures of simulated towns, by the estimators that give those of real records.

Towns run together from 2001 to 2024 with the scenario ``backcast``: eight of the 104 of
``experiments/backcast``, evenly spaced by margin; which eight depends on the seed, so that many
evaluations see all. The largest run as if they had 250,000 residents, with their own growth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import betainc, digamma

from experiments.backcast.ensemble import draw_towns, ground
from experiments.evidence import (
    baskets,
    closures,
    clustering,
    decay,
    floor,
    gradient,
    letting,
    neighbours,
    online,
    successors,
)
from experiments.evidence.records import YEAR, Records, empty_spells
from experiments.evidence.simulated import choices, follow, licences, premises, purchases, towns
from sim.calibration.calibration import spawned_seed
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation

FIRST, LAST = 2001, 2024

RECORDED = 2008
"""First year of the registers of shops to which the model is compared."""

STEP = 13
"""Every how many-th town runs."""

LARGEST = 250_000
"""Residents above which towns are run as if they had so many. It saves half the time. At 50,000 the
vacancy of 2015 would be 0.4 points higher, and that of more towns would fall, by chance."""

APART = 10_000_000
"""Distance between towns in ids of premises, and in metres."""

SURVEYED, NEAR = 0.132, 0.015
"""Vacancy at which the length of vacancies was surveyed, and the spread of weights around it."""


class Town(NamedTuple):
    """A town that has been run.

    Attributes
    ----------
    run
        The run, at the end of 2024; none if another process has run it.
    tenancies
        As from `follow`.
    vacancy
        Mean vacancy of the centre in each year.
    n_premises
        Number of premises.
    """

    run: Simulation | None
    tenancies: pd.DataFrame
    vacancy: pd.Series
    n_premises: int


Task = tuple[Mapping[str, Any], int]
"""Parameters of a town and a seed."""

Map = Callable[[Callable[[Task], Town], list[Task]], Iterable[Town]]
"""Applies a function to all towns, such as ``map``."""


def tasks(values: Mapping[str, Any], seed: int) -> list[Task]:
    """Return the towns to run with these values; the seed says which."""
    drawn = sorted((own for _, own in draw_towns(1)), key=lambda own: own["town_margin"])
    kept = drawn[seed % STEP :: STEP]
    kept.sort(key=lambda own: -own["population"])  # the longest first, for workers
    return [
        (own | ground(min(own["population"], LARGEST)) | values, spawned_seed(seed, k))
        for k, own in enumerate(kept)
    ]


def run_town(task: Task) -> Town:
    """Run a town; raise `InputError` if no margin sustains its vacancy of 2001."""
    own, seed = task
    run = Simulation(load_scenario("backcast").replace(**own), seed)
    tenancies = follow(run)
    vacancy = towns([run]).table.set_index("year")["vacancy"]
    return Town(run, tenancies, vacancy, run.state["premises.id"].size)


def run_town_elsewhere(task: Task) -> Town:
    """Run a town in another process, and leave its state there."""
    return run_town(task)._replace(run=None)


def pooled(towns: Sequence[Town]) -> Records:
    """Return the licences of all towns as one register from 2008 on, far from each other."""
    parts = [
        t.tenancies.assign(place=t.tenancies["place"] + APART * k, y=t.tenancies["y"] + APART * k)
        for k, t in enumerate(towns)
    ]
    found = licences(pd.concat(parts, ignore_index=True), FIRST, LAST)
    return Records("licences", found.table, found.name, pd.Timestamp(RECORDED, 1, 1), found.until)


def long_vacant(licences: Records, n_premises: Sequence[int]) -> dict[str, float]:
    """Return the shares of vacant premises empty for under one and over three years.

    Counted in each town at each end of a year since 2010, and averaged with weights that fall with
    the distance of its vacancy from that of the survey.
    """
    spells = empty_spells(
        licences.table, since=pd.Timestamp.min, until=licences.until + pd.Timedelta(days=1)
    )
    begin = ((spells["start"] - pd.Timestamp(FIRST, 1, 1)) / YEAR).to_numpy()
    end = begin + spells["years"].to_numpy()
    town, n = (spells["place"] // APART).to_numpy(), np.array(n_premises)
    weights, short, long = [], [], []
    for year in range(2010, LAST + 1):
        now = year + 1.0 - FIRST
        here = (begin < now) & (end >= now)
        vacant = np.bincount(town[here], minlength=n.size)
        under = np.bincount(town[here & (now - begin < 1)], minlength=n.size)
        over = np.bincount(town[here & (now - begin > 3)], minlength=n.size)
        weights.append(np.exp(-(((vacant / n - SURVEYED) / NEAR) ** 2) / 2) + 1e-9)
        short.append(under / np.maximum(vacant, 1))
        long.append(over / np.maximum(vacant, 1))
    return {
        "empty_under_1_year": float(np.average(short, weights=weights)),
        "empty_over_3_years": float(np.average(long, weights=weights)),
    }


def share_below_zero(sample: pd.Series) -> float:
    """Return the share below 0 of the normal distribution from which a small sample comes.

    The unbiased estimate of least variance, after Lieberman and Resnikoff (1955),
    :doi:`10.2307/2280972`. Eight towns are too few to count.
    """
    n = len(sample)
    z = sample.mean() / sample.std()
    x = np.clip(0.5 - z * np.sqrt(n) / (2 * (n - 1)), 0, 1)
    return float(betainc(n / 2 - 1, n / 2 - 1, x))


def log_spread(sample: pd.Series) -> float:
    """Return the log of the standard deviation of a normal population, without bias."""
    half = (len(sample) - 1) / 2
    return float(np.log(sample.std()) - (digamma(half) - np.log(half)) / 2)


def between_towns(vacancy: pd.DataFrame) -> dict[str, float]:
    """Return means by year, rises, and shares of towns, from vacancy (towns, years)."""
    found = {f"towns_mean_{y}": float(vacancy[y].mean()) for y in (2001, 2012, 2015, 2024)}
    for first, last in ((2001, 2012), (2012, 2015), (2014, 2019), (2019, 2024)):
        change = vacancy[last] - vacancy[first]
        found[f"towns_yearly_rise_{first}_{last}"] = float(change.mean() / (last - first))
        if first >= 2014:
            found[f"towns_fell_{first}_{last}"] = share_below_zero(change)
            found[f"towns_log_spread_{first}_{last}"] = log_spread(change)
    found["towns_below_5_percent_2015"] = float((vacancy[2015] < 0.05).mean())
    found["towns_above_10_percent_2015"] = float((vacancy[2015] > 0.10).mean())
    return found


def from_licences(register: Records) -> dict[str, float]:
    """Return figures of closures, letting and successors, without their intervals."""
    period = {"since": register.since, "until": register.until}
    found = closures.estimate(register.table, **period)
    spells = empty_spells(register.table, **period)
    spells = spells[spells["years"] > letting.DIRECT]
    found += [letting.chance_within_year(f"letting_after_{k}", spells, k) for k in range(5)]
    after = successors.next_starts(register.table, **period, days=90)
    values = {one.figure: one.value for one in found}
    return values | {"successors_90_days": float((after["years"] <= 90 / 365.25).mean())}


def figures(values: Mapping[str, Any], seed: int, run: Map | None = None) -> dict[str, float]:
    """Return the figures of towns with these parameters, by their names in ``bands.toml``.

    Parameters
    ----------
    run
        Runs the towns, by default one after the other.

    Raises
    ------
    InputError
        If no margin sustains the vacancy of 2001 with these values.
    """
    each = list((run or map)(run_town_elsewhere, tasks(values, seed)))
    register = pooled(each)
    vacancy = pd.DataFrame([town.vacancy for town in each])
    return (
        from_licences(register)
        | long_vacant(register, [town.n_premises for town in each])
        | between_towns(vacancy)
    )


def figures_of_space(values: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the figures that are only checked and take long: clustering, gradient, neighbours.

    The first two are means over the towns' centres at the end of 2024.
    """
    each = [run_town(task) for task in tasks(values, seed)]
    rows = []
    for town in each:
        table = premises(town.run).table
        found = [*clustering.estimate(table, bands=(0, 50)), *gradient.estimate(table)]
        rows.append({one.figure: one.value for one in found})
    register = pooled(each)
    period = {"since": register.since, "until": register.until}
    near = neighbours.estimate(register.table, **period)
    return pd.DataFrame(rows).mean().to_dict() | {one.figure: one.value for one in near}


def figures_of_trips(values: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return figures of shopping in the mid-sized town of the backcast in 2016."""
    run = Simulation(load_scenario("backcast").replace(**values), seed)
    run.run(12 * (2016 - FIRST) + 6)
    made = choices(run, n_trips=600).table
    spent = purchases(run, n=20_000).table
    found = [*decay.estimate(made), *floor.estimate(made), *online.estimate(spent)]
    found += baskets.estimate(spent)
    return {one.figure: one.value for one in found}
