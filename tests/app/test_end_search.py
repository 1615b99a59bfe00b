"""The page asks where a parameter may stand; the server looks for it in the background."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.app.background import Background
from sim.app.end_search import EndSearch
from sim.app.request import Catalogue, Request
from sim.scenario.schema import PARAMETERS
from tests.app.pages import Page

CHOICE = Catalogue()
GROUND = {"rows": 12, "columns": 12, "population": 2250}


def _search(background: Background, **settings: Any) -> EndSearch:
    asked = Request(scenario="mid_sized_town", settings=GROUND | settings)
    return EndSearch(CHOICE, asked, background)


def test_it_gives_each_visitor_one_start_after_the_other() -> None:
    background = Background(threads=1)
    begun = [_search(background) for _ in range(2)]
    assert [one.ends("entrepreneurs_per_1000") for one in begun] == [None, None]
    late = _search(background)
    late.ends("caseload")  # of which the start knows nothing: one turn
    late.wait()
    info = PARAMETERS["caseload"]
    assert late.ends("caseload") == (info.low, info.low, info.high)
    assert all(one.is_running for one in begun)
    for one in begun:
        one.stop()
        one.wait()


def test_a_choice_from_which_no_territory_starts_is_closed() -> None:
    search = _search(Background(), with_margins=False, closure_rate=0.0)
    search.ends("with_margins")
    search.wait()
    assert search.ends("with_margins") == (False,)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("parameter=closure_rat", "'closure_rat' is no number or choice among parameters."),
        ("parameter=file", "'file' is no number or choice among parameters."),
        ("parameter=places", "'places' is no number or choice among parameters."),
        ("", "the request is not admissible (parameter: field required)."),
        (f"parameter={'a' * 101}", "the request is not admissible (parameter: string should have"),
    ],
)
def test_what_has_no_ends_is_refused_in_one_sentence(page: Page, query: str, said: str) -> None:
    answer = page.client.get(f"{page.path}/ends?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(said)


@pytest.fixture(scope="module")
def page() -> Page:
    from sim.app.server import make_app

    return Page(TestClient(make_app(), base_url="http://127.0.0.1"))
