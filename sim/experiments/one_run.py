"""One run of a comparison: its arm, replication and luck, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.experiments.draws import draw
from sim.experiments.runs import replication_seed
from sim.experiments.shared_start import begin
from sim.interventions.plan import DISCOUNT_RATE
from sim.measures.counting import COUNTS
from sim.measures.map_layers import LAYERS, snapshot
from sim.measures.measure import Windows
from sim.measures.registry import OUTCOMES, ROLLING, horizons_within, measured
from sim.registry.variables.money import SOURCES
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import Simulation

__all__ = [
    "Course",
    "Outcome",
    "Run",
    "Runs",
    "execute_run",
    "run_seed",
    "run_to_end",
]

Floats = npt.NDArray[np.float64]
Cents = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """Which run.

    Attributes
    ----------
    arm : int
        0 is the baseline.
    rep : int
        Replication: decides the parameters that are drawn.
    luck : {0, 1}
        1 for the second time that a replication is run, with the same parameters.
    """

    arm: int
    rep: int
    luck: int


@dataclass(frozen=True)
class Runs:
    """All runs of a comparison.

    Attributes
    ----------
    arms : tuple of Scenario
        The baseline first.
    seed : int
        Luck of the whole, and of the drawn parameters.
    reps : int
        Replications.
    fixed_parameters : bool
        Leave the uncertain parameters at the scenario's values.
    independent : bool
        Give each arm luck of its own.
    """

    arms: tuple[Scenario, ...]
    seed: int
    reps: int
    fixed_parameters: bool = False
    independent: bool = False

    @property
    def months(self) -> int:
        """Length of each run."""
        return int(self.arms[0].values["months"])

    @property
    def horizons(self) -> tuple[int, ...]:
        """Months after which runs are measured."""
        return horizons_within(self.months)

    @property
    def again(self) -> int:
        """Replications that are run a second time with other luck: a third, and at least 8."""
        if self.fixed_parameters:
            return 0
        return min(self.reps, max(8, -(-self.reps // 3)))

    @cached_property
    def all(self) -> tuple[Run, ...]:
        """Every run; those of a replication follow one another, its second times last."""
        return tuple(
            Run(arm, rep, luck)
            for rep in range(self.reps)
            for luck in range(2 if rep < self.again else 1)
            for arm in range(len(self.arms))
        )


def run_seed(seed: int, rep: int, luck: int, arm: int = 0) -> int:
    """Seed of a run.

    Parameters
    ----------
    seed : int
        Seed of the whole.
    rep, luck : int
        As in `Run`.
    arm : int
        0 for luck that all arms share; else the number of an arm with luck of its own.

    Returns
    -------
    int
        That of `sim.experiments.runs.replication_seed` for the shared luck.
    """
    if luck == arm == 0:
        return replication_seed(seed, rep)
    spawned = np.random.SeedSequence(seed, spawn_key=(rep, luck, arm)).generate_state(1, np.uint64)
    return int(spawned[0] >> np.uint64(1))


@dataclass(frozen=True)
class Outcome:
    """What a run hands over.

    Attributes
    ----------
    measures : (horizons, measures) float64 array
        In the order of `OUTCOMES`; nan where there is nothing to measure.
    monthly : (months, measures) float64 array
        In the order of `ROLLING`, each over the twelve months that end there.
    income, unspent : (months, sources) int64 array
        Cents that came in, and cents in the purses at the end of the month.
    spending : (months, sources, lines) int64 array
        Cents that were spent.
    maps : (2, layers, rows, columns) float32 array
        Start and end, in the order of `LAYERS`; empty for second times.
    zone : (rows, columns) uint8 array
        Code in `sim.territory.territory.ZONES`.
    parameters : mapping of str to value
        Those that were drawn, by flat name.
    """

    measures: Floats
    monthly: Floats
    income: Cents
    spending: Cents
    unspent: Cents
    maps: npt.NDArray[np.float32]
    zone: npt.NDArray[np.uint8]
    parameters: Mapping[str, Any]


def execute_run(runs: Runs, run: Run) -> Outcome:
    """Run one of the runs.

    Parameters
    ----------
    runs : Runs
    run : Run

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        If the run cannot start from its parameters.
    """
    scenario = runs.arms[run.arm]
    parameters = {} if runs.fixed_parameters else draw(scenario, runs.seed, run.rep)
    if parameters:
        scenario = scenario.replace(**parameters)
    seed = run_seed(runs.seed, run.rep, run.luck, run.arm if runs.independent else 0)
    try:
        simulation = begin(scenario, seed)
    except InputError as error:
        if runs.fixed_parameters:
            raise
        raise InputError(f"replication {run.rep} cannot start: {error}") from None
    names = tuple(LAYERS) if run.luck == 0 else ()
    start = snapshot(simulation.state, names)
    course = run_to_end(simulation)
    end = snapshot(simulation.state, names)
    up_to = Windows.up_to(course.counts, runs.horizons)
    courses = Windows.of_a_year(course.counts, runs.months)
    return Outcome(
        measures=measured(OUTCOMES, up_to),
        monthly=measured(ROLLING, courses),
        income=course.income,
        spending=course.spending,
        unspent=course.unspent,
        maps=np.array([[s[n] for n in names] for s in (start, end)], np.float32),
        zone=simulation.state["cell.zone"].astype(np.uint8),
        parameters=parameters,
    )


@dataclass(frozen=True)
class Course:
    """What happened month by month.

    Attributes
    ----------
    counts : mapping of str to (months,) float64 array
        As `Windows` takes them: the counts of the indicators, and the run's money.
    income, spending, unspent : int64 arrays
        As in `Outcome`.
    """

    counts: Mapping[str, Floats]
    income: Cents
    spending: Cents
    unspent: Cents


def run_to_end(simulation: Simulation) -> Course:
    """Run a simulation that has not begun to its end.

    Parameters
    ----------
    simulation : Simulation

    Returns
    -------
    Course
    """
    opening = simulation.state["account.purse"].sum(axis=(0, 2))
    simulation.run()
    pages = simulation.ledger_pages.sum(axis=1)
    income, spending = pages[:, :, 0], pages[:, :, 1:]
    unspent = opening + np.cumsum(income - spending.sum(axis=2), axis=0)
    counts = dict(zip(COUNTS, simulation.counts.T, strict=True)) | _money(spending, unspent)
    return Course(counts, income, spending, unspent)


def _money(spending: Cents, unspent: Cents) -> dict[str, Floats]:
    """Public money by month, EUR, named as measures read it beside the counts."""
    public = SOURCES.index("public")
    spent = spending[:, public].sum(axis=1) / 100.0
    discount = (1 + DISCOUNT_RATE) ** (-np.arange(spent.size) / 12.0)
    return {
        "public_spending_discounted": spent * discount,
        "public_money_unspent": unspent[:, public] / 100.0,
    }
