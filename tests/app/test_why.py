"""Why: steps from money to shops, and the mechanisms behind a tile, from the page's pairs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from sim.app import reasons, replications
from sim.app.sessions import Sessions
from sim.experiments import why as module
from sim.experiments.funnel import STAGES
from tests.app.browser import SMALL, Open
from tests.app.pages import Page

Serve = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replications, "LOOKS", (10, 12))
    monkeypatch.setattr(reasons, "MOST", 10)
    monkeypatch.setattr(module, "SWITCHES", ("with_visits", "with_closure"))


def test_an_answer_is_explained_by_its_own_pairs(serve: Serve) -> None:
    sessions = Sessions()
    page = Page(serve(sessions), settings={"months": 24})
    asked = {"measure": "closure_rate_town_centre"}
    before = page.client.post(f"{page.path}/why", json=asked)
    assert (before.status_code, "once there is one" in before.json()["error"]) == (409, True)
    assert page.client.get(f"{page.path}/why").status_code == 409
    page.frame(12)
    page.client.post(f"{page.path}/replications", json={})
    with sessions.using(page.about["session"]) as session:
        running = session.replications
    assert running is not None
    running.wait()
    told = page.get("words").json()
    assert [s["label"] for s in told["funnel"]["stages"]][-1] == "Open shops"
    assert len(told["funnel"]["stages"]) == len(STAGES)
    unknown = page.client.post(f"{page.path}/why", json={"measure": "closures_rate"})
    assert (unknown.status_code, "unknown measure" in unknown.json()["error"]) == (422, True)
    assert page.client.post(f"{page.path}/why", json=asked).status_code == 202
    with sessions.using(page.about["session"]) as session:
        runs = session.reasons
    assert runs is not None
    runs.wait()
    english, french = (page.get(f"why?lang={lang}").json() for lang in ("en", "fr"))
    assert (english["running"], english["done"]) == (False, english["total"])
    assert english["done"] >= 20
    assert {part["label"] for part in english["parts"]} == {
        "People use third places",
        "Shops close",
    }
    # Where no shop closes, no effect on closures is left.
    shops = next(part for part in english["parts"] if part["label"] == "Shops close")
    assert (shops["without"], shops["without_interval"]) == ("0", shops["without_interval"])
    tile = told["answer"]["tiles"][0]
    assert tile["change"].split("\N{NO-BREAK SPACE}")[0].split(" ")[0] in english["sentences"][0]
    assert len(english["sentences"]) == len(french["sentences"])
    assert all(e != f for e, f in zip(english["sentences"], french["sentences"], strict=True))
    assert not any("{" in s for s in (*english["sentences"], *french["sentences"]))
    page.change(seed=3, settings={"months": 24})
    assert page.client.get(f"{page.path}/why").status_code == 409


@pytest.mark.slow
def test_why_takes_one_action_from_an_answer(visit: Open) -> None:
    there = visit(f"{SMALL}&month=12&lang=fr")
    there.until("document.body.dataset.replicated")
    there.page.get_by_role("button", name="Pourquoi : Taux de création de projets").click()
    assert there.page.evaluate("document.activeElement.id") == "why-head"
    assert there.page.locator("#funnel tr").count() == 1 + len(STAGES)
    there.until("document.body.dataset.explained === 'births_per_1000'")
    assert "L'effet sur" in there.text("reasons-words")
    assert there.page.locator("#reasons-parts tr").count() == 3
    there.speak("en")
    there.until("document.getElementById('reasons-words').innerText.includes('The effect on')")
    assert not there.wrong
