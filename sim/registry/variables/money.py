"""Arrays of third places, of the accounts that pay for them, and of the ledger."""

from __future__ import annotations

from typing import Any, Final

SOURCE_MEANINGS: Final = {
    "public": "Public money of an intervention.",
    "matched": "Money of other funders that comes in along with public money.",
    "own_revenue": "Fees that users of third places pay.",
}
LINE_MEANINGS: Final = {
    "set_up": "Setting up the seats of third places.",
    "seats": "Running costs of third places, by seat.",
    "facilitation": "Facilitators, project engineers and embedded officials.",
    "grants": "Seed grants to projects.",
    "events": "Evenings of ideas, and assemblies that vote on projects.",
    "subsidies": "Support of shops: rents, openings and shop fronts.",
    "elsewhere": "Spending without any effect in the model: the placebo's.",
}

SOURCES: Final = tuple(SOURCE_MEANINGS)
"""Sources of money, in the order of the codes."""

LINES: Final = tuple(LINE_MEANINGS)
"""Lines of spending, in the order of the codes."""

MONEY: Final[list[tuple[Any, ...]]] = [
    # Third places, one row for each that may open during the run
    ("third_place.cell_row", "int32", "index", "Flat index of the cell."),
    ("third_place.account", "int16", "index", "Account of the place."),
    ("third_place.kind", "uint8", "index", "Kind in the catalogue."),
    ("third_place.is_open", "uint8", "0/1", "1 where open."),
    ("third_place.was_open", "uint8", "0/1", "1 if open when people last chose a place."),
    ("third_place.age", "int32", "months", "Months since opening, including this one."),
    ("third_place.seats", "int32", "seats", "Seats; the use of members adds up to no more."),
    (
        "third_place.seats_used",
        "float64",
        "seats",
        "Seats that this month's users take up, each with the share that one of its kind uses.",
    ),
    ("third_place.staff", "float32", "FTE", "Facilitators paid this month."),
    ("third_place.hours_paid", "float32", "hours/month", "Paid hours of these facilitators."),
    (
        "third_place.is_mobile",
        "uint8",
        "0/1",
        "1 for travelling facilitators: no seats, no encounters, hours for ideas in reach.",
    ),
    (
        "third_place.users",
        "int32",
        "people",
        "Users present this month; for travelling facilitators, the people they meet.",
    ),
    ("third_place.holders", "int32", "people", "Entrepreneurs among them."),
    ("third_place.workers", "int32", "people", "Remote workers among them."),
    ("third_place.joined", "int32", "people", "Those among them who joined this month."),
    (
        "third_place.hours",
        "float32",
        "hours/month",
        "Facilitation and engineering given this month.",
    ),
    (
        "third_place.idea_hours",
        "float32",
        "hours/month",
        "Part of it that went into the engineering of ideas.",
    ),
    (
        "third_place.accompanied",
        "int32",
        "projects",
        "Projects that its facilitators accompany this month.",
    ),
    ("third_place.reach", "float32", "cells", "Distance over which visits fall to 1/e."),
    (
        "third_place.youth_visits",
        "float32",
        "share",
        "Share of the time for which a youth next door wants to be a member.",
    ),
    (
        "third_place.entrepreneur_visits",
        "float32",
        "share",
        "Share of the time for which an entrepreneur next door wants to be a member.",
    ),
    (
        "third_place.official_visits",
        "float32",
        "share",
        "Share of the time for which an official next door, as invited there, wants to be one.",
    ),
    (
        "third_place.worker_visits",
        "float32",
        "share",
        "Share of the time for which a remote worker next door wants to be a member.",
    ),
    ("third_place.mentoring", "float32", "1", "Engineering provided by an hour of its staff."),
    (
        "third_place.machines",
        "float32",
        "share",
        "Equipment for making things, which lets projects do part of their own engineering.",
    ),
    ("third_place.trials", "float32", "1", "Risk ratio of projects tested with users there."),
    ("third_place.seat_cost", "int64", "cents/month", "Cost of a seat."),
    (
        "third_place.seat_floor",
        "float32",
        "m2",
        "Floor that a seat takes in premises of the centre; 0 for seats in built rooms.",
    ),
    ("third_place.floor", "float32", "m2", "Sales floor of the premises that it occupies."),
    ("third_place.volunteer_share", "float32", "share", "Users who give hours to the place."),
    (
        "third_place.volunteer_hours",
        "float32",
        "hours/month",
        "Hours that volunteers give this month, on top of paid ones.",
    ),
    ("third_place.fee", "int64", "cents/month", "Mean fee of a full-time seat."),
    (
        "third_place.review_share",
        "float32",
        "share",
        "Share of supported applications examined on the spot (the short loop).",
    ),
    (
        "third_place.is_top_down",
        "uint8",
        "0/1",
        "1 if officials choose the ideas, 0 if residents bring them.",
    ),
    # Accounts: the money of one intervention, or of the places that exist at the start
    ("account.is_active", "uint8", "0/1", "1 from its start to its stop."),
    ("account.funding", "int64", "cents/month", "Income from public money."),
    (
        "account.matched_funding",
        "int64",
        "cents/month",
        "Income from other funders that match public money.",
    ),
    (
        "account.set_up",
        "int64",
        "cents",
        "Public money received this month to set up places, spent at once; 0 afterwards.",
    ),
    (
        "account.reserves",
        "int64",
        "cents",
        "Public money received this month as reserves for seats; 0 afterwards.",
    ),
    (
        "account.embedded_officials",
        "float32",
        "FTE",
        "Officials of the office at `account.cell_row` that facilitation money pays first, to "
        "examine files at its places.",
    ),
    (
        "account.split",
        "float64",
        "share",
        "Shares of the lines in the income left after seats; they add up to 1.",
        ("account", "line"),
    ),
    ("account.grant", "int64", "cents", "Largest seed grant to one project; 0 for none."),
    (
        "account.bank_loans",
        "int64",
        "cents",
        "Bank loans that its grants of this month unlocked; not its money.",
    ),
    (
        "account.grant_reach",
        "float32",
        "cells",
        "Maximum distance of project holders' homes from `account.cell_row` for a grant.",
    ),
    (
        "account.triage",
        "uint8",
        "code",
        "How offices in that reach give hours to ideas: 0 as before, 1 shared, 2 in order, 3 by "
        "readiness.",
    ),
    ("account.cell_row", "int32", "index", "Flat index of its central cell."),
    (
        "account.shares_staff",
        "uint8",
        "0/1",
        "1 if facilitators go where the users of its places are, 0 if by seats.",
    ),
    (
        "account.evening_participants",
        "float32",
        "people",
        "Participants of this month's evening of ideas.",
    ),
    (
        "account.participant_cost",
        "int64",
        "cents",
        "Cost per participant of an evening; 0 without evenings.",
    ),
    ("account.evening_every", "int32", "months", "Months between evenings; 0 for none."),
    ("account.votes", "float32", "people", "Residents who voted on its projects this month."),
    (
        "account.hub_members",
        "int32",
        "projects",
        "Maximum members of the cooperation hub; 0 without one.",
    ),
    (
        "account.lab_meetings",
        "float32",
        "share",
        "Monthly probability that an official in reach meets an innovator at the innovation lab.",
    ),
    (
        "account.rent_relief",
        "float32",
        "share",
        "Share of the rent of shops in its zone that it pays, funds permitting.",
    ),
    (
        "account.opening_aid",
        "float32",
        "EUR/month",
        "Aid to a shop in its first twelve months, funds permitting.",
    ),
    (
        "account.facade",
        "float32",
        "share",
        "Relative gain in attraction from a renovated front; 0 for none.",
    ),
    ("account.facade_cost", "int64", "cents", "Cost of one front."),
    ("account.zone", "uint8", "code", "Zone of supported premises; 255 for all."),
    ("account.purse", "int64", "cents", "Unspent money, by line.", ("account", "source", "line")),
    ("ledger.income", "int64", "cents", "Income of this month.", ("account", "source")),
    ("ledger.spending", "int64", "cents", "Spending of this month.", ("account", "source", "line")),
    # Visitors of this month: first the candidates, finally those who found a seat
    (
        "visitor.key",
        "uint64",
        "1",
        "Place in the upper 32 bits, random number of the visit in the lower.",
    ),
    (
        "visitor.agent",
        "int64",
        "code",
        "Row in the lower 32 bits; above them 0 youth, 1 entrepreneur, 2 official, 3 worker.",
    ),
    ("visitor.count", "int64", "people", "Users with a seat in all places this month.", ("one",)),
    # Effects of interventions on premises
    ("premises.operator", "int32", "index", "Entrepreneur whose project is here; -1."),
    ("premises.third_place", "int16", "index", "Third place that occupies the premises; -1."),
    (
        "premises.risk_ratio",
        "float32",
        "1",
        "Closure risk relative to shops with the same margin; 1 except for projects.",
    ),
    (
        "premises.subsidy",
        "float32",
        "EUR/month",
        "Public money that lowers the costs of the shop, or of an entrant.",
    ),
    (
        "premises.facade",
        "float32",
        "1",
        "Factor of attraction from a renovated front; 1 without one.",
    ),
]
"""Rows of `sim.registry.variables.VARIABLES`."""
