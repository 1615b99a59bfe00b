"""The ground of a real place as bytes for the page, which draws it beneath the town.

Little endian: the text "ESG1"; number of parts, number of points, parts of a cell in which points
are given, and bytes of the text (u32 each); the first point of each part and the number of points
(u32); x and y of each point from the north-western corner (u32); the kind of each part (u8); then
JSON with the names of kinds and of places: rank, x, y and text of each.
"""

from __future__ import annotations

import base64
import json
import struct
from typing import Any, Final

import numpy as np

from sim.territory.ground import UNIT, Ground, ground_kinds
from sim.territory.territory import Territory

MAGIC: Final = b"ESG1"
HEADER: Final = struct.Struct("<4s4I")

_UNCREDITED: Final = ("unknown", "as stated")


def ground_bytes(ground: Ground) -> bytes:
    """Encode a ground."""
    kinds = [kind.name for kind in ground_kinds()[0]]
    text = json.dumps({"kinds": kinds, "names": ground.names}, ensure_ascii=False).encode()
    head = HEADER.pack(MAGIC, ground.kind.size, len(ground.points), UNIT, len(text))
    numbers = np.concatenate([ground.first, ground.points.ravel()]).astype("<u4")
    return head + numbers.tobytes() + ground.kind.tobytes() + text


def buffer_bits(territory: Territory) -> str | None:
    """Return which cells are the buffer's, a bit for each by rows, in base 64; None without one."""
    if territory.is_buffer is None:
        return None
    return base64.b64encode(np.packbits(territory.is_buffer).tobytes()).decode()


def credit(territory: Territory) -> dict[str, Any] | None:
    """Return the source and, if it is known, the licence of a ground, or None without one."""
    if territory.ground is None:
        return None
    told = territory.provenance.get("ground", {})
    licence = str(told.get("licence", ""))
    return {
        "source": str(told.get("source", "")),
        "licence": "" if licence in _UNCREDITED else licence,
    }
