"""The measures that every comparison answers first."""

from __future__ import annotations

from typing import Final

from sim.measures.registry import PRIMARY

SHOWN: Final = {
    "closures": "closure_rate_town_centre",
    "shops": "open_shops_town_centre",
    "births": "births_per_1000",
    "participation": "participation",
}
"""Measures shown over time and by horizon, by their key in the catalogue of words."""

HEADLINES: Final = {key: name for key, name in SHOWN.items() if name in PRIMARY}
"""Measures with an answer of their own; open shops are stated along with closures."""
