"""The budget board: interventions scaled to what they really spend a year, and ranked.

Its numbers are those of ``sim compare ... --budget`` with the same replications.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from sim.app import replications
from sim.app.background import Background
from sim.app.request import Arms, Catalogue
from sim.errors import InputError
from sim.experiments.batches import Sent, do_batch
from sim.experiments.budget import TooLittle, within_budget
from sim.experiments.code import code_here
from sim.experiments.commands import commands_of_comparison
from sim.experiments.comparison import comparison_of
from sim.experiments.experiment import Experiment
from sim.experiments.plan import plan_experiment
from sim.experiments.results import Results
from sim.experiments.run import Run
from sim.experiments.stored import MemoryStore
from sim.scenario.scenario import Scenario

LEAST: Final = 1000.0
"""Smallest budget of the page, EUR a year."""

_PIECE: Final = 2
"""Runs of a turn, as many as those of a pair."""


def contenders(arms: Arms, choice: Catalogue) -> tuple[Scenario, dict[str, Scenario]]:
    """Return my world without interventions, and with each that somebody may choose.

    Those that are tried have their own levers, the others those of their files.
    """
    tried = {i.name: i for i in arms.added}
    kept = len(arms.without.interventions)
    world = replace(arms.with_it, interventions=arms.with_it.interventions[:kept])
    return world, {
        name: world.add(tried.get(name, one))
        for name, one in choice.interventions.items()
        if not (one.kind.is_shock or one.kind.is_placebo)
    }


class _Stopped(Exception):
    """Raised when nobody wants the board any more."""


class Board:
    """Interventions scaled to a budget and ranked, after so many replications as pages look at.

    `done` of `total` runs are finished; the total is 0 as long as they are scaled. `known` counts
    the replications of `results`, which `commands` repeat. `too_little` has the EUR a year that
    interventions spend at their smallest where that is more than the budget; they are not ranked.
    `error` says why there is no result.
    """

    def __init__(
        self, arms: Arms, choice: Catalogue, budget: float, background: Background
    ) -> None:
        self.budget = budget
        self.done = self.total = self.known = 0
        self.error, self.is_running, self._is_stopped = "", True, False
        self.results: Results | None = None
        self.commands: Mapping[str, str] = {}
        self.too_little: dict[str, float] = {}
        self._background, self._lock = background, threading.Lock()
        self._store: MemoryStore | None = None
        self._pieces: deque[list[Run]] = deque()
        self._turns, self._failure = 0, ""
        # It only waits: runs are turns of the background, which all pages share fairly.
        self._thread = threading.Thread(target=self._work, args=(arms, choice), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the runs that are under way; what was found stays."""
        self._is_stopped = True

    def wait(self) -> None:
        """Wait until nothing runs."""
        self._thread.join()

    @property
    def nbytes(self) -> int:
        """Memory of the results."""
        return self._store.nbytes if self._store else 0

    def _work(self, arms: Arms, choice: Catalogue) -> None:
        try:
            self._rank(*contenders(arms, choice), arms)
        except _Stopped:
            pass
        except Exception as error:  # no caller: keep the error for requests
            self.error = str(error)
        finally:
            self.is_running = False

    def _rank(self, world: Scenario, tried: dict[str, Scenario], arms: Arms) -> None:
        looks = replications.LOOKS
        asked, scaled = self._scaled(world, tried, arms)
        self.done, self.total = 0, looks[-1] * len(scaled.arms)
        for n in looks:
            experiment = replace(scaled, replications=n)
            results = self._run(experiment)
            self.commands = commands_of_comparison(replace(asked, replications=n), arms.reference)
            self.results, self.known = results, n

    def _scaled(
        self, world: Scenario, tried: dict[str, Scenario], arms: Arms
    ) -> tuple[Experiment, Experiment]:
        """Return the experiment before and after scaling, without those that cost too much."""
        while True:
            experiment, _ = comparison_of(
                world, tried, seed=arms.seed, budget=self.budget, reference=arms.reference
            )
            # Only measures are needed.
            lean = replace(experiment, series=(), ledger=False, maps=(), variance=False)
            try:
                return experiment, within_budget(lean, self._run)
            except TooLittle as error:
                del tried[error.arm]
                self.too_little[error.arm] = error.spent
                if not tried:
                    raise

    def _run(self, experiment: Experiment) -> Results:
        """Do the runs of an experiment that have not been done for another one."""
        plan = plan_experiment(experiment)
        self._store = store = MemoryStore(plan.table(), self._store)
        done = store.statuses(plan.model.horizons)
        todo = [key for key in plan.keys if key not in done]
        if self.total:
            self.done = max(self.done, len(plan.keys) - len(todo))
        for group in plan.groups(todo, store.measured_at(todo)):
            self._pieces += [group[k : k + _PIECE] for k in range(0, len(group), _PIECE)]
        self._turns = min(self._background.threads, len(self._pieces))
        turn = partial(self._take_turn, Sent(plan.model, code_here().as_json(), None), store)
        for _ in range(self._turns):
            self._background.add(turn)
        self._background.wait(lambda: not self._turns)
        if self._is_stopped:
            raise _Stopped
        results = Results(store, experiment)
        if not results.replications:
            raise InputError(self._failure or "no replication could run.")
        return results

    def _take_turn(self, sent: Sent, store: MemoryStore) -> bool:
        """Do some runs; return whether there is more to do."""
        with self._lock:
            if self._is_stopped or not self._pieces:
                self._turns -= 1
                return False
            piece = self._pieces.popleft()
        try:
            batch = do_batch(sent, piece)
        except Exception as error:  # no caller: `_run` tells it
            with self._lock:
                self._failure, self._turns = str(error), self._turns - 1
                self._pieces.clear()
            return False
        with self._lock:
            store.add(batch.tables)
            self._failure = self._failure or batch.first_error.partition(": ")[2]
            self.done += len(piece)
        return True


def settings_of(board: Board, choice: Catalogue) -> dict[str, dict[str, Any]]:
    """Return the levers of each intervention, as scaled, where they are not those of its file."""
    assert board.results is not None
    experiment = board.results.experiment
    return {
        name: {
            lever: value
            for lever, value in experiment.arms[name].interventions[-1].values.items()
            if value != choice.interventions[name].values[lever]
        }
        for name in experiment.scales[next(iter(experiment.scenarios))]
    }
