"""Sessions: who is looking at what, within limits that keep the server alive."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sim.app.pair import Pair
from sim.app.replications import Replications
from sim.app.request import Arms, Request

__all__ = ["IDLE_SECONDS", "MOST", "Busy", "Session", "Sessions", "TooMany", "Unknown"]

MOST: Final = 64
"""Sessions at a time."""

MOST_BYTES: Final = 2 * 1024**3
"""Memory of all territories together."""

MOST_WAITING: Final = 4
"""Requests of one session at a time; its page sends one after the other, and reads cells."""

IDLE_SECONDS: Final = 900.0
"""A session that nobody has used for so long ends."""

GIVES_WAY_SECONDS: Final = 300.0
"""Where there is no room, the session that has been idle longest gives way after so long."""


class Unknown(Exception):
    """There is no such session; it may have ended."""


class TooMany(Exception):
    """There is no room for another session, or a larger territory."""


class Busy(Exception):
    """The session has been asked for too many things at once."""


@dataclass
class Session:
    """One visitor's two territories.

    Attributes
    ----------
    pair : Pair
    asked : Request
        What the pair was made from.
    used : float
        When somebody last asked for something, on the server's clock.
    lock : Lock
        Held while the pair is read or changed.
    waiting : int
        Requests that use the session or wait for it.
    replications : Replications or None
    """

    pair: Pair
    asked: Request
    used: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0
    replications: Replications | None = None

    def forget_replications(self) -> None:
        """Stop replications, which are of a pair that has changed."""
        if self.replications is not None:
            self.replications.cancel()
            self.replications = None


class Sessions:
    """All sessions of a server.

    Whoever holds a session's lock may take that of all sessions, never the other way round.

    Parameters
    ----------
    most : int
        How many there may be.
    most_bytes : int
        How much memory their territories may take.
    clock : callable
        Seconds.
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
        # Kernels let go of the interpreter: more threads than processors would only wait.
        self.turn = threading.BoundedSemaphore(os.cpu_count() or 1)
        self.background = threading.Semaphore(1)

    def __len__(self) -> int:
        return len(self._all)

    def begin(self, arms: Arms, asked: Request) -> str:
        """Begin a session.

        Returns
        -------
        str
            Its name, which cannot be guessed.

        Raises
        ------
        TooMany
            If there is no room.
        InputError
            If a run cannot start from its parameters.
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
        """Put another pair in a session's place, which the caller is using; at first at the start.

        Raises
        ------
        TooMany
            If there is no room for so large a territory; the session stays as it was.
        InputError
            If a run cannot start from its parameters; the session stays as it was.
        """
        with self.turn:
            pair = Pair(arms, session.pair)
        with self._lock:
            self._make_room(0, pair.nbytes - session.pair.nbytes)
            session.pair, session.asked = pair, asked
        session.forget_replications()

    @contextmanager
    def using(self, name: str) -> Iterator[Session]:
        """A session, alone.

        Raises
        ------
        Unknown
            If there is none of this name.
        Busy
            If too many requests wait for it already.
        """
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
                if self._all.get(name) is not session:  # it has ended meanwhile
                    raise Unknown
                yield session
        finally:
            with self._lock:
                session.waiting -= 1
                session.used = self._clock()

    def end(self, name: str) -> None:
        """End a session, once nobody uses it any more; one that has ended stays so."""
        with self._lock:
            session = self._all.pop(name, None)
        if session is not None:
            with session.lock:
                session.forget_replications()

    def _end_idle(self) -> None:
        now = self._clock()
        for name, session in list(self._all.items()):
            if now - session.used > IDLE_SECONDS and not session.waiting:
                self._all.pop(name).forget_replications()

    def _make_room(self, sessions: int, size: int) -> None:
        """End sessions that give way until so many more, and so many bytes, find room."""
        self._end_idle()
        while (
            len(self._all) + sessions > self._most
            or sum(s.pair.nbytes for s in self._all.values()) + size > self._most_bytes
        ):
            idle = [(s.used, name) for name, s in self._all.items() if not s.waiting]
            used, name = min(idle, default=(self._clock(), ""))
            if self._clock() - used < GIVES_WAY_SECONDS:
                raise TooMany
            self._all.pop(name).forget_replications()
