"""Records: the arrays of an entity, or the parameters, as one argument of a kernel.

A kernel uses ``premises.margin[i]`` and ``p.closure_rate``. The fields are read from the source of
the kernel and of the functions that it passes the record to, so no list repeats them. A compiled
record consists of its fields, so it costs nothing; each field keeps its type, so a kernel cannot
write to a read-only array.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections import namedtuple
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel.models import TupleModel
from numba.extending import register_model, typeof_impl
from numba.np.numpy_support import as_dtype


class Record(tuple[Any, ...]):
    """Base of all records; each is a named tuple as well."""

    __slots__ = ()


def record(name: str, fields: Mapping[str, Any]) -> Any:
    """Return arrays and numbers as one argument of a kernel.

    Parameters
    ----------
    name : str
        Name of an entity, or ``p`` for parameters.
    fields : mapping of str to object

    Returns
    -------
    Record
    """
    return _record_class(name, tuple(fields))(*fields.values())


@functools.cache
def _record_class(name: str, fields: tuple[str, ...]) -> Any:
    # Not named as the argument: numba puts both names into the function of a parallel loop.
    base = namedtuple(f"{name}_record", fields)  # type: ignore[misc]
    return type(base.__name__, (Record, base), {"__slots__": (), "entity": name})


def arguments_of(function: Any) -> tuple[str, ...]:
    """Return the names of the arguments of a kernel or a rule, in order."""
    code = getattr(function, "py_func", function).__code__
    return code.co_varnames[: code.co_argcount]


@functools.cache
def fields_of(function: Any, argument: str) -> tuple[str, ...]:
    """Return the fields that a function uses of one of its arguments, sorted.

    Parameters
    ----------
    function : callable
        A kernel or a rule.
    argument : str

    Returns
    -------
    tuple of str
        The names ``f`` for which the function, or one that it passes the argument to, uses
        ``argument.f``.
    """
    uses = _uses(getattr(function, "py_func", function))[argument]
    fields = {use for use in uses if isinstance(use, str)}
    for callee, position in uses - fields:
        fields.update(fields_of(callee, arguments_of(callee)[position]))
    return tuple(sorted(fields))


def parameters_of(function: Any, values: Mapping[str, Any]) -> Any:
    """Return the record ``p`` of the parameters that a kernel or a rule takes.

    Parameters
    ----------
    function : callable
    values : mapping
        Parameters by flat name.

    Returns
    -------
    Record
    """
    return record("p", {name: values[name] for name in fields_of(function, "p")})


@functools.cache
def _uses(function: Callable[..., Any]) -> dict[str, set[Any]]:
    """By argument: names of its fields, and functions that take it, each with its position."""
    code = function.__code__
    uses: dict[str, set[Any]] = {name: set() for name in arguments_of(function)}
    for node in ast.walk(_definitions(code.co_filename)[code.co_firstlineno]):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.get(node.value.id, set()).add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            callee = function.__globals__.get(node.func.id)
            if inspect.isfunction(getattr(callee, "py_func", callee)):
                for position, given in enumerate(node.args):
                    if isinstance(given, ast.Name):
                        uses.get(given.id, set()).add((callee, position))
    return uses


@functools.cache
def _definitions(path: str) -> dict[int, ast.FunctionDef]:
    """Return the functions of a file by their first line, that of the first decorator."""
    found = ast.parse(Path(path).read_text(encoding="utf-8")).body
    functions = [node for node in found if isinstance(node, ast.FunctionDef)]
    return {min([f.lineno, *(d.lineno for d in f.decorator_list)]): f for f in functions}


class RecordType(types.NamedTuple):
    """Numba's type of a record, the same in each process so that machine code can be reused.

    Parameters
    ----------
    made : type
        Type made by `record`.
    kinds : tuple of numba types
        Types of the fields.
    """

    def __init__(self, made: type[Record], kinds: tuple[types.Type, ...]) -> None:
        super().__init__(kinds, made)

    def __reduce__(self) -> Any:
        return _record_type, (type(self), self.instance_class.entity, self.fields, self.types)


class BorrowedRecordType(RecordType):
    """Type of a record whose arrays outlive the call, so that nobody counts references to them."""


def _record_type(
    kind: type[RecordType], name: str, fields: tuple[str, ...], kinds: tuple[types.Type, ...]
) -> RecordType:
    return kind(_record_class(name, fields), kinds)


register_model(RecordType)(TupleModel)


@register_model(BorrowedRecordType)
class _BorrowedRecordModel(TupleModel):
    """Pass only address and shape of contiguous arrays, which have the other words from them."""

    def traverse(self, builder: Any) -> list[Any]:
        return []  # no references to count

    def get_argument_type(self) -> tuple[Any, ...]:
        return tuple(
            (m.get_model(_DATA).get_argument_type(), m.get_model(_SHAPE).get_argument_type())
            if _is_contiguous(m)
            else m.get_argument_type()
            for m in self._models
        )

    def as_argument(self, builder: Any, value: Any) -> tuple[Any, ...]:
        given = []
        for at, model in enumerate(self._models):
            words = model.as_argument(builder, builder.extract_value(value, at))
            given.append((words[_DATA], words[_SHAPE]) if _is_contiguous(model) else words)
        return tuple(given)

    def from_argument(self, builder: Any, value: Any) -> Any:
        words = [
            _words_of(builder, model, *given) if _is_contiguous(model) else given
            for model, given in zip(self._models, value, strict=True)
        ]
        return super().from_argument(builder, words)


_DATA, _SHAPE = 4, 5
"""Positions of address and shape among the words of numba's arrays."""


def _is_contiguous(model: Any) -> bool:
    return isinstance(model.fe_type, types.Array) and model.fe_type.layout == "C"


def _words_of(builder: Any, model: Any, data: Any, shape: Any) -> tuple[Any, ...]:
    """Return all words of a contiguous array from its address and shape."""
    meminfo, parent, word, *_ = model.get_argument_type()
    size = ir.Constant(word, as_dtype(model.fe_type.dtype).itemsize)
    items: Any = ir.Constant(word, 1)
    strides: list[Any] = []
    for length in reversed(shape):
        strides.insert(0, builder.mul(items, size))
        items = builder.mul(items, length)
    nothing = ir.Constant(meminfo, None), ir.Constant(parent, None)
    return *nothing, items, size, data, shape, strides


@typeof_impl.register(Record)
def _typeof(value: Any, context: Any) -> RecordType:
    return RecordType(type(value), tuple(typeof_impl(field, context) for field in value))
