"""Readers and writers of each array of the state.

Processes declare it. Everyone else takes arrays by name, as in ``state["premises.margin"]``, and
the syntax tree tells a value that is read from a place that is assigned to, also where the array
passes through a local name, a view of it, or a function of the package. Agents of the Mesa face
declare attributes; those that can be set are writes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sim.cli.explanation.places import (
    PACKAGE,
    at,
    elsewhere,
    module_path,
    modules,
    pattern_of,
    text_of,
    tree_of,
)
from sim.kernels.machine.records import arguments_of, fields_of
from sim.measures.counting import COUNTING
from sim.simulation.ledger import book_month

_VIEWS: Final = {"ravel", "reshape", "view", "T", "flat"}
"""Methods and attributes of an array that share its memory."""

_SHAPE: Final = {"size", "shape", "dtype"}
"""Attributes of an array that say nothing of its values."""

READ, WRITE = "read", "write"


@dataclass(frozen=True)
class Access:
    """One use of an array: by whom, where, and whether it is a read or a write."""

    by: str
    at: str
    mode: str


@cache
def accesses(name: str) -> tuple[Access, ...]:
    """Uses of a variable outside the processes of the month, without repetition.

    In the order of files and lines, then counting kernels, then attributes of agents.
    """
    entity, _, quantity = name.partition(".")
    found = [
        Access(f"{_room(path)}: {where}", at(path, line), mode)
        for path in elsewhere()
        if f'"{name}"' in text_of(path) or _may_build(text_of(path), entity, quantity)
        for pattern, line, where, mode in _uses(path)
        if pattern == name or re.fullmatch(pattern, name)
    ]
    found += [a for variable, a in (*_counters(), *_agents()) if variable == name]
    return tuple(dict.fromkeys(found))


def kernel_reads(module: str, name: str) -> bool:
    """Tell whether a process reads a field of a record, such as ``premises.margin``."""
    entity, _, quantity = name.partition(".")
    source = _module(module_path(module))
    return any(
        READ in source.modes(node)
        for node in source.parents
        if isinstance(node, ast.Attribute) and node.attr == quantity
        if isinstance(node.value, ast.Name) and node.value.id == entity
    )


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def _may_build(text: str, entity: str, quantity: str) -> bool:
    """Tell whether an f-string of a file can make the name."""
    return f'f"{entity}.{{' in text or f'}}.{quantity}"' in text


@cache
def _uses(path: Path) -> list[tuple[str, int, str, str]]:
    """Uses in a module: pattern of the name, line, function, mode."""
    found = []
    module = _module(path)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            patterns = [re.escape(node.value)]
        elif isinstance(node, ast.JoinedStr):
            patterns = module.names_of(node)
        else:
            continue
        where = module.holder_of(node)
        for mode in module.modes_of_key(node):
            found += [(p, node.lineno, where, mode) for p in patterns]
    return found


@cache
def _module(path: Path) -> _Module:
    return _Module(path)


class _Module:
    """A syntax tree that knows the parents of its nodes."""

    def __init__(self, path: Path) -> None:
        self.path, self.tree = path, tree_of(path)
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function_of(self, node: ast.AST) -> ast.FunctionDef | None:
        """The outermost function that holds a node; of a class, the method."""
        holders = [a for a in self.ancestors(node) if isinstance(a, ast.FunctionDef)]
        return holders[-1] if holders else None

    def holder_of(self, node: ast.AST) -> str:
        """Name of the function that holds a node."""
        function = self.function_of(node)
        return function.name if function else "module"

    def names_of(self, text: ast.JoinedStr) -> list[str]:
        """Patterns of what an f-string can be, exact where a loop over literals fills it."""
        for part in text.values:
            name = getattr(part, "value", None)
            if isinstance(name, ast.Name) and (values := self._loop_values(name)):
                return [pattern_of(text).replace(r"\w+", re.escape(v)) for v in values]
        return [pattern_of(text)]

    def _loop_values(self, name: ast.Name) -> list[str]:
        for loop in self.ancestors(name):
            if isinstance(loop, ast.For):
                target = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else loop.target
                if isinstance(target, ast.Name) and target.id == name.id:
                    over = loop.iter
                    if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute):
                        over = over.func.value  # of {...}.items()
                    keys = over.keys if isinstance(over, ast.Dict) else getattr(over, "elts", [])
                    return [str(k.value) for k in keys if isinstance(k, ast.Constant)]
        return []

    def modes_of_key(self, key: ast.AST) -> set[str]:
        """Return the accesses to the array of a name."""
        parent = self.parents[key]
        if isinstance(parent, ast.Subscript) and parent.slice is key:
            return self.modes(parent)
        if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
            return {READ} if parent.func.attr == "read_only" else set()
        if isinstance(parent, ast.Dict):
            return {WRITE} if key in parent.keys else set()
        is_listed = isinstance(parent, ast.Tuple | ast.Assign | ast.keyword | ast.Compare)
        return {READ} if is_listed else set()

    def modes(self, array: ast.AST) -> set[str]:
        """Return the accesses to an expression that is an array or a view of one."""
        parent = self.parents[array]
        context = getattr(array, "ctx", None)
        if isinstance(context, ast.Store):
            return {READ, WRITE} if isinstance(parent, ast.AugAssign) else {WRITE}
        if isinstance(parent, ast.Subscript) and parent.value is array:
            return self.modes(parent)
        if isinstance(parent, ast.Attribute) and parent.attr in _SHAPE:
            return set()
        if isinstance(parent, ast.Attribute) and parent.attr in _VIEWS:
            call = self.parents[parent]
            return self.modes(call if isinstance(call, ast.Call) else parent)
        if isinstance(parent, ast.Call) and array in parent.args:
            return self._modes_in_call(parent, parent.args.index(array))
        if isinstance(parent, ast.keyword) and parent.arg == "out":
            return {WRITE}
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            return self._modes_of_local(array, parent.targets[0].id)
        if isinstance(parent, ast.Tuple) and isinstance(self.parents[parent], ast.Assign):
            target = self.parents[parent].targets[0]  # type: ignore[attr-defined]
            if isinstance(target, ast.Tuple) and len(target.elts) == len(parent.elts):
                local = target.elts[parent.elts.index(array)]  # type: ignore[arg-type]
                if isinstance(local, ast.Name):
                    return self._modes_of_local(array, local.id)
        return {READ}

    def _modes_of_local(self, array: ast.AST, name: str) -> set[str]:
        """Accesses of a function to a local name for an array."""
        function = self.function_of(array)
        return self.modes_of_name(function, name) if function else {READ}

    def modes_of_name(self, function: ast.FunctionDef, name: str) -> set[str]:
        """Accesses of a function to the array that a parameter or local name stands for."""
        uses = (
            self.modes(node)
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        )
        return set().union(*uses)

    def _modes_in_call(self, call: ast.Call, position: int) -> set[str]:
        called = call.func.orelse if isinstance(call.func, ast.IfExp) else call.func  # on threads
        if isinstance(called, ast.Attribute) and called.attr == "at" and position == 0:
            return {READ, WRITE}  # a ufunc's
        if isinstance(called, ast.Name):
            if any(isinstance(a, ast.Starred) for a in call.args[:position]):
                position -= len(call.args)  # counted from the end
            return set(_modes_of_parameter(self.path, called.id, position)) or {READ}
        return {READ}


@cache
def _modes_of_parameter(path: Path, function: str, position: int) -> frozenset[str]:
    """Accesses of a function of the package to its argument at a position; empty if unknown."""
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            names = [a.arg for a in node.args.args]
            if -len(names) <= position < len(names):
                return frozenset(_module(path).modes_of_name(node, names[position]))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim."):
            for alias in node.names:
                if function == (alias.asname or alias.name):
                    other = module_path(node.module or "")
                    return _modes_of_parameter(other, alias.name, position)
    return frozenset()


@cache
def _counters() -> list[tuple[str, Access]]:
    """Reads of the kernels that count a month and book its money, by variable."""
    found = []
    for kernel in (*COUNTING, book_month):
        code = kernel.py_func.__code__
        path = Path(code.co_filename)
        by = f"{_room(path)}: {kernel.__name__}"
        access = Access(by, at(path, code.co_firstlineno + 1), READ)
        for entity in arguments_of(kernel):
            found += [(f"{entity}.{f}", access) for f in fields_of(kernel, entity)]
    return found


@cache
def _agents() -> list[tuple[str, Access]]:
    """Attributes of the agents of the Mesa face, by the variable that keeps them."""
    classes = {
        node.name: (path, node)
        for path in modules("mesa_face")
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef)
    }

    def table(name: str) -> str | None:
        _, node = classes[name]
        for statement in node.body:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "table":
                return str(ast.literal_eval(statement.value))
        bases = [ast.unparse(b) for b in node.bases]
        return next((t for b in bases if b in classes and (t := table(b))), None)

    found = []
    for name, (path, node) in classes.items():
        if (entity := table(name)) is None:
            continue
        for statement in node.body:
            call = getattr(statement, "value", None)
            if not (
                isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(call, ast.Call)
            ):
                continue
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            attribute = ast.unparse(target)
            column = ast.unparse(call.func).partition("[")[0]
            stated = [k.value for k in call.keywords if k.arg == "quantity"]
            stated += call.args[1:2] if column == "Relation" else call.args[:1]
            texts = [a.value for a in stated if isinstance(a, ast.Constant)]
            quantity = next((t for t in texts if isinstance(t, str)), attribute)
            computed = any(k.arg == "computed" for k in call.keywords)
            is_set = not computed and column not in ("Relation", "UniqueId")
            place, by = at(path, statement.lineno), f"mesa_face: {name}.{attribute}"
            for mode in (READ, WRITE) if is_set else (READ,):
                found.append((f"{entity}.{quantity}", Access(by, place, mode)))
    return found
