"""A time limit for a run, in any thread of any process."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any, Final

LONGEST_TIMEOUT: Final = 1_000_000
"""Seconds: eleven days, which every system's clock can wait."""

_AGAIN: Final = 1.0
"""Seconds until the exception is raised again, if the code swallowed it."""


class TimedOut(BaseException):
    """Raised within code that takes too long; no ``except Exception`` stops it."""


def within[T](seconds: float | None, function: Callable[..., T], *arguments: Any) -> T:
    """Call a function, and raise `TimedOut` in it if it takes longer than some seconds.

    Another thread raises the exception in this one, which sees it between two steps of Python: a
    run returns to Python every month. A call that never returns is not ended.
    """
    if seconds is None:
        return function(*arguments)
    here, running = threading.get_ident(), threading.Lock()
    running.acquire()
    watcher = threading.Thread(target=_watch, args=(running, here, seconds))
    try:
        watcher.start()
        return function(*arguments)
    finally:
        running.release()  # first, and in one step, so that the watcher stops in any case
        watcher.join()
        _raise_in(here, None)  # raised, but not yet seen


def _watch(running: threading.Lock, thread: int, seconds: float) -> None:
    while not running.acquire(timeout=seconds):
        _raise_in(thread, TimedOut)
        seconds = _AGAIN


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    kind = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind)
