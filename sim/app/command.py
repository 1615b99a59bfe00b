"""The exact command and Python that give what the page shows."""

from __future__ import annotations

import shlex
from typing import Any, Final

from sim.app.request import Catalogue, Request

__all__ = ["command_of", "compare_command", "python_of"]

_EVERYWHERE: Final = "--territories"


def _settings(asked: Request) -> list[str]:
    words = []
    for name, value in asked.settings.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        words += ["--set", f"{name}={text}"]
    return words


def command_of(asked: Request, choice: Catalogue, month: int) -> str:
    """The command that runs the territory with the intervention up to a month.

    Parameters
    ----------
    asked : Request
    choice : Catalogue
    month : int

    Returns
    -------
    str
    """
    words = ["sim", "run", choice.references[asked.scenario]]
    if asked.intervention:
        words += ["--intervention", asked.intervention]
    words += _settings(asked)
    return shlex.join([*words, "--months", str(max(month, 1)), "--seed", str(asked.seed)])


def compare_command(asked: Request, choice: Catalogue, reps: int | None = None) -> str:
    """The command that compares the territory with and without the intervention.

    Parameters
    ----------
    asked : Request
    choice : Catalogue
    reps : int, optional
        Replications; without them, the usual number in all four territories.

    Returns
    -------
    str
    """
    tried = asked.intervention or "transition_cluster"
    words = ["sim", "compare", choice.references[asked.scenario], tried, *_settings(asked)]
    words += ["--seed", str(asked.seed)]
    words += ["--reps", str(reps)] if reps else [_EVERYWHERE]
    return shlex.join([*words, "--out", "report"])


def python_of(asked: Request, choice: Catalogue, month: int) -> str:
    """The Python that gives the indicators of both territories up to a month.

    Parameters
    ----------
    asked : Request
    choice : Catalogue
    month : int

    Returns
    -------
    str
    """
    levers: dict[str, Any] = dict(asked.settings)
    lines = ["import sim", f"town = sim.load_scenario({choice.references[asked.scenario]!r})"]
    if asked.intervention:
        lines.append(f"town = town.add({asked.intervention!r})")
    if levers:
        lines.append(f"town = town.replace(**{levers!r})")
    lines.append(f"indicators = sim.run(town, months={max(month, 1)}, seed={asked.seed})")
    return "\n".join(lines) + "\n"
