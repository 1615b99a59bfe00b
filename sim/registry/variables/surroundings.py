"""Arrays of surroundings of people and projects: fields over cells, and the town as a whole."""

from __future__ import annotations

from typing import Any, Final

SURROUNDINGS: Final[list[tuple[Any, ...]]] = [
    # What is around homes: offices, jobs, the young, projects, customers
    ("cell.office", "int16", "index", "Office in charge of the cell."),
    ("cell.project_jobs", "float32", "jobs", "Jobs of running projects in the cell."),
    (
        "cell.project_jobs_nearby",
        "float32",
        "jobs",
        "Jobs of projects around the cell, weighted by distance.",
    ),
    ("cell.project_jobs_at_start", "float32", "jobs", "The same on the start date."),
    (
        "cell.jobs_at_start",
        "float32",
        "jobs",
        "Jobs of running projects in the cell on the start date.",
    ),
    ("cell.shop_jobs", "float32", "jobs", "Jobs of open shops in the cell."),
    (
        "cell.shop_jobs_nearby",
        "float32",
        "jobs",
        "Jobs of open shops around the cell, weighted by distance, where anybody reacts to them.",
    ),
    (
        "cell.usual_shop_jobs",
        "float32",
        "jobs",
        "The same as to be expected if the world outside stood still.",
    ),
    (
        "cell.active_youth",
        "float32",
        "people",
        "Residents of the cell aged 15 to 29 who took part last month.",
    ),
    (
        "cell.active_youth_nearby",
        "float32",
        "people",
        "The same around the cell, weighted by distance, where anybody reacts to them.",
    ),
    (
        "cell.youth_places_nearby",
        "float32",
        "people",
        "Places of youth around the cell, weighted by distance.",
    ),
    (
        "cell.ecological_gained",
        "float32",
        "projects per 1,000 residents",
        "Weights of running projects on the ecological dimension around the cell, gained since the "
        "start, weighted by distance like the jobs, where anything reacts to them.",
    ),
    (
        "cell.ecological_at_start",
        "float32",
        "projects",
        "The same on the start date, not per resident.",
    ),
    (
        "cell.social_gained",
        "float32",
        "projects per 1,000 residents",
        "Weights of running projects on the social dimension around the cell, gained since the "
        "start, weighted by distance like the jobs, where anything reacts to them.",
    ),
    (
        "cell.social_at_start",
        "float32",
        "projects",
        "The same on the start date, not per resident.",
    ),
    (
        "cell.cultural_gained",
        "float32",
        "projects per 1,000 residents",
        "Weights of running projects on the cultural dimension around the cell, gained since the "
        "start, weighted by distance like the jobs, where anything reacts to them.",
    ),
    (
        "cell.cultural_at_start",
        "float32",
        "projects",
        "The same on the start date, not per resident.",
    ),
    (
        "cell.residents_nearby",
        "float32",
        "people",
        "Residents around the cell on the start date, weighted by distance like the jobs.",
    ),
    (
        "cell.moved_consumers",
        "float32",
        "people",
        "Consumers' equivalents of spending that visits to third places and project jobs bring to "
        "the cell, less what its residents spend there instead.",
    ),
    (
        "cell.place_visitors",
        "float32",
        "visits/day",
        "Daily visitors of third places within 400 m.",
    ),
    # The town as a whole
    ("town.cell_km", "float64", "km", "Side of a cell."),
    (
        "town.arrival_rate",
        "float64",
        "1/year",
        "Rate at which a vacant place of youth is taken by an arrival, balanced at the start.",
    ),
    (
        "town.active_youth_share",
        "float64",
        "share",
        "Share of the places of youth whose holder took part, on the start date.",
    ),
    (
        "town.base_interest",
        "float64",
        "1",
        "Mean base interest of youth that sustains the starting participation.",
    ),
    (
        "town.idea_rate",
        "float64",
        "1/year",
        "Rate at which an average latent entrepreneur has an idea.",
    ),
    (
        "town.abandonment",
        "float64",
        "share",
        "Monthly probability that a holder gives up a project before it runs.",
    ),
    (
        "town.usual_approval",
        "float64",
        "share",
        "Probability that a file without a public partner is approved at the start's trust.",
    ),
    (
        "town.usual_funding",
        "float64",
        "share",
        "Monthly probability that a project without partners finds its capital by itself.",
    ),
    (
        "town.usual_risk",
        "float64",
        "1",
        "Risk that a project without partners ends, relative to an average one at the start.",
    ),
    (
        "town.examination_months",
        "float64",
        "months",
        "Examination of a file at the start, excluding the wait.",
    ),
    (
        "town.reference_footfall",
        "float64",
        "visits/day",
        "Median footfall of the cells of the centre at the start.",
    ),
    (
        "town.classic_birth_rate",
        "float64",
        "per 1,000 residents and year",
        "Births of classic firms, an exogenous background.",
    ),
    (
        "town.takeover_rate",
        "float64",
        "1/year",
        "Rate at which vacant premises are taken by projects at the start.",
    ),
]
"""Rows of `sim.registry.variables.VARIABLES`."""
