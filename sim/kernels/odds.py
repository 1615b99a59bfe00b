"""Odds ratios: shift a probability so that it stays one."""

from __future__ import annotations

from sim.kernels.machine.compile import rule


@rule
def multiply_odds(probability, ratio):
    """Return the probability whose odds are `ratio`, above 0, times those of another.

    Examples
    --------
    >>> multiply_odds(0.5, 3.0), multiply_odds(0.05, 1.0), multiply_odds(1.0, 0.2)
    (0.75, 0.05, 1.0)
    """
    if ratio == 1.0:  # to the last bit
        return probability
    return probability * ratio / (1.0 - probability + probability * ratio)
