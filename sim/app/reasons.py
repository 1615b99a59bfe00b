"""Why the page's answer is what it is: its pairs again without each mechanism, on request."""

from __future__ import annotations

import threading
from dataclasses import asdict, replace
from typing import Any, Final

from sim.app.background import Background
from sim.app.replications import LOOKS, Replications
from sim.errors import InputError, nearest
from sim.experiments.batches import Sent, do_batch
from sim.experiments.code import code_here
from sim.experiments.experiment import BASELINE
from sim.experiments.plan import plan_experiment
from sim.experiments.results import Results
from sim.experiments.stored import MemoryStore
from sim.experiments.through import Levels, Off, pairs_of, through_table
from sim.experiments.why import levels_without, one_off, without_mechanisms
from sim.kernels.arrays import Floats
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.report.reasons import reasons
from sim.report.sections.answer_card import within_text
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import calendar_month

MOST: Final = LOOKS[1]
"""Replications without mechanisms; there are some 25 pairs of runs in each."""


class Part:
    """Runs of the pairs without some sets of mechanisms, replication by replication."""

    def __init__(self, found: Replications, measure: str, sets: list[Off], reps: int) -> None:
        horizons = tuple(sorted({found.month, found.months}))
        asked = replace(found.experiment, replications=reps, horizons=horizons)
        experiment = without_mechanisms(asked, measure, sets)
        self.plan, self.sets = plan_experiment(experiment), sets
        self.todo = list(self.plan.groups(self.plan.keys))
        self.done = self.begun = 0
        self.sent = Sent(self.plan.model, code_here().as_json(), None)
        self.store = MemoryStore(self.plan.table())
        self.results = Results(self.store, experiment)


class ReasonRuns:
    """The runs that take the effect on one measure at the month shown apart.

    First without each mechanism, then without pairs of the strongest; `done` of `total` groups of
    runs are finished.
    """

    def __init__(self, found: Replications, measure: str, background: Background) -> None:
        if measure not in HEADLINES:
            raise InputError(f"unknown measure '{measure}'.{nearest(measure, HEADLINES)}")
        self.measure, self.month, self.error = measure, found.month, ""
        self.reps = min(found.known, MOST)
        self._found, self._whole = found, found.levels(measure, found.month, self.reps)
        self._parts = [Part(found, measure, one_off(found.arms.without), self.reps)]
        self._arm = next(arm for arm in found.experiment.arms if arm != BASELINE)
        self._is_stopped, self._lock = False, threading.Lock()
        self._background, self._turns = background, background.threads
        for _ in range(background.threads):
            background.add(self.take_turn)

    def stop(self) -> None:
        """Stop after the runs that are under way."""
        self._is_stopped = True

    def wait(self) -> None:
        """Wait until nothing runs."""
        self._background.wait(lambda: not self.is_running)

    @property
    def is_running(self) -> bool:
        """Tell whether runs are under way or wait for their turn."""
        return self._turns > 0

    @property
    def done(self) -> int:
        """Groups of runs that are finished."""
        return sum(part.done for part in self._parts)

    @property
    def total(self) -> int:
        """Groups of runs in all, as far as is known."""
        return sum(len(part.todo) for part in self._parts)

    def take_turn(self) -> bool:
        """Do the runs of a pair without some mechanisms; return whether there is more to do."""
        with self._lock:
            part = self._parts[-1]
            if self._is_stopped or part.begun == len(part.todo):
                self._turns -= 1
                return False
            group = part.todo[part.begun]
            part.begun += 1
        try:
            tables = do_batch(part.sent, group).tables
            with self._lock:
                part.store.add(tables)
                part.done += 1
                if part.done == len(part.todo) and len(self._parts) == 1:
                    self._pair()
        except Exception as error:  # no caller: keep the error for requests
            self.error, self._is_stopped = str(error), True
        return True

    def _pair(self) -> None:
        """Go on with pairs of the strongest mechanisms, if any."""
        if pairs := pairs_of(through_table(OUTCOMES[self.measure], self._levels())):
            self._parts.append(Part(self._found, self.measure, pairs, self.reps))

    def _levels(self) -> Levels:
        """Return the levels of finished replications; others are missing."""
        levels: dict[Off, tuple[Floats, Floats]] = {(): self._whole}
        for part in self._parts:
            if part.done:
                levels |= levels_without(part.results, self.measure, self._arm, self.month)
        return levels

    def tell(self, language: Language) -> dict[str, Any]:
        """Return the progress, and what is known once all mechanisms were off."""
        words = Words(language)
        year = int(self._found.arms.without.values["start_year"]) + (self.month - 1) // 12
        label = within_text(OUTCOMES[self.measure].label[language])
        told: dict[str, Any] = {
            "measure": self.measure,
            "title": words("why.title", measure=label),
            "date": calendar_month(year, (self.month - 1) % 12 + 1, language),
            "done": self.done,
            "total": self.total,
            "running": self.is_running,
            "sentences": [],
            "parts": [],
        }
        with self._lock:
            if self._parts[0].done < len(self._parts[0].todo):
                return told
            table = through_table(OUTCOMES[self.measure], self._levels())
        found = reasons(OUTCOMES[self.measure], table, words)
        return told | {
            "sentences": list(found.sentences),
            "parts": [asdict(part) for part in found.parts],
        }
