"""Arrays of entrepreneurs, their projects, and kinds of projects."""

from __future__ import annotations

from typing import Any, Final

PROJECTS: Final[list[tuple[Any, ...]]] = [
    # Entrepreneurs and the project that each may carry
    ("entrepreneur.id", "int64", "id", "Permanent id, a key of the random draws."),
    ("entrepreneur.cell_row", "int32", "index", "Flat index of the home cell."),
    (
        "entrepreneur.tenancy",
        "int32",
        "count",
        "Holders of the row so far; a new one follows only removal by hand.",
    ),
    ("entrepreneur.office", "int16", "index", "Office in charge of the cell."),
    ("entrepreneur.skills", "uint16", "bits", "Competences, one bit each of twelve."),
    ("entrepreneur.skill", "float32", "share", "Ability to carry a project, 0-1."),
    (
        "entrepreneur.openness",
        "float32",
        "share",
        "Openness to responsible innovation and to working with others.",
    ),
    (
        "entrepreneur.exposure",
        "float32",
        "share",
        "Stock of ideas and contacts from encounters, which fades.",
    ),
    (
        "entrepreneur.stage",
        "uint8",
        "code",
        "0 latent, 1 idea, 2 in review, 3 incubating, 4 running, 5 ended this month.",
    ),
    (
        "entrepreneur.event",
        "uint8",
        "code",
        "This month: 0 nothing, 1 idea, 2 applied, 3 approved, 4 refused, 5 abandoned, 6 born, "
        "7 ended.",
    ),
    (
        "entrepreneur.projects",
        "int32",
        "count",
        "Projects begun so far, including the present one.",
    ),
    ("entrepreneur.stage_months", "int16", "months", "Months in this stage."),
    ("entrepreneur.project_months", "int16", "months", "Months since the idea."),
    ("entrepreneur.months_to_birth", "int16", "months", "Months from idea to birth; 0 before."),
    ("entrepreneur.kind", "uint8", "index", "Kind of the project."),
    (
        "entrepreneur.weight",
        "float32",
        "share",
        "Weights of the project on the economic, ecological, social and cultural dimension; "
        "they add up to 1.",
        ("entrepreneur", "dimension"),
    ),
    (
        "entrepreneur.origin",
        "uint8",
        "code",
        "Initiator of the project: 0 resident, 1 youth, 2 entrepreneur, 3 official.",
    ),
    ("entrepreneur.team", "int16", "people", "Youth with a role in the project."),
    ("entrepreneur.partners", "int16", "count", "Partners of the project."),
    ("entrepreneur.has_public_partner", "uint8", "0/1", "1 if an official is a partner."),
    (
        "entrepreneur.supporter",
        "int16",
        "index",
        "First account that supported the project, -1 for none.",
    ),
    (
        "entrepreneur.is_member",
        "uint8",
        "0/1",
        "1 if the project is a member of a cooperation hub.",
    ),
    ("entrepreneur.engineering", "float32", "hours", "Project engineering received so far."),
    (
        "entrepreneur.facilitation",
        "float32",
        "hours",
        "Facilitation received from third places this month.",
    ),
    (
        "entrepreneur.accompanied_by",
        "int16",
        "index",
        "Third place whose facilitators accompany the project; -1 for none.",
    ),
    (
        "entrepreneur.accompanied_hours",
        "float32",
        "hours",
        "Hours that these facilitators have spent on it so far.",
    ),
    (
        "entrepreneur.review_left",
        "float32",
        "months",
        "Examination left once the file is opened; 0 while it waits.",
    ),
    (
        "entrepreneur.review_months",
        "int16",
        "months",
        "Months from filing of the present or last file, up to its decision.",
    ),
    (
        "entrepreneur.queue_next",
        "int32",
        "index",
        "Entrepreneur whose file was filed next at the same office; -1 for the last.",
    ),
    (
        "entrepreneur.risk_ratio",
        "float32",
        "1",
        "Risk of the running project to end relative to an average one.",
    ),
    (
        "entrepreneur.premises_row",
        "int32",
        "index",
        "Premises of the running project; -1 if it needs or found none.",
    ),
    ("entrepreneur.at_place", "uint8", "0/1", "1 if present this month."),
    (
        "entrepreneur.third_place",
        "int16",
        "index",
        "Open third place that the person goes to, if any; -1 with none in reach.",
    ),
    (
        "entrepreneur.visit_probability",
        "float32",
        "share",
        "Share of the time for which the person would be a member once it is well known.",
    ),
    (
        "entrepreneur.member_of",
        "int16",
        "index",
        "Third place that the person is a member of this month; -1 for none.",
    ),
    ("entrepreneur.member_since", "int32", "months", "Month of the run in which it began."),
    ("entrepreneur.last_place", "int16", "index", "Third place of the last visit; -1 before."),
    (
        "entrepreneur.recency",
        "uint8",
        "months",
        "12 in a month with a visit to a third place, one less each month from then, down to 0.",
    ),
    # Scratch of the project processes, meaningless between them
    (
        "work.project_row",
        "int32",
        "index",
        "Scratch: rows with a project this month, in order; the first `work.projects` are valid.",
        ("entrepreneur",),
    ),
    ("work.projects", "int64", "projects", "Scratch: number of these rows.", ("one",)),
    ("work.luck", "uint32", "1", "Scratch for random words.", ("entrepreneur",)),
    ("work.grant_key", "uint64", "1", "Scratch for priorities of grants.", ("entrepreneur",)),
    ("work.grant_row", "int64", "1", "Scratch for the rows of these keys.", ("entrepreneur",)),
    ("work.office_hours", "float64", "1", "Scratch for hours of an office.", ("entrepreneur",)),
    ("work.triage_key", "uint64", "1", "Scratch for priorities in triage.", ("entrepreneur",)),
    ("work.triage_row", "int64", "1", "Scratch for the rows of these keys.", ("entrepreneur",)),
    # Project kinds, from the catalogue
    ("project_kind.share", "float32", "share", "Share of ideas of this kind."),
    (
        "project_kind.engineering_hours",
        "float32",
        "hours",
        "Engineering that an idea needs before it can apply or start.",
    ),
    ("project_kind.needs_approval", "uint8", "0/1", "1 if an office must approve it."),
    ("project_kind.capital", "int64", "cents", "Money needed before birth; 0 for none."),
    ("project_kind.needs_premises", "uint8", "0/1", "1 if it runs in a shop."),
    ("project_kind.sector", "uint8", "code", "Retail sector whose premises it can take."),
    ("project_kind.jobs", "float32", "jobs", "Jobs of a running project."),
    ("project_kind.risk_ratio", "float32", "1", "Risk to end relative to all firms."),
    (
        "project_kind.weight",
        "float32",
        "share",
        "Mean weights on the four dimensions; they add up to 1.",
        ("project_kind", "dimension"),
    ),
]
"""Rows of `sim.registry.variables.VARIABLES`."""
