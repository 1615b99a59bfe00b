"""Tables over all points of an experiment's design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError, nearest
from sim.experiments.experiment import BASELINE, Experiment, Kind
from sim.experiments.experiment_file import read_experiment
from sim.experiments.factors import SCENARIO
from sim.experiments.manifest import arm_labels, describe, stored_arms
from sim.experiments.manifest_schema import EXPERIMENT
from sim.experiments.parts import FAILED
from sim.experiments.plan import INDEX_COLUMNS
from sim.experiments.store import Store
from sim.experiments.stored import Stored
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES
from sim.registry.settings import read_toml
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

_MISSING: Final = "missing"


class Counts(NamedTuple):
    """Numbers of different runs."""

    planned: int
    succeeded: int
    failed: int

    @property
    def missing(self) -> int:
        """Runs that have not been done."""
        return self.planned - self.succeeded - self.failed


class DesignTables:
    """The inputs of an experiment, and tables of one or all of its points; see `Results`."""

    def __init__(
        self,
        store: Stored,
        experiment: Experiment | None = None,
        *,
        commands: Mapping[str, str] | None = None,
        point: int | None = None,
    ) -> None:
        self.store = store
        self._experiment, self._commands, self._point = experiment, commands or {}, point

    @property
    def folder(self) -> Path | None:
        """The folder of the results; None for results in memory."""
        return self.store.folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The inputs of the results and the commands that repeat them, as JSON values."""
        if isinstance(self.store, Store):
            return self.store.manifest
        return describe(self.experiment, self._commands)

    @cached_property
    def experiment(self) -> Experiment:
        """The question, with the territories and interventions at the time of its start."""
        if self._experiment is not None:
            return self._experiment
        assert isinstance(self.store, Store)
        path = self.store.folder / EXPERIMENT
        self.store.check([EXPERIMENT])
        arms = stored_arms(self.store)
        return read_experiment(read_toml(path), self.manifest["name"], path, arms)

    @property
    def kind(self) -> Kind:
        """Kind of the experiment: a run, a comparison or a sweep."""
        return self.experiment.kind

    @property
    def _scenario_name(self) -> str:
        """Key of the scenario of the point shown, or of the first."""
        if SCENARIO in self.points and self._point is not None:
            return str(self.points.loc[self._point, SCENARIO])
        return next(iter(self.experiment.scenarios))

    @property
    def _arms(self) -> Mapping[str, Scenario]:
        return self.experiment.scenarios[self._scenario_name]

    @property
    def scenario(self) -> Scenario:
        """The baseline: the territory without the interventions."""
        return self._arms[BASELINE]

    @property
    def arms(self) -> tuple[Scenario, ...]:
        """The arms; the first is the baseline."""
        return tuple(self._arms.values())

    @property
    def territory(self) -> dict[str, Any]:
        """Size and sources of the territory, as in the manifest."""
        return dict(self.manifest["scenarios"][self._scenario_name]["territory"])

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """Label of each arm by language, the baseline first."""
        return arm_labels(self._arms)

    @cached_property
    def points(self) -> pd.DataFrame:
        """The design: one row per point, one column per factor."""
        return self.experiment.design.points

    def at(self, point: int) -> Self:
        """Return the results of one point; raise `InputError` if there is no such point."""
        if not 0 <= point < len(self.experiment.design):
            raise InputError(
                f"point = {point} is out of range; expected 0 to {len(self.experiment.design) - 1}."
            )
        return type(self)(self.store, self.experiment, commands=self._commands, point=point)

    @cached_property
    def _design(self) -> pd.DataFrame:
        design, asked = self.store.design(), self.experiment
        is_ours = design["arm"].isin(list(asked.arms)) & design["luck"].isin((0, 1))
        for name, size in (("point", len(asked.design)), ("rep", asked.replications)):
            is_ours &= design[name].between(0, size - 1)
        if not is_ours.all():
            raise InputError(f"{self.folder} has the design of another experiment.")
        if self._point is not None:
            design = design[design["point"] == self._point].reset_index(drop=True)
        return design

    def frame(self, *measures: str, horizon: int | None = None, luck: int = 0) -> pd.DataFrame:
        """Return all measures as a tidy table.

        Parameters
        ----------
        *measures : str
            Names in `sim.measures.registry.OUTCOMES`; all by default.
        horizon : int, optional
            Months; all horizons by default.
        luck : {0, 1}
            1 for the reruns with a second seed (``variance = true``).

        Returns
        -------
        pandas.DataFrame
            One row per point, arm, replication and horizon: ``point``, ``arm``, ``rep``,
            ``horizon``, ``status`` ("ok", "error", "crashed", "timeout" or "missing"), one column
            per factor and per measure, nan if missing. A run shared by several points is in the
            rows of each.

        Raises
        ------
        InputError
            If a measure or horizon is unknown, or a file is damaged.
        """
        import pandas as pd

        for name in measures:
            if name not in OUTCOMES:
                raise InputError(f"unknown measure '{name}'.{nearest(name, OUTCOMES)}")
        design = self._design[self._design["luck"] == luck]
        horizons, outputs = self._horizons(horizon), list(measures) or list(OUTCOMES)
        status, values = self._measured(design["key"], outputs, horizons)
        frame = design.merge(pd.Series(horizons, name="horizon"), how="cross")
        frame["status"] = pd.Series(status.ravel(), dtype=str)
        factors = [c for c in design.columns if c not in INDEX_COLUMNS]
        frame = frame[["point", "arm", "rep", "horizon", "status", *factors]]
        of_rows = values.reshape(len(frame), len(outputs))
        return pd.concat([frame, pd.DataFrame(of_rows, columns=outputs)], axis=1)

    def _measured(
        self, keys: pd.Series, outputs: Sequence[str], horizons: Sequence[int]
    ) -> tuple[npt.NDArray[Any], Floats]:
        """Return status (runs, horizons) and measures (runs, horizons, outputs) of some runs."""
        columns = None if len(outputs) == len(OUTCOMES) else ["key", "status", *outputs]
        results = self.store.results(columns, horizons[0] if len(horizons) == 1 else None)
        for name in ("horizon", *outputs):
            if name not in results.column_names:  # no runs succeeded
                results = results.append_column(name, pa.nulls(results.num_rows, pa.float64()))
        wanted = pa.array(keys, results["key"].type)

        def of_runs(found: pa.Table) -> pa.Table:
            return found.take(pc.index_in(wanted, found["key"].combine_chunks()))

        failed = of_runs(results.filter(pc.is_null(results["horizon"])))["status"]
        values = np.empty((len(wanted), len(horizons), len(outputs)))
        status = np.empty((len(wanted), len(horizons)), object)
        for at, months in enumerate(horizons):
            measured = of_runs(results.filter(pc.equal(results["horizon"], months)))
            for column, name in enumerate(outputs):
                values[:, at, column] = measured[name].to_numpy()
            status[:, at] = pc.coalesce(measured["status"], failed, _MISSING).to_numpy()
        return status, values

    def differences(
        self, *measures: str, horizon: int | None = None, luck: int = 0
    ) -> pd.DataFrame:
        """Return paired differences: each arm minus the baseline of the same point and replication.

        Parameters
        ----------
        *measures, horizon, luck
            As for `frame`.

        Returns
        -------
        pandas.DataFrame
            As `frame`, without the baseline and ``status``; nan if either run has no value.
        """
        frame = self.frame(*measures, horizon=horizon, luck=luck)
        outputs = [c for c in frame.columns if c in OUTCOMES]
        index = ["point", "rep", "horizon"]
        is_baseline = frame["arm"] == BASELINE
        before = frame[is_baseline].set_index(index)[outputs]
        after = frame[~is_baseline].drop(columns="status").reset_index(drop=True)
        at = before.reindex(list(after[index].itertuples(index=False, name=None)))
        after[outputs] = after[outputs].to_numpy() - at.to_numpy()
        return after

    def series(self) -> pd.DataFrame:
        """Return the courses that are kept: ``point``, ``arm``, ``rep``, ``month`` from 1, and
        measures over the twelve months that end with it.
        """
        design = self._design[["key", "point", "arm", "rep"]]
        table = self.store.kept("series").to_pandas()
        return design.merge(table, on="key").drop(columns="key")

    def failures(self) -> pd.DataFrame:
        """Return the runs that failed and why: ``point``, ``arm``, ``rep``, ``luck``, ``status``,
        ``error_type``, ``error`` and ``traceback``.
        """
        columns = ["key", "status", "error_type", "error", "traceback"]
        results = self.store.results(columns).to_pandas().reindex(columns=columns)
        failed = results[results["status"].isin(FAILED)]
        design = self._design.drop_duplicates("key")
        found = design[["key", "point", "arm", "rep", "luck"]].merge(failed, on="key")
        return found.drop(columns="key").reset_index(drop=True)

    @property
    def counts(self) -> Counts:
        """Numbers of different runs in the design, and of runs done."""
        known = self.store.statuses(self.experiment.horizons)
        found = [known.get(key) for key in self._design["key"].drop_duplicates()]
        done = [status for status in found if status is not None]
        return Counts(len(found), done.count("ok"), len(done) - done.count("ok"))

    def missing(self) -> int:
        """Return how many runs have not been done."""
        return self.counts.missing

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the measures, independent of executor and order."""
        return self.store.digest()

    def _horizons(self, horizon: int | None) -> list[int]:
        known = self.experiment.horizons
        if horizon is None:
            return list(known)
        if horizon not in known:
            raise InputError(
                f"horizon = {horizon} was not measured; known: {', '.join(map(str, known))}."
            )
        return [horizon]
