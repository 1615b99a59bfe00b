"""Arrays of youth: places in the population for residents aged 15 to 29."""

from __future__ import annotations

from typing import Any, Final

YOUTH: Final[list[tuple[Any, ...]]] = [
    # Youth: places for residents aged 15 to 29, held by one person after another
    ("youth.id", "int64", "id", "Permanent id of the place, a key of its random draws."),
    ("youth.cell_row", "int32", "index", "Flat index of the home cell."),
    ("youth.zone", "uint8", "code", "Zone of the home cell."),
    ("youth.income_third", "uint8", "code", "Third of the home cell by income."),
    ("youth.tenancy", "int32", "count", "Holders of the place so far."),
    ("youth.is_present", "uint8", "0/1", "1 if the holder lives here, 0 if gone."),
    ("youth.age", "int16", "months", "Age of the holder, 180 to 359 months."),
    (
        "youth.event",
        "uint8",
        "code",
        "This month: 0 nothing, 1 left the territory, 2 arrived, 3 turned 30; as a rule a "
        "resident who turns 15 succeeded.",
    ),
    ("youth.threshold", "float32", "1", "Motivation above which the person takes part."),
    ("youth.base_interest", "float32", "1", "Interest without any exposure."),
    ("youth.interest", "float32", "1", "Interest in local projects."),
    ("youth.is_active", "uint8", "0/1", "1 if the person took part this month."),
    (
        "youth.seen",
        "uint8",
        "code",
        "As seen by acquaintances last month: 0 nobody, 1 somebody, 17 a participant; the sum of "
        "eight holds both counts in a byte.",
    ),
    (
        "youth.seen_change",
        "uint8",
        "code",
        "Change of `youth.seen` since the month before, modulo 256.",
    ),
    (
        "youth.seen_around",
        "uint8",
        "code",
        "Sum of `youth.seen` over acquaintances: those present in the lower four bits, "
        "participants in the upper.",
    ),
    (
        "youth.neighbour",
        "int32",
        "index",
        "Places of acquaintances, a fixed small world; the own place if nobody is in reach.",
        ("youth", "neighbour"),
    ),
    (
        "youth.known_by",
        "int32",
        "index",
        "Places that have each place as an acquaintance, listed one after the other; then -1.",
        ("youth", "neighbour"),
    ),
    ("youth.known_by_end", "int32", "index", "End of each place's section in that list."),
    (
        "youth.role",
        "int32",
        "index",
        "Entrepreneur whose project gives the person a role; -1 without one.",
    ),
    ("youth.at_place", "uint8", "0/1", "1 if present at a third place this month."),
    ("youth.exposure", "float32", "1", "Exposure from this month's encounters."),
    (
        "youth.third_place",
        "int16",
        "index",
        "Open third place that the person goes to, if any; -1 with none in reach.",
    ),
    (
        "youth.visit_probability",
        "float32",
        "share",
        "Share of the time for which the person would be a member once it is well known.",
    ),
    (
        "youth.member_of",
        "int16",
        "index",
        "Third place that the person is a member of this month; -1 for none.",
    ),
    ("youth.member_since", "int32", "months", "Month of the run in which it began."),
    ("youth.last_place", "int16", "index", "Third place of the last visit; -1 before."),
    (
        "youth.recency",
        "uint8",
        "months",
        "12 in a month with a visit to a third place, one less each month from then, down to 0.",
    ),
]
"""Rows of `sim.registry.variables.VARIABLES`."""
