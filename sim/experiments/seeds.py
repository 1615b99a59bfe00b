"""Seeds of runs, derived from the experiment's seed and the run's position."""

from __future__ import annotations

import numpy as np


def replication_seed(seed: int, rep: int) -> int:
    """Return the seed of a replication.

    The first replication uses the seed itself, so that one replication equals the plain simulation;
    the others use seeds spawned from it, 0 to 2**63 - 1. Further replications never change earlier
    ones.

    Examples
    --------
    >>> replication_seed(7, 0)
    7
    """
    return seed if rep == 0 else _spawned(seed, rep)


def run_seed(seed: int, rep: int, rerun: int = 0, *, arm: int = 0, point: int | None = None) -> int:
    """Return the seed of a run: that of `replication_seed` if arms and points share it.

    `rerun` is 1 for the rerun of a replication with a second seed; `arm` and `point` are the
    numbers of an arm or a point with its own seeds.

    Examples
    --------
    >>> run_seed(7, 1), run_seed(7, 1, 1, arm=2), run_seed(7, 1, 1, arm=2, point=3)
    (2021251017632032385, 2427140119814929575, 4869320481682594042)
    >>> run_seed(7, 1, point=3), run_seed(7, 1, 1, point=3)
    (4901673970096119456, 4985727946662065802)
    """
    if point is not None:
        return _spawned(seed, rep, point, *([rerun, arm] if rerun else []))
    if rerun == arm == 0:
        return replication_seed(seed, rep)
    return _spawned(seed, rep, rerun, arm)


def _spawned(seed: int, *key: int) -> int:
    state = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))
