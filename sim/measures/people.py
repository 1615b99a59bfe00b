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
            {"en": "Residents", "fr": "Habitants"},
            {
                "en": "People of all ages who live on the grid.",
                "fr": "Personnes de tous âges vivant sur le territoire.",
            },
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
            {"en": "Residents aged 15 to 29", "fr": "Habitants de 15 à 29 ans"},
            {"en": "Residents aged 15 to 29.", "fr": "Habitants âgés de 15 à 29 ans."},
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
            {"en": "Participation of the young", "fr": "Engagement des jeunes"},
            {
                "en": "Share of residents aged 15 to 29 who take part in local life.",
                "fr": "Part des 15-29 ans qui s'engagent dans la vie locale.",
            },
            "last_year",
            lambda w: ratio(w.mean("youth_active"), w.mean("youth")),
            1,
            relevant=0.005,
        )
    ),
    Measure(
        "active_youth_years",
        "youth-years",
        {"en": "Active youth-years", "fr": "Années-jeunes engagées"},
        {
            "en": "Active young people times the years that they were active.",
            "fr": "Jeunes engagés multipliés par leurs années d'engagement.",
        },
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
        {"en": "Departures of the young", "fr": "Départs de jeunes"},
        {
            "en": "Residents aged 15 to 29 who left the territory, per 100 youth-years.",
            "fr": "Habitants de 15 à 29 ans ayant quitté le territoire, pour 100 années-jeunes.",
        },
        "horizon",
        lambda w: 1200 * ratio(w.sum("youth_left"), w.sum("youth")),
        -1,
        relevant=0.1,
    ),
    Measure(
        "in_migration",
        "per 100 and year",
        {"en": "Arrivals of the young", "fr": "Arrivées de jeunes"},
        {
            "en": "People aged 15 to 29 who moved in, per 100 youth-years.",
            "fr": "Personnes de 15 à 29 ans qui se sont installées, pour 100 années-jeunes.",
        },
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
        {"en": "Trust of officials", "fr": "Confiance des élus et agents"},
        {
            "en": "Mean trust of officials in the holders of local projects, 0 to 1.",
            "fr": "Confiance moyenne des élus et agents envers les porteurs de projet, de 0 à 1.",
        },
        "last_year",
        lambda w: ratio(w.mean("trust_sum"), w.mean("officials")),
        1,
        relevant=0.01,
    ),
    Measure(
        "openness",
        "share",
        {"en": "Openness of officials", "fr": "Ouverture des élus et agents"},
        {
            "en": "Mean openness of officials to responsible innovation, 0 to 1.",
            "fr": "Ouverture moyenne des élus et agents à l'innovation responsable, de 0 à 1.",
        },
        "last_year",
        lambda w: ratio(w.mean("openness_sum"), w.mean("officials")),
        1,
        relevant=0.01,
    ),
    Measure(
        "third_places",
        "places",
        {"en": "Third places", "fr": "Tiers-lieux"},
        {
            "en": "Third places that are open, mobile ones aside.",
            "fr": "Tiers-lieux ouverts, hors tiers-lieux mobiles.",
        },
        "last_year",
        lambda w: w.mean("open_places"),
        0,
        relevant=1.0,
    ),
    Measure(
        "third_place_seats",
        "seats",
        {"en": "Seats in third places", "fr": "Places en tiers-lieux"},
        {"en": "Seats of open third places.", "fr": "Places des tiers-lieux ouverts."},
        "last_year",
        lambda w: w.mean("seats"),
        0,
        relevant=1.0,
        is_monthly=False,
    ),
    Measure(
        "third_place_users",
        "people",
        {"en": "Users of third places", "fr": "Usagers des tiers-lieux"},
        {
            "en": "People who use a third place in a month.",
            "fr": "Usagers mensuels des tiers-lieux.",
        },
        "last_year",
        lambda w: w.mean("users"),
        1,
        relevant=5.0,
        relevant_share=0.02,
    ),
    Measure(
        "occupancy",
        "share",
        {"en": "Occupancy of third places", "fr": "Occupation des tiers-lieux"},
        {"en": "Users over seats.", "fr": "Usagers rapportés aux places."},
        "last_year",
        lambda w: ratio(w.mean("users"), w.mean("seats")),
        1,
        relevant=0.01,
    ),
    Measure(
        "evening_participants",
        "people",
        {"en": "Participants of evenings", "fr": "Participants aux soirées"},
        {
            "en": "Participants of evenings of ideas.",
            "fr": "Participants aux soirées d'émergence d'idées.",
        },
        "horizon",
        lambda w: w.sum("evening_participants"),
        1,
        relevant=10.0,
    ),
    Measure(
        "votes",
        "votes",
        {"en": "Votes of residents", "fr": "Votes d'habitants"},
        {"en": "Votes of residents on projects.", "fr": "Votes d'habitants sur des projets."},
        "horizon",
        lambda w: w.sum("votes"),
        1,
        relevant=10.0,
    ),
    Measure(
        "classic_births",
        "firms",
        {"en": "Births of classic firms", "fr": "Créations d'entreprises classiques"},
        {
            "en": "New firms of all other kinds to be expected, an exogenous background.",
            "fr": "Autres créations d'entreprises attendues, un arrière-plan exogène.",
        },
        "horizon",
        lambda w: w.sum("classic_births"),
        0,
        relevant_share=0.01,
    ),
    Measure(
        "public_spending",
        "EUR",
        {"en": "Public money spent", "fr": "Argent public dépensé"},
        {
            "en": "Public money spent, set-up included, discounted to the first month.",
            "fr": "Argent public dépensé, installation comprise, actualisé au premier mois.",
        },
        "horizon",
        lambda w: w.sum("public_spending_discounted"),
        0,
        relevant=1000.0,
        is_monthly=False,
    ),
    Measure(
        "public_money_unspent",
        "EUR",
        {"en": "Public money unspent", "fr": "Argent public non dépensé"},
        {
            "en": "Public money received and not spent yet.",
            "fr": "Argent public reçu et non encore dépensé.",
        },
        "last_year",
        lambda w: w.mean("public_money_unspent"),
        0,
        relevant=1000.0,
        is_monthly=False,
    ),
)
