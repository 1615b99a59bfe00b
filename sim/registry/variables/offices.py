"""Arrays of officials and their offices."""

from __future__ import annotations

from typing import Any, Final

OFFICES: Final[list[tuple[Any, ...]]] = [
    # Officials and their offices
    ("official.id", "int64", "id", "Permanent id, a key of the random draws."),
    ("official.cell_row", "int32", "index", "Flat index of the cell of the office."),
    ("official.office", "int16", "index", "Office that the official belongs to."),
    ("official.is_elected", "uint8", "0/1", "1 if elected, 0 for civil servants."),
    ("official.openness", "float32", "share", "Openness to responsible innovation."),
    ("official.trust", "float32", "share", "Trust in the holders of local projects."),
    ("official.at_place", "uint8", "0/1", "1 if present this month."),
    (
        "official.third_place",
        "int16",
        "index",
        "Open third place that the official goes to, if any; -1 with none in reach.",
    ),
    (
        "official.visit_probability",
        "float32",
        "share",
        "Share of the time for which the official would be a member once it is well known.",
    ),
    (
        "official.member_of",
        "int16",
        "index",
        "Third place that the official is a member of this month; -1 for none.",
    ),
    ("official.member_since", "int32", "months", "Month of the run in which it began."),
    ("official.last_place", "int16", "index", "Third place of the last visit; -1 before."),
    (
        "official.recency",
        "uint8",
        "months",
        "12 in a month with a visit to a third place, one less each month from then, down to 0.",
    ),
    ("office.cell_row", "int32", "index", "Flat index of its cell."),
    ("office.trust", "float32", "share", "Mean trust of its officials."),
    ("office.trust_at_start", "float32", "share", "The same on the start date."),
    ("office.engineering_hours", "float32", "hours/month", "Project engineering by its own staff."),
    ("office.engineering_hours_at_start", "float32", "hours/month", "The same on the start date."),
    (
        "office.usual_triage",
        "uint8",
        "code",
        "How it gives these hours to ideas unless an intervention changes it: 1 shared, 2 in "
        "order, 3 by readiness.",
    ),
    ("office.triage", "uint8", "code", "How it gave them this month."),
    (
        "office.idle_hours",
        "float64",
        "hours/month",
        "Hours that reached no idea this month: none could take them, or, in equal shares, the "
        "share exceeded its need.",
    ),
    ("office.ideas_in_work", "int32", "projects", "Ideas that need these hours."),
    (
        "office.review_capacity",
        "float32",
        "files/month",
        "Files that can be opened per month without embedded officials.",
    ),
    ("office.review_capacity_at_start", "float32", "files/month", "The same on the start date."),
    (
        "office.tax_base",
        "float32",
        "1",
        "Revenue from residents and shops of the area in January; 1 on the start date.",
    ),
    (
        "office.resident_base",
        "float64",
        "people",
        "Residents of the area in January, weighted by purchasing power.",
    ),
    ("office.resident_base_at_start", "float64", "people", "The same on the start date."),
    (
        "office.shop_base",
        "float64",
        "EUR/month",
        "Rents of the start of the area's premises that were open in January.",
    ),
    ("office.shop_base_at_start", "float64", "EUR/month", "The same on the start date."),
    (
        "office.embedded_capacity",
        "float32",
        "files/month",
        "Additional files opened by officials embedded in third places.",
    ),
    (
        "office.review_credit",
        "float32",
        "files",
        "Unused capacity of earlier months, at most one file.",
    ),
    ("office.queue_first", "int32", "index", "Entrepreneur with the next file; -1."),
    ("office.queue_last", "int32", "index", "Entrepreneur with the last file; -1."),
    ("office.waiting", "int32", "files", "Files waiting to be opened."),
]
"""Rows of `sim.registry.variables.VARIABLES`."""
