"""The exact commands and Python code that reproduce the page."""

from __future__ import annotations

import shlex
from typing import Any, Final

from sim.app.request import Catalogue, Request
from sim.scenario.schema import PARAMETERS

_EVERYWHERE: Final = "--territories"


def run_commands(asked: Request, choice: Catalogue, month: int) -> str:
    """Return the commands that run the territory up to a month, without and with the intervention.

    One line per command; only one without an intervention.
    """
    end = ["--months", str(max(month, 1)), "--seed", str(asked.seed)]
    run = ["sim", "run", choice.references[asked.scenario]]
    lines = [[*run, *_assignments(_without_levers(asked)), *end]]
    if asked.intervention is not None:
        with_it = ["--intervention", asked.intervention, *_assignments(asked.settings)]
        lines.append([*run, *with_it, *end])
    return "\n".join(shlex.join(words) for words in lines)


def compare_command(asked: Request, choice: Catalogue, reps: int | None = None) -> str:
    """Return the command that compares the territory with and without the intervention, if any.

    By default with the usual number of replications in all four territories.
    """
    if asked.intervention is None:
        return ""
    words = ["sim", "compare", choice.references[asked.scenario], asked.intervention]
    words += [*_assignments(asked.settings), "--seed", str(asked.seed)]
    words += ["--reps", str(reps)] if reps else [_EVERYWHERE]
    return shlex.join([*words, "--out", "report"])


def python_of(asked: Request, choice: Catalogue, month: int) -> str:
    """Return Python code for the indicators of both territories up to a month."""
    end = f"months={max(month, 1)}, seed={asked.seed}"
    load = f"sim.load_scenario({choice.references[asked.scenario]!r})"
    lines = [
        "import sim",
        f"without = {load}{_replacing(_without_levers(asked))}",
        f"indicators_without = sim.run(without, {end})",
    ]
    if asked.intervention is not None:
        added = f".add({asked.intervention!r}){_replacing(asked.settings)}"
        lines += [f"with_it = {load}{added}", f"indicators_with = sim.run(with_it, {end})"]
    return "\n".join(lines) + "\n"


def _without_levers(asked: Request) -> dict[str, Any]:
    return {name: value for name, value in asked.settings.items() if name in PARAMETERS}


def _assignments(settings: dict[str, Any]) -> list[str]:
    words = []
    for name, value in settings.items():
        text = str(value).lower() if isinstance(value, bool) else str(value) or '""'
        words += ["--set", f"{name}={text}"]
    return words


def _replacing(settings: dict[str, Any]) -> str:
    """Use a dictionary, since names with dots are not keywords."""
    return f".replace(**{settings!r})" if settings else ""
