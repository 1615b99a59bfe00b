"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.experiments.addresses import is_remote
from sim.words.folders import check_language, languages


def whole_number(text: str) -> int:
    """Parse an option's whole number."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a whole number") from None


def real_number(text: str) -> float:
    """Parse an option's number."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a number") from None


def whole(name: str, help: str, metavar: str = "N") -> Any:
    """Declare an option that takes a whole number."""
    return typer.Option(name, parser=whole_number, metavar=metavar, help=help)


def place(text: str) -> str:
    """Parse a folder, or the address of results."""
    return text if is_remote(text) else str(Path(text))


def out(help: str) -> Any:
    """Declare the option that names the folder of results."""
    return typer.Option("--out", parser=place, metavar="FOLDER", help=help)


Scenario = Annotated[str, typer.Argument(help="Scenario by name, or a TOML file.")]
Folder = Annotated[
    str,
    typer.Argument(
        parser=place,
        help="Folder of a run, a comparison or a sweep, or an address such as s3://bucket/name.",
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter or lever; repeatable."),
]
Months = Annotated[int | None, whole("--months", "Length of the runs.")]
Workers = Annotated[int | None, whole("--workers", "Processes; all processors if unset.")]
Executor = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="NAME",
        help="Executor: local (processes), serial (this process), dask (a cluster).",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Running dask scheduler: tcp://10.0.0.1:8786, or its scheduler file (.json).",
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Resume the results in the folder.")]
Force = Annotated[bool, typer.Option("--force", help="Replace existing results in the folder.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Repeat failed runs.")]
MaxFailures = Annotated[int | None, whole("--max-failures", "Stop once more runs have failed.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        parser=real_number,
        metavar="SECONDS",
        help="Time that a run may take; one that takes longer fails.",
    ),
]
Threads = Annotated[
    bool,
    typer.Option(
        "--threads", help="One run at a time, on all processors; pays from half a million cells."
    ),
]
Png = Annotated[bool, typer.Option("--png", help="Also draw pictures as PNG.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Lang = Annotated[
    str,
    typer.Option(
        "--lang", callback=check_language, help=f"Language of the output: {', '.join(languages())}."
    ),
]


def load_in_workers(executor: str, workers: int | None, threads: bool) -> None:
    """Start to load and compile on another processor, in parallel with this one."""
    if executor == "local" and workers != 1 and not threads:
        from sim.experiments.fork_server import prepare_workers

        prepare_workers()
