"""Correlated factors: a Gaussian copula with given rank correlations.

Points of the unit cube become normal scores, are mixed, and become probabilities again, so each
factor keeps its own distribution. The correlation of scores that gives a rank correlation r is
2 sin(pi r / 6) (Pearson 1907; Nelsen 2006, doi 10.1007/0-387-28678-0). Points are mixed one by one:
a design with more points keeps the first ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from sim.errors import InputError, nearest
from sim.experiments.factors import Factor
from sim.kernels.arrays import Floats

Correlation = tuple[str, str, float]
"""Two factors and their rank correlation (Spearman's)."""

_SMALLEST: Final = 1e-12
"""Probability to which points at the ends of the unit interval move, where scores are infinite."""


def read_correlations(
    content: Mapping[str, Any], factors: Sequence[Factor], kind: str, where: str
) -> tuple[Correlation, ...]:
    """Read ``correlations`` of an experiment's file, a list of two factors and a number.

    Raises
    ------
    InputError
        If the design is of another kind, an entry is not admissible, or the correlations do not go
        together.
    """
    given = content.get("correlations", [])
    at = f"{where}correlations: "
    if not isinstance(given, list):
        raise InputError(f'{at}expected a list, such as [["closure_rate", "rent_level", 0.5]].')
    if given and kind not in ("latin_hypercube", "sobol"):
        raise InputError(
            f"{at}a {kind} design takes its factors one by one; expected 'latin_hypercube' or "
            "'sobol'."
        )
    names = [f.name for f in factors if f.kind in (int, float)]
    found: dict[frozenset[str], Correlation] = {}
    for entry in given:
        if not isinstance(entry, list) or len(entry) != 3:
            raise InputError(f"{at}{entry!r} is not two factors and a number.")
        first, second, size = entry
        for name in (first, second):
            if name not in names:
                hint = nearest(str(name), names)
                raise InputError(f"{at}{name!r} is no factor with numbers.{hint}")
        if isinstance(size, bool) or not isinstance(size, int | float) or not -1 < size < 1:
            raise InputError(
                f"{at}{first} and {second}: {size!r} is not admissible; expected a number between "
                "-1 and 1."
            )
        pair = frozenset((first, second))
        if len(pair) < 2 or pair in found:
            raise InputError(f"{at}{first} and {second}: expected two factors, each pair once.")
        found[pair] = (first, second, float(size))
    correlations = tuple(found.values())
    if found and np.linalg.eigvalsh(_scores(names, correlations)).min() <= 1e-9:
        raise InputError(
            f"{at}they contradict each other: no factors have all of them; make them smaller."
        )
    return correlations


def correlated(points: Floats, names: Sequence[str], correlations: Sequence[Correlation]) -> Floats:
    """Return points of the unit cube, (points, factors), with correlations between factors."""
    if not correlations:
        return np.asarray(points)
    from scipy.special import ndtr, ndtri

    scores = ndtri(np.clip(points, _SMALLEST, 1 - _SMALLEST))
    mix = np.linalg.cholesky(_scores(names, correlations))
    # Not a matrix product, whose order of summation depends on a library's threads.
    return np.asarray(ndtr(np.einsum("ij,kj->ik", scores, mix)))


def _scores(names: Sequence[str], correlations: Sequence[Correlation]) -> Floats:
    """Return the correlation matrix of the normal scores."""
    matrix = np.eye(len(names))
    for first, second, size in correlations:
        i, j = names.index(first), names.index(second)
        matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * size / 6)
    return matrix
