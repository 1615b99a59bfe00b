"""Replications: progress, effects, the report, and who gets a turn."""

import contextlib
import io
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from sim.app import replications
from sim.app.background import Background
from sim.app.replications import TOLD
from sim.app.sessions import Sessions
from sim.cli import main
from sim.experiments.results import load_results
from sim.measures.registry import HEADLINES, OUTCOMES, ROLLING
from sim.report.effects import effect_in_row
from tests.app.pages import Page

Serve = Callable[..., TestClient]

YEAR = {"months": 12}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replications, "LOOKS", (10, 12))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Make pairs after the first two wait until this is set."""
    go_on = threading.Event()
    pair = replications.Replications.pair

    def slowly(self: Any, rep: int) -> Any:
        if rep >= 2:
            go_on.wait()
        return pair(self, rep)

    monkeypatch.setattr(replications.Replications, "pair", slowly)
    yield go_on
    go_on.set()


def until(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.01)


def begin(page: Page) -> Any:
    answer = page.client.post(f"{page.path}/replications", json={})
    assert answer.status_code == 202, answer.text
    return answer.json()


def of(sessions: Sessions, page: Page) -> replications.Replications:
    with sessions.using(page.about["session"]) as session:
        assert session.replications is not None
        return session.replications


def alone() -> Sessions:
    """Sessions with one thread for replications, so that pairs follow one another."""
    sessions = Sessions()
    sessions.background = Background(1)
    return sessions


@pytest.mark.slow
def test_tiles_stakes_and_report_give_the_same_verdicts(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = Sessions()
    page = Page(serve(sessions), settings={"months": 24, "cluster_size": 70}, seed=4)
    refused = page.client.post(f"{page.path}/report", json={})
    assert (refused.status_code, "finish first" in refused.json()["error"]) == (409, True)
    page.frame(24)
    begin(page)
    ours = of(sessions, page)
    ours.wait()
    found = page.get("replications?lang=fr").json()
    assert (found["running"], found["error"], found["done"]) == (False, "", ours.done)
    assert set(found["bands"]) == set(ROLLING)
    for band in found["bands"].values():
        low, mean, high = (np.array(band[key], float) for key in ("low", "with", "high"))
        assert low.shape == (24,)
        there = np.isfinite(mean)
        assert (low[there] <= mean[there] + 1e-9).all()
        assert (mean[there] <= high[there] + 1e-9).all()
    assert "bands" not in page.get(f"replications?known={ours.known}").json()

    # The command that the page prints gives the same effects.
    words = shlex.split(page.get("command").json()["compare"])
    assert words[words.index("--reps") + 1] == str(ours.known)
    words[words.index("--out") + 1] = str(tmp_path / "report")
    monkeypatch.setattr("sim.report.report.write_report", lambda *_, **__: {})
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([*words[1:], "--workers", "1"]) == 0
    theirs = load_results(tmp_path / "report")
    table = theirs.effects.set_index(["indicator", "horizon"], drop=False)
    effects = ours.effects(24, "en")
    assert set(effects) == set(TOLD)
    told = page.get("words").json()
    tiles = dict(zip(HEADLINES, told["answer"]["tiles"], strict=True))
    for name, effect in effects.items():
        row = effect_in_row(OUTCOMES[name], table.loc[(name, 24)], "en")
        assert effect.verdict == row.verdict
        if effect.is_measured:
            assert (effect.mean, effect.lo90, effect.hi90) == (row.mean, row.lo90, row.hi90)
            assert any(row.interval.split(" to ")[0] in s for s in _sentences(told))
        if name in tiles:
            assert tiles[name]["interval"] == row.interval

    # And so do the report's own runs.
    page.client.post(f"{page.path}/report", json={})
    with sessions.using(page.about["session"]) as session:
        runs = session.report
    assert runs is not None
    runs.wait()
    assert runs.results is not None
    assert runs.results.digest == theirs.digest


def _sentences(told: Any) -> list[str]:
    stakes = [s for stake in told["stakes"].values() for s in stake["sentences"]]
    return [*stakes, *(stage["interval"] for stage in told["funnel"]["stages"])]


def test_before_the_first_look_nothing_has_a_verdict(serve: Serve, held: threading.Event) -> None:
    sessions = alone()
    page = Page(serve(sessions), settings=YEAR)
    page.frame(12)
    began = begin(page)
    assert (began["running"], began["known"], began["total"]) == (True, 0, 10)
    running = of(sessions, page)
    until(lambda: running.done == 2)
    told = page.get("words").json()
    assert "after 10 pairs" in told["answer"]["sentence"]
    assert {(one["verdict"], one["level"]) for one in told["answer"]["tiles"]} == {("", "–")}
    assert not any(word in s for s in _sentences(told) for word in ("more,", "no relevant effect"))
    # Stopped, they keep what they have, and go on from there.
    assert page.client.delete(f"{page.path}/replications").status_code == 204
    held.set()
    running.wait()
    assert running.done == 3
    begin(page)
    running.wait()
    assert of(sessions, page) is running
    assert running.done >= 10


@pytest.mark.slow
@pytest.mark.parametrize("how", ["change", "end"])
def test_they_stop_when_their_pair_is_gone(serve: Serve, held: threading.Event, how: str) -> None:
    sessions = alone()
    page = Page(serve(sessions), settings=YEAR)
    begin(page)
    running = of(sessions, page)
    until(lambda: running.done == 2)
    page.change(settings=YEAR)  # nothing is different: they go on
    assert of(sessions, page) is running
    {"change": lambda: page.change(seed=2, settings=YEAR), "end": page.end}[how]()
    held.set()
    running.wait()
    assert running.done == 3


@pytest.mark.slow
def test_sessions_take_turns(serve: Serve, held: threading.Event) -> None:
    sessions = alone()
    client = serve(sessions)
    pages = [Page(client, seed=seed, settings=YEAR) for seed in (1, 2)]
    for page in pages:
        begin(page)
    first, second = (of(sessions, page) for page in pages)
    until(lambda: second.done == 2)
    assert first.done == 2
    held.set()
    second.wait()
    assert abs(first.done - second.done) <= 2


def test_a_month_with_open_verdicts_gets_more_and_a_settled_one_none(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = {12: True, 24: False}
    monkeypatch.setattr(
        replications.Replications, "is_settled", property(lambda self: settled[self.month])
    )
    sessions = alone()
    page = Page(serve(sessions), settings={"months": 24})
    page.frame(12)
    begin(page)
    running = of(sessions, page)
    running.wait()
    assert running.done == 10
    page.frame(12)
    page.get("words")
    running.wait()
    assert running.done == 12


def test_without_a_difference_there_is_nothing_to_replicate(client: TestClient) -> None:
    page = Page(client)
    begun = client.put(page.path, json={"scenario": "mid_sized_town"}).json()
    assert (begun["is_same"], page.get("command").json()["compare"]) == (True, "")
    assert len(page.get("command").json()["command"].splitlines()) == 1
    refused = client.post(f"{page.path}/replications", json={})
    assert refused.status_code == 409
    assert "intervention" in refused.json()["error"]
    assert client.get(f"{page.path}/replications").status_code == 409


@pytest.mark.slow
def test_failed_pairs_are_counted_and_give_one_sentence(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = replications.Replications.pair

    def fail(self: Any, rep: int) -> Any:
        if rep in failing:
            raise ValueError(f"replication {rep} cannot start.")
        return pair(self, rep)

    monkeypatch.setattr(replications.Replications, "pair", fail)
    failing = range(1)
    sessions = alone()
    page = Page(serve(sessions), settings=YEAR)
    page.frame(12)
    begin(page)
    of(sessions, page).wait()
    assert page.get("replications").json()["error"] == ""
    told = page.get("words").json()["answer"]
    assert "1 of them could not run." in told["notes"]
    failing = range(60)
    page.change(seed=5, settings=YEAR)
    begin(page)
    of(sessions, page).wait()
    assert page.get("replications").json()["error"] == "replication 0 cannot start."
    assert of(sessions, page).done == 10


@pytest.mark.slow
def test_changed_settings_without_an_intervention_are_compared_with_the_territory_as_offered(
    serve: Serve,
) -> None:
    sessions = alone()
    page = Page(serve(sessions))
    ground = YEAR | {"rows": 24, "columns": 24}  # the same in what is compared
    body = {"scenario": "mid_sized_town", "settings": ground | {"closure_rate": 0.3}}
    assert page.client.put(page.path, json=body).json()["mode"] == "changes"
    page.frame(12)
    begin(page)
    running = of(sessions, page)
    running.wait()
    assert running.effects(12, "en")["closure_rate_town_centre"].verdict == "increase"
    assert "worse: closure rate (town centre) +" in page.get("words").json()["answer"]["sentence"]
    assert page.client.post(f"{page.path}/report", json={}).status_code == 409
    assert "compare_arms(without" in page.get("command").json()["compare"]
    # An intervention in that world is compared with either.
    more = {"settings": YEAR | {"closure_rate": 0.3}}
    modes = [page.change(**more, against=one)["mode"] for one in ("world", "baseline")]
    assert modes == ["intervention", "both"]
