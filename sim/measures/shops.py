"""Measures of shops, of what is spent in them, and of the town centre."""

from __future__ import annotations

from typing import Final

from sim.measures.measure import ELSEWHERE, Measure, ratio

__all__ = ["SHOP_MEASURES"]

CENTRE: Final = "town_centre"

SHOP_MEASURES: Final = (
    Measure(
        "closure_rate_town_centre",
        "closures per 100 open-shop-years",
        {"en": "Closure rate, town centre", "fr": "Taux de fermeture, centre-ville"},
        {
            "en": "Closures per 100 open-shop-years in the town centre.",
            "fr": "Fermetures pour 100 années-commerces ouvertes en centre-ville.",
        },
        -1,
        lambda w: 1200 * ratio(w.total("closures", CENTRE), w.total("open_shops", CENTRE)),
        relevant=0.25,
    ),
    Measure(
        "open_shops_town_centre",
        "shops",
        {"en": "Open shops, town centre", "fr": "Commerces ouverts, centre-ville"},
        {
            "en": "Shops open in the town centre, mean of the last twelve months.",
            "fr": "Commerces ouverts en centre-ville, moyenne des douze derniers mois.",
        },
        1,
        lambda w: w.recent("open_shops", CENTRE),
        relevant=0.5,
        relevant_share=0.01,
    ),
    Measure(
        "open_shops_elsewhere",
        "shops",
        {"en": "Open shops, outside the centre", "fr": "Commerces ouverts, hors centre"},
        {
            "en": "Shops open outside the town centre, mean of the last twelve months.",
            "fr": "Commerces ouverts hors du centre-ville, moyenne des douze derniers mois.",
        },
        1,
        lambda w: w.recent("open_shops", *ELSEWHERE),
        relevant=0.5,
        relevant_share=0.01,
    ),
    Measure(
        "open_shops",
        "shops",
        {"en": "Open shops", "fr": "Commerces ouverts"},
        {
            "en": "Shops open on the whole territory, mean of the last twelve months.",
            "fr": "Commerces ouverts sur tout le territoire, moyenne des douze derniers mois.",
        },
        1,
        lambda w: w.recent("open_shops"),
        relevant=0.5,
        relevant_share=0.01,
    ),
    Measure(
        "closure_rate_territory",  # a parameter of the model is called closure_rate
        "closures per 100 open-shop-years",
        {"en": "Closure rate", "fr": "Taux de fermeture"},
        {
            "en": "Closures per 100 open-shop-years on the whole territory.",
            "fr": "Fermetures pour 100 années-commerces ouvertes sur tout le territoire.",
        },
        -1,
        lambda w: 1200 * ratio(w.total("closures"), w.total("open_shops")),
        relevant=0.25,
    ),
    Measure(
        "closures",
        "shops",
        {"en": "Closures", "fr": "Fermetures"},
        {
            "en": "Closures so far; more open shops mean more of them at the same rate.",
            "fr": "Fermetures cumulées ; plus de commerces ouverts en donnent plus à taux égal.",
        },
        -1,
        lambda w: w.total("closures"),
        relevant=1.0,
        relevant_share=0.01,
    ),
    Measure(
        "open_shop_years",
        "shop-years",
        {"en": "Open-shop-years", "fr": "Années-commerces"},
        {
            "en": "Open shops times the years that they were open, so far.",
            "fr": "Commerces ouverts multipliés par leurs années d'ouverture, en cumul.",
        },
        1,
        lambda w: w.total("open_shops") / 12,
        relevant=1.0,
        relevant_share=0.01,
    ),
    Measure(
        "retail_vacancy_town_centre",
        "share",
        {"en": "Retail vacancy, town centre", "fr": "Vacance commerciale, centre-ville"},
        {
            "en": "Share of the centre's premises that are vacant, mean of the last twelve months.",
            "fr": "Part des locaux du centre qui sont vides, moyenne des douze derniers mois.",
        },
        -1,
        lambda w: 1 - ratio(w.recent("open_shops", CENTRE), w.recent("premises", CENTRE)),
        relevant=0.005,
    ),
    Measure(
        "long_term_vacancy_town_centre",
        "share",
        {"en": "Long-term vacancy, town centre", "fr": "Vacance de longue durée, centre-ville"},
        {
            "en": "Share of the centre's premises that have been vacant for more than three years,"
            " mean of the last twelve months.",
            "fr": "Part des locaux du centre vides depuis plus de trois ans, moyenne des douze"
            " derniers mois.",
        },
        -1,
        lambda w: ratio(w.recent("long_term_vacant", CENTRE), w.recent("premises", CENTRE)),
        relevant=0.005,
    ),
    Measure(
        "retail_vacancy",
        "share",
        {"en": "Retail vacancy", "fr": "Vacance commerciale"},
        {
            "en": "Share of all premises that are vacant, mean of the last twelve months.",
            "fr": "Part de tous les locaux qui sont vides, moyenne des douze derniers mois.",
        },
        -1,
        lambda w: 1 - ratio(w.recent("open_shops"), w.recent("premises")),
        relevant=0.005,
    ),
    Measure(
        "retail_spending_kept",
        "share",
        {"en": "Spending kept", "fr": "Dépenses retenues"},
        {
            "en": "Share of the consumers' spending that goes to shops on the territory, mean of"
            " the last twelve months.",
            "fr": "Part des dépenses des consommateurs qui va aux commerces du territoire, moyenne"
            " des douze derniers mois.",
        },
        1,
        lambda w: ratio(
            w.recent("spent_in_shops"),
            w.recent("spent_in_shops") + w.recent("spent_outside") + w.recent("spent_online"),
        ),
        relevant=0.002,
    ),
    Measure(
        "footfall_town_centre",
        "visits/day",
        {"en": "Footfall, town centre", "fr": "Flux piétons, centre-ville"},
        {
            "en": "Visits a day to shops of the town centre, mean of the last twelve months.",
            "fr": "Visites par jour aux commerces du centre-ville, moyenne des douze derniers"
            " mois.",
        },
        1,
        lambda w: w.recent("footfall", CENTRE),
        relevant=10.0,
        relevant_share=0.01,
    ),
)
"""Measures of shops. Smallest relevant effects are judgements (J)."""
