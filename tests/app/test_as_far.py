"""A parameter moved to where no territory can start stops where one can."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.app.as_far import _way
from tests.app.browser import SMALL, Open
from tests.app.pages import Page, asked


def _moved(page: Page, **settings: Any) -> Any:
    return page.client.put(page.path, json=asked(settings=settings))


def test_it_stops_at_the_last_round_value_from_which_the_model_starts(client: TestClient) -> None:
    page = Page(client)
    answer = _moved(page, closure_rate=0.0)
    assert answer.status_code == 422
    possible = answer.json()["possible"]
    assert possible["setting"] == "closure_rate" and 0 < possible["value"] < 0.05
    assert _moved(page, closure_rate=possible["value"]).status_code == 200
    assert page.frame(1)


def test_what_was_moved_is_not_always_what_the_sentence_names(client: TestClient) -> None:
    page = Page(client)
    answer = _moved(page, transition_births=1.9, entrepreneurs_per_1000=3.0)
    assert "possible" not in answer.json()  # of two changes neither is to blame alone
    answer = _moved(page, entrepreneurs_per_1000=1.0)
    assert answer.json()["settings"][0] == "transition_births"
    possible = answer.json()["possible"]
    assert possible["setting"] == "entrepreneurs_per_1000" and 1 < possible["value"] < 30


def test_values_on_the_way_are_round_and_between() -> None:
    assert _way(0.104, 0.005, False)[:3] == [0.104, 0.103, 0.102]
    assert _way(12.0, 0.0, True) == [float(value) for value in range(12, -1, -1)]
    up = _way(0.6, 2.0, False)
    assert up[0] == 0.6 and up[-1] == 2.0 and up == sorted(set(up)) and up[1] == 0.61


@pytest.mark.slow
def test_the_page_says_beside_it_why_it_stops(visit: Open) -> None:
    page = visit(SMALL + "&month=5&lang=fr&entrepreneurs_per_1000=20")
    page.expected = (422,)
    exact = page.page.locator("[data-name=transition_births] .exact")
    page.page.locator("#find").fill("naissances de projets")
    exact.fill("1,4")
    page.settle(lambda: exact.press("Enter"))
    said = page.text("wrong-transition_births").replace("\N{NO-BREAK SPACE}", " ")
    assert "le réglage s'y arrête" in said
    assert page.page.locator("body.stale").count() == 0
    assert page.data("month") == 5
    assert "transition_births=" in page.page.url
