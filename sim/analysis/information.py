"""Value of information: what knowing a parameter beforehand is worth to a decision.

The expected value of partial perfect information (EVPPI) of a parameter is::

    E[max_d E(net benefit of d | parameter)] - max_d E(net benefit of d)

over choices d. It is at least 0, and 0 where the best choice is the same at all values. The inner
expectation is a regression of net benefits on the parameter (Strong, Oakley & Brennan 2014, doi
10.1177/0272989X13505910), here by restricted cubic splines with four knots (Harrell 2001). The
regression averages over everything else, random draws of a run included, so one run per choice and
draw of the parameters is enough.

A study that tells several parameters at once is valued by a regression on all of them, in lines:
curves of many would mostly fit noise.

Regressions fit noise in any case, and the maximum over choices turns it into value. Draws are
therefore permuted against net benefits: the p-value is the share of permutations in which any
study stands as far out of what chance gives it, in standard deviations, and holds for all of them
together (Westfall & Young 1993).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEWEST_DRAWS", "INFORMATION_COLUMNS", "value_of_information"]

FEWEST_DRAWS: Final = 40
"""Draws below which a spline with three slopes mostly fits noise. A judgement."""

INFORMATION_COLUMNS: Final = ("study", "worth", "lo90", "hi90", "by_chance", "p_value")
"""Columns of `value_of_information`."""

_KNOTS: Final = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the knots (Harrell 2001, table 2.3)."""

_PERMUTATIONS: Final = 100
_RESAMPLES: Final = 100
_SEED: Final = 20140426
_Z90: Final = 1.6448536269514722


def value_of_information(
    draws: pd.DataFrame, net_benefits: Floats, studies: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Estimate the EVPPI of studies, each of which tells one parameter or several.

    Parameters
    ----------
    draws : pandas.DataFrame
        A row a draw, a column a parameter.
    net_benefits : (draws, choices) float64 array
        Net benefit of each choice in each draw, finite; doing nothing is a column of zeros.
    studies : mapping of str to sequence of str, optional
        The parameters that each tells; by default each parameter has a study of its own.

    Returns
    -------
    pandas.DataFrame
        A row a study, the one worth most first: ``study``; ``worth``, its EVPPI in the unit of net
        benefits; ``lo90`` and ``hi90``, by the bootstrap's standard error; ``by_chance``, its mean
        over permutations; ``p_value``, that of any study among all.

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
    asked = studies or {str(name): (str(name),) for name in draws}
    terms = _stacked([_terms(draws[list(told)].to_numpy(np.float64)) for told in asked.values()])
    basis = _orthonormal(terms)
    worth = _worth(basis, net_benefits)
    chance = np.array(
        [_worth(basis, net_benefits[rng.permutation(n)]) for _ in range(_PERMUTATIONS)]
    )
    samples = (rng.integers(0, n, n) for _ in range(_RESAMPLES))
    again = np.array([_worth(_orthonormal(terms[:, at]), net_benefits[at]) for at in samples])
    half = _Z90 * again.std(axis=0, ddof=1)
    usual, spread = chance.mean(axis=0), chance.std(axis=0, ddof=1)
    spread = np.maximum(spread, 1e-12 * np.abs(net_benefits).max() + 1e-300)
    most = ((chance - usual) / spread).max(axis=1)
    reached = (most[:, None] >= (worth - usual) / spread * (1 - 1e-12)).sum(axis=0)
    found = pd.DataFrame(
        {
            "study": list(asked),
            "worth": worth,
            "lo90": np.maximum(worth - half, 0.0),
            "hi90": worth + half,
            "by_chance": usual,
            "p_value": (1 + reached) / (1 + _PERMUTATIONS),
        }
    )
    return found.sort_values("worth", ascending=False, kind="stable", ignore_index=True)


def _worth(basis: Floats, net_benefits: Floats) -> Floats:
    """Return the EVPPI of each study, (studies,)."""
    # Not a matrix product: its order of summation depends on a library's threads.
    slopes = np.einsum("knj,nd->kjd", basis, net_benefits)
    expected = np.einsum("knj,kjd->knd", basis, slopes)
    known = expected.max(axis=2).mean(axis=1)
    return np.asarray(np.maximum(known - net_benefits.mean(axis=0).max(), 0.0))


def _terms(values: Floats) -> Floats:
    """Return the terms of a regression on (n, parameters): 1 and lines, and curves if it is one."""
    curves = _curves(values[:, 0]) if values.shape[1] == 1 else np.empty((len(values), 0))
    sizes = np.ptp(values, axis=0)
    lines = (values - values.min(axis=0)) / np.where(sizes > 0, sizes, 1.0)
    return np.column_stack([np.ones(len(values)), lines, curves])


def _curves(values: Floats) -> Floats:
    """Return the two curves of a restricted cubic spline, (n, 2), zero if knots coincide."""
    a, b, c, d = np.quantile(values, _KNOTS)
    if not d > c:
        return np.zeros((values.size, 2))

    def cubed(knot: float) -> Floats:
        return np.asarray(np.maximum((values - knot) / (d - a), 0.0) ** 3)

    # Beyond the last knot, they are lines.
    return np.column_stack(
        [cubed(knot) - (cubed(c) * (d - knot) - cubed(d) * (c - knot)) / (d - c) for knot in (a, b)]
    )


def _stacked(terms: Sequence[Floats]) -> Floats:
    """Return the terms of all studies, (studies, n, most terms), zero where one has fewer."""
    most = max(one.shape[1] for one in terms)
    return np.stack([np.pad(one, ((0, 0), (0, most - one.shape[1]))) for one in terms])


def _orthonormal(terms: Floats) -> Floats:
    """Return an orthonormal basis of each study's terms, zero where they add nothing."""
    basis, sizes, _ = np.linalg.svd(terms, full_matrices=False)
    return np.asarray(basis * (sizes > 1e-9 * sizes[:, :1])[:, None, :])
