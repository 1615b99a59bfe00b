"""Shop jobs: the jobs of open shops around each home.

A shop has `shop_jobs_base` + `shop_jobs_per_m2` x floor area jobs while it trades; vacant premises
have none. Jobs around a home are weighted by walking distance, like those of projects. They are
added up only where staying reacts to them (`shop_job_weight`).
"""

from __future__ import annotations

from sim.kernels.machine.compile import kernel
from sim.kernels.space import decay_potential, potential_work
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter


class ShopJobsParameters(ParameterGroup):
    """Jobs in shops."""

    shop_jobs_base: float = parameter(
        0.8,
        unit="jobs",
        bounds=(0.0, 10.0),
        label="Jobs of a shop without floor",
        help="Jobs that a shop has whatever its sales floor.",
        source="mean shop 5 jobs on 250 m², median 2 on 69 m² (INSEE Première 1668)",
        evidence="derived",
        plausible=(0.5, 1.5),
    )
    shop_jobs_per_m2: float = parameter(
        0.017,
        unit="jobs/m2",
        bounds=(0.0, 0.2),
        label="Jobs per sales floor",
        help="Further jobs of a shop for each square metre of its sales floor.",
        source="mean shop 5 jobs on 250 m², median 2 on 69 m² (INSEE Première 1668)",
        evidence="derived",
        plausible=(0.01, 0.021),
    )


@kernel
def add_up_shop_jobs(premises, cell, work, town):
    """Add up the jobs of open shops in each cell, and around it."""
    cell.shop_jobs[:] = 0.0
    here = cell.shop_jobs.reshape(-1)
    for i in range(premises.is_open.size):
        if premises.is_open[i]:
            here[premises.cell_row[i]] += premises.jobs[i]
    scratch = potential_work(work.space[0], cell.shop_jobs)
    decay_potential(cell.shop_jobs, town.neighbourhood_decay[0], cell.shop_jobs_nearby, scratch)


@kernel
def count_shop_jobs(premises, cell, work, town, p):
    """Update the jobs of shops around homes, if anybody reacts to them."""
    if p.shop_job_weight > 0.0:
        add_up_shop_jobs(premises, cell, work, town)


PROCESS = Process(
    name="shop_jobs",
    group=ShopJobsParameters,
    kernel=count_shop_jobs,
    writes=arrays(cell="shop_jobs shop_jobs_nearby", work="space"),
)
