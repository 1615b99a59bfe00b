"""Verdicts on a mean effect, which keep apart whether there is one and whether it matters.

More replications settle what is open and, but for the error of the interval, take nothing back: an
effect that is not zero stays so, and one is only said to matter if the whole interval says so.
"""

from __future__ import annotations

import math
from typing import Final, Literal

__all__ = ["LESS", "MORE", "OPEN", "SMALL", "UNMOVED", "Verdict", "among", "verdict_of"]

Verdict = Literal[
    "increase",
    "decrease",
    "some_increase",
    "some_decrease",
    "small_increase",
    "small_decrease",
    "no_relevant_effect",
    "not_determinable",
    "too_few",
    "missing",
]
"""Verdicts, by the interval of the mean effect, zero, and the smallest relevant effect.

``increase``, ``decrease``: all of it is relevant. ``some_``: it excludes zero, but whether the
effect is relevant is open. ``small_``: it excludes zero and holds nothing relevant.
``no_relevant_effect``: it holds zero and nothing relevant. ``not_determinable``: it holds zero and
relevant effects. ``too_few``: there are too few replications for an interval. ``missing``: the
measure is defined in no replication."""

MORE: Final = ("increase", "some_increase")
"""Effects that may matter and are positive."""

LESS: Final = ("decrease", "some_decrease")
"""Effects that may matter and are negative."""

SMALL: Final = ("no_relevant_effect", "small_increase", "small_decrease")
"""Effects that do not matter."""

UNMOVED: Final = (*SMALL, "not_determinable")
"""Effects that do not matter or may be zero."""

OPEN: Final = ("not_determinable", "some_increase", "some_decrease", "too_few")
"""Verdicts that more replications would settle."""


def verdict_of(lo90: float, hi90: float, smallest_relevant: float) -> Verdict:
    """Return the verdict for the interval of a mean effect; an interval of nan is too few pairs.

    Examples
    --------
    >>> verdict_of(-0.1, 0.2, 0.25), verdict_of(-0.1, 0.3, 0.25), verdict_of(0.1, 0.3, 0.25)
    ('no_relevant_effect', 'not_determinable', 'some_increase')
    >>> verdict_of(0.1, 0.2, 0.25), verdict_of(0.3, 0.4, 0.25)
    ('small_increase', 'increase')
    """
    if not (math.isfinite(lo90) and math.isfinite(hi90)):
        return "too_few"
    is_small = -smallest_relevant <= lo90 and hi90 <= smallest_relevant
    if lo90 <= 0 <= hi90:
        return "no_relevant_effect" if is_small else "not_determinable"
    if lo90 > 0:
        if is_small:
            return "small_increase"
        return "increase" if lo90 > smallest_relevant else "some_increase"
    if is_small:
        return "small_decrease"
    return "decrease" if hi90 < -smallest_relevant else "some_decrease"


def among(verdict: Verdict, *, is_other_than_zero: bool, is_relevant: bool) -> Verdict:
    """Return the verdict on an effect among many, given which of its claims still hold among them.

    Examples
    --------
    >>> among("increase", is_other_than_zero=True, is_relevant=False)
    'some_increase'
    >>> among("small_decrease", is_other_than_zero=False, is_relevant=False)
    'no_relevant_effect'
    """
    if verdict in ("small_increase", "small_decrease"):
        return verdict if is_other_than_zero else "no_relevant_effect"
    if verdict not in (*MORE, *LESS):
        return verdict
    if not is_other_than_zero:
        return "not_determinable"
    if is_relevant:
        return verdict
    return "some_increase" if verdict in MORE else "some_decrease"
