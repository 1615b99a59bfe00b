"""Shared options of commands that run experiments."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.console import whole_number

Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter or lever; repeatable."),
]
Months = Annotated[
    int | None,
    typer.Option("--months", parser=whole_number, metavar="N", help="Length of the runs."),
]
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
        help="Executor: local (processes), serial (this process), dask (a cluster).",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Address of a running dask scheduler, such as tcp://10.0.0.1:8786.",
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Resume the results in the folder.")]
Force = Annotated[bool, typer.Option("--force", help="Replace existing results in the folder.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Repeat failed runs.")]
MaxFailures = Annotated[
    int | None,
    typer.Option(
        "--max-failures", parser=whole_number, metavar="N", help="Stop once more runs have failed."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def load_in_workers(executor: str, workers: int | None) -> None:
    """Start to load and compile on another processor, in parallel with this one."""
    if executor == "local" and workers != 1:
        from sim.experiments.fork_server import prepare_workers

        prepare_workers()
