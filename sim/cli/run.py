"""``sim run``: run a scenario and write results, pictures and a summary."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import CONSOLE, table, whole_number
from sim.cli.lang import Lang
from sim.cli.options import (
    AsJson,
    Assignments,
    Executor,
    Force,
    MaxFailures,
    Months,
    Resume,
    RetryFailed,
    Scheduler,
    Workers,
    load_in_workers,
)
from sim.cli.progress import Watch, end_if_failed
from sim.errors import InputError
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.experiments.results import Results
    from sim.words.folders import Language


_DRAWN = ("population", "footfall", "vacancy")


def run_command(
    scenario: Annotated[str, typer.Argument(help="Scenario by name, or a TOML file.")],
    interventions: Annotated[
        list[str] | None,
        typer.Option(
            "--intervention",
            metavar="NAME",
            help="Intervention by name, or a TOML file; repeatable.",
        ),
    ] = None,
    assignments: Assignments = None,
    months: Months = None,
    seed: Annotated[
        int, typer.Option("--seed", parser=whole_number, metavar="N", help="Seed of the run.")
    ] = 0,
    reps: Annotated[
        int,
        typer.Option(
            "--reps",
            parser=whole_number,
            metavar="N",
            help="Runs that differ only in their random draws.",
        ),
    ] = 1,
    workers: Workers = None,
    executor: Executor = "local",
    scheduler: Scheduler = None,
    resume: Resume = False,
    retry_failed: RetryFailed = False,
    max_failures: MaxFailures = None,
    lang: Lang = ENGLISH,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Folder for results and pictures."),
    ] = None,
    force: Force = False,
    maps: Annotated[
        str | None,
        typer.Option("--maps", metavar="M,M,...", help="Months whose maps to keep; 0: the start."),
    ] = None,
    layers: Annotated[
        str, typer.Option("--layers", metavar="L,L,...", help="Layers of these maps.")
    ] = ",".join(_DRAWN),
    png: Annotated[bool, typer.Option("--png", help="Also draw pictures as PNG.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a scenario and summarise what happened.

    With --out, write results and pictures into a folder.
    """
    if reps > 1:
        load_in_workers(executor, workers)
    from sim.experiments.simulate import simulate
    from sim.figures.maps import drawn_months
    from sim.scenario.scenario import load_scenario
    from sim.words.folders import check_language

    language = check_language(lang)
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
            force=force,
            progress=watch.tell,
        )
    watch.end_if_stopped()
    if out is not None:
        _write(results, language, png)
    _report(results, language, as_json)
    if out is not None:
        CONSOLE.say(f"Results and pictures are in {out}.")
    end_if_failed(results)
    if out is None:
        CONSOLE.next(f"sim run {scenario} --reps 20 --out results")
    else:
        CONSOLE.next("sim explain shop_closure (the rule by which shops close)")


def _write(results: Results, language: Language, png: bool) -> None:
    """Write tables and pictures into the folder of the results."""
    CONSOLE.detail("Drawing pictures ...")
    from sim.experiments.tables import write_tables
    from sim.figures import picture_files

    write_tables(results, picture_files(results, language, png=png))


def _report(results: Results, language: Language, as_json: bool) -> None:
    from sim.figures.run_story import summary_table, what_happened
    from sim.figures.summary import summarise
    from sim.simulation.provenance import indicators_hash

    sentences = what_happened(results, language)
    if as_json:
        CONSOLE.json(
            {
                "words": sentences,
                "summary": {zone: asdict(s) for zone, s in summarise(results).items()},
                "run": results.manifest["run"],
                "indicators_sha256": indicators_hash(results.indicators),
                "out": None if results.folder is None else str(results.folder),
            }
        )
        return
    CONSOLE.data(f"{results.scenario.title[language]}\n")
    for sentence in sentences:
        CONSOLE.data(sentence)
    CONSOLE.data("\n" + table(summary_table(results, language)))


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
