"""Threads that give each of some jobs a turn after the other."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final

Turn = Callable[[], bool]
"""Does a piece of work; returns whether the job wants another turn."""

_NICENESS: Final = 10
"""Priority of these threads below those that answer pages, where the system has it by thread."""


class Background:
    """Threads for what nobody waits for. Jobs with many turns share them fairly.

    By default as many as processors: kernels release the GIL.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or os.cpu_count() or 1
        self._turns: SimpleQueue[Turn] = SimpleQueue()
        self._begun = threading.Condition()
        self._started = 0

    def add(self, turn: Turn) -> None:
        """Give a job its turns, one at a time; add it again for turns at the same time."""
        with self._begun:
            if self._started < self.threads:
                self._started += 1
                threading.Thread(target=self._work, daemon=True).start()
        self._turns.put(turn)

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until a condition is true after a turn."""
        with self._begun:
            self._begun.wait_for(until)

    def _work(self) -> None:
        if sys.platform == "linux":  # elsewhere it would be that of the whole process
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while True:
            turn = self._turns.get()
            if turn():
                self._turns.put(turn)
            with self._begun:
                self._begun.notify_all()
            del turn  # waiting keeps nothing alive
