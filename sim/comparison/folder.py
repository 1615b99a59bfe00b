"""A comparison in a folder: tables, maps, manifest and, where it is drawn, the report."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np

from sim.comparison.comparison import Comparison
from sim.whole_folder import MANIFEST, WholeFolder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_comparison"]


def write_comparison(folder: WholeFolder, comparison: Comparison) -> None:
    """Add a comparison to a folder that is being written; the manifest lists what it holds.

    Parameters
    ----------
    folder : WholeFolder
        With the report and its pictures already in it.
    comparison : Comparison

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    for name in ("runs", "monthly", "parameters"):
        folder.write(f"{name}.parquet", _parquet(getattr(comparison, name)))
    for name in ("effects", "ledger"):
        folder.write(f"{name}.csv", _csv(getattr(comparison, name)))
    folder.write("maps.npz", _maps(comparison))
    manifest = {**comparison.manifest, "files": dict(folder.files)}
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    folder.write(MANIFEST, text.encode() + b"\n")


def _parquet(frame: pd.DataFrame) -> bytes:
    """A missing measure is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode()


def _maps(comparison: Comparison) -> bytes:
    """Layers are called ``<arm>.<layer>``: (months, rows, columns) float32."""
    buffer = io.BytesIO()
    first = next(iter(comparison.maps.values()))
    layers = {
        f"{arm}.{name}": layer[0]
        for arm, maps in comparison.maps.items()
        for name, layer in maps.layers.items()
    }
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        months=np.array(first.months, np.int32),
        cell_size=np.float64(first.cell_size),
        zone=first.zone,
        **layers,
    )
    return buffer.getvalue()
