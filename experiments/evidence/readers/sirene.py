"""Read the establishments of Lyon's 4th district (folder ``sirene_lyon4``).

Shops are NAF 47.1 to 47.7: retail in shops, without stalls, doorstep and mail order. There are
no addresses: these records bear on closures, not on letting.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from experiments.evidence.records import Records

SINCE, UNTIL = pd.Timestamp("2008-01-01"), pd.Timestamp("2026-01-01")

SHOPS = r"47\.[1-7]"

UNKNOWN = pd.Timestamp("1900-01-01")
"""Start that INSEE writes where it is unknown."""


def read(folder: Path) -> Records:
    """Return establishments with a known start."""
    table = pd.read_parquet(folder / "establishments.parquet")
    table = table[table["start"] > UNKNOWN].reset_index(drop=True)
    lifetimes = pd.DataFrame(
        {
            "start": table["start"],
            "end": table["close"],
            "is_shop": table["naf"].fillna("").str.match(SHOPS),
        }
    )
    return Records("lifetimes", lifetimes, "sirene_lyon4", SINCE, UNTIL)
