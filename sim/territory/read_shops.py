"""Read shops from INSEE's BPE or SIRENE, OpenStreetMap, or a town hall's own sheet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.kernels.arrays import Bools
from sim.territory.extent import Extent, Reading
from sim.territory.grid_frame import GridFrame
from sim.territory.origins import origin_of_shops
from sim.territory.read_population import file_digest
from sim.territory.remedies import Refusal
from sim.territory.shop_kinds import LEFT_OUT, MALL, UNKNOWN_GROUP, UNMAPPED
from sim.territory.shop_places import check_overlap, places_of
from sim.territory.shop_rows import ShopRows, classify, shop_request
from sim.territory.table import Table
from sim.territory.table_file import read_table

__all__ = ["UNKNOWN_GROUP", "ShopPoints", "read_shops"]

REASONS: Final = {
    "outside_grid": "outside the grid",
    "outside_circle": "outside the circle",
    "other_commune": "in another commune",
    "far_from_residents": "farther than one cell from any resident",
    "without_coordinates": "without coordinates",
    "repeated": "repeated",
}
"""Why premises of a file are left out, in words."""

_BAD_POSITION: Final = ("mauvaise", "m")
"""QUALITE_XY of a position that INSEE calls bad, before and since the BPE of 2024."""


@dataclass(frozen=True)
class ShopPoints:
    """Commercial premises on a grid, read from a file; arrays are (premises,).

    `row` is the row of the file; `cell` is the flat index of the cell; `group` the index in the
    catalogue's groups, or `UNKNOWN_GROUP` for premises of unknown kind. `mall_cells`, (malls,), are
    cells of malls and retail parks. `is_count` says that the file is a sheet of the premises in
    people's own words, not a sample of OpenStreetMap's tags. The provenance is the entry
    ``premises`` of a territory's.
    """

    row: npt.NDArray[np.intp]
    cell: npt.NDArray[np.int32]
    group: npt.NDArray[np.int16]
    is_vacant: Bools
    mall_cells: npt.NDArray[np.int32]
    is_count: bool
    provenance: dict[str, Any]

    def without(self, rows: npt.NDArray[np.intp]) -> ShopPoints:
        """Return the premises of other rows of the same file."""
        own = ~np.isin(self.row, rows)
        chosen = {n: getattr(self, n)[own] for n in ("row", "cell", "group", "is_vacant")}
        return replace(self, **chosen)

    @property
    def shows_vacancy(self) -> bool:
        """True if the file marks vacant premises."""
        return bool(self.is_vacant.any())


def read_shops(
    path: Path,
    frame: GridFrame,
    *,
    near: Bools | None = None,
    extent: Extent | None = None,
    reading: Reading | None = None,
    all_vacant: bool = False,
) -> ShopPoints:
    """Read the premises of a file that lie in a place.

    Parameters
    ----------
    path : pathlib.Path
        BPE (column TYPEQU), SIRENE (activity), OpenStreetMap (``shop``, ``amenity``) or a sheet
        with a column of kinds in words; with coordinates or geometries, in any format of
        `sim.territory.table_file.read_table`.
    frame : GridFrame
        The grid.
    near : (rows, columns) bool array, optional
        Cells at most one away from a resident; shops in others are counted apart.
    extent : Extent, optional
        The place, if it is a part of the files.
    reading : Reading, optional
        What the user says of the file.
    all_vacant : bool
        Whether all rows are vacant premises, of any kind or none.

    Raises
    ------
    InputError
        If the file has no such points, or hardly any of them lies on the grid.

    Notes
    -----
    ``shop=vacant``, ``disused:shop=*``, ``was:shop=*`` and ``abandoned:shop=*`` (with the former
    kind), ``vacant=yes`` and the words of a sheet are vacant premises. Of several values
    (``convenience;gas``) the first one in the catalogue counts. An id counts once. Points outside
    the place and kinds outside the catalogue are left out and counted.
    """
    reading, extent = reading or Reading(), extent or Extent()
    table = read_table(path, shop_request(reading, all_vacant))
    if table.n_rows == 0:
        raise InputError(f"{path} holds no shops.")
    rows = classify(table, reading, all_vacant)
    is_twin = _twins(table, rows.group)
    is_premises = (rows.group >= UNKNOWN_GROUP) & ~is_twin
    if not is_premises.any():
        common = Counter(" ".join(kind.split())[:40] for kind in rows.kind)
        some = ", ".join(kind for kind, _ in common.most_common(5))
        raise Refusal(
            f"{path} holds no kind of shop that is in the catalogue, but: {some}", "kinds"
        )
    places = places_of(table, frame)
    x, y = places.on_grid(frame)
    has_place = np.isfinite(x) & np.isfinite(y)
    candidate = is_premises & has_place
    if not candidate.any():
        raise InputError(f"{path}: not one of its shops has coordinates.")
    cell = frame.cell_of(x, y)
    off_grid = cell < 0
    inside = int((candidate & ~off_grid).sum())
    if 2 * inside < int(candidate.sum()) and not (inside and extent.is_part):
        check_overlap(table, frame, places, candidate, candidate & ~off_grid)
    outside = {"outside_grid": off_grid}
    if extent.around is not None and not extent.buffer:
        outside["outside_circle"] = ~extent.circle(x, y, frame.epsg)
    if extent.communes and "depcom" in table.columns and not extent.buffer:
        outside["other_commune"] = ~extent.in_communes(table.texts("depcom"))
    elif near is not None:
        is_far = ~near.ravel()[np.maximum(cell, 0)]
        outside["far_from_residents"] = is_far & ~_of_near_commune(
            table, candidate, off_grid, is_far
        )
    is_here, left = has_place, {}
    for reason, is_out in outside.items():
        left[reason] = int((candidate & is_here & is_out).sum())
        is_here = is_here & ~is_out
    chosen = np.flatnonzero(is_premises & is_here)
    if not chosen.size:
        raise InputError(f"{path}: not one of its {int(candidate.sum())} shops lies in the place.")
    left |= {"without_coordinates": int((is_premises & ~has_place).sum())}
    left |= {"repeated": int((is_twin & (rows.group >= UNKNOWN_GROUP)).sum())}
    unmapped = int(((rows.group == UNMAPPED) & is_here).sum())
    return ShopPoints(
        row=chosen,
        cell=cell[chosen],
        group=rows.group[chosen],
        is_vacant=rows.is_vacant[chosen],
        mall_cells=cell[(rows.group == MALL) & is_here],
        is_count=2 * int(rows.is_worded[chosen].sum()) > chosen.size,
        provenance=_provenance(table, rows, reading, chosen, is_here | ~has_place, left)
        | {"unknown_share": round(unmapped / (unmapped + chosen.size), 4)},
    )


def _of_near_commune(table: Table, candidate: Bools, off_grid: Bools, is_far: Bools) -> Bools:
    """Return which shops lie in a commune most of whose shops are near residents.

    Its retail park may stand by itself; shops of a commune whose residents are not in the file
    are another place's.
    """
    if "depcom" not in table.columns:
        return np.zeros(table.n_rows, dtype=bool)
    codes, commune = np.unique(np.array(table.texts("depcom")), return_inverse=True)
    is_counted = candidate & ~off_grid
    n_far, n = (
        np.bincount(commune[s], minlength=codes.size) for s in (is_counted & is_far, is_counted)
    )
    return np.asarray((2 * n_far < n)[commune] & (codes != "")[commune])


def _twins(table: Table, group: npt.NDArray[np.int16]) -> Bools:
    """Return whether a row repeats an id, counting the first row with it that can be placed."""
    if "id" not in table.columns:
        return np.zeros(table.n_rows, dtype=bool)
    ids = table.texts("id")
    if "osm_type" in table.columns:  # a node and a way may share a number
        kinds = table.texts("osm_type")
        ids = [f"{kind}/{one}" if one else "" for kind, one in zip(kinds, ids, strict=True)]
    is_premises = (group >= UNKNOWN_GROUP).tolist()
    chosen: dict[str, int] = {}
    for row, name in enumerate(ids):
        if name and (name not in chosen or (not is_premises[chosen[name]] and is_premises[row])):
            chosen[name] = row
    return np.array([bool(name) and chosen[name] != row for row, name in enumerate(ids)])


def _provenance(
    table: Table,
    rows: ShopRows,
    reading: Reading,
    chosen: npt.NDArray[np.intp],
    is_about: Bools,
    left: dict[str, int],
) -> dict[str, Any]:
    is_vacant = rows.is_vacant
    count = Counter(layer for layer in rows.layer if layer)
    count_vacant = Counter(np.array(rows.layer, object)[is_vacant].tolist())
    layers = {n: {"points": count[n], "vacant": count_vacant[n]} for n in sorted(count)}
    is_out, is_unmapped = (rows.group <= LEFT_OUT) & is_about, (rows.group == UNMAPPED) & is_about
    kinds = np.array(rows.kind, object)
    left_out = Counter(kinds[is_out & ~is_unmapped].tolist())
    unmapped = Counter(kinds[is_unmapped].tolist())
    marks = Counter(rows.mark[row] for row in chosen if rows.mark[row])
    n_vacant = int(is_vacant[chosen].sum())
    words = f"{chosen.size} of {table.n_rows} points of {table.path.name} are premises in the place"
    if n_vacant:
        spelt = ", ".join(f"{key} {n}" for key, n in marks.most_common())
        words += f", {n_vacant} of them vacant ({spelt})"
    words += "".join(
        f"; {count_vacant[name]} vacant among {count[name]} points of layer {name}"
        for name in layers
        if count_vacant[name]
    )
    quality = table.texts("qualite_xy") if "qualite_xy" in table.columns else []
    n_bad = sum(quality[row].lower() in _BAD_POSITION for row in chosen) if quality else 0
    words += (
        f"; {n_bad} with a bad position (QUALITE_XY) stay where INSEE put them" if n_bad else ""
    )
    some = ", ".join(f"{kind[:30]} {n}" for kind, n in unmapped.most_common(5))
    reasons = {
        "of a kind that is left out": sum(left_out.values()),
        f"of an unknown kind ({some})": sum(unmapped.values()),
        **{REASONS[reason]: number for reason, number in left.items()},
    }
    words += "; left out: " if any(reasons.values()) else ""
    words += ", ".join(f"{number} {reason}" for reason, number in reasons.items() if number)
    years = sorted({y for y in table.texts("an") if y}) if "an" in table.columns else []
    return {
        **origin_of_shops(table, reading.source, "".join(f" {y}" for y in years[:5])),
        "evidence": "found",
        "sha256": file_digest(table.path),
        "points": table.n_rows,
        "placed": int(chosen.size),
        "vacant": n_vacant,
        "vacancy_marks": dict(marks),
        "bad_positions": n_bad,
        "layers": layers,
        "left_out_kinds": dict(sorted(left_out.items())),
        "unknown_kinds": dict(sorted(unmapped.items())),
        **left,
        "in_words": f"{words}.",
    }
