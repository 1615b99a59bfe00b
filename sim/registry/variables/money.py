"""Arrays of third places, of the accounts that pay for them, and of the ledger."""

from __future__ import annotations

from typing import Final

_PLACE = ("third_place",)
_ACCOUNT = ("account",)
_PURSE = ("account", "source", "line")
_ONE = ("one",)

SOURCES: Final = ("public", "matched", "own_revenue")
"""Where money comes from, in the order of the codes 0, 1, 2."""

LINES: Final = (
    "set_up",
    "seats",
    "facilitation",
    "grants",
    "events",
    "subsidies",
    "elsewhere",
)
"""What money is for, in the order of the codes 0 to 6; ``elsewhere`` is the placebo's."""

MONEY: Final = [
    # Third places, one row for each that may open in the run
    ("third_place.cell_row", _PLACE, "int32", "index", "Flat index of the cell."),
    ("third_place.account", _PLACE, "int16", "index", "Account that it belongs to."),
    ("third_place.kind", _PLACE, "uint8", "index", "Kind in the catalogue."),
    ("third_place.is_open", _PLACE, "uint8", "0/1", "1 where open."),
    (
        "third_place.was_open",
        _PLACE,
        "uint8",
        "0/1",
        "1 where it was open when people last chose the place that they go to.",
    ),
    (
        "third_place.age",
        _PLACE,
        "int32",
        "months",
        "Months that it has been open, this one included.",
    ),
    ("third_place.seats", _PLACE, "int32", "seats", "Cap on simultaneous users."),
    ("third_place.staff", _PLACE, "float32", "FTE", "Facilitators paid this month."),
    (
        "third_place.is_mobile",
        _PLACE,
        "uint8",
        "0/1",
        "1 for facilitators on the road: no seats, no encounters, hours for ideas in reach.",
    ),
    (
        "third_place.users",
        _PLACE,
        "int32",
        "people",
        "Users present this month; people met by facilitators on the road where mobile.",
    ),
    (
        "third_place.holders",
        _PLACE,
        "int32",
        "people",
        "Entrepreneurs among them.",
    ),
    (
        "third_place.hours",
        _PLACE,
        "float32",
        "hours/month",
        "Facilitation and engineering given this month.",
    ),
    ("third_place.reach", _PLACE, "float32", "cells", "Distance over which visits fall to 1/e."),
    (
        "third_place.youth_visits",
        _PLACE,
        "float32",
        "share",
        "Monthly probability that a youth next door wants to come.",
    ),
    (
        "third_place.entrepreneur_visits",
        _PLACE,
        "float32",
        "share",
        "Monthly probability that an entrepreneur next door wants to come.",
    ),
    (
        "third_place.official_visits",
        _PLACE,
        "float32",
        "share",
        "Monthly probability that an official next door wants to come, as invited there.",
    ),
    (
        "third_place.mentoring",
        _PLACE,
        "float32",
        "1",
        "Engineering that an hour of its staff is worth.",
    ),
    (
        "third_place.machines",
        _PLACE,
        "float32",
        "share",
        "Equipment to make things with: part of the engineering that projects do for themselves.",
    ),
    (
        "third_place.trials",
        _PLACE,
        "float32",
        "1",
        "Risk ratio of projects tried out by users there.",
    ),
    ("third_place.seat_cost", _PLACE, "int64", "cents/month", "Cost of a seat."),
    ("third_place.fee", _PLACE, "int64", "cents/month", "What a user pays on average."),
    (
        "third_place.review_share",
        _PLACE,
        "float32",
        "share",
        "Share of supported applications that are examined on the spot (the short loop).",
    ),
    (
        "third_place.is_top_down",
        _PLACE,
        "uint8",
        "0/1",
        "1 where officials choose the ideas, 0 where they come from below.",
    ),
    # Accounts: the money of one intervention, or of the places that exist at the start
    ("account.is_active", _ACCOUNT, "uint8", "0/1", "1 from its start to its stop."),
    ("account.funding", _ACCOUNT, "int64", "cents/month", "Public money that comes in."),
    (
        "account.matched_funding",
        _ACCOUNT,
        "int64",
        "cents/month",
        "Money of other funders that comes in along with it.",
    ),
    (
        "account.set_up",
        _ACCOUNT,
        "int64",
        "cents",
        "Public money that comes in this month to set up places, spent at once; 0 thereafter.",
    ),
    (
        "account.reserves",
        _ACCOUNT,
        "int64",
        "cents",
        "Public money that comes in this month to be put aside for seats; 0 thereafter.",
    ),
    (
        "account.embedded_officials",
        _ACCOUNT,
        "float32",
        "FTE",
        "Officials of the office at `account.cell_row` that facilitation money pays first, to "
        "examine files at its places.",
    ),
    (
        "account.split",
        ("account", "line"),
        "float64",
        "share",
        "How income is divided over the lines once seats are paid; adds up to 1.",
    ),
    (
        "account.grant",
        _ACCOUNT,
        "int64",
        "cents",
        "Largest seed grant to one project; 0 for none.",
    ),
    (
        "account.grant_reach",
        _ACCOUNT,
        "float32",
        "cells",
        "How far from `account.cell_row` project holders may live to get one.",
    ),
    ("account.cell_row", _ACCOUNT, "int32", "index", "Flat index of the cell it centres on."),
    (
        "account.evening_participants",
        _ACCOUNT,
        "float32",
        "people",
        "Participants of the evening of ideas held this month.",
    ),
    (
        "account.participant_cost",
        _ACCOUNT,
        "int64",
        "cents",
        "Cost of one participant of an evening; 0 where none are held.",
    ),
    (
        "account.evening_every",
        _ACCOUNT,
        "int32",
        "months",
        "Months from one evening to the next; 0 for none.",
    ),
    (
        "account.votes",
        _ACCOUNT,
        "float32",
        "people",
        "Residents who voted on its projects this month.",
    ),
    (
        "account.hub_members",
        _ACCOUNT,
        "int32",
        "projects",
        "Most members of the cooperation hub; 0 without one.",
    ),
    (
        "account.lab_meetings",
        _ACCOUNT,
        "float32",
        "share",
        "Monthly probability that an official in reach meets an innovator at the innovation lab.",
    ),
    (
        "account.rent_relief",
        _ACCOUNT,
        "float32",
        "share",
        "Share of the rent of shops in its zone that it would pay, money permitting.",
    ),
    (
        "account.opening_aid",
        _ACCOUNT,
        "float32",
        "EUR/month",
        "What it would pay to a shop in its first twelve months, money permitting.",
    ),
    (
        "account.facade",
        _ACCOUNT,
        "float32",
        "share",
        "By how much a renovated front makes premises more attractive; 0 for none.",
    ),
    (
        "account.facade_cost",
        _ACCOUNT,
        "int64",
        "cents",
        "Cost of one front.",
    ),
    ("account.zone", _ACCOUNT, "uint8", "code", "Zone of supported premises; 255 for all."),
    ("account.purse", _PURSE, "int64", "cents", "Money that is not spent yet, by line."),
    ("ledger.income", ("account", "source"), "int64", "cents", "Money that came in this month."),
    ("ledger.spending", _PURSE, "int64", "cents", "Money that was spent this month."),
    # Who is at the places this month: candidates first, in the end those who found a seat
    (
        "visitor.key",
        ("visitor",),
        "uint64",
        "1",
        "Place in the upper 32 bits, luck of the visit in the lower.",
    ),
    (
        "visitor.agent",
        ("visitor",),
        "int64",
        "code",
        "Row in the lower 32 bits; above them 0 youth, 1 entrepreneur, 2 official.",
    ),
    ("visitor.count", _ONE, "int64", "people", "Users with a seat in all places this month."),
    # What interventions do to premises
    ("premises.operator", ("premises",), "int32", "index", "Entrepreneur whose project it is; -1."),
    (
        "premises.risk_ratio",
        ("premises",),
        "float32",
        "1",
        "Risk of the shop to close relative to others with the same margin; 1 but for projects.",
    ),
    (
        "premises.subsidy",
        ("premises",),
        "float32",
        "EUR/month",
        "Public money that lowers the costs of the shop, or would lower an entrant's.",
    ),
    (
        "premises.facade",
        ("premises",),
        "float32",
        "1",
        "How much more attractive a renovated front makes the premises; 1 without one.",
    ),
]
"""Rows of `sim.registry.variables.VARIABLES`."""
