"""Kernels and functions stay short enough to read."""

import ast
from pathlib import Path

import sim

ROOM = Path(sim.__file__).parent
LONGEST = 120


def _kernels():
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(d, ast.Name) and d.id in ("kernel", "rule", "long_rule")
                for d in node.decorator_list
            ):
                yield f"{path.relative_to(ROOM)}: {node.name}", node


def test_no_kernel_is_longer_than_a_page_or_two():
    """Complexity is ruff's to limit (C901)."""
    long = {n: k.end_lineno - k.lineno + 1 for n, k in _kernels()}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST}
    assert len(long) > 100
