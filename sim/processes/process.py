"""What a process of the month is: a compiled rule and the arrays that it reads and writes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.kernels.machine.compile import parallel
from sim.kernels.machine.sequence import KernelCall, KernelSequence
from sim.registry.parameters import ParameterGroup
from sim.registry.state import State
from sim.registry.variables import VARIABLES
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = ["Process"]

_ARGUMENTS = {v.argument: v.name for v in VARIABLES.values()}
_CLOCK = ("seed", "month", "calendar_month")


@dataclass(frozen=True)
class Process:
    """One line of the month.

    The kernel's argument names say everything: ``seed``, ``month`` and ``calendar_month`` come
    first where they are needed, then arrays (``premises_margin`` is the variable
    ``premises.margin``), then parameters by their flat names.

    Attributes
    ----------
    name : str
        A noun of the field; also the name of its file.
    kernel : callable
        Compiled loop over the rule.
    writes : tuple of str
        Variables that the kernel changes; every other array is passed read-only, and numba then
        refuses to compile a write to it.
    stream : int
        Number of the process's own stream of draws, never reused; 0 where nothing is drawn.
    english_title : str
    group : type of ParameterGroup, optional
        Parameters that belong to the process.
    table : str, optional
        TOML table of these parameters; the name of the process if left out.
    """

    name: str
    kernel: Callable[..., None]
    writes: tuple[str, ...]
    english_title: str
    stream: int = 0
    group: type[ParameterGroup] | None = None
    table: str = ""

    @property
    def title(self) -> Texts:
        """Its title by language."""
        return Texts({ENGLISH: self.english_title}, f"processes.{self.name}.title")

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Names of the kernel's arguments in order."""
        return tuple(inspect.signature(getattr(self.kernel, "py_func", self.kernel)).parameters)

    @property
    def reads(self) -> tuple[str, ...]:
        """Variables that the kernel takes (those it writes among them)."""
        return tuple(_ARGUMENTS[a] for a in self.arguments if a in _ARGUMENTS)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Flat names of the parameters that the kernel takes."""
        return tuple(a for a in self.arguments if a not in _ARGUMENTS and a not in _CLOCK)

    def bind(
        self, state: State, values: Mapping[str, Any], seed: int, *, threads: bool = False
    ) -> Callable[[int, int], None]:
        """The process on one territory, ready to be called with (month, calendar month).

        Parameters
        ----------
        state : State
            Arrays to work on.
        values : mapping
            Parameters by flat name.
        seed : int
            Seed of the run.
        threads : bool
            Spread the kernel over threads; the results are the same to the bit.

        Returns
        -------
        callable
            ``run(month, calendar_month)``.
        """
        alone = KernelSequence([self.call(state, values, seed, threads=threads)])
        return alone.only([self.name])

    def call(
        self, state: State, values: Mapping[str, Any], seed: int, *, threads: bool = False
    ) -> KernelCall:
        """The process on one territory as part of a sequence; parameters as in `bind`."""
        kernel = parallel(self.kernel) if threads else self.kernel
        clock = tuple(seed if a == "seed" else a for a in self.arguments if a in _CLOCK)
        return KernelCall(self.name, kernel, clock + self._taken(state, values))

    def _taken(self, state: State, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What the kernel takes after the clock."""
        names = [(a, _ARGUMENTS.get(a)) for a in self.arguments if a not in _CLOCK]
        return tuple(
            values[argument]
            if name is None
            else state[name]
            if name in self.writes
            else state.read_only(name)
            for argument, name in names
        )
