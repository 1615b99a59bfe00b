"""The arrays of one territory, allocated from the registry."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sim.variables import VARIABLES

__all__ = ["State"]

Array = npt.NDArray[Any]


class State(Mapping[str, Array]):
    """All arrays of a territory by name, as declared in `sim.variables`.

    Parameters
    ----------
    sizes : mapping of str to int
        Length of each dimension: ``row``, ``column``, ``premises`` ...; 0 for what is not named.

    Examples
    --------
    >>> state = State({"row": 2, "column": 3})
    >>> state["cell.residents"].shape, state["premises.margin"].shape
    ((2, 3), (0,))
    """

    FIXED_SIZES: ClassVar = {
        "sector": 3,
        "zone": 3,
        "one": 1,
        "calendar_month": 1212,  # 2000 to 2100
        "neighbour": 8,
        "dimension": 4,
        "source": 3,
        "line": 7,
    }

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = {**self.FIXED_SIZES, **sizes}
        self._arrays: dict[str, Array] = {
            v.name: np.zeros([self.sizes.get(d, 0) for d in v.dimensions], v.dtype)
            for v in VARIABLES.values()
        }

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __setitem__(self, name: str, values: npt.ArrayLike) -> None:
        """Copy values into the array `name`; shape and type stay."""
        self._arrays[name][...] = np.asarray(values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def copy(self) -> State:
        """An independent copy."""
        return copy.deepcopy(self)

    def with_sizes(self, sizes: Mapping[str, int]) -> State:
        """An independent copy in which some dimensions have other lengths.

        Parameters
        ----------
        sizes : mapping of str to int
            Arrays with any of these dimensions are zero.

        Returns
        -------
        State
        """
        other = State({**self.sizes, **sizes})
        for name, array in self._arrays.items():
            if not sizes.keys() & set(VARIABLES[name].dimensions):
                other[name] = array
        return other

    def read_only(self, name: str) -> Array:
        """A view of an array that cannot be written: numba refuses to compile a write to it."""
        view = self._arrays[name].view()
        view.flags.writeable = False
        return view
