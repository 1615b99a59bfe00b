"""``sim compare``: compare a territory with and without interventions."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.cli.progress import Watch, end_if_failed, say_if_more
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.results import Results
    from sim.experiments.why import Why
    from sim.report.facts import Facts
    from sim.report.readings import Arm
    from sim.words.catalogue import Words
    from sim.words.folders import Language


def compare_command(
    scenario: options.Scenario,
    interventions: Annotated[
        list[str],
        typer.Argument(
            help="Interventions by name, or TOML files, each in its own arm; a+b share one."
        ),
    ],
    out: Annotated[
        str,
        options.out(
            "Folder for the report and its tables, or an address such as s3://bucket/name."
        ),
    ],
    assignments: options.Assignments = None,
    months: options.Months = None,
    seed: Annotated[int, options.whole("--seed", "Seed of the comparison.")] = 0,
    reps: Annotated[int, options.whole("--reps", "Replications.")] = 60,
    fixed_parameters: Annotated[
        bool, typer.Option("--fixed-parameters", help="Do not draw the uncertain parameters.")
    ] = False,
    independent: Annotated[
        bool,
        typer.Option("--independent", help="Separate seeds for each arm, to check the method."),
    ] = False,
    parts: Annotated[
        bool,
        typer.Option(
            "--parts", help="Also each part of the interventions alone, at equal public money."
        ),
    ] = False,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            parser=options.real_number,
            metavar="EUR",
            help="Public money that each arm is to spend a year; its levers are scaled to it.",
        ),
    ] = None,
    why: Annotated[
        str | None,
        typer.Option(
            "--why",
            metavar="MEASURE",
            help="Also without each mechanism, to say what the effect on a measure passes through.",
        ),
    ] = None,
    territories: Annotated[
        bool,
        typer.Option(
            "--territories", help="Also compare in Essaim's other territories, for the report."
        ),
    ] = False,
    workers: options.Workers = None,
    executor: options.Executor = "local",
    scheduler: options.Scheduler = None,
    resume: options.Resume = False,
    retry_failed: options.RetryFailed = False,
    max_failures: options.MaxFailures = None,
    timeout: options.Timeout = None,
    threads: options.Threads = False,
    language: options.Lang = ENGLISH,
    force: options.Force = False,
    as_json: options.AsJson = False,
) -> None:
    """Compare a territory with and without interventions.

    All arms share seeds and parameters; effects are paired differences with their intervals.
    """
    options.load_in_workers(executor, workers, threads)
    if why is not None:
        from sim.experiments.why import check_reasons

        check_reasons(why, is_independent=independent)
    how = {
        "assignments": assignments or [],
        "months": months,
        "seed": seed,
        "reps": reps,
        "fixed_parameters": fixed_parameters,
        "independent": independent,
        "budget": budget,
        "workers": workers,
        "executor": executor,
        "scheduler": scheduler,
        "resume": resume,
        "retry_failed": retry_failed,
        "max_failures": max_failures,
        "timeout": timeout,
        "threads": threads,
    }
    if workers != 1 and not threads:  # else it would only compete with the runs of this process
        Thread(target=_load_report, daemon=True).start()
    results = _compare(scenario, interventions, out, force=force, parts=parts, **how)
    if why is not None:
        _explain(results, why, out, how)
    if territories:
        from sim.experiments.written import ELSEWHERE
        from sim.report.sections.stakes import TERRITORIES

        for name in TERRITORIES:
            if name != results.scenario.name:
                _compare(name, interventions, f"{out}/{ELSEWHERE}/{name}", **how)
    CONSOLE.detail("Writing the report ...")
    from sim.experiments.tables import write_tables
    from sim.report.report import write_report

    elsewhere = list(results.elsewhere.values())
    write_tables(results, write_report(results, language, elsewhere=elsewhere))
    _answer(results, out, language, as_json)
    CONSOLE.say(f"The report is {out}/report.html; its tables are in the same folder.")
    say_if_more(results, reps)
    end_if_failed(results)
    CONSOLE.next(f"sim interventions {interventions[0].partition('+')[0]} --in {scenario}")


def _load_report() -> None:
    """Load the modules of tables and the report while workers load and run."""
    for name in ("pandas", "sim.report.report"):
        import_module(name)


def _compare(scenario: str, interventions: list[str], out: str, **options: Any) -> Results:
    from sim.experiments.comparison import compare

    with Watch(out) as watch:
        results = compare(
            scenario, interventions, reference=scenario, out=out, progress=watch.tell, **options
        )
    watch.end_if_stopped()
    return results


_OF_RUNS: Final = (
    *("workers", "executor", "scheduler", "resume", "retry_failed", "max_failures", "timeout"),
    "threads",
)
"""Options that the runs without mechanisms share."""


def _explain(results: Results, measure: str, out: str, how: Mapping[str, Any]) -> None:
    """Run the comparison again without each mechanism."""
    from sim.experiments.why import why
    from sim.experiments.written import WHY

    CONSOLE.say("Running all of it again without each mechanism ...")
    with Watch(out) as watch:
        asked = {name: how[name] for name in _OF_RUNS}
        why(results, measure, f"{out}/{WHY}/{measure}", progress=watch.tell, **asked)
    watch.end_if_stopped()


def _answer(results: Results, out: str, language: Language, as_json: bool) -> None:
    """Show the effects on the headline measures at the end of the run."""
    from sim.experiments.why import stored_reasons

    if as_json:
        effects, run = results.effects, results.manifest["run"]
        end = effects[effects["horizon"] == effects["horizon"].max()]
        at_end, money = _records(end), _records(results.spending)
        funnel = _records(results.funnel)
        told = {"effects": at_end, "spending": money, "funnel": funnel, "run": run, "out": out}
        reasons = {why.measure: _records(why.table) for why in stored_reasons(results)}
        CONSOLE.json(told | ({"why": reasons} if reasons else {}))
        return
    from sim.experiments.inference import FEWEST
    from sim.measures.registry import HEADLINES
    from sim.report.facts import Facts
    from sim.report.sections.answer import too_few
    from sim.report.sections.power import looks_in_short
    from sim.words.catalogue import Words

    words, facts = Words(language), Facts(results, language)
    heads = ("intervention", "measure", "without", "effect", "interval", "verdict")
    rows = [[words(f"table.{head}") for head in heads]]
    for arm in facts.wholes:
        for effect in (facts.effect(arm, name) for name in HEADLINES):
            level, change = effect.quantity.level, effect.quantity.change
            found = [level(effect.baseline_mean), change(effect.mean), effect.interval]
            rows.append([arm.label, effect.label, *found, words(f"verdict.{effect.verdict}")])
    CONSOLE.data(f"{results.scenario.title[language]}\n")
    CONSOLE.data(table(rows, text_columns=2))
    CONSOLE.data(f"\n{too_few(facts) if facts.reps < FEWEST else looks_in_short(facts)}")
    if results.experiment.budget:
        _show_money(facts)
    for whole in facts.wholes:
        if whole.name in facts.parts:
            _show_parts(facts, whole)
        _show_funnel(facts, whole)
        for why in facts.reasons:
            _show_reasons(why, whole, words)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON values."""
    found: list[Any] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return found


def _show_funnel(facts: Facts, arm: Arm) -> None:
    """Show the steps from money to open shops."""
    from sim.experiments.funnel import STAGES
    from sim.report.funnel import stages

    words = facts.words
    heads = ("funnel.step", "table.without", "funnel.with", "table.effect", "table.interval")
    rows = [[words(head) for head in (*heads, "table.verdict")]]
    for one in stages({name: facts.effect(arm, name) for name in STAGES}, words):
        label = f"{one.label} ({one.unit})"
        rows.append([label, one.without, one.with_it, one.change, one.interval, one.verdict])
    CONSOLE.data(f"\n{words('funnel.caption', intervention=facts.quoted(arm))}\n")
    CONSOLE.data(table(rows, text_columns=1))


def _show_reasons(why: Why, arm: Arm, words: Words) -> None:
    """Show what the effect on a measure passes through."""
    from sim.measures.registry import OUTCOMES
    from sim.report.reasons import reasons

    measure = OUTCOMES[why.measure]
    found = reasons(measure, why.table[why.table["intervention"] == arm.name], words)
    heads = ("why.mechanism", "why.without", "why.through", "table.interval", "table.verdict")
    rows = [[words(head) for head in heads]]
    rows += [[p.label, p.without, p.change, p.interval, p.verdict] for p in found.parts]
    label = measure.label[words.language]
    CONSOLE.data(f"\n{words('why.title', measure=label)} ({arm.label})\n")
    CONSOLE.data("\n".join(found.sentences) + "\n")
    CONSOLE.data(table(rows, text_columns=1))


def _show_money(facts: Facts) -> None:
    """Show what each arm plans and spends a year, and why some of a budget is left."""
    from sim.report.sections.budget import COLUMNS, money_columns, money_rows

    words, columns = facts.words, money_columns(facts)
    heads = [words("table.intervention"), *(words(COLUMNS[c]) for c in columns), ""]
    rows = [[cell.text for cell in row] + [row[-1].below] for row in money_rows(facts)]
    CONSOLE.data(f"\n{words('budget.caption')}\n")
    CONSOLE.data(table([heads, *rows]))


def _show_parts(facts: Facts, whole: Arm) -> None:
    """Show the parts of an arm beside it: money spent, and effects on the headlines."""
    from sim.report.headlines import HEADLINES
    from sim.report.quantity import euros

    words, parts = facts.words, facts.parts[whole.name]
    titles = [words("parts.whole"), *(facts.part_words(part)[0] for part in parts)]
    heads = ("parts.part", "parts.spent", *(f"headline.{key}" for key in HEADLINES))
    rows = [[words(head) for head in heads]]
    for title, arm in zip(titles, [whole, *parts], strict=True):
        effects = [facts.effect(arm, name) for name in HEADLINES.values()]
        found = [f"{e.signed_change} ({e.interval})" for e in effects]
        rows.append([title, euros(arm.cost, facts.language), *found])
    money = euros(facts.inputs.granted(whole.name), facts.language)
    caption = words("parts.caption", intervention=facts.quoted(whole), money=money)
    CONSOLE.data(f"\n{caption}\n")
    CONSOLE.data(table(rows, text_columns=1))
