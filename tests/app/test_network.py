"""The page on a network: a link with a token, and connections that end in time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import uvicorn
from starlette.testclient import TestClient

from sim.app import connections
from sim.app.connections import Connection
from sim.app.guard import COOKIE
from sim.app.server import make_app
from sim.cli.app import _is_this_machine, _name_of

TOKEN = "a-token-of-the-tests"
HOST = "http://192.168.7.5:8765"


@pytest.fixture
def browser() -> TestClient:
    return TestClient(make_app(token=TOKEN), base_url=HOST, follow_redirects=False)


def test_the_link_lets_a_browser_in_and_leaves_no_token_in_the_address(browser: TestClient) -> None:
    entered = browser.get(f"/?token={TOKEN}")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert browser.get("/").status_code == 200
    assert browser.get("/api/options").status_code == 200
    assert browser.get("/static/main.js").status_code == 200


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/?token=ä", "/api/options"])
def test_nobody_enters_without_the_token(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 401
    assert "link" in answer.json()["error"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("cookie", ["", "wrong", TOKEN[:-1], f"{TOKEN}x", '"', "a=b;;=", "ä"])
def test_a_wrong_cookie_is_no_token(browser: TestClient, cookie: str) -> None:
    header = {"cookie": f"{COOKIE}={cookie}".encode("latin-1")}
    assert browser.get("/", headers=header).status_code == 401  # type: ignore[arg-type]


def test_the_token_counts_only_in_the_link_to_the_page(browser: TestClient) -> None:
    assert browser.get(f"/api/options?token={TOKEN}").status_code == 401
    assert browser.post(f"/?token={TOKEN}", json={}).status_code == 401


def test_names_that_others_could_point_at_the_server_are_refused(browser: TestClient) -> None:
    browser.cookies.set(COOKIE, TOKEN)
    for host in ("evil.example", "192.168.7.5.evil.example:8765", "evil.example:8765"):
        assert browser.get("/", headers={"host": host}).status_code == 403
    for host in ("[fe80::1]:8765", "10.0.0.7", "localhost:8765"):
        assert browser.get("/", headers={"host": host}).status_code == 200


def test_without_a_token_addresses_of_others_are_refused() -> None:
    assert TestClient(make_app(), base_url=HOST).get("/").status_code == 403


def test_only_loopback_is_this_machine() -> None:
    assert _is_this_machine("127.0.0.1")
    assert _is_this_machine("localhost")
    assert _is_this_machine("::1")
    assert not _is_this_machine("0.0.0.0")
    assert _name_of("0.0.0.0") != "0.0.0.0"
    assert _name_of("192.168.7.5") == "192.168.7.5"


# Connections --------------------------------------------------------------------------------------


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A server that waits 0.3 seconds for a request, and has room for ten connections."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(connections, "MOST", 10)
    settings = uvicorn.Config(
        make_app(), port=0, log_level="error", http=Connection, timeout_keep_alive=1
    )
    server = uvicorn.Server(settings)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=[[listening]])
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()
        server.should_exit = True
        thread.join()


REQUEST = b"GET /api/options HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PART = b"POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-type: application/json\r\n"
BODY = b'content-length: 50\r\n\r\n{"scenario": "mid'


def ends(connection: socket.socket, within: float) -> bool:
    """Whether the server ends a connection, whatever it has sent before."""
    connection.settimeout(within)
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("begun", [b"", b"GET / HT", PART, PART + BODY, REQUEST + PART])
def test_a_request_that_does_not_arrive_ends_its_connection(
    address: tuple[str, int], begun: bytes
) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(begun)
        assert ends(connection, 3.0)


def test_a_request_in_drops_ends_in_time_too(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as connection, pytest.raises(ConnectionError):
        for byte in PART * 2:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)


@pytest.mark.slow
def test_files_have_more_time_to_arrive_and_not_for_ever(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "UPLOAD_SECONDS", 1.5)
    begun = b"POST /api/towns HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    kind = b"content-type: application/octet-stream\r\ncontent-length: 50\r\n\r\n{"
    with socket.create_connection(address) as connection:
        connection.sendall(begun + kind)
        assert not ends(connection, 0.8)
        assert ends(connection, 10)


def test_idle_connections_do_not_block_a_user(address: tuple[str, int]) -> None:
    with ExitStack() as stack:
        for number in range(40):
            idle = stack.enter_context(socket.create_connection(address))
            idle.sendall(PART if number % 2 else b"")
        user = stack.enter_context(socket.create_connection(address))
        user.sendall(REQUEST)
        user.settimeout(3.0)
        assert user.recv(15) == b"HTTP/1.1 200 OK"
