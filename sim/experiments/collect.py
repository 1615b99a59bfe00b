"""Outcomes of many runs, put together in the order of the runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.experiments.one_run import Outcome, Run, Runs
from sim.measures.map_layers import LAYERS, Maps
from sim.measures.registry import OUTCOMES, ROLLING
from sim.registry.variables.money import LINES, SOURCES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Collected"]

Floats = npt.NDArray[np.float64]


class Collected:
    """What all runs gave.

    Parameters
    ----------
    runs : Runs
    outcomes : iterable of (Run, Outcome)
        In the order of `runs.all`.
    names : tuple of str
        What the arms are called, the baseline first.
    cell_size : float
        Of the maps, m.

    Attributes
    ----------
    values : (lucks, arms, reps, horizons, measures) float64 array
        nan where a measure is missing, or a replication was not run a second time.
    """

    def __init__(
        self,
        runs: Runs,
        outcomes: Iterable[tuple[Run, Outcome]],
        names: tuple[str, ...],
        cell_size: float,
    ) -> None:
        self._runs, self._names, self._cell_size = runs, names, cell_size
        arms, months = len(runs.arms), runs.months
        self.values = np.full(
            (2, arms, runs.reps, len(runs.horizons), len(OUTCOMES)), np.nan, np.float64
        )
        self._monthly = np.empty((arms, runs.reps, months, len(ROLLING)))
        # Whole cents: sums do not depend on their order.
        self._income = np.zeros((arms, months, len(SOURCES)), np.int64)
        self._unspent = np.zeros_like(self._income)
        self._spending = np.zeros((*self._income.shape, len(LINES)), np.int64)
        self._parameters: list[dict[str, Any]] = []
        self._map_sum: dict[int, Floats] = {}
        self._map_count: dict[int, npt.NDArray[np.int64]] = {}
        for run, outcome in outcomes:
            self._add(run, outcome)

    def _add(self, run: Run, outcome: Outcome) -> None:
        self.values[run.luck, run.arm, run.rep] = outcome.measures
        if run.luck:
            return
        if run.arm == 0:
            self._parameters.append({"rep": run.rep} | dict(outcome.parameters))
        self._monthly[run.arm, run.rep] = outcome.monthly
        self._income[run.arm] += outcome.income
        self._spending[run.arm] += outcome.spending
        self._unspent[run.arm] += outcome.unspent
        if run.arm not in self._map_sum:
            self._map_sum[run.arm] = np.zeros(outcome.maps.shape)
            self._map_count[run.arm] = np.zeros(outcome.maps.shape, np.int64)
        is_there = np.isfinite(outcome.maps)
        total = self._map_sum[run.arm]
        np.add(total, outcome.maps, out=total, where=is_there)
        self._map_count[run.arm] += is_there
        self._zone = outcome.zone

    def run_table(self) -> pd.DataFrame:
        """A row for each arm, replication, luck and horizon, a column for each measure."""
        import pandas as pd

        runs = self._runs
        index = [
            (self._names[run.arm], run.rep, run.luck, horizon)
            for run in runs.all
            for horizon in runs.horizons
        ]
        values = np.concatenate([self.values[r.luck, r.arm, r.rep] for r in runs.all])
        frame = pd.DataFrame(index, columns=["arm", "rep", "luck", "horizon"])
        return pd.concat([frame, pd.DataFrame(values, columns=list(OUTCOMES))], axis=1)

    def parameter_table(self) -> pd.DataFrame:
        """The drawn parameters, a row a replication; those of the baseline, as arms share them."""
        import pandas as pd

        return pd.DataFrame(self._parameters)

    def monthly_table(self) -> pd.DataFrame:
        """A row for each arm, replication and month from 1, a column for each of `ROLLING`."""
        import pandas as pd

        arms, reps, months, columns = self._monthly.shape
        index = pd.MultiIndex.from_product(
            [self._names, range(reps), range(1, months + 1)], names=["arm", "rep", "month"]
        )
        values = self._monthly.reshape(arms * reps * months, columns)
        return pd.DataFrame(values, index=index, columns=list(ROLLING)).reset_index()

    def ledger_table(self) -> pd.DataFrame:
        """Money by arm, year of the run, source and line; mean EUR a replication, zeros left out.

        ``line`` is "income", a line of spending, or "unspent": what lies in the purses at the end
        of the year.
        """
        import pandas as pd

        months = self._runs.months
        first = np.arange(0, months, 12)
        last = np.minimum(first + 12, months) - 1
        lines = {"income": np.add.reduceat(self._income, first, axis=1)}
        spending = np.add.reduceat(self._spending, first, axis=1)
        lines |= {line: spending[..., k] for k, line in enumerate(LINES)}
        lines["unspent"] = self._unspent[:, last]
        rows = [
            (name, year + 1, source, line, cents[arm, year, s] / 100 / self._runs.reps)
            for arm, name in enumerate(self._names)
            for year in range(first.size)
            for s, source in enumerate(SOURCES)
            for line, cents in lines.items()
            if cents[arm, year, s]
        ]
        return pd.DataFrame(rows, columns=["arm", "year", "source", "line", "eur"])

    def maps(self) -> dict[str, Maps]:
        """Mean maps of each arm at the start and at the end, as those of one replication."""
        found = {}
        for arm, name in enumerate(self._names):
            count = self._map_count[arm]
            mean = np.divide(
                self._map_sum[arm], count, out=np.full(count.shape, np.nan), where=count > 0
            ).astype(np.float32)
            layers = {layer: mean[None, :, k] for k, layer in enumerate(LAYERS)}
            found[name] = Maps((0, self._runs.months), self._cell_size, self._zone, layers)
        return found
