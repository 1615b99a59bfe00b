"""Waiting times of files at an office in the long run.

The queue of an office is Lindley's recursion with Poisson arrivals and a constant capacity.
Spitzer's identity gives its mean work and hence the number of waiting files; Little's law gives
their waiting time.

Sources: Spitzer (1956), Transactions of the American Mathematical Society 82, 323-339; Little
(1961), Operations Research 9, 383-387.
"""

from __future__ import annotations

import math
import sys
from functools import lru_cache

import numpy as np
import scipy

from sim.kernels.elementary import exp, log


def utilisation_for(utilisation: float, arrivals: float, longest: float) -> float:
    """Lower the utilisation of an office if waiting would take too long.

    With few files, chance alone makes waits long at a high utilisation. With Poisson arrivals the
    wait is about rho^2 / (2 arrivals (1 - rho)) months; rho, below 1, is lowered until this is
    `longest`. Arrivals are files per month.
    """
    x = arrivals * longest
    return min(utilisation, math.sqrt(x * x + 2.0 * x) - x)


@lru_cache(maxsize=4096)  # takes half the time of a start, and replications need the same values
def mean_waiting(arrivals: float, capacity: float) -> float:
    """Return the mean months that a file waits to be opened, counted at the ends of months.

    Arrivals are the mean of a Poisson number of files per month; capacity is the maximum opened per
    month, of which up to one file carries over unused. 0 without arrivals, infinity if they reach
    the capacity.
    """
    if arrivals < sys.float_info.min:  # none, or too few to calculate with
        return 0.0
    if arrivals >= capacity:
        return math.inf
    # The probability that n months' arrivals exceed n months' capacity falls as exp(-n rate).
    rate = arrivals - capacity + capacity * math.log(capacity / arrivals)
    n = np.arange(1.0, min(32.0 / rate, 400_000.0) + 2.0)
    filed, opened = n * arrivals, n * capacity
    least = np.floor(opened) + 1.0  # smallest number of files above the capacity
    exceed = scipy.special.gammainc(least, filed)
    # P(N >= k - 1) = P(N >= k) + P(N = k - 1), which costs less than a second gamma function.
    log_pmf = (least - 1.0) * log(filed) - filed - scipy.special.gammaln(least)
    excess = filed * (exceed + exp(log_pmf))
    work = float(np.sum((excess - opened * exceed) / n))
    busy = -math.expm1(-float(np.sum(exceed / n)))
    # The carried-over capacity serves one file; the tail of the work is nearly exponential.
    decay = math.exp(-busy / work)
    return busy * decay / (1.0 - decay) / arrivals
