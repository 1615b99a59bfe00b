"""Read residents of a grid: INSEE's (données carroyées, Filosofi), Eurostat's or another."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.territory.cell_ids import read_cells
from sim.territory.extent import Extent, Reading
from sim.territory.grid_frame import GridFrame
from sim.territory.origins import origin_of_population
from sim.territory.remedies import Refusal
from sim.territory.table import Request, Table
from sim.territory.table_file import read_table

__all__ = ["MEAN_LIVING_STANDARD", "PopulationGrid", "file_digest", "read_population"]

MEAN_LIVING_STANDARD: Final = {2015: 23_440.0, 2017: 23_930.0, 2019: 25_190.0, 2021: 26_610.0}
"""Mean standard of living per head in metropolitan France by year of the data, current EUR a year.

Derived: insee.fr 2491918 gives the mean in constant euros (of 2018: 24,170 in 2015, 24,350 in 2017;
of 2022: 27,080 in 2019, 27,990 in 2021), turned into current euros by the ratio of the median in
current euros (20,300, 20,820, 22,040, 23,160; insee.fr 3055008, 4208956, 5432467, 7941375) to the
median in the same constant euros (20,930, 21,190, 23,690, 24,360). Survey ERFS, not Filosofi.
"""

YOUTH_SHARE: Final = 0.175
"""Share of residents aged 15-29 in France about 2019; recalled, used only without ages."""

YOUTH_WEIGHTS: Final = {"ind_11_17": 3 / 7, "ind_18_24": 1.0, "ind_25_39": 5 / 15}
"""Share of each age class aged 15-29, if all years of a class are equally large."""

MAX_RESIDENTS: Final = 1_000_000
"""Maximum residents of a cell: no cell of 10 km in France has more, so more is an error."""

UNINHABITED: Final = -1.0
"""Mark of the German census for a cell without residents, or with too few to tell."""

MAX_MISSING: Final = 0.1
"""Maximum share of cells without a number of residents that are left out; assumed."""

IMPUTED_COLUMNS: Final = ("i_est_200", "i_est_1km", "i_est_cr")


@dataclass(frozen=True)
class PopulationGrid:
    """Residents on a grid, (rows, columns), and their entries of a territory's provenance.

    Arrays are those of `sim.territory.territory.Territory`.
    """

    frame: GridFrame
    residents: npt.NDArray[np.float32]
    youth: npt.NDArray[np.float32]
    income: npt.NDArray[np.float32]
    provenance: dict[str, Any]


def read_population(
    path: Path,
    *,
    year: int | None = None,
    around: tuple[float, float] | None = None,
    radius: float | None = None,
    communes: Sequence[str] = (),
    buffer: float = 0.0,
    reading: Reading | None = None,
) -> PopulationGrid:
    """Read a file of inhabited cells onto a rectangular grid.

    Parameters
    ----------
    path : pathlib.Path
        A table with one row per cell: its id, ``ind`` (residents) and, if present, ages and
        ``ind_snv`` (sum of the standards of living of the residents, EUR).
    year : int, optional
        Year of the data, a key of `MEAN_LIVING_STANDARD`; read from the file by default.
    around : (float, float), optional
        Latitude and longitude of a point; only cells within `radius` of it are kept, so that the
        national file can be used.
    radius : float, optional
        m, by default 5,000.
    communes : sequence of str
        INSEE's codes of communes; only their cells are kept.
    buffer : float
        m; also keep cells that are this near to one of the place.
    reading : Reading, optional
        What the user says of the file.

    Raises
    ------
    InputError
        If the file does not contain such cells; the message says what is wrong and where.

    Notes
    -----
    Residents aged 15-29 are 3/7 of those aged 11-17, all of 18-24 and 5/15 of 25-39. Income is
    the mean standard of living of a cell over that of metropolitan France in the same year.
    Everything, sentences included, is about the cells that are kept.
    """
    extent, reading = Extent(around, radius, communes, buffer), reading or Reading()
    whole = _totals(read_table(path, population_request(reading, extent)))
    if whole.n_rows == 0:
        raise InputError(f"{path} holds no cells.")
    if "ind" not in whole.columns:
        raise Refusal(
            f"{path} has no column 'ind' with the residents of each cell",
            "columns",
            names="ind=ITS_NAME",
        )
    table, n_missing = _kept(whole, extent)
    cells = read_cells(table)
    residents = table.numbers("ind")
    table.check(
        residents > MAX_RESIDENTS,
        lambda row: (
            f"ind is {residents[row]:g}, more than {MAX_RESIDENTS:,} residents in one cell."
        ),
    )
    if residents.sum() <= 0:
        raise InputError(f"{path}: nobody lives in any of its {table.n_rows} cells.")
    frame = cells.frame()
    flat = frame.cell_of(*cells.centres())

    youth, youth_source = _youth(table, residents)
    income, income_source = _income(table, residents, _year(table, year))

    def spread(values: Floats, empty: float) -> npt.NDArray[np.float32]:
        field = np.full(frame.rows * frame.columns, empty, dtype=np.float32)
        field[flat] = values
        return field.reshape(frame.rows, frame.columns)

    return PopulationGrid(
        frame=frame,
        residents=spread(residents, 0.0),
        youth=spread(youth, 0.0),
        income=spread(income, 1.0),
        provenance={
            "grid": {
                "source": f"ids of the cells in {path.name}",
                "evidence": "found",
                "epsg": frame.epsg,
                "west": frame.west,
                "north": frame.north,
                "in_words": f"{frame.rows} x {frame.columns} cells of {frame.cell_size:g} m.",
            },
            "residents": _residents_source(table, residents, whole, n_missing, reading),
            "youth": youth_source,
            "income": income_source,
        },
    )


def _totals(table: Table) -> Table:
    """Return the rows of Eurostat's long format, one for each cell and number, that count all."""
    if "stat" not in table.columns:
        return table
    stat = np.array(table.texts("stat"))
    rows = np.flatnonzero(stat == "T")
    if table.n_rows and not rows.size:
        raise InputError(
            f"{table.path} has {', '.join(sorted(set(stat.tolist()))[:5])} as STAT, but no row with"
            " T, all residents of a cell."
        )
    return table.take(rows)


def population_request(reading: Reading, extent: Extent | None = None) -> Request:
    """Return what to read of a file of inhabited cells, at least within an extent."""
    circle = None
    if extent is not None and extent.around is not None:
        circle = (*extent.around, extent.reach + extent.buffer)
    names = ("cell", "ind", "stat", "ind_snv", "i_pauv", "depcom", *YOUTH_WEIGHTS, *IMPUTED_COLUMNS)
    return Request(
        wanted=frozenset(names),
        is_right=lambda found: "cell" in found,
        what="column that names cells (idcar_200m, idinspire, idcar_1km ...)",
        is_whole=False,
        columns=reading.columns,
        layer=reading.layer,
        circle=circle,
    )


def _kept(table: Table, extent: Extent) -> tuple[Table, int]:
    """Return the cells of a place whose residents are known, and how many are not."""
    path, is_kept = table.path, np.ones(table.n_rows, dtype=bool)
    if extent.communes:
        if "depcom" not in table.columns:
            raise Refusal(
                f"{path} does not say in which commune a cell lies (no insee_com, lcog_geo or"
                " depcom)",
                "communes",
            )
        is_kept = extent.in_communes(table.texts("depcom"))
        if not is_kept.any():
            raise InputError(f"{path} has no cell in commune {', '.join(extent.communes)}.")
    elif extent.around is not None:
        cells = read_cells(table)
        is_kept = extent.circle(*cells.centres(), cells.epsg)
        if not is_kept.any():
            latitude, longitude = extent.around
            raise InputError(
                f"{path} has no inhabited cell within {extent.reach / 1000:g} km of latitude"
                f" {latitude:g}, longitude {longitude:g}."
            )
    if extent.buffer:
        is_kept = extent.around_cells(*read_cells(table).centres(), is_kept)
    table = table.take(np.flatnonzero(is_kept))
    residents = table.numbers("ind", missing=True, negative=True)
    is_missing = np.isnan(residents) | (residents == UNINHABITED)
    n_missing, n = int(is_missing.sum()), table.n_rows
    if n_missing > MAX_MISSING * n:
        table.check(
            is_missing,
            lambda row: (
                f"ind is empty, as in {n_missing} of {n} cells; too many to leave them out."
            ),
        )
    return table.take(np.flatnonzero(~is_missing)), n_missing


def file_digest(path: Path) -> str:
    """Return the SHA-256 digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _youth(table: Table, residents: Floats) -> tuple[Floats, dict[str, Any]]:
    missing = [age for age in YOUTH_WEIGHTS if age not in table.columns]
    if missing:
        return residents * YOUTH_SHARE, {
            "source": f"{YOUTH_SHARE:.1%} of residents, the share in France about 2019",
            "evidence": "recalled",
            "generated": True,
            "why": f"{table.path.name} has no column {' or '.join(missing)}",
            "in_words": f"Residents aged 15-29 are generated, {YOUTH_SHARE:.1%} of each cell:"
            f" {table.path.name} has no {', '.join(missing)}.",
        }
    youth = np.zeros(table.n_rows)
    for age, weight in YOUTH_WEIGHTS.items():
        youth += weight * table.numbers(age, missing=True)
    is_missing = np.isnan(youth)
    youth[is_missing] = YOUTH_SHARE * residents[is_missing]
    without = int(is_missing.sum())
    # Imputed classes are rounded separately, so their sum may slightly exceed that of a small cell.
    return np.minimum(youth, residents), {
        "source": f"{table.path.name}: 3/7 ind_11_17 + ind_18_24 + 5/15 ind_25_39",
        "evidence": "derived",
        "cells_without_ages": without,
        "in_words": "Residents aged 15-29 are derived from the age classes of each cell"
        + (f"; {without} cells without any were given {YOUTH_SHARE:.1%}." if without else "."),
    }


def _year(table: Table, year: int | None) -> tuple[int, str]:
    if year is not None:
        if year not in MEAN_LIVING_STANDARD:
            known = ", ".join(map(str, MEAN_LIVING_STANDARD))
            raise InputError(f"year is {year}; gridded data with income exist for {known}.")
        return year, "the year as stated"
    found = re.findall("|".join(map(str, MEAN_LIVING_STANDARD)), table.path.name)
    if len(set(found)) == 1:
        return int(found[0]), "the year from the file's name"
    if "i_pauv" in table.columns:
        return 2015, "the year from the column I_pauv, which only files of 2015 have: recalled"
    return 2019, "the year assumed, as the file does not say"


def _income(
    table: Table, residents: Floats, dated: tuple[int, str]
) -> tuple[Floats, dict[str, Any]]:
    income = np.ones(table.n_rows)
    name = table.path.name
    year, why_year = dated
    if "ind_snv" not in table.columns:
        return income, {
            "source": "none: the national mean everywhere",
            "evidence": "assumed",
            "generated": True,
            "why": f"{name} has no column ind_snv",
            "in_words": "Income is generated, equal to the national mean in every cell:"
            f" {name} has no ind_snv.",
        }
    total = table.numbers("ind_snv", missing=True)
    is_known = np.isfinite(total) & (total > 0) & (residents > 0)
    if not is_known.any():
        raise InputError(f"{table.path}: ind_snv is zero or empty in every cell.")
    mean = total[is_known].sum() / residents[is_known].sum()
    if not 3_000 <= mean <= 200_000:
        raise InputError(
            f"{table.path}: ind_snv gives a mean standard of living of {mean:,.0f} EUR a year; it"
            " must be the sum over the residents of each cell, in EUR."
        )
    income[is_known] = total[is_known] / residents[is_known] / MEAN_LIVING_STANDARD[year]
    unknown = int((~is_known & (residents > 0)).sum())
    return income, {
        "source": f"{name}: ind_snv / ind over {MEAN_LIVING_STANDARD[year]:,.0f} EUR, the mean of"
        f" metropolitan France in {year} (derived from insee.fr 2491918)",
        "evidence": "derived",
        "year": year,
        "year_from": why_year,
        "mean_eur": round(float(mean), 2),
        "cells_without_income": unknown,
        "in_words": f"Mean standard of living {mean:,.0f} EUR a year,"
        f" {mean / MEAN_LIVING_STANDARD[year]:.2f} of the national mean of {year} ({why_year})"
        + (f"; {unknown} cells without any were given the national mean." if unknown else "."),
    }


def _residents_source(
    table: Table, residents: Floats, whole: Table, n_missing: int, reading: Reading
) -> dict[str, Any]:
    # i_est_200 refers to the 200 m cells; i_est_1km to the 1 km cells that contain them.
    column = next((c for c in IMPUTED_COLUMNS if c in table.columns), None)
    imputed = int((table.numbers(column, missing=True) > 0).sum()) if column else None
    count, people = int((residents > 0).sum()), float(residents.sum())
    left = whole.n_rows - table.n_rows - n_missing
    return {
        **origin_of_population(whole, reading.source),
        "evidence": "found",
        "sha256": file_digest(table.path),
        "inhabited_cells": count,
        "residents": round(people, 1),
        "imputed_cells": imputed,
        "cells_left_out": left,
        "cells_without_residents_known": n_missing,
        "in_words": f"{people:,.0f} residents in {count} inhabited cells"
        + (f", {imputed} of them imputed by INSEE" if imputed else "")
        + (f"; {n_missing} cells without a number are left out" if n_missing else "")
        + (f"; {left:,} cells lie outside the place asked for." if left else "."),
    }
