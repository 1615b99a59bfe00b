"""The town of the page: shops, places, projects and people of a month as bytes.

Little endian: the text "EST1"; month, "one premises in so many" and "one young resident in so many"
(u32 each); then for each territory, without and with the intervention, six groups in this order:

- ``shops``: premises, a fixed part of them by row. State 0 vacant, 1 a shop, 2 a third place, 3 a
  shop that a project runs; detail: sector.
- ``places``: third places. State 1 if open; detail: users, at most 255.
- ``offices``: state 0; detail: files waiting, at most 255.
- ``projects``: projects from idea to end, where each is: in its premises while it runs, if it has
  any; at the office during review; else with its holder. State: stage; detail: place in the queue
  of the office, 0 outside it.
- ``visitors``: young people and potential project holders who use a third place this month, at
  home. State 0 for the young, 1 for holders; detail: place + 1, 0 beyond the 255th.
- ``young``: a fixed part of the young by row, if they live here, at home. State 1 for those who
  take part; detail 0.

A group is its number n (u32), then n rows of the state (u32), n rows and n columns of the grid
(u16), n states and n details (u8), and zeros up to a multiple of four bytes.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.app.pair import Pair
from sim.kernels.project_codes import LATENT, REVIEW, RUNNING
from sim.registry.state import State

MAGIC: Final = b"EST1"
HEADER: Final = struct.Struct("<4s3I")

MOST: Final = 2500
"""Dots of a group at most; of what there is more, a fixed part or the first rows are shown."""

VACANT, SHOP, THIRD_PLACE, PROJECT = range(4)
"""States of premises."""

Rows = npt.NDArray[np.intp]


def town(pair: Pair) -> bytes:
    """Encode shops, places, projects and people of the present month of both territories."""
    state = pair.without.state
    shops, young = (every(state[name].size) for name in ("premises.id", "youth.id"))
    head = HEADER.pack(MAGIC, pair.month, shops, young)
    return head + b"".join(_territory(run.state, shops, young) for run in pair.runs)


def every(number: int) -> int:
    """Return the k of "one in k", which leaves at most `MOST` of a number."""
    return max(1, -(-number // MOST))


def _territory(state: State, shops: int, young: int) -> bytes:
    columns = state["cell.residents"].shape[1]
    groups = (
        _shops(state, shops),
        _places(state),
        _offices(state),
        _projects(state),
        _visitors(state),
        _young(state, young),
    )
    return b"".join(_group(columns, *group) for group in groups)


def _group(columns: int, rows: Any, cells: Any, states: Any, details: Any) -> bytes:
    row, column = np.divmod(cells, columns)
    content: bytes = (
        np.asarray(rows, "<u4").tobytes()
        + row.astype("<u2").tobytes()
        + column.astype("<u2").tobytes()
        + np.asarray(states, np.uint8).tobytes()
        + np.minimum(details, 255).astype(np.uint8).tobytes()
    )
    return struct.pack("<I", len(rows)) + content + bytes(-len(content) % 4)


def _shops(state: State, share: int) -> tuple[Any, ...]:
    rows = np.arange(0, state["premises.id"].size, share)
    use = np.where(state["premises.is_open"][rows] == 1, SHOP, VACANT)
    use[state["premises.operator"][rows] >= 0] = PROJECT
    use[state["premises.third_place"][rows] >= 0] = THIRD_PLACE
    return rows, state["premises.cell_row"][rows], use, state["premises.sector"][rows]


def _places(state: State) -> tuple[Any, ...]:
    place = {name: state[f"third_place.{name}"] for name in ("cell_row", "is_open", "users")}
    return np.arange(place["users"].size), place["cell_row"], place["is_open"], place["users"]


def _offices(state: State) -> tuple[Any, ...]:
    cells, waiting = state["office.cell_row"], state["office.waiting"]
    return np.arange(cells.size), cells, np.zeros(cells.size), waiting


def _projects(state: State) -> tuple[Any, ...]:
    stage = state["entrepreneur.stage"]
    rows = np.flatnonzero(stage != LATENT)[:MOST]
    cells = state["entrepreneur.cell_row"][rows].copy()
    premises = state["entrepreneur.premises_row"][rows]
    in_shop = (stage[rows] == RUNNING) & (premises >= 0)
    cells[in_shop] = state["premises.cell_row"][premises[in_shop]]
    filed = stage[rows] == REVIEW
    cells[filed] = state["office.cell_row"][state["entrepreneur.office"][rows[filed]]]
    return rows, cells, stage[rows], _queued(state)[rows]


def _queued(state: State) -> npt.NDArray[np.int64]:
    """Return each project's place in the queue of its office, from 1; 0 outside."""
    place = np.zeros(state["entrepreneur.id"].size, np.int64)
    for first in state["office.queue_first"]:
        row, number = int(first), 1
        while row >= 0 and number < MOST:
            place[row] = number
            row, number = int(state["entrepreneur.queue_next"][row]), number + 1
    return place


def _visitors(state: State) -> tuple[Any, ...]:
    found = []
    for kind, name in enumerate(("youth", "entrepreneur")):
        rows = np.flatnonzero(state[f"{name}.at_place"])[:MOST]
        place = state[f"{name}.last_place"][rows].astype(np.int64) + 1
        place[place > 255] = 0
        found.append((rows, state[f"{name}.cell_row"][rows], np.full(rows.size, kind), place))
    return tuple(np.concatenate(one) for one in zip(*found, strict=True))


def _young(state: State, share: int) -> tuple[Any, ...]:
    rows = np.arange(0, state["youth.id"].size, share)
    rows = rows[state["youth.is_present"][rows] == 1]
    zero = np.zeros(rows.size)
    return rows, state["youth.cell_row"][rows], state["youth.is_active"][rows], zero
