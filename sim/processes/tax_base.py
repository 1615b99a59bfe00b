"""Tax base: what the residents and shops of an area bring its office, and what it can then do.

    tax base = 1 + tax_residents_share x (R / R0 - 1) + tax_shops_share x (S / S0 - 1)

with R the residents weighted by purchasing power and S the rents of the start of premises that are
open, in the area of the office; R0 and S0 are those of the start date. The rest of its revenue,
such as grants of the state, stays. Taxes are assessed on the state of 1 January, and with that
year's budget hours of project engineering and files that can be opened follow:

    means = means at the start x tax base ^ tax_response

Fewer residents and shops thus leave less engineering and review for those who want to do something
about it.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.zone_codes import BUFFER
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter, response


class TaxBaseParameters(ParameterGroup):
    """Revenue of offices, and their means."""

    tax_residents_share: float = parameter(
        0.5,
        unit="share",
        bounds=(0.0, 0.8),
        label="Revenue that follows residents",
        help="Share of an office's revenue that follows the residents and their income.",
        source="taxes on households and grants per head, out of all revenue (docs/sources.md)",
        plausible=(0.3, 0.7),
    )
    tax_shops_share: float = parameter(
        0.05,
        unit="share",
        bounds=(0.0, 0.2),
        label="Revenue that follows shops",
        help="Share of an office's revenue that open shops pay.",
        source="judgement; shops are a small part of the local taxes on firms",
        plausible=(0.01, 0.15),
    )
    tax_response: float = response(
        1.0,
        2.0,
        most=10.0,
        label="Means follow the tax base",
        help="By how many per cent engineering and review of offices shrink with one per cent of "
        "their tax base; 0: not at all.",
    )


@rule
def relative_to(now, before):
    """Return the ratio to the start, 1 where there was nothing."""
    return now / before if before > 0.0 else 1.0


@rule
def tax_base(residents, shops, p):
    """Return the revenue of an office from residents and shops, all relative to the start."""
    return 1.0 + p.tax_residents_share * (residents - 1.0) + p.tax_shops_share * (shops - 1.0)


@kernel
def add_up_bases(office, cell, premises):
    """Add up what residents and shops are worth to each office."""
    office.resident_base[:] = 0.0
    office.shop_base[:] = 0.0
    area, residents = cell.office.reshape(-1), cell.residents.reshape(-1)
    power, zone = cell.purchasing_power.reshape(-1), cell.zone.reshape(-1)
    o, base = -1, 0.0
    for c in range(area.size):
        if zone[c] < BUFFER:
            if area[c] != o:  # seldom, so the sum stays in a register
                if o >= 0:
                    office.resident_base[o] = base
                o = area[c]
                base = office.resident_base[o]
            base += np.float64(residents[c]) * np.float64(power[c])
    if o >= 0:
        office.resident_base[o] = base
    for i in range(premises.is_open.size):
        if premises.is_open[i] and premises.zone[i] < BUFFER:
            office.shop_base[area[premises.cell_row[i]]] += premises.rent_at_start[i]


@kernel
def assess_tax_bases(month, office, cell, premises, p):
    """Each January, compare residents and shops with the start and set what offices can do."""
    if month % 12 != 0:
        return
    add_up_bases(office, cell, premises)
    for o in range(office.tax_base.size):
        office.tax_base[o] = tax_base(
            relative_to(office.resident_base[o], office.resident_base_at_start[o]),
            relative_to(office.shop_base[o], office.shop_base_at_start[o]),
            p,
        )
        if p.tax_response > 0.0:
            means = math.pow(office.tax_base[o], p.tax_response)
            office.engineering_hours[o] = office.engineering_hours_at_start[o] * means
            office.review_capacity[o] = office.review_capacity_at_start[o] * means


PROCESS = Process(
    name="tax_base",
    group=TaxBaseParameters,
    kernel=assess_tax_bases,
    writes=arrays(office="resident_base shop_base tax_base engineering_hours review_capacity"),
)
