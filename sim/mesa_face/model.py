"""The Mesa face: a thin `mesa.Model` around one `sim.simulation.simulation.Simulation`.

It simulates nothing itself. A step runs one month of the simulation; agents, grid and data
collector are views of its arrays and its record, created on demand.
"""

from __future__ import annotations

import datetime
import itertools
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never

import numpy as np
import pandas as pd
from mesa import Agent, DataCollector, Model
from mesa.agentset import AbstractAgentSet, AgentSet
from mesa.experimental.scenarios import Scenario as MesaScenario

from sim.errors import InputError
from sim.measures.registry import monthly_table
from sim.mesa_face.agent_sets import ColumnAgentSet, LiveAgentSet
from sim.mesa_face.agents import KINDS, RowAgent
from sim.mesa_face.handles import Handles
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import LARGEST_SEED, Simulation

if TYPE_CHECKING:
    from sim.interventions import Intervention
    from sim.mesa_face.columns import Keys
    from sim.mesa_face.grid import TerritoryGrid
    from sim.registry.state import State

__all__ = [
    "IndicatorCollector",
    "RecordedIndicators",
    "TerritoryModel",
    "TerritoryScenario",
    "run_seed",
]

RNG = (
    int
    | np.integer[Any]
    | str
    | Sequence[int]
    | np.random.Generator
    | np.random.BitGenerator
    | np.random.SeedSequence
    | None
)
"""Types of ``rng``, as in Mesa, including a whole number as text from a form."""

type Interventions = str | Path | Intervention | Sequence[str | Path | Intervention] | None
"""Types of ``interventions``."""

DEFAULT_SCENARIO: Final = "mid_sized_town"

_FIRST_GUEST_ID: Final = -(2**31)
"""First id of agents of a user's own types, far below those of the model."""


def run_seed(rng: RNG) -> int:
    """Return the seed of a run from anything that Mesa accepts as ``rng``.

    A whole number, 0 to 2**63 - 1, is the seed itself; a generator gives its next draw; a sequence
    or a SeedSequence is hashed; None takes entropy from the operating system.

    Raises
    ------
    InputError
        If it is none of these, or a whole number out of range.

    Examples
    --------
    >>> run_seed(7), run_seed(np.int64(7)), run_seed(np.random.SeedSequence(7))
    (7, 7, 7696923348926885464)
    """
    match rng:
        case bool():
            pass
        case int() | np.integer():
            if 0 <= rng <= LARGEST_SEED:
                return int(rng)
            raise InputError(f"rng = {rng} is out of range; expected 0 to 2**63 - 1.")
        case str() if rng.strip().isdecimal():
            return run_seed(int(rng))
        case np.random.BitGenerator():
            return run_seed(np.random.Generator(rng))
        case np.random.Generator():
            return int(rng.integers(LARGEST_SEED, endpoint=True))
        case np.random.SeedSequence():
            return int(rng.generate_state(1, np.uint64)[0]) & LARGEST_SEED
        case None:
            return run_seed(np.random.SeedSequence())
        case [*words] if words and all(isinstance(w, (int, np.integer)) and w >= 0 for w in words):
            return run_seed(np.random.SeedSequence([int(w) for w in words]))
    raise InputError(
        f"rng = {rng!r} is not a whole number from 0 to 2**63 - 1, nor a numpy random generator."
    )


class TerritoryScenario(MesaScenario):  # type: ignore[misc]  # Mesa carries no types
    """The scenario of a run in Mesa's form: parameters are attributes, `rng` is the seed.

    Each model has a subclass with its own values as defaults. Mesa's SolaraViz instantiates that
    class on Reset, so the place stays the same.
    """

    __slots__ = ()

    source: ClassVar[Scenario]
    """The scenario with what Mesa does not store: names, sources, folder."""

    _counter: ClassVar[Iterator[int]] = itertools.count()

    def __init__(self, *, rng: RNG = None, **parameters: Any) -> None:
        # Mesa counts in a dictionary by class, which would keep each model's class alive
        super().__init__(rng=rng, **{"_scenario_id": next(self._counter)} | parameters)

    @staticmethod
    def of(scenario: Scenario) -> type[TerritoryScenario]:
        """Make the class of scenarios whose defaults are the values of this one."""
        values = dict(scenario.values)
        annotations = {n: type(v) for n, v in values.items()}
        declared = {"__slots__": (), "__annotations__": annotations, "source": scenario}
        return type("TerritoryScenario", (TerritoryScenario,), values | declared)

    def __reduce__(self) -> tuple[Any, ...]:
        return _blank_scenario, (self.source,), object.__getstate__(self)


def _blank_scenario(source: Scenario) -> TerritoryScenario:
    kind = TerritoryScenario.of(source)
    return kind.__new__(kind)


def _read_scenario(
    scenario: Scenario | MesaScenario | str | Path | None,
    rng: RNG,
    interventions: Interventions,
    parameters: Mapping[str, Any],
) -> tuple[Scenario, int]:
    """Return the scenario with interventions and changed parameters, and the seed."""
    changed = dict(parameters)
    if isinstance(scenario, MesaScenario):
        given = dict(scenario)
        scenario_rng = given.pop("rng")
        if rng is None:
            rng = scenario_rng
        elif scenario_rng is not None and scenario_rng is not rng and scenario_rng != rng:
            raise InputError(f"rng = {rng!r} differs from the scenario's rng = {scenario_rng!r}.")
        source = getattr(scenario, "source", None)
        known = source.values if source else {}
        changed = {n: v for n, v in given.items() if n not in known or known[n] != v} | changed
        scenario = source
    if scenario is None:
        scenario = DEFAULT_SCENARIO
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    if interventions:
        if isinstance(interventions, str) or not isinstance(interventions, Sequence):
            interventions = (interventions,)
        scenario = scenario.add(*interventions)
    plain = {n: v.item() if isinstance(v, np.generic) else v for n, v in changed.items()}
    return scenario.replace(**plain) if plain else scenario, run_seed(rng)


class RecordedIndicators(Mapping[str, list[float]]):
    """Columns of the indicators at some months, whose list may grow, read from a simulation."""

    def __init__(self, simulation: Simulation, months: list[float]) -> None:
        self._simulation, self._months = simulation, months
        self._columns: dict[str, list[float]] = {}
        self._n_read = -1

    def _read(self) -> dict[str, list[float]]:
        if self._n_read != len(self._months):
            rows = np.array([int(month) - 1 for month in self._months], np.intp)
            columns = monthly_table(self._simulation.counts[rows])
            self._columns = {name: values.tolist() for name, values in columns.items()}
            self._n_read = len(self._months)
        return self._columns

    def __getitem__(self, name: str) -> list[float]:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


class IndicatorCollector(DataCollector):  # type: ignore[misc]  # Mesa carries no types
    """Mesa's data collector with all indicators included.

    The simulation records its months anyway, so indicators cost nothing until they are read. Your
    own reporters are collected in addition::

        model.datacollector = IndicatorCollector(
            model.simulation, agenttype_reporters={Shop: {"revenue": "revenue"}}
        )

    Keyword arguments are those of `mesa.DataCollector`.
    """

    def __init__(self, simulation: Simulation, **reporters: Any) -> None:
        super().__init__(**reporters)
        recorded = RecordedIndicators(simulation, self._collection_steps)
        own: Any = self.model_vars
        self.model_vars: Mapping[str, list[Any]] = ChainMap(own, recorded)  # type: ignore[arg-type]

    def collect(self, model: TerritoryModel) -> None:
        """Record the month and collect the user's own reporters."""
        if not self.model_reporters:  # otherwise Mesa records it
            self._collection_steps.append(model.time)
        super().collect(model)

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """Return indicators and the user's own model reporters, one row per collected month."""
        index = pd.Index([int(month) for month in self._collection_steps], name="month")
        return pd.DataFrame(dict(self.model_vars), index=index)


class TerritoryModel(Model):  # type: ignore[misc]  # Mesa carries no types
    """A living territory as a Mesa model; one step is one month.

    Parameters
    ----------
    scenario : Scenario, str, Path or Mesa Scenario, optional
        Scenario to run, or its name or file; ``"mid_sized_town"`` by default.
    rng : int, numpy integer, sequence of int, Generator, SeedSequence or None
        Seed of the run (see `run_seed`); a whole number is the seed of `Simulation` and of ``sim
        run --seed``. None takes fresh entropy; `seed` then holds the seed.
    interventions : str, Path, Intervention, a sequence of these, or None
        Further interventions, by name, file or object.
    **parameters
        Parameters by flat name that differ from the scenario, such as
        ``online_share_2030=0.2``.

    Raises
    ------
    InputError
        If a parameter is unknown or not admissible, or the scenario, an intervention or the seed
        cannot be used.

    Attributes
    ----------
    simulation : Simulation
        The run itself.
    handles : Handles
        Its agents by row.
    datacollector : IndicatorCollector
        Every indicator, one row per month.
    running : bool
        True until the scenario's last month; you may step beyond it.

    Notes
    -----
    `agents` are those of `sim.mesa_face.agents.KINDS`: permanent premises and the shops
    in them, the young, entrepreneurs with their projects, officials, remote workers, and
    open third places.
    ``random`` and ``rng`` are Mesa's generators for your own code: the model's draws are a function
    of seed, process, month and permanent ids, and never use them.

    Agents come and go in the arrays without Mesa's signals of added or removed agents; ``event`` of
    premises, youth and entrepreneurs records the events of a month.

    Pickles and copies leave out the grid, which is rebuilt on next use; add your own agents to its
    cells again.

    Examples
    --------
    >>> model = TerritoryModel("mid_sized_town", rng=7, online_share_2030=0.25)
    >>> model.run_for(12)
    >>> len(model.indicators)
    12
    """

    def __init__(
        self,
        scenario: Scenario | MesaScenario | str | Path | None = None,
        *,
        rng: RNG = None,
        interventions: Interventions = None,
        **parameters: Any,
    ) -> None:
        described, seed = _read_scenario(scenario, rng, interventions, parameters)
        super().__init__(scenario=TerritoryScenario.of(described)(rng=seed))
        self.agent_id_counter = _FIRST_GUEST_ID
        self.simulation = Simulation(described, seed)
        self.handles = Handles(self)
        self._everyone = LiveAgentSet(self.handles, KINDS, self.random)
        self._by_type = {kind: LiveAgentSet(self.handles, (kind,), self.random) for kind in KINDS}
        self.datacollector = IndicatorCollector(self.simulation)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "grid"}

    # -- the run ---------------------------------------------------------------------------------

    @property
    def seed(self) -> int:
        """The seed of this run; ``TerritoryModel(..., rng=model.seed)`` repeats it."""
        return self.simulation.seed

    @property
    def state(self) -> State:
        """The arrays of the state."""
        return self.simulation.state

    @property
    def date(self) -> datetime.date:
        """First day of the last month run."""
        return self.simulation.date

    @property
    def indicators(self) -> pd.DataFrame:
        """The measures of each month, one row per month: `sim.measures.registry.MONTHLY`."""
        return self.simulation.indicators

    @property
    def ledger(self) -> pd.DataFrame:
        """All income and spending; see `sim.simulation.ledger.ledger_frame`."""
        return self.simulation.ledger

    def step(self) -> None:
        """Run one month."""
        self.simulation.step()
        self.datacollector.collect(self)
        if self.simulation.month == self.simulation.values["months"]:
            self.running = False

    # -- agents ----------------------------------------------------------------------------------

    @property
    def agents(self) -> AbstractAgentSet:
        """All agents of the territory, followed by those of the user's own types."""
        guests = super().agents
        return AgentSet([*self._everyone, *guests], self.random) if guests else self._everyone

    @property
    def agents_by_type(self) -> dict[type[Agent], AbstractAgentSet]:
        """Agents by class."""
        return {**self._by_type, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type[Agent]]:
        """Classes of agents."""
        return list(self.agents_by_type)

    def agents_with(self, keys: Keys) -> ColumnAgentSet:
        """Return the agents with these keys as a set."""
        return ColumnAgentSet(self.handles, keys, self.random)

    def register_agent(self, agent: Agent) -> None:
        """Add an agent of a user's own type; Mesa calls this when one is created."""
        if isinstance(agent, RowAgent):
            raise TypeError(f"{agent!r} belongs to its model for good")
        super().register_agent(agent)

    def deregister_agent(self, agent: Agent) -> None:
        """Remove an agent: a shop closes, a youth moves away, premises refuse."""
        if isinstance(agent, RowAgent):
            agent.leave()
        else:
            super().deregister_agent(agent)

    def remove_all_agents(self) -> Never:
        """Refuse, because premises are permanent."""
        raise TypeError("premises are permanent; agents_by_type[Shop].do('close') closes all shops")

    # -- space -----------------------------------------------------------------------------------

    @cached_property
    def grid(self) -> TerritoryGrid:
        """Mesa's cells and property layers, created on first use."""
        from sim.mesa_face.grid import TerritoryGrid

        return TerritoryGrid(self.handles, self.random)

    def position_of(self, cell: int) -> tuple[int, int]:
        """Return map coordinates (x from the west, y from the south) of a flat cell index."""
        rows, columns = self.state["cell.residents"].shape
        row, x = divmod(cell, columns)
        return x, rows - 1 - row
