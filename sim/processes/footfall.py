"""Footfall: daily visits to the shops of a cell."""

from __future__ import annotations

from sim.kernels.machine.compile import kernel
from sim.kernels.zone_codes import BUFFER
from sim.processes.process import Process, arrays
from sim.registry.parameters import Evidence, ParameterGroup, parameter

DAYS = 365.25 / 12


def _basket(
    value: float,
    label: str,
    plausible: tuple[float, float],
    source: str = "judgement",
    evidence: Evidence = "assumed",
) -> float:
    return parameter(
        value,
        unit="EUR/visit",
        bounds=(1.0, 1000.0),
        label=f"Basket, {label}",
        help=f"Mean takings from a visit to a shop, {label}.",
        source=source,
        evidence=evidence,
        plausible=plausible,
    )


class FootfallParameters(ParameterGroup):
    """Conversion of money into visits."""

    basket_convenience: float = _basket(
        16.0, "convenience", (12.0, 21.0), "baskets by kind of shop (docs/sources.md)", "derived"
    )
    basket_comparison: float = _basket(
        66.0, "comparison", (45.0, 90.0), "baskets by kind of shop (docs/sources.md)", "derived"
    )
    basket_hospitality: float = _basket(13.0, "hospitality and services", (8.0, 20.0))


@kernel
def count_visits(premises, cell, zone, p):
    """Convert this month's revenue into daily visits in each cell and zone."""
    cell.footfall[:] = 0.0
    zone.footfall[:] = 0.0
    visits = cell.footfall.reshape(-1)
    for i in range(premises.revenue.size):
        s = premises.sector[i]
        basket = p.basket_convenience if s == 0 else p.basket_comparison
        if s == 2:
            basket = p.basket_hospitality
        count = premises.revenue[i] / (basket * DAYS)
        visits[premises.cell_row[i]] += count
        if premises.zone[i] < BUFFER:
            zone.footfall[premises.zone[i]] += count


PROCESS = Process(
    name="footfall",
    group=FootfallParameters,
    kernel=count_visits,
    writes=arrays(cell="footfall", zone="footfall"),
)
