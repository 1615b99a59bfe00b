"""Paired replications in the background: the source of every verdict, band and report of the page.

They are those of ``sim compare`` with the same seed: the same draws, the same random streams.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.app.background import Background
from sim.app.request import Arms
from sim.experiments.batches import Sent, do_batch
from sim.experiments.code import code_here
from sim.experiments.comparison import arm_name, comparison_of
from sim.experiments.effects import effect_table
from sim.experiments.experiment import BASELINE
from sim.experiments.funnel import STAGES
from sim.experiments.inference import FEWEST, mean_effect
from sim.experiments.multiplicity import Bar, bar_of
from sim.experiments.plan import plan_experiment
from sim.experiments.results import Results
from sim.experiments.run import Run
from sim.experiments.seeds import run_seed
from sim.experiments.simulate import one_point
from sim.experiments.stored import MemoryStore
from sim.experiments.territory_runs import TerritoryRuns
from sim.kernels.arrays import Floats
from sim.measures.measure import Measure
from sim.measures.registry import HEADLINES, MEANS, OUTCOMES, PRIMARY, ROLLING, horizons_within
from sim.report.effects import Effect, effect_in_row, effect_over
from sim.words.folders import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

STAKES: Final = {
    "method": ("bottom_up_share", "partners_per_project", "months_to_birth"),
    "dissemination": ("trust", "openness", "public_partner_share", "review_delay"),
    "implantation": HEADLINES,
}
"""Measures of each stake; those of the last are also the tiles."""

TOLD: Final = tuple(dict.fromkeys([name for of in STAKES.values() for name in of] + [*STAGES]))
"""Measures whose effects the page tells at every month."""

LOOKS: Final = (FEWEST, 20, 40, 60)
"""Replications after which effects are told, and after which it is asked whether more are needed.
There is no interval before the first."""


class Replications:
    """Pairs of runs, one after another, until every tile is settled at the month shown.

    They run once told to go on.

    `done` counts finished pairs, `failed` those that could not run; `error` is the first reason.
    """

    def __init__(self, arms: Arms, background: Background) -> None:
        self.arms = arms
        self.months = int(arms.without.values["months"])
        self.done, self.failed, self.error = 0, 0, ""
        self.month = self.months  # the month shown
        self._name = "with"
        self.experiment = experiment = one_point(
            {BASELINE: arms.without, self._name: arms.with_it},
            seed=arms.seed,
            reps=LOOKS[-1],
            interventions=[self._name],
            parameters="drawn",
            series=True,
        )
        self._horizons = horizons_within(self.months)
        # Measured at every month; what is kept of it is in `pair`.
        every = tuple(range(1, self.months + 1))
        self._model = TerritoryRuns(replace(experiment, horizons=every))
        self._found: dict[int, tuple[Floats, Floats, Floats]] = {}
        self._next, self._is_stopped = 0, True
        self._background, self._lock = background, threading.Lock()
        self._turns = 0
        self._table = lru_cache(maxsize=1)(self._effects_of_report)
        self._bands = lru_cache(maxsize=1)(self._bands_of)

    # Running

    def go_on(self, month: int) -> None:
        """Run, or go on where it was stopped; settle the tiles at this month."""
        self._is_stopped = False
        self.show(month)

    def stop(self) -> None:
        """Stop after the pairs that are running; what was found stays."""
        self._is_stopped = True

    def show(self, month: int) -> None:
        """Go on unless stopped, if a tile is open at this month."""
        self.month = month or self.months  # nothing is to be settled before the first
        with self._lock:
            if self._turns or self._is_enough():
                return
            self._turns = self._background.threads
        for _ in range(self._background.threads):
            self._background.add(self.take_turn)

    def take_turn(self) -> bool:
        """Run one pair; return whether there is more to do."""
        with self._lock:
            if self._is_enough():
                self._turns -= 1
                return False
            rep, self._next = self._next, self._next + 1
        try:
            values = self.pair(rep)
        except Exception as error:  # no caller: keep the error for requests
            values = self._no_pair()
            self.failed, self.error = self.failed + 1, self.error or str(error)
        with self._lock:
            self._found[rep] = values
            while self.done in self._found:
                self.done += 1
        return True

    def wait(self) -> None:
        """Wait until nothing runs."""
        self._background.wait(lambda: not self.is_running)

    @property
    def is_running(self) -> bool:
        """Tell whether pairs are running or wait for their turn."""
        return self._turns > 0

    def _is_enough(self) -> bool:
        """Tell whether all is settled, or nothing more can be had."""
        if self._is_stopped or self._next >= LOOKS[-1]:
            return True
        return bool(self.known) and (self.failed == self.done or self.is_settled)

    @property
    def is_settled(self) -> bool:
        """Tell whether more replications would say nothing more about the tiles."""
        effects = self.effects(self.month, "en")
        return bool(effects) and not any(effects[name].is_open for name in HEADLINES)

    def pair(self, rep: int) -> tuple[Floats, Floats, Floats]:
        """Return what both runs of a replication measure, (arms, months, measures).

        All outcomes at the horizons of reports, those of the page at every month, and courses.
        """
        seed = run_seed(self.arms.seed, rep)
        at = np.array(self._horizons) - 1
        told = [list(OUTCOMES).index(name) for name in TOLD]
        outcomes = []
        for arm in (BASELINE, self._name):
            outcome = self._model(Run("", arm, rep, seed, {}))
            courses = np.stack([outcome.tables["series"][n] for n in ROLLING], axis=1)
            outcomes.append((outcome.measures[at], outcome.measures[:, told], courses))
        first, second = outcomes
        both = [np.stack(values) for values in zip(first, second, strict=True)]
        return both[0], both[1], both[2]

    def _no_pair(self) -> tuple[Floats, Floats, Floats]:
        def nothing(months: int, measures: int) -> Floats:
            return np.full((2, months, measures), np.nan)

        at_horizons = nothing(len(self._horizons), len(OUTCOMES))
        return at_horizons, nothing(self.months, len(TOLD)), nothing(self.months, len(ROLLING))

    @property
    def nbytes(self) -> int:
        """Memory that all pairs will take."""
        return LOOKS[-1] * sum(values.nbytes for values in self._no_pair())

    # What they tell

    @property
    def known(self) -> int:
        """Replications of which effects are told: the last look, 0 before the first."""
        return max((n for n in LOOKS if n <= self.done), default=0)

    def effects(self, month: int, language: Language) -> Mapping[str, Effect]:
        """Return the effects of `TOLD` up to a month, by measure; nothing before the first look.

        At a horizon of the report on as many replications, they are those of the report. At other
        months, each is judged as one more of its explored effects.
        """
        n = self.known
        if not n or not month:
            return {}
        rows, bar = self._table(n)
        return {
            name: effect_in_row(OUTCOMES[name], rows[name, month], language)
            if (name, month) in rows
            else self._effect(name, month, n, language).among(bar)
            for name in TOLD
        }

    def _effect(self, name: str, month: int, n: int, language: Language) -> Effect:
        return effect_over(OUTCOMES[name], *self.levels(name, month, n), language)

    def levels(self, name: str, month: int, n: int) -> tuple[Floats, Floats]:
        """Return a measure of `TOLD` without and with what is tried, in the first n pairs."""
        k = TOLD.index(name)
        before, after = np.array([self._found[rep][1][:, month - 1, k] for rep in range(n)]).T
        return before, after

    def _effects_of_report(self, n: int) -> tuple[dict[tuple[str, int], Any], Bar]:
        """Return the rows of the report's table of effects, and the bar of its explored ones."""
        values = np.stack([self._found[rep][0] for rep in range(n)], axis=1)
        table = effect_table(values[None], (BASELINE, self._name), self._horizons, None)
        rows = {(row["indicator"], row["horizon"]): row for row in table.to_dict("records")}
        is_primary = table["indicator"].isin(PRIMARY) & (table["horizon"] == self.months)
        explored = table[~table["indicator"].isin(MEANS) & ~is_primary]
        p = (explored[name].to_numpy(np.float64) for name in ("p_value", "p_beyond"))
        return rows, bar_of(*p)

    def bands(self) -> Mapping[str, Any]:
        """Return the courses of `ROLLING` over replications, None without anything to measure.

        ``without`` and ``with`` are means; between ``low`` and ``high`` lies the mean with it, by
        the 90 % interval of the mean paired difference.
        """
        return self._bands(self.known)

    def _bands_of(self, n: int) -> dict[str, Any]:
        if not n:
            return {}
        courses = np.stack([self._found[rep][2] for rep in range(n)], axis=1)
        return {name: _band(OUTCOMES[name], *courses[..., k]) for k, name in enumerate(ROLLING)}


def _band(measure: Measure, without: Floats, with_it: Floats) -> dict[str, list[float | None]]:
    """Return the band of a measure from its (replications, months) courses."""
    found: dict[str, list[float | None]] = {key: [] for key in ("without", "with", "low", "high")}
    for before, after in zip(without.T, with_it.T, strict=True):
        is_pair = np.isfinite(before) & np.isfinite(after)
        values: tuple[float | None, ...] = (None,) * 4
        if is_pair.sum() >= FEWEST:
            level = float(before[is_pair].mean())
            differences = after[is_pair] - before[is_pair]
            effect = mean_effect(differences, measure.smallest_relevant(level))
            of_mean = (effect.mean, effect.lo90, effect.hi90)
            values = (level, *(level + value for value in of_mean))
        for series, value in zip(found.values(), values, strict=True):
            series.append(value)
    return found


class ReportRuns:
    """The runs of a report on interventions: `total` runs, of which `done` are finished."""

    def __init__(self, arms: Arms, reps: int, background: Background) -> None:
        name = arm_name(arms.added)
        self.error, self.results = "", None
        self._experiment, self._commands = comparison_of(
            arms.without, {name: arms.with_it}, reps=reps, seed=arms.seed, reference=arms.reference
        )
        self._plan = plan_experiment(self._experiment)
        self.done, self.total = 0, len(self._plan.keys)
        self.is_running, self._is_stopped = True, False
        self._steps = self._work()
        self._background = background
        background.add(self.take_turn)

    results: Results | None

    def stop(self) -> None:
        """Stop after the runs of the present replication."""
        self._is_stopped = True

    def wait(self) -> None:
        """Wait until nothing runs."""
        self._background.wait(lambda: not self.is_running)

    def take_turn(self) -> bool:
        """Do the runs of a replication; return whether there is more to do."""
        try:
            self.is_running = not self._is_stopped and next(self._steps, None) is not None
        except Exception as error:  # no caller: keep the error for requests
            self.error, self.is_running = str(error), False
        return self.is_running

    def _work(self) -> Iterator[int]:
        store = MemoryStore(self._plan.table())
        sent = Sent(self._plan.model, code_here().as_json(), None)
        for group in self._plan.groups(self._plan.keys):
            store.add(do_batch(sent, group).tables)
            self.done += len(group)
            yield self.done
        self.results = Results(store, self._experiment, commands=self._commands)
