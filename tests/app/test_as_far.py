"""Parameters moved to where no territory can start stop where one can."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.app.as_far import TooFar, telling_limits
from sim.app.request import Catalogue, Request
from sim.app.trial import Trial
from sim.errors import InputError
from tests.app.browser import SMALL, Visit
from tests.app.pages import Page, asked

CHOICE = Catalogue()
NARROWED = """document.querySelector('[data-name=transition_births] .origin').innerText
  .includes('autres réglages')"""


def _moved(page: Page, **settings: Any) -> Any:
    return page.client.put(page.path, json=asked(settings=settings))


def _possible(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 422
    return {one["setting"]: one["value"] for one in answer.json()["possible"]}


def test_it_stops_at_the_last_round_value_from_which_the_model_starts(client: TestClient) -> None:
    page = Page(client)
    answer = _moved(page, entrepreneurs_per_1000=1.0)
    # What was moved is not always what the sentence names.
    assert answer.json()["settings"][0] == "transition_births"
    possible = _possible(answer)
    assert list(possible) == ["entrepreneurs_per_1000"]
    (value,) = possible.values()
    assert 1 < value < 30 and value == round(value)
    assert _moved(page, entrepreneurs_per_1000=value - 1).status_code == 422
    assert _moved(page, **possible).status_code == 200
    assert page.frame(1)


def test_of_an_address_with_impossible_settings_the_last_ones_stop(client: TestClient) -> None:
    settings = {"transition_births": 1.9, "closure_rate": 0.0, "entrepreneurs_per_1000": 3.0}
    answer = client.post("/api/sessions", json=asked(settings=settings))
    possible = _possible(answer)
    assert list(possible) == ["closure_rate", "entrepreneurs_per_1000"]
    first, second = (one["error"] for one in answer.json()["possible"])
    assert "Starting vacancy" in first and "project holders" in second
    Page(client, settings=settings | possible)


def test_a_choice_that_cannot_be_stays_as_it_was(client: TestClient) -> None:
    page = Page(client, settings={"with_margins": False, "closure_rate": 0.0})
    answer = _moved(page, with_margins=True, closure_rate=0.0)
    assert _possible(answer) == {"with_margins": False}


def test_who_has_waited_long_enough_gets_the_refusal_alone() -> None:
    settings = {"rows": 12, "columns": 12, "population": 2250, "entrepreneurs_per_1000": 1.0}
    far, trial = Request(scenario="mid_sized_town", settings=settings), Trial(CHOICE)
    refusal = trial.refusal(far)
    assert refusal is not None and refusal.__traceback__ is None  # it would keep the whole start
    for known, kind in ((trial, TooFar), (Trial(CHOICE, seconds=0.0), InputError)):
        with pytest.raises(InputError) as found, telling_limits(known, far):
            raise refusal
        assert type(found.value) is kind and str(found.value) == str(refusal)


@pytest.mark.slow
def test_the_page_stops_there_and_says_why_beside_it(browser: Any, address: str) -> None:
    far = f"{SMALL}&month=5&lang=fr&entrepreneurs_per_1000=20&transition_births=1.4"
    page = Visit(browser, address, far)
    page.until("Number(document.body.dataset.settled) > 0")
    said = page.text("wrong-transition_births").replace("\N{NO-BREAK SPACE}", " ")
    assert "le réglage s'y arrête" in said
    assert page.page.locator("body.stale").count() == 0
    assert page.data("month") == 5
    # Touched, it shows how far it goes, and goes no further.
    box = page.page.locator("[data-name=transition_births]")
    exact, shown = box.locator(".exact"), box.locator(".origin summary")
    stands = exact.input_value()
    assert "autres réglages" not in shown.inner_text()
    exact.focus()
    page.until(NARROWED)
    assert f"à {stands}" in shown.inner_text()
    exact.fill("1,4")
    exact.press("Enter")
    assert "n'est pas possible ici" in page.text("wrong-transition_births")
    assert "transition_births=1.4" not in page.page.url
    assert [wrong for wrong in page.wrong if "422" not in wrong] == []
    page.close()
