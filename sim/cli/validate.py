"""``sim validate``: simulated figures beside those of real records, with verdicts."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.cli.progress import Watch
from sim.errors import InputError, nearest
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.experiments.whole_folder import WholeFolder
    from sim.report.validation import Validation

FORMAT: Final = "essaim validation 1"

DEFAULT_REPS: Final = 20

_EXTRA: Final = ("statsmodels", "esda", "libpysal", "sklearn", "threadpoolctl", "geopandas")
"""Libraries that the extra ``evidence`` brings, itself or as what these need."""


def _column(name: str, help: str) -> Any:
    return typer.Option(f"--{name}", metavar="COLUMN", help=help)


def validate_command(
    context: typer.Context,
    datasets: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DATASET]...",
            help="Folder of evidence, or a register of one's own (.csv, .parquet); none to hold "
            "the model against its bands alone.",
        ),
    ] = None,
    place: Annotated[str, _column("place", "Column that identifies premises.")] = "place",
    start: Annotated[str, _column("start", "Column of the first day.")] = "start",
    end: Annotated[str, _column("end", "Column of the last day, empty if running.")] = "end",
    kind: Annotated[str | None, _column("kind", "Column of the kind of user.")] = None,
    shops: Annotated[
        str, typer.Option("--shops", metavar="KINDS", help="Kinds that are shops, by commas.")
    ] = "",
    x: Annotated[str | None, _column("x", "Column of eastings, m.")] = None,
    y: Annotated[str | None, _column("y", "Column of northings, m.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Starts and ends are complete from here."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="And until here.")
    ] = None,
    questions: Annotated[
        list[str] | None,
        typer.Option("--question", metavar="NAME", help="Only this question; repeatable."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help="Scenario by name, or a TOML file; mid_sized_town beside a register, otherwise "
            "backcast, drawn French towns from 2001 to 2024.",
        ),
    ] = None,
    reps: Annotated[int, options.whole("--reps", "Simulated towns.")] = DEFAULT_REPS,
    years: Annotated[
        int | None,
        options.whole("--years", "Years simulated; if unset, as many as a register has."),
    ] = None,
    seed: Annotated[int, options.whole("--seed", "Seed of the simulated towns.")] = 0,
    fixed_parameters: Annotated[
        bool, typer.Option("--fixed-parameters", help="Do not draw the uncertain parameters.")
    ] = False,
    workers: options.Workers = None,
    out: Annotated[
        str | None, options.out("Folder for the report and its table, or an address.")
    ] = None,
    language: options.Lang = ENGLISH,
    png: options.Png = False,
    force: options.Force = False,
    as_json: options.AsJson = False,
) -> None:
    """Hold the model against real records of shops: within, outside, or cannot tell.

    Beside a folder of evidence, or alone, the verdicts say whether the model's figures lie in the
    bands that were written before it was fitted. Beside a register of one's own, they say whether
    the model's 90 % intervals overlap the register's.
    """
    evidence = _load_evidence()
    names = _checked(questions or [], evidence.questions.QUESTIONS)
    columns = {"place": place, "start": start, "end": end, "kind": kind, "x": x, "y": y}
    paths = datasets or []
    by_register = any(not path.is_dir() for path in paths)
    records = []
    for path in paths:
        if path.is_dir():
            records += evidence.folder.read_folder(path)
        else:
            records += evidence.register.read_own(
                path,
                {name: column for name, column in columns.items() if column},
                shop_kinds=tuple(k.strip() for k in shops.split(",") if k.strip()),
                since=since,
                until=until,
            )
    real: dict[str, list[Any]] = {}
    for each in records:
        real.setdefault(each.name, []).extend(evidence.answers.answer(each, names))
    if by_register:
        asked = {question for found in real.values() for question, _ in found}
        names = [name for name in names if name in asked]
    if records and not any(real.values()):
        raise InputError(f"'{paths[0]}' holds no records that bear on this question.")
    if by_register and years is None:  # as long as the register, which what is estimated depends on
        years = max(2, max(round((r.until - r.since).days / 365.25) for r in records if r.since))
    reference = scenario or ("mid_sized_town" if by_register else evidence.model.ENSEMBLE)
    from sim.experiments.engine import Tally
    from sim.experiments.executors import worker_number
    from sim.experiments.written import sha256_of
    from sim.report.validation import Validation
    from sim.scenario.scenario import load_scenario

    title = load_scenario(reference).title[language]
    with _folder(out, force) as folder:  # before the towns, since it may be refused
        with Watch(None) as watch:
            simulated = evidence.model.ask(
                reference,
                reps=reps,
                years=years,
                seed=seed,
                workers=worker_number(workers),
                fixed_parameters=fixed_parameters,
                questions=names,
                tell=lambda done, total: watch.tell(Tally(total, done)),
            )
        found = evidence.answers.compare(
            list(real.items()), simulated, evidence.bands.load_bands(), by_register=by_register
        )
        facts = Validation(found, language, by_register=by_register, place=title)
        if folder is not None:
            run = {
                "command": _command(context),
                "scenario": reference,
                "seed": seed,
                "replications": reps,
                "years": years,
                "parameters": "fixed" if fixed_parameters else "drawn",
                "datasets": {path.name: sha256_of(path) for path in paths if path.is_file()},
            }
            _write(facts, found, folder, run, png=png)
    if out is not None:  # written by now, since whoever reads what is printed may stop listening
        CONSOLE.say(f"The report is {out}/report.html; its table is in the same folder.")
    if as_json:
        rows = found.astype(object).where(found.notna(), None).to_dict("records")
        CONSOLE.json({"figures": rows, "out": out})
    else:
        _answer(facts)
    if out is None:
        CONSOLE.next("sim validate --out FOLDER (the report, with pictures)")


_MODULES: Final = ("answers", "bands", "model", "questions", "readers.folder", "readers.register")


def _load_evidence() -> Any:
    """Import ``experiments/evidence`` from the folder of the package, wherever the command runs."""
    from sim.registry.catalogues import scenario_folder

    home = str(scenario_folder().parent)
    if sys.path[0] != home:
        sys.path.insert(0, home)
    try:
        loaded = {name: import_module(f"experiments.evidence.{name}") for name in _MODULES}
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in _EXTRA:
            raise InputError(
                "sim validate needs more packages; install them with: pip install"
                " 'essaim[evidence]'."
            ) from None
        raise
    return SimpleNamespace(**{name.rpartition(".")[2]: each for name, each in loaded.items()})


def _checked(questions: list[str], known: dict[str, Any]) -> list[str]:
    for name in questions:
        if name not in known:
            raise InputError(
                f"There is no question '{name}'; expected one of {', '.join(known)}."
                f"{nearest(name, known)}"
            )
    return [name for name in known if not questions or name in questions]


def _answer(facts: Validation) -> None:
    CONSOLE.data("\n".join(facts.sentences()) + "\n")
    rows = [[cell.text for cell in row] for row in facts.rows(facts.shown)]
    CONSOLE.data(table([facts.heads(), *rows]))
    if misses := facts.misses():
        CONSOLE.data("\n" + "\n".join([facts.words("validate.misses"), *misses]))


def _command(context: typer.Context) -> str:
    """Return the command with what was given to it, but for what does not change results."""
    words, silent = ["sim", "validate"], ("datasets", "workers", "force", "as_json")
    for option in context.command.params:
        value = context.params[str(option.name)]
        if option.name == "datasets":
            words += map(str, value or ())
        elif option.name not in silent and value and value != option.default:
            for each in value if isinstance(value, list | tuple) else [value]:
                words += [option.opts[0], *([] if each is True else [str(each)])]
    return shlex.join(words)


@contextmanager
def _folder(out: str | None, force: bool) -> Iterator[WholeFolder | None]:
    """Yield the folder of the report, which appears at the end; None if none is wanted."""
    if out is None:
        yield None
        return
    from sim.experiments.remote import mirrored
    from sim.experiments.whole_folder import whole_folder

    with mirrored(out) as local, whole_folder(local, force=force) as folder:
        yield folder


def _write(
    facts: Validation, found: Any, folder: WholeFolder, run: dict[str, Any], *, png: bool
) -> None:
    from sim.experiments.code import code_here
    from sim.report.validation import write_validation
    from sim.version import MODEL_VERSION, package_version

    files = write_validation(
        facts, command=run["command"], seed=run["seed"], reps=run["replications"], png=png
    )
    versions = {"package_version": package_version(), "model_version": MODEL_VERSION}
    for name, content in files.items():
        folder.write(name, content)
    folder.write("figures.csv", found.to_csv(index=False).encode())
    folder.write_manifest(
        {"format": FORMAT, "run": {**run, **versions, "code": code_here().as_json()}}
    )
