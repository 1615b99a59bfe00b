"""Shape of every virtual trial, and its repetition over towns and over draws of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.experiments.draws import Range, draw, triangular
from sim.experiments.seeds import replication_seed
from sim.registry.state import State
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import start_of

__all__ = ["InDraw", "Trial", "drawn_given", "hold_in_draw", "hold_in_towns", "usual"]

SEED: Final = 23
"""Seed of the experiment."""

GIVEN: Final = 0x676976  # "giv": separates these draws from all other uses of the seed

SCENARIO: Final = "working_class_neighbourhood"
"""Territory of all trials, which were held in poor neighbourhoods."""


@dataclass(frozen=True)
class Trial:
    """An evaluation that can be run in the model.

    Parameters
    ----------
    name
        Beginning of the names of its figures.
    given
        Ranges of what was given where the publications leave it open, by name; trials with the same
        name share the draw.
    hold
        Runs the trial in one town, from its scenario, start and seed and from what was given, and
        returns its figures.
    """

    name: str
    given: Mapping[str, Range]
    hold: Callable[[Scenario, State, int, Mapping[str, float]], dict[str, float]]


def usual(trial: Trial) -> dict[str, float]:
    """Return what was given at the modes of its ranges."""
    return {name: within.mode for name, within in trial.given.items()}


def drawn_given(trials: Sequence[Trial], number: int) -> dict[str, float]:
    """Draw what was given."""
    given = {}
    for name, within in {k: v for trial in trials for k, v in trial.given.items()}.items():
        luck = np.random.default_rng([SEED, number, GIVEN, *name.encode()])
        given[name] = triangular(float(luck.random()), within)
    return given


def town_of(values: Mapping[str, Any]) -> Scenario:
    """Return the territory, with an account to which supported projects belong."""
    town = load_scenario(SCENARIO).replace(**values).add("inert_cluster")
    return town.replace(cluster_size=0, cluster_funding=0.0)


def hold_in_towns(
    trials: Sequence[Trial],
    towns: Sequence[int],
    values: Mapping[str, Any],
    given: Mapping[str, float],
) -> pd.DataFrame:
    """Hold trials in several towns, and return a row of figures for each town."""
    town = town_of(values)
    rows = []
    for k in towns:
        seed = replication_seed(SEED, k)
        start = start_of(town, seed)
        row: dict[str, float] = {}
        for trial in trials:
            found = trial.hold(town, start, seed, given)
            row |= {f"{trial.name}_{figure}": value for figure, value in found.items()}
        rows.append(row)
    return pd.DataFrame(rows, index=list(towns))


class InDraw(NamedTuple):
    """Values drawn, and the mean of each figure over towns, with ``_error`` its standard error."""

    values: dict[str, float]
    figures: dict[str, float]


def hold_in_draw(trials: Sequence[Trial], number: int, n_towns: int) -> InDraw | None:
    """Hold trials in one draw; return nothing where the territory cannot start from it."""
    values, given = draw(load_scenario(SCENARIO), SEED, number), drawn_given(trials, number)
    towns = range(number * n_towns, (number + 1) * n_towns)
    try:
        found = hold_in_towns(trials, towns, values, given)
    except InputError:
        return None
    errors = found.sem().add_suffix("_error").to_dict()
    return InDraw(values | given, found.mean().to_dict() | errors)
