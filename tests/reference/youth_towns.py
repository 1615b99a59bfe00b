"""The young of a territory without other processes."""

import numpy as np

from sim.kernels.space import huff_work_shape
from sim.processes import youth_migration, youth_participation
from sim.processes.month import effective
from sim.registry.state import State
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import territory_of
from sim.start.people import people_sizes, settle_people
from sim.start.youth import start_youth
from sim.territory.territory import Territory


class Youth:
    """The young of a scenario, alone: months in which they move and take part."""

    def __init__(self, seed=1, scenario="mid_sized_town", territory=None, **parameters):
        scenario = load_scenario(scenario).replace(**parameters)
        self.values = effective(scenario.values)
        self.territory = territory_of(scenario) if territory is None else territory
        self.seed, self.month = seed, 0
        rows, columns = self.territory.shape
        self.state = state = State(
            {
                "row": rows,
                "column": columns,
                **dict(
                    zip(("lane", "height", "width"), huff_work_shape(rows, columns), strict=True)
                ),
                **people_sizes(self.territory, self.values),
            }
        )
        state["cell.residents"] = self.territory.residents
        state["town.neighbourhood_decay"] = 0.5
        settle_people(state, self.territory, self.values)
        start_youth(state, self.territory, self.values, seed)
        self.processes = [
            p.bind(state, self.values, seed)
            for p in (youth_migration.PROCESS, youth_participation.PROCESS)
        ]

    def run(self, months, then=lambda: None):
        for _ in range(months):
            for process in self.processes:
                process(self.month, 0)
            self.month += 1
            then()
        return self

    def __getitem__(self, name):
        return self.state[f"youth.{name}"]

    @property
    def participation(self):
        return float(self["is_active"].sum() / self["is_present"].sum())

    @property
    def residents(self):
        return float(self.state["cell.residents"].sum(dtype=np.float64))


def two_towns(apart, of=30):
    """Two towns of one cell each at the ends of a grid of 1 km cells."""
    people = np.zeros((1, apart + 1), np.float32)
    people[0, [0, apart]] = 10 * of
    nothing = np.zeros(people.shape, bool)
    return Territory(
        name="two towns",
        cell_size=1000.0,
        residents=people,
        youth=people * 0.1,
        income=np.ones(people.shape, np.float32),
        is_town_centre=nothing,
        is_retail_park=nothing,
        premises_cell=np.zeros(0, np.int32),
        premises_sector=np.zeros(0, np.uint8),
        premises_floor_area=np.zeros(0, np.float32),
        premises_occupancy=np.zeros(0, np.int8),
    )
