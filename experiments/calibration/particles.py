"""Sample by ABC-SMC where there are many parameters and figures cost little: on emulators.

Particles move by Metropolis-Hastings within a shrinking distance (Del Moral, Doucet and Jasra 2012,
:doi:`10.1007/s11222-011-9271-y`), so that all weigh the same. The importance weights of
`sim.calibration.abc_smc`, which needs far fewer evaluations, collapse with as many parameters as
here: of 200 particles in 18 dimensions an effective two were left.

The prior is even over the unit cube.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Distance = Callable[[np.ndarray], np.ndarray]
"""Returns the distance of each point, (n, parameters), as (n,)."""

STEP = 2.38
"""Optimal step of a random walk over the root of the number of parameters (Roberts et al. 1997)."""

ACCEPTED = 0.234
"""Share of proposals to accept, to which the step adapts (the same source)."""

TOO_FEW = 0.01
"""Share of accepted proposals below which not to come nearer."""


def sample(
    distance: Distance,
    start: np.ndarray,
    *,
    smallest: float,
    populations: int = 40,
    moves: int = 20,
    last_moves: int = 1500,
    shrink: float = 0.6,
    seed: int,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Draw points of the unit cube within a distance.

    Parameters
    ----------
    start
        Points drawn from the prior, (n, parameters).
    smallest
        Distance at which to stop.
    populations
        Most populations.
    moves, last_moves
        Proposals of each particle in a population, and in the last: these must make copies of one
        particle independent.
    shrink
        Share of particles kept from one population to the next.

    Returns
    -------
    points : (n, parameters) array
    rounds : DataFrame
        ``distance`` and ``acceptance`` of proposals in each population.
    """
    rng = np.random.default_rng(seed)
    walk = _Walk(distance, start, rng)
    limit, is_last, rows = np.inf, False, []
    for k in range(populations):
        if not is_last:
            finite = walk.found[np.isfinite(walk.found)]
            limit = max(float(np.quantile(finite, shrink)), smallest)
            walk.keep(limit)
        is_last = is_last or limit <= smallest or k == populations - 2
        share = walk.move(limit, last_moves if is_last else moves)
        rows.append({"distance": limit, "acceptance": share})
        if is_last:
            break
        is_last = share < TOO_FEW
    return walk.points, pd.DataFrame(rows)


class _Walk:
    """Particles that walk at random, and how far their figures are."""

    def __init__(self, distance: Distance, points: np.ndarray, rng: np.random.Generator) -> None:
        self._distance, self._rng = distance, rng
        self.points, self.found = points.copy(), distance(points)
        self._scale = STEP / np.sqrt(points.shape[1])

    def keep(self, limit: float) -> None:
        """Replace particles beyond the limit by copies of others."""
        kept = np.flatnonzero(self.found <= limit)
        copied = self._rng.choice(kept, len(self.found) - len(kept))
        chosen = np.concatenate([kept, copied])
        self.points, self.found = self.points[chosen], self.found[chosen]

    def move(self, limit: float, moves: int) -> float:
        """Propose moves within the limit, and return the share accepted."""
        n, dimensions = self.points.shape
        accepted = 0
        for k in range(moves):
            if k % 100 == 0:
                spread = np.cov(self.points.T) + 1e-6 * np.eye(dimensions)
                factor = np.linalg.cholesky(spread).T
            step = self._scale * self._rng.standard_normal(self.points.shape) @ factor
            proposed = self.points + step
            inside = ((proposed >= 0) & (proposed < 1)).all(axis=1)
            found = np.full(n, np.inf)
            if inside.any():
                found[inside] = self._distance(proposed[inside])
            taken = found <= limit
            self.points[taken], self.found[taken] = proposed[taken], found[taken]
            accepted += int(taken.sum())
            self._scale *= np.exp(0.1 * (taken.mean() - ACCEPTED))
        return accepted / (moves * n)
