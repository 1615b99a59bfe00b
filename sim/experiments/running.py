"""Running sweeps: into a new folder, on in one that was stopped, and larger than they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.experiments.describe import describe_sweep, files_of
from sim.experiments.engine import Engine, Tally
from sim.experiments.execution import worker_number
from sim.experiments.executors import check_executor, start_workers
from sim.experiments.experiment import Experiment
from sim.experiments.experiment_file import larger, load_experiment
from sim.experiments.parts import FAILED
from sim.experiments.plan import Plan, plan_experiment
from sim.experiments.store import FORMAT, Store
from sim.experiments.sweep import Sweep
from sim.experiments.whole_folder import manifest_format
from sim.version import MODEL_VERSION

__all__ = ["Options", "extend", "fill", "sweep"]


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
        New size of its design (`sim.experiments.designs.Design`); designs that have none, and Latin
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
