"""``sim compare``: what interventions change, against the same territory without them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import CONSOLE, table, whole_number
from sim.cli.lang import Lang
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.experiments.comparison import Comparison
    from sim.words.folders import Language


def compare_command(
    scenario: Annotated[str, typer.Argument(help="Scenario by name, or a TOML file.")],
    interventions: Annotated[
        list[str], typer.Argument(help="Interventions by name, or TOML files; each is tried alone.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Folder for the report and its tables.")
    ],
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change a parameter or a lever; repeatable."
        ),
    ] = None,
    months: Annotated[
        int | None,
        typer.Option("--months", parser=whole_number, metavar="N", help="Length of the runs."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", parser=whole_number, metavar="N", help="Luck of the whole.")
    ] = 0,
    reps: Annotated[
        int, typer.Option("--reps", parser=whole_number, metavar="N", help="Replications.")
    ] = 60,
    fixed_parameters: Annotated[
        bool,
        typer.Option("--fixed-parameters", help="Do not draw the uncertain parameters."),
    ] = False,
    independent: Annotated[
        bool,
        typer.Option("--independent", help="Luck of its own for each arm, to check the method."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            parser=whole_number,
            metavar="N",
            help="Processes; all processors if unset.",
        ),
    ] = None,
    territories: Annotated[
        bool,
        typer.Option(
            "--territories",
            help="The same in the other territories that come with Essaim, for the report.",
        ),
    ] = False,
    lang: Lang = ENGLISH,
    force: Annotated[
        bool, typer.Option("--force", help="Replace results that stand in the folder.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare a territory with and without interventions.

    Every arm has the same luck; effects are paired differences with their intervals.
    """
    if workers is None or workers > 1:
        from sim.experiments.fork_server import prepare_workers

        prepare_workers()  # loads and compiles on another processor while this one does, too
    from sim.experiments.comparison_folder import write_comparison
    from sim.experiments.whole_folder import whole_folder
    from sim.words.folders import check_language

    language = check_language(lang)
    options = {
        "assignments": assignments or [],
        "months": months,
        "seed": seed,
        "reps": reps,
        "fixed_parameters": fixed_parameters,
        "independent": independent,
        "workers": workers,
    }
    with whole_folder(out, force=force) as folder:
        Thread(target=_load_report).start()
        comparison = _compare(scenario, interventions, **options)
        elsewhere = []
        if territories:
            from sim.report.sections.stakes import TERRITORIES

            others = [name for name in TERRITORIES if name != comparison.scenario.name]
            elsewhere = [_compare(name, interventions, **options) for name in others]
        CONSOLE.detail("Writing the report ...")
        from sim.report.report import write_report

        for name, content in write_report(comparison, language, elsewhere=elsewhere).items():
            folder.write(name, content)
        write_comparison(folder, comparison, elsewhere)
    _answer(comparison, language, out, as_json)
    CONSOLE.say(f"The report is {out / 'report.html'}; its tables lie beside it.")
    CONSOLE.next(f"sim interventions {interventions[0]}")


def _load_report() -> None:
    """Load what tables and the report are made with, while workers load and run."""
    for name in ("pandas", "sim.report.report"):
        import_module(name)


def _compare(scenario: str, interventions: list[str], **options: Any) -> Comparison:
    from sim.experiments.comparison import compare
    from sim.simulation.first_compilation import is_first, second_compiler

    with ExitStack() as stack:
        if is_first():
            CONSOLE.say("Compiling kernels, once: about a minute ...")
            stack.enter_context(second_compiler())
        bars: list[Callable[[], None]] = []

        def advance(done: int, total: int) -> None:
            if done == 1:
                bars.append(stack.enter_context(CONSOLE.progress("Running", total)))
            bars[0]()

        return compare(scenario, interventions, reference=scenario, progress=advance, **options)


def _answer(comparison: Comparison, language: Language, out: Path, as_json: bool) -> None:
    """The effects on the headline measures at the end of the run."""
    if as_json:
        effects = comparison.effects
        end = effects[effects["horizon"] == effects["horizon"].max()]
        rows = end.astype(object).where(end.notna(), None).to_dict("records")
        CONSOLE.json({"effects": rows, "run": comparison.manifest["run"], "out": str(out)})
        return
    from sim.measures.registry import HEADLINES
    from sim.report.facts import Facts
    from sim.words.catalogue import Words

    words, facts = Words(language), Facts(comparison, language)
    heads = ("intervention", "measure", "without", "effect", "interval", "verdict")
    rows = [[words(f"table.{head}") for head in heads]]
    for arm in facts.arms:
        for effect in (facts.effect(arm, name) for name in HEADLINES):
            quantity = effect.quantity
            rows.append(
                [
                    arm.label,
                    effect.label,
                    quantity.level(effect.baseline_mean),
                    quantity.change(effect.mean),
                    quantity.interval(effect.lo90, effect.hi90),
                    words(f"verdict.{effect.verdict}"),
                ]
            )
    CONSOLE.data(f"{comparison.scenario.title[language]}\n")
    CONSOLE.data(table(rows, text_columns=2))
