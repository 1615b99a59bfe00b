"""Figures of the model, from simulated towns whose records are like real ones.

Each replication is a town with its own random draws and its own draw of the uncertain parameters.
A figure is the median over towns and its interval holds nine in ten of them, which is what a single
town may show. What compares towns is estimated from all together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.backcast.ensemble import draw_towns
from experiments.evidence import between_towns, simulated
from experiments.evidence.answers import Answer, answer
from experiments.evidence.estimates import LEVEL, Estimate
from experiments.evidence.questions import QUESTIONS
from sim.errors import InputError
from sim.experiments.draws import draw
from sim.experiments.executors import start_workers
from sim.experiments.seeds import replication_seed
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import Simulation

ENSEMBLE = "backcast"
"""Scenario whose replications are different towns, those of ``experiments/backcast``."""

PANELS = ((2001, 2012, 2015), (2014, 2019, 2024))
"""Years between which French panels compare towns: two panels, not to be joined."""

LARGEST_REPS = 1000

SURVEYED = 4
"""Fewest towns, if so many are run, whose trips and purchases are recorded.

Fits are slow, and towns hardly differ in them by chance.
"""

SURVEY_YEAR = 2016
"""Year of the interviews of Karlsruhe, and of simulated ones where it is simulated."""

UNKNOWN = ("basket_median_",)
"""Beginnings of figures about which the model says nothing: its baskets are means."""

OF_TOWNS = "between_towns"

OF_SURVEYS = {"choices", "purchases"}
"""Kinds of records that take a survey of consumers."""


@dataclass(frozen=True)
class Town:
    """Figures of a simulated town, and the vacancy of its centre by year."""

    answers: list[Answer]
    vacancy: pd.DataFrame


def plan(
    reference: str, *, reps: int, years: int | None, seed: int, fixed_parameters: bool
) -> list[tuple[Scenario, int]]:
    """Return the scenario and the seed of each replication.

    Those of the ensemble are drawn towns, spread evenly from low to high margins.

    Raises
    ------
    InputError
        If the scenario is unknown or a number is out of range.
    """
    if not 1 <= reps <= LARGEST_REPS:
        raise InputError(f"reps = {reps} is out of range; expected 1 to {LARGEST_REPS:,}.")
    scenario = load_scenario(reference)
    if years is not None:
        if not 2 <= years <= 100:
            raise InputError(f"years = {years} is out of range; expected 2 to 100.")
        scenario = scenario.replace(months=12 * years)
    towns: list[dict[str, float]] = [{}] * reps
    if scenario.name == ENSEMBLE:
        drawn = sorted((own for _, own in draw_towns()), key=lambda own: own["town_margin"])
        towns = [drawn[k] for k in ((np.arange(reps) + 0.5) * len(drawn) / reps).astype(int)]
    seeds = [replication_seed(seed, rep) for rep in range(reps)]
    changes = [{} if fixed_parameters else draw(scenario, seed, rep) for rep in range(reps)]
    return [
        (scenario.replace(**(change | town)), of_run)
        for change, town, of_run in zip(changes, towns, seeds, strict=True)
    ]


def show(scenario: Scenario, seed: int, questions: Sequence[str], is_surveyed: bool) -> Town:
    """Run a town and return what it shows, with a survey of its consumers or without."""
    run = Simulation(scenario, seed)
    first, n_years = run.values["start_year"], run.values["months"] // 12
    tenancies = simulated.follow(run, 12 * n_years)
    records = [
        simulated.licences(tenancies, first, first + n_years - 1, seed=seed),
        simulated.premises(run),
    ]
    if is_surveyed:
        survey = Simulation(scenario, seed)
        survey.run(12 * min(max(SURVEY_YEAR - first + 1, 1), n_years))
        records += [simulated.choices(survey), simulated.purchases(survey)]
    with threadpool_limits(1):  # with small matrices, several only wait for each other
        answers = [a for each in records for a in answer(each, questions)]
    known = [a for a in answers if not a[1].figure.startswith(UNKNOWN)]
    return Town(known, simulated.towns([run]).table)


def ask(
    reference: str,
    *,
    reps: int,
    years: int | None = None,
    seed: int = 0,
    workers: int = 1,
    fixed_parameters: bool = False,
    questions: Sequence[str] = tuple(QUESTIONS),
    tell: Callable[[int, int], None] = lambda done, reps: None,
) -> list[Answer]:
    """Return the model's figures for the questions.

    Parameters
    ----------
    reference
        Scenario by name or file; towns are compared only in `ENSEMBLE`.
    tell
        Called with the towns done and their number.

    Raises
    ------
    InputError
        If the scenario is unknown or a number is out of range.
    """
    planned = plan(reference, reps=reps, years=years, seed=seed, fixed_parameters=fixed_parameters)
    needs_survey = any(OF_SURVEYS & set(QUESTIONS[name].kinds) for name in questions)
    every = max(1, reps // SURVEYED)
    towns: list[Town] = []
    with start_workers("local", min(workers, reps)) as pool:
        flight: deque[Future[Town]] = deque()
        for rep, each in enumerate(planned):
            flight.append(pool.submit(show, *each, questions, needs_survey and rep % every == 0))
            while flight and (rep == reps - 1 or len(flight) > 2 * workers or flight[0].done()):
                towns.append(flight.popleft().result())
                tell(len(towns), reps)
    found = summarise([town.answers for town in towns])
    if planned[0][0].name == ENSEMBLE and OF_TOWNS in questions:
        found += compare_towns([town.vacancy for town in towns])
    return found


def summarise(towns: Sequence[Sequence[Answer]]) -> list[Answer]:
    """Return the median of each figure over towns, with the interval that holds nine in ten.

    Towns with too few cases for a figure are left out of it; ``n`` counts the others.
    """
    values: dict[tuple[str, str, str], list[float]] = {}
    for answers in towns:
        for question, found in answers:
            values.setdefault((question, found.figure, found.unit), []).append(found.value)
    answers = []
    for (question, figure, unit), all_of_them in values.items():
        known = np.array([value for value in all_of_them if np.isfinite(value)])
        if len(known):
            low, value, high = np.quantile(known, [0.5 - LEVEL / 2, 0.5, 0.5 + LEVEL / 2])
            summary = Estimate(figure, float(value), float(low), float(high), len(known), unit)
            answers.append((question, summary))
    return answers


def compare_towns(vacancy: Sequence[pd.DataFrame]) -> list[Answer]:
    """Return the differences between towns, in the years of each panel that were simulated."""
    table = pd.concat([each.assign(town=k) for k, each in enumerate(vacancy)])
    simulated_years = set(table["year"])
    panels = [tuple(year for year in panel if year in simulated_years) for panel in PANELS]
    return [
        (OF_TOWNS, estimate)
        for years in panels
        if len(years) > 1 and len(vacancy) > 1
        for estimate in between_towns.estimate(table, years=years)
    ]
