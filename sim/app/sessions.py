"""Sessions of visitors, within limits that protect the server."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sim.app.background import Background
from sim.app.board import Board
from sim.app.end_search import EndSearch
from sim.app.pair import Pair
from sim.app.reasons import ReasonRuns
from sim.app.replications import Replications, ReportRuns
from sim.app.request import Arms, Request
from sim.app.scenes import Scene

MOST: Final = 64
"""Maximum number of sessions."""

MOST_BYTES: Final = 2 * 1024**3
"""Maximum memory of all territories together."""

MOST_WAITING: Final = 4
"""Maximum pending requests of a session; its page sends one at a time, and reads cells."""

IDLE_SECONDS: Final = 900.0
"""Idle time after which a session ends."""

GIVES_WAY_SECONDS: Final = 300.0
"""Idle time after which a session may be ended to make room for another."""


class Unknown(Exception):
    """Raised for an unknown session, which may have ended."""


class TooMany(Exception):
    """Raised when there is no room for another session or a larger territory."""


class Busy(Exception):
    """Raised when a session has too many pending requests."""


@dataclass
class Session:
    """One visitor's two territories."""

    pair: Pair
    asked: Request
    used: float  # time of the last request, on the server's clock
    lock: threading.Lock = field(default_factory=threading.Lock)  # of the pair
    waiting: int = 0  # requests that use the session or wait for it
    replications: Replications | None = None
    report: ReportRuns | None = None
    reasons: ReasonRuns | None = None
    scenes: list[Scene] | None = None  # of the guided story
    board: Board | None = None
    ends: EndSearch | None = None

    def forget(self) -> None:
        """Stop all that runs in the background."""
        self.forget_answers()
        if self.board is not None:
            self.board.stop()

    def forget_answers(self) -> None:
        """Stop replications of a pair that has changed, and forget what was found about it."""
        for running in (self.replications, self.report, self.reasons, self.ends):
            if running is not None:
                running.stop()
        self.replications = self.report = self.reasons = self.scenes = self.ends = None

    @property
    def nbytes(self) -> int:
        """Approximate memory of the territories and their replications."""
        found = (self.replications, self.board)
        return self.pair.nbytes + sum(one.nbytes for one in found if one is not None)


class Sessions:
    """All sessions of a server.

    Lock order: a session's lock comes before the lock of all sessions.

    At most so many, with so many bytes of territories; the clock returns seconds.
    """

    def __init__(
        self,
        most: int = MOST,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._most_bytes, self._clock = most, most_bytes, clock
        self._all: dict[str, Session] = {}
        self._lock = threading.Lock()
        # Kernels release the GIL, so more threads than processors would only wait.
        self.turn = threading.BoundedSemaphore(os.cpu_count() or 1)
        self.background = Background()

    def __len__(self) -> int:
        return len(self._all)

    def begin(self, arms: Arms, asked: Request) -> str:
        """Start a session and return its unguessable name.

        Raise `TooMany` without room for it, and `InputError` if a run cannot start.
        """
        with self._lock:
            self._make_room(1, 0)
        with self.turn:
            pair = Pair(arms)
        with self._lock:
            self._make_room(1, pair.nbytes)
            name = secrets.token_urlsafe(18)
            self._all[name] = Session(pair, asked, self._clock())
        return name

    def change(self, session: Session, arms: Arms, asked: Request) -> None:
        """Replace the pair of a session that the caller is using; raise like `begin`, unchanged."""
        with self.turn:
            pair = Pair(arms, session.pair)
        with self._lock:
            self._make_room(0, pair.nbytes - session.pair.nbytes)
            session.pair, is_same = pair, session.asked == asked
            session.asked = asked
        if not is_same:
            session.forget_answers()

    def replicate(self, session: Session) -> Replications:
        """Start or resume the replications of a session that the caller is using."""
        if session.replications is None:
            session.replications = Replications(session.pair.arms, self.background)
        session.replications.go_on(session.pair.month)
        return session.replications

    @contextmanager
    def using(self, name: str) -> Iterator[Session]:
        """Use a session exclusively; raise `Unknown` if there is none, `Busy` if too many wait."""
        with self._lock:
            self._end_idle()
            session = self._all.get(name)
            if session is None:
                raise Unknown
            if session.waiting >= MOST_WAITING:
                raise Busy
            session.waiting += 1
            session.used = self._clock()
        try:
            with session.lock:
                if self._all.get(name) is not session:  # the session has ended in the meantime
                    raise Unknown
                yield session
        finally:
            with self._lock:
                session.waiting -= 1
                session.used = self._clock()

    def end(self, name: str) -> None:
        """End a session once it is no longer in use; do nothing if it has ended already."""
        with self._lock:
            session = self._all.pop(name, None)
        if session is not None:
            with session.lock:
                session.forget()

    def _end_idle(self) -> None:
        now = self._clock()
        for name, session in list(self._all.items()):
            if now - session.used > IDLE_SECONDS and not session.waiting:
                self._all.pop(name).forget()

    def _make_room(self, sessions: int, size: int) -> None:
        """End idle sessions until there is room for more sessions and bytes."""
        self._end_idle()
        while (
            len(self._all) + sessions > self._most
            or sum(s.nbytes for s in self._all.values()) + size > self._most_bytes
        ):
            idle = [(s.used, name) for name, s in self._all.items() if not s.waiting]
            used, name = min(idle, default=(self._clock(), ""))
            if self._clock() - used < GIVES_WAY_SECONDS:
                raise TooMany
            self._all.pop(name).forget()
