"""``sim sweep`` and ``sim extend``: experiments of many runs, in a folder that outlives them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.cli.progress import Watch, end_if_failed, say_if_more
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.experiments.experiment import Experiment
    from sim.experiments.plan import Plan
    from sim.experiments.results import Results


def sweep_command(
    experiment: Annotated[
        str, typer.Argument(help="Experiment by name, its folder, or a TOML file.")
    ],
    out: Annotated[
        str | None, options.out("Folder for the results, or an address such as s3://bucket/name.")
    ] = None,
    resume: options.Resume = False,
    force: options.Force = False,
    retry_failed: options.RetryFailed = False,
    max_failures: options.MaxFailures = None,
    timeout: options.Timeout = None,
    threads: options.Threads = False,
    workers: options.Workers = None,
    executor: options.Executor = "local",
    scheduler: options.Scheduler = None,
    assignments: options.Assignments = None,
    reps: Annotated[int | None, options.whole("--reps", "Replications per point.")] = None,
    months: options.Months = None,
    seed: Annotated[int | None, options.whole("--seed", "Seed of the sweep.")] = None,
    towns: Annotated[
        str | None,
        typer.Option(
            "--towns", metavar="FILE", help="Table of towns (CSV), each a territory to try it in."
        ),
    ] = None,
    territories: Annotated[
        str | None,
        typer.Option(
            "--territories", metavar="FOLDER", help="Folder of the territories of these towns."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only report the number of runs and the time they take."),
    ] = False,
    slurm: Annotated[
        Path | None,
        typer.Option(
            "--slurm",
            metavar="FILE",
            help="Only write a Slurm job array of --workers tasks that does the sweep.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Run an experiment: every point of its design, each with every replication.

    Finished runs are always kept; --resume does the missing ones.
    """
    if not dry_run and slurm is None:
        options.load_in_workers(executor, workers, threads)
    given: dict[str, Any] = {"replications": reps, "months": months, "seed": seed}
    given |= {"towns": towns, "territories": territories}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if assignments:
        from sim.registry.settings import split_assignment, typed_value

        pairs = map(split_assignment, assignments)
        changes["settings"] = {name: typed_value(value) for name, value in pairs}
    if dry_run:
        from sim.experiments.experiment_file import load_experiment

        asked = load_experiment(experiment, changes=changes)
        _estimate(asked, workers, out if resume else None, as_json, threads=threads)
        return
    if out is None:
        raise InputError("--out is missing; name a folder for the results.")
    if slurm is not None:
        if workers is None or force or executor != "local" or scheduler is not None or threads:
            raise InputError(
                "--slurm needs --workers, and goes without --force, --executor, --scheduler and"
                " --threads."
            )
        from sim.cli.slurm import write_job_array
        from sim.experiments.commands import words_of_sweep
        from sim.experiments.executors import worker_number
        from sim.experiments.experiment_file import load_experiment

        load_experiment(experiment, changes=changes)  # refuse mistakes now, not in the queue
        words = words_of_sweep(experiment, changes, out)
        more = {"--timeout": timeout, "--max-failures": max_failures}
        words += [word for name, v in more.items() if v is not None for word in (name, str(v))]
        words += ["--retry-failed"] * retry_failed
        write_job_array(slurm, worker_number(workers), words)
        CONSOLE.next(f"sbatch {slurm}")
        return
    from sim.experiments.running import sweep

    with Watch(out) as watch:
        found = sweep(
            experiment,
            out,
            changes=changes,
            workers=workers,
            executor=executor,
            scheduler=scheduler,
            resume=resume,
            force=force,
            retry_failed=retry_failed,
            max_failures=max_failures,
            timeout=timeout,
            threads=threads,
            progress=watch.tell,
        )
    _say(found, out, as_json)
    watch.end_if_stopped()
    say_if_more(found, reps)
    end_if_failed(found)
    CONSOLE.next(f"sim report {out}")


def extend_command(
    folder: options.Folder,
    points: Annotated[
        int | None, options.whole("--points", "New size of a sobol, morris or saltelli design.")
    ] = None,
    reps: Annotated[int | None, options.whole("--reps", "New number of replications.")] = None,
    adaptive: Annotated[
        int | None,
        options.whole(
            "--adaptive",
            "Spend so many runs where it is open what to choose, up to --reps.",
            "RUNS",
        ),
    ] = None,
    months: Annotated[int | None, options.whole("--months", "New length of the runs.")] = None,
    horizons: Annotated[
        list[int] | None,
        options.whole("--horizon", "Further month to measure at; repeatable.", "MONTH"),
    ] = None,
    interventions: Annotated[
        list[str] | None,
        typer.Option("--arm", metavar="NAME", help="Intervention to add as an arm; repeatable."),
    ] = None,
    retry_failed: options.RetryFailed = False,
    max_failures: options.MaxFailures = None,
    timeout: options.Timeout = None,
    threads: options.Threads = False,
    workers: options.Workers = None,
    executor: options.Executor = "local",
    scheduler: options.Scheduler = None,
    as_json: options.AsJson = False,
) -> None:
    """Extend results in their folder: replications, arms, months, horizons, points of a sweep.

    Finished runs are kept. Without options, missing runs are done.
    """
    from sim.experiments.running import extend
    from sim.experiments.tables import write_tables

    with Watch(folder, "the same command goes on") as watch:
        how: dict[str, Any] = {
            "workers": workers,
            "executor": executor,
            "scheduler": scheduler,
            "retry_failed": retry_failed,
            "max_failures": max_failures,
            "timeout": timeout,
            "threads": threads,
            "progress": watch.tell,
        }
        if adaptive is not None:
            from sim.report.adaptive import extend_where_open

            if reps is None or points or months or horizons or interventions:
                raise InputError("--adaptive places replications: it takes --reps alone.")
            found = extend_where_open(folder, reps, adaptive, **how)
        else:
            found = extend(
                folder,
                size=points,
                replications=reps,
                months=months,
                horizons=horizons or (),
                interventions=interventions or (),
                **how,
            )
    write_tables(found)
    _say(found, folder, as_json)
    watch.end_if_stopped()
    end_if_failed(found)
    CONSOLE.next(f"sim report {folder}")


def _say(found: Results, out: str, as_json: bool) -> None:
    """Report the finished and the missing runs."""
    statuses = list(found.store.statuses().values())
    failed = len(statuses) - statuses.count("ok")
    missing = found.missing()
    summary: dict[str, Any] = {
        "experiment": found.experiment.name,
        "points": len(found.experiment.design),
        "arms": list(found.experiment.arms),
        "replications": found.experiment.replications,
        "runs": len(statuses),
        "failed": failed,
        "missing": missing,
        "digest": found.digest,
        "out": out,
    }
    if as_json:
        CONSOLE.json(summary)
        return
    points = f"{summary['points']:,} points, " if found.kind == "sweep" else ""
    CONSOLE.data(
        f"{found.experiment.title['en']}: {points}"
        f"{found.experiment.replications:,} replications; {len(statuses):,} runs, "
        f"{failed:,} failed, {missing:,} missing."
    )
    CONSOLE.say(f"Results are in {out}, digest {summary['digest'][:16]}.")


def _estimate(
    experiment: Experiment, workers: int | None, folder: str | None, as_json: bool, *, threads: bool
) -> None:
    """Report the number of runs and estimate their time from two of them."""
    from sim.experiments.executors import worker_number
    from sim.experiments.plan import plan_experiment
    from sim.experiments.remote import store_at

    plan = plan_experiment(experiment, threads=threads)
    store = None if folder is None else store_at(folder)
    done = store.statuses(plan.model.horizons) if store and store.folder.exists() else {}
    todo = [key for key in plan.keys if key not in done]
    number = 1 if threads else worker_number(workers)
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
    """Time the last run of the plan, after the first, which loads and compiles."""
    from sim.experiments.batches import try_run

    if not todo:
        return 0.0
    first = try_run(plan.model, plan.run(todo[0]))
    last = try_run(plan.model, plan.run(todo[-1]))
    if first.status == last.status == "error":
        raise InputError(f"the runs fail: {last.error_type}: {last.error}")
    return last.seconds
