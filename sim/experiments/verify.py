"""Run stored runs again and compare every byte."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.errors import InputError
from sim.experiments.code import code_here
from sim.experiments.parts import KINDS, PARTS
from sim.experiments.plan import Row, plan_experiment
from sim.experiments.results import load_results
from sim.experiments.running import Options, fill
from sim.experiments.stored import MemoryStore, Stored, rows_of


@dataclass(frozen=True)
class Verification:
    """The findings of `verify`.

    Attributes
    ----------
    known, checked : int
        Runs that the folder holds, and those run again.
    different : tuple of str
        Those whose bytes differ, as ``point 3, arm 'baseline', replication 0``.
    code : str
        How the code that made the folder differs from this; empty if it does not.
    """

    known: int
    checked: int
    different: tuple[str, ...]
    code: str


def verify(
    folder: Path | str, *, share: float = 0.01, seed: int = 0, **options: Any
) -> Verification:
    """Run a random share of the stored runs again and compare every byte.

    The share is one of the successful runs, above 0 to 1; at least one is done, and `seed` is that
    of the choice. Options are fields of `sim.experiments.running.Options`. Raise `InputError` if
    the folder is damaged, or holds no successful run.
    """
    if not 0 < share <= 1:
        raise InputError(f"share = {share:g} is out of range; expected above 0 to 1.")
    how, found = Options(**options), load_results(folder)
    store, plan = found.store, plan_experiment(found.experiment)
    statuses = store.statuses(plan.model.horizons)
    first: dict[str, int] = {}  # by row of the design, since other code gives other keys
    for row, key in enumerate(store.design()["key"]):
        if statuses.get(key) == "ok":
            first.setdefault(key, row)
    if not first:
        raise InputError(f"{folder} holds no successful run to verify.")
    drawn = np.random.default_rng(seed).permutation(list(first))
    before = sorted(drawn[: math.ceil(share * len(drawn))].tolist(), key=first.__getitem__)
    rows = [plan.rows[first[key]] for key in before]
    again = MemoryStore(plan.table())
    fill(again, replace(plan, rows=rows), how)
    after = [key for key, *_ in rows]
    is_same = np.ones(len(before), bool)
    for kind, by in KINDS.items():
        pairs = zip(_runs(store, before, kind, by), _runs(again, after, kind, by), strict=True)
        is_same &= [old.equals(new) for old, new in pairs]
    return Verification(
        known=len(first),
        checked=len(before),
        different=tuple(_name(row) for row, same in zip(rows, is_same, strict=True) if not same),
        code=code_here().differences(found.manifest["run"]["code"]),
    )


def _runs(store: Stored, keys: list[str], kind: str, by: tuple[str, ...]) -> list[pa.Table]:
    """Return the rows of each of some runs, in order, without what may differ."""
    table = store.results() if kind == PARTS else store.kept(kind)
    table = rows_of(table, pa.array(keys, pa.string()), by)
    counts = np.bincount(table["run"].to_numpy(), minlength=len(keys))
    starts = np.cumsum(counts) - counts
    table = table.drop_columns("run")
    return [table.slice(int(at), int(n)) for at, n in zip(starts, counts, strict=True)]


def _name(row: Row) -> str:
    _, point, rep, luck, arm, _ = row
    return f"point {point}, arm '{arm}', replication {rep}" + ", second seed" * bool(luck)
