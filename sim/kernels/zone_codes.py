"""Codes of zones, as kernels read them."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import kernel, rule

CENTRE, PARK = 0, 1

BUFFER = 3
"""Added to the codes of zones in the buffer around a place, which takes part in shopping alone."""


@rule
def is_park(zone):
    """Return whether a zone is a retail park, of the place or of its buffer."""
    return zone % BUFFER == PARK


@kernel
def reaches_beyond(zone):
    """Return whether a field of zones has a buffer."""
    codes, highest = zone.reshape(-1), zone.dtype.type(0)
    for c in range(np.uintp(codes.size)):
        highest = max(highest, codes[c])
    return highest >= BUFFER
