"""Effects of running projects around them, by weight on the four dimensions of transition."""

from __future__ import annotations

from sim.kernels.machine.compile import rule

ECONOMIC, ECOLOGICAL, SOCIAL, CULTURAL = range(4)
"""Codes of `sim.registry.catalogues.DIMENSIONS`."""

LARGEST_KEPT = 0.5
"""Limit of the share kept where few people live around many projects."""


@rule
def kept_share(gained, p):
    """Return the share of spending online that local loops keep, within one half of it."""
    return min(max(p.ecological_retention * gained, -LARGEST_KEPT), LARGEST_KEPT)


@rule
def jobs_by_weight(jobs, weight, usual_weight, p):
    """Return the jobs of a project of a kind with these jobs, given its economic weight.

    The mean over a kind stays within a per cent: `usual_weight` is the mean weight of the kind.
    """
    if usual_weight <= 0.0:
        return jobs
    return jobs * (1.0 + p.economic_jobs * (weight / usual_weight - 1.0))
