"""Maps: what a territory looks like in one month, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, nearest
from sim.state import State

__all__ = ["LAYERS", "Layer", "Maps", "check_layers", "snapshot"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One quantity by cell.

    Attributes
    ----------
    name : str
        What ``--layers`` takes.
    unit : str
        Unit.
    label, definition : mapping
        Words by language, "en" and "fr".
    measure : callable
        From the state to a (rows, columns) array; nan where there is nothing to measure.
    """

    name: str
    unit: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    measure: Callable[[State], npt.NDArray[Any]]


def _by_cell(state: State, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    shape = state["cell.residents"].shape
    cell = state["premises.cell_row"].astype(np.intp)
    total = np.bincount(cell, weights=values, minlength=shape[0] * shape[1])
    return total.reshape(shape)


def _vacancy(state: State) -> npt.NDArray[np.float64]:
    premises = _by_cell(state, np.ones(state["premises.is_open"].size))
    is_open = _by_cell(state, state["premises.is_open"])
    with np.errstate(invalid="ignore"):
        return (premises - is_open) / premises  # 0 / 0 is nan: a cell without premises


_DECLARED = (
    Layer(
        "population",
        "people",
        {"en": "Residents", "fr": "Habitants"},
        {"en": "People who live in the cell.", "fr": "Personnes vivant dans le carreau."},
        lambda state: state["cell.residents"],
    ),
    Layer(
        "footfall",
        "visits/day",
        {"en": "Footfall", "fr": "Flux piétons"},
        {
            "en": "Visits a day to the shops of the cell.",
            "fr": "Visites par jour aux commerces du carreau.",
        },
        lambda state: state["cell.footfall"],
    ),
    Layer(
        "vacancy",
        "share",
        {"en": "Vacant premises", "fr": "Locaux vides"},
        {
            "en": "Share of the cell's premises that are vacant.",
            "fr": "Part des locaux du carreau qui sont vides.",
        },
        _vacancy,
    ),
    Layer(
        "sales",
        "EUR/month",
        {"en": "Sales", "fr": "Chiffre d'affaires"},
        {
            "en": "Turnover of the cell's shops in the month.",
            "fr": "Chiffre d'affaires mensuel des commerces du carreau.",
        },
        lambda state: _by_cell(state, state["premises.revenue"]),
    ),
)

LAYERS: Final[dict[str, Layer]] = {layer.name: layer for layer in _DECLARED}
"""Every layer by name."""


@dataclass(frozen=True)
class Maps:
    """Snapshots of a run.

    Attributes
    ----------
    months : tuple of int
        Months that were kept; 0 is the starting state.
    cell_size : float
        Side of a square cell, m.
    zone : (rows, columns) uint8 array
        Code in `sim.territory.territory.ZONES`. Row 0 is the northernmost.
    layers : mapping of str to (reps, months, rows, columns) float32 array
        By name of the layer.
    """

    months: tuple[int, ...]
    cell_size: float
    zone: npt.NDArray[np.uint8]
    layers: Mapping[str, Floats]

    def only(self, months: Sequence[int], layers: Sequence[str]) -> Maps:
        """A part of the snapshots, months in order."""
        kept = sorted(set(months))
        at = [self.months.index(m) for m in kept]
        chosen = {n: self.layers[n][:, at] for n in dict.fromkeys(layers)}
        return Maps(tuple(kept), self.cell_size, self.zone, chosen)


def check_layers(names: Sequence[str]) -> None:
    """Refuse unknown layers.

    Raises
    ------
    InputError
        If a name is unknown; the nearest known one is named.
    """
    for name in names:
        if name not in LAYERS:
            raise InputError(
                f"unknown map layer '{name}'.{nearest(name, LAYERS)} Known: {', '.join(LAYERS)}."
            )


def snapshot(state: State, layers: Sequence[str]) -> dict[str, Floats]:
    """Some layers as they stand.

    Parameters
    ----------
    state : State
    layers : sequence of str
        Names in `LAYERS`.

    Returns
    -------
    dict of (rows, columns) float32 arrays
        Copies.
    """
    return {name: LAYERS[name].measure(state).astype(np.float32) for name in layers}
