"""The page's server in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sim.app.server import make_app
from sim.app.sessions import Sessions


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
