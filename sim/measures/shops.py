"""Measures of shops, premises and spending. Smallest relevant effects are judgements."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sim.kernels.arrays import Floats
from sim.measures.measure import Measure, Windows, by_zone, ratio


def _closure_hazard(w: Windows) -> Floats:
    opened = w.sum("relettings") + w.sum("successions")
    at_beginning = w.sum("open_shops") + w.sum("closures") - opened
    return 1200 * ratio(w.sum("closures"), at_beginning)


def _closure_rate(w: Windows) -> Floats:
    return 1200 * ratio(w.sum("closures"), w.sum("open_shops"))


def _vacancy(w: Windows) -> Floats:
    premises, in_use = w.mean("premises"), w.mean("open_shops") + w.mean("place_premises")
    if w.window == "month":  # equal but for the last bit, which saved results keep
        return ratio(premises - in_use, premises)
    return 1 - ratio(in_use, premises)


def _spending_kept(w: Windows) -> Floats:
    kept = w.mean("spent_in_shops")
    return ratio(kept, kept + w.mean("spent_outside") + w.mean("spent_online"))


_CLOSURE_RATE: Final = Measure(
    "closure_rate",
    "closures per 100 open-shop-years",
    "Closure rate",
    "Closures per 100 open-shop-years.",
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
            "Commercial premises",
            "Premises, open or vacant.",
            "last_year",
            good=0,
            relevant_share=0.01,
        )
    ),
    *by_zone(
        Measure(
            "open_shops",
            "shops",
            "Open shops",
            "Shops trading at the end of a month, services included.",
            "last_year",
            relevant=0.5,
            relevant_share=0.01,
        ),
        also=("elsewhere",),
    ),
    Measure(
        "open_shop_years",
        "shop-years",
        "Open-shop-years",
        "Open shops times the years that they were open.",
        "horizon",
        lambda w: w.sum("open_shops") / 12,
        relevant=1.0,
        relevant_share=0.01,
        is_monthly=False,
    ),
    *by_zone(
        Measure(
            "closures",
            "shops",
            "Closures",
            "Shops that closed, with or without a successor; more open shops give more of them at"
            " the same rate.",
            "horizon",
            good=-1,
            relevant=1.0,
            relevant_share=0.01,
        ),
        Measure(
            "successions",
            "shops",
            "Direct successions",
            "Closures after which a successor took over the premises at once.",
            "horizon",
            good=0,
            relevant=1.0,
            relevant_share=0.01,
        ),
        Measure(
            "relettings",
            "shops",
            "Relettings",
            "Shops that opened in vacant premises.",
            "horizon",
            relevant=1.0,
            relevant_share=0.01,
        ),
    ),
    _CLOSURE_RATE,
    replace(_CLOSURE_RATE, place="town_centre"),
    *by_zone(
        Measure(
            "closure_hazard",
            "closures per 100 shops and year",
            "Closure hazard",
            "Closures per 100 shops open at the beginning of a month, a year's worth; shops that"
            " projects opened in it count as open before.",
            "horizon",
            _closure_hazard,
            -1,
            relevant=0.25,
        ),
        Measure(
            "retail_vacancy",
            "share",
            "Retail vacancy",
            "Share of premises that are vacant at the end of a month.",
            "last_year",
            _vacancy,
            -1,
            relevant=0.005,
        ),
        Measure(
            "long_term_vacancy",
            "share",
            "Long-term vacancy",
            "Share of premises that have been vacant for more than three years.",
            "last_year",
            lambda w: ratio(w.mean("long_term_vacant"), w.mean("premises")),
            -1,
            relevant=0.005,
        ),
        Measure("sales", "EUR", "Sales", "Turnover of all shops.", "horizon", relevant_share=0.01),
        Measure(
            "margin",
            "1",
            "Mean margin",
            "Mean margin of open shops: gross margin over fixed costs, minus 1.",
            "last_year",
            lambda w: ratio(w.mean("margin_sum"), w.mean("open_shops")),
            relevant=0.01,
        ),
        Measure(
            "rent_index",
            "1",
            "Rents",
            "Rents of all premises relative to those of the start.",
            "last_year",
            lambda w: ratio(w.mean("rent"), w.mean("rent_at_start")),
            0,
            relevant=0.01,
        ),
        Measure(
            "footfall",
            "visits/day",
            "Footfall",
            "Visits to shops a day.",
            "last_year",
            relevant=10.0,
            relevant_share=0.01,
        ),
    ),
    *by_zone(
        Measure(
            "shop_jobs",
            "jobs",
            "Jobs in shops",
            "Jobs of open shops by their number and sales floors.",
            "last_year",
            relevant=1.0,
            relevant_share=0.01,
            is_outcome=True,
        )
    ),
    Measure(
        "retail_spending_kept",
        "share",
        "Spending kept",
        "Share of the consumers' spending that goes to shops on the territory.",
        "last_year",
        _spending_kept,
        relevant=0.002,
    ),
    Measure(
        "retail_leakage",
        "EUR",
        "Retail leakage",
        "Spending in shops beyond the territory.",
        "horizon",
        lambda w: w.sum("spent_outside"),
        -1,
        relevant_share=0.01,
    ),
    Measure(
        "online_spending",
        "EUR",
        "Online spending",
        "Spending online.",
        "horizon",
        lambda w: w.sum("spent_online"),
        0,
        relevant_share=0.01,
    ),
)
