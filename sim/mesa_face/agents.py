"""Mesa agents as handles on the rows of the arrays.

The arrays hold the state. An agent holds its model and its row, and each of its attributes reads
and writes one element of an array. Handles are created on first use (see `sim.mesa_face.handles`),
so a run that nobody inspects creates none.
"""

from __future__ import annotations

from typing import Final

from sim.mesa_face.people import Entrepreneur, Official, Worker, Youth
from sim.mesa_face.premises import Premises, Shop, ShopClosedError
from sim.mesa_face.row_agent import AgentGoneError, RowAgent
from sim.mesa_face.third_place import ThirdPlace

__all__ = [
    "KINDS",
    "AgentGoneError",
    "Entrepreneur",
    "Official",
    "Premises",
    "RowAgent",
    "Shop",
    "ShopClosedError",
    "ThirdPlace",
    "Worker",
    "Youth",
]

KINDS: Final[tuple[type[RowAgent], ...]] = (
    Premises,
    Shop,
    Youth,
    Entrepreneur,
    Official,
    Worker,
    ThirdPlace,
)
"""Types of agents in the order of ``model.agents``."""
