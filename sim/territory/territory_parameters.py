"""Parameters of a generated territory."""

from __future__ import annotations

from typing import Any

from sim.registry.parameters import ParameterGroup, parameter


def _number(
    default: float,
    unit: str,
    bounds: tuple[float, float],
    labels: tuple[str, str],
    helps: tuple[str, str],
    source: str = "scenario",
    evidence: str = "assumed",
) -> Any:
    return parameter(
        default,
        unit=unit,
        bounds=bounds,
        label=labels[0],
        help=helps[0],
        source=source,
        evidence=evidence,  # type: ignore[arg-type]
        role="constant",
    )


class TerritoryParameters(ParameterGroup):
    """The layout of the place; a real territory's file replaces all but the number of premises."""

    file: str = parameter(
        "",
        unit="1",
        label="Territory file",
        help="File of an imported territory, next to the scenario; empty to generate one.",
        source="scenario",
        evidence="assumed",
        role="constant",
    )
    territory_seed: int = _number(
        1,
        "1",
        (0, 2**31 - 1),
        ("Seed of the map", "Graine de la carte"),
        ("Another number generates another town of the same kind.",
         "Un autre nombre tire une autre ville du même type."),
    )  # fmt: skip
    rows: int = _number(
        64, "cells", (1, 5000), ("Rows", "Lignes"), ("Height of the grid.", "Hauteur de la grille.")
    )
    columns: int = _number(
        64,
        "cells",
        (1, 5000),
        ("Columns", "Colonnes"),
        ("Width of the grid.", "Largeur de la grille."),
    )
    cell_size: float = _number(
        200.0,
        "m",
        (25.0, 5000.0),
        ("Cell size", "Taille d'un carreau"),
        ("Side of a cell; 200 m is INSEE's grid.", "Côté d'un carreau ; 200 m chez l'INSEE."),
        "INSEE, données carroyées",
        "found",
    )
    population: int = _number(
        50_000,
        "people",
        (1, 20_000_000),
        ("Residents", "Habitants"),
        ("Number of people who live on the grid.", "Nombre d'habitants du territoire."),
    )
    town_share: float = _number(
        0.80,
        "share",
        (0.0, 1.0),
        ("Residents of the main town", "Part de la ville principale"),
        ("Share of residents in the main town; the others live in settlements and scattered.",
         "Part des habitants dans la ville ; les autres vivent dans les bourgs ou dispersés."),
    )  # fmt: skip
    town_radius: float = _number(
        1.8,
        "km",
        (0.05, 50.0),
        ("Radius of the main town", "Rayon de la ville"),
        ("Distance over which the density of the main town falls to a third.",
         "Distance sur laquelle la densité de la ville tombe au tiers."),
        "exponential density profile; Clark (1951), doi 10.2307/2981088",
    )  # fmt: skip
    settlements: int = _number(
        8,
        "1",
        (0, 500),
        ("Settlements", "Bourgs et quartiers"),
        ("Villages, suburbs or estates around the main town.",
         "Villages, faubourgs ou cités autour de la ville."),
    )  # fmt: skip
    settlement_radius: float = _number(
        0.45,
        "km",
        (0.05, 10.0),
        ("Radius of settlements", "Rayon des bourgs"),
        ("Distance over which a settlement's density falls to a third.",
         "Distance sur laquelle la densité d'un bourg tombe au tiers."),
    )  # fmt: skip
    scattered_share: float = _number(
        0.04,
        "share",
        (0.0, 1.0),
        ("Scattered residents", "Habitat dispersé"),
        ("Share of residents in isolated houses and hamlets.",
         "Part des habitants en maisons isolées et hameaux."),
    )  # fmt: skip
    patchiness: float = _number(
        0.6,
        "log SD",
        (0.0, 2.0),
        ("Patchiness", "Hétérogénéité"),
        ("How unevenly neighbouring cells are inhabited.",
         "À quel point des carreaux voisins sont inégalement peuplés."),
    )  # fmt: skip
    youth_share: float = _number(
        0.17,
        "share",
        (0.0, 0.6),
        ("Aged 15-29", "Part des 15-29 ans"),
        ("Share of residents aged 15-29.", "Part des habitants de 15 à 29 ans."),
        "about 17-18 % of France's population (INSEE, census)",
        "recalled",
    )
    income_level: float = _number(
        0.97,
        "1",
        (0.2, 3.0),
        ("Standard of living", "Niveau de vie"),
        ("Mean standard of living relative to France.",
         "Niveau de vie moyen rapporté à celui de la France."),
    )  # fmt: skip
    income_spread: float = _number(
        0.15,
        "log SD",
        (0.0, 1.0),
        ("Spread of living standards", "Inégalités entre quartiers"),
        ("How much neighbourhoods differ in their standard of living.",
         "À quel point les quartiers diffèrent par leur niveau de vie."),
    )  # fmt: skip
    centre_radius: float = _number(
        0.9,
        "km",
        (0.0, 10.0),
        ("Radius of the town centre", "Rayon du centre-ville"),
        ("The town centre reaches this far from its middle.",
         "Distance du milieu au bord du centre-ville."),
    )  # fmt: skip
    retail_parks: int = _number(
        2,
        "1",
        (0, 50),
        ("Retail parks", "Zones commerciales"),
        ("Number of retail parks on the edge of the town.",
         "Nombre de zones commerciales en lisière de ville."),
    )  # fmt: skip
    park_distance: float = _number(
        4.0,
        "km",
        (0.0, 50.0),
        ("Distance of retail parks", "Distance des zones commerciales"),
        ("Distance from the centre to the retail parks.",
         "Distance du centre aux zones commerciales."),
    )  # fmt: skip
    premises_per_1000: float = _number(
        14.0,
        "premises per 1,000 residents",
        (0.0, 100.0),
        ("Commercial premises", "Locaux commerciaux"),
        ("Shops, restaurants and services, open or vacant, per 1,000 residents.",
         "Commerces, restaurants et services, ouverts ou vides, pour 1 000 habitants."),
        "13.4 commerces per 1,000 inhabitants in 2008 (INSEE, docs/sources.md), plus vacant ones",
        "derived",
    )  # fmt: skip
    centre_share: float = _number(
        0.60,
        "share",
        (0.0, 1.0),
        ("Premises in the centre", "Locaux du centre-ville"),
        ("Share of premises in the town centre.", "Part des locaux au centre-ville."),
    )
    park_share: float = _number(
        0.08,
        "share",
        (0.0, 1.0),
        ("Premises in retail parks", "Locaux des zones commerciales"),
        ("Share of premises in retail parks.", "Part des locaux en zone commerciale."),
    )
    floor_area: float = _number(
        80.0,
        "m2",
        (5.0, 2000.0),
        ("Median sales floor", "Surface médiane"),
        ("Median sales floor outside retail parks.", "Surface médiane hors zone commerciale."),
        "retail prototype; mean of French shops 240 m2 in 2017, large ones included",
    )
    park_floor_area: float = _number(
        1000.0,
        "m2",
        (20.0, 20000.0),
        ("Median sales floor in retail parks", "Surface médiane en zone commerciale"),
        ("Median sales floor in retail parks.", "Surface médiane en zone commerciale."),
        "retail prototype",
    )
