"""Rent: a slow response to vacancy nearby, slower downwards than upwards."""

from __future__ import annotations

from numba import prange

from sim.kernels.machine.compile import kernel, rule
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter


class RentParameters(ParameterGroup):
    """Rents of premises."""

    rent_effort: float = parameter(
        0.09,
        unit="share of turnover",
        bounds=(0.0, 0.3),
        label="Rent effort at the start",
        help="Rent as a share of the turnover at which a shop breaks even.",
        source="5-15%, unsustainable above 15% (docs/sources.md)",
        plausible=(0.05, 0.15),
    )
    rent_response: float = parameter(
        2.0,
        bounds=(0.0, 10.0),
        label="Rent, response to vacancy",
        help="By how many per cent rents tend to fall with one point more vacancy nearby.",
        source="an elasticity of 0.3 at 10% vacancy, linearised",
        plausible=(0.0, 4.0),
    )
    rent_months_up: float = parameter(
        36.0,
        unit="months",
        bounds=(1.0, 360.0),
        label="Rent, time to rise",
        help="How long rents take to rise.",
        source="three-year revision of commercial leases",
        plausible=(12.0, 72.0),
    )
    rent_months_down: float = parameter(
        72.0,
        unit="months",
        bounds=(1.0, 720.0),
        label="Rent, time to fall",
        help="How long rents take to fall.",
        source="owners wait before they lower a rent",
        plausible=(36.0, 144.0),
    )


@rule
def rent_target(rent_at_start, open_share, usual_open_share, p):
    """Return the target rent of the market, within 0.4 and 1.6 times the rent of the start."""
    factor = 1.0 + p.rent_response * (open_share - usual_open_share)
    return rent_at_start * min(max(factor, 0.4), 1.6)


@kernel
def move_rents(premises, town, p):
    """Move every rent a step towards its target."""
    rent = premises.rent
    usual_open_share = 1.0 - town.usual_vacancy[0]
    for i in prange(rent.size):
        open_share = premises.open_share_nearby[i]
        gap = rent_target(premises.rent_at_start[i], open_share, usual_open_share, p) - rent[i]
        rent[i] += gap / (p.rent_months_up if gap > 0.0 else p.rent_months_down)


PROCESS = Process(
    name="rent", group=RentParameters, kernel=move_rents, writes=arrays(premises="rent")
)
