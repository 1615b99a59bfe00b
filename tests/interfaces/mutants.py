"""Mutated TOML files: each shipped file with a few seeded faults, in its bytes or its values."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

ROOT = Path(__file__).parents[2]
SHIPPED = sorted([*ROOT.glob("scenarios/**/*.toml"), *ROOT.glob("experiments/*/*.toml")])

ODD_TEXTS = [
    *("", "\0", "a\0b", "x" * 300, "é" * 20_000, "../../..", "/", "/dev/zero", "a\nb", "\u202e"),
    *("town.parquet", "nan", "1", "mid_sized_town", "facade", ".toml", "~", "{}", "'", "\x1b[31m"),
]
ODD_VALUES: list[Any] = [
    *(0, -1, 1, 2**31, 2**63 - 1, -(2**63), 10**30, 1e308, -0.0, 1e-320, True, False),
    *(float("inf"), float("-inf"), float("nan"), date(2024, 2, 29), *ODD_TEXTS),
    *([], {}, [[]], [{}], {"value": {}}, {"value": 1, "source": 1}, {"": 1}, {"en": 1}, [1] * 5000),
    *([True, 1, 1.0], ["facade", "facade"], [["facade", 1]], [{"name": "a", "type": "facade"}]),
    *({"levels": [1, "a"]}, {"levels": {}}, {"distribution": "uniform", "low": "a"}),
    *({"file": "\0"}, {"file": ".", "parameters": [[]]}, {"name": "x", "together": [[]]}),
]
ODD_KEYS = ["", "\0", "k" * 5000, "a.b", "é", "scenario", "months", "title", "kind", "value", "x y"]
ODD_TOKENS = [
    *("[", "]", "{", "}", "=", ".", '"', "'", '"""', "#", "\n", "\r", ",", "\\", "\\uD800", "\0"),
    *("[" * 3000, "{a=" * 3000, "a." * 1500 + "a=1", "9" * 5000, "0x" + "f" * 5000, "1e99999"),
    *("1" * 5000 + ".0", "\ufeff", "1979-05-27", "07:32:00", "nan", "-inf", "k" * 5000, "_" * 99),
]


def mutants(number: int, seed: int = 0) -> Iterator[tuple[str, Path, bytes]]:
    """Yield a name, the shipped file and the content of each mutant."""
    for k in range(number):
        rng = random.Random(f"{seed}:{k}")
        path = rng.choice(SHIPPED)
        content = path.read_bytes()
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            try:
                content = rng.choice(MUTATIONS)(content, rng)
            except (ValueError, LookupError, OverflowError, TypeError, RecursionError):
                continue  # already no TOML, so only its bytes can change
        yield f"{k}_{path.stem}", path, content


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    changed[rng.randrange(len(changed))] ^= rng.randrange(1, 256)
    return bytes(changed)


def _insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + rng.choice(ODD_TOKENS).encode() + content[at:]


def _cut(content: bytes, rng: random.Random) -> bytes:
    a, b = sorted((rng.randrange(len(content)), rng.randrange(len(content))))
    return content[:a] + content[b:]


def _swap_tokens(content: bytes, rng: random.Random) -> bytes:
    parts = re.split(rb"(\s+|[=\[\]{},])", content)
    a, b = rng.randrange(len(parts)), rng.randrange(len(parts))
    parts[a], parts[b] = parts[b], parts[a]
    return b"".join(parts)


def _replace_token(content: bytes, rng: random.Random) -> bytes:
    parts = re.split(rb"(\s+|[=\[\]{},])", content)
    parts[rng.randrange(len(parts))] = rng.choice(ODD_TOKENS).encode()
    return b"".join(parts)


def _repeat_line(content: bytes, rng: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([*lines, rng.choice(lines)])


def _encode(content: bytes, rng: random.Random) -> bytes:
    return content.decode().encode(rng.choice(("utf-8-sig", "utf-16", "utf-32", "latin-1")))


def _in_tree(content: bytes, rng: random.Random) -> bytes:
    """Change one value or key of the parsed file."""
    tree = tomllib.loads(content.decode())
    places = list(_places(tree))
    holder, key = rng.choice(places)
    other, name = rng.choice(places)
    value = holder[key]
    match rng.randrange(8):
        case 0:
            del holder[key]
        case 1:
            holder[key] = [value] * rng.choice((1, 2, 300))
        case 2:
            for _ in range(rng.choice((1, 3, 15, 60))):
                value = rng.choice(([value], {"value": value}))
            holder[key] = value
        case 3:
            holder[key] = deepcopy(other[name])
        case 4 if isinstance(holder, dict):
            holder[rng.choice(ODD_KEYS)] = holder.pop(key)
        case 5:
            holder[key] = str(value)
        case _:
            holder[key] = rng.choice(ODD_VALUES)
    return tomli_w.dumps(tree).encode()


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


MUTATIONS = [_flip, _insert, _cut, _swap_tokens, _replace_token, _repeat_line, _encode]
MUTATIONS += [_in_tree] * 14
