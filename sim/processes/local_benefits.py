"""Local benefits: what third places and projects bring to the shops and the young around them.

Users of third places spend something around them. It is taken from what their home cells spend;
where the boundary is open, a share comes from visitors from beyond the grid and is new. Jobs of
projects beyond those of the start bring consumers to where they are, as far as they are new to the
territory; under a closed boundary none is. What is moved is spent in the following month.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import kernel
from sim.kernels.project_codes import BORN, CEASED, RUNNING
from sim.kernels.space import decay_potential
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "LocalBenefitsParameters"]

DAYS = 365.25 / 12
NEARBY_KM = 0.4
_LOW = np.int64(0xFFFFFFFF)
_32 = np.int64(32)


class LocalBenefitsParameters(ParameterGroup):
    """What comes back to the territory."""

    visitor_spending: float = parameter(
        8.0,
        unit="EUR/day",
        bounds=(0.0, 100.0),
        plausible=(3.0, 15.0),
        label="Spending around a third place",
        help="Daily spending of a user of a third place around it.",
        source="judgement, 3-15 EUR",
        evidence="assumed",
    )
    outside_visitors: float = parameter(
        0.1,
        unit="share",
        bounds=(0.0, 1.0),
        plausible=(0.0, 0.3),
        label="Visitors from outside",
        help="Share of the spending around third places that visitors from elsewhere bring.",
        source="judgement",
        evidence="assumed",
    )
    new_job_share: float = parameter(
        0.3,
        unit="share",
        bounds=(0.0, 1.0),
        plausible=(0.0, 0.6),
        label="Jobs that are new",
        help="Share of project jobs that the territory would not have had otherwise.",
        source="judgement; enterprise zones mostly divert (pattern 14)",
        evidence="assumed",
    )
    job_spending: float = parameter(
        0.5,
        unit="people per job",
        bounds=(0.0, 3.0),
        plausible=(0.2, 1.0),
        label="Consumers that a job brings",
        help="Number of average consumers who together spend the wage of a new job.",
        source="judgement",
        evidence="assumed",
    )


@kernel
def bring_benefits(
    entrepreneur_cell_row,
    work_project_row,
    work_projects,
    entrepreneur_stage,
    entrepreneur_event,
    entrepreneur_kind,
    entrepreneur_premises_row,
    project_kind_jobs,
    premises_cell_row,
    youth_cell_row,
    official_cell_row,
    third_place_cell_row,
    third_place_is_open,
    third_place_is_mobile,
    third_place_users,
    visitor_key,
    visitor_agent,
    visitor_count,
    cell_residents,
    cell_purchasing_power,
    cell_visitors,
    cell_project_jobs,
    cell_project_jobs_nearby,
    cell_jobs_at_start,
    cell_moved_consumers,
    cell_place_visitors,
    work_space,
    town_neighbourhood_decay,
    town_cell_km,
    visitor_spending,
    outside_visitors,
    new_job_share,
    job_spending,
    spending_convenience,
    spending_comparison,
    spending_hospitality,
):
    """Add up jobs where they have changed, move the spending of users, count daily visitors."""
    jobs = cell_project_jobs.reshape(-1)
    has_changed = False
    for j in range(work_projects[0]):
        i = work_project_row[j]
        has_changed |= entrepreneur_event[i] == BORN or entrepreneur_event[i] == CEASED
    if has_changed:
        cell_project_jobs[:] = 0.0
        for j in range(work_projects[0]):
            i = work_project_row[j]
            if entrepreneur_stage[i] == RUNNING:
                p = entrepreneur_premises_row[i]
                c = premises_cell_row[p] if p >= 0 else entrepreneur_cell_row[i]
                jobs[c] += project_kind_jobs[entrepreneur_kind[i]]
        decay_potential(
            cell_project_jobs,
            town_neighbourhood_decay[0],
            cell_project_jobs_nearby,
            work_space[0, :1],
        )
    brought = np.float32(new_job_share * job_spending)
    moved, at_start = cell_moved_consumers.reshape(-1), cell_jobs_at_start.reshape(-1)
    for c in range(moved.size):
        moved[c] = brought * (jobs[c] - at_start[c])
    residents, power = cell_residents.reshape(-1), cell_purchasing_power.reshape(-1)
    visitors = cell_visitors.reshape(-1)
    yearly = spending_convenience + spending_comparison + spending_hospitality
    per_user = visitor_spending * DAYS / (yearly / 12.0) if yearly > 0.0 else 0.0
    for v in range(visitor_count[0]):
        row = visitor_agent[v] & _LOW
        who = visitor_agent[v] >> _32
        if who == 0:
            home = youth_cell_row[row]
        elif who == 1:
            home = entrepreneur_cell_row[row]
        else:
            home = official_cell_row[row]
        there = third_place_cell_row[np.int64(visitor_key[v] >> np.uint64(32))]
        left = residents[home] * power[home] + visitors[home] + moved[home]
        taken = min((1.0 - outside_visitors) * per_user, max(left, 0.0))
        moved[home] -= taken
        moved[there] += taken + outside_visitors * per_user
    rows, columns = cell_place_visitors.shape
    radius = NEARBY_KM / town_cell_km[0]
    cell_place_visitors[:] = 0.0
    for t in range(third_place_is_open.size):
        if not third_place_is_open[t] or third_place_is_mobile[t]:
            continue
        y, x = divmod(third_place_cell_row[t], columns)
        steps = int(radius)
        for i in range(max(y - steps, 0), min(y + steps + 1, rows)):
            for j in range(max(x - steps, 0), min(x + steps + 1, columns)):
                if (i - y) ** 2 + (j - x) ** 2 <= radius * radius:
                    cell_place_visitors[i, j] += third_place_users[t]


PROCESS = Process(
    name="local_benefits",
    group=LocalBenefitsParameters,
    kernel=bring_benefits,
    writes=(
        "cell.project_jobs",
        "cell.project_jobs_nearby",
        "cell.moved_consumers",
        "cell.place_visitors",
        "work.space",
    ),
    english_title="Local benefits",
)
