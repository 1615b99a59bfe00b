"""Value of information: what knowing a parameter beforehand is worth to a decision.

The expected value of partial perfect information (EVPPI) of a parameter is::

    E[max_d E(net benefit of d | parameter)] - max_d E(net benefit of d)

over choices d. It is at least 0, and 0 where the best choice is the same at all values. The inner
expectation is a regression of net benefits on the parameter (Strong, Oakley & Brennan 2014, doi
10.1177/0272989X13505910), here by restricted cubic splines with four knots (Harrell 2001). The
regression averages over everything else, random draws of a run included, so one run per choice and
draw of the parameters is enough.

Splines also fit noise, and the maximum over choices turns it into value. Draws are therefore
permuted against net benefits: the p-value of a parameter is the share of permutations in which any
parameter reaches its value, and holds for all of them together (Westfall & Young 1993).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEWEST_DRAWS", "INFORMATION_COLUMNS", "value_of_information"]

FEWEST_DRAWS: Final = 40
"""Draws below which a spline with three slopes mostly fits noise. A judgement."""

INFORMATION_COLUMNS: Final = ("parameter", "worth", "lo90", "hi90", "by_chance", "p_value")
"""Columns of `value_of_information`."""

_KNOTS: Final = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the knots (Harrell 2001, table 2.3)."""

_PERMUTATIONS: Final = 100
_RESAMPLES: Final = 100
_SEED: Final = 20140426
_Z90: Final = 1.6448536269514722


def value_of_information(draws: pd.DataFrame, net_benefits: Floats) -> pd.DataFrame:
    """Estimate the EVPPI of each parameter.

    Parameters
    ----------
    draws : pandas.DataFrame
        A row a draw, a column a parameter.
    net_benefits : (draws, choices) float64 array
        Net benefit of each choice in each draw, finite; doing nothing is a column of zeros.

    Returns
    -------
    pandas.DataFrame
        A row a parameter, the most worth knowing first: ``parameter``; ``worth``, its EVPPI in the
        unit of net benefits; ``lo90`` and ``hi90``, by the bootstrap's standard error;
        ``by_chance``, its mean over permutations; ``p_value``, that of any parameter among all.

    Raises
    ------
    InputError
        If there are fewer than `FEWEST_DRAWS` draws.

    Examples
    --------
    >>> import pandas as pd
    >>> draws = pd.DataFrame({"demand": np.linspace(-1, 1, 101)})
    >>> nothing, invest = np.zeros(101), draws["demand"].to_numpy()
    >>> found = value_of_information(draws, np.column_stack([nothing, invest]))
    >>> found["worth"].round(2).tolist()
    [0.25]
    """
    import pandas as pd

    n = len(draws)
    if n < FEWEST_DRAWS:
        raise InputError(f"{n} draws are too few to value information; expected {FEWEST_DRAWS}.")
    rng = np.random.default_rng(_SEED)
    splines = np.stack([_spline(draws[name].to_numpy(np.float64)) for name in draws])
    basis = _orthonormal(splines)
    worth = _worth(basis, net_benefits)
    chance = np.array(
        [_worth(basis, net_benefits[rng.permutation(n)]) for _ in range(_PERMUTATIONS)]
    )
    samples = (rng.integers(0, n, n) for _ in range(_RESAMPLES))
    again = np.array([_worth(_orthonormal(splines[:, at]), net_benefits[at]) for at in samples])
    half = _Z90 * again.std(axis=0, ddof=1)
    reached = (chance.max(axis=1)[:, None] >= worth * (1 - 1e-12)).sum(axis=0)
    found = pd.DataFrame(
        {
            "parameter": list(draws),
            "worth": worth,
            "lo90": np.maximum(worth - half, 0.0),
            "hi90": worth + half,
            "by_chance": chance.mean(axis=0),
            "p_value": (1 + reached) / (1 + _PERMUTATIONS),
        }
    )
    return found.sort_values("worth", ascending=False, kind="stable", ignore_index=True)


def _worth(basis: Floats, net_benefits: Floats) -> Floats:
    """Return the EVPPI of each parameter, (parameters,)."""
    # Not a matrix product: its order of summation depends on a library's threads.
    slopes = np.einsum("knj,nd->kjd", basis, net_benefits)
    expected = np.einsum("knj,kjd->knd", basis, slopes)
    known = expected.max(axis=2).mean(axis=1)
    return np.asarray(np.maximum(known - net_benefits.mean(axis=0).max(), 0.0))


def _spline(values: Floats) -> Floats:
    """Return the basis of a restricted cubic spline, (n, 4): 1, the line, and two curves.

    Columns that add nothing, as for a parameter with two values, are removed by `_orthonormal`.
    """
    scale = float(np.ptp(values)) or 1.0
    x = (values - values.min()) / scale
    a, b, c, d = np.quantile(x, _KNOTS)

    def cubed(knot: float) -> Floats:
        return np.asarray(np.maximum(x - knot, 0.0) ** 3)

    columns = [np.ones_like(x), x]
    for knot in (a, b):
        curve = np.zeros_like(x)
        if d > c:
            curve = cubed(knot) - (cubed(c) * (d - knot) - cubed(d) * (c - knot)) / (
                d - c
            )  # linear beyond the last knot
        columns.append(curve)
    return np.column_stack(columns)


def _orthonormal(splines: Floats) -> Floats:
    """Return an orthonormal basis of the columns, (parameters, n, 4), with zeros for those lost."""
    basis, sizes, _ = np.linalg.svd(splines, full_matrices=False)
    return np.asarray(basis * (sizes > 1e-9 * sizes[:, :1])[:, None, :])
