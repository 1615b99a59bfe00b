"""Faults that somebody could make in a line: the mutants of a source file.

Each replaces one expression or statement: a comparison or its boundary, an operator, a constant, a
condition, arguments in another order, a minimum for a maximum, a neighbour's index, the order of a
sort, a statement left out. Left alone are what no run shows (annotations, text, `__all__`, errors,
the boundary of a comparison with a random number).
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from copy import copy
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

_OTHERS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Add,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_OPPOSITES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}
_OPPOSITES |= {"argmin": "argmax", "argmax": "argmin", "floor": "ceil", "ceil": "floor"}
_OPPOSITES |= {"any": "all", "all": "any", "cumsum": "cumprod", "sum": "max", "mean": "max"}
_SORTS = {"sort", "argsort", "sorted", "lexsort", "reversed"}
_GUARD = 1e-8  # smaller numbers keep others from 0 or from rounding; ten per cent never show
_DECLARATIONS = {"ParameterGroup", "Parameter", "Process", "Measure", "Final", "Variable"}
_TEXTS = {"InputError", "ValueError", "KeyError", "lever", "share", "funding"}


class Mutant(NamedTuple):
    """A file in which one place is otherwise.

    Attributes
    ----------
    path : str
        The file, relative to the checkout.
    line : int
    before, after : str
        The place, and what stands there instead.
    start, end : int
        Where the place is, in bytes.
    """

    path: str
    line: int
    before: str
    after: str
    start: int
    end: int

    def source(self, original: bytes) -> bytes:
        """Return the file with the fault, its other lines where they were."""
        lines = b"\n" * original.count(b"\n", self.start, self.end)
        after = self.after.encode()
        after = after[:-1] + lines + after[-1:] if after.endswith(b")") else after + lines
        return original[: self.start] + after + original[self.end :]

    def key(self, original: bytes) -> str:
        """Name the mutant by what stands on its line, wherever the line is."""
        line = original[original.rfind(b"\n", 0, self.start) + 1 :].split(b"\n", 1)[0]
        earlier = original[: self.start].rpartition(b"\n")[2].count(self.before.encode())
        which = f"{self.before} no. {earlier + 1}" if earlier else self.before
        return f"{self.path}: {line.decode().strip()}: {which} -> {self.after}"


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    """Return all mutants of a file, in the order of their places."""
    begins = [0]
    for text in source.splitlines(keepends=True):
        begins.append(begins[-1] + len(text))
    found = []
    for node, other in _places(ast.parse(source)):
        start = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        before = " ".join(source[start:end].decode().split())
        after = ast.unparse(other)
        after = after if isinstance(node, ast.stmt) else f"({after})"
        found.append(Mutant(path, node.lineno, before, after, start, end))
    return found


def _places(tree: ast.Module) -> Iterator[tuple[Any, ast.AST]]:
    """Yield what could be otherwise, and what could stand there."""
    for node in _observable(tree):
        for other in _others(node):
            yield node, other


def draw(root: Path, paths: list[str], number: int, seed: str) -> list[Mutant]:
    """Draw mutants of different lines of files: each line as likely, then one of its mutants."""
    lines = [
        (path, line)
        for path in paths
        for line in sorted({n.lineno for n, _ in _places(ast.parse((root / path).read_bytes()))})
    ]
    chance = random.Random(seed)
    drawn = []
    known: dict[str, list[Mutant]] = {}
    for path, line in chance.sample(lines, min(number, len(lines))):
        if path not in known:
            known[path] = mutants_of(path, (root / path).read_bytes())
        of_file = known[path]
        drawn.append(chance.choice([mutant for mutant in of_file if mutant.line == line]))
    return drawn


def _observable(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield the expressions and statements in which a fault could show."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        if field == "args" and isinstance(node, ast.Call) and _name(node.func) == "reshape":
            continue  # any negative number stands for what is left
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_silent(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from _observable(child)


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.keyword):
        return node.arg in ("strict", "xtol")  # of zip, and of a root: its last digits
    if isinstance(node, ast.Call):
        return _name(node.func) in _DECLARATIONS | _TEXTS
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return "ClassVar" in ast.unparse(node.annotation)
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "__all__"
    return isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what could stand in a place by mistake."""
    match node:
        case ast.Compare(ops=[op]):
            others = _OTHERS.get(type(op), ())
            for other in others[1:] if len(others) > 1 and _is_random(node) else others:
                yield _with(node, ops=[other()])
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
            for other in _OTHERS.get(type(op), ()):
                yield _with(node, op=other())
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=float(value)) if not 0 < value < _GUARD:
            yield ast.Constant(1.1 * value if value else 1.0)
        case ast.IfExp(body=body, orelse=orelse):
            yield _with(node, body=orelse, orelse=body)
        case ast.Subscript(slice=ast.Name(), ctx=ast.Load()):
            before = ast.BinOp(node.slice, ast.Sub(), ast.Constant(1))
            yield _with(node, slice=before)
        case ast.Call(func=func, args=args):
            yield from _other_calls(node, func, args)
        case ast.Continue() | ast.Break() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        yield ast.Pass()


def _is_random(comparison: ast.Compare) -> bool:
    """Return whether a random number is compared, which is never just at a boundary."""
    nodes = list(ast.walk(comparison))
    return any(
        (isinstance(node, ast.Call) and _name(node.func) == "uniform")
        or _name(node).startswith("luck")
        for node in nodes
    )


def _other_calls(node: ast.Call, func: ast.expr, args: list[ast.expr]) -> Iterator[ast.AST]:
    if opposite := _OPPOSITES.get(_name(func)):
        changed = {"attr": opposite} if isinstance(func, ast.Attribute) else {"id": opposite}
        yield _with(node, func=_with(func, **changed))
    if _name(func) in _SORTS:
        backwards = ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1)))
        yield ast.Subscript(node, backwards, ast.Load())
    for i, pair in enumerate(pairwise(args)):
        if all(isinstance(given, ast.Name | ast.Attribute) for given in pair):
            yield _with(node, args=[*args[:i], pair[1], pair[0], *args[i + 2 :]])
            break


def _with(node: ast.AST, **changed: object) -> ast.AST:
    other = copy(node)
    for name, value in changed.items():
        setattr(other, name, value)
    return other
