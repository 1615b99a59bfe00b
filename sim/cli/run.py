"""``sim run``: run a scenario and write results, pictures and a summary."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.cli.progress import Watch, end_if_failed, say_if_more
from sim.errors import InputError
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.experiments.results import Results
    from sim.words.folders import Language


_DRAWN = ("population", "footfall", "vacancy")


def run_command(
    scenario: options.Scenario,
    interventions: Annotated[
        list[str] | None,
        typer.Option(
            "--intervention",
            metavar="NAME",
            help="Intervention by name, or a TOML file; repeatable.",
        ),
    ] = None,
    assignments: options.Assignments = None,
    months: options.Months = None,
    seed: Annotated[int, options.whole("--seed", "Seed of the run.")] = 0,
    reps: Annotated[
        int, options.whole("--reps", "Runs that differ only in their random draws.")
    ] = 1,
    workers: options.Workers = None,
    executor: options.Executor = "local",
    scheduler: options.Scheduler = None,
    resume: options.Resume = False,
    retry_failed: options.RetryFailed = False,
    max_failures: options.MaxFailures = None,
    timeout: options.Timeout = None,
    threads: options.Threads = False,
    language: options.Lang = ENGLISH,
    out: Annotated[
        str | None,
        options.out("Folder for results and pictures, or an address such as s3://bucket/name."),
    ] = None,
    force: options.Force = False,
    maps: Annotated[
        str | None,
        typer.Option("--maps", metavar="M,M,...", help="Months whose maps to keep; 0: the start."),
    ] = None,
    layers: Annotated[
        str, typer.Option("--layers", metavar="L,L,...", help="Layers of these maps.")
    ] = ",".join(_DRAWN),
    png: options.Png = False,
    as_json: options.AsJson = False,
) -> None:
    """Run a scenario and summarise what happened.

    With --out, write results and pictures into a folder.
    """
    if reps > 1:
        options.load_in_workers(executor, workers, threads)
    from sim.experiments.simulate import simulate
    from sim.figures.maps import drawn_months
    from sim.scenario.scenario import load_scenario

    chosen = load_scenario(scenario).add(*interventions or []).set(assignments or [])
    if months is not None:
        chosen = chosen.replace(months=months)
    kept, wanted = _months(maps), _names(layers)
    if out is None and kept:
        raise InputError("--maps keeps maps in a folder; name one with --out.")
    with Watch(out) as watch:
        results = simulate(
            chosen,
            seed=seed,
            reps=reps,
            map_months=() if out is None else (*drawn_months(chosen), *kept),
            layers=tuple(dict.fromkeys((*_DRAWN, *wanted))),
            reference=scenario,
            out=out,
            workers=workers,
            executor=executor,
            scheduler=scheduler,
            resume=resume,
            retry_failed=retry_failed,
            max_failures=max_failures,
            timeout=timeout,
            threads=threads,
            force=force,
            progress=watch.tell,
        )
    watch.end_if_stopped()
    further = f"sim run {scenario} --reps 20 --out results"
    if out is not None:
        _write(results, language, png)
    _report(results, out, language, as_json)
    if out is not None:
        CONSOLE.say(f"Results and pictures are in {out}.")
        further = "sim explain shop_closure (the rule by which shops close)"
    say_if_more(results, reps)
    end_if_failed(results)
    CONSOLE.next(further)


def _write(results: Results, language: Language, png: bool) -> None:
    """Write tables and pictures into the folder of the results."""
    CONSOLE.detail("Drawing pictures ...")
    from sim.experiments.tables import write_tables
    from sim.figures import picture_files

    write_tables(results, picture_files(results, language, png=png))


def _report(results: Results, out: str | None, language: Language, as_json: bool) -> None:
    from sim.figures.run_story import summary_table, what_happened
    from sim.figures.summary import summarise
    from sim.simulation.provenance import indicators_hash

    sentences = what_happened(results, language)
    if as_json:
        found = {
            "words": sentences,
            "summary": {zone: asdict(s) for zone, s in summarise(results).items()},
            "run": results.manifest["run"],
            "indicators_sha256": indicators_hash(results.indicators),
            "out": out,
        }
        CONSOLE.json(found)
        return
    tail = table(summary_table(results, language))
    CONSOLE.data("\n".join([f"{results.scenario.title[language]}\n", *sentences, f"\n{tail}"]))


def _months(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--maps {text}: expected months such as 0,120,240.") from None


def _names(text: str) -> tuple[str, ...]:
    from sim.measures.map_layers import check_layers

    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if not names:
        raise InputError("--layers: expected layers such as population,vacancy.")
    check_layers(names)
    return names
