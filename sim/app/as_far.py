"""Limits of a refused change: what to take back of it, and how far it can go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from sim.app.request import Request, Value
from sim.app.trial import TooLong, Trial, moved
from sim.errors import InputError
from sim.registry.furthest import furthest
from sim.scenario.schema import PARAMETERS

MOST: Final = 4
"""Settings that are taken back at most; where more would have to be, the refusal is all."""

SECONDS: Final = 15.0
"""Time to find them, in which somebody waits; later on, the refusal is all."""


@dataclass(frozen=True)
class Limit:
    """A parameter that went too far: the last value that those before it allow, and the reason."""

    setting: str
    value: Value
    reason: str


class TooFar(InputError):
    """Values from which no territory can start, and how far those can go that were moved last."""

    def __init__(self, sentence: str, limits: Sequence[Limit]) -> None:
        super().__init__(sentence)
        self.limits = tuple(limits)


@contextmanager
def telling_limits(trial: Trial, asked: Request, before: Request | None = None) -> Iterator[None]:
    """Raise `TooFar` in place of the refusal of a start, or the refusal if nothing helps.

    Parameters
    ----------
    trial : Trial
    asked, before : Request
        The request, and the one that is shown if there is any.
    """
    try:
        yield
    except InputError as error:
        limits: list[Limit] = []
        with suppress(TooLong):
            limits = _limits(trial, asked, before)
        raise (TooFar(str(error), limits) if limits else error) from None


def _limits(trial: Trial, asked: Request, before: Request | None) -> list[Limit]:
    """Return how far parameters can go that move one after the other, in the order of the request.

    They begin where they were, or as offered. There are none if others would have to be moved.
    """
    is_same = before and (before.scenario, before.seed) == (asked.scenario, asked.seed)
    old = dict(before.settings) if before and is_same else {}
    new = asked.settings
    levers = {name: value for name, value in new.items() if name not in PARAMETERS}
    start = levers | {name: value for name, value in old.items() if name in PARAMETERS}
    names = [name for name in dict.fromkeys([*new, *old]) if name in PARAMETERS]
    offered = trial.values(asked.model_copy(update={"settings": {}}))
    moves = [(n, new.get(n, offered[n])) for n in names if new.get(n) != old.get(n)]

    def after(number: int) -> Request:
        return asked.model_copy(update={"settings": start | dict(moves[:number])})

    limits: list[Limit] = []
    if trial.refusal(after(0)):
        return []
    while (reason := trial.refusal(after(len(moves)))) is not None and len(limits) < MOST:
        stands, refused = 0, len(moves)
        while refused - stands > 1:
            middle = (stands + refused) // 2
            if found := trial.refusal(after(middle)):
                refused, reason = middle, found
            else:
                stands = middle
        name, value = moves[stands]
        limit = Limit(name, _last(trial, after(stands), name, value), str(reason))
        moves[stands] = name, limit.value
        limits.append(limit)
    return [] if reason else limits


def _last(trial: Trial, here: Request, name: str, value: Value) -> Value:
    """Return the last value of a parameter on its way; a choice stays where it is."""
    info, inside = PARAMETERS[name], trial.values(here)[name]
    if info.kind not in (int, float):
        return inside  # type: ignore[no-any-return]
    return furthest(info, inside, value, lambda v: trial.refusal(moved(here, name, v)) is None)
