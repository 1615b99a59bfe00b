"""The exact commands and Python code that reproduce the page."""

from __future__ import annotations

import shlex
from typing import Any, Final

from sim.app.request import Catalogue, Request, compared_settings, mode_of

_EVERYWHERE: Final = "--territories"


def run_commands(asked: Request, choice: Catalogue, month: int) -> str:
    """Return the commands that run the territory up to a month, without and with what is tried.

    One line per command; only one where nothing is tried.
    """
    end = ["--months", str(max(month, 1)), "--seed", str(asked.seed)]
    run = ["sim", "run", choice.territory(asked.scenario)[1]]
    lines = [[*run, *_assignments(_compared(asked)), *end]]
    if _is_tried(asked):
        added = [word for name in asked.interventions for word in ("--intervention", name)]
        lines.append([*run, *added, *_assignments(asked.settings), *end])
    return "\n".join(shlex.join(words) for words in lines)


def compare_command(asked: Request, choice: Catalogue, reps: int | None = None) -> str:
    """Return the command that compares the territory with and without interventions, if any.

    By default with the usual number of replications in all four territories.
    """
    if asked.intervention is None:
        return ""
    words = ["sim", "compare", choice.territory(asked.scenario)[1], asked.intervention]
    words += [*_assignments(asked.settings), "--seed", str(asked.seed)]
    words += ["--reps", str(reps)] if reps else [_EVERYWHERE]
    return shlex.join([*words, "--out", "report"])


def comparison_of_page(asked: Request, choice: Catalogue, reps: int) -> str:
    """Return what repeats the replications: a command, or Python code where there is none for it.

    Nothing where nothing is tried.
    """
    if mode_of(asked) == "intervention":
        return compare_command(asked, choice, reps)
    if not _is_tried(asked):
        return ""
    return (
        "from sim.experiments.comparison import compare_arms\n"
        f"{_loaded(asked, choice)}"
        f"found = compare_arms(without, {{'with': with_it}}, reps={reps}, seed={asked.seed})\n"
        "found.effects\n"
    )


def python_of(asked: Request, choice: Catalogue, month: int) -> str:
    """Return Python code for the indicators of both territories up to a month."""
    end = f"months={max(month, 1)}, seed={asked.seed}"
    text = f"{_loaded(asked, choice)}indicators_without = sim.run(without, {end})\n"
    return text + (f"indicators_with = sim.run(with_it, {end})\n" if _is_tried(asked) else "")


def _loaded(asked: Request, choice: Catalogue) -> str:
    load = f"sim.load_scenario({choice.territory(asked.scenario)[1]!r})"
    lines = ["import sim", f"without = {load}{_replacing(_compared(asked))}"]
    if _is_tried(asked):
        names = ", ".join(map(repr, asked.interventions))
        added = f".add({names})" if names else ""
        lines.append(f"with_it = {load}{added}{_replacing(asked.settings)}")
    return "\n".join(lines) + "\n"


def _compared(asked: Request) -> dict[str, Any]:
    return compared_settings(asked, asked.settings)


def _is_tried(asked: Request) -> bool:
    return asked.intervention is not None or _compared(asked) != asked.settings


def _assignments(settings: dict[str, Any]) -> list[str]:
    words = []
    for name, value in settings.items():
        text = str(value).lower() if isinstance(value, bool) else str(value) or '""'
        words += ["--set", f"{name}={text}"]
    return words


def _replacing(settings: dict[str, Any]) -> str:
    """Use a dictionary, since names with dots are not keywords."""
    return f".replace(**{settings!r})" if settings else ""
