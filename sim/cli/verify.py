"""``sim verify``: run stored runs again and compare every byte."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import options
from sim.cli.console import CONSOLE
from sim.cli.progress import SOME_FAILED, Watch

_SHOWN = 10
"""Differing runs to name."""


def verify_command(
    folder: options.Folder,
    share: Annotated[
        float,
        typer.Option(
            "--share",
            parser=options.real_number,
            metavar="SHARE",
            help="Share of the successful runs to run again, up to 1.",
        ),
    ] = 0.01,
    everything: Annotated[bool, typer.Option("--all", help="Run all of them again.")] = False,
    seed: Annotated[int, options.whole("--seed", "Seed of the choice.")] = 0,
    workers: options.Workers = None,
    executor: options.Executor = "local",
    scheduler: options.Scheduler = None,
    timeout: options.Timeout = None,
    as_json: options.AsJson = False,
) -> None:
    """Run a random share of stored runs again and compare every byte.

    Exit code 3 if some differ.
    """
    from sim.experiments.verify import verify

    with Watch(folder, "nothing is written") as watch:
        found = verify(
            folder,
            share=1.0 if everything else share,
            seed=seed,
            workers=workers,
            executor=executor,
            scheduler=scheduler,
            timeout=timeout,
            progress=watch.tell,
        )
    different = len(found.different)
    if as_json:
        CONSOLE.json(
            {
                "runs": found.known,
                "checked": found.checked,
                "different": list(found.different),
                "code": found.code,
            }
        )
    else:
        CONSOLE.data(
            f"{found.checked:,} of {found.known:,} runs done again: "
            + (f"{different:,} differ." if different else "every byte is the same.")
        )
        for name in found.different[:_SHOWN]:
            CONSOLE.data(f"  {name}")
        if found.code:
            CONSOLE.say(f"Other code made the folder: {found.code}.")
    if different:
        raise typer.Exit(SOME_FAILED)
