"""Shop attraction: the pull of a place on shoppers, from its size and surroundings.

    attraction = floor area^alpha x (open share nearby / usual)^gamma x (1 + phi V / V0) x facade

with V the daily visitors of third places nearby, V0 the usual footfall of the centre, and facade
above 1 for renovated fronts.
"""

from __future__ import annotations

import math

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.space import decay_potential, potential_work
from sim.kernels.zone_codes import is_park
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter


class ShopAttractionParameters(ParameterGroup):
    """Attraction of shops."""

    floor_area_elasticity: float = parameter(
        1.1,
        bounds=(0.5, 1.5),
        label="Pull of floor area",
        help="By how many per cent attraction grows with one per cent of floor area.",
        source="London 1.17; groceries 0.62 [-0.11, 1.35] (docs/sources.md)",
        evidence="derived",
        plausible=(0.9, 1.3),
    )
    open_share_elasticity: float = parameter(
        0.25,
        bounds=(0.0, 3.0),
        label="Pull of open neighbours",
        help="By how many per cent attraction falls with one per cent fewer open shops nearby.",
        source="elasticity of rental income, doi 10.1016/j.jue.2019.103194; used by analogy",
        plausible=(0.0, 0.5),
    )
    open_share_shrinkage: float = parameter(
        5.0,
        unit="premises",
        bounds=(0.1, 100.0),
        label="Weight of the usual vacancy",
        help="How many premises' worth of usual vacancy are added to what is seen nearby.",
        source="else isolated premises stick at zero",
        role="constant",
    )
    neighbourhood_decay: float = parameter(
        3.5,
        unit="1/km",
        bounds=(0.5, 20.0),
        label="Reach of the surroundings",
        help="How fast open shops stop mattering with walking distance.",
        source="0.7 per 200 m cell in the retail prototype",
        plausible=(1.75, 7.0),
    )
    visitor_pull: float = parameter(
        0.14,
        bounds=(0.0, 5.0),
        label="Pull of visitors",
        help="How much more a shop attracts where third places double the footfall.",
        source="2^0.25 - 1, by analogy to rental income, doi 10.1016/j.jue.2019.103194",
        evidence="derived",
        plausible=(0.0, 0.27),
    )


@rule
def open_share_nearby(open_premises, premises, usual_open_share, shrinkage):
    """Return the open share around a place, shrunk to the usual share if few premises are near."""
    return (open_premises + shrinkage * usual_open_share) / (premises + shrinkage)


@rule
def pull_of_visitors(visitors, usual_footfall, p):
    """Return the gain in attraction from daily visitors of third places nearby."""
    if usual_footfall <= 0.0:
        return 1.0
    return 1.0 + p.visitor_pull * visitors / usual_footfall


@kernel
def attract_shoppers(premises, cell, work, town, driver, p):
    """Set this month's attraction of an average occupant of each premises."""
    cell.open_premises[:] = 0.0
    open_here = cell.open_premises.reshape(-1)
    for i in range(premises.is_open.size):
        if premises.is_open[i] or premises.third_place[i] >= 0:
            open_here[premises.cell_row[i]] += 1.0
    scratch = potential_work(work.space[0], cell.open_premises)
    decay_potential(cell.open_premises, town.neighbourhood_decay[0], cell.open_nearby, scratch)
    nearby = cell.premises_nearby.reshape(-1)
    open_nearby = cell.open_nearby.reshape(-1)
    visitors = cell.place_visitors.reshape(-1)
    usual = 1.0 - town.usual_vacancy[0]
    park = math.pow(driver.periphery[0], p.floor_area_elasticity)
    share, pull, seen = usual, 1.0, -1
    for i in range(premises.is_open.size):
        c = premises.cell_row[i]
        if c != seen:  # premises are sorted by cell, and those of a cell share their surroundings
            share = open_share_nearby(open_nearby[c], nearby[c], usual, p.open_share_shrinkage)
            pull = math.pow(share / usual, p.open_share_elasticity)
            pull *= pull_of_visitors(visitors[c], town.reference_footfall[0], p)
            seen = c
        premises.open_share_nearby[i] = share
        premises.attraction[i] = (
            premises.size_attraction[i]
            * pull
            * (park if is_park(premises.zone[i]) else 1.0)
            * premises.facade[i]
        )


PROCESS = Process(
    name="shop_attraction",
    group=ShopAttractionParameters,
    kernel=attract_shoppers,
    writes=arrays(
        premises="open_share_nearby attraction", cell="open_premises open_nearby", work="space"
    ),
)
