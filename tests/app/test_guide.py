"""The guided story: five scenes whose months, places and numbers are those of the film."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from sim.app.pair import Pair
from sim.app.request import Catalogue, Request
from sim.app.scenes import scenes_of, tell_scenes
from tests.app.browser import SMALL, Open
from tests.app.pages import SMALL as TOWN
from tests.app.pages import Page


def pair_of(intervention: str) -> Pair:
    settings: dict[str, Any] = dict(TOWN)
    asked = Request(scenario="mid_sized_town", intervention=intervention, settings=settings)
    return Pair(Catalogue().arms(asked))


def test_scenes_are_made_of_the_state_and_leave_the_town_where_it_is() -> None:
    pair = pair_of("transition_cluster")
    pair.run_to(5)
    first, dark, opening, flow, end = scenes_of(pair)
    assert pair.month == 5
    assert [s.key for s in (first, dark, opening, flow, end)] == [
        *("as_it_is", "goes_dark", "begins", "flows", "ends")
    ]
    assert first.month < opening.month <= flow.month <= end.month == 48
    pair.run_to(dark.month)
    state, (row, column) = pair.without.state, dark.cell
    rows, columns = divmod(state["premises.cell_row"], 12)
    near = (abs(rows - row) <= 1) & (abs(columns - column) <= 1)
    empty = (state["premises.is_open"] == 0) & (state["premises.third_place"] < 0)
    seen = dict(dark.values)
    assert (seen["here"], seen["dark"]) == (near.sum(), (near & empty).sum())
    assert seen["dark"] > seen["before"]
    # A place that was not open before stands where the story looks.
    there = pair_of("transition_cluster")
    here = 12 * opening.cell[0] + opening.cell[1]
    places = there.with_it.state
    for month, number in ((opening.month - 1, 0), (opening.month, 1)):
        there.run_to(month)
        is_new = np.arange(places["third_place.cell_row"].size) >= (
            there.without.state["third_place.cell_row"].size
        )
        is_there = is_new & (places["third_place.cell_row"] == here)
        assert places["third_place.is_open"][is_there].sum() == number


@pytest.mark.parametrize("intervention", ["rent_relief", "inert_cluster", None])
def test_there_is_a_story_for_whatever_is_tried(
    client: TestClient, intervention: str | None
) -> None:
    more: dict[str, Any] = {} if intervention else {"settings": {"closure_rate": 0.3}}
    page = Page(client, intervention=intervention, **more)
    told = {lang: page.get(f"scenes?lang={lang}").json()["scenes"] for lang in ("en", "fr")}
    for scenes in told.values():
        assert len(scenes) == 5
        assert all(0 <= s["month"] <= 48 and s["sentences"] for s in scenes)
        assert not any("{" in text for s in scenes for text in (s["title"], *s["sentences"]))
    both = zip(told["en"], told["fr"], strict=True)
    assert all(a["title"] != b["title"] and a["month"] == b["month"] for a, b in both)


def test_where_nothing_more_flows_the_story_says_so() -> None:
    settings: dict[str, Any] = {**TOWN, "closure_rate": 0.3}
    asked = Request(scenario="rural_low_density", settings=settings)
    pair = Pair(Catalogue().arms(asked))
    scenes = scenes_of(pair)
    assert [scene.key for scene in scenes[2:]] == ["changes", "flows_nothing", "ends"]
    told = tell_scenes(pair, scenes, "", "en")[3]["sentences"]
    assert len(told) == 1 and "no more users than without your changes" in told[0]


def test_where_nothing_is_tried_there_is_no_story(client: TestClient) -> None:
    page = Page(client)
    client.put(page.path, json={"scenario": "mid_sized_town"})
    assert client.get(f"{page.path}/scenes").status_code == 409


@pytest.mark.slow
def test_scenes_move_the_town_by_keyboard_and_without_motion_where_less_is_asked_for(
    visit: Open,
) -> None:
    there = visit(f"{SMALL}&lang=fr", reduced_motion="reduce")
    page = there.page
    page.locator("#guide-start").focus()
    page.keyboard.press("Enter")
    there.until("document.body.dataset.scene === '1'")
    assert "Scène 1 sur 5" in there.text("guide-step")
    titles = []
    for n in range(2, 6):
        painted = there.data("painted")
        there.settle(lambda: page.keyboard.press("Enter"))
        assert there.data("scene") == n
        assert there.data("painted") <= painted + 2  # no film in between
        titles.append(there.text("guide-title"))
    assert len(set(titles)) == 4
    assert there.data("month") == 60
    assert page.locator("#show-difference").is_checked()
    there.until("document.body.dataset.replicated")
    there.until("document.getElementById('guide-words').innerText.includes('5 ans')")
    assert there.text("answer") in there.text("guide-words")
    there.settle(lambda: page.locator("#guide-back").click())
    assert there.data("scene") == 4
    assert there.data("month") < 60
    page.locator("#guide-close").click()
    assert page.evaluate("document.activeElement.id") == "guide-start"
    assert not there.wrong
