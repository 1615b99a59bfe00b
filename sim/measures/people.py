"""Measures of residents and youth, of officials, of third places, and of public money."""

from __future__ import annotations

from typing import Final

from sim.measures.measure import Measure, ratio

__all__ = ["PEOPLE_MEASURES"]

PEOPLE_MEASURES: Final = (
    Measure(
        "participation",
        "share",
        {"en": "Participation of the young", "fr": "Engagement des jeunes"},
        {
            "en": "Share of residents aged 15-29 who are active, mean of the last twelve months.",
            "fr": "Part des habitants de 15 à 29 ans engagés, moyenne des douze derniers mois.",
        },
        1,
        lambda w: ratio(w.recent("youth_active"), w.recent("youth")),
        relevant=0.005,
    ),
    Measure(
        "active_youth_years",
        "youth-years",
        {"en": "Active youth-years", "fr": "Années-jeunes engagées"},
        {
            "en": "Active young people times the years that they were active, so far.",
            "fr": "Jeunes engagés multipliés par leurs années d'engagement, en cumul.",
        },
        1,
        lambda w: w.total("youth_active") / 12,
        relevant=1.0,
        relevant_share=0.01,
    ),
    Measure(
        "out_migration",
        "per 100 and year",
        {"en": "Departures of the young", "fr": "Départs de jeunes"},
        {
            "en": "Young people who left the territory per 100 youth-years.",
            "fr": "Jeunes ayant quitté le territoire pour 100 années-jeunes.",
        },
        -1,
        lambda w: 1200 * ratio(w.total("youth_left"), w.total("youth")),
        relevant=0.1,
    ),
    Measure(
        "residents",
        "people",
        {"en": "Residents", "fr": "Habitants"},
        {
            "en": "People of all ages who live on the grid, mean of the last twelve months.",
            "fr": "Personnes de tous âges vivant sur le territoire, moyenne des douze derniers"
            " mois.",
        },
        1,
        lambda w: w.recent("residents"),
        relevant=5.0,
        relevant_share=0.001,
    ),
    Measure(
        "trust",
        "share",
        {"en": "Trust of officials", "fr": "Confiance des élus et agents"},
        {
            "en": "Mean trust of officials in project holders, last twelve months.",
            "fr": "Confiance moyenne des élus et agents envers les porteurs de projet, douze"
            " derniers mois.",
        },
        1,
        lambda w: ratio(w.recent("trust"), w.recent("officials")),
        relevant=0.01,
    ),
    Measure(
        "openness",
        "share",
        {"en": "Openness of officials", "fr": "Ouverture des élus et agents"},
        {
            "en": "Mean openness of officials to new ideas, last twelve months.",
            "fr": "Ouverture moyenne des élus et agents aux idées nouvelles, douze derniers mois.",
        },
        1,
        lambda w: ratio(w.recent("openness"), w.recent("officials")),
        relevant=0.01,
    ),
    Measure(
        "third_place_users",
        "people",
        {"en": "Users of third places", "fr": "Usagers des tiers-lieux"},
        {
            "en": "Users a month of all third places, mean of the last twelve months.",
            "fr": "Usagers mensuels de tous les tiers-lieux, moyenne des douze derniers mois.",
        },
        1,
        lambda w: w.recent("users"),
        relevant=5.0,
        relevant_share=0.02,
    ),
    Measure(
        "third_place_seats",
        "seats",
        {"en": "Seats in third places", "fr": "Places en tiers-lieux"},
        {
            "en": "Seats of open third places, mean of the last twelve months.",
            "fr": "Places des tiers-lieux ouverts, moyenne des douze derniers mois.",
        },
        0,
        lambda w: w.recent("seats"),
        relevant=1.0,
    ),
    Measure(
        "evening_participants",
        "people",
        {"en": "Participants of evenings", "fr": "Participants aux soirées"},
        {
            "en": "Participants of evenings of ideas so far.",
            "fr": "Participants aux soirées d'idées, en cumul.",
        },
        1,
        lambda w: w.total("evening_participants"),
        relevant=10.0,
    ),
    Measure(
        "votes",
        "votes",
        {"en": "Votes of residents", "fr": "Votes d'habitants"},
        {
            "en": "Votes of residents on projects so far.",
            "fr": "Votes d'habitants sur des projets, en cumul.",
        },
        1,
        lambda w: w.total("votes"),
        relevant=10.0,
    ),
    Measure(
        "public_spending",
        "EUR",
        {"en": "Public money spent", "fr": "Argent public dépensé"},
        {
            "en": "Public money spent so far, set-up included, discounted to the first month.",
            "fr": "Argent public dépensé en cumul, installation comprise, actualisé au premier"
            " mois.",
        },
        0,
        lambda w: w.total("public_spending_discounted"),
        relevant=1000.0,
    ),
    Measure(
        "public_money_unspent",
        "EUR",
        {"en": "Public money unspent", "fr": "Argent public non dépensé"},
        {
            "en": "Public money received and not spent yet, mean of the last twelve months.",
            "fr": "Argent public reçu et non encore dépensé, moyenne des douze derniers mois.",
        },
        0,
        lambda w: w.recent("public_money_unspent"),
        relevant=1000.0,
    ),
)
"""Measures of people and money. Smallest relevant effects are judgements (J)."""
