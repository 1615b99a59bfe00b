"""Designs: the points of an experiment in the space of its factors.

Points of sampled designs lie in the unit cube; the factors' quantile functions map them to values,
so designs do not depend on units. All designs except the Latin hypercube start with the points of a
smaller one of the same kind and seed, so they can be extended in place.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from sim.errors import InputError
from sim.experiments.copula import Correlation, correlated
from sim.experiments.factors import Factor
from sim.kernels.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LARGEST_DESIGN", "LEVELS_OF_MORRIS", "ONE_POINT", "Design", "DesignKind"]

DesignKind = Literal["full_factorial", "list", "latin_hypercube", "sobol", "morris", "saltelli"]

SAMPLED: Final = ("latin_hypercube", "sobol", "morris", "saltelli")
LARGEST_DESIGN: Final = 10_000_000
"""Maximum number of points."""

LEVELS_OF_MORRIS: Final = 4
"""Levels of the grid of Morris trajectories."""


@dataclass(frozen=True)
class Design:
    """The points of an experiment.

    Attributes
    ----------
    kind : {"full_factorial", "list", "latin_hypercube", "sobol", "morris", "saltelli"}
        ``full_factorial``: every combination of levels, the last factor varying fastest; ``list``:
        the points of `listed`; ``latin_hypercube`` and ``sobol`` (scrambled): points that fill the
        space; ``morris``: trajectories of elementary effects (doi 10.1080/00401706.1991.10484804);
        ``saltelli``: blocks of D + 2 points for Sobol' indices (doi 10.1016/j.cpc.2009.09.018).
    factors : tuple of Factor
    size : int
        Points of ``latin_hypercube`` and ``sobol``; trajectories of ``morris``; base samples of
        ``saltelli``; 0 for the others.
    seed : int
        Seed of sampled designs.
    listed : tuple of tuple
        Points of ``list``, one value per factor.
    correlations : tuple of (str, str, float)
        Rank correlations of pairs of factors in ``latin_hypercube`` and ``sobol``, by a Gaussian
        copula.
    """

    kind: DesignKind
    factors: tuple[Factor, ...]
    size: int = 0
    seed: int = 0
    listed: tuple[tuple[Any, ...], ...] = ()
    correlations: tuple[Correlation, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(DesignKind):
            raise InputError(f"unknown design '{self.kind}'.")
        if self.kind in SAMPLED and self.size < 1:
            raise InputError(
                f"size = {self.size} is out of range; a {self.kind} design has at least 1."
            )
        if len(self) > LARGEST_DESIGN:
            raise InputError(f"{len(self):,} points are more than {LARGEST_DESIGN:,}.")
        if not len(self):
            raise InputError("the design is empty; give it factors with levels, or points.")

    def __len__(self) -> int:
        match self.kind:
            case "full_factorial":
                return math.prod(len(f.levels or ()) for f in self.factors)
            case "list":
                return len(self.listed)
            case "morris":
                return self.size * (len(self.factors) + 1)
            case "saltelli":
                return self.size * (len(self.factors) + 2)
        return self.size

    @cached_property
    def unit_points(self) -> Floats | None:
        """Return points in the unit cube, (points, factors); None without sampling."""
        if self.kind not in SAMPLED:
            return None
        from scipy.stats import qmc

        dimensions, rng = len(self.factors), np.random.default_rng(self.seed)
        match self.kind:
            case "latin_hypercube":
                cube = qmc.LatinHypercube(dimensions, rng=rng).random(self.size)
                return correlated(cube, self._names, self.correlations)
            case "sobol":
                sampler = qmc.Sobol(dimensions, rng=rng)
                cube = sampler.random_base2(_power_of_two(self.size))[: self.size]
                return correlated(cube, self._names, self.correlations)
        return self._morris() if self.kind == "morris" else self._saltelli()

    @property
    def _names(self) -> list[str]:
        return [f.name for f in self.factors]

    def refuse_correlations(self, who: str) -> None:
        """Raise `InputError` if factors are correlated, which others' samplers cannot express."""
        if self.correlations:
            raise InputError(f"{who} cannot express correlated factors; leave out correlations.")

    @property
    def salib_problem(self) -> dict[str, Any]:
        """Return the design as a SALib problem, with factors on the unit interval."""
        names = self._names
        return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}

    def _saltelli(self) -> Floats:
        sample = _salib("SALib.sample.sobol").sample
        whole = 2 ** _power_of_two(self.size)
        points = sample(self.salib_problem, whole, calc_second_order=False, seed=self.seed)
        return np.asarray(points[: len(self)], np.float64)

    def _morris(self) -> Floats:
        sample = _salib("SALib.sample.morris").sample
        # One at a time, each with its own seed, so that adding more keeps the first ones.
        seeds = np.random.SeedSequence(self.seed).spawn(self.size)
        walks = [
            sample(
                self.salib_problem, 1, num_levels=LEVELS_OF_MORRIS, seed=int(s.generate_state(1)[0])
            )
            for s in seeds
        ]
        return np.concatenate(walks).astype(np.float64)

    @cached_property
    def values(self) -> list[tuple[Any, ...]]:
        """Return the points in order, one value per factor."""
        match self.kind:
            case "list":
                return list(self.listed)
            case "full_factorial":
                return list(itertools.product(*(f.levels or () for f in self.factors)))
        assert self.unit_points is not None
        return [
            tuple(f.value(u) for f, u in zip(self.factors, row, strict=True))
            for row in self.unit_points.tolist()
        ]

    @property
    def points(self) -> pd.DataFrame:
        """Return one row per point and one column per factor; the index ``point`` starts at 0."""
        import pandas as pd

        index = pd.RangeIndex(len(self), name="point")
        columns = list(zip(*self.values, strict=True)) if self.factors else []
        return pd.DataFrame(
            {f.name: pd.Series(c, index) for f, c in zip(self.factors, columns, strict=True)}, index
        )


ONE_POINT: Final = Design("full_factorial", ())
"""The design without factors: one point with the scenario's values."""


def _power_of_two(size: int) -> int:
    """Return the exponent of the smallest power of two that is at least as large.

    Sobol' sequences of any length have the same start, but are balanced at powers of two.
    """
    return (size - 1).bit_length()


def _salib(module: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise InputError(
            "this design is sampled by SALib, which is not installed; "
            "install it with: pip install 'essaim[analysis]'."
        ) from None
