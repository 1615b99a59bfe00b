"""Put a mutant into a process that has already imported what it changes.

Functions stay the same objects, wherever they are bound by now; only their code changes. That takes
milliseconds, where importing the simulation and its tests again takes seconds. What a module
computes on import cannot be changed this way.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.mutation.source_mutants import Mutant

Place = tuple[str, int]
"""The qualified name of a function, and its first line."""


class Started:
    """The functions of a checkout's `sim` that are called while this is in force."""

    def __init__(self, tree: Path) -> None:
        self.sources, self.found = f"{tree}/sim/", set[tuple[str, str]]()
        sys.monitoring.use_tool_id(sys.monitoring.COVERAGE_ID, "mutation")
        events = sys.monitoring.events.PY_START
        sys.monitoring.register_callback(sys.monitoring.COVERAGE_ID, events, self._see)
        sys.monitoring.set_events(sys.monitoring.COVERAGE_ID, events)

    def _see(self, code: CodeType, _: int) -> Any:
        if code.co_filename.startswith(self.sources):
            path = f"sim/{code.co_filename.removeprefix(self.sources)}"
            self.found.add((path, code.co_qualname))
        return sys.monitoring.DISABLE

    def end(self) -> set[tuple[str, str]]:
        """See no further call; return the files and names of the functions."""
        sys.monitoring.free_tool_id(sys.monitoring.COVERAGE_ID)
        return self.found


def around(mutant: Mutant, original: bytes) -> str:
    """Return the qualified name of the outermost function around a mutant; "" if there is none."""
    begins = [0]
    for text in original.splitlines(keepends=True):
        begins.append(begins[-1] + len(text))

    def inside(body: list[ast.stmt], name: str) -> str:
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                continue
            first, last = node.body[0], node.body[-1]
            start = begins[first.lineno - 1] + first.col_offset
            assert last.end_lineno and last.end_col_offset
            if start <= mutant.start < begins[last.end_lineno - 1] + last.end_col_offset:
                here = f"{name}{node.name}"
                return here if isinstance(node, ast.FunctionDef) else inside(node.body, f"{here}.")
        return ""

    return inside(ast.parse(original).body, "")


def _codes(code: CodeType) -> Iterator[tuple[Place, CodeType]]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield (inner.co_qualname, inner.co_firstlineno), inner
            yield from _codes(inner)


def swap(path: str, before: bytes, after: bytes) -> None:
    """Give all functions of a file the code that they have in its changed source."""
    old = dict(_codes(compile(before, path, "exec", dont_inherit=True)))
    new = dict(_codes(compile(after, path, "exec", dont_inherit=True)))
    changed = {place: code for place, code in new.items() if old.get(place) != code}
    gc.unfreeze()
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename == path:
            code = thing.__code__
            if found := changed.get((code.co_qualname, code.co_firstlineno)):
                thing.__code__ = found
