"""``sim validate``: simulated figures beside those of real records, with verdicts."""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.cli.progress import Watch
from sim.errors import InputError, nearest
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
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
    by_register = any(not path.is_dir() for path in datasets or ())
    records = []
    for path in datasets or ():
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
        raise InputError(f"'{datasets[0]}' holds no records that bear on this question.")  # type: ignore[index]
    if by_register and years is None:  # as long as the register, which what is estimated depends on
        years = max(2, max(round((r.until - r.since).days / 365.25) for r in records if r.since))
    reference = scenario or ("mid_sized_town" if by_register else evidence.model.ENSEMBLE)
    if workers is not None and workers < 1:
        raise InputError(f"workers = {workers} is out of range; expected 1 or more.")
    with Watch(None) as watch:
        simulated = evidence.model.ask(
            reference,
            reps=reps,
            years=years,
            seed=seed,
            workers=workers or os.cpu_count() or 1,
            fixed_parameters=fixed_parameters,
            questions=names,
            tell=lambda done, total: watch.tell(_tally(done, total)),
        )
    found = evidence.answers.compare(
        list(real.items()), simulated, evidence.bands.load_bands(), by_register=by_register
    )
    from sim.report.validation import Validation
    from sim.scenario.scenario import load_scenario

    title = load_scenario(reference).title[language]
    facts = Validation(found, language, by_register=by_register, place=title)
    if out is not None:  # first, since whoever reads what is printed may stop listening
        run = {
            "command": _command(context),
            "scenario": reference,
            "seed": seed,
            "replications": reps,
            "years": years,
            "parameters": "fixed" if fixed_parameters else "drawn",
            "datasets": {path.name: _sha256(path) for path in datasets or () if path.is_file()},
        }
        _write(facts, found, out, run, png=png, force=force)
        CONSOLE.say(f"The report is {out}/report.html; its table is in the same folder.")
    if as_json:
        rows = found.astype(object).where(found.notna(), None).to_dict("records")
        CONSOLE.json({"figures": rows, "out": out})
    else:
        _answer(facts)
    if out is None:
        CONSOLE.next("sim validate --out FOLDER (the report, with pictures)")


class _Evidence:
    """The modules of ``experiments/evidence``, which ships with the package as a file does."""

    def __init__(self) -> None:
        load = import_module
        self.answers: Any = load("experiments.evidence.answers")
        self.bands: Any = load("experiments.evidence.bands")
        self.model: Any = load("experiments.evidence.model")
        self.questions: Any = load("experiments.evidence.questions")
        self.folder: Any = load("experiments.evidence.readers.folder")
        self.register: Any = load("experiments.evidence.readers.register")


def _load_evidence() -> _Evidence:
    """Import the estimators from the folder of the package, wherever the command runs."""
    from sim.registry.catalogues import scenario_folder

    home = str(scenario_folder().parent)
    if sys.path[0] != home:
        sys.path.insert(0, home)
    try:
        return _Evidence()
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in _EXTRA:
            raise InputError(
                "sim validate needs more packages; install them with: pip install"
                " 'essaim[evidence]'."
            ) from None
        raise


def _checked(questions: list[str], known: dict[str, Any]) -> list[str]:
    for name in questions:
        if name not in known:
            raise InputError(
                f"There is no question '{name}'; expected one of {', '.join(known)}."
                f"{nearest(name, known)}"
            )
    return [name for name in known if not questions or name in questions]


def _tally(done: int, total: int) -> Any:
    from sim.experiments.engine import Tally

    return Tally(total, done)


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


def _write(
    facts: Validation, found: Any, out: str, run: dict[str, Any], *, png: bool, force: bool
) -> None:
    from sim.experiments.code import code_here
    from sim.experiments.remote import mirrored
    from sim.experiments.whole_folder import whole_folder
    from sim.report.validation import write_validation
    from sim.version import MODEL_VERSION, package_version

    files = write_validation(
        facts, command=run["command"], seed=run["seed"], reps=run["replications"], png=png
    )
    versions = {"package_version": package_version(), "model_version": MODEL_VERSION}
    with mirrored(out) as local, whole_folder(local, force=force) as folder:
        for name, content in files.items():
            folder.write(name, content)
        folder.write("figures.csv", found.to_csv(index=False).encode())
        folder.write_manifest(
            {"format": FORMAT, "run": {**run, **versions, "code": code_here().as_json()}}
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
