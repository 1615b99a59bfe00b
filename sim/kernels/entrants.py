"""Quality of a new shop, whichever process opens it."""

from __future__ import annotations

import math

from sim.kernels.machine.compile import rule


@rule
def entrant_quality(z, p):
    """Return the quality of a new shop from a standard normal, with mean 1."""
    return math.exp(p.quality_spread * z - 0.5 * p.quality_spread * p.quality_spread)
