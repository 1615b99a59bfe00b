"""Results of an experiment, a run, a comparison or a sweep, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError, nearest
from sim.experiments.draws import draw
from sim.experiments.effects import effect_table
from sim.experiments.experiment import BASELINE, Experiment, Kind
from sim.experiments.experiment_file import read_experiment
from sim.experiments.factors import SCENARIO
from sim.experiments.kept import kept_frame, mean_ledger, mean_maps, rep_maps
from sim.experiments.manifest import arm_labels, describe, files_of, stored_arms
from sim.experiments.manifest_schema import EXPERIMENT
from sim.experiments.parts import FAILED
from sim.experiments.plan import INDEX_COLUMNS
from sim.experiments.remote import store_at
from sim.experiments.store import Store
from sim.experiments.stored import Stored
from sim.experiments.territory_runs import DRIVERS
from sim.experiments.written import ELSEWHERE
from sim.kernels.arrays import Floats
from sim.measures.map_layers import Maps
from sim.measures.registry import OUTCOMES
from sim.registry.settings import read_toml
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Results", "load_results"]

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


class Results:
    """The results of an experiment so far, in a folder or in memory.

    Tables of one point contain only the replications that are complete in every arm, so that all
    arms have the same ones; `failures` and `missing` account for the others.

    Parameters
    ----------
    store : Stored
    experiment : Experiment, optional
        By default that of the folder.
    commands : mapping, optional
        Commands that repeat the experiment, if there is no folder.
    point : int, optional
        Point to show; all by default.
    """

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
        """Whether it is a run, a comparison or a sweep."""
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

    def at(self, point: int) -> Results:
        """Return the results of one point; raise `InputError` if there is no such point."""
        if not 0 <= point < len(self.experiment.design):
            raise InputError(
                f"point = {point} is out of range; expected 0 to {len(self.experiment.design) - 1}."
            )
        return Results(self.store, self.experiment, commands=self._commands, point=point)

    @property
    def elsewhere(self) -> dict[str, Results]:
        """The same comparison in other territories, if any, by name of the scenario."""
        if self.folder is None:
            return {}
        return {p.name: load_results(p) for p in sorted((self.folder / ELSEWHERE).glob("*"))}

    # All points

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

    def frame(self, *measures: str, horizon: int | None = None) -> pd.DataFrame:
        """Return all measures as a tidy table.

        Parameters
        ----------
        *measures : str
            Names in `sim.measures.registry.OUTCOMES`; all by default.
        horizon : int, optional
            Months; all horizons by default.

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
        design = self._design[self._design["luck"] == 0]
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

    def differences(self, *measures: str, horizon: int | None = None) -> pd.DataFrame:
        """Return paired differences: each arm minus the baseline of the same point and replication.

        Parameters
        ----------
        *measures, horizon
            As for `frame`.

        Returns
        -------
        pandas.DataFrame
            As `frame`, without the baseline and ``status``; nan if either run has no value.
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

    def series(self) -> pd.DataFrame:
        """Return the courses that are kept: ``point``, ``arm``, ``rep``, ``month`` from 1, and
        measures over the twelve months that end with it.
        """
        design = self._design[["key", "point", "arm", "rep"]]
        table = self.store.kept("series").to_pandas()
        return design.merge(table, on="key").drop(columns="key").reset_index(drop=True)

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

    # One point

    @cached_property
    def _of_point(self) -> tuple[pd.DataFrame, Floats]:
        """Return the complete runs of one point with their measures (runs, horizons, measures)."""
        if self._design["point"].nunique() > 1:
            raise InputError(
                "these results have many points; choose one of them with .at(point),"
                " or take .frame() or .differences()."
            )
        horizons = self.experiment.horizons
        status, values = self._measured(self._design["key"], list(OUTCOMES), horizons)
        is_ok = self._design.assign(ok=(status == "ok").all(axis=1))
        # An arm may be missing from the design where an extension was interrupted.
        is_complete = is_ok.groupby(["rep", "luck"])["ok"].transform("sum") == len(self._arms)
        first = set(self._design.loc[is_complete & (self._design["luck"] == 0), "rep"])
        is_complete &= self._design["rep"].isin(first)
        return self._design[is_complete].reset_index(drop=True), values[is_complete.to_numpy()]

    @property
    def _first_runs(self) -> pd.DataFrame:
        """Return the complete runs with the first seed, arm by arm."""
        runs, _ = self._of_point
        order = runs["arm"].map({arm: k for k, arm in enumerate(self._arms)})
        runs = runs.assign(order=order)[runs["luck"] == 0]
        return runs.sort_values(["order", "rep"], ignore_index=True)

    @cached_property
    def replications(self) -> tuple[int, ...]:
        """Indices of the replications that are complete in every arm."""
        runs, _ = self._of_point
        return tuple(int(rep) for rep in runs.loc[runs["luck"] == 0, "rep"].unique())

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Measures of one point: one row per ``arm``, ``rep``, ``luck`` and ``horizon``.

        Horizons are months. ``luck`` is 1 for reruns with a second seed, which only serve to split
        the variance; nan without anything to measure.
        """
        import pandas as pd

        runs, values = self._of_point
        horizons = pd.Series(self.experiment.horizons, name="horizon")
        frame = runs[["arm", "rep", "luck"]].astype({"luck": np.int64}).merge(horizons, how="cross")
        of_rows = pd.DataFrame(values.reshape(len(frame), len(OUTCOMES)), columns=list(OUTCOMES))
        return pd.concat([frame, of_rows], axis=1)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Effects of the arms at one point; columns `EFFECT_COLUMNS`.

        Their variance is split if the experiment requests it (``variance = true``).
        """
        runs, found = self._of_point
        names = tuple(self._arms)
        asked = self.experiment
        shape = (2, len(names), asked.replications, len(asked.horizons), len(OUTCOMES))
        values = np.full(shape, np.nan)
        values[runs["luck"], runs["arm"].map(names.index), runs["rep"]] = found
        reruns = asked.reruns if asked.parameters == "drawn" else None
        return effect_table(values, names, asked.horizons, reruns)

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """Monthly series of one point: ``arm``, ``rep``, ``month`` from 1, and measures, each over
        the twelve months that end there; empty if not kept."""
        frame = self._kept("series", *self.experiment.series)
        return frame.assign(month=frame["month"].astype(np.int64))

    @cached_property
    def _every_month(self) -> pd.DataFrame:
        frame = self._kept("every_month")
        return frame.assign(month=frame["month"].astype(np.int64))

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Measures of every month of one point: ``rep``, ``month`` from 1, ``date`` (its first day)
        and one column per measure, with ``arm`` first if there are several; empty if not kept.
        """
        import pandas as pd

        frame = self._every_month
        frame = frame[frame["month"] > 0].reset_index(drop=True)
        first = f"{self.scenario.values['start_year']}-01-01"
        dates = pd.date_range(first, periods=self.experiment.months, freq="MS").to_numpy()
        index = frame[["arm", "rep", "month"]].assign(date=dates[frame["month"] - 1])
        measures = frame.iloc[:, 3 : frame.shape[1] - len(DRIVERS)]
        frame = pd.concat([index, measures], axis=1)
        return frame if len(self._arms) > 1 else frame.drop(columns="arm")

    @cached_property
    def start(self) -> dict[str, list[float]]:
        """The same measures of the baseline before the first month, one value per replication."""
        frame = self._every_month
        first = frame[(frame["month"] == 0) & (frame["arm"] == BASELINE)]
        return {n: first[n].tolist() for n in first.columns[3 : -len(DRIVERS)]}

    @property
    def drivers(self) -> dict[str, Floats]:
        """Exogenous series of the baseline, one value per month, if every month is kept."""
        frame = self._every_month
        frame = frame[(frame["rep"] == frame["rep"].min()) & (frame["month"] > 0)]
        frame = frame[frame["arm"] == BASELINE]
        return {name: frame[f"series.{name}"].to_numpy(np.float64) for name in DRIVERS}

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Money at one point: ``arm``, ``year`` of the run from 1, ``source``, ``line`` ("income",
        a line of spending, or "unspent" at the end of the year) and ``eur``, the mean of a
        replication without zeros; empty where it is not kept.
        """
        frame = self._kept("ledger", "year", "source", "line", "cents")
        return mean_ledger(frame, list(self._arms), len(self.replications))

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Drawn parameters of the baseline: ``rep`` and one column per parameter."""
        import pandas as pd

        asked = self.experiment
        set_ = {f.name for f in asked.factors}
        return pd.DataFrame(
            {"rep": rep}
            | (
                {n: v for n, v in draw(self.scenario, asked.seed, rep).items() if n not in set_}
                if asked.parameters == "drawn"
                else {}
            )
            for rep in self.replications
        )

    @cached_property
    def maps(self) -> dict[str, Maps]:
        """Mean maps of each arm at one point, as those of one replication; empty if not kept."""
        return mean_maps(self._kept("maps", *self.experiment.layers), self.experiment.layers)

    @property
    def rep_maps(self) -> dict[str, Maps]:
        """Maps of each replication, by arm; empty if not kept."""
        return rep_maps(self._kept("maps", *self.experiment.layers), self.experiment.layers)

    def _kept(self, kind: str, *columns: str) -> pd.DataFrame:
        asked = self.experiment
        is_kept = getattr(asked, kind) and self.replications
        if not is_kept:
            import pandas as pd

            return pd.DataFrame({n: [] for n in ("arm", "rep", "month", *columns)})
        return kept_frame(self.store, kind, self._first_runs, columns)

    # Saving

    def save(self, folder: Path | str, *, force: bool = False) -> Results:
        """Save results that are in memory, or copy those of another folder, and return the copy.

        `force` replaces existing results.

        Raises
        ------
        InputError
            If the folder cannot be written, or is not empty.
        OSError
            If the disk is full or fails.
        """
        files = files_of(self.experiment, self.store.design_table())
        store = store_at(folder)
        store.create(files, self.manifest, tables=self.store.tables(), force=force)
        return Results(store)


def load_results(folder: Path | str) -> Results:
    """Open the results of a run, a comparison or a sweep, finished or not.

    Parameters
    ----------
    folder : Path or str
        Folder, or an address such as ``s3://bucket/name``.

    Raises
    ------
    InputError
        If the folder contains no results, or a file is missing or damaged.
    """
    store = store_at(folder)
    store.open()
    return Results(store)
