"""Connections to the page: each must ask for something in time, and idle ones give way.

Uvicorn ends a connection that is idle after an answer, but waits for ever for the first request and
for the rest of one that has begun. On a network, somebody could thereby use up all connections.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

from sim.app.guard import is_upload

REQUEST_SECONDS: Final = 10.0
"""Time in which a request must arrive, header and body."""

UPLOAD_SECONDS: Final = 120.0
"""Time in which a visitor's files must arrive."""

IDLE_SECONDS: Final = 30
"""Time for which a connection is kept after an answer."""

MOST: Final = 200
"""Maximum number of connections; beyond them, those that wait longest for a request end."""


class Connection(H11Protocol):
    """A connection with a deadline for each request, a later one for files."""

    _deadline: asyncio.TimerHandle | None = None
    _waits_since = 0.0
    _is_upload = False

    def connection_made(self, transport: Any) -> None:
        """Start the deadline, and end another connection if there are too many."""
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > MOST:
            others = (cast("Connection", c) for c in self.connections)
            waiting = [c for c in others if c.is_waiting]
            min(waiting, key=lambda c: c._waits_since).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Pass data on, and end the deadline once the request has arrived."""
        super().data_received(data)
        cycle: Any = self.cycle
        if not self._is_upload and cycle is not None and cycle.more_body and is_upload(cycle.scope):
            self._is_upload = True
            self._end_deadline()
        self._watch()

    def on_response_complete(self) -> None:
        """Note since when the connection is idle."""
        super().on_response_complete()
        self._is_upload = False
        self._waits_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the deadline."""
        super().connection_lost(exc)
        self._end_deadline()

    @property
    def is_waiting(self) -> bool:
        """True while no request has arrived that is not yet answered."""
        cycle: Any = self.cycle  # the last request
        return cycle is None or bool(cycle.more_body or cycle.response_complete)

    def _watch(self) -> None:
        if not self.is_waiting:
            self._end_deadline()
        elif self._deadline is None:
            self._waits_since = self.loop.time()
            self._deadline = self.loop.call_later(
                UPLOAD_SECONDS if self._is_upload else REQUEST_SECONDS, self.transport.abort
            )

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
