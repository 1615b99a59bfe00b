"""Arrays of the ground, its consumers and its shops."""

from __future__ import annotations

from typing import Final

_CELL = ("row", "column")
_PREMISES = ("premises",)
_SECTOR = ("sector",)
_SERIES = ("calendar_month",)
_ONE = ("one",)

RETAIL: Final = [
    # The ground and its people
    ("cell.residents", _CELL, "float32", "people", "Residents of all ages."),
    (
        "cell.purchasing_power",
        _CELL,
        "float32",
        "1",
        "Spending of a resident relative to the national mean.",
    ),
    (
        "cell.visitors",
        _CELL,
        "float32",
        "people",
        "Consumers from beyond the grid who enter through this cell, in residents' equivalents.",
    ),
    (
        "cell.consumers",
        _CELL,
        "float32",
        "people",
        "Residents weighted by purchasing power, plus visitors, for whom shops compete.",
    ),
    ("cell.zone", _CELL, "uint8", "code", "0 town centre, 1 periphery (retail park), 2 elsewhere."),
    ("cell.premises", _CELL, "float32", "premises", "Units of commercial premises in the cell."),
    (
        "cell.premises_nearby",
        _CELL,
        "float32",
        "premises",
        "Premises around the cell, weighted by walking distance.",
    ),
    (
        "cell.open_nearby",
        _CELL,
        "float32",
        "premises",
        "Open premises around the cell, weighted by walking distance.",
    ),
    ("cell.footfall", _CELL, "float32", "visits/day", "Visits a day to the shops of the cell."),
    (
        "cell.attraction",
        ("sector", *_CELL),
        "float32",
        "m2",
        "Attraction of the open shops of the cell, by sector.",
    ),
    (
        "cell.access",
        ("sector", *_CELL),
        "float32",
        "m2",
        "Attraction that a consumer living in the cell can reach, discounted by distance.",
    ),
    (
        "cell.revenue_per_attraction",
        ("sector", *_CELL),
        "float32",
        "people/m2",
        "Consumers won by one unit of attraction placed in the cell, by sector.",
    ),
    ("cell.open_premises", _CELL, "float32", "premises", "Open premises in the cell."),
    (
        "work.space",
        ("sector", "lane", "height", "width"),
        "float32",
        "1",
        "Scratch of potentials and flows; holds no meaning.",
    ),
    # Sectors
    (
        "sector.outside_attraction",
        _SECTOR,
        "float64",
        "m2",
        "Attraction of shops beyond the grid at the start, as felt from any cell.",
    ),
    (
        "sector.decay",
        ("sector", "component"),
        "float64",
        "1/cell",
        "Rates of the exponentials that make up the distance decay.",
    ),
    (
        "sector.decay_weight",
        ("sector", "component"),
        "float64",
        "share",
        "Weights of these exponentials; they add up to 1.",
    ),
    (
        "sector.consumer_spending",
        _SECTOR,
        "float64",
        "EUR/month",
        "Spending of a consumer in the sector this month, including online.",
    ),
    (
        "sector.spent_in_shops",
        _SECTOR,
        "float64",
        "EUR/month",
        "Spending won by shops on the grid.",
    ),
    ("sector.spent_outside", _SECTOR, "float64", "EUR/month", "Spending in shops beyond the grid."),
    ("sector.spent_online", _SECTOR, "float64", "EUR/month", "Spending online."),
    ("zone.footfall", ("zone",), "float64", "visits/day", "Visits a day to the shops of the zone."),
    # Exogenous drivers: this month's values and the dated series behind them
    ("driver.online_share", _SECTOR, "float64", "share", "Online share of the sector's spending."),
    ("driver.spending", _ONE, "float64", "1", "Real spending per head; 1 on the start date."),
    ("driver.costs", _ONE, "float64", "1", "Real fixed costs of a shop; 1 on the start date."),
    ("driver.periphery", _ONE, "float64", "1", "Peripheral floor space; 1 on the start date."),
    ("series.online_share", _SERIES, "float64", "share", "Online share of retail spending."),
    ("series.spending", _SERIES, "float64", "1", "Index of real retail spending per head."),
    ("series.costs", _SERIES, "float64", "1", "Index of the real fixed costs of shops."),
    ("series.periphery", _SERIES, "float64", "1", "Index of peripheral floor space."),
    # The town as a whole, set once by the starting state
    (
        "town.usual_vacancy",
        _ONE,
        "float64",
        "share",
        "Stationary vacancy at the start, the reference for the share of open premises.",
    ),
    (
        "town.neighbourhood_decay",
        _ONE,
        "float64",
        "1/cell",
        "Distance decay of the weight of nearby premises.",
    ),
    (
        "town.closure_age_scale",
        _ONE,
        "float64",
        "1",
        "Scale that keeps the mean closure rate for any shape of its dependence on age.",
    ),
    # Commercial premises and their occupants
    ("premises.id", _PREMISES, "int64", "id", "Permanent id, a key of the random draws."),
    ("premises.cell_row", _PREMISES, "int32", "index", "Flat index of the cell."),
    (
        "premises.sector",
        _PREMISES,
        "uint8",
        "code",
        "0 convenience, 1 comparison, 2 hospitality and services.",
    ),
    ("premises.zone", _PREMISES, "uint8", "code", "Zone of the cell."),
    ("premises.floor_area", _PREMISES, "float32", "m2", "Sales floor."),
    ("premises.size_attraction", _PREMISES, "float32", "m2", "Floor area to the power alpha."),
    ("premises.is_open", _PREMISES, "uint8", "0/1", "1 if a shop trades, 0 if vacant."),
    (
        "premises.event",
        _PREMISES,
        "uint8",
        "code",
        "Event of this month: 0 nothing, 1 the shop closed, 2 the premises were relet, "
        "3 a project took them.",
    ),
    (
        "premises.tenancy",
        _PREMISES,
        "int32",
        "count",
        "Occupants so far, including the present one.",
    ),
    ("premises.shop_age", _PREMISES, "int32", "months", "Age of the shop; 0 if vacant."),
    ("premises.months_vacant", _PREMISES, "int32", "months", "Months without a shop; 0 if open."),
    (
        "premises.quality",
        _PREMISES,
        "float32",
        "1",
        "Attraction of the occupant relative to an average one in its place.",
    ),
    (
        "premises.open_share_nearby",
        _PREMISES,
        "float32",
        "share",
        "Share of open premises nearby, shrunk towards the usual share if few are near.",
    ),
    (
        "premises.attraction",
        _PREMISES,
        "float32",
        "m2",
        "Attraction that an average occupant has here this month.",
    ),
    ("premises.revenue", _PREMISES, "float32", "EUR/month", "Turnover of the shop; 0 if vacant."),
    (
        "premises.fixed_costs",
        _PREMISES,
        "float32",
        "EUR/month",
        "Fixed costs without rent, at the start date's prices and size.",
    ),
    ("premises.rent", _PREMISES, "float32", "EUR/month", "Rent, at the start date's prices."),
    ("premises.rent_at_start", _PREMISES, "float32", "EUR/month", "Rent on the start date."),
    (
        "premises.margin",
        _PREMISES,
        "float32",
        "1",
        "Open: gross margin over fixed costs minus 1, mean over some 12 months. "
        "Vacant: that of an average entrant.",
    ),
    ("premises.reserves", _PREMISES, "float32", "months", "Reserves in months of fixed costs."),
]
