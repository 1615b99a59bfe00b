"""Call a sequence of kernels as one call, with arguments unwrapped once.

At each call numba unwraps every array from its Python object, which costs some 0.1 µs if the object
has left the cache. For a month of thirty kernels with twenty arrays each, that takes as long as its
longest process. Here the numbers behind the arguments (address, shape and strides of an array) are
stored once, and a short piece of machine code passes them to each kernel.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import make_array, populate_array

from sim.kernels.machine.compile import address, instruction, is_compiled, kernel
from sim.kernels.machine.records import BorrowedRecordType, Record, RecordType

CLOCK: Final = ("month", "calendar_month")
"""Arguments that differ from one call of the sequence to the next."""

_WORD = ir.IntType(64)
_AS_FLOAT, _AS_WORD = struct.Struct("=d"), struct.Struct("=q")


class Lent(NamedTuple):
    """A record of a state as an argument, seldom made: its words and its type usually suffice.

    Attributes
    ----------
    kind : hashable
        Whatever has the same kind has the same numba type.
    words : int64 array
        Address, shape and strides of each array.
    record : callable
        Returns the record.
    """

    kind: Hashable
    words: npt.NDArray[np.int64]
    record: Callable[[], Record]


class KernelCall(NamedTuple):
    """A kernel and its arguments.

    Attributes
    ----------
    name : str
    kernel : callable
        Kernel from `sim.kernels.machine.compile.kernel` or `parallel`, without a return value.
    arguments : tuple
        Arrays, records (also `Lent`), ints, floats and bools, in order; names of `CLOCK` stand for
        their values.
    """

    name: str
    kernel: Callable[..., None]
    arguments: tuple[Any, ...]

    def alone(self, **clock: int) -> None:
        """Call the kernel from Python."""
        given = (a.record() if isinstance(a, Lent) else a for a in self.arguments)
        self.kernel(*(clock[a] if isinstance(a, str) else a for a in given))


class KernelSequence:
    """A sequence of kernels, of which some or all can run as one call.

    Parameters
    ----------
    calls : sequence of KernelCall
        Calls; the sequence keeps their arrays, which must not move in memory.
    """

    def __init__(self, calls: Sequence[KernelCall]) -> None:
        self._calls = tuple(calls)
        self._types = [tuple(_type_of(a) for a in call.arguments) for call in self._calls]
        # Numba's types are slow to hash, so use their identity; `_TYPES` or numba keeps them alive.
        self._identities = [tuple(map(id, taken)) for taken in self._types]
        self._slots = [_slots(call.arguments) for call in self._calls]

    def only(self, names: Collection[str]) -> Callable[[int, int], None]:
        """Return a function that calls the kernels of these names, in the order of the sequence.

        Parameters
        ----------
        names : collection of str
            Names of kernels; the others are not compiled.

        Returns
        -------
        callable
            ``run(month, calendar_month)``.
        """
        chosen = [call for call in self._calls if call.name in names]
        if not all(is_compiled(call.kernel) for call in chosen):
            return lambda *clock: _call_plainly(chosen, clock)
        table = np.zeros((len(self._calls), 2), np.int64)
        for row, call in enumerate(self._calls):
            if call.name in names:
                table[row] = self._address(row), self._slots[row].ctypes.data
        kernels, code = self._code()
        start = table.ctypes.data

        def run(month: int, calendar_month: int, _kept: Any = (self, table)) -> None:
            code(start, month, calendar_month, kernels)

        return run

    def compile_backwards(self) -> None:
        """Compile all kernels, the last one first."""
        for row, call in reversed(tuple(enumerate(self._calls))):
            if is_compiled(call.kernel):
                self._address(row)

    def _code(self) -> tuple[types.Type, Callable[..., None]]:
        """Return the code that calls kernels with arguments of these types, and its type."""
        key = tuple(self._identities)
        if key not in _CODE:
            kernels = types.Tuple([types.Tuple(taken) for taken in self._types])
            given = (types.intp, types.int64, types.int64, types.TypeRef(kernels))
            _CODE[key] = kernels, _call_each.compile(given)
        return _CODE[key]

    def _address(self, row: int) -> int:
        function = self._calls[row].kernel
        key = (function, self._identities[row])
        if key not in _ADDRESSES:
            taken = [types.int64 if t in _CLOCK_TYPES else t for t in self._types[row]]
            _ADDRESSES[key] = address(function, *taken)
        return _ADDRESSES[key]


_TYPES: Final[dict[Any, types.Type]] = {}
_CODE: Final[dict[Any, tuple[types.Type, Callable[..., None]]]] = {}
_ADDRESSES: Final[dict[Any, int]] = {}

_CLOCK_TYPES = tuple(types.literal(name) for name in CLOCK)


def _type_of(argument: Any) -> types.Type:
    """Return numba's type of an argument, with one lookup for similar arrays."""
    if isinstance(argument, np.ndarray):
        flags = argument.flags
        looks: Any = (argument.dtype, argument.ndim, flags.forc, flags.fnc, flags.writeable)
    elif isinstance(argument, (str, Lent)):
        looks = argument.kind if isinstance(argument, Lent) else argument
    elif isinstance(argument, Record):
        kinds = tuple(map(_type_of, argument))
        looks = (type(argument), *map(id, kinds))
        if looks not in _TYPES:
            _TYPES[looks] = BorrowedRecordType(type(argument), kinds)
    elif isinstance(argument, (float, bool)):
        looks = type(argument)
    else:
        return numba.typeof(argument)
    if looks not in _TYPES:
        _TYPES[looks] = _new_type_of(argument)
    return _TYPES[looks]


def _new_type_of(argument: Any) -> types.Type:
    if isinstance(argument, Lent):
        return _type_of(argument.record())
    return types.literal(argument) if isinstance(argument, str) else numba.typeof(argument)


def _call_plainly(calls: Sequence[KernelCall], clock: tuple[int, ...]) -> None:
    """Call the kernels as Python functions, without compilation."""
    for call in calls:
        call.alone(**dict(zip(CLOCK, clock, strict=True)))


def _slots(arguments: tuple[Any, ...]) -> npt.NDArray[np.int64]:
    """Return the 64-bit words behind arguments, in the order in which `_calls` reads them."""
    parts = [a.words if isinstance(a, Lent) else _words(a) for a in arguments]
    return np.concatenate([np.array(part, np.int64) for part in parts])


def _words(argument: Any) -> list[int]:
    if isinstance(argument, np.ndarray):
        return [argument.ctypes.data, *argument.shape, *argument.strides]
    if isinstance(argument, Record):
        return [word for field in argument for word in _words(field)]
    if isinstance(argument, float):
        return [_AS_WORD.unpack(_AS_FLOAT.pack(argument))[0]]
    return [] if isinstance(argument, str) else [int(argument)]


@instruction
def _calls(_, table, month, calendar_month, kernels):
    """Call each kernel of a table whose address is not 0."""
    signatures = [tuple(taken) for taken in kernels.instance_type]

    def generate(context, builder, _, given):
        clock = dict(zip(_CLOCK_TYPES, given[1:3], strict=True))
        rows = builder.inttoptr(given[0], _WORD.as_pointer())
        for row, signature in enumerate(signatures):
            where = _load(builder, rows, 2 * row)
            with cgutils.if_likely(builder, cgutils.is_not_null(builder, where)):
                slots = builder.inttoptr(_load(builder, rows, 2 * row + 1), _WORD.as_pointer())
                values, at = [], 0
                for kind in signature:
                    value, width = (
                        (clock[kind], 0)
                        if kind in clock
                        else _unwrapped(context, builder, kind, slots, at)
                    )
                    values.append(value)
                    at += width
                taken = [types.int64 if kind in clock else kind for kind in signature]
                code = context.call_conv.get_function_type(types.none, taken).as_pointer()
                status, _result = context.call_conv.call_function(
                    builder, builder.inttoptr(where, code), types.none, taken, values
                )
                with cgutils.if_unlikely(builder, status.is_error):
                    context.call_conv.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.none(table, month, calendar_month, kernels), generate


def _load(builder: Any, words: Any, at: int, kind: Any = _WORD) -> Any:
    place = builder.gep(words, [ir.Constant(_WORD, at)])
    return builder.load(builder.bitcast(place, kind.as_pointer()))


def _unwrapped(context: Any, builder: Any, kind: Any, slots: Any, at: int) -> tuple[Any, int]:
    """Return an argument in numba's form for kernels, and its number of words."""
    if isinstance(kind, RecordType):
        values, width = [], 0
        for field in kind.types:
            value, taken = _unwrapped(context, builder, field, slots, at + width)
            values.append(value)
            width += taken
        return context.make_tuple(builder, kind, values), width
    if not isinstance(kind, types.Array):
        model = context.data_model_manager[kind]
        return model.from_data(builder, _load(builder, slots, at, model.get_data_type())), 1
    words = [_load(builder, slots, at + i) for i in range(1 + 2 * kind.ndim)]
    item = context.get_data_type(kind.dtype)
    array = make_array(kind)(context, builder)
    populate_array(
        array,
        data=builder.inttoptr(words[0], item.as_pointer()),
        shape=words[1 : 1 + kind.ndim],
        strides=words[1 + kind.ndim :],
        itemsize=ir.Constant(_WORD, context.get_abi_sizeof(item)),
        meminfo=None,
    )
    return array._getvalue(), len(words)


@kernel
def _call_each(table, month, calendar_month, kernels):
    _calls(table, month, calendar_month, kernels)
