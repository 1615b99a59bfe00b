"""Footfall: how many visits a day the shops of a cell receive."""

from __future__ import annotations

from sim.kernels.machine.compile import kernel
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "FootfallParameters"]

DAYS = 365.25 / 12


def _basket(value: float, label: str, plausible: tuple[float, float]) -> float:
    return parameter(
        value,
        unit="EUR/visit",
        bounds=(1.0, 1000.0),
        label=f"Basket, {label}",
        help=f"Mean takings from a visit to a shop, {label}.",
        source="judgement",
        evidence="assumed",
        plausible=plausible,
    )


class FootfallParameters(ParameterGroup):
    """How money becomes visits."""

    basket_convenience: float = _basket(15.0, "convenience", (8.0, 25.0))
    basket_comparison: float = _basket(45.0, "comparison", (25.0, 70.0))
    basket_hospitality: float = _basket(13.0, "hospitality and services", (8.0, 20.0))


@kernel
def count_visits(
    premises_cell_row,
    premises_sector,
    premises_zone,
    premises_revenue,
    cell_footfall,
    zone_footfall,
    basket_convenience,
    basket_comparison,
    basket_hospitality,
):
    """Turn this month's revenue into visits a day in each cell and zone."""
    cell_footfall[:] = 0.0
    zone_footfall[:] = 0.0
    visits = cell_footfall.reshape(-1)
    for p in range(premises_revenue.size):
        s = premises_sector[p]
        basket = basket_convenience if s == 0 else basket_comparison
        if s == 2:
            basket = basket_hospitality
        count = premises_revenue[p] / (basket * DAYS)
        visits[premises_cell_row[p]] += count
        zone_footfall[premises_zone[p]] += count


PROCESS = Process(
    name="footfall",
    group=FootfallParameters,
    kernel=count_visits,
    writes=("cell.footfall", "zone.footfall"),
    english_title="Footfall",
)
