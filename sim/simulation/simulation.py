"""Run one territory with one seed, month by month.

The Mesa face (`sim.mesa_face.model`) builds on this module.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError
from sim.interventions import plan_interventions
from sim.kernels.arrays import Floats, Ints
from sim.kernels.machine.sequence import KernelSequence
from sim.measures.counting import COUNTERS, COUNTS, count_calls
from sim.measures.registry import monthly_table
from sim.processes import third_place_visits
from sim.processes.month import MONTH, active, effective
from sim.registry.state import State
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.ledger import book_call, book_month, ledger_frame, ledger_shape, unspent_frame
from sim.start.projects import mark_start
from sim.start.state_at_start import starting_state
from sim.start.surroundings import mark_tax_bases
from sim.territory.generate import generate_premises, generate_territory
from sim.territory.territory import UNKNOWN, Territory
from sim.territory.territory_file import load_territory, parse_territory

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LARGEST_SEED", "Simulation", "start_of", "territory_of"]

LARGEST_SEED = 2**63 - 1

_HELD_IN_SPIN_UP = ("town_shocks", "youth_migration", "tax_base")
_HELD_WHERE_OBSERVED = ("shop_closure", "reletting", "project_birth")


def territory_of(scenario: Scenario) -> Territory:
    """Load or generate the territory of a scenario; raise `InputError` if its file is damaged.

    Imported territories without premises get generated ones, and the provenance says so.
    """
    values = scenario.values
    if not values["file"]:
        names = [n for n, i in PARAMETERS.items() if i.group == "territory"]
        return _generate(tuple((n, values[n]) for n in names), scenario.title["en"])
    path = scenario.folder / values["file"]
    content = scenario.territory_file
    territory = load_territory(path) if content is None else _parsed(content, path)
    return territory if territory.premises_cell.size else generate_premises(territory, values)


_parsed = lru_cache(maxsize=8)(parse_territory)


@lru_cache(maxsize=8)
def _generate(values: tuple[tuple[str, Any], ...], name: str) -> Territory:
    return generate_territory(dict(values), name)


def start_of(
    scenario: Scenario,
    seed: int,
    *,
    sizes: Mapping[str, int] = MappingProxyType({}),
    threads: bool = False,
) -> State:
    """Make the starting state after the spin-up, with existing third places, before interventions.

    Interventions of the scenario have no effect here; `sizes` leave room for theirs, by dimension.
    Raise `InputError` if no margin sustains the starting vacancy with the given rates.
    """
    territory, values = territory_of(scenario), effective(scenario.values)
    existing = plan_interventions((), values, territory)
    state = starting_state(
        territory, values, int(seed), {**existing.sizes, **sizes}, threads=threads
    )
    existing.lay_existing(state)
    _begin_memberships(state, values, int(seed))
    observed = bool(np.any(territory.premises_occupancy != UNKNOWN))
    _spin_up(state, values, int(seed), observed=observed, threads=threads)
    mark_start(state)
    mark_tax_bases(state)
    return state


def _begin_memberships(state: State, values: Mapping[str, Any], seed: int) -> None:
    """Give existing third places the members that they have in the long run.

    A month in which everybody decides anew draws them from the stationary shares.
    """
    visits = third_place_visits.PROCESS
    if visits in active(values) and values["membership_months"] > 1.0:
        before = -values["spin_up"] - 1
        anew = dict(values) | {"membership_months": 1.0}
        visits.bind(state, anew, seed)(before, 12 * (values["start_year"] - 2000))


def _spin_up(
    state: State, values: Mapping[str, Any], seed: int, *, observed: bool, threads: bool
) -> None:
    """Run the spin-up; observed shops stay as observed."""
    if not values["spin_up"]:
        return
    held = _HELD_IN_SPIN_UP + (_HELD_WHERE_OBSERVED if observed else ())
    still = dict(values) | {"residents_growth": 0.0, "residents_vacancy_response": 0.0}
    month = _month(state, still, seed, *_sheets(state), threads=threads)
    run = month.only([p.name for p in active(values) if p.name not in held])
    ages = {n: state[n].copy() for n in ("premises.shop_age", "premises.months_vacant")}
    for number in range(-values["spin_up"], 0):
        run(number, 12 * (values["start_year"] - 2000))
    if observed:
        # No shop opened or closed during the spin-up, so nothing aged either.
        for name, age in ages.items():
            state[name] = age


def _sheets(state: State) -> tuple[Floats, Ints]:
    """Return the outputs of a month: a row of counts and a page of the ledger."""
    return np.zeros(len(COUNTS)), np.zeros(ledger_shape(state), np.int64)


def _month(
    state: State,
    values: Mapping[str, Any],
    seed: int,
    row: Floats,
    page: Ints,
    *,
    threads: bool = False,
) -> KernelSequence:
    """Bind all kernels of a month to parameters, and those that count and book it."""
    month = [p.call(state, values, seed, threads=threads) for p in MONTH]
    return KernelSequence([*month, *count_calls(state, row), book_call(state, page)])


class Simulation:
    """One run of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Scenario to run.
    seed : int
        Seed of all random streams, 0 to 2**63 - 1. The same seed gives the same bytes, for any
        number of threads, stepped or run at once.
    threads : bool
        Spread the kernels over threads; pays from about half a million cells.
    start : State, optional
        Result of `start_of` for this seed and a scenario that differs only in interventions;
        copied, so that several runs can share it.

    Raises
    ------
    InputError
        If the seed is out of range or the starting state cannot be made.

    Examples
    --------
    >>> from sim.scenario.scenario import load_scenario
    >>> run = Simulation(load_scenario("mid_sized_town"), seed=7)
    >>> run.run(12)
    >>> len(run.indicators)
    12
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 0,
        *,
        threads: bool = False,
        start: State | None = None,
    ) -> None:
        if not 0 <= seed <= LARGEST_SEED:
            raise InputError(f"seed = {seed} is out of range; expected 0 to 2**63 - 1.")
        self.scenario = scenario
        self.seed = int(seed)
        self.threads = threads
        self.month = 0
        self.territory = territory_of(scenario)
        self.values: Mapping[str, Any] = MappingProxyType(effective(scenario.values))
        self._plan()
        sizes = self._planned.sizes
        self.state: State = (
            start_of(scenario, self.seed, sizes=sizes, threads=threads)
            if start is None
            else start.with_sizes(sizes)
        )
        self._planned.lay(self.state)
        self._rows = np.zeros((max(int(self.values["months"]), 1), len(COUNTS)))
        self._ledger = np.zeros((len(self._rows), *ledger_shape(self.state)), np.int64)
        self._bind()
        self._count(0, 0)
        self._start = self._row.copy()

    def _plan(self) -> None:
        """Plan the actions of interventions."""
        self._planned = plan_interventions(self.scenario.interventions, self.values, self.territory)

    def _bind(self) -> None:
        """Bind the month's processes to this run's arrays."""
        self._row, self._page = _sheets(self.state)
        self._sequence = _month(
            self.state, self.values, self.seed, self._row, self._page, threads=self.threads
        )
        self._active = tuple(p.name for p in active(self.values))
        self._count = self._sequence.only(COUNTERS)
        self._run_and_book = self._sequence.only((*self._active, *COUNTERS, book_month.__name__))

    def __getstate__(self) -> dict[str, Any]:
        bound = ("_row", "_page", "_sequence", "_active", "_count", "_run_and_book", "_planned")
        kept = {k: v for k, v in self.__dict__.items() if k not in bound}
        return kept | {"values": dict(self.values)}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__.update(kept)
        self.values = MappingProxyType(self.values)
        self._plan()
        self._bind()

    @property
    def date(self) -> datetime.date:
        """First day of the last month run; initially of the month before the start."""
        months = 12 * self.values["start_year"] + self.month - 1
        return datetime.date(months // 12, months % 12 + 1, 1)

    def step(self) -> None:
        """Run one month."""
        calendar_month = 12 * (self.values["start_year"] - 2000)
        if self.values["with_drivers"]:
            calendar_month += self.month
        self._planned.act(self.state, self.month, calendar_month)
        self._row.fill(0.0)
        self._run_and_book(self.month, calendar_month)
        if self.month == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._ledger = np.concatenate([self._ledger, np.zeros_like(self._ledger)])
        self._rows[self.month] = self._row
        self._ledger[self.month] = self._page
        self.month += 1

    def run(self, months: int | None = None) -> None:
        """Run some months; by default, to the end of the scenario."""
        left = self.values["months"] - self.month if months is None else months
        for _ in range(left):
            self.step()

    @property
    def counts(self) -> Floats:
        """Counts of the months run so far, one row per month, in the order of `COUNTS`."""
        return self._rows[: self.month]

    @property
    def indicators(self) -> pd.DataFrame:
        """Indicators, one row per month from 1; the first column is its first day.

        The other columns are the measures of `sim.measures.registry.MONTHLY` over each month.
        """
        import pandas as pd

        start = f"{self.values['start_year']}-01-01"
        index = pd.RangeIndex(1, self.month + 1, name="month")
        frame = pd.DataFrame(monthly_table(self.counts), index=index)
        frame.insert(0, "date", pd.date_range(start, periods=self.month, freq="MS").to_numpy())
        return frame

    @property
    def ledger_pages(self) -> Ints:
        """Money of the months run so far: month, account, source, and income or line, in cents."""
        return self._ledger[: self.month]

    @property
    def ledger(self) -> pd.DataFrame:
        """All income and spending; see `sim.simulation.ledger.ledger_frame`."""
        return ledger_frame(self.ledger_pages, self.scenario.account_names)

    @property
    def unspent(self) -> pd.DataFrame:
        """Unspent money; see `sim.simulation.ledger.unspent_frame`."""
        return unspent_frame(self.state, self.scenario.account_names)

    def measure(self) -> dict[str, float]:
        """Return the current indicators; before the first month, those of the starting state."""
        row = self._rows[self.month - 1] if self.month else self._start
        return {name: float(v[0]) for name, v in monthly_table(row[None, :]).items()}
