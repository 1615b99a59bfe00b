"""``sim sweep`` and ``sim extend``: experiments of many runs, in a folder that outlives them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim.cli.console import CONSOLE, table, whole_number
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.experiments.engine import Tally
    from sim.experiments.experiment import Experiment
    from sim.experiments.plan import Plan
    from sim.experiments.sweep import Sweep

FAILED: Final = 1
SOME_FAILED: Final = 3

Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", parser=whole_number, metavar="N", help="Processes; all processors if unset."
    ),
]
Executor = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="NAME",
        help="Who runs: local (processes), serial (this process), dask (a cluster).",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="A dask scheduler that runs already, such as tcp://10.0.0.1:8786.",
    ),
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Do runs again that failed.")]
MaxFailures = Annotated[
    int | None,
    typer.Option(
        "--max-failures", parser=whole_number, metavar="N", help="Stop when more runs have failed."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def sweep_command(
    experiment: Annotated[
        str, typer.Argument(help="Experiment by name, its folder, or a TOML file.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Folder for the results; goes on with it."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what lies in the folder.")
    ] = False,
    retry_failed: RetryFailed = False,
    max_failures: MaxFailures = None,
    workers: Workers = None,
    executor: Executor = "local",
    scheduler: Scheduler = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter or lever; repeatable."),
    ] = None,
    reps: Annotated[
        int | None,
        typer.Option("--reps", parser=whole_number, metavar="N", help="Replications of a point."),
    ] = None,
    months: Annotated[
        int | None,
        typer.Option("--months", parser=whole_number, metavar="N", help="Length of the runs."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", parser=whole_number, metavar="N", help="Luck of the whole."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many runs there are, and how long they take.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run an experiment: every point of its design, each with every replication.

    What is finished is kept, whatever happens; --resume goes on from there.
    """
    if executor == "local" and workers != 1 and not dry_run:
        from sim.experiments.fork_server import prepare_workers

        prepare_workers()  # loads and compiles on another processor while this one does, too
    given = {"replications": reps, "months": months, "seed": seed}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if assignments:
        from sim.registry.settings import split_assignment, typed_value

        given_settings = [split_assignment(text) for text in assignments]
        changes["settings"] = {name: typed_value(value) for name, value in given_settings}
    if dry_run:
        from sim.experiments.experiment_file import load_experiment

        asked = load_experiment(experiment, changes=changes)
        _estimate(asked, workers, out if resume else None, as_json)
        return
    if out is None:
        raise InputError("--out is missing; name a folder for the results.")
    from sim.experiments.running import sweep

    CONSOLE.kept = f"what was finished is kept; go on with --out {out} --resume"
    with _Watch() as watch:
        found = sweep(
            experiment,
            out,
            changes=changes,
            workers=workers,
            executor=executor,
            scheduler=scheduler,
            resume=resume,
            retry_failed=retry_failed,
            max_failures=max_failures,
            progress=watch.tell,
        )
    _end(found, watch, as_json)


def extend_command(
    folder: Annotated[Path, typer.Argument(help="Folder that a sweep wrote.")],
    points: Annotated[
        int | None,
        typer.Option(
            "--points",
            parser=whole_number,
            metavar="N",
            help="New size of a sobol, morris or saltelli design.",
        ),
    ] = None,
    reps: Annotated[
        int | None,
        typer.Option(
            "--reps", parser=whole_number, metavar="N", help="New number of replications."
        ),
    ] = None,
    retry_failed: RetryFailed = False,
    max_failures: MaxFailures = None,
    workers: Workers = None,
    executor: Executor = "local",
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Make a sweep larger in its folder: more points or replications."""
    from sim.experiments.running import extend

    CONSOLE.kept = "what was finished is kept; the same command goes on"
    with _Watch() as watch:
        found = extend(
            folder,
            size=points,
            replications=reps,
            workers=workers,
            executor=executor,
            scheduler=scheduler,
            retry_failed=retry_failed,
            max_failures=max_failures,
            progress=watch.tell,
        )
    _end(found, watch, as_json)


class _Watch:
    """Progress on stderr: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self.tally: Tally | None = None

    def __enter__(self) -> _Watch:
        from sim.cli.sweep_progress import SweepProgress
        from sim.simulation.first_compilation import is_first, second_compiler

        with ExitStack() as stack:
            if is_first():
                CONSOLE.say("Compiling kernels, once: about a minute ...")
                stack.enter_context(second_compiler())
            self._progress = stack.enter_context(SweepProgress(CONSOLE.quiet))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def tell(self, tally: Tally) -> None:
        """Note how far it has come."""
        self.tally = tally
        CONSOLE.check()
        self._progress.show(tally)


def _end(found: Sweep, watch: _Watch, as_json: bool) -> None:
    """Say what there is, what failed, and what to do next."""
    statuses = list(found.store.statuses().values())
    failed = len(statuses) - statuses.count("ok")
    missing = found.missing()
    tally = watch.tally
    summary: dict[str, Any] = {
        "experiment": found.experiment.name,
        "points": len(found.experiment.design),
        "arms": list(found.experiment.arms),
        "replications": found.experiment.replications,
        "runs": len(statuses),
        "failed": failed,
        "missing": missing,
        "digest": found.digest,
        "out": str(found.folder),
    }
    if as_json:
        CONSOLE.json(summary)
    else:
        CONSOLE.data(
            f"{found.experiment.title['en']}: {summary['points']:,} points, "
            f"{found.experiment.replications:,} replications; {len(statuses):,} runs, "
            f"{failed:,} failed, {missing:,} missing."
        )
        CONSOLE.say(f"Results are in {found.folder}, digest {summary['digest'][:16]}.")
    if tally is not None and tally.stopped == "all_failed":
        CONSOLE.fail(f"stopped, as every run failed; the first: {tally.first_error}")
        raise typer.Exit(FAILED)
    if tally is not None and tally.stopped:
        CONSOLE.fail(f"stopped at {failed:,} failed runs; the first: {tally.first_error}")
        raise typer.Exit(SOME_FAILED)
    CONSOLE.next(f"sim report {found.folder}")
    if failed:
        CONSOLE.fail(
            f"{failed:,} of {len(statuses):,} runs failed; the report says which and why, "
            "and --retry-failed does them again."
        )
        raise typer.Exit(SOME_FAILED)


def _estimate(
    experiment: Experiment, workers: int | None, folder: Path | None, as_json: bool
) -> None:
    """Say how many runs there are to do, and by two of them how long they take."""
    from sim.experiments.execution import worker_number
    from sim.experiments.plan import plan_experiment
    from sim.experiments.store import Store

    plan = plan_experiment(experiment)
    done = Store.open(folder).statuses() if folder is not None and folder.exists() else {}
    todo = [key for key in plan.keys if key not in done]
    number = worker_number(workers)
    seconds = _seconds_of_a_run(plan, todo)
    found = {
        "points": len(experiment.design),
        "arms": len(plan.arms),
        "replications": plan.replications,
        "runs": len(plan.keys),
        "to do": len(todo),
        "seconds a run": round(seconds, 3),
        "workers": number,
        "minutes": round(len(todo) * seconds / number / 60, 1),
    }
    if as_json:
        CONSOLE.json(found)
    else:
        heads, values = list(found), [f"{v:,}" for v in found.values()]
        CONSOLE.data(table([heads, values], text_columns=0))


def _seconds_of_a_run(plan: Plan, todo: list[str]) -> float:
    """The last run of the plan, timed after the first, which loads and compiles."""
    from sim.experiments.batches import try_run

    if not todo:
        return 0.0
    first = try_run(plan.model, plan.run(todo[0]))
    last = try_run(plan.model, plan.run(todo[-1]))
    if first.status == last.status == "error":
        raise InputError(f"the runs fail: {last.error_type}: {last.error}")
    return last.seconds
