"""The page's server in this process, and a browser that opens the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.app import replications
from sim.app.server import make_app
from sim.app.sessions import Sessions
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from tests.app.browser import CHROMIUM, SMALL, Visit, browsing, serving


@pytest.fixture
def serve() -> Iterator[Callable[..., TestClient]]:
    """Starts a server, optionally with other limits."""
    clients: list[TestClient] = []

    def start(sessions: Sessions | None = None, scenarios: Sequence[Path] = ()) -> TestClient:
        client = TestClient(make_app(scenarios, sessions=sessions), base_url="http://127.0.0.1")
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def client(serve: Callable[..., TestClient]) -> TestClient:
    return serve()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server in a thread, with few replications."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replications, "LOOKS", (10,))
        Simulation(load_scenario("mid_sized_town")).run(1)  # compiles kernels if necessary
        with serving() as address:
            yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real browser; without one, its tests are skipped."""
    pytest.importorskip("playwright")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}; name one with CHROMIUM=...")
    with browsing() as browser:
        yield browser


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Callable[..., Visit]]:
    """Open pages; only expected errors may occur on them."""
    visits: list[Visit] = []

    def open_(chosen: str = SMALL, **context: Any) -> Visit:
        visits.append(Visit(browser, address, chosen, **context))
        return visits[-1]

    yield open_
    for one in visits:
        one.close()
    assert [wrong for one in visits for wrong in one.wrong] == []
