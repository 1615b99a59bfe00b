"""Every position of every single lever that the page offers is admissible.

In each territory as offered, from each intervention as offered: both ends, the middle, each choice,
as the page gets them. Positions of parameters are tried where several are moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sim.app.ends import KINDS, Ends, ends_of_levers, kinds_of
from sim.app.request import Catalogue, Request
from sim.interventions import list_interventions
from sim.registry.catalogues import third_place_kinds
from sim.registry.parameters import ParameterInfo
from sim.scenario.scenario import list_scenarios

TERRITORIES = [path.stem for path in list_scenarios()]
NAMES = [path.stem for path in list_interventions()]
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


def _accepts(territory: str, intervention: str, moves: Moves) -> int:
    """Ask for each position as the page does, and return their number; a refusal raises."""
    asked: dict[str, Any] = {"scenario": territory, "intervention": intervention}
    return len([CHOICE.arms(Request(**asked, settings={name: v})) for name, v in moves])


@pytest.mark.parametrize(("number", "name"), list(enumerate(NAMES)), ids=NAMES)
def test_a_territory_for_each_intervention(number: int, name: str) -> None:
    territory = TERRITORIES[number % len(TERRITORIES)]
    assert _accepts(territory, name, _of_levers(territory, name)) > 4


@pytest.mark.slow
@pytest.mark.parametrize("territory", TERRITORIES)
def test_all_levers_in_all_territories(territory: str) -> None:
    assert sum(_accepts(territory, name, _of_levers(territory, name)) for name in NAMES) > 500
