"""Sweeps: run an experiment into a folder, go on where it stopped, make it larger, read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.comparison.execution import worker_number
from sim.comparison.measures import MEASURES
from sim.errors import InputError
from sim.settings import read_toml
from sim.sweeps.describe import describe_sweep, files_of, stored_arms
from sim.sweeps.engine import Engine, Tally
from sim.sweeps.executors import check_executor, start_workers
from sim.sweeps.experiment import BASELINE, Experiment
from sim.sweeps.experiment_file import larger, load_experiment, read_experiment
from sim.sweeps.parts import FAILED
from sim.sweeps.plan import INDEX_COLUMNS, Plan, plan_experiment
from sim.sweeps.store import FORMAT, SWEEP, Store
from sim.version import MODEL_VERSION
from sim.whole_folder import manifest_format

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Options", "Sweep", "extend", "fill", "sweep"]

_MISSING: Final = "missing"


@dataclass(frozen=True)
class Options:
    """How a sweep is run; none of it changes its results.

    Attributes
    ----------
    workers : int or None
        Processes; all processors where None.
    executor : {"local", "serial", "dask"}
        Processes of this machine, this process, or a dask cluster.
    scheduler : str or None
        Address of a running dask scheduler; without one, dask starts its own on this machine.
    retry_failed : bool
        Do runs again that failed.
    max_failures : int or None
        Stop as soon as more runs have failed.
    batch : int or None
        Runs that a worker does between two files; sized by time where None.
    progress : callable or None
        Called with how far it has come.

    Raises
    ------
    InputError
        If a value is not admissible.
    """

    workers: int | None = None
    executor: str = "local"
    scheduler: str | None = None
    retry_failed: bool = False
    max_failures: int | None = None
    batch: int | None = None
    progress: Callable[[Tally], Any] | None = None

    def __post_init__(self) -> None:
        check_executor(self.executor)
        worker_number(self.workers)
        if self.scheduler is not None and self.executor != "dask":
            raise InputError(f"a scheduler goes with executor 'dask', not '{self.executor}'.")
        for name, least in (("batch", 1), ("max_failures", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InputError(f"{name} = {value} is out of range; expected at least {least}.")

    @property
    def number(self) -> int:
        """How many workers."""
        return worker_number(self.workers)


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
            Names in `sim.comparison.measures.MEASURES`; all by default.
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
            if name not in MEASURES:
                raise InputError(f"unknown measure '{name}'.{_nearest(name)}")
        wanted = self._horizons(horizon)
        design = self.store.design()
        columns = None if not measures else ["key", "status", *measures]
        results = self.store.results(columns, horizon)
        outputs = list(measures) or list(MEASURES)
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
        outputs = [c for c in frame.columns if c in MEASURES]
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

    return nearest(name, MEASURES)


def sweep(
    experiment: Experiment | str | Path,
    out: Path | str,
    *,
    changes: Mapping[str, Any] | None = None,
    resume: bool = False,
    **options: Any,
) -> Sweep:
    """Run an experiment into a folder.

    Parameters
    ----------
    experiment : Experiment, str or Path
        Or its name, folder or file.
    out : Path or str
        The folder to make.
    changes : mapping, optional
        Keys of the experiment's file to replace, such as ``{"replications": 2}``; an
        `Experiment` is taken as it is.
    resume : bool
        Go on with what lies in the folder, and do what the experiment has more than it.
    **options
        How it is run: fields of `Options`.

    Returns
    -------
    Sweep
        Failed runs are in `Sweep.failures`; none is ever left out in silence.

    Raises
    ------
    InputError
        If the experiment, a value or the folder is not admissible.
    OSError
        If results cannot be written. What was finished is kept.
    """
    asked = experiment
    if isinstance(experiment, Experiment) and changes:
        raise InputError(
            "changes are made to an experiment's file; load it with them:"
            " load_experiment(file, changes=...)."
        )
    if not isinstance(experiment, Experiment):
        experiment = load_experiment(experiment, changes=changes)
    how = Options(**options)  # refuses what is not admissible before anything is written
    plan = plan_experiment(experiment)
    folder = Path(out)
    if _holds_something(folder):
        store = _opened(folder, resume)
        _check_same(store, plan)
        with store.locked():
            _update(store, experiment, plan)
    else:
        reference = experiment.name if isinstance(asked, Experiment) else str(asked)
        manifest = describe_sweep(experiment, reference, changes or {})
        store = Store.create(folder, files_of(experiment, plan.table()), manifest)
    fill(store, plan, how)
    return Sweep.open(folder)


def extend(
    folder: Path | str,
    *,
    size: int | None = None,
    replications: int | None = None,
    **options: Any,
) -> Sweep:
    """Make a sweep larger in place.

    Parameters
    ----------
    folder : Path or str
        That holds it.
    size : int, optional
        New size of its design (`sim.sweeps.designs.Design`); designs that have none, and Latin
        hypercubes, cannot be extended so.
    replications : int, optional
        New number of replications.
    **options
        How it is run: fields of `Options`.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If it cannot be extended so.
    OSError
        If results cannot be written.
    """
    how = Options(**options)
    store = Store.open(Path(folder))
    _check_version(store)
    experiment = larger(Sweep(store).experiment, size=size, replications=replications)
    plan = plan_experiment(experiment)
    _check_same(store, plan)
    with store.locked():
        _update(store, experiment, plan)
    fill(store, plan, how)
    return Sweep.open(store.folder)


def fill(store: Store, plan: Plan, options: Options | None = None) -> Tally:
    """Do those runs of a plan whose results a store lacks.

    Parameters
    ----------
    store : Store
    plan : Plan
    options : Options, optional

    Returns
    -------
    Tally
        Of the runs that were done now.

    Raises
    ------
    InputError
        If the store is being written by somebody else.
    OSError
        If results cannot be written. What was finished is kept.
    """
    how = options or Options()
    with store.locked():
        done = store.statuses()
        has_worked = "ok" in done.values()
        if how.retry_failed:
            done = {key: status for key, status in done.items() if status not in FAILED}
        todo = [key for key in plan.keys if key not in done]
        tally = Tally(len(todo))
        if todo:
            number = min(how.number, len(todo))
            with start_workers(check_executor(how.executor), number, how.scheduler) as workers:
                engine = Engine(
                    store.folder.resolve(),
                    plan.model,
                    workers,
                    max_failures=how.max_failures,
                    batch=how.batch,
                    has_worked=has_worked,
                    progress=how.progress,
                )
                tally = engine.do(map(plan.run, todo), len(todo))
        store.compact()
    return tally


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _opened(folder: Path, resume: bool) -> Store:
    """A folder that is not empty, if it is a sweep that is to go on."""
    if not resume:
        is_sweep = manifest_format(folder) == FORMAT
        remedy = "go on with it by --resume, or " if is_sweep else ""
        raise InputError(f"{folder} is not empty; {remedy}choose another --out.")
    return Store.open(folder)


def _check_version(store: Store) -> None:
    version = store.manifest["model_version"]
    if version != MODEL_VERSION:
        raise InputError(
            f"{store.folder} was made by model version {version}, this is {MODEL_VERSION};"
            " choose another --out."
        )


def _check_same(store: Store, plan: Plan) -> None:
    """Refuse to add the runs of one experiment to those of another.

    It is the same where either has all the runs of the other: it has grown since, or had before.
    """
    _check_version(store)
    before = store.design()["key"]
    gone = ~before.isin(plan.keys)
    if gone.any() and not set(plan.keys) <= set(before):
        raise InputError(
            f"{store.folder} holds another experiment: {int(gone.sum()):,} of its {len(before):,}"
            " runs are not among those asked for; choose another --out."
        )


def _update(store: Store, experiment: Experiment, plan: Plan) -> None:
    """Write the design anew where it has grown."""
    if len(store.design()) < len(plan.rows):
        store.replace(files_of(experiment, plan.table()), store.manifest)
