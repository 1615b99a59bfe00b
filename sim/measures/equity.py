"""Measures of who benefits: zones, and thirds of residents by the income of their cells.

Smallest relevant effects are judgements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from sim.kernels.arrays import Floats
from sim.measures.counting import THIRDS
from sim.measures.measure import Measure, Windows, by_zone, ratio

__all__ = ["BENEFITS", "EQUITY_MEASURES"]

OF_THIRDS: Final = {
    "poorest": "the third of residents in the poorest cells",
    "middle": "the third of residents in cells of middle income",
    "richest": "the third of residents in the richest cells",
}
"""Words for a third; incomes are those of the start."""


@dataclass(frozen=True)
class _Benefit:
    """Something that people have more or less of, and the group whose benefit is a rate."""

    title: str
    unit: str
    definition: str
    rate: Callable[[Windows, str], Floats]
    relevant: float = 0.0
    relevant_share: float = 0.0
    is_event: bool = False


BENEFITS: Final = {
    "births_per_1000": _Benefit(
        "Project birth rate",
        "per 1,000 residents and year",
        "Transition projects that began to run, per 1,000 residents and year",
        lambda w, of: 12_000 * ratio(w.sum(f"births{of}"), w.sum(f"residents{of}")),
        relevant=0.01,
        is_event=True,
    ),
    "open_shops_near": _Benefit(
        "Open shops near home",
        "shops",
        "Open shops around the home of a mean resident, each weighted by walking distance",
        lambda w, of: ratio(w.mean(f"shops_near{of}"), w.mean(f"residents{of}")),
        relevant=0.1,
        relevant_share=0.01,
    ),
    "participation": _Benefit(
        "Participation of the young",
        "share",
        "Share of residents aged 15 to 29 who take part in local life",
        lambda w, of: ratio(w.mean(f"youth_active{of}"), w.mean(f"youth{of}")),
        relevant=0.005,
    ),
}
"""Benefits by the name of their measure for the whole territory."""


def _of_a_third(name: str, third: str) -> Measure:
    benefit = BENEFITS[name]
    return Measure(
        f"{name}_{third}",
        benefit.unit,
        f"{benefit.title}, {third} third",
        f"{benefit.definition}, in {OF_THIRDS[third]}.",
        "horizon" if benefit.is_event else "last_year",
        lambda w: benefit.rate(w, f"_{third}"),
        relevant=benefit.relevant,
        relevant_share=benefit.relevant_share,
        is_outcome=True,
    )


def _inclusive(name: str) -> Measure:
    benefit = BENEFITS[name]
    return Measure(
        f"{name}_inclusion",
        "1",
        f"Inclusion: {benefit.title[0].lower()}{benefit.title[1:]}",
        f"{benefit.definition}, in {OF_THIRDS['poorest']} relative to all; 1 where they have as "
        "much as the others.",
        "horizon" if benefit.is_event else "last_year",
        lambda w: ratio(benefit.rate(w, "_poorest"), benefit.rate(w, "")),
        relevant=0.02,
        is_monthly=False,
        is_outcome=True,
    )


def _measures() -> Iterator[Measure]:
    near = BENEFITS["open_shops_near"]
    for measure in by_zone(
        Measure(
            "open_shops_near",
            near.unit,
            near.title,
            f"{near.definition}.",
            "last_year",
            lambda w: near.rate(w, ""),
            relevant=near.relevant,
            relevant_share=near.relevant_share,
        )
    ):
        yield replace(measure, is_outcome=True)
    for name in BENEFITS:
        yield from (_of_a_third(name, third) for third in THIRDS)
        yield _inclusive(name)


EQUITY_MEASURES: Final = tuple(_measures())
