"""Figures of simulated towns, kept in a file as they are found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.calibration.figures import Map, Task, Town, figures
from experiments.calibration.priors import draw
from sim.calibration import Prior
from sim.errors import InputError
from sim.experiments.code import code_here
from sim.experiments.executors import Workers
from sim.scenario.scenario import load_scenario

AT_ONCE = 8
"""Evaluations between which results are kept."""


class Simulated:
    """Figures of simulated towns; each evaluation is kept in a file and never run twice.

    Evaluations of other code are left alone, and run again.

    Parameters
    ----------
    path
        JSON lines: code, values, seed, and figures or why there are none.
    own
        Prior of the parameters that are not fitted by running towns; each evaluation draws them.
    workers
        Processes that run towns.
    """

    def __init__(self, path: Path, own: Prior | None, workers: Workers) -> None:
        self._path, self._own, self._workers = path, own, workers
        self._code = _code()
        self._kept: dict[str, dict[str, Any]] = {}
        for line in _whole_lines(path):
            row = json.loads(line)
            if row.get("code") == self._code:
                self._kept[_key(row["values"], row["seed"])] = row

    def __call__(self, values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        """Return the figures; raise `InputError` if the towns cannot start from these values."""
        whole = self._whole(values, seed)
        if _key(whole, seed) not in self._kept:
            self._keep(whole, seed, _figures_or_reason(whole, seed, self._run))
        found: dict[str, float] | str = self._kept[_key(whole, seed)]["found"]
        if isinstance(found, str):
            raise InputError(found)
        return found

    def many(self, rows: Sequence[Mapping[str, float]], first_seed: int) -> pd.DataFrame:
        """Return the figures of many rows of values, run side by side; missing where none are."""
        wanted = [(self._whole(row, first_seed + k), first_seed + k) for k, row in enumerate(rows)]
        new = [(v, seed) for v, seed in wanted if _key(v, seed) not in self._kept]
        for some in batched(new, AT_ONCE, strict=False):
            futures = [self._workers.submit(_figures_or_reason, v, seed) for v, seed in some]
            for (values, seed), future in zip(some, futures, strict=True):
                self._keep(values, seed, future.result())
        found = [self._kept[_key(v, seed)]["found"] for v, seed in wanted]
        return pd.DataFrame([{} if isinstance(one, str) else one for one in found])

    def _run(self, function: Callable[[Task], Town], towns: list[Task]) -> list[Town]:
        futures = [self._workers.submit(function, town) for town in towns]
        return [future.result() for future in futures]

    def _whole(self, values: Mapping[str, float], seed: int) -> dict[str, float]:
        return (draw(self._own, seed) if self._own else {}) | dict(values)

    def _keep(self, values: Mapping[str, float], seed: int, found: dict[str, float] | str) -> None:
        row = {"code": self._code, "values": values, "seed": seed, "found": found}
        self._kept[_key(values, seed)] = row
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _key(values: Mapping[str, float], seed: int) -> str:
    return json.dumps([values, seed], sort_keys=True)


def _code() -> str:
    """Return a hash of all that decides the figures: the model, towns, scenario and estimators."""
    here = Path(__file__).parent
    folders = (here.parent / "evidence", here.parent / "backcast")
    sources = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    digest = hashlib.sha256(code_here().hash.encode())
    digest.update(json.dumps(dict(load_scenario("backcast").values), sort_keys=True).encode())
    for path in (*sources, here / "figures.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _whole_lines(path: Path) -> list[str]:
    """Return the lines of a file, and cut off one that a killed process has not finished."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
    return content[:whole].decode().splitlines()


def _figures_or_reason(
    values: Mapping[str, float], seed: int, run: Map | None = None
) -> dict[str, float] | str:
    """Return the figures, or why the towns cannot start."""
    try:
        return figures(values, seed, run)
    except InputError as error:
        return str(error)
