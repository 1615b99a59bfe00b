"""Every position of every single lever and parameter that the page offers is admissible.

From each territory as offered, and each intervention as offered in it: both ends, the middle, each
choice, as the page gets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sim.app.ends import KINDS, Ends, ends_of_levers, ends_of_parameters, kinds_of
from sim.app.request import Catalogue, Request
from sim.interventions import list_interventions
from sim.registry.catalogues import third_place_kinds
from sim.registry.parameters import ParameterInfo
from sim.scenario.scenario import list_scenarios
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import start_of

TERRITORIES = [path.stem for path in list_scenarios()]
NAMES = [path.stem for path in list_interventions()]
GROUND: dict[str, Any] = {"rows": 12, "columns": 12, "population": 2250, "spin_up": 0}
NARROWEST = "working_class_neighbourhood"
"""The territory with fewest potential project holders for its births."""

CHOICE = Catalogue()

Moves = Iterator[tuple[str, Any]]


def _positions(info: ParameterInfo, ends: Ends | None) -> list[Any]:
    if info.kind is bool:
        return [True, False]
    if info.kind is str:
        return list(info.choices)
    assert info.low is not None and info.high is not None
    lowest, least, highest = ends or (info.low, info.low, info.high)
    slider = [end for end in info.plausible or () if least <= end <= highest]
    found = (lowest, least, (least + highest) / 2, highest, *slider)
    return sorted({info.kind(value) for value in found})


def _of_levers(territory: str, intervention: str) -> Moves:
    arms = CHOICE.arms(Request(scenario=territory, intervention=intervention))
    (one,) = arms.added
    ends = ends_of_levers(one, (arms.with_it.values["rows"], arms.with_it.values["columns"]))
    for name, info in one.kind.infos.items():
        if name == KINDS:
            chosen = set(one.values[KINDS].split())
            for kind in (kind for kind, may in kinds_of(one).items() if may):
                moved = chosen ^ {kind}
                yield name, " ".join(k.name for k in third_place_kinds() if k.name in moved)
        elif name not in one.levers.SHARES:
            for value in _positions(info, ends.get(name)):
                yield name, value


def _of_parameters(territory: str) -> Moves:
    ends = ends_of_parameters(CHOICE.arms(Request(scenario=territory)).with_it)
    for name, info in PARAMETERS.items():
        if name != "file":
            for value in _positions(info, ends.get(name)):
                yield name, value


def _accepts(territory: str, intervention: str | None, moves: Moves) -> int:
    """Ask for each position as the page does, and return their number; a refusal raises."""
    asked: dict[str, Any] = {"scenario": territory, "intervention": intervention}
    return len([CHOICE.arms(Request(**asked, settings={name: v})) for name, v in moves])


@pytest.mark.parametrize(("number", "name"), list(enumerate(NAMES)), ids=NAMES)
def test_a_territory_for_each_intervention(number: int, name: str) -> None:
    territory = TERRITORIES[number % len(TERRITORIES)]
    assert _accepts(territory, name, _of_levers(territory, name)) > 4


@pytest.mark.parametrize(
    "territory",
    [pytest.param(name, marks=[pytest.mark.slow] * (name != NARROWEST)) for name in TERRITORIES],
)
def test_a_territory_starts_where_parameters_end_before_their_bounds(territory: str) -> None:
    ends = ends_of_parameters(CHOICE.arms(Request(scenario=territory)).with_it)
    inner = [
        (name, value)
        for name in ends.keys() - {*GROUND, "premises_per_1000"}
        for value in {*ends[name]} - {PARAMETERS[name].low, PARAMETERS[name].high}
    ]
    assert len(inner) == 5
    for name, value in inner:
        settings = GROUND | {name: value}
        start_of(CHOICE.arms(Request(scenario=territory, settings=settings)).without, 1)


@pytest.mark.slow
@pytest.mark.parametrize("territory", TERRITORIES)
def test_all_levers_and_parameters_in_all_territories(territory: str) -> None:
    levers = sum(_accepts(territory, name, _of_levers(territory, name)) for name in NAMES)
    assert levers > 500
    assert _accepts(territory, None, _of_parameters(territory)) > 500
