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

__all__ = ["IDLE_SECONDS", "MOST", "Session", "Sessions", "TooMany", "Unknown"]

MOST: Final = 64
"""Sessions at a time."""

IDLE_SECONDS: Final = 900.0
"""A session that nobody has used for so long ends."""

GIVES_WAY_SECONDS: Final = 300.0
"""Where there is no room, the session that has been idle longest gives way after so long."""


class Unknown(Exception):
    """There is no such session; it may have ended."""


class TooMany(Exception):
    """There is no room for another session."""


@dataclass
class Session:
    """One visitor's two territories.

    Attributes
    ----------
    pair : Pair
    asked : Request
        What the pair was made from.
    lock : Lock
        Held while the pair is read or changed.
    used : float
        When somebody last asked for something, on the server's clock.
    replications : Replications or None
    """

    pair: Pair
    asked: Request
    used: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    replications: Replications | None = None

    def forget_replications(self) -> None:
        """Stop replications, which are of a pair that has changed."""
        if self.replications is not None:
            self.replications.cancel()
            self.replications = None


class Sessions:
    """All sessions of a server.

    Parameters
    ----------
    most : int
        How many there may be.
    clock : callable
        Seconds.
    """

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
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
            self._make_room()
        with self.turn:
            pair = Pair(arms, asked.month)
        with self._lock:
            self._make_room()
            name = secrets.token_urlsafe(18)
            self._all[name] = Session(pair, asked, self._clock())
        return name

    @contextmanager
    def using(self, name: str) -> Iterator[Session]:
        """A session, alone.

        Raises
        ------
        Unknown
            If there is none of this name.
        """
        with self._lock:
            self._end_idle()
            session = self._all.get(name)
            if session is None:
                raise Unknown
            session.used = self._clock()
        with session.lock:
            yield session

    def end(self, name: str) -> None:
        """End a session; one that has ended stays so."""
        with self._lock:
            session = self._all.pop(name, None)
        if session is not None:
            session.forget_replications()

    def _end_idle(self) -> None:
        now = self._clock()
        for name, session in list(self._all.items()):
            if now - session.used > IDLE_SECONDS:
                self._all.pop(name).forget_replications()

    def _make_room(self) -> None:
        self._end_idle()
        if len(self._all) < self._most:
            return
        name, oldest = min(self._all.items(), key=lambda item: item[1].used)
        if self._clock() - oldest.used < GIVES_WAY_SECONDS:
            raise TooMany
        self._all.pop(name).forget_replications()
