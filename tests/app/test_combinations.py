"""Whatever was moved before, a parameter goes where the page offers it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.scenario.scenario import list_scenarios
from sim.scenario.schema import PARAMETERS
from tests.app.pages import Page

GROUND: dict[str, Any] = {"rows": 12, "columns": 12, "population": 2250, "spin_up": 0, "months": 12}
FREE = {*GROUND, "file", "premises_per_1000", "existing_third_places"}
NAMES = sorted(PARAMETERS.keys() - FREE)
TERRITORIES = [path.stem for path in list_scenarios()]
NARROWEST = "working_class_neighbourhood"
"""The territory with fewest potential project holders for its births."""
FORGOTTEN = 12
"""Moves after which a visitor begins again from the territory as offered."""


class Visitor:
    """Somebody who moves one parameter after the other to where the page offers it."""

    def __init__(self, client: TestClient, territory: str) -> None:
        self.page = Page(client, scenario=territory, intervention=None, settings=GROUND)
        self.territory, self.draw = territory, random.Random(territory)
        self.limited: Counter[str] = Counter()
        self.forget()

    def forget(self) -> None:
        self.settings = dict(GROUND)
        assert self.put(self.settings).status_code == 200

    def put(self, settings: dict[str, Any]) -> Any:
        asked = {"scenario": self.territory, "settings": settings}
        return self.page.client.put(self.page.path, json=asked)

    def move(self, name: str) -> None:
        """Move a parameter to one of its ends or between them, or to another choice."""
        info, found = PARAMETERS[name], self.page.ends(name)
        value = self.draw.choice(found)
        if info.kind in (int, float):
            low, least, high = found
            slider = [end for end in info.plausible or () if least <= end <= high]
            between = self.draw.uniform(least, high)
            value = info.kind(self.draw.choice([low, high, between, *slider]))
            self.limited[name] += (low, high) != (info.low, info.high)
        settings = self.settings | {name: value}
        answer = self.put(settings)
        assert answer.status_code == 200, (name, value, answer.text)
        self.settings = settings

    def walk(self, moves: int) -> None:
        for move in range(moves):
            if move % FORGOTTEN == FORGOTTEN - 1:
                self.forget()
            self.move(self.draw.choice(NAMES))


def test_a_parameter_goes_to_its_ends_wherever_others_stand(client: TestClient) -> None:
    visitor = Visitor(client, NARROWEST)
    visitor.move("transition_births")
    assert visitor.limited.total() == 1


@pytest.mark.slow
def test_no_combination_that_is_walked_to_is_refused(client: TestClient) -> None:
    Visitor(client, NARROWEST).walk(16)


@pytest.mark.corpus
@pytest.mark.parametrize("territory", TERRITORIES)
def test_no_position_is_refused_as_offered_and_after_a_dozen_walks(
    client: TestClient, territory: str
) -> None:
    visitor = Visitor(client, territory)
    for name in NAMES:
        visitor.forget()
        visitor.move(name)
    visitor.walk(12 * FORGOTTEN)
    assert visitor.limited["closure_rate"] and visitor.limited["reletting_frailty"]
