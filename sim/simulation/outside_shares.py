"""Spending that leaves the grid of a place with a buffer, once its neighbours have theirs.

`outside_share_*` say what leaves a territory. With neighbours on the grid, a part of that goes to
their shops, and what lies beyond draws the rest:

    leaving the place = spent in the buffer + spent beyond the grid = outside_share of its kind

so that a place loses as much with a buffer as without, unless the neighbours' shops draw more.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import scipy

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats
from sim.kernels.space import huff_flows
from sim.kernels.zone_codes import BUFFER
from sim.registry.state import State
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import start_of
from sim.territory.imported_scenario import write_imported_scenario
from sim.territory.territory import SECTORS, Territory

__all__ = ["with_outside_shares"]


def with_outside_shares(territory: Territory, archetype: str | None = None) -> Territory:
    """Return an imported place whose scenario states what goes beyond its buffer, if it has one.

    A place that cannot run stays as it is: `sim.simulation.balance.run_a_month` refuses it.
    """
    if territory.is_buffer is None or not territory.premises_cell.size:
        return territory
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write_imported_scenario(territory, Path(folder), archetype=archetype)
        scenario = load_scenario(str(path))
        try:
            state = start_of(scenario, seed=1)
        except InputError:
            return territory
    shares = {
        name: _solve(state, sector, scenario.values[f"outside_share_{name}"])
        for sector, name in enumerate(SECTORS)
    }
    entry = territory.provenance["buffer"]
    words = ", ".join(f"{name} {beyond:.1%}" for name, (_, beyond) in shares.items())
    entry = entry | {
        "leaving_place": {name: round(leaving, 4) for name, (leaving, _) in shares.items()},
        "outside_shares": {name: round(beyond, 4) for name, (_, beyond) in shares.items()},
        "in_words": f"{entry['in_words']} Of all on-site spending, so much goes beyond them that as"
        f" much leaves the place as without them, if their shops do not draw more: {words}.",
    }
    return replace(territory, provenance={**territory.provenance, "buffer": entry})


def _solve(state: State, sector: int, usual: float) -> tuple[float, float]:
    """Return the shares of on-site spending that leave the place, and the grid."""
    demand = state["cell.consumers"].astype(np.float64)
    is_place = state["cell.zone"] < BUFFER
    reach = _access(state, sector, np.ones_like(state["premises.is_open"]))
    within = _access(state, sector, state["premises.zone"] < BUFFER)[is_place]

    def leaving_place(outside: float) -> float:
        kept = demand[is_place] * within / (reach[is_place] + outside)
        return float(1.0 - kept.sum() / demand[is_place].sum())

    if not reach.any() or usual <= leaving_place(least := reach.max() * 1e-9):
        return leaving_place(1e-300), 0.0
    outside = math.exp(
        scipy.optimize.brentq(
            lambda log: leaving_place(math.exp(log)) - usual,
            math.log(least),
            math.log(reach.max() * 1e6),
        )
    )
    beyond = demand * outside / (reach + outside)
    return leaving_place(outside), float(beyond.sum() / demand.sum())


def _access(state: State, sector: int, chosen: Bools) -> Floats:
    """Return the attraction of chosen open shops within reach of each cell, (rows, columns)."""
    counted = state["premises.is_open"] & (state["premises.sector"] == sector) & chosen
    pull = state["premises.attraction"] * state["premises.quality"] * counted
    field = np.zeros_like(state["cell.attraction"][sector])
    np.add.at(field.reshape(-1), state["premises.cell_row"], pull)
    access, revenue = np.empty_like(field), np.empty_like(field)
    huff_flows(
        field,
        state.read_only("cell.consumers"),
        state.read_only("sector.decay")[sector],
        state.read_only("sector.decay_weight")[sector],
        0.0,
        revenue,
        access,
        state["work.space"][sector],
    )
    return np.asarray(access, dtype=np.float64)
