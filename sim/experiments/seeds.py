"""Seeds of runs: each hangs on the seed of the whole and on the run's place alone."""

from __future__ import annotations

import numpy as np

__all__ = ["replication_seed", "run_seed"]


def replication_seed(seed: int, rep: int) -> int:
    """Return the seed of a replication.

    The first replication takes the seed itself, so that one replication is the plain simulation;
    the others take seeds spawned from it. More replications never change the earlier ones.

    Parameters
    ----------
    seed : int
        Seed of the whole, 0 to 2**63 - 1.
    rep : int
        Number of the replication, from 0.

    Returns
    -------
    int
        0 to 2**63 - 1.

    Examples
    --------
    >>> replication_seed(7, 0)
    7
    """
    return seed if rep == 0 else _spawned(seed, rep)


def run_seed(seed: int, rep: int, rerun: int = 0, *, arm: int = 0, point: int | None = None) -> int:
    """Return the seed of a run.

    Parameters
    ----------
    seed : int
        Seed of the whole.
    rep : int
        Number of the replication.
    rerun : {0, 1}
        1 where the replication is run a second time, with a second seed.
    arm : int
        Number of an arm with seeds of its own; 0 where all arms share them.
    point : int, optional
        Number of a point with seeds of its own.

    Returns
    -------
    int
        That of `replication_seed` where arms and points share it.
    """
    if point is not None:
        return _spawned(seed, rep, point, *([rerun, arm] if rerun else []))
    if rerun == arm == 0:
        return replication_seed(seed, rep)
    return _spawned(seed, rep, rerun, arm)


def _spawned(seed: int, *key: int) -> int:
    state = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))
