"""Frames: one month of the page as bytes that need no parsing.

Little endian: the text "ESM1"; month (u32), rows and columns (u16 each), first new month, number of
new months and number of charts (u32 each); then the measures of the new months without and with the
intervention (float32, month by month); then three maps of one byte per cell, without, with and
their difference, rows from the north.
"""

from __future__ import annotations

import struct
from typing import Final

from sim.app.pair import CHARTS, Pair, measures_of_months

MAGIC: Final = b"ESM1"
HEADER: Final = struct.Struct("<4sIHHIII")


def frame(pair: Pair, layer: str, known: int) -> bytes:
    """Encode the present month of a pair, for a page that has the measures of `known` months."""
    rows, columns = pair.without.territory.shape
    first = min(known, pair.month)
    head = HEADER.pack(MAGIC, pair.month, rows, columns, first, pair.month - first, len(CHARTS))
    measures = b"".join(measures_of_months(run, first).tobytes() for run in pair.runs)
    return head + measures + b"".join(one.tobytes() for one in pair.maps(layer))
