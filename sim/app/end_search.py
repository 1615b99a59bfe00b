"""The search for where parameters may stand, in the background, one start a turn."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from sim.app.background import Background
from sim.app.ends import choices_of, ends_of_parameter
from sim.app.request import Catalogue, Request, Value
from sim.app.trial import Trial, moved
from sim.errors import InputError, nearest
from sim.scenario.schema import PARAMETERS

_KNOWN = {n: info for n, info in PARAMETERS.items() if info.kind is not str or info.choices}
"""Parameters that are numbers or choices."""

Reach = tuple[Value, ...]
"""Lowest, least and highest value of a number; the admissible ones of a choice."""


class _Untried(Exception):
    """Raised for a value of which nobody knows yet whether a territory can start from it."""

    def __init__(self, value: Value) -> None:
        self.value = value


class EndSearch:
    """Finds to which values parameters may move while all others stay as requested.

    One at a time: the one asked for last. What is known of the others stays.
    """

    def __init__(self, choice: Catalogue, asked: Request, background: Background) -> None:
        self._trial, self._asked, self._background = Trial(choice), asked, background
        self._values = self._trial.values(asked)
        self._read: frozenset[str] | None = None  # the parameters that the start reads
        self._known: dict[str, Reach] = {}
        self._starts: dict[tuple[str, Value], bool] = {}
        self._admits = cache(lambda n, v: self._trial.is_admissible(moved(asked, n, v)))
        self._wanted, self._error = "", None
        self.is_running, self._is_stopped = False, False
        self._lock = threading.Lock()

    _error: Exception | None

    def ends(self, name: str) -> Reach | None:
        """Return the ends or choices of a parameter, or None and look for them.

        Raise `InputError` if there is no such number or choice.
        """
        if name not in _KNOWN:
            raise InputError(
                f"'{name}' is no number or choice among parameters.{nearest(name, _KNOWN)}"
            )
        with self._lock:
            if self._error is not None:
                raise self._error
            if name not in self._known:
                self._wanted = name
                if not self.is_running:
                    self.is_running = True
                    self._background.add(self.take_turn)
            return self._known.get(name)

    def stop(self) -> None:
        """Stop after the start that is under way."""
        self._is_stopped = True

    def wait(self) -> None:
        """Wait until nothing is looked for."""
        self._background.wait(lambda: not self.is_running)

    def take_turn(self) -> bool:
        """Start the territory once; return whether there is more to do."""
        name = self._wanted
        try:
            if self._read is None:
                self._read = self._trial.read(self._asked)
            self._known[name] = self._find(name, self._read)
        except _Untried as untried:
            there = moved(self._asked, name, untried.value)
            self._starts[name, untried.value] = self._trial.refusal(there) is None
        except Exception as error:  # no caller: keep the error for requests
            self._error = error
        with self._lock:
            is_found = self._wanted in self._known
            self.is_running = not (is_found or self._is_stopped or self._error)
            return self.is_running

    def _find(self, name: str, read: frozenset[str]) -> Reach:
        info, present = _KNOWN[name], self._values[name]
        is_number = info.kind in (int, float)

        def starts(value: Any) -> bool:
            # Switches change what others are read as.
            if value == present or (is_number and name not in read):
                return True
            if (name, value) not in self._starts:
                raise _Untried(value)
            return self._starts[name, value]

        if not is_number:
            return choices_of(info, starts)
        return ends_of_parameter(info, present, lambda v: self._admits(name, v), starts)
