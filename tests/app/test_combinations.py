"""Whatever was moved before, a parameter goes where the page offers it, or stops in time."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from sim.app.as_far import TooFar, as_far_as_it_starts
from sim.app.ends import ends_of_parameters
from sim.app.request import Arms, Catalogue, Request
from sim.errors import InputError
from sim.scenario.scenario import list_scenarios
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import start_of

CHOICE = Catalogue()
GROUND: dict[str, Any] = {"rows": 12, "columns": 12, "population": 2250, "spin_up": 0}
NAMES = sorted(PARAMETERS.keys() - {*GROUND, "file", "months", "premises_per_1000"})
FORGOTTEN = 12
"""Moves after which a visitor begins again from the territory as offered."""


def _position(name: str, arms: Arms, draw: random.Random) -> Any:
    """An end of a slider or something between, or a choice."""
    info = PARAMETERS[name]
    if info.kind is bool:
        return draw.random() < 0.5
    if info.kind is str:
        return draw.choice(list(info.choices)) if info.choices else arms.with_it.values[name]
    low, high = info.plausible or (info.low, info.high)
    lowest, _, highest = ends_of_parameters(arms.with_it).get(name, (low, low, high))
    low, high = max(low, lowest), min(high, highest)
    return info.kind(draw.choice((low, high, draw.uniform(low, high))))


def _begin(asked: Request) -> Arms:
    arms = CHOICE.arms(asked)
    start_of(arms.with_it, 1)
    return arms


def walk(territory: str, moves: int) -> Counter[str]:
    """Move one parameter after the other, as on the page; return what had to stop, by name."""
    draw = random.Random(territory)
    stopped: Counter[str] = Counter()
    for move in range(moves):
        if move % FORGOTTEN == 0:
            before = Request(scenario=territory, settings=GROUND)
            arms = _begin(before)
        name = draw.choice(NAMES)
        value = _position(name, arms, draw)
        asked = before.model_copy(update={"settings": before.settings | {name: value}})
        try:
            arms = _begin(asked)
        except InputError as error:
            found = as_far_as_it_starts(error, CHOICE, asked, before, arms)
            assert isinstance(found, TooFar) or PARAMETERS[name].kind in (bool, str), found
            stopped[name] += 1
            if not isinstance(found, TooFar):
                continue
            inside = arms.with_it.values[name]
            assert min(inside, value) <= found.value <= max(inside, value)
            asked = before.model_copy(update={"settings": before.settings | {name: found.value}})
            arms = _begin(asked)
        before = asked
    return stopped


@pytest.mark.corpus
@pytest.mark.parametrize("territory", [path.stem for path in list_scenarios()])
def test_no_combination_of_parameters_is_left_refused(territory: str) -> None:
    assert walk(territory, 500).total() < 50
