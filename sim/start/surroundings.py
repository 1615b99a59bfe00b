"""References of reactions: usual surroundings of people, and tax bases of offices at the start.

People who leave, arrive or have ideas react to shops and active young people nearby that are more
or fewer than usual; offices react to their tax base. What is usual is the stationary life of the
start: a town that happens to start with more vacancy than it would keep returns to what is usual,
and nobody takes this for a recovery.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels.arrays import Floats
from sim.kernels.machine.records import arguments_of
from sim.kernels.space import decay_potential, potential_work
from sim.processes.shop_jobs import add_up_shop_jobs
from sim.processes.tax_base import add_up_bases
from sim.registry.state import State

_WRITTEN = (
    "cell.shop_jobs",
    "cell.shop_jobs_nearby",
    "work.space",
    "office.resident_base",
    "office.shop_base",
)


def _run(kernel: Any, state: State) -> None:
    kernel(*(state.record_for(kernel, entity, _WRITTEN) for entity in arguments_of(kernel)))


def _around(state: State, here: npt.NDArray[np.float32], out: Floats) -> None:
    """Set a field to the sums of another around each cell."""
    decay_potential(
        here, state["town.neighbourhood_decay"][0], out, potential_work(state["work.space"][0], out)
    )


def _by_cell(state: State, of_premises: Floats) -> npt.NDArray[np.float32]:
    total = np.zeros(state["cell.residents"].shape, np.float32)
    cells, at = np.unique(state["premises.cell_row"], return_inverse=True)
    total.reshape(-1)[cells] = np.bincount(at, of_premises, minlength=cells.size)
    return total


def set_usual_surroundings(state: State, presence: Floats) -> None:
    """Set the open shops and shop jobs that are usual around each cell, and those of today.

    Presence is the share of time that each unit of premises is open, (premises,).
    """
    _around(state, _by_cell(state, presence), state["cell.usual_open"])
    _around(
        state, _by_cell(state, presence * state["premises.jobs"]), state["cell.usual_shop_jobs"]
    )
    _around(state, _by_cell(state, state["premises.is_open"]), state["cell.open_nearby"])
    _run(add_up_shop_jobs, state)


def mark_tax_bases(state: State) -> None:
    """Record the tax bases and the participation of the young on the start date, in place."""
    _run(add_up_bases, state)
    state["office.resident_base_at_start"] = state["office.resident_base"]
    state["office.shop_base_at_start"] = state["office.shop_base"]
    state["office.tax_base"] = 1
    places = state["youth.id"].size
    active = float(state["cell.active_youth"].sum(dtype=np.float64))
    state["town.active_youth_share"] = active / places if places else 0.0
    _around(state, state["cell.active_youth"], state["cell.active_youth_nearby"])
