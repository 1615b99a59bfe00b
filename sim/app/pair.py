"""A pair: the same territory twice with the same seed, without and with what is tried."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.app.request import LARGEST_GRID, Arms
from sim.errors import InputError
from sim.measures.counting import COUNTS
from sim.measures.map_layers import LAYERS
from sim.measures.measure import Windows
from sim.measures.registry import ROLLING, measured
from sim.registry.state import State
from sim.simulation.simulation import Simulation, start_of

CHARTS: Final = (*ROLLING, "openness", "bottom_up_share", "partners_per_project", "months_to_birth")
"""Measures of the charts, each over the twelve months that end with a month."""

Bytes = npt.NDArray[np.uint8]

Scale = tuple[float, float]
"""Range of a layer's colours."""

NOTHING: Final = 255
"""Map value of cells without anything to measure."""

HIGHEST: Final = 254

_OF_DIFFERENCE: Final = 0.25
"""Range of a difference's colours, as a share of the layer's range."""


def measures_of_months(simulation: Simulation, first: int) -> npt.NDArray[np.float32]:
    """Return the values (months, charts) from month ``first`` + 1 on; nan if there is none."""
    counts = dict(zip(COUNTS, simulation.counts.T, strict=True))
    last = np.arange(first + 1, simulation.month + 1)
    windows = Windows(counts, np.maximum(0, last - 12), last, "last_year")
    return measured(CHARTS, windows).astype(np.float32)


class Pair:
    """Two runs at the start that differ only in what is tried: an intervention, or parameters.

    It reuses what it shares with the pair that it replaces. A run that cannot start from its
    parameters raises `InputError`.
    """

    def __init__(self, arms: Arms, before: Pair | None = None) -> None:
        self.arms = arms
        same = before if before and _identity(before.arms) == _identity(arms) else None
        self._start: State = same._start if same else start_of(arms.without, arms.seed)
        self.without = Simulation(arms.without, arms.seed, start=self._start)
        if self.without.territory.residents.size > LARGEST_GRID:
            raise InputError(
                f"{self.without.territory.residents.size:,} cells are more than the page takes, "
                f"{LARGEST_GRID:,}; choose a smaller place."
            )
        is_one_world = arms.with_it.parameters == arms.without.parameters
        start = self._start if is_one_world else start_of(arms.with_it, arms.seed)
        self.with_it = Simulation(arms.with_it, arms.seed, start=start)
        # Ranges of colours are the same for both territories and all months.
        self.scales: dict[str, Scale] = (
            same.scales if same else {name: _scale(name, self.without) for name in LAYERS}
        )

    @property
    def month(self) -> int:
        """Number of months run."""
        return self.without.month

    @property
    def months(self) -> int:
        """Length of the runs."""
        return int(self.arms.without.values["months"])

    @property
    def runs(self) -> tuple[Simulation, Simulation]:
        """The runs without and with the intervention."""
        return self.without, self.with_it

    @property
    def nbytes(self) -> int:
        """Approximate memory of the territories."""
        states = (self._start, *(run.state for run in self.runs))
        return sum(array.nbytes for state in states for array in state.values())

    def run_to(self, month: int) -> None:
        """Run both to a month or to the end."""
        for run in self.runs:
            run.run(max(0, min(month, self.months) - run.month))

    def maps(self, layer: str) -> tuple[Bytes, Bytes, Bytes]:
        """Return a layer of both territories and their difference, as bytes.

        Bytes are 0 to 254 over the layer's range, 255 without a value; in the difference, 127 for
        equal values.
        """
        low, high = self.scales[layer]
        without, with_it = (LAYERS[layer].measure(run.state, 1) for run in self.runs)
        reach = _OF_DIFFERENCE * (high - low)
        difference = _bytes(np.subtract(with_it, without, dtype=np.float32), -reach, reach)
        return _bytes(without, low, high), _bytes(with_it, low, high), difference

    def cell(self, row: int, column: int) -> dict[str, list[float | None]]:
        """Return every layer at a cell of the grid, without and with the intervention."""
        rows, columns = self.without.territory.shape
        if not (0 <= row < rows and 0 <= column < columns):
            raise InputError(
                f"row {row}, column {column} is outside the grid of {rows} rows and {columns} "
                "columns."
            )
        at = {
            name: [float(layer.measure(run.state, 1)[row, column]) for run in self.runs]
            for name, layer in LAYERS.items()
        }
        return {name: [v if np.isfinite(v) else None for v in vs] for name, vs in at.items()}


def _identity(arms: Arms) -> tuple[Any, ...]:
    """Return what determines the territory without the intervention."""
    return arms.seed, arms.without.name, arms.without.folder, arms.without.parameters


def _scale(name: str, run: Simulation) -> Scale:
    layer = LAYERS[name]
    if layer.limits is not None:
        return layer.limits
    if layer.is_share:
        return (0.0, 1.0)
    values = np.asarray(layer.measure(run.state, 1), np.float64)
    seen = values[np.isfinite(values) & (values > 0)]
    return (0.0, _round_up(float(np.quantile(seen, 0.98))) if seen.size else 1.0)


def _round_up(value: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= value))


def _bytes(values: npt.NDArray[Any], low: float, high: float) -> Bytes:
    scaled = values.astype(np.float32)
    scaled -= low
    scaled *= HIGHEST / (high - low)
    np.clip(np.rint(scaled, out=scaled), 0, HIGHEST, out=scaled)
    if values.dtype.kind == "f":
        scaled[np.isnan(scaled)] = NOTHING
    return scaled.astype(np.uint8)
