"""Where a name is declared or looked up: files of the package, read as text and as syntax trees."""

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


def modules(*rooms: str) -> Iterator[Path]:
    """Modules of some rooms of the package, in alphabetical order."""
    for room in rooms:
        yield from sorted((PACKAGE / room).rglob("*.py"))


def line_of(path: Path, pattern: str) -> str:
    """The first line of a file that matches, as a place; the first line of all if none does."""
    lines = text_of(path).splitlines()
    return at(path, next((n for n, line in enumerate(lines, 1) if re.search(pattern, line)), 1))


def class_line(owner: type, name: str) -> str:
    """The line on which a class, or one it inherits from, annotates an attribute."""
    holder = next(c for c in owner.__mro__ if name in c.__dict__.get("__annotations__", {}))
    source = tree_of(path := module_path(holder.__module__))
    for node in ast.walk(source):
        if isinstance(node, ast.ClassDef) and node.name == holder.__name__:
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name:
                    return at(path, statement.lineno)
    return at(path, 1)


def module_path(module: str) -> Path:
    """The file of a module of the package."""
    path = PACKAGE.parent / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def declaration(name: str, *rooms: str) -> str | None:
    """The first place at which a text constant equals a name, or an f-string can make it."""
    for path in modules(*rooms):
        if f'"{name}"' in text_of(path):
            for node in ast.walk(tree_of(path)):
                if isinstance(node, ast.Constant) and node.value == name:
                    return at(path, node.lineno)
    for path in modules(*rooms):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.JoinedStr) and (pattern := pattern_of(node)).strip("\\w+"):
                if re.fullmatch(pattern, name):
                    return at(path, node.lineno)
    return None


def pattern_of(text: ast.JoinedStr) -> str:
    r"""A regular expression of what an f-string can be: ``\w+`` for each replacement field."""
    return "".join(
        re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in text.values
    )


def mentions(name: str) -> list[str]:
    """Where a parameter is looked up by name outside the kernels, which take it as an argument."""
    rooms = ("run", "scenario", "start", "territory", "mesa_face", "interventions", "experiments")
    return [
        f"{at(path, node.lineno)} ({getattr(top, 'name', 'module')})"
        for path in modules(*rooms)
        if f'"{name}"' in text_of(path)
        for top in tree_of(path).body
        if not (isinstance(top, ast.Assign) and ast.unparse(top.targets[0]) == "__all__")
        for node in ast.walk(top)
        if isinstance(node, ast.Constant) and node.value == name
    ]


def attribute_reads(name: str, room: str, owners: tuple[str, ...]) -> list[str]:
    """Where an attribute of one of some names is read, as ``levers.start``."""
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
