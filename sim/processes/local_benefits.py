"""Local benefits: effects of third places and projects on the shops and the young around them.

Users of third places spend money around them, in proportion to the use of their seats. It comes
from the spending of their home cells; with an open boundary, a share comes from visitors from
beyond the grid and is new. Remote workers would else work at home, so all that they spend by day
comes from there. Project jobs beyond those of the start bring consumers to their cell, as
far as the jobs are new to the territory; with a closed boundary none is. The spending moves in the
following month.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.dimensions import ECONOMIC, jobs_by_weight
from sim.kernels.machine.compile import kernel
from sim.kernels.project_codes import BORN, CEASED, RUNNING
from sim.kernels.seats import seat_use
from sim.kernels.space import decay_potential, potential_work
from sim.kernels.visitors import ENTREPRENEUR, OFFICIAL, YOUTH, unpack
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

DAYS = 365.25 / 12
WORK_DAYS = 252 / 12
NEARBY_KM = 0.4


class LocalBenefitsParameters(ParameterGroup):
    """Benefits for the surroundings of places and projects."""

    visitor_spending: float = parameter(
        8.0,
        unit="EUR/day",
        bounds=(0.0, 100.0),
        plausible=(3.0, 15.0),
        label="Spending around a third place",
        help="Daily spending of a user of a third place around it.",
        source="judgement, €3-15",
    )
    work_day_spending: float = parameter(
        10.0,
        unit="EUR/day",
        bounds=(0.0, 100.0),
        label="Spending on a work day",
        help="What a remote worker spends around a third place on a day there instead of at home.",
        source="judgement: a lunch; 0 to €20",
        plausible=(0.0, 20.0),
    )
    outside_visitors: float = parameter(
        0.1,
        unit="share",
        plausible=(0.0, 0.3),
        label="Visitors from outside",
        help="Share of the spending around third places that visitors from elsewhere bring.",
    )
    new_job_share: float = parameter(
        0.3,
        unit="share",
        plausible=(0.0, 0.6),
        label="Jobs that are new",
        help="Share of project jobs that the territory would not have had otherwise.",
        source="judgement; enterprise zones mostly divert (pattern 14)",
    )
    job_spending: float = parameter(
        0.5,
        unit="people per job",
        bounds=(0.0, 3.0),
        plausible=(0.2, 1.0),
        label="Consumers that a job brings",
        help="Number of average consumers who together spend the wage of a new job.",
    )


@kernel
def _move_consumers(brought, jobs, at_start, moved):
    """Write the consumers that new jobs bring to each cell."""
    for c in prange(moved.size):
        moved[c] = brought * (jobs[c] - at_start[c])


@kernel
def bring_benefits(
    entrepreneur, work, project_kind, premises, youth, official, worker, third_place, visitor, cell,
    town, p
):  # fmt: skip
    """Update changed jobs, move the spending of users, and count daily visitors."""
    jobs = cell.project_jobs.reshape(-1)
    has_changed = False
    for j in range(work.projects[0]):
        i = work.project_row[j]
        has_changed |= entrepreneur.event[i] == BORN or entrepreneur.event[i] == CEASED
    if has_changed:
        cell.project_jobs[:] = 0.0
        for j in range(work.projects[0]):
            i = work.project_row[j]
            if entrepreneur.stage[i] == RUNNING:
                place = entrepreneur.premises_row[i]
                c = premises.cell_row[place] if place >= 0 else entrepreneur.cell_row[i]
                kind, weight = entrepreneur.kind[i], entrepreneur.weight[i, ECONOMIC]
                usual_weight = project_kind.weight[kind, ECONOMIC]
                jobs[c] += jobs_by_weight(project_kind.jobs[kind], weight, usual_weight, p)
        decay_potential(
            cell.project_jobs,
            town.neighbourhood_decay[0],
            cell.project_jobs_nearby,
            potential_work(work.space[0], cell.project_jobs),
        )
    brought = np.float32(p.new_job_share * p.job_spending)
    moved, at_start = cell.moved_consumers.reshape(-1), cell.jobs_at_start.reshape(-1)
    _move_consumers(brought, jobs, at_start, moved)
    residents, power = cell.residents.reshape(-1), cell.purchasing_power.reshape(-1)
    visitors = cell.visitors.reshape(-1)
    yearly = p.spending_convenience + p.spending_comparison + p.spending_hospitality
    per_user = p.visitor_spending * DAYS / (yearly / 12.0) if yearly > 0.0 else 0.0
    per_worker = p.work_day_spending * WORK_DAYS / (yearly / 12.0) if yearly > 0.0 else 0.0
    for v in range(visitor.count[0]):
        place, kind, i = unpack(v, visitor)
        use, each, outside = seat_use(kind, p), per_user, p.outside_visitors
        if kind == YOUTH:
            home = youth.cell_row[i]
        elif kind == ENTREPRENEUR:
            home = entrepreneur.cell_row[i]
        elif kind == OFFICIAL:
            home = official.cell_row[i]
        else:
            home = worker.cell_row[i]
            each, outside = per_worker, 0.0
        there = third_place.cell_row[place]
        left = residents[home] * power[home] + visitors[home] + moved[home]
        taken = min((1.0 - outside) * use * each, max(left, 0.0))
        moved[home] -= taken
        moved[there] += taken + outside * use * each
    rows, columns = cell.place_visitors.shape
    radius = NEARBY_KM / town.cell_km[0]
    cell.place_visitors[:] = 0.0
    for t in range(third_place.is_open.size):
        if not third_place.is_open[t] or third_place.is_mobile[t]:
            continue
        y, x = divmod(third_place.cell_row[t], columns)
        steps = int(radius)
        for i in range(max(y - steps, 0), min(y + steps + 1, rows)):
            for j in range(max(x - steps, 0), min(x + steps + 1, columns)):
                if (i - y) ** 2 + (j - x) ** 2 <= radius * radius:
                    cell.place_visitors[i, j] += third_place.seats_used[t]


PROCESS = Process(
    name="local_benefits",
    group=LocalBenefitsParameters,
    kernel=bring_benefits,
    writes=arrays(
        cell="project_jobs project_jobs_nearby moved_consumers place_visitors", work="space"
    ),
)
