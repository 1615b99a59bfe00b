"""The budget board: the numbers of ``sim compare --budget``, in the background, one click away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from sim.app import board, replications
from sim.app.background import Background
from sim.app.board import Board
from sim.app.ranking import tell_board
from sim.app.request import Arms, Catalogue, Request
from sim.app.sessions import Sessions
from sim.experiments import budget
from sim.experiments.comparison import comparison_of
from sim.scenario.scenario import Scenario
from tests.app.browser import Open
from tests.app.pages import Page, asked

Serve = Callable[..., TestClient]

FEW = ("facade", "rent_relief", "transition_cluster")
SHORT = {"months": 18, "start": 0}
EVERY = board.contenders


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare few interventions in few replications."""

    def some(arms: Arms, choice: Catalogue) -> tuple[Scenario, dict[str, Scenario]]:
        world, found = EVERY(arms, choice)
        return world, {name: found[name] for name in FEW}

    monkeypatch.setattr(board, "contenders", some)
    monkeypatch.setattr(replications, "LOOKS", (10,))


@pytest.mark.parametrize("more", [{}, {"against": "baseline"}, {"intervention": None}])
def test_all_but_shocks_and_the_placebo_are_compared_in_my_world(more: dict[str, Any]) -> None:
    choice = Catalogue()
    settings = {"closure_rate": 0.2} | ({} if "intervention" in more else {"start": 0})
    request = Request(**asked(**{"intervention": "facade"} | more, settings=settings))
    world, found = EVERY(choice.arms(request), choice)
    assert (world.interventions, world.values["closure_rate"]) == ((), 0.2)
    assert {"transition_cluster", "periphery_moratorium", "facade"} <= set(found)
    assert not {"inert_cluster", "pandemic", "grant_cut", "online_jump"} & set(found)
    starts = {name: arm.interventions[-1].levers.start for name, arm in found.items()}
    assert starts.pop("facade") == settings.get("start", 12)
    assert set(starts.values()) == {12}


def test_the_printed_command_has_every_digit_of_the_sum() -> None:
    choice = Catalogue()
    world, tried = EVERY(choice.arms(Request(**asked())), choice)
    _, commands = comparison_of(world, {"facade": tried["facade"]}, budget=1_234_567.0)
    assert "--budget 1234567 " in commands["command"]
    assert "budget=1234567)" in commands["python"]


@pytest.mark.slow
def test_its_numbers_are_those_of_the_python_code_that_it_prints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replications, "LOOKS", (2,))
    monkeypatch.setattr(budget, "ROUNDS", 3)
    choice = Catalogue()
    arms = choice.arms(Request(**asked(intervention="facade", settings=SHORT)))
    ours = Board(arms, choice, 2500.0, Background(2))
    ours.wait()
    assert ours.error == ""
    assert list(ours.too_little) == ["transition_cluster"]
    theirs: dict[str, Any] = {}
    exec(ours.commands["python"].replace(")\n", ", workers=1)\n"), theirs)
    assert ours.results is not None
    assert ours.results.experiment.scales == theirs["found"].experiment.scales
    pd.testing.assert_frame_equal(ours.results.board, theirs["found"].board)
    assert "--budget 2500" in ours.commands["command"]
    assert "facade.start=0" in ours.commands["command"]
    for lang in ("en", "fr"):
        told = tell_board(ours, choice, lang)
        assert all(len(one["rows"]) == 2 for one in told["measures"])
        assert len(told["left_out"]) == 1
        settings = {row["name"]: row["settings"] for row in told["measures"][0]["rows"]}
        assert settings["facade"]["start"] == 0
        assert settings["rent_relief"] == {"rent_relief_funding": 208.33}  # it spends all it gets


def test_pages_without_a_board_and_sums_that_are_none_are_refused(client: TestClient) -> None:
    page = Page(client)
    assert client.get(f"{page.path}/board").status_code == 409
    for wrong in (0, 1e11, -5, "NaN", None):
        answer = client.post(f"{page.path}/board", json={"budget": wrong})
        assert answer.status_code == 422, wrong


@pytest.mark.slow
def test_it_gives_way_to_others_and_stops_when_told(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def noted(what: str, owner: Any, name: str) -> None:
        do = getattr(owner, name)

        def note(*given: Any) -> Any:
            order.append(what)
            return do(*given)

        monkeypatch.setattr(owner, name, note)

    noted("board", board, "do_batch")
    noted("pair", replications.Replications, "pair")
    sessions = Sessions()
    sessions.background = Background(1)
    client = serve(sessions)
    first, second = Page(client, settings=SHORT), Page(client, settings={"months": 12})
    assert client.post(f"{first.path}/board", json={"budget": 40_000}).status_code == 202
    client.post(f"{second.path}/replications", json={})
    with sessions.using(second.about["session"]) as session:
        others = session.replications
    with sessions.using(first.about["session"]) as session:
        ours = session.board
    assert others is not None
    assert ours is not None
    others.wait()
    assert ours.is_running
    begun = order.index("pair")
    turns = order[begun : begun + order.count("pair")]
    assert turns.count("board") >= len(turns) // 2 - 1  # it had its turns, and no more than they
    assert client.delete(f"{first.path}/board").status_code == 204
    ours.wait()
    told = first.get("board").json()
    assert (told["running"], told["known"], told["error"]) == (False, 0, "")
    # The end of the session stops it, too.
    client.post(f"{first.path}/board", json={"budget": 40_000})
    with sessions.using(first.about["session"]) as session:
        ours = session.board
    first.end()
    assert ours is not None
    ours.wait()
    assert ours.known == 0


@pytest.mark.slow
def test_from_the_start_page_the_best_use_of_a_sum_takes_three_actions(visit: Open) -> None:
    import axe_playwright_python  # type: ignore[import-untyped]

    page = visit("rows=12&columns=12&population=3000&spin_up=2&months=36&lang=en&start=0")
    look = page.page
    look.locator("#board-sum").fill("40 000 €")
    look.locator("#board-begin").click()
    page.until("Number(document.body.dataset.ranked) > 0")
    assert look.locator("#board-ranks tbody tr").count() == len(FEW)
    look.locator("#board-measure").select_option("closure_rate_town_centre")
    row = look.locator("#board-ranks tbody tr", has_text="Shop fronts")
    interval = row.locator("td").nth(1).inner_text()
    page.settle(lambda: row.get_by_role("button").click())
    assert "intervention=facade" in look.url
    assert look.url.endswith("budget=40000")
    assert "facade_funding=" in look.url
    assert page.data("month") == 36
    page.until("Number(document.body.dataset.replicated) > 0")
    tile = look.locator("#tiles li", has_text="Closure rate").locator(".change strong").inner_text()
    assert tile in interval
    look.evaluate(Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8"))
    found = look.evaluate("axe.run('section:has(#board-head)').then((one) => one.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    page.speak("fr")
    page.until("document.querySelector('#board-ranks').textContent.includes('Façades')")
    assert not look.locator("#board-stale").is_visible()
    look.locator("#board-sum").fill("12")
    look.locator("#board-begin").click()
    assert "Indiquez une somme" in page.text("board-text")
