"""Measures of shops, premises and spending. Smallest relevant effects are judgements."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sim.measures.measure import Floats, Measure, Windows, by_zone, ratio

__all__ = ["SHOP_MEASURES"]


def _closure_hazard(w: Windows) -> Floats:
    at_beginning = w.sum("open_shops") + w.sum("closures") - w.sum("relettings")
    return 1200 * ratio(w.sum("closures"), at_beginning)


def _closure_rate(w: Windows) -> Floats:
    return 1200 * ratio(w.sum("closures"), w.sum("open_shops"))


def _vacancy(w: Windows) -> Floats:
    premises, open_shops = w.mean("premises"), w.mean("open_shops")
    if w.window == "month":  # equal but for the last bit, which saved results keep
        return ratio(premises - open_shops, premises)
    return 1 - ratio(open_shops, premises)


def _spending_kept(w: Windows) -> Floats:
    kept = w.mean("spent_in_shops")
    return ratio(kept, kept + w.mean("spent_outside") + w.mean("spent_online"))


_CLOSURE_RATE: Final = Measure(
    "closure_rate",
    "closures per 100 open-shop-years",
    {"en": "Closure rate", "fr": "Taux de fermeture"},
    {
        "en": "Closures per 100 open-shop-years.",
        "fr": "Fermetures pour 100 années-commerces ouvertes.",
    },
    "horizon",
    _closure_rate,
    -1,
    relevant=0.25,
    place="territory",  # a parameter of the model is called closure_rate
    is_monthly=False,
)

SHOP_MEASURES: Final = (
    *by_zone(
        Measure(
            "premises",
            "premises",
            {"en": "Commercial premises", "fr": "Locaux commerciaux"},
            {"en": "Premises, open or vacant.", "fr": "Locaux, occupés ou vides."},
            "last_year",
            lambda w: w.mean("premises"),
            0,
            relevant_share=0.01,
        )
    ),
    *by_zone(
        Measure(
            "open_shops",
            "shops",
            {"en": "Open shops", "fr": "Commerces ouverts"},
            {
                "en": "Shops trading at the end of a month, services included.",
                "fr": "Commerces et services ouverts en fin de mois.",
            },
            "last_year",
            lambda w: w.mean("open_shops"),
            1,
            relevant=0.5,
            relevant_share=0.01,
        ),
        "elsewhere",
    ),
    Measure(
        "open_shop_years",
        "shop-years",
        {"en": "Open-shop-years", "fr": "Années-commerces"},
        {
            "en": "Open shops times the years that they were open.",
            "fr": "Commerces ouverts multipliés par leurs années d'ouverture.",
        },
        "horizon",
        lambda w: w.sum("open_shops") / 12,
        1,
        relevant=1.0,
        relevant_share=0.01,
        is_monthly=False,
    ),
    *by_zone(
        Measure(
            "closures",
            "shops",
            {"en": "Closures", "fr": "Fermetures"},
            {
                "en": "Shops that closed and left their premises vacant; more open shops give more"
                " of them at the same rate.",
                "fr": "Commerces ayant fermé en laissant un local vide ; plus de commerces ouverts"
                " en donnent plus à taux égal.",
            },
            "horizon",
            lambda w: w.sum("closures"),
            -1,
            relevant=1.0,
            relevant_share=0.01,
        )
    ),
    *by_zone(
        Measure(
            "relettings",
            "shops",
            {"en": "Relettings", "fr": "Reprises"},
            {
                "en": "Shops that opened in vacant premises.",
                "fr": "Commerces ayant ouvert dans un local vide.",
            },
            "horizon",
            lambda w: w.sum("relettings"),
            1,
            relevant=1.0,
            relevant_share=0.01,
        )
    ),
    _CLOSURE_RATE,
    replace(_CLOSURE_RATE, place="town_centre"),
    *by_zone(
        Measure(
            "closure_hazard",
            "closures per 100 shops and year",
            {"en": "Closure hazard", "fr": "Risque de fermeture"},
            {
                "en": "Closures per 100 shops open at the beginning of the month, a year's worth.",
                "fr": "Fermetures pour 100 commerces ouverts en début de mois, en rythme annuel.",
            },
            "horizon",
            _closure_hazard,
            -1,
            relevant=0.25,
        )
    ),
    *by_zone(
        Measure(
            "retail_vacancy",
            "share",
            {"en": "Retail vacancy", "fr": "Vacance commerciale"},
            {
                "en": "Share of premises that are vacant at the end of a month.",
                "fr": "Part des locaux vides en fin de mois.",
            },
            "last_year",
            _vacancy,
            -1,
            relevant=0.005,
        )
    ),
    *by_zone(
        Measure(
            "long_term_vacancy",
            "share",
            {"en": "Long-term vacancy", "fr": "Vacance de longue durée"},
            {
                "en": "Share of premises that have been vacant for more than three years.",
                "fr": "Part des locaux vides depuis plus de trois ans.",
            },
            "last_year",
            lambda w: ratio(w.mean("long_term_vacant"), w.mean("premises")),
            -1,
            relevant=0.005,
        )
    ),
    *by_zone(
        Measure(
            "sales",
            "EUR",
            {"en": "Sales", "fr": "Chiffre d'affaires"},
            {
                "en": "Turnover of all shops.",
                "fr": "Chiffre d'affaires de tous les commerces.",
            },
            "horizon",
            lambda w: w.sum("sales"),
            1,
            relevant_share=0.01,
        )
    ),
    *by_zone(
        Measure(
            "margin",
            "1",
            {"en": "Mean margin", "fr": "Marge moyenne"},
            {
                "en": "Mean margin of open shops: gross margin over fixed costs, minus 1.",
                "fr": "Marge moyenne des commerces ouverts : marge brute sur charges fixes,"
                " moins 1.",
            },
            "last_year",
            lambda w: ratio(w.mean("margin_sum"), w.mean("open_shops")),
            1,
            relevant=0.01,
        )
    ),
    *by_zone(
        Measure(
            "rent_index",
            "1",
            {"en": "Rents", "fr": "Loyers"},
            {
                "en": "Rents of all premises relative to those of the start.",
                "fr": "Loyers de tous les locaux, rapportés à ceux du départ.",
            },
            "last_year",
            lambda w: ratio(w.mean("rent"), w.mean("rent_at_start")),
            0,
            relevant=0.01,
        )
    ),
    *by_zone(
        Measure(
            "footfall",
            "visits/day",
            {"en": "Footfall", "fr": "Flux piétons"},
            {"en": "Visits to shops a day.", "fr": "Visites de commerces par jour."},
            "last_year",
            lambda w: w.mean("footfall"),
            1,
            relevant=10.0,
            relevant_share=0.01,
        )
    ),
    Measure(
        "retail_spending_kept",
        "share",
        {"en": "Spending kept", "fr": "Dépenses retenues"},
        {
            "en": "Share of the consumers' spending that goes to shops on the territory.",
            "fr": "Part des dépenses des consommateurs qui va aux commerces du territoire.",
        },
        "last_year",
        _spending_kept,
        1,
        relevant=0.002,
    ),
    Measure(
        "retail_leakage",
        "EUR",
        {"en": "Retail leakage", "fr": "Évasion commerciale"},
        {
            "en": "Spending in shops beyond the grid.",
            "fr": "Dépenses dans des commerces hors du territoire.",
        },
        "horizon",
        lambda w: w.sum("spent_outside"),
        -1,
        relevant_share=0.01,
    ),
    Measure(
        "online_spending",
        "EUR",
        {"en": "Online spending", "fr": "Dépenses en ligne"},
        {"en": "Spending online.", "fr": "Dépenses en ligne."},
        "horizon",
        lambda w: w.sum("spent_online"),
        0,
        relevant_share=0.01,
    ),
)
