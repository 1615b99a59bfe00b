"""Maps of a territory in one month, layer by layer.

A map has at most `MOST` squares along a side, more than a picture can show. Each square of a larger
territory, such as a country, is a block of cells: it adds up what is counted, and its shares are
those of all who live or trade in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, nearest
from sim.kernels.project_codes import RUNNING
from sim.kernels.zone_codes import BUFFER
from sim.measures.map_colours import (
    BLUE_TO_PURPLE,
    BLUES,
    GREEN_TO_BLUE,
    GREENS,
    PINKS,
    PURPLES,
    YELLOW_TO_RED,
    Colours,
)
from sim.registry.state import State
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = ["LAYERS", "Layer", "Maps", "check_layers", "snapshot"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One quantity by cell.

    Attributes
    ----------
    name : str
        Name in ``--layers``.
    measure : callable
        Maps the state and the cells along a side of a block, 1 for cells, to an array (rows of
        blocks, columns of blocks); nan for blocks without anything to measure.
    source, evidence : str
        Source of the values, and how well they are known.
    colours : Colours
        Colours of levels, from little to much.
    limits : tuple of float, optional
        Fixed range of the colour scale for all maps of the layer; by default the range of the
        values.
    """

    name: str
    unit: str
    english_label: str
    english_definition: str
    measure: Callable[[State, int], npt.NDArray[Any]]
    source: str
    evidence: str
    colours: Colours
    limits: tuple[float, float] | None = None

    @property
    def is_share(self) -> bool:
        """Tell whether values are shares, blank where there is nothing to measure."""
        return self.unit == "share"

    @property
    def label(self) -> Texts:
        """Label by language."""
        return Texts({ENGLISH: self.english_label}, f"layers.{self.name}.label")

    @property
    def definition(self) -> Texts:
        """Definition by language."""
        return Texts({ENGLISH: self.english_definition}, f"layers.{self.name}.definition")


SMOOTHING: Final = 0.5
"""Standard deviation of the Gaussian filter of participation, km, about the size of a quarter, so
that each value averages dozens of young people and not two or three."""


MOST: Final = 1000
"""Squares along a side of a map."""


def block_of(shape: tuple[int, ...]) -> int:
    """Return the cells along a side of a square of a map, for a grid of (rows, columns).

    Examples
    --------
    >>> block_of((64, 1000)), block_of((5000, 4000))
    (1, 5)
    """
    return -(-max(shape) // MOST)


def in_blocks(field: npt.NDArray[Any], block: int, join: np.ufunc = np.add) -> npt.NDArray[Any]:
    """Return the sums of a field over square blocks of cells, or what else a function makes of it.

    Examples
    --------
    >>> in_blocks(np.array([[1, 2, 3], [4, 5, 6]]), 2)
    array([[12,  9]])
    """
    if block == 1:
        return field
    down, right = (np.arange(0, length, block) for length in field.shape)
    return np.asarray(join.reduceat(join.reduceat(field, down, axis=0), right, axis=1))


def _by_cell(
    state: State, values: npt.NDArray[Any], table: str, block: int
) -> npt.NDArray[np.float64]:
    rows, columns = (-(-length // block) for length in state["cell.residents"].shape)
    cell = state[f"{table}.cell_row"].astype(np.intp)
    i, j = np.divmod(cell, state["cell.residents"].shape[1])
    square = i // block * columns + j // block
    total = np.bincount(square, weights=values, minlength=rows * columns)
    totals: npt.NDArray[np.float64] = total.reshape(rows, columns)
    return totals


FEWEST: Final = 3
"""Premises below which a cell has no share of vacant ones: it would jump from 0 to 1 with one."""


def _vacancy(state: State, block: int) -> npt.NDArray[np.float64]:
    premises = _by_cell(state, np.ones(state["premises.is_open"].size), "premises", block)
    is_used = (state["premises.is_open"] == 1) | (state["premises.third_place"] >= 0)
    in_use = _by_cell(state, is_used, "premises", block)
    with np.errstate(invalid="ignore"):
        return np.where(premises < FEWEST, np.nan, (premises - in_use) / premises)


def _participation(state: State, block: int) -> npt.NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter

    present = _by_cell(state, state["youth.is_present"], "youth", block)
    active = _by_cell(state, state["youth.is_active"], "youth", block)
    squares = SMOOTHING / (block * float(state["town.cell_km"][0]))
    near, active_near = (gaussian_filter(x, squares, mode="constant") for x in (present, active))
    share = np.full(near.shape, np.nan)
    np.divide(active_near, near, out=share, where=present > 0)
    return share


def _trust(state: State, block: int) -> npt.NDArray[np.float64]:
    trust = state["office.trust"].astype(np.float64)[state["cell.office"]]
    served = np.bincount(state["official.office"], minlength=state["office.trust"].size) > 0
    inhabited = (state["cell.residents"] > 0) & served[state["cell.office"]]
    inhabited &= state["cell.zone"] < BUFFER
    count = in_blocks(inhabited.astype(np.float64), block)
    with np.errstate(invalid="ignore"):
        return np.asarray(in_blocks(np.where(inhabited, trust, 0.0), block) / count)


_DECLARED = (
    Layer(
        "population",
        "people",
        "Residents",
        "People who live in the cell.",
        lambda state, block: in_blocks(state["cell.residents"], block),
        "the territory, whose manifest says what of it was counted and what was drawn",
        "derived",
        GREEN_TO_BLUE,
    ),
    Layer(
        "footfall",
        "visits/day",
        "Footfall",
        "Visits a day to the shops of the cell.",
        lambda state, block: in_blocks(state["cell.footfall"], block),
        "turnover over the value of a basket, a judgement",
        "assumed",
        PURPLES,
    ),
    Layer(
        "vacancy",
        "share",
        "Vacant premises",
        "Share of the cell's premises that are vacant; blank where there are fewer than three.",
        _vacancy,
        "the scenario's vacancy at the start, and rates of closure and reletting since then",
        "derived",
        YELLOW_TO_RED,
    ),
    Layer(
        "sales",
        "EUR/month",
        "Sales",
        "Turnover of the cell's shops in the month.",
        lambda state, block: _by_cell(state, state["premises.revenue"], "premises", block),
        "household budgets (INSEE), shared out by Huff's model",
        "derived",
        GREENS,
    ),
    Layer(
        "participation",
        "share",
        "Participation of the young",
        "Share of residents aged 15 to 29 who take part in local projects, averaged over about "
        "500 m around.",
        _participation,
        "level of the start found (INJEP); what makes cells differ rests on judgement",
        "assumed",
        PINKS,
        (0.0, 0.6),
    ),
    Layer(
        "projects",
        "projects",
        "Running projects",
        "Transition projects that run, in the home cell of their holder.",
        lambda state, block: _by_cell(
            state, state["entrepreneur.stage"] == RUNNING, "entrepreneur", block
        ),
        "births of transition projects a year, a judgement",
        "assumed",
        BLUES,
        (0.0, 4.0),
    ),
    Layer(
        "third_places",
        "people/month",
        "Users of third places",
        "Users of the third places of the cell this month.",
        lambda state, block: _by_cell(state, state["third_place.users"], "third_place", block),
        "visits to each kind of third place in the catalogue, mostly judgements",
        "assumed",
        BLUE_TO_PURPLE,
        (0.0, 60.0),
    ),
    Layer(
        "trust",
        "share",
        "Trust of officials",
        "Trust in the holders of local projects at the office in charge of the cell.",
        _trust,
        "judgement",
        "assumed",
        GREEN_TO_BLUE,
        (0.0, 1.0),
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
        Months of the snapshots; 0 is the starting state.
    cell_size : float
        Side of a square, m: a cell, or a block of cells.
    zone : (rows, columns) uint8 array
        Code in `sim.territory.territory.ZONES`, 3 more in the buffer; the lowest of a block. Row 0
        is the northernmost.
    layers : mapping of str to (reps, months, rows, columns) float32 array
        Values by name of the layer.
    """

    months: tuple[int, ...]
    cell_size: float
    zone: npt.NDArray[np.uint8]
    layers: Mapping[str, Floats]

    def only(self, months: Sequence[int], layers: Sequence[str]) -> Maps:
        """Return some of the snapshots, months in order."""
        kept = sorted(set(months))
        at = [self.months.index(m) for m in kept]
        chosen = {n: self.layers[n][:, at] for n in dict.fromkeys(layers)}
        return Maps(tuple(kept), self.cell_size, self.zone, chosen)


def check_layers(names: Sequence[str]) -> None:
    """Raise InputError, with the nearest name, if a layer is unknown."""
    for name in names:
        if name not in LAYERS:
            raise InputError(
                f"unknown map layer '{name}'.{nearest(name, LAYERS)} Known: {', '.join(LAYERS)}."
            )


def snapshot(state: State, layers: Sequence[str]) -> dict[str, Floats]:
    """Return copies of the present values of some layers, (rows, columns) float32, by name."""
    block = block_of(state["cell.residents"].shape)
    return {name: LAYERS[name].measure(state, block).astype(np.float32) for name in layers}
