"""Parameters of a generated territory."""

from __future__ import annotations

from typing import Any

from sim.registry.parameters import Evidence, ParameterGroup, parameter


def _number(
    default: float,
    unit: str,
    bounds: tuple[float, float],
    label: str,
    help: str,
    source: str = "scenario",
    evidence: Evidence = "assumed",
) -> Any:
    return parameter(
        default,
        unit=unit,
        bounds=bounds,
        label=label,
        help=help,
        source=source,
        evidence=evidence,
        role="constant",
    )


class TerritoryParameters(ParameterGroup):
    """The layout of the place; a real territory's file replaces all but the number of premises."""

    file: str = parameter(
        "",
        label="Territory file",
        help="File of an imported territory, next to the scenario; empty to generate one.",
        source="scenario",
        role="constant",
    )
    territory_seed: int = _number(
        1,
        "1",
        (0, 2**31 - 1),
        "Seed of the map",
        "Another number generates another town of the same kind.",
    )
    rows: int = _number(64, "cells", (1, 5000), "Rows", "Height of the grid.")
    columns: int = _number(64, "cells", (1, 5000), "Columns", "Width of the grid.")
    cell_size: float = _number(
        200.0,
        "m",
        (25.0, 5000.0),
        "Cell size",
        "Side of a cell; 200 m is INSEE's grid.",
        "INSEE, données carroyées",
        "found",
    )
    population: int = _number(
        50_000, "people", (1, 100_000_000), "Residents", "Number of people who live on the grid."
    )
    town_share: float = _number(
        0.80,
        "share",
        (0.0, 1.0),
        "Residents of the main town",
        "Share of residents in the main town; the others live in settlements and scattered.",
    )
    town_radius: float = _number(
        1.8,
        "km",
        (0.05, 50.0),
        "Radius of the main town",
        "Distance over which the density of the main town falls to a third.",
        "exponential density profile; Clark (1951), doi 10.2307/2981088",
    )
    settlements: int = _number(
        8, "1", (0, 50_000), "Settlements", "Villages, suburbs or estates around the main town."
    )
    settlement_radius: float = _number(
        0.45,
        "km",
        (0.05, 10.0),
        "Radius of settlements",
        "Distance over which a settlement's density falls to a third.",
    )
    scattered_share: float = _number(
        0.04,
        "share",
        (0.0, 1.0),
        "Scattered residents",
        "Share of residents in isolated houses and hamlets.",
    )
    patchiness: float = _number(
        0.6, "log SD", (0.0, 2.0), "Patchiness", "How unevenly neighbouring cells are inhabited."
    )
    youth_share: float = _number(
        0.17,
        "share",
        (0.0, 0.6),
        "Aged 15-29",
        "Share of residents aged 15-29.",
        "about 17-18% of France's population (INSEE, census)",
        "recalled",
    )
    income_level: float = _number(
        0.97, "1", (0.2, 3.0), "Standard of living", "Mean standard of living relative to France."
    )
    income_spread: float = _number(
        0.15,
        "log SD",
        (0.0, 1.0),
        "Spread of living standards",
        "How much neighbourhoods differ in their standard of living.",
    )
    centre_radius: float = _number(
        0.9,
        "km",
        (0.0, 10.0),
        "Radius of the town centre",
        "The town centre reaches this far from its middle.",
    )
    retail_parks: int = _number(
        2, "1", (0, 50), "Retail parks", "Number of retail parks on the edge of the town."
    )
    park_distance: float = _number(
        4.0,
        "km",
        (0.0, 50.0),
        "Distance of retail parks",
        "Distance from the centre to the retail parks.",
    )
    premises_per_1000: float = _number(
        14.0,
        "premises per 1,000 residents",
        (0.0, 100.0),
        "Commercial premises",
        "Shops, restaurants and services, open or vacant, per 1,000 residents.",
        "13.4 commerces per 1,000 inhabitants in 2008 (INSEE, docs/sources.md), plus vacant ones",
        "derived",
    )
    centre_share: float = _number(
        0.60, "share", (0.0, 1.0), "Premises in the centre", "Share of premises in the town centre."
    )
    park_share: float = _number(
        0.08, "share", (0.0, 1.0), "Premises in retail parks", "Share of premises in retail parks."
    )
    floor_area: float = _number(
        80.0,
        "m2",
        (5.0, 2000.0),
        "Median sales floor",
        "Median sales floor outside retail parks.",
        "retail prototype; mean of French shops 240 m² in 2017, large ones included",
    )
    park_floor_area: float = _number(
        1000.0,
        "m2",
        (20.0, 20000.0),
        "Median sales floor in retail parks",
        "Median sales floor in retail parks.",
        "retail prototype",
    )
