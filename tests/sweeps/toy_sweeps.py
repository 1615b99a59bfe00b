"""Sweeps over toys, and helpers of their tests."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sim.experiments.code import code_here
from sim.experiments.designs import Design
from sim.experiments.engine import Tally
from sim.experiments.factors import Factor
from sim.experiments.manifest_schema import DESIGN, EXPERIMENT, FORMAT
from sim.experiments.parts import PARTS, TMP
from sim.experiments.plan import Plan, plan_model
from sim.experiments.remote import store_at
from sim.experiments.running import Options, fill
from sim.experiments.store import Store
from tests.sweeps.toys import Toy

__all__ = [
    "POINTS",
    "Stop",
    "files",
    "fill_toys",
    "new_store",
    "plan_toys",
    "stop_after",
    "toy_files",
]

POINTS = 40

X = Factor("x", int, levels=tuple(range(POINTS)))


def plan_toys(toy: Toy | None = None, points: Sequence[int] = range(POINTS)) -> Plan:
    """A run for each x."""
    listed = tuple((x,) for x in points)
    return plan_model(toy or Toy(), Design("list", (X,), listed=listed), 1, seed=5)


MANIFEST: dict[str, Any] = {
    "format": FORMAT,
    "name": "toys",
    "arm_order": ["baseline"],
    "scenario_order": ["toys"],
    "scenarios": {
        "toys": {
            "name": "toys",
            "territory": {"residents": 1, "premises": 1, "premises_vacant": 0, "provenance": {}},
        }
    },
    "run": {
        "horizons": [1, 2],
        "parameters": "fixed",
        "command": "",
        "python": "",
        "package_version": "1",
        "model_version": "1",
        "code": code_here().as_json(),
    },
    "assumed_parameters": [],
    "uncertain_parameters": 0,
    "drawn_parameters": {},
}
"""Of toys: what every manifest must hold."""


def toy_files(plan: Plan) -> dict[str, bytes]:
    """The files of a store of toys, of which only the design matters."""
    design = BytesIO()
    pq.write_table(plan.table(), design)
    return {EXPERIMENT: b"", "inputs/0/baseline.toml": b"", DESIGN: design.getvalue()}


def new_store(place: Path | str, plan: Plan | None = None) -> Store:
    """An empty store of a plan, by default that of all toys."""
    store = store_at(place)
    store.create(toy_files(plan or plan_toys()), MANIFEST)
    return store


def fill_toys(
    store: Store, toy: Toy | None = None, points: Sequence[int] = range(POINTS), **options: Any
) -> Tally:
    """Sweep over toys, in this process by default."""
    return fill(store, plan_toys(toy, points), Options(**({"executor": "serial"} | options)))


class Stop(Exception):
    """Raised to stop a sweep."""


def stop_after(runs: int) -> Any:
    """A listener that stops a sweep after a number of runs."""

    def listen(tally: Tally) -> None:
        if tally.done >= runs:
            raise Stop

    return listen


def files(store: Store, kind: str = PARTS) -> list[Path]:
    """All files in the folder of a store, including foreign ones."""
    assert kind in (PARTS, TMP)
    return sorted((store.folder / kind).iterdir())
