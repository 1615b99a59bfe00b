"""Processes of the month: a compiled kernel, the arrays that it writes and how to call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.kernels.machine.compile import parallel
from sim.kernels.machine.records import arguments_of, fields_of, parameters_of
from sim.kernels.machine.sequence import CLOCK, KernelCall, KernelSequence
from sim.registry.parameters import ParameterGroup
from sim.registry.state import State
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH


def arrays(**quantities: str) -> tuple[str, ...]:
    """Return names of arrays by entity.

    Examples
    --------
    >>> arrays(premises="rent margin", cell="footfall")
    ('premises.rent', 'premises.margin', 'cell.footfall')
    """
    return tuple(f"{entity}.{q}" for entity, listed in quantities.items() for q in listed.split())


@dataclass(frozen=True)
class Process:
    """One line of the month.

    The kernel takes ``seed``, ``month`` and ``calendar_month`` where it needs them, then a record
    of arrays for each entity, then the record ``p`` of parameters. Its source says what they hold:
    ``premises.margin[i]`` is the variable ``premises.margin``, ``p.closure_rate`` a parameter.

    Attributes
    ----------
    name : str
        A noun of the field; also the name of its file.
    kernel : callable
        Compiled loop over the rule.
    writes : tuple of str
        Variables that the kernel changes. All others are read-only: numba refuses to compile a
        write to them.
    stream : int
        Number of the process's random stream, never reused; 0 for a process without draws.
    group : type of ParameterGroup, optional
        Parameters that belong to the process.
    table : str, optional
        TOML table of these parameters; the name of the process if left out.
    english_title : str, optional
        Its name in words if left out.
    """

    name: str
    kernel: Callable[..., None]
    writes: tuple[str, ...]
    stream: int = 0
    group: type[ParameterGroup] | None = None
    table: str = ""
    english_title: str = ""

    @property
    def title(self) -> Texts:
        """Title by language."""
        english = self.english_title or self.name.replace("_", " ").capitalize()
        return Texts({ENGLISH: english}, f"processes.{self.name}.title")

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the kernel's arguments in order."""
        return arguments_of(self.kernel)

    @property
    def reads(self) -> tuple[str, ...]:
        """Variables that the kernel takes, including those that it writes."""
        entities = [a for a in self.arguments if a not in ("seed", *CLOCK, "p")]
        return tuple(f"{e}.{quantity}" for e in entities for quantity in fields_of(self.kernel, e))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Flat names of the parameters that the kernel takes."""
        return fields_of(self.kernel, "p") if "p" in self.arguments else ()

    def bind(
        self, state: State, values: Mapping[str, Any], seed: int, *, threads: bool = False
    ) -> Callable[[int, int], None]:
        """Return the process in one territory as ``run(month, calendar_month)``.

        Parameters
        ----------
        state : State
        values : mapping
            Parameters by flat name.
        seed : int
            Seed of the run.
        threads : bool
            Spread the kernel over threads. The results are the same to the bit.
        """
        alone = KernelSequence([self.call(state, values, seed, threads=threads)])
        return alone.only([self.name])

    def call(
        self, state: State, values: Mapping[str, Any], seed: int, *, threads: bool = False
    ) -> KernelCall:
        """Return the call of the kernel within a sequence; parameters as in `bind`."""
        kernel = parallel(self.kernel) if threads else self.kernel
        given: dict[str, Any] = {name: name for name in CLOCK} | {"seed": seed}
        if "p" in self.arguments:
            given["p"] = parameters_of(self.kernel, values)
        for name in set(self.arguments) - set(given):
            given[name] = state.lend(self.kernel, name, self.writes)
        return KernelCall(self.name, kernel, tuple(given[a] for a in self.arguments))
