"""Replications: progress, results and cancellation."""

import contextlib
import io
import json
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
from sim.app.sessions import Sessions
from sim.cli import main
from sim.experiments.engine import Tally
from sim.experiments.results import load_results
from sim.measures.registry import HEADLINES, ROLLING
from tests.app.pages import SMALL, Page

Serve = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replications, "NUMBER", 3)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Make replications wait after their first run until this is set."""
    go_on = threading.Event()
    tell = replications.Replications._tell

    def slowly(self: Any, tally: Tally) -> None:
        self.done, self.total = tally.done, tally.total
        go_on.wait()
        tell(self, tally)

    monkeypatch.setattr(replications.Replications, "_tell", slowly)
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


def test_they_end_with_bands_verdicts_and_a_report(serve: Serve) -> None:
    sessions = Sessions()
    page = Page(serve(sessions), settings={"months": 24})
    assert page.client.get(f"{page.path}/report.html").status_code == 409
    begin(page)
    of(sessions, page).wait()
    found = page.get("replications?lang=fr").json()
    assert (found["running"], found["error"]) == (False, "")
    assert found["done"] == found["total"] > 0
    assert set(found["bands"]) == set(ROLLING)
    for band in found["bands"].values():
        for side in ("without", "with", "difference"):
            courses = np.array(band[side], float)
            assert courses.shape == (5, 24)
            there = ~np.isnan(courses).any(axis=0)
            assert (np.diff(courses[:, there], axis=0) >= 0).all()
    assert 1 < len(found["verdicts"]) <= 1 + len(HEADLINES)
    report = page.get("report.html?lang=fr")
    assert 'lang="fr"' in report.text
    assert "attachment" in report.headers["content-disposition"]


def test_they_are_those_of_the_command_that_the_page_prints(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = Sessions()
    page = Page(serve(sessions), settings={"months": 12, "cluster_size": 70}, seed=4)
    begin(page)
    ours = of(sessions, page)
    ours.wait()
    assert ours.comparison is not None
    words = shlex.split(page.get("command").json()["compare"])
    words[words.index("--reps") + 1] = "3"
    words[words.index("--out") + 1] = str(tmp_path / "report")
    monkeypatch.setattr(
        "sim.report.report.write_report", lambda *_, **__: {}
    )  # its runs are asked for
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([*words[1:], "--workers", "1"]) == 0
    theirs = json.loads((tmp_path / "report" / "manifest.json").read_text())
    assert load_results(tmp_path / "report").digest == ours.comparison.digest
    assert theirs["run"]["command"] == ours.comparison.manifest["run"]["command"]


def test_replications_report_progress_and_stop_when_cancelled(
    serve: Serve, held: threading.Event
) -> None:
    sessions = Sessions()
    page = Page(serve(sessions))
    begin(page)
    running = of(sessions, page)
    until(lambda: running.done == 2)
    told = page.get("replications").json()
    assert told == {"done": 2, "total": running.total, "running": True, "error": ""}
    assert running.total > 3
    assert page.client.delete(f"{page.path}/replications").status_code == 204
    held.set()
    running.wait()
    assert (running.done, running.comparison, running.error) == (2, None, "")
    assert page.client.get(f"{page.path}/replications").status_code == 409


@pytest.mark.parametrize("how", ["change", "end", "again"])
def test_they_stop_when_their_pair_is_gone(serve: Serve, held: threading.Event, how: str) -> None:
    sessions = Sessions()
    page = Page(serve(sessions))
    begin(page)
    running = of(sessions, page)
    until(lambda: running.done == 2)
    {"change": page.change, "end": page.end, "again": lambda: begin(page)}[how]()
    held.set()
    running.wait()
    assert running.done == 2


def test_those_that_wait_for_their_turn_can_be_cancelled(
    serve: Serve, held: threading.Event
) -> None:
    sessions = Sessions()
    client = serve(sessions)
    first, second = Page(client), Page(client, seed=2)
    begin(first)
    until(lambda: of(sessions, first).done == 2)
    begin(second)
    waiting = of(sessions, second)
    second.end()
    waiting.wait()  # before the first are finished
    assert waiting.done == 0
    assert of(sessions, first).is_running


def test_a_refusal_to_replicate_gives_its_reason(client: TestClient) -> None:
    page = Page(client, intervention=None)
    refused = client.post(f"{page.path}/replications", json={})
    assert refused.status_code == 409
    assert "intervention" in refused.json()["error"]
    assert client.get(f"{page.path}/replications").status_code == 409


def test_a_failed_run_gives_one_sentence(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **more: Any) -> None:
        raise ValueError("replication 2 cannot start.")

    monkeypatch.setattr(replications, "compare_arms", fail)
    sessions = Sessions()
    page = Page(serve(sessions))
    begin(page)
    of(sessions, page).wait()
    assert page.get("replications").json()["error"] == "replication 2 cannot start."
    assert SMALL["months"] == Page(page.client).about["months"]
