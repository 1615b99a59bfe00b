"""Import a territory from public data: INSEE's population grid, shops of the BPE or OpenStreetMap.

Whatever the files lack is generated, and the provenance says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats
from sim.territory.buffer import neighbours_of, with_buffer
from sim.territory.derive_zones import (
    CENTRE_SHARE_OF_PEAK,
    CENTRE_SHARE_OF_RESIDENTS,
    WINDOW,
    centre_from_premises,
    centre_from_residents,
    retail_parks,
)
from sim.territory.extent import Extent, Reading, near_residents
from sim.territory.grid_frame import DEGREES, GridFrame, to_grid_coordinates
from sim.territory.import_ground import import_ground
from sim.territory.read_population import PopulationGrid, read_population
from sim.territory.read_shops import UNKNOWN_GROUP, ShopPoints, read_shops
from sim.territory.remedies import Refusal
from sim.territory.shop_kinds import shop_catalogue
from sim.territory.territory import OPEN, VACANT, Territory
from sim.territory.vacancy import VacancyRequest, vacancy_of, with_vacancy_list

__all__ = ["import_territory", "summary_lines"]

MIN_PREMISES_FOR_CENTRE: Final = 10
"""Minimum number of premises that show a centre; with fewer, residents do; assumed."""

LOCAL: Final = 500.0
"""Distance within which vacant premises resemble open ones, m; assumed."""

_TRACELESS: Final = (
    " {} premises say nothing of their kind and take that of a small open shop nearby, drawn at"
    " random."
)

DRAWS: Final = 20_190_101
"""Seed of all draws of an import, so that the same files give the same territory."""


def import_territory(
    population: Path,
    shops: Path | None = None,
    *,
    name: str,
    year: int | None = None,
    around: tuple[float, float] | None = None,
    radius: float | None = None,
    communes: Sequence[str] = (),
    buffer: float = 0.0,
    vacancy: VacancyRequest | None = None,
    centres: Sequence[tuple[float, float]] = (),
    reading_population: Reading | None = None,
    reading_shops: Reading | None = None,
    ground: Path | None = None,
    ground_source: str | None = None,
) -> Territory:
    """Read a real place.

    Parameters
    ----------
    population : pathlib.Path
        Cells with residents; see `sim.territory.read_population.read_population`.
    shops : pathlib.Path, optional
        Shops; see `sim.territory.read_shops.read_shops`. Without it the territory has no premises,
        and the run generates them.
    name : str
        Name of the place.
    year : int, optional
        Year of the gridded data (2015, 2017, 2019, 2021), if the file does not give it.
    around : (float, float), optional
        Latitude and longitude; only cells and shops within `radius` (m) of it are kept.
    radius : float, optional
        m, by default 5,000.
    communes : sequence of str
        INSEE's codes of communes; only their cells and shops are kept.
    buffer : float
        m; neighbours that near to a cell of the place take part in shopping, with their shops.
    vacancy : VacancyRequest, optional
        What is known of vacant premises.
    centres : sequence of (float, float)
        Latitude and longitude of each town centre, instead of one at the peak of premises.
    reading_population, reading_shops : Reading, optional
        What the user says of the files.
    ground : pathlib.Path, optional
        Map to draw beneath; see `sim.territory.import_ground.import_ground`.
    ground_source : str, optional
        Source and licence of the map.

    Raises
    ------
    InputError
        If a file or value is not admissible.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise InputError(f"name is {name!r}; a territory needs a name of printable characters.")
    vacancy, extent = vacancy or VacancyRequest(), Extent(around, radius, communes)
    wider = Extent(around, radius, communes, buffer)
    asked: dict[str, Any] = {
        "year": year, "around": around, "radius": radius, "communes": communes,
        "reading": reading_population,
    }  # fmt: skip
    people = read_population(population, **asked)
    seeds = _cells_of_centres(people.frame, centres)
    if shops is None:
        if vacancy.share is not None or vacancy.file is not None:
            raise Refusal("vacant premises need the shops of the place", "shops")
        if buffer:
            raise Refusal("neighbours need the shops of the place and around it", "shops")
        territory = _without_premises(name, people, seeds)
        return _with_ground(territory, people.frame, ground, ground_source)
    near = near_residents(people.residents)
    where: dict[str, Any] = {"near": near, "extent": extent}
    points = read_shops(shops, people.frame, **where, reading=reading_shops)
    own_rows = points.row
    if vacancy.file is not None:
        listed = read_shops(
            vacancy.file, people.frame, **where, reading=reading_shops, all_vacant=True
        )
        points = with_vacancy_list(points, listed)
    territory, frame = _with_premises(name, people, points, vacancy, seeds), people.frame
    if buffer:
        wide = read_population(population, **asked, buffer=buffer)
        near = near_residents(wide.residents)
        found = read_shops(shops, wide.frame, near=near, extent=wider, reading=reading_shops)
        territory = _joined(territory, people, wide, found.without(own_rows), vacancy, buffer)
        frame = wide.frame
    return _with_ground(territory, frame, ground, ground_source)


def _joined(
    place: Territory, people: PopulationGrid, wide: PopulationGrid, points: ShopPoints,
    requested: VacancyRequest, buffer: float,
) -> Territory:  # fmt: skip
    """Join a place and its neighbours, who have the vacancy stated for it, or more if marked."""
    neighbours = neighbours_of(people, wide)
    if not neighbours.residents.any():
        raise Refusal(
            f"the file of residents has nobody within {buffer:g} m of the place", "larger"
        )
    if not points.cell.size:
        none = np.zeros(wide.residents.shape, dtype=bool)
        return with_buffer(place, people, _territory("", neighbours, none, none, {}), wide, buffer)
    if requested.share is not None or requested.file is not None:
        share = min(place.provenance["vacancy"]["share"], 0.9)
        is_more = bool(points.is_vacant.mean() > share)
        requested = VacancyRequest(is_counted=True) if is_more else VacancyRequest(share=share)
    around = _with_premises("", neighbours, points, requested, [])
    return with_buffer(place, people, around, wide, buffer)


def _with_ground(
    territory: Territory, frame: GridFrame, path: Path | None, stated: str | None
) -> Territory:
    if path is None:
        return territory
    ground, source = import_ground(path, frame, stated)
    return replace(territory, ground=ground, provenance={**territory.provenance, "ground": source})


def _cells_of_centres(frame: GridFrame, centres: Sequence[tuple[float, float]]) -> list[int]:
    cells = []
    for latitude, longitude in centres:
        x, y = np.array([longitude], float), np.array([latitude], float)
        (cell,) = frame.cell_of(*to_grid_coordinates(x, y, DEGREES, frame.epsg))
        if cell < 0:
            raise InputError(
                f"the town centre {latitude:g},{longitude:g} lies outside the grid of the place."
            )
        cells.append(int(cell))
    return cells


def summary_lines(territory: Territory) -> list[str]:
    """Describe what was read and generated, one sentence for each part of the provenance."""
    return [
        f"{part.replace('_', ' ')}: {entry['in_words']}"
        for part, entry in territory.provenance.items()
        if isinstance(entry, dict) and "in_words" in entry
    ]


def _without_premises(name: str, people: PopulationGrid, seeds: list[int]) -> Territory:
    residents = people.residents.astype(float)
    is_centre = centre_from_residents(residents, people.frame.cell_size, seeds)
    why = "no file of shops was given"
    sources = {
        "premises": {
            "source": "generated from residents and the scenario's parameters when it runs",
            "evidence": "assumed",
            "generated": True,
            "why": why,
            "in_words": f"None read, {why}; they are generated from the scenario's"
            " parameters when it runs.",
        },
        "town_centre": _centre_source(is_centre, from_premises=False, n_stated=len(seeds)),
        "retail_park": _park_source(0, why),
    }
    return _territory(name, people, is_centre, np.zeros_like(is_centre), sources)


def _territory(
    name: str, people: PopulationGrid, is_centre: Bools, is_park: Bools,
    sources: dict[str, Any], **premises: Any,
) -> Territory:  # fmt: skip
    return Territory(
        name=name,
        cell_size=people.frame.cell_size,
        residents=people.residents,
        youth=people.youth,
        income=people.income,
        is_town_centre=is_centre,
        is_retail_park=is_park,
        provenance={**people.provenance, **sources},
        **premises,
    )


def _with_premises(
    name: str,
    people: PopulationGrid,
    points: ShopPoints,
    requested: VacancyRequest,
    seeds: list[int],
) -> Territory:
    frame, groups = people.frame, shop_catalogue().groups
    generator = np.random.default_rng(DRAWS)
    shape, size = people.residents.shape, people.residents.size
    is_park_kind = np.array([group.is_park_kind for group in groups])

    cell, group, is_vacant = points.cell, points.group, points.is_vacant
    is_traceless = group == UNKNOWN_GROUP
    # Vacant premises resemble the small open shops around them: large ones are rare and recognised
    # even when they are empty.
    is_model = ~is_vacant & ~is_park_kind[group] & ~is_traceless
    if not is_model.any():
        is_model = ~is_traceless
    n_traceless = int(is_traceless.sum())
    if n_traceless:
        group = group.copy()
        if is_model.any():
            group[is_traceless] = _like_neighbours(
                cell[is_traceless], cell[is_model], group[is_model], people, generator
            )
        else:
            small = np.flatnonzero(~is_park_kind)
            group[is_traceless] = generator.choice(small, n_traceless)
    vacancy = vacancy_of(points, requested)
    if not is_model.any():
        is_model = ~is_vacant
    if n_added := vacancy.n_added:
        model = generator.choice(np.flatnonzero(is_model), n_added)
        cell = np.concatenate([cell, cell[model]])
        group = np.concatenate([group, group[model]])
        is_vacant = np.concatenate([is_vacant, np.ones(n_added, dtype=bool)])

    floor_area = np.empty(cell.size, dtype=np.float32)
    for index, kind in enumerate(groups):
        chosen = group == index
        floor_area[chosen] = kind.draw_floor_area(int(chosen.sum()), generator)

    def count(chosen: Bools) -> Floats:
        return np.bincount(cell[chosen], minlength=size).reshape(shape).astype(np.float64)

    residents = people.residents.astype(np.float64)
    small_premises = count(~is_park_kind[group])
    from_premises = bool(small_premises.sum() >= MIN_PREMISES_FOR_CENTRE)
    is_centre = (
        centre_from_premises(small_premises, frame.cell_size, seeds)
        if from_premises
        else centre_from_residents(residents, frame.cell_size, seeds)
    )
    large_premises = count(is_park_kind[group])
    is_mall = np.isin(np.arange(size), points.mall_cells).reshape(shape)
    is_park = retail_parks(
        large_premises,
        small_premises + large_premises,
        residents,
        is_centre,
        frame.cell_size,
        is_mall,
    )
    sector = np.array([kind.sector for kind in groups], dtype=np.uint8)[group]
    sources = {
        "premises": points.provenance,
        "vacancy": vacancy.source
        | {
            "sectors_drawn": n_traceless,
            "in_words": vacancy.source["in_words"]
            + (_TRACELESS.format(n_traceless) if n_traceless else ""),
        },
        "floor_area": {
            "source": "drawn by kind of shop, log-normal around the medians of shop_kinds.toml",
            "evidence": "assumed",
            "generated": True,
            "why": "the source of shops holds no floor areas",
            "in_words": "Generated by kind of shop, since the file of shops holds none"
            f" (median {float(np.median(floor_area)):.0f} m2).",
        },
        "town_centre": _centre_source(is_centre, from_premises, len(seeds)),
        "retail_park": _park_source(int(is_park.sum()), "no cluster of large shops is clear"),
    }
    return _territory(
        name, people, is_centre, is_park, sources,
        premises_cell=cell, premises_sector=sector, premises_floor_area=floor_area,
        premises_occupancy=np.where(is_vacant, VACANT, OPEN).astype(np.int8),
    )  # fmt: skip


def _like_neighbours(
    at: npt.NDArray[np.int32],
    model_cell: npt.NDArray[np.int32],
    model_group: npt.NDArray[np.int16],
    people: PopulationGrid,
    generator: np.random.Generator,
) -> npt.NDArray[np.int16]:
    """Draw the group of a shop within `LOCAL`, or of the nearest shops beyond."""
    columns = people.frame.columns
    model_row, model_column = np.divmod(model_cell, columns)
    groups = np.empty(at.size, dtype=np.int16)
    for i, cell in enumerate(at):
        row, column = divmod(int(cell), columns)
        apart = people.frame.cell_size * np.hypot(model_row - row, model_column - column)
        near = np.flatnonzero(apart <= max(LOCAL, float(apart.min())))
        groups[i] = model_group[generator.choice(near)]
    return groups


def _centre_source(is_centre: Bools, from_premises: bool, n_stated: int) -> dict[str, Any]:
    where = f"{n_stated} places that the user names" if n_stated else "the peak"
    rule = (
        f"cells joined to {where} of premises within {WINDOW:g} m that reach"
        f" {CENTRE_SHARE_OF_PEAK:.0%} of it"
        if from_premises
        else f"densest cells around {where} of residents, with {CENTRE_SHARE_OF_RESIDENTS:.0%}"
        " of them"
    )
    return {
        "source": rule,
        "evidence": "derived" if from_premises else "assumed",
        "cells": int(is_centre.sum()),
        "in_words": f"{int(is_centre.sum())} cells: {rule}.",
    }


def _park_source(cells: int, why_none: str) -> dict[str, Any]:
    rule = "cells with premises among three or more large shops, few homes, away from the centre"
    return {
        "source": rule,
        "evidence": "derived",
        "cells": cells,
        "in_words": f"{cells} cells: {rule}." if cells else f"None: {why_none}.",
    }
