"""Indicators of shops, premises and spending."""

from __future__ import annotations

from typing import Final

from sim.measures.indicator import Counts, Indicator, Values, count, ratio

__all__ = ["RETAIL_INDICATORS"]


def _open_before(c: Counts) -> Values:
    return c["open_shops"] + c["closures"] - c["relettings"]


RETAIL_INDICATORS: Final = (
    Indicator(
        "premises",
        "premises",
        {"en": "Commercial premises", "fr": "Locaux commerciaux"},
        {"en": "Premises, open or vacant.", "fr": "Locaux, occupés ou vides."},
        count("premises"),
    ),
    Indicator(
        "open_shops",
        "shops",
        {"en": "Open shops", "fr": "Commerces ouverts"},
        {
            "en": "Shops trading at the end of the month, services included.",
            "fr": "Commerces et services ouverts en fin de mois.",
        },
        count("open_shops"),
    ),
    Indicator(
        "closures",
        "shops/month",
        {"en": "Closures", "fr": "Fermetures"},
        {
            "en": "Shops that closed in the month and left their premises vacant.",
            "fr": "Commerces ayant fermé dans le mois en laissant un local vide.",
        },
        count("closures"),
        is_flow=True,
    ),
    Indicator(
        "relettings",
        "shops/month",
        {"en": "Relettings", "fr": "Reprises"},
        {
            "en": "Vacant premises in which a shop opened in the month.",
            "fr": "Locaux vides dans lesquels un commerce a ouvert dans le mois.",
        },
        count("relettings"),
        is_flow=True,
    ),
    Indicator(
        "closure_rate",
        "closures per 100 open-shop-years",
        {"en": "Closure rate", "fr": "Taux de fermeture"},
        {
            "en": "Closures of the month, a year's worth, per 100 shops open at its beginning.",
            "fr": "Fermetures du mois, en rythme annuel, pour 100 commerces ouverts à son début.",
        },
        lambda c: 1200 * ratio(c["closures"], _open_before(c)),
    ),
    Indicator(
        "retail_vacancy",
        "share",
        {"en": "Retail vacancy", "fr": "Vacance commerciale"},
        {
            "en": "Share of premises that are vacant at the end of the month.",
            "fr": "Part des locaux vides en fin de mois.",
        },
        lambda c: ratio(c["premises"] - c["open_shops"], c["premises"]),
    ),
    Indicator(
        "long_term_vacancy",
        "share",
        {"en": "Long-term vacancy", "fr": "Vacance de longue durée"},
        {
            "en": "Share of premises that have been vacant for more than three years.",
            "fr": "Part des locaux vides depuis plus de trois ans.",
        },
        lambda c: ratio(c["long_term_vacant"], c["premises"]),
    ),
    Indicator(
        "sales",
        "EUR/month",
        {"en": "Sales", "fr": "Chiffre d'affaires"},
        {
            "en": "Turnover of all shops in the month.",
            "fr": "Chiffre d'affaires de tous les commerces dans le mois.",
        },
        count("sales"),
        is_flow=True,
    ),
    Indicator(
        "margin",
        "1",
        {"en": "Mean margin", "fr": "Marge moyenne"},
        {
            "en": "Mean margin of open shops: gross margin over fixed costs, minus 1.",
            "fr": "Marge moyenne des commerces ouverts : marge brute sur charges fixes, moins 1.",
        },
        lambda c: ratio(c["margin"], c["open_shops"]),
    ),
    Indicator(
        "rent_index",
        "1",
        {"en": "Rents", "fr": "Loyers"},
        {
            "en": "Rents of all premises relative to those of the start.",
            "fr": "Loyers de tous les locaux, rapportés à ceux du départ.",
        },
        lambda c: ratio(c["rent"], c["rent_at_start"]),
    ),
    Indicator(
        "footfall",
        "visits/day",
        {"en": "Footfall", "fr": "Flux piétons"},
        {"en": "Visits to shops a day.", "fr": "Visites de commerces par jour."},
        count("footfall"),
    ),
    Indicator(
        "retail_spending_kept",
        "share",
        {"en": "Spending kept", "fr": "Dépenses retenues"},
        {
            "en": "Share of the consumers' spending that goes to shops on the territory.",
            "fr": "Part des dépenses des consommateurs qui va aux commerces du territoire.",
        },
        lambda c: ratio(
            c["spent_in_shops"], c["spent_in_shops"] + c["spent_outside"] + c["spent_online"]
        ),
        by_zone=False,
    ),
    Indicator(
        "retail_leakage",
        "EUR/month",
        {"en": "Retail leakage", "fr": "Évasion commerciale"},
        {
            "en": "Spending in shops beyond the grid in the month.",
            "fr": "Dépenses du mois dans des commerces hors du territoire.",
        },
        count("spent_outside"),
        by_zone=False,
        is_flow=True,
    ),
    Indicator(
        "online_spending",
        "EUR/month",
        {"en": "Online spending", "fr": "Dépenses en ligne"},
        {"en": "Spending online in the month.", "fr": "Dépenses en ligne dans le mois."},
        count("spent_online"),
        by_zone=False,
        is_flow=True,
    ),
)
