"""Compile and parallelise kernels; the only place with numba's options.

A *kernel* is a loop over arrays, a *rule* the scalar arithmetic inside it. Both are compiled on
their first call, without fast-math, so that a call gives the same bits on one thread or many.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba
from numba.core.cpu_options import ParallelOptions
from numba.extending import intrinsic, register_jitable

from sim.kernels.machine.cache import cached

# "numpy": division by zero gives inf instead of an exception, whose branch would prevent
# vectorisation.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}

# Only explicit prange loops run on threads. The automatic rewriting of array expressions and
# reductions would choose its own order of summation. (Not a dict: numba clears it on the first
# compilation and then uses its defaults.)
_ONLY_PRANGE: Any = ParallelOptions(
    {
        "prange": True,
        "comprehension": False,
        "reduction": False,
        "inplace_binop": False,
        "setitem": False,
        "numpy": False,
        "stencil": False,
        "fusion": False,
    }
)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a loop over arrays, for one thread, without holding the interpreter's lock.

    ``numba.prange`` in the function acts as ``range``; `parallel` returns the multi-threaded
    variant. The machine code is kept on disk (see `cache_folder`).

    Parameters
    ----------
    function : callable
        A function in numba's subset of Python; ``.py_func`` of the result.

    Returns
    -------
    callable
        The function, compiled on its first call for each combination of argument types.
    """
    return cached(numba.njit(**_OPTIONS)(function), "serial")


def rule(function: Callable[..., Any]) -> Any:
    """Compile a scalar rule so that it is inlined into the kernels that call it, at no cost.

    ``.py_func`` of the result is the plain function, for tests without compilation.
    """
    return numba.njit(inline="always", **_OPTIONS)(function)


def shared_rule(function: Callable[..., Any]) -> Any:
    """Let kernels call a scalar rule that stays a plain function in Python.

    Python code would compile a `rule` in each process.
    """
    return register_jitable(**_OPTIONS)(function)


def long_rule(function: Callable[..., Any]) -> Any:
    """Compile a scalar rule once that many kernels call and that takes long to compile.

    Kernels call its machine code, which the compiler may still inline.
    """
    return numba.njit(**_OPTIONS)(function)


def instruction(function: Callable[..., Any]) -> Any:
    """Let kernels use an operation that numba lacks, written in LLVM's language.

    Parameters
    ----------
    function : callable
        Takes numba's typing context and the types of the arguments; returns a signature and a code
        generator.

    Returns
    -------
    callable
        Function of the arguments, for use in kernels.
    """
    return intrinsic(function)


@functools.cache
def parallel(serial: Any) -> Any:
    """Return the variant of a kernel whose ``prange`` loops run on several threads.

    The kernels that it calls are replaced by their own variants. A kernel without such a loop,
    also in what it calls, is its own variant.

    The variant is compiled from the same Python function, on request only: compiling takes twice as
    long, a process that has run it must not fork, and two Python threads must not call it at once.
    Its bits are those of the serial kernel as long as no ``prange`` loop sums floats across its
    iterations.

    Loops over `prange` must name the arrays of a record that they write before they begin: numba
    takes ``premises.rent[i] = ...`` in such a loop for dead code, and leaves it out of the twin.
    A loop must not call a kernel with such a loop.

    Parameters
    ----------
    serial : callable
        Kernel from `kernel`.

    Returns
    -------
    callable
        The same object for every request.
    """
    function = getattr(serial, "py_func", serial)
    called = _called(function)
    twins = {name: parallel(kernel) for name, kernel in called.items() if not _is_inlined(kernel)}
    twins = {name: twin for name, twin in twins.items() if twin is not called[name]}
    loops = _loops(function)
    if not (loops or twins):
        return serial
    if twins:
        named = function.__globals__ | twins
        code, defaults, cells = function.__code__, function.__defaults__, function.__closure__
        function = FunctionType(code, named, function.__name__, defaults, cells)
        function.__qualname__ = serial.__qualname__
    options = _OPTIONS | ({"parallel": _ONLY_PRANGE} if loops else {})
    twin = cached(numba.njit(**options)(function), "parallel")
    _TWINS.add(id(twin))
    return twin


_TWINS: set[int] = set()
"""Variants from `parallel`, which are never deleted."""


def _called(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the kernels and rules that a function names."""
    named = {n: function.__globals__.get(n) for n in function.__code__.co_names}
    return {n: f for n, f in named.items() if hasattr(f, "targetoptions")}


def _is_inlined(kernel: Any) -> bool:
    return bool(kernel.targetoptions.get("inline") == "always")


@functools.cache
def _loops(function: Callable[..., Any]) -> bool:
    """Return whether a function has a ``prange`` loop, its own or from a rule that it inlines."""
    inlined = (f.py_func for f in _called(function).values() if _is_inlined(f))
    return "prange" in function.__code__.co_names or any(map(_loops, inlined))


@functools.cache
def _bare(dispatcher: Any) -> Any:
    """Return the variant of a kernel that Python cannot call, which compiles faster."""
    options = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    if "parallel" in dispatcher.targetoptions:
        options["parallel"] = _ONLY_PRANGE
    kind = "bare-parallel" if id(dispatcher) in _TWINS else "bare"
    return cached(numba.njit(**options)(dispatcher.py_func), kind)


def is_compiled(function: Any) -> bool:
    """Return whether a kernel is compiled, unlike with ``NUMBA_DISABLE_JIT``."""
    return hasattr(function, "compile")


def address(dispatcher: Any, *types: Any) -> int:
    """Return the address of a kernel's machine code for argument types, compiling it if necessary.

    Parameters
    ----------
    dispatcher : callable
        Kernel from `kernel` or `parallel`.
    *types : numba types

    Returns
    -------
    int
        Address of a function with numba's calling convention.
    """
    bare = _bare(dispatcher)
    bare.compile(types)
    made = bare.overloads[types]
    found: int = made.library.get_pointer_to_function(made.fndesc.mangled_name)
    return found
