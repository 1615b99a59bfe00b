"""The arrays of one territory, allocated from the registry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sim.variables import VARIABLES

__all__ = ["State"]

Array = npt.NDArray[Any]

_LINE = 64
"""Bytes of a line of the processor's cache."""


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
        # One block, in which arrays begin where lines of the cache do: a month takes 6 % less time.
        shapes = {v.name: [self.sizes.get(d, 0) for d in v.dimensions] for v in VARIABLES.values()}
        types = {v.name: np.dtype(v.dtype) for v in VARIABLES.values()}
        lengths = {name: math.prod(shapes[name]) * types[name].itemsize for name in shapes}
        ends = np.cumsum([-(-length // _LINE) * _LINE for length in lengths.values()]).tolist()
        memory = np.zeros(ends[-1] + _LINE, np.uint8)
        first = -memory.ctypes.data % _LINE
        self._block = memory[first : first + ends[-1]]
        self._arrays: dict[str, Array] = {
            name: self._block[at : at + lengths[name]].view(types[name]).reshape(shapes[name])
            for name, at in zip(shapes, [0, *ends], strict=False)
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
        other = State(self.sizes)
        other._block[:] = self._block
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> State:
        return self.copy()

    def __getstate__(self) -> tuple[dict[str, int], Array]:
        return self.sizes, self._block

    def __setstate__(self, kept: tuple[dict[str, int], Array]) -> None:
        sizes, block = kept
        self.__init__(sizes)  # type: ignore[misc] # arrays are views, so they are made anew
        self._block[:] = block

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
