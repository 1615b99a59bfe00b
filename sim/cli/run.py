"""``sim run``: from a scenario to results, pictures and words."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import CONSOLE, table, whole_number
from sim.cli.lang import Lang
from sim.errors import InputError
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.experiments.run_results import Results
    from sim.scenario.scenario import Scenario
    from sim.words.folders import Language

_DRAWN = ("population", "footfall", "vacancy")


def run_command(
    scenario: Annotated[str, typer.Argument(help="Scenario by name, or a TOML file.")],
    interventions: Annotated[
        list[str] | None,
        typer.Option(
            "--intervention",
            metavar="NAME",
            help="What is done to it, by name or TOML file; repeatable.",
        ),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter or lever; repeatable."),
    ] = None,
    months: Annotated[
        int | None,
        typer.Option("--months", parser=whole_number, metavar="N", help="Length of the run."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", parser=whole_number, metavar="N", help="Luck of the run.")
    ] = 0,
    reps: Annotated[
        int,
        typer.Option(
            "--reps", parser=whole_number, metavar="N", help="Runs that differ by luck alone."
        ),
    ] = 1,
    lang: Lang = ENGLISH,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Folder for results and pictures."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace results that stand in the folder.")
    ] = False,
    maps: Annotated[
        str | None,
        typer.Option("--maps", metavar="M,M,...", help="Months whose maps are kept; 0: the start."),
    ] = None,
    layers: Annotated[
        str,
        typer.Option("--layers", metavar="L,L,...", help="Layers of these maps."),
    ] = ",".join(_DRAWN),
    png: Annotated[bool, typer.Option("--png", help="Draw pictures as PNG, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a scenario and say what happened.

    With --out, results and pictures are kept in a folder.
    """
    from sim.scenario.scenario import load_scenario
    from sim.words.folders import check_language

    language = check_language(lang)
    chosen = load_scenario(scenario).add(*interventions or []).set(assignments or [])
    if months is not None:
        chosen = chosen.replace(months=months)
    kept = _months(maps)
    wanted = _names(layers)
    if out is None:
        if kept:
            raise InputError("--maps keeps maps in a folder; name one with --out.")
        results = _simulate(chosen, scenario, seed, reps, (), wanted)
    else:
        results = _save(chosen, scenario, seed, reps, kept, wanted, language, out, force, png)
    _report(results, language, out, as_json)
    if out is None:
        CONSOLE.next(f"sim run {scenario} --reps 20 --out results")
    else:
        CONSOLE.say(f"Results and pictures are in {out}.")
        CONSOLE.next("sim explain shop_closure (the rule by which shops close)")


def _simulate(
    chosen: Scenario,
    reference: str,
    seed: int,
    reps: int,
    months: tuple[int, ...],
    layers: tuple[str, ...],
) -> Results:
    from sim.experiments.runs import simulate
    from sim.simulation.first_compilation import is_first, second_compiler

    with ExitStack() as stack:
        if is_first():
            CONSOLE.say("Compiling kernels, once: about a minute ...")
            stack.enter_context(second_compiler())
        advance = stack.enter_context(CONSOLE.progress("Running", reps))
        return simulate(
            chosen,
            seed=seed,
            reps=reps,
            map_months=months,
            layers=layers,
            reference=reference,
            progress=advance,
        )


def _save(
    chosen: Scenario,
    reference: str,
    seed: int,
    reps: int,
    kept: tuple[int, ...],
    layers: tuple[str, ...],
    language: Language,
    out: Path,
    force: bool,
    png: bool,
) -> Results:
    from sim.experiments.run_results import write_results
    from sim.experiments.whole_folder import whole_folder

    with whole_folder(out, force=force) as folder:
        # Visits are counted at the end of a month: without a spin-up there are none at the start.
        drawn = (0 if chosen.values["spin_up"] else 1, int(chosen.values["months"]))
        every = tuple(dict.fromkeys((*_DRAWN, *layers)))
        results = _simulate(chosen, reference, seed, reps, (*drawn, *kept), every)
        assert results.maps is not None
        CONSOLE.detail("Drawing pictures ...")
        from sim.figures import draw_all

        shown = replace(results, maps=results.maps.only(drawn, _DRAWN))
        for picture in draw_all(shown, language):
            folder.write(f"figures/{picture.name}.svg", picture.svg())
            if png:
                folder.write(f"figures/{picture.name}.png", picture.png())
        results = replace(results, maps=results.maps.only(kept, layers) if kept else None)
        write_results(folder, results)
    return results


def _report(results: Results, language: Language, out: Path | None, as_json: bool) -> None:
    from sim.figures.run_story import summary_table, what_happened
    from sim.figures.summary import summarise

    sentences = what_happened(results, language)
    if as_json:
        CONSOLE.json(
            {
                "words": sentences,
                "summary": {zone: asdict(s) for zone, s in summarise(results).items()},
                "run": results.manifest["run"],
                "indicators_sha256": results.manifest["indicators_sha256"],
                "out": None if out is None else str(out),
            }
        )
        return
    CONSOLE.data(f"{results.manifest['scenario']['title'][language]}\n")
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
