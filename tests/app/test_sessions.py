"""Sessions are isolated, limited in resources, and end."""

import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from sim.app.pair import Pair
from sim.app.request import Catalogue, Request
from sim.app.sessions import GIVES_WAY_SECONDS, IDLE_SECONDS, Busy, Sessions, Unknown
from tests.app.pages import Page, asked

Serve = Callable[..., TestClient]


class Clock:
    """A clock that the test advances."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def error(answer: object) -> str:
    return str(answer.json()["error"])  # type: ignore[attr-defined]


USERS = [{"seed": 3}, {"seed": 4, "intervention": "facade"}, {"settings": {"closure_rate": 0.14}}]


def play(page: Page) -> list[bytes]:
    return [page.frame(1, layer) for layer in ("vacancy", "footfall", "projects") * 6]


def test_interleaved_sessions_do_not_affect_each_other(client: TestClient) -> None:
    alone = [play(Page(client, **user)) for user in USERS]  # type: ignore[arg-type]
    pages = [Page(client, **user) for user in USERS]  # type: ignore[arg-type]
    frames: list[list[bytes]] = [[] for _ in USERS]
    for layer in ("vacancy", "footfall", "projects") * 6:
        for page, seen in zip(pages, frames, strict=True):
            seen.append(page.frame(1, layer))
    assert frames == alone
    assert len({tuple(seen) for seen in frames}) == len(USERS)


@pytest.mark.slow
def test_simultaneous_sessions_do_not_affect_each_other(client: TestClient) -> None:
    alone = [play(Page(client, **user)) for user in USERS]  # type: ignore[arg-type]
    with ThreadPoolExecutor(2 * len(USERS)) as threads:
        together = threads.map(lambda user: play(Page(client, **user)), USERS * 2)
        assert list(together) == alone * 2


def test_names_of_sessions_cannot_be_guessed(client: TestClient) -> None:
    names = {Page(client).about["session"] for _ in range(3)}
    assert len(names) == 3
    assert min(len(name) for name in names) >= 20


def test_there_is_a_most_of_sessions_and_it_says_so(serve: Serve, clock: Clock) -> None:
    sessions = Sessions(most=2, clock=clock)
    client = serve(sessions)
    Page(client)
    second = Page(client)
    refused = client.post("/api/sessions", json=asked())
    assert refused.status_code == 429
    assert "try again" in error(refused)
    assert len(sessions) == 2
    second.end()
    Page(client)
    assert len(sessions) == 2


def test_the_session_that_is_idle_longest_gives_way(serve: Serve, clock: Clock) -> None:
    client = serve(Sessions(most=2, clock=clock))
    first = Page(client)
    clock.now += 10
    second = Page(client)
    clock.now += GIVES_WAY_SECONDS - 5
    third = Page(client)
    assert client.get(f"{first.path}/words").status_code == 404
    second.frame(1)
    third.frame(1)


def test_idle_sessions_end(serve: Serve, clock: Clock) -> None:
    sessions = Sessions(clock=clock)
    client = serve(sessions)
    left, used = Page(client), Page(client)
    for _ in range(3):
        clock.now += IDLE_SECONDS / 2
        used.frame(1)
    assert len(sessions) == 1
    gone = client.post(f"{left.path}/frame", json={"steps": 1})
    assert gone.status_code == 404
    assert "ended" in error(gone)


def test_memory_has_a_most_however_few_the_sessions(serve: Serve, clock: Clock) -> None:
    size = Pair(Catalogue().arms(Request(**asked()))).nbytes
    sessions = Sessions(most_bytes=int(2.5 * size), clock=clock)
    client = serve(sessions)
    Page(client)
    page = Page(client)
    before = page.frame(3)
    assert client.post("/api/sessions", json=asked()).status_code == 429
    larger = client.put(page.path, json=asked(settings={"rows": 60, "columns": 60}))
    assert larger.status_code == 429
    assert page.frame(0) == before  # the session is as it was
    assert len(sessions) == 2


def test_nothing_of_a_session_stays_when_it_has_ended(serve: Serve) -> None:
    sessions = Sessions()
    client = serve(sessions)
    page = Page(client)
    with sessions.using(page.about["session"]) as session:
        left = weakref.ref(session.pair)
    del session
    page.change(seed=2)
    gc.collect()
    assert left() is None  # nor of the previous view
    page.end()
    page.end()
    assert len(sessions) == 0
    assert client.get(f"{page.path}/command").status_code == 404


def test_a_session_that_ends_while_it_is_waited_for_is_not_used_any_more(serve: Serve) -> None:
    sessions = Sessions()
    name = Page(serve(sessions)).about["session"]
    ended: list[type[Exception]] = []

    def late() -> None:
        try:
            with sessions.using(name):
                pass
        except Unknown as error:
            ended.append(type(error))

    with sessions.using(name) as session:
        waiting = threading.Thread(target=late)
        waiting.start()
        while session.waiting < 2:
            waiting.join(0.01)
        ending = threading.Thread(target=sessions.end, args=[name])
        ending.start()
        while len(sessions):
            ending.join(0.01)
    waiting.join()
    ending.join()
    assert ended == [Unknown]


def test_one_session_cannot_keep_all_threads_waiting(serve: Serve) -> None:
    sessions = Sessions()
    name = Page(serve(sessions)).about["session"]
    with ExitStack() as stack, sessions.using(name) as session:
        session.waiting += 3
        with pytest.raises(Busy):
            stack.enter_context(sessions.using(name))
        session.waiting -= 3


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"rows": 501, "columns": 500}, "250,000"),
        ({"population": 1_000_001}, "1,000,000"),
        ({"population": 1_000_000, "premises_per_1000": 60}, "50,000"),
        ({"months": 1201}, "1200"),
        ({"closure_rate": 10**400}, "Closure rate"),
        ({"closure_rat": 1}, "Did you mean 'closure_rate'?"),
        ({"file": "/etc/passwd"}, "cannot be set on the page"),
        ({"existing_third_places": "/etc/passwd:2"}, "/etc/passwd"),
    ],
)
def test_too_large_or_unknown_requests_give_one_sentence(
    client: TestClient, settings: dict[str, object], what: str
) -> None:
    refused = client.post("/api/sessions", json=asked(settings=settings))
    assert refused.status_code == 422
    assert what in error(refused)
    assert "\n" not in error(refused)


def test_a_frame_has_a_most_of_months(client: TestClient) -> None:
    page = Page(client)
    refused = client.post(f"{page.path}/frame", json={"steps": 121})
    assert refused.status_code == 422
    assert "steps" in error(refused)
