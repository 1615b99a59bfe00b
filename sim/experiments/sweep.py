"""A sweep that was run: its results as tables."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError
from sim.experiments.describe import stored_arms
from sim.experiments.experiment import BASELINE, Experiment
from sim.experiments.experiment_file import read_experiment
from sim.experiments.parts import FAILED
from sim.experiments.plan import INDEX_COLUMNS
from sim.experiments.store import SWEEP, Store
from sim.measures.registry import OUTCOMES
from sim.registry.settings import read_toml

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sweep"]

_MISSING: Final = "missing"


class Sweep:
    """What is known so far of an experiment: a view of the folder that holds it.

    Parameters
    ----------
    store : Store

    Attributes
    ----------
    folder : Path
    manifest : dict
        What it was made of: JSON values.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.folder = store.folder
        self.manifest = store.manifest

    @classmethod
    def open(cls, folder: Path | str) -> Sweep:
        """Open a sweep, finished or not.

        Parameters
        ----------
        folder : Path or str

        Returns
        -------
        Sweep

        Raises
        ------
        InputError
            If the folder holds no sweep, or one of its files is torn.
        """
        return cls(Store.open(Path(folder)))

    @cached_property
    def experiment(self) -> Experiment:
        """The question, with the territories and interventions as they were when it began."""
        path = self.folder / SWEEP
        arms = stored_arms(self.manifest, self.folder)
        return read_experiment(read_toml(path), self.manifest["name"], path, arms)

    @property
    def points(self) -> pd.DataFrame:
        """The design: a row a point, a column a factor."""
        return self.experiment.design.points

    def frame(self, *measures: str, horizon: int | None = None) -> pd.DataFrame:
        """Everything that was measured, as a tidy table.

        Parameters
        ----------
        *measures : str
            Names in `sim.measures.registry.OUTCOMES`; all by default.
        horizon : int, optional
            Months; all horizons by default.

        Returns
        -------
        pandas.DataFrame
            A row for each point, arm, replication and horizon: ``point``, ``arm``, ``rep``,
            ``horizon``, ``status`` ("ok", "error", "crashed" or "missing"), a column a factor and
            a column a measure, nan where there is none. A run that is the same for several
            points stands in the rows of each.

        Raises
        ------
        InputError
            If a measure or horizon is unknown, or a file is torn.
        """
        import pandas as pd

        for name in measures:
            if name not in OUTCOMES:
                raise InputError(f"unknown measure '{name}'.{_nearest(name)}")
        wanted = self._horizons(horizon)
        design = self.store.design()
        columns = None if not measures else ["key", "status", *measures]
        results = self.store.results(columns, horizon)
        outputs = list(measures) or list(OUTCOMES)
        for name in ("horizon", *outputs):
            if name not in results.column_names:  # nothing was measured
                results = results.append_column(name, pa.nulls(results.num_rows, pa.float64()))
        keys = pa.array(design["key"], results["key"].type)

        def of_design(found: pa.Table) -> pa.Table:
            return found.take(pc.index_in(keys, found["key"].combine_chunks()))

        failed = of_design(results.filter(pc.is_null(results["horizon"])))["status"]
        values = np.empty((len(design), len(wanted), len(outputs)))
        status = np.empty((len(design), len(wanted)), object)
        for at, months in enumerate(wanted):
            measured = of_design(results.filter(pc.equal(results["horizon"], months)))
            for column, name in enumerate(outputs):
                values[:, at, column] = measured[name].to_numpy()
            status[:, at] = pc.coalesce(measured["status"], failed, _MISSING).to_numpy()
        rows = np.repeat(np.arange(len(design)), len(wanted))
        frame = design.take(rows).reset_index(drop=True)
        frame["horizon"] = np.tile(np.asarray(wanted, np.int64), len(design))
        frame["status"] = pd.Series(status.ravel(), dtype=str)
        factors = [c for c in design.columns if c not in INDEX_COLUMNS]
        frame = frame[["point", "arm", "rep", "horizon", "status", *factors]]
        measures_of_rows = values.reshape(len(frame), len(outputs))
        return pd.concat([frame, pd.DataFrame(measures_of_rows, columns=outputs)], axis=1)

    def differences(self, *measures: str, horizon: int | None = None) -> pd.DataFrame:
        """Paired differences: each arm less the baseline of the same point and replication.

        Parameters
        ----------
        *measures, horizon
            As for `frame`.

        Returns
        -------
        pandas.DataFrame
            As `frame`, without the baseline and ``status``; nan where either run gave nothing.
        """
        frame = self.frame(*measures, horizon=horizon)
        outputs = [c for c in frame.columns if c in OUTCOMES]
        index = ["point", "rep", "horizon"]
        is_baseline = frame["arm"] == BASELINE
        before = frame[is_baseline].set_index(index)[outputs]
        after = frame[~is_baseline].drop(columns="status").reset_index(drop=True)
        at = before.reindex(list(after[index].itertuples(index=False, name=None)))
        after[outputs] = after[outputs].to_numpy() - at.to_numpy()
        return after

    def failures(self) -> pd.DataFrame:
        """Runs that failed and why: ``point``, ``arm``, ``rep``, ``status``, ``error_type``,
        ``error`` and ``traceback``.
        """
        columns = ["key", "status", "error_type", "error", "traceback"]
        results = self.store.results(columns).to_pandas().reindex(columns=columns)
        failed = results[results["status"].isin(FAILED)]
        design = self.store.design().drop_duplicates("key")
        told = design[["key", "point", "arm", "rep"]].merge(failed, on="key")
        return told.drop(columns="key").reset_index(drop=True)

    def series(self) -> pd.DataFrame:
        """Courses over time, where the experiment keeps them: ``point``, ``arm``, ``rep``,
        ``month`` from 1, and measures over the twelve months that end with it.
        """
        design = self.store.design()[["key", "point", "arm", "rep"]]
        table = self.store.series().to_pandas()
        return design.merge(table, on="key").drop(columns="key").reset_index(drop=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the results, the same whoever made them in whatever order."""
        return self.store.digest()

    def missing(self) -> int:
        """How many runs have not been done."""
        done = self.store.statuses()
        return int((~self.store.design()["key"].drop_duplicates().isin(done)).sum())

    def _horizons(self, horizon: int | None) -> list[int]:
        known = self.experiment.horizons
        if horizon is None:
            return list(known)
        if horizon not in known:
            raise InputError(
                f"horizon = {horizon} was not measured; known: {', '.join(map(str, known))}."
            )
        return [horizon]


def _nearest(name: str) -> str:
    from sim.errors import nearest

    return nearest(name, OUTCOMES)
