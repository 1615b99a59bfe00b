"""What acts and what is acted on, as Mesa agents: handles on the rows of the arrays.

The arrays are the truth. An agent here holds its model and the number of its row, and each of its
attributes reads and writes one element of an array. Handles are made when somebody first asks for
them (see `sim.mesa_face.handles`), so a run that nobody looks into makes none.
"""

from __future__ import annotations

from typing import Final

from sim.mesa_face.people import Entrepreneur, Official, Youth
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
    "Youth",
]

KINDS: Final[tuple[type[RowAgent], ...]] = (
    Premises,
    Shop,
    Youth,
    Entrepreneur,
    Official,
    ThirdPlace,
)
"""Types of agents in the order in which ``model.agents`` goes through them."""
