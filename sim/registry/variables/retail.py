"""Arrays of the ground, its consumers and its shops."""

from __future__ import annotations

from typing import Any, Final

RETAIL: Final[list[tuple[Any, ...]]] = [
    # The ground and its people
    ("cell.residents", "float32", "people", "Residents of all ages."),
    (
        "cell.residents_drawn",
        "float32",
        "1",
        "Relative gain in residents who came (above 0) or left (below) for the shops around.",
    ),
    (
        "cell.purchasing_power",
        "float32",
        "1",
        "Spending of a resident relative to the national mean.",
    ),
    (
        "cell.visitors",
        "float32",
        "people",
        "Consumers from beyond the grid who enter through this cell, in residents' equivalents.",
    ),
    (
        "cell.consumers",
        "float32",
        "people",
        "Residents weighted by purchasing power, plus visitors, for whom shops compete.",
    ),
    (
        "cell.zone",
        "uint8",
        "code",
        "0 town centre, 1 periphery (retail park), 2 elsewhere; 3 more in the buffer of a place.",
    ),
    (
        "cell.income_third",
        "uint8",
        "code",
        "Third of residents by income at the start: 0 poorest, 1 middle, 2 richest.",
    ),
    ("cell.premises", "float32", "premises", "Units of commercial premises in the cell."),
    (
        "cell.premises_nearby",
        "float32",
        "premises",
        "Premises around the cell, weighted by walking distance.",
    ),
    (
        "cell.open_nearby",
        "float32",
        "premises",
        "Open premises around the cell, weighted by walking distance.",
    ),
    (
        "cell.usual_open",
        "float32",
        "premises",
        "The same as to be expected if the world outside stood still.",
    ),
    ("cell.footfall", "float32", "visits/day", "Visits a day to the shops of the cell."),
    (
        "cell.attraction",
        "float32",
        "m2",
        "Attraction of the open shops of the cell, by sector.",
        ("sector", "row", "column"),
    ),
    (
        "cell.demand",
        "float32",
        "people",
        "Consumers by what they spend on site, relative to one whose spending online is usual.",
        ("sector", "row", "column"),
    ),
    (
        "cell.access",
        "float32",
        "m2",
        "Attraction that a consumer living in the cell can reach, discounted by distance.",
        ("sector", "row", "column"),
    ),
    (
        "cell.revenue_per_attraction",
        "float32",
        "people/m2",
        "Consumers won by one unit of attraction placed in the cell, by sector.",
        ("sector", "row", "column"),
    ),
    ("cell.open_premises", "float32", "premises", "Open premises in the cell."),
    (
        "work.space",
        "float32",
        "1",
        "Scratch of potentials and flows; holds no meaning.",
        ("sector", "lane", "height", "width"),
    ),
    # Sectors
    (
        "sector.outside_attraction",
        "float64",
        "m2",
        "Attraction of shops beyond the grid at the start, as felt from any cell.",
    ),
    (
        "sector.decay",
        "float64",
        "1/cell",
        "Rates of the exponentials that make up the distance decay.",
        ("sector", "component"),
    ),
    (
        "sector.decay_weight",
        "float64",
        "share",
        "Weights of these exponentials; they add up to 1.",
        ("sector", "component"),
    ),
    (
        "sector.consumer_spending",
        "float64",
        "EUR/month",
        "Spending of a consumer in the sector this month, including online.",
    ),
    (
        "sector.spent_in_shops",
        "float64",
        "EUR/month",
        "Spending of the place's consumers in its shops.",
    ),
    ("sector.spent_outside", "float64", "EUR/month", "Their spending in shops elsewhere."),
    ("sector.spent_online", "float64", "EUR/month", "Their spending online."),
    ("zone.footfall", "float64", "visits/day", "Visits a day to the shops of the zone."),
    # Exogenous drivers: this month's values and the dated series behind them
    (
        "driver.online_share",
        "float64",
        "share",
        "Online share of the sector's spending.",
        ("sector",),
    ),
    ("driver.spending", "float64", "1", "Real spending per head; 1 on the start date."),
    ("driver.costs", "float64", "1", "Real fixed costs of a shop; 1 on the start date."),
    ("driver.periphery", "float64", "1", "Peripheral floor space; 1 on the start date."),
    ("series.online_share", "float64", "share", "Online share of retail spending."),
    ("series.spending", "float64", "1", "Index of real retail spending per head."),
    ("series.costs", "float64", "1", "Index of the real fixed costs of shops."),
    ("series.periphery", "float64", "1", "Index of peripheral floor space."),
    # The town as a whole, set once by the starting state
    (
        "town.usual_vacancy",
        "float64",
        "share",
        "Stationary vacancy at the start, the reference for the share of open premises.",
    ),
    (
        "town.neighbourhood_decay",
        "float64",
        "1/cell",
        "Distance decay of the weight of nearby premises.",
    ),
    (
        "town.closure_age_scale",
        "float64",
        "1",
        "Scale that keeps the mean closure rate for any shape of its dependence on age.",
    ),
    # Its own fortune, from month to month
    (
        "town.spending_shock",
        "float64",
        "log",
        "Spending here relative to the national course, in logarithms; 0 on the start date.",
    ),
    # Commercial premises and their occupants
    ("premises.id", "int64", "id", "Permanent id, a key of the random draws."),
    ("premises.cell_row", "int32", "index", "Flat index of the cell."),
    (
        "premises.sector",
        "uint8",
        "code",
        "0 convenience, 1 comparison, 2 hospitality and services.",
    ),
    ("premises.zone", "uint8", "code", "Zone of the premises, coded like that of a cell."),
    ("premises.floor_area", "float32", "m2", "Sales floor."),
    ("premises.size_attraction", "float32", "m2", "Floor area to the power alpha."),
    ("premises.jobs", "float32", "jobs", "Jobs of a shop that trades here."),
    ("premises.is_open", "uint8", "0/1", "1 if a shop trades, 0 if vacant."),
    (
        "premises.event",
        "uint8",
        "code",
        "Event of this month: 0 nothing, 1 the shop closed and left them vacant, 2 the premises "
        "were relet, 3 a project took them, 4 the shop closed and a successor took over.",
    ),
    ("premises.tenancy", "int32", "count", "Occupants so far, including the present one."),
    ("premises.shop_age", "int32", "months", "Age of the shop; 0 if vacant."),
    ("premises.months_vacant", "int32", "months", "Months without a shop; 0 if open."),
    (
        "premises.lettability",
        "float32",
        "1",
        "Rate at which these premises are let when vacant, relative to the mean of all; permanent.",
    ),
    (
        "premises.quality",
        "float32",
        "1",
        "Attraction of the occupant relative to an average one in its place.",
    ),
    (
        "premises.open_share_nearby",
        "float32",
        "share",
        "Share of open premises nearby, shrunk towards the usual share if few are near.",
    ),
    (
        "premises.attraction",
        "float32",
        "m2",
        "Attraction that an average occupant has here this month.",
    ),
    ("premises.revenue", "float32", "EUR/month", "Turnover of the shop; 0 if vacant."),
    (
        "premises.fixed_costs",
        "float32",
        "EUR/month",
        "Fixed costs without rent, at the start date's prices and size.",
    ),
    ("premises.rent", "float32", "EUR/month", "Rent, at the start date's prices."),
    ("premises.rent_at_start", "float32", "EUR/month", "Rent on the start date."),
    (
        "premises.margin",
        "float32",
        "1",
        "Open: gross margin over fixed costs minus 1, mean over some 12 months. "
        "Vacant: that of an average entrant.",
    ),
    ("premises.reserves", "float32", "months", "Reserves in months of fixed costs."),
]
