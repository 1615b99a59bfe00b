"""Shop attraction: how much a place draws shoppers, by its size and what there is around it.

    attraction = floor area^alpha x (open share nearby / usual)^gamma x (1 + phi V / V0) x facade

with V the daily visitors of third places nearby, V0 the usual footfall of the centre, and facade
above 1 for renovated fronts.
"""

from __future__ import annotations

import math

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.space import decay_potential
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "ShopAttractionParameters", "open_share_nearby"]


class ShopAttractionParameters(ParameterGroup):
    """What makes people come."""

    floor_area_elasticity: float = parameter(
        1.0,
        unit="1",
        bounds=(0.5, 1.5),
        label="Pull of floor area (alpha)",
        help="By how many per cent attraction grows with one per cent of floor area.",
        source="0.8-1.5; superlinear in London (docs/sources.md)",
        evidence="assumed",
        plausible=(0.8, 1.5),
    )
    open_share_elasticity: float = parameter(
        0.25,
        unit="1",
        bounds=(0.0, 3.0),
        label="Pull of open neighbours (gamma)",
        help="By how many per cent attraction falls with one per cent fewer open shops nearby.",
        source="elasticity of rental income, doi 10.1016/j.jue.2019.103194; used by analogy",
        evidence="assumed",
        plausible=(0.0, 0.5),
    )
    open_share_shrinkage: float = parameter(
        5.0,
        unit="premises",
        bounds=(0.1, 100.0),
        label="Weight of the usual vacancy (kappa)",
        help="How many premises' worth of usual vacancy are added to what is seen nearby.",
        source="else isolated premises stick at zero",
        evidence="assumed",
        role="constant",
    )
    neighbourhood_decay: float = parameter(
        3.5,
        unit="1/km",
        bounds=(0.5, 20.0),
        label="Reach of the surroundings",
        help="How fast open shops stop mattering with walking distance.",
        source="0.7 per 200 m cell in the retail prototype",
        evidence="assumed",
        plausible=(1.75, 7.0),
    )
    visitor_pull: float = parameter(
        0.05,
        unit="1",
        bounds=(0.0, 5.0),
        label="Pull of visitors (phi)",
        help="How much more a shop attracts where third places double the footfall.",
        source="judgement, 0 to 0.3",
        evidence="assumed",
        plausible=(0.0, 0.3),
    )


@rule
def open_share_nearby(open_premises, premises, usual_open_share, shrinkage):
    """Share of premises open around a place, drawn towards the usual share where few are near."""
    return (open_premises + shrinkage * usual_open_share) / (premises + shrinkage)


@rule
def pull_of_visitors(visitors, usual_footfall, visitor_pull):
    """How much more people come because of the daily visitors of third places nearby."""
    if usual_footfall <= 0.0:
        return 1.0
    return 1.0 + visitor_pull * visitors / usual_footfall


@kernel
def attract_shoppers(
    premises_cell_row,
    premises_zone,
    premises_is_open,
    premises_size_attraction,
    premises_open_share_nearby,
    premises_attraction,
    premises_facade,
    cell_premises_nearby,
    cell_open_nearby,
    cell_open_premises,
    cell_place_visitors,
    work_space,
    town_reference_footfall,
    town_usual_vacancy,
    town_neighbourhood_decay,
    driver_periphery,
    floor_area_elasticity,
    open_share_elasticity,
    open_share_shrinkage,
    visitor_pull,
):
    """Set the attraction that an average occupant of each premises has this month."""
    cell_open_premises[:] = 0.0
    open_here = cell_open_premises.reshape(-1)
    for p in range(premises_is_open.size):
        if premises_is_open[p]:
            open_here[premises_cell_row[p]] += 1.0
    decay_potential(
        cell_open_premises, town_neighbourhood_decay[0], cell_open_nearby, work_space[0, :1]
    )
    nearby = cell_premises_nearby.reshape(-1)
    open_nearby = cell_open_nearby.reshape(-1)
    visitors = cell_place_visitors.reshape(-1)
    usual = 1.0 - town_usual_vacancy[0]
    park = math.pow(driver_periphery[0], floor_area_elasticity)
    share, pull, seen = usual, 1.0, -1
    for p in range(premises_is_open.size):
        c = premises_cell_row[p]
        if c != seen:  # premises stand in order of cells, and those of a cell share what is nearby
            share = open_share_nearby(open_nearby[c], nearby[c], usual, open_share_shrinkage)
            pull = math.pow(share / usual, open_share_elasticity)
            pull *= pull_of_visitors(visitors[c], town_reference_footfall[0], visitor_pull)
            seen = c
        premises_open_share_nearby[p] = share
        premises_attraction[p] = (
            premises_size_attraction[p]
            * pull
            * (park if premises_zone[p] == 1 else 1.0)
            * premises_facade[p]
        )


PROCESS = Process(
    name="shop_attraction",
    group=ShopAttractionParameters,
    kernel=attract_shoppers,
    writes=(
        "premises.open_share_nearby",
        "premises.attraction",
        "cell.open_premises",
        "cell.open_nearby",
        "work.space",
    ),
    english_title="Shop attraction",
)
