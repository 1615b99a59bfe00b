"""Arrays of remote workers: residents of 30 or more who might want a desk near home."""

from __future__ import annotations

from typing import Any, Final

WORKERS: Final[list[tuple[Any, ...]]] = [
    ("worker.id", "int64", "id", "Permanent id, a key of the random draws."),
    ("worker.cell_row", "int32", "index", "Flat index of the home cell."),
    (
        "worker.skills",
        "uint16",
        "bits",
        "Competences, one bit each of twelve; the first three are digital and creative.",
    ),
    ("worker.at_place", "uint8", "0/1", "1 if at a desk of a third place this month."),
    (
        "worker.third_place",
        "int16",
        "index",
        "Open third place that the worker goes to, if any; -1 with none in reach.",
    ),
    (
        "worker.visit_probability",
        "float32",
        "share",
        "Share of the time for which the worker would be a member once it is well known.",
    ),
    (
        "worker.member_of",
        "int16",
        "index",
        "Third place that the worker is a member of this month; -1 for none.",
    ),
    ("worker.member_since", "int32", "months", "Month of the run in which it began."),
    ("worker.last_place", "int16", "index", "Third place of the last visit; -1 before."),
    (
        "worker.recency",
        "uint8",
        "months",
        "12 in a month with a visit to a third place, one less each month from then, down to 0.",
    ),
]
