"""The last value of a parameter before the model's own start refuses it, while the others stay.

Bounds of a parameter are its own. Whether a territory can start from several of them together is
found by starting it, which is tried only where a start was refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.app.request import Arms, Catalogue, Request
from sim.errors import InputError
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import start_of

_STEPS = 30
"""Steps of the way to the value asked for, of which the last possible one is found."""


class TooFar(InputError):
    """A value from which no territory can start, and the furthest one that the others allow."""

    def __init__(self, sentence: str, setting: str, value: float) -> None:
        super().__init__(sentence)
        self.setting, self.value = setting, value


def as_far_as_it_starts(
    error: InputError, choice: Catalogue, asked: Request, before: Request, arms: Arms
) -> InputError:
    """Return what to raise for a refused start: `TooFar` if one number was moved, else the error.

    Parameters
    ----------
    error : InputError
        The refusal.
    choice : Catalogue
    asked, before : Request
        The request that was refused, and the one that is shown.
    arms : Arms
        The scenarios of the latter.
    """
    rest = before.model_copy(update={"settings": asked.settings})
    moved = {n for n in asked.settings | before.settings if _value(asked, n) != _value(before, n)}
    if rest != asked or len(moved) != 1:
        return error
    (name,) = moved
    info = PARAMETERS.get(name)
    if info is None or info.kind not in (int, float) or name not in asked.settings:
        return error
    inside, outside = arms.with_it.values[name], asked.settings[name]
    way = [info.kind(value) for value in _way(float(inside), float(outside), info.kind is int)]

    def starts(value: float) -> bool:
        settings = asked.settings | {name: value}
        try:
            there = choice.arms(asked.model_copy(update={"settings": settings}))
            for scenario in {id(one): one for one in (there.without, there.with_it)}.values():
                start_of(scenario.replace(spin_up=0), there.seed)
        except InputError:
            return False
        return True

    possible, refused = 0, len(way) - 1
    while refused - possible > 1:
        middle = (possible + refused) // 2
        if starts(way[middle]):
            possible = middle
        else:
            refused = middle
    return TooFar(str(error), name, inside if possible == 0 else way[possible])


def _value(asked: Request, name: str) -> Any:
    settings: Mapping[str, Any] = asked.settings
    return settings.get(name)


def _way(inside: float, outside: float, is_whole: bool) -> list[float]:
    """Return round values on the way from one value to another, both included."""
    step = 10.0 ** math.floor(math.log10(abs(outside - inside) / _STEPS))
    if is_whole:
        step = max(1.0, step)
    low, high = sorted((inside, outside))
    first, last = math.floor(low / step) + 1, math.ceil(high / step)
    digits = max(0, -round(math.log10(step)))
    between = [round(k * step, digits) for k in range(first, last)]
    return [inside, *(between if outside > inside else between[::-1]), outside]
