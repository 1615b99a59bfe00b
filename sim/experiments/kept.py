"""Read tables kept on request, for the complete replications of one point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import InputError
from sim.experiments.course import LEDGER_LINES
from sim.experiments.stored import Stored
from sim.measures.map_layers import Maps
from sim.registry.variables.money import SOURCES

if TYPE_CHECKING:
    import pandas as pd


def kept_frame(
    store: Stored, kind: str, runs: pd.DataFrame, columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the kept rows of runs given by ``key``, ``arm`` and ``rep``.

    Columns are ``arm``, ``rep`` and those of the table (a key of `sim.experiments.parts.KEPT`);
    rows are run by run in the order given, by month where there are months. Raise `InputError` if
    the rows of a run were lost from the disk.
    """
    import pandas as pd

    table = store.kept(kind)
    keys = pa.array(runs["key"].drop_duplicates(), pa.string())
    number = pc.index_in(table["key"], keys).combine_chunks()
    table, at = table.filter(number.is_valid()), number.drop_null().to_numpy()
    by = (table["month"].to_numpy(), at) if "month" in table.column_names else (at,)
    order, counts = np.lexsort(by), np.bincount(at, minlength=len(keys))
    if (counts == 0).any() and kind != "ledger":  # the ledger may be empty
        raise InputError(
            f"{store.folder} lacks the {kind} of {int((counts == 0).sum()):,} runs;"
            " move its parts away and resume, which runs them again."
        )
    ends = np.cumsum(counts)
    of_run = pc.index_in(pa.array(runs["key"], pa.string()), keys).to_numpy()
    rows = np.concatenate(
        [np.empty(0, np.int64), *(order[ends[k] - counts[k] : ends[k]] for k in of_run)]
    )
    frame = table.take(pa.array(rows)).drop_columns("key").to_pandas()
    if not set(columns) <= {*frame} or (kind == "maps" and not _are_whole(frame)):
        raise InputError(f"{store.folder} has damaged {kind}; move its parts away and resume.")
    index = runs[["arm", "rep"]].take(np.repeat(np.arange(len(runs)), counts[of_run]))
    found: pd.DataFrame = pd.concat([index.reset_index(drop=True), frame], axis=1)
    return found


def mean_ledger(frame: pd.DataFrame, arms: Sequence[str], replications: int) -> pd.DataFrame:
    """Return the mean ledger of a replication: ``arm``, ``year``, ``source``, ``line``, ``eur``.

    `frame` is from `kept_frame`; `arms` are in the order wanted.
    """
    import pandas as pd

    order = {"arm": list(arms), "source": list(SOURCES), "line": list(LEDGER_LINES)}
    for name, values in order.items():
        frame[name] = pd.Categorical(frame[name], values)
    by = ["arm", "year", "source", "line"]
    total = frame.groupby(by, observed=True)["cents"].sum().reset_index()
    total = total[total["cents"] != 0].reset_index(drop=True)
    eur = total.pop("cents") / 100 / max(replications, 1)
    return total.astype(dict.fromkeys(order, str) | {"year": np.int64}).assign(eur=eur)


def rep_maps(frame: pd.DataFrame, layers: Sequence[str]) -> dict[str, Maps]:
    """Return the maps of each replication, by arm; layers are (reps, months, rows, columns)."""
    return {
        str(arm): _maps(
            part,
            {n: _pages(part, n).reshape(part["rep"].nunique(), -1, *_shape(part)) for n in layers},
        )
        for arm, part in frame.groupby("arm", sort=False)
    }


def mean_maps(frame: pd.DataFrame, layers: Sequence[str]) -> dict[str, Maps]:
    """Return mean maps over replications, by arm, as those of one replication."""
    found = {}
    for arm, part in frame.groupby("arm", sort=False):
        reps = part["rep"].nunique()
        means = {}
        for name in layers:
            pages = _pages(part, name).reshape(reps, -1, *_shape(part))
            is_there = np.isfinite(pages)
            total, count = np.zeros(pages.shape[1:]), is_there.sum(axis=0)
            for page, there in zip(pages, is_there, strict=True):
                np.add(total, page, out=total, where=there)
            mean = np.full(total.shape, np.nan)
            np.divide(total, count, out=mean, where=count > 0)
            means[name] = mean.astype(np.float32)[None]
        found[str(arm)] = _maps(part, means)
    return found


def _are_whole(maps: pd.DataFrame) -> bool:
    """Return whether all layers of all maps have the cells of their zones."""
    cells = maps["zone"].map(len, na_action="ignore")
    layers = [maps[name].map(len, na_action="ignore") for name in maps.columns[4:]]
    is_whole = (maps["rows"] > 0) & (cells % np.maximum(maps["rows"], 1) == 0)
    return bool(is_whole.all() and all((sizes == 4 * cells).all() for sizes in layers))


def _shape(part: pd.DataFrame) -> tuple[int, int]:
    rows = int(part["rows"].iloc[0])
    return rows, len(part["zone"].iloc[0]) // rows


def _pages(part: pd.DataFrame, layer: str) -> npt.NDArray[np.float32]:
    return np.frombuffer(b"".join(part[layer]), np.float32)


def _maps(part: pd.DataFrame, layers: Mapping[str, npt.NDArray[Any]]) -> Maps:
    zone = np.frombuffer(part["zone"].iloc[0], np.uint8).reshape(_shape(part))
    months = tuple(int(m) for m in part["month"].unique())
    return Maps(months, float(part["cell_size"].iloc[0]), zone, layers)
