"""Project engineering: ideas need hours of skilled work before they can apply or start.

The staff of an office shares its hours equally among the ideas of its area that still need some,
so the more ideas, the longer each of them takes: this is what congests. Third places add hours to
the ideas of those who come, and machines with which they do part of the work themselves. Holders
who wait for too long give up.
"""

from __future__ import annotations

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import (
    ABANDONED,
    APPLIED,
    IDEA,
    INCUBATING,
    LATENT,
    REVIEW,
)
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "ProjectEngineeringParameters", "hours_received"]

STREAM = 8


class ProjectEngineeringParameters(ParameterGroup):
    """How ideas become projects that can be decided on."""

    engineering_cap: float = parameter(
        40.0,
        unit="hours/month",
        bounds=(1.0, 1000.0),
        plausible=(20.0, 80.0),
        label="Most engineering a month",
        help="Most hours of project engineering that one idea can absorb in a month.",
        source="judgement: a quarter of a full-time job",
        evidence="assumed",
    )


@rule
def hours_received(office_share, facilitation, machine_hours, engineering_cap):
    """Hours by which an idea advances in a month."""
    return min(office_share + facilitation + machine_hours, engineering_cap)


@kernel
def engineer_projects(
    seed,
    month,
    entrepreneur_id,
    entrepreneur_office,
    entrepreneur_kind,
    entrepreneur_facilitation,
    entrepreneur_at_place,
    entrepreneur_third_place,
    work_project_row,
    work_projects,
    entrepreneur_stage,
    entrepreneur_event,
    entrepreneur_stage_months,
    entrepreneur_engineering,
    entrepreneur_supporter,
    entrepreneur_queue_next,
    project_kind_engineering_hours,
    project_kind_needs_approval,
    third_place_account,
    third_place_machines,
    office_engineering_hours,
    office_ideas_in_work,
    office_queue_first,
    office_queue_last,
    office_waiting,
    town_abandonment,
    engineering_cap,
):
    """Share out this month's hours; ideas that have enough are filed, or go on without a file.

    Ideas of this month wait for the next: whatever enters a stage stays in it for a month.
    """
    k0, k1 = stream_key(seed, STREAM, month)
    office_ideas_in_work[:] = 0
    for j in range(work_projects[0]):
        i = work_project_row[j]
        if entrepreneur_stage[i] != IDEA or entrepreneur_stage_months[i] == 0:
            continue
        luck, _, _, _ = block(k0, k1, entrepreneur_id[i], 0)
        if uniform(luck) < town_abandonment[0]:
            entrepreneur_stage[i] = LATENT
            entrepreneur_event[i] = ABANDONED
        else:
            office_ideas_in_work[entrepreneur_office[i]] += 1
    for j in range(work_projects[0]):
        i = work_project_row[j]
        if entrepreneur_stage[i] != IDEA or entrepreneur_stage_months[i] == 0:
            continue
        o, kind, place = entrepreneur_office[i], entrepreneur_kind[i], entrepreneur_third_place[i]
        needed = project_kind_engineering_hours[kind]
        on_machines = 0.0
        if entrepreneur_at_place[i] != 0 and place >= 0:
            on_machines = third_place_machines[place] * needed / 12.0
        entrepreneur_engineering[i] += hours_received(
            office_engineering_hours[o] / office_ideas_in_work[o],
            entrepreneur_facilitation[i],
            on_machines,
            engineering_cap,
        )
        helped = entrepreneur_facilitation[i] > 0.0 or on_machines > 0.0
        if helped and entrepreneur_supporter[i] < 0 and place >= 0:
            entrepreneur_supporter[i] = third_place_account[place]
        if entrepreneur_engineering[i] < needed:
            continue
        entrepreneur_stage_months[i] = 0
        if not project_kind_needs_approval[kind]:
            entrepreneur_stage[i] = INCUBATING
            continue
        entrepreneur_stage[i] = REVIEW
        entrepreneur_event[i] = APPLIED
        entrepreneur_queue_next[i] = -1
        if office_queue_last[o] < 0:
            office_queue_first[o] = i
        else:
            entrepreneur_queue_next[office_queue_last[o]] = i
        office_queue_last[o] = i
        office_waiting[o] += 1


PROCESS = Process(
    name="project_engineering",
    group=ProjectEngineeringParameters,
    kernel=engineer_projects,
    writes=(
        "entrepreneur.stage",
        "entrepreneur.event",
        "entrepreneur.stage_months",
        "entrepreneur.engineering",
        "entrepreneur.supporter",
        "entrepreneur.queue_next",
        "office.ideas_in_work",
        "office.queue_first",
        "office.queue_last",
        "office.waiting",
    ),
    english_title="Project engineering",
    stream=STREAM,
)
