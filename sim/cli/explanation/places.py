"""Declarations and uses of a name: files of the package, read as text and as syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2]


def at(path: Path, line: int) -> str:
    """A place as ``file:line``, from the folder that holds the package."""
    return f"{path.resolve().relative_to(PACKAGE.parent).as_posix()}:{line}"


@cache
def text_of(path: Path) -> str:
    """The content of a file."""
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(text_of(path))


def modules(*places: str) -> Iterator[Path]:
    """Modules of some rooms of the package in alphabetical order, or single modules."""
    for place in places:
        path = PACKAGE / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else (path.with_suffix(".py"),)


@cache
def elsewhere() -> tuple[Path, ...]:
    """Modules that take parameters and arrays by name, and neither declare nor explain them."""
    rooms = ("kernels", "processes", "registry", "cli")
    return tuple(p for p in modules(".") if p.relative_to(PACKAGE).parts[0] not in rooms)


def line_of(path: Path, pattern: str) -> str:
    """The first line of a file that matches, as a place; the first line of all if none does."""
    lines = text_of(path).splitlines()
    return at(path, next((n for n, line in enumerate(lines, 1) if re.search(pattern, line)), 1))


def class_line(owner: type, name: str) -> str:
    """The line on which a class, or one it inherits from, annotates an attribute."""
    for holder in owner.__mro__:
        if holder.__module__.startswith("sim."):
            path = module_path(holder.__module__)
            body = next(n for n in tree_of(path).body if getattr(n, "name", "") == holder.__name__)
            for node in ast.walk(body):
                if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
                    return at(path, node.lineno)
    raise LookupError(f"{owner.__name__} has no attribute {name}")


def module_path(module: str) -> Path:
    """The file of a module of the package."""
    path = PACKAGE.parent / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def declaration(name: str, *places: str) -> str | None:
    """The first place at which a text constant equals a name, or an f-string can make it."""
    for path in modules(*places):
        if f'"{name}"' in text_of(path) and (lines := constants(path).get(name)):
            return at(path, lines[0][0])
    for path in modules(*places):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.JoinedStr) and _can_be(node, name):
                return at(path, node.lineno)
    return None


def construction(name: str, constructor: str, *places: str) -> str | None:
    """The place at which a class is called with a name as the first argument."""
    for path in modules(*places):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) == constructor:
                first = node.args[0]
                is_name = isinstance(first, ast.Constant) and first.value == name
                if is_name or (isinstance(first, ast.JoinedStr) and _can_be(first, name)):
                    return at(path, first.lineno)
    return None


def _can_be(text: ast.JoinedStr, name: str) -> bool:
    return re.fullmatch(pattern_of(text), name) is not None


def pattern_of(text: ast.JoinedStr) -> str:
    r"""A regular expression of what an f-string can be: ``\w+`` for each replacement field."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
        for part in text.values
    )


@cache
def constants(path: Path) -> dict[str, list[tuple[int, str]]]:
    """Text constants of a module, each with its lines and the functions or classes they are in."""
    found: dict[str, list[tuple[int, str]]] = {}
    for top in tree_of(path).body:
        if isinstance(top, ast.Assign) and ast.unparse(top.targets[0]) == "__all__":
            continue
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                place = node.lineno, getattr(top, "name", "module")
                found.setdefault(node.value, []).append(place)
    return found


def mentions(name: str, *paths: Path) -> list[str]:
    """Lookups of a name in some modules, or outside the kernels and declarations."""
    return [
        f"{at(path, line)} ({where})"
        for path in paths or elsewhere()
        if f'"{name}"' in text_of(path)
        for line, where in constants(path).get(name, ())
    ]


def attribute_reads(name: str, room: str, owners: tuple[str, ...]) -> list[str]:
    """Reads of an attribute of one of some names, as ``levers.start``."""
    return [
        f"{at(path, node.lineno)} ({getattr(top, 'name', 'module')})"
        for path in modules(room)
        if f".{name}" in text_of(path)
        for top in tree_of(path).body
        for node in ast.walk(top)
        if isinstance(node, ast.Attribute) and node.attr == name
        if isinstance(node.value, ast.Name | ast.Attribute)
        if ast.unparse(node.value).rpartition(".")[2] in owners
    ]
