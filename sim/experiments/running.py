"""Run experiments in a new folder or in memory, resume them and extend them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from sim.errors import InputError
from sim.experiments.addresses import is_remote
from sim.experiments.budget import within_budget
from sim.experiments.commands import commands_of_sweep
from sim.experiments.engine import Engine, Tally
from sim.experiments.executors import check_executor, start_workers, worker_number
from sim.experiments.experiment import Experiment
from sim.experiments.experiment_file import larger, load_experiment
from sim.experiments.growing import is_whole, update
from sim.experiments.manifest import describe, files_of
from sim.experiments.manifest_schema import FORMAT
from sim.experiments.parts import FAILED
from sim.experiments.plan import Plan, plan_experiment
from sim.experiments.remote import store_at
from sim.experiments.results import Results, load_results
from sim.experiments.store import Store
from sim.experiments.stored import MemoryStore, Stored
from sim.experiments.time_limit import LONGEST_TIMEOUT
from sim.experiments.written import MANIFEST, listed_files

if TYPE_CHECKING:
    from sim.interventions import Intervention

__all__ = ["Options", "extend", "fill", "run_experiment", "sweep"]


@dataclass(frozen=True)
class Options:
    """Options of running an experiment, without effect on its results.

    Attributes
    ----------
    workers : int or None
        Number of workers; all processors by default.
    executor : {"local", "serial", "dask"}
        Processes of this machine, this process, or a dask cluster.
    scheduler : str or None
        Address of a running dask scheduler; without one, dask starts its own on this machine.
    retry_failed : bool
        Repeat failed runs.
    max_failures : int or None
        Stop once more runs have failed.
    timeout : float or None
        Seconds that a run may take; one that takes longer fails.
    threads : bool
        Do one run at a time, in this process, on all processors; pays from half a million cells.
    batch : int or None
        Runs per file of a worker; sized by time by default.
    progress : callable or None
        Called with the `Tally` after each batch.

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
    timeout: float | None = None
    threads: bool = False
    batch: int | None = None
    progress: Callable[[Tally], Any] | None = None

    def __post_init__(self) -> None:
        check_executor(self.executor)
        worker_number(self.workers)
        if self.scheduler is not None and self.executor != "dask":
            raise InputError(f"a scheduler goes with executor 'dask', not '{self.executor}'.")
        if self.threads and (self.executor == "dask" or self.workers not in (None, 1)):
            raise InputError(
                "threads spread one run after another over all processors of this machine; leave"
                " out the number of workers and the executor."
            )
        for name, least in (("batch", 1), ("max_failures", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InputError(f"{name} = {value} is out of range; expected at least {least}.")
        if self.timeout is not None and not 0 < self.timeout <= LONGEST_TIMEOUT:
            raise InputError(
                f"timeout = {self.timeout:g} is out of range; expected above 0 to"
                f" {LONGEST_TIMEOUT:,} seconds."
            )

    @property
    def number(self) -> int:
        """Number of workers."""
        return 1 if self.threads else worker_number(self.workers)


def sweep(
    experiment: Experiment | str | Path,
    out: Path | str,
    *,
    changes: Mapping[str, Any] | None = None,
    resume: bool = False,
    force: bool = False,
    **options: Any,
) -> Results:
    """Run an experiment into a folder.

    Parameters
    ----------
    experiment : Experiment, str or Path
        Experiment, or its name, folder or file; or a folder of results, which holds all inputs.
    out : Path or str
        Folder to create, or an address such as ``s3://bucket/name``.
    changes : mapping, optional
        Keys of the experiment's file to replace, such as ``{"replications": 2}``; an
        `Experiment` is taken as it is.
    resume : bool
        Resume the results in the folder: do the missing runs.
    force : bool
        Replace existing results.
    **options
        Fields of `Options`.

    Returns
    -------
    Results
        Results; failed runs are in `Results.failures` and never dropped silently.

    Raises
    ------
    InputError
        If the experiment, a value or the folder is not admissible.
    OSError
        If results cannot be written. What was finished is kept.
    """
    reference = experiment.name if isinstance(experiment, Experiment) else str(experiment)
    if isinstance(experiment, Experiment) and changes:
        raise InputError(
            "changes are made to an experiment's file; load it with them:"
            " load_experiment(file, changes=...)."
        )
    if not isinstance(experiment, Experiment):
        if is_remote(experiment) or (Path(experiment) / MANIFEST).is_file():
            if changes:
                raise InputError(f"{experiment} holds results; 'sim extend' changes them.")
            experiment = load_results(experiment).experiment
        else:
            experiment = load_experiment(experiment, changes=changes)
    commands = commands_of_sweep(reference, changes or {})
    return run_experiment(experiment, commands, out, resume=resume, force=force, **options)


def run_experiment(
    experiment: Experiment,
    commands: Mapping[str, str],
    out: Path | str | None = None,
    *,
    resume: bool = False,
    force: bool = False,
    **options: Any,
) -> Results:
    """Run an experiment, into a folder or in memory.

    Parameters
    ----------
    experiment : Experiment
    commands : mapping
        ``command`` and ``python`` that repeat the experiment, for the manifest.
    out : Path or str, optional
        Folder or address to create; by default results stay in memory.
    resume, force, **options
        As for `sweep`.

    Raises
    ------
    InputError
        If a value or the folder is not admissible, or no run of a run or comparison succeeds (not
        of a sweep); nothing is then left in the folder.
    OSError
        If results cannot be written. What was finished is kept.
    """
    how = Options(**options)  # refuses inadmissible values before anything is written
    if experiment.budget and not experiment.scales:
        experiment = _scaled(experiment, out if resume else None, how)
    plan = plan_experiment(experiment, threads=how.threads)
    if out is None:
        memory = MemoryStore(plan.table())
        tally = fill(memory, plan, how)
        _refuse_all_failed(tally, experiment)
        return Results(memory, experiment, commands=commands)
    store = store_at(out)
    if resume and _holds_something(store.folder):
        store.open()
        known = Results(store).experiment
        if is_whole(store, plan, known):
            update(store, experiment, plan, commands)
        else:
            experiment = known
    else:
        _refuse_to_replace(store.folder, force)
        files = files_of(experiment, plan.table())
        store.create(files, describe(experiment, commands), force=force)
    tally = fill(store, plan, how)
    if not resume:
        _refuse_all_failed(tally, experiment, store)
    return Results(store, experiment)


def _scaled(experiment: Experiment, out: Path | str | None, how: Options) -> Experiment:
    """Scale arms to the budget, as before in the folder that is resumed."""
    known = None
    if out is not None and _holds_something((store := store_at(out)).folder):
        store.open()
        known = Results(store).experiment
    once = replace(how, progress=None, max_failures=None, batch=None)

    def run(pilot: Experiment) -> Results:
        plan = plan_experiment(pilot, threads=how.threads)
        memory = MemoryStore(plan.table())
        tally = fill(memory, plan, once)
        if tally.done == tally.failed:
            _refuse(tally)
        return Results(memory, pilot)

    return within_budget(experiment, run, known)


def extend(
    folder: Path | str,
    *,
    size: int | None = None,
    replications: int | None = None,
    months: int | None = None,
    horizons: Sequence[int] = (),
    interventions: Sequence[Intervention | str | Path] = (),
    only: Container[tuple[int, int]] | None = None,
    **options: Any,
) -> Results:
    """Extend an experiment in place: a run, a comparison or a sweep.

    Finished runs are kept; with further months or horizons, they are done again from the same
    start, and their earlier measures stay. Without changes, missing runs are done.

    Parameters
    ----------
    folder : Path or str
        Folder or address of the experiment.
    size : int, optional
        New size of its design (`sim.experiments.designs.Design`); Latin hypercubes and designs
        without a size cannot grow this way.
    replications : int, optional
        New number of replications.
    months : int, optional
        New length of the runs.
    horizons : sequence of int
        Further months after which to measure.
    interventions : sequence of Intervention, str or Path
        Interventions, their names or files, each a further arm.
    only : container of (int, int), optional
        Points and replications to add; by default all that are missing.
    **options
        Fields of `Options`.

    Raises
    ------
    InputError
        If it cannot be extended this way.
    OSError
        If results cannot be written.
    """
    how = Options(**options)
    store = store_at(folder)
    store.open()
    known = Results(store).experiment
    experiment = larger(
        known,
        size=size,
        replications=replications,
        months=months,
        horizons=horizons,
        interventions=interventions,
    )
    plan = plan_experiment(experiment, threads=how.threads)
    if only is not None:
        held = store.design()
        known_runs = set(zip(held["point"].tolist(), held["rep"].tolist(), strict=True))
        rows = [row for row in plan.rows if row[1:3] in known_runs or row[1:3] in only]
        plan = replace(plan, rows=rows)
    is_whole(store, plan, known)
    made = store.manifest["run"]
    again = {key: made[key] for key in ("command", "python")}
    # reports of sweeps also say how to repeat what was added
    commands = again if known.factors else commands_of_sweep(Path(folder).name, {})
    update(store, experiment, plan, commands)
    fill(store, plan, how)
    return Results(store, experiment)


def fill(store: Stored, plan: Plan, options: Options | None = None) -> Tally:
    """Do the runs of a plan that a store lacks, and return their tally.

    Raises
    ------
    InputError
        If another process is writing to the store.
    OSError
        If results cannot be written. What was finished is kept.
    """
    how = options or Options()
    with store.locked():
        done = store.statuses(plan.model.horizons)
        has_worked = "ok" in done.values()
        if how.retry_failed:
            done = {key: status for key, status in done.items() if status not in FAILED}
        todo = [key for key in plan.keys if key not in done]
        tally = Tally(len(todo))
        if todo:
            number = min(how.number, len(todo))
            with start_workers(check_executor(how.executor), number, how.scheduler) as workers:
                engine = Engine(
                    store,
                    plan.model,
                    workers,
                    max_failures=how.max_failures,
                    timeout=how.timeout,
                    batch=how.batch,
                    has_worked=has_worked,
                    progress=how.progress,
                )
                try:
                    groups = plan.groups(todo, store.measured_at(todo))
                    tally = engine.do(groups, len(todo))
                finally:
                    store.note(engine.environments)
        store.compact()
    return tally


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _refuse_to_replace(folder: Path, force: bool) -> None:
    if not force and _holds_something(folder) and listed_files(folder)[0] == FORMAT:
        raise InputError(
            f"{folder} is not empty; go on with it by --resume, replace it with --force,"
            " or choose another --out."
        )


def _refuse_all_failed(tally: Tally, experiment: Experiment, store: Store | None = None) -> None:
    """Refuse a run or a comparison without any success, and remove its folder."""
    if experiment.kind == "sweep" or tally.done != tally.failed:
        return
    if store is not None:
        store.remove()
    _refuse(tally)


def _refuse(tally: Tally) -> NoReturn:
    kind, _, message = tally.first_error.partition(": ")
    raise InputError(
        message if kind == InputError.__name__ else f"every run fails: {kind}: {message}"
    )
