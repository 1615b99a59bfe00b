"""Any request gets its answer or one sentence, and the server continues."""

import json
import math
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from starlette.testclient import TestClient

from sim.app.guard import COOKIE, LARGEST_BODY
from sim.app.server import make_app
from sim.interventions import TYPES
from sim.scenario.schema import PARAMETERS
from tests.app.pages import SMALL, Page, asked

HOST = "http://127.0.0.1"
FEW = settings(
    max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
OPENAPI = TestClient(make_app(), base_url=HOST).get("/openapi.json").json()
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(OPENAPI).get_all_operations()]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(None, id="this machine"),
        pytest.param("token", id="network", marks=pytest.mark.slow),
    ],
)
def client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    token = request.param
    with TestClient(make_app(token=token), base_url=HOST) as client:
        if token:
            client.cookies.set(COOKIE, token)
        yield client


@pytest.fixture(scope="module")
def page(client: TestClient) -> Page:
    return Page(client)


@pytest.fixture(scope="module", autouse=True)
def goes_on(page: Page) -> Iterator[None]:
    """The server still answers after all requests."""
    page.change()
    before = page.frame(5)
    yield
    page.change()
    assert page.frame(5) == before
    assert page.client.get("/api/options").status_code == 200


def refused(answer: Any) -> str:
    """The one sentence of a refusal."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/json"
    assert {"error"} <= set(answer.json()) <= {"error", "settings", "possible"}
    sentence = str(answer.json()["error"])
    assert sentence.endswith((".", "?")), sentence
    assert "\n" not in sentence
    assert len(sentence) < 2000
    return sentence


def is_fine(answer: Any) -> None:
    if not 200 <= answer.status_code < 300:
        refused(answer)


# Within the schema, and outside -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@FEW
@given(data=st.data())
def test_requests_made_from_the_schema(page: Page, operation: Any, data: Any) -> None:
    """Drawn here, since what `parametrize` of schemathesis draws is drawn by each worker."""
    case = data.draw(st.one_of([operation.as_strategy(generation_mode=m) for m in GenerationMode]))
    if "name" in case.path_parameters and case.method != "DELETE":
        case.path_parameters["name"] = page.about["session"]
    body = {} if isinstance(case.body, NotSet) else {"content": _json(case.body)}
    is_fine(
        page.client.request(
            case.method,
            case.formatted_path,
            params=case.query,
            headers={"content-type": "application/json"},
            **body,
        )
    )


def _json(value: Any) -> bytes:
    """JSON as Python writes it, including NaN, infinities and lone surrogates."""
    return json.dumps(value, ensure_ascii=True, default=repr).encode("utf-8", "replace")


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from([2**63, -(2**63), 10**400, math.inf, "\0", "../../etc/passwd", "file"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(["scenario", "intervention", "settings", "seed", "steps", "layer", "known"])
POSTS = ("/api/sessions", "{page}", "{page}/frame", "{page}/replications")


@pytest.mark.parametrize("path", POSTS)
@FEW
@given(body=ANYTHING | st.dictionaries(KEYS, ANYTHING, min_size=1))
def test_any_json_to_any_endpoint(page: Page, path: str, body: Any) -> None:
    path = path.format(page=page.path)
    for method in ("POST", "PUT"):
        headers = {"content-type": "application/json"}
        is_fine(page.client.request(method, path, content=_json(body), headers=headers))


def _values(kind: type, low: Any, high: Any, choices: tuple[str, ...]) -> st.SearchStrategy[Any]:
    if kind is bool:
        return st.booleans()
    if kind is str:
        return st.sampled_from(choices) if choices else st.text(max_size=30)
    if kind is int:
        return st.integers(int(low), int(high))
    return st.sampled_from([low, high]) | st.floats(low, high)


# test_sessions.py tests the limits of sizes; large ones would slow this test.
LARGE = ("file", "population", "premises_per_1000", *SMALL)
INFOS = {i.name: i for i in PARAMETERS.values() if i.name not in LARGE} | {
    i.name: i for i in TYPES["transition_cluster"].infos.values()
}


@settings(FEW, max_examples=15)
@given(data=st.data())
def test_any_admissible_settings_run_or_are_refused(page: Page, data: Any) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(INFOS)), max_size=5, unique=True))
    chosen = {
        n: data.draw(_values(INFOS[n].kind, INFOS[n].low, INFOS[n].high, INFOS[n].choices))
        for n in names
    }
    answer = page.client.put(page.path, json=asked(settings=chosen))
    is_fine(answer)
    if answer.status_code == 200:
        page.frame(3)
        page.get("words?lang=fr")
        page.get("export.csv")


# Bodies that are not valid JSON -------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"nan",
        b"[" * 60_000,
        b'{"seed": ' + b"9" * 5000 + b"}",
        b'{"scenario": "mid_sized_town", "seed": 1e400}',
        b'{"scenario": "mid_sized_town", "seed": NaN}',
        b'{"scenario": "mid_sized_town", "seed": true}',
        b'{"scenario": "mid_sized_town", "seed": "1"}',
        b'{"scenario": "mid_sized_town", "seed": 1.0}',
        b'{"scenario": "mid_sized_town", "seed": 9223372036854775808}',
        b'{"scenario": "mid_sized_town", "settings": {"closure_rate": Infinity}}',
        b'{"scenario": "mid_sized_town", "settings": {"closure_rate": "0.1"}}',
        b'{"scenario": "mid_sized_town", "settings": {"closure_rate": true}}',
        b'{"scenario": "mid_sized_town", "settings": {"with_drivers": 1}}',
        b'{"scenario": "mid_sized_town", "settings": {"rows": 12.5}}',
        b'{"scenario": "mid_sized_town\\u0000"}',
        b'{"scenario": "../mid_sized_town"}',
        b'{"scenario": "mid_sized_town", "intervention": "scenarios/interventions/facade.toml"}',
        b'{"scenario": "mid_sized_town", "other": 1}',
        b'{"scenario": "mid_sized_town", "scenario": 1}',
    ],
)
def test_bodies_that_are_not_understood(page: Page, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    refused(page.client.post("/api/sessions", content=body, headers=headers))
    refused(page.client.put(page.path, content=body, headers=headers))


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "", "application/jsonp"])
def test_only_json_is_accepted_not_forms_of_other_pages(page: Page, kind: str) -> None:
    body = json.dumps(asked())
    answer = page.client.post("/api/sessions", content=body, headers={"content-type": kind})
    assert answer.status_code == 415
    refused(answer)


def test_bodies_have_a_maximum_size_whatever_their_headers_say(page: Page) -> None:
    large = b" " * (LARGEST_BODY + 1)

    def pieces() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 1000 + 1):
            yield b" " * 1000

    headers = {"content-type": "application/json"}
    bodies: list[Any] = [large, pieces()]
    for body in bodies:
        answer = page.client.post("/api/sessions", content=body, headers=headers)
        assert answer.status_code == 413
        refused(answer)


# Other pages, hosts and protocols -----------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:80"},
        {"host": "127.0.0.1.evil.example"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_other_pages_and_hosts_are_refused(page: Page, method: str, headers: Any) -> None:
    body = {"json": asked()} if method in ("POST", "PUT") else {}
    path = "/api/sessions" if method == "POST" else f"{page.path}/command"
    answer = page.client.request(method, path, headers=headers, **body)
    assert answer.status_code == 403
    refused(answer)


def test_links_to_the_page_work_except_under_another_host_name(client: TestClient) -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200
    assert client.get("/", headers=link | {"host": "evil.example"}).status_code == 403
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_the_page_cannot_be_framed_or_load_from_elsewhere(client: TestClient) -> None:
    for path in ("/", "/static/main.js", "/api/options", "/nothing"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PATCH", "BREW"])
def test_other_methods(page: Page, method: str) -> None:
    for path in ("/", "/api/options", "/api/sessions", page.path, f"{page.path}/frame"):
        answer = page.client.request(method, path)
        assert answer.status_code in (405, 415)
        if method != "HEAD":
            refused(answer)


# On the wire: bytes no client library would send --------------------------------------------------

END = b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


class Wire:
    """A server started by `sim app`, addressed in bytes."""

    def __init__(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.address = listening.getsockname()
        config = uvicorn.Config(
            make_app(), log_level="critical", access_log=False, ws="none", timeout_keep_alive=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=[[listening]], daemon=True)
        self._thread.start()

    def __call__(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        with socket.create_connection(self.address, timeout=60) as connection:
            connection.sendall(request)
            answer = b""
            while piece := connection.recv(65_536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.end()


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../server.py",
        b"/static/../../app/server.py",
        b"/static/%2e%2e/server.py",
        b"/static/..%2fserver.py",
        b"/static/%2e%2e%2f%2e%2e%2fschema.py",
        b"/static/..%5cserver.py",
        b"/static//etc/passwd",
        b"/static/%00main.js",
        b"/static/" + b"a" * 5000,
        b"//etc/passwd",
        b"/etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/api/sessions/../../etc/passwd",
        b"/api/sessions/%00/command",
        b"/api/sessions/" + b"a" * 500 + b"/command",
        b"/scenarios/mid_sized_town.toml",
    ],
)
def test_no_file_can_be_reached(wire: Wire, path: bytes) -> None:
    status, body = wire(b"GET " + path + b" HTTP/1.1" + END + b"\r\n")
    assert status in (400, 404, 422)
    assert set(json.loads(body)) == {"error"}


def test_only_plain_http_is_spoken(wire: Wire) -> None:
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    for path in (b"/", b"/api/options"):
        host = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        status, body = wire(b"GET " + path + host + upgrade + key + b"\r\n")
        assert status == 400
        assert b"plain HTTP" in body


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"POST /api/sessions HTTP/1.1" + END + b"Content-Length: -1\r\n\r\n",
        b"POST /api/sessions HTTP/1.1" + END + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /api/sessions HTTP/1.1"
        + END
        + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/sessions HTTP/1.1"
        + END
        + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"4000\r\n%b\r\n" % (b" " * 0x4000) * 5
        + b"0\r\n\r\n",
    ],
)
def test_malformed_requests_are_refused_and_the_next_one_answered(
    wire: Wire, request_bytes: bytes
) -> None:
    status, _ = wire(request_bytes)
    assert 400 <= status < 500
    assert wire(b"GET / HTTP/1.1" + END + b"\r\n")[0] == 200


def test_a_body_that_never_ends_keeps_nobody_waiting(wire: Wire) -> None:
    begun = b"POST /api/sessions HTTP/1.1" + END + b"Content-Type: application/json\r\n"
    with socket.create_connection(wire.address) as connection:
        connection.sendall(begun + b"Content-Length: 100\r\n\r\n{")
        assert wire(b"GET /api/options HTTP/1.1" + END + b"\r\n")[0] == 200
