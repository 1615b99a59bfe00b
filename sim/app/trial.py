"""Try whether a territory can start from a request, by the model's own validation."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sim.app.request import Arms, Catalogue, Request, Value
from sim.errors import InputError
from sim.interventions import plan_interventions
from sim.interventions.levers import SitedLevers
from sim.processes.month import effective
from sim.registry.solved_once import Read
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import start_of, territory_of
from sim.start.state_at_start import starting_state


class TooLong(Exception):
    """Raised when somebody has waited long enough for trials."""


class Trial:
    """Starts the territories of requests and remembers which the model refuses.

    Each start waits for its turn; after so many seconds, another one raises `TooLong`.
    """

    def __init__(
        self,
        choice: Catalogue,
        turn: AbstractContextManager[Any] | None = None,
        seconds: float = math.inf,
    ) -> None:
        self._choice, self._turn = choice, turn or nullcontext()
        self._latest = time.monotonic() + seconds
        self._tried: dict[Any, InputError | None] = {}

    def values(self, asked: Request) -> Mapping[str, Any]:
        """Return the parameters of a request, by flat name."""
        return self._choice.arms(asked).with_it.values

    def refusal(self, asked: Request) -> InputError | None:
        """Return why the territories of a request cannot start, or None if they can."""
        try:
            arms = self._admissible(asked)
        except InputError as error:
            return error
        refusals = (self._refusal(world, asked.seed) for world in _worlds(arms))
        return next((found for found in refusals if found is not None), None)

    def _refusal(self, world: Scenario, seed: int) -> InputError | None:
        world = world.replace(spin_up=0)  # the spin-up of what can start refuses nothing
        key = seed, world.name, world.folder, world.parameters
        if key not in self._tried:
            if time.monotonic() > self._latest:
                raise TooLong
            try:
                with self._turn:
                    start_of(world, seed)
                self._tried[key] = None
            except InputError as error:
                self._tried[key] = error.with_traceback(None)  # which would keep the whole start
        return self._tried[key]

    def read(self, asked: Request) -> frozenset[str]:
        """Return the parameters on which the start of a request depends: those that it reads.

        All others may stand where they like.
        """
        found = {name for name, info in PARAMETERS.items() if info.group == "territory"}
        for world in _worlds(self._choice.arms(asked)):
            territory, values = territory_of(world), effective(world.values)
            sizes = plan_interventions((), values, territory).sizes
            reading = Read(values)
            with self._turn:
                starting_state(territory, reading, asked.seed, sizes)
            found |= reading.names
        return frozenset(found)

    def is_admissible(self, asked: Request) -> bool:
        """Tell whether values, sizes and sites of a request are admissible, without a start."""
        try:
            self._admissible(asked)
        except InputError:
            return False
        return True

    def _admissible(self, asked: Request) -> Arms:
        arms = self._choice.arms(asked)
        values = arms.with_it.values
        for levers in (one.levers for one in arms.added if not values["file"]):
            if isinstance(levers, SitedLevers):
                levers.check_site((values["rows"], values["columns"]))
        return arms


def _worlds(arms: Arms) -> list[Scenario]:
    """Return the scenarios whose starts may differ; interventions change none."""
    is_one = arms.with_it.parameters == arms.without.parameters
    return [arms.with_it] if is_one else [arms.with_it, arms.without]


def moved(asked: Request, name: str, value: Value) -> Request:
    """Return a request with another value of one setting."""
    return asked.model_copy(update={"settings": asked.settings | {name: value}})
