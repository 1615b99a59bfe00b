"""Triage: the order in which projects get hours that do not suffice for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np

from sim.kernels.machine.compile import rule

AS_BEFORE, SHARED, IN_ORDER, BY_READINESS = range(4)

Way = Literal["shared", "in_order", "by_readiness"]
"""Equal shares for all; the longest in work first; those with the fewest hours left first."""

WAYS: Final[Mapping[str, int]] = {
    "as_before": AS_BEFORE,
    "shared": SHARED,
    "in_order": IN_ORDER,
    "by_readiness": BY_READINESS,
}
"""Codes of ways; interventions may leave offices theirs."""

KEY_BITS = 40
"""Bits of a key."""

_16 = np.uint64(16)
_LONGEST, _MOST_HOURS, _PARTS = 65_535, 262_143.0, 64.0


@rule
def triage_key(way, hours_left, months):
    """Return the priority of a project, lowest first: that of its way, then that of its age.

    Parameters
    ----------
    way : int
        `IN_ORDER` or `BY_READINESS`.
    hours_left : float
        Hours that it still needs, compared in 64ths.
    months : int
        Months in its stage.

    Returns
    -------
    uint64
        Below 2**`KEY_BITS`.
    """
    youth = np.uint64(_LONGEST - months)
    if way == IN_ORDER:
        return youth
    left = min(max(hours_left, 0.0), _MOST_HOURS)
    return (np.uint64(left * _PARTS) << _16) | youth
