"""The registry of all arrays of the state.

Every array of the model is declared once, with its dimensions, type, unit and meaning. Kernels use
the same names (``premises.margin[i]``), so one search finds every use of an array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.registry.variables.money import MONEY
from sim.registry.variables.offices import OFFICES
from sim.registry.variables.projects import PROJECTS
from sim.registry.variables.retail import RETAIL
from sim.registry.variables.surroundings import SURROUNDINGS
from sim.registry.variables.workers import WORKERS
from sim.registry.variables.youth import YOUTH

__all__ = ["VARIABLES", "Variable"]

_DIMENSIONS = {
    "cell": ("row", "column"),
    "series": ("calendar_month",),
    "town": ("one",),
    "driver": ("one",),
}


@dataclass(frozen=True)
class Variable:
    """One array of the state.

    Attributes
    ----------
    name : str
        ``entity.quantity``.
    dtype : str
        numpy type.
    unit : str
        Unit; ``share`` for a share in [0, 1], ``1`` for pure numbers.
    meaning : str
        One sentence.
    dimensions : tuple of str
        One that is named after the entity, unless stated: ``row`` and ``column`` of cells,
        ``calendar_month`` of series, ``one`` (a scalar that a process writes) of the town and the
        drivers. Others are ``component``, ``neighbour``, ``dimension`` (of transition), ``source``
        and ``line`` (of money); ``lane``, ``height`` and ``width`` (scratch).
    """

    name: str
    dtype: str
    unit: str
    meaning: str
    dimensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        usual = _DIMENSIONS.get(self.entity, (self.entity,))
        object.__setattr__(self, "dimensions", self.dimensions or usual)
        np.dtype(self.dtype)

    @property
    def entity(self) -> str:
        """The entity that the array describes."""
        return self.name.partition(".")[0]

    @property
    def quantity(self) -> str:
        """The quantity of the entity."""
        return self.name.partition(".")[2]


VARIABLES: Final[dict[str, Variable]] = {
    v[0]: Variable(*v)
    for v in (*RETAIL, *YOUTH, *PROJECTS, *OFFICES, *WORKERS, *SURROUNDINGS, *MONEY)
}
"""Every array of the state by name."""
