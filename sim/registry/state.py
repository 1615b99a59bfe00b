"""The state of a territory: arrays allocated from the registry."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sim.kernels.machine.records import fields_of, record
from sim.registry.variables import VARIABLES

__all__ = ["State"]

Array = npt.NDArray[Any]

_LINE = 64
"""Bytes of a cache line."""


@lru_cache(maxsize=64)
def _lay_out(
    sizes: tuple[tuple[str, int], ...],
) -> tuple[int, dict[str, tuple[tuple[int, ...], np.dtype[Any], int]]]:
    """Lay out all arrays: total bytes, and the shape, type and offset of each.

    The arrays share one block, each aligned to a cache line, which saves 6 % of a month.
    """
    of, places, at = dict(sizes), {}, 0
    for variable in VARIABLES.values():
        shape = tuple(of.get(d, 0) for d in variable.dimensions)
        kind = np.dtype(variable.dtype)
        places[variable.name] = shape, kind, at
        at += -(-math.prod(shape) * kind.itemsize // _LINE) * _LINE
    return at, places


class State(Mapping[str, Array]):
    """All arrays of a territory by name, as declared in `sim.registry.variables`.

    Parameters
    ----------
    sizes : mapping of str to int
        Length of each dimension: ``row``, ``column``, ``premises`` ...; 0 by default.

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
        length, places = _lay_out(tuple(self.sizes.items()))
        memory = np.zeros(length + _LINE, np.uint8)
        first = -memory.ctypes.data % _LINE
        self._block = memory[first : first + length]
        self._arrays: dict[str, Array] = {
            name: np.ndarray(shape, kind, memory, first + at)
            for name, (shape, kind, at) in places.items()
        }
        self._read_only: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __setitem__(self, name: str, values: npt.ArrayLike) -> None:
        """Copy values into the array `name`, keeping its shape and type."""
        self._arrays[name][...] = np.asarray(values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def copy(self) -> State:
        """Return an independent copy."""
        other = State(self.sizes)
        other._block[:] = self._block
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> State:
        return self.copy()

    def __getstate__(self) -> tuple[dict[str, int], Array]:
        return self.sizes, self._block

    def __setstate__(self, kept: tuple[dict[str, int], Array]) -> None:
        sizes, block = kept
        self.__init__(sizes)  # type: ignore[misc] # arrays are views, so rebuild them
        self._block[:] = block

    def with_sizes(self, sizes: Mapping[str, int]) -> State:
        """Return an independent copy with other lengths of some dimensions, extended by zeros."""
        other = State({**self.sizes, **sizes})
        for name, array in self._arrays.items():
            kept = tuple(map(slice, map(min, array.shape, other[name].shape)))
            other[name][kept] = array[kept]
        return other

    def read_only(self, name: str) -> Array:
        """Return a read-only view of an array; numba refuses to compile a write to it."""
        if name not in self._read_only:
            self._read_only[name] = self._arrays[name].view()
            self._read_only[name].flags.writeable = False
        return self._read_only[name]

    def record_for(self, kernel: Any, entity: str, writes: Collection[str] = ()) -> Any:
        """Return the arrays of an entity that a kernel uses, as its argument of that name.

        All but those in `writes` (names of arrays) are read-only.
        """
        names = {quantity: f"{entity}.{quantity}" for quantity in fields_of(kernel, entity)}
        arrays = {q: self[n] if n in writes else self.read_only(n) for q, n in names.items()}
        return record(entity, arrays)
