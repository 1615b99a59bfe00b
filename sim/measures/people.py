"""Measures of residents, officials, third places and public money.

Smallest relevant effects are judgements.
"""

from __future__ import annotations

from typing import Final

from sim.measures.measure import Measure, by_zone, ratio

__all__ = ["RESIDENT_MEASURES", "SUPPORT_MEASURES"]

RESIDENT_MEASURES: Final = (
    *by_zone(
        Measure(
            "residents",
            "people",
            "Residents",
            "People of all ages who live on the grid.",
            "last_year",
            lambda w: w.mean("residents"),
            1,
            relevant=5.0,
            relevant_share=0.001,
        )
    ),
    *by_zone(
        Measure(
            "youth",
            "people",
            "Residents aged 15 to 29",
            "Residents aged 15 to 29.",
            "last_year",
            lambda w: w.mean("youth"),
            1,
            relevant=1.0,
            relevant_share=0.01,
        )
    ),
    *by_zone(
        Measure(
            "participation",
            "share",
            "Participation of the young",
            "Share of residents aged 15 to 29 who take part in local life.",
            "last_year",
            lambda w: ratio(w.mean("youth_active"), w.mean("youth")),
            1,
            relevant=0.005,
        )
    ),
    Measure(
        "active_youth_years",
        "youth-years",
        "Active youth-years",
        "Active young people times the years that they were active.",
        "horizon",
        lambda w: w.sum("youth_active") / 12,
        1,
        relevant=1.0,
        relevant_share=0.01,
        is_monthly=False,
    ),
    Measure(
        "out_migration",
        "per 100 and year",
        "Departures of the young",
        "Residents aged 15 to 29 who left the territory, per 100 youth-years.",
        "horizon",
        lambda w: 1200 * ratio(w.sum("youth_left"), w.sum("youth")),
        -1,
        relevant=0.1,
    ),
    Measure(
        "in_migration",
        "per 100 and year",
        "Arrivals of the young",
        "People aged 15 to 29 who moved in, per 100 youth-years.",
        "horizon",
        lambda w: 1200 * ratio(w.sum("youth_arrived"), w.sum("youth")),
        1,
        relevant=0.1,
    ),
)

SUPPORT_MEASURES: Final = (
    Measure(
        "trust",
        "share",
        "Trust of officials",
        "Mean trust of officials in the holders of local projects, 0 to 1.",
        "last_year",
        lambda w: ratio(w.mean("trust_sum"), w.mean("officials")),
        1,
        relevant=0.01,
    ),
    Measure(
        "openness",
        "share",
        "Openness of officials",
        "Mean openness of officials to responsible innovation, 0 to 1.",
        "last_year",
        lambda w: ratio(w.mean("openness_sum"), w.mean("officials")),
        1,
        relevant=0.01,
    ),
    Measure(
        "third_places",
        "places",
        "Third places",
        "Third places that are open, mobile ones aside.",
        "last_year",
        lambda w: w.mean("open_places"),
        0,
        relevant=1.0,
    ),
    Measure(
        "third_place_seats",
        "seats",
        "Seats in third places",
        "Seats of open third places, mobile ones aside.",
        "last_year",
        lambda w: w.mean("seats"),
        0,
        relevant=1.0,
        is_monthly=False,
    ),
    Measure(
        "third_place_users",
        "people",
        "Users of third places",
        "People who use a third place in a month, mobile ones aside.",
        "last_year",
        lambda w: w.mean("users"),
        1,
        relevant=5.0,
        relevant_share=0.02,
    ),
    Measure(
        "occupancy",
        "share",
        "Occupancy of third places",
        "Users over seats.",
        "last_year",
        lambda w: ratio(w.mean("users"), w.mean("seats")),
        1,
        relevant=0.01,
    ),
    Measure(
        "evening_participants",
        "people",
        "Participants of evenings",
        "Participants of evenings of ideas.",
        "horizon",
        lambda w: w.sum("evening_participants"),
        1,
        relevant=10.0,
    ),
    Measure(
        "votes",
        "votes",
        "Votes of residents",
        "Votes of residents on projects.",
        "horizon",
        lambda w: w.sum("votes"),
        1,
        relevant=10.0,
    ),
    Measure(
        "classic_births",
        "firms",
        "Births of classic firms",
        "New firms of all other kinds to be expected, an exogenous background.",
        "horizon",
        lambda w: w.sum("classic_births"),
        0,
        relevant_share=0.01,
    ),
    Measure(
        "public_spending",
        "EUR",
        "Public money spent",
        "Public money spent, set-up included, discounted to the first month.",
        "horizon",
        lambda w: w.sum("public_spending_discounted"),
        0,
        relevant=1000.0,
        is_monthly=False,
    ),
    Measure(
        "public_money_unspent",
        "EUR",
        "Public money unspent",
        "Public money received and not spent yet.",
        "last_year",
        lambda w: w.mean("public_money_unspent"),
        0,
        relevant=1000.0,
        is_monthly=False,
    ),
)
