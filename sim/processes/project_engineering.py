"""Project engineering: ideas need hours of skilled work before they can apply or start.

The staff of an office shares its hours equally among the ideas of its area that still need some, so
more ideas mean congestion. Third places add hours to the ideas of their visitors, and machines with
which they do part of the work themselves. Holders who wait may give up.
"""

from __future__ import annotations

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import ABANDONED, APPLIED, IDEA, INCUBATING, LATENT, REVIEW
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 8


class ProjectEngineeringParameters(ParameterGroup):
    """Preparation of ideas for a decision."""

    engineering_cap: float = parameter(
        40.0,
        unit="hours/month",
        bounds=(1.0, 1000.0),
        plausible=(20.0, 80.0),
        label="Most engineering a month",
        help="Most hours of project engineering that one idea can absorb in a month.",
        source="judgement: a quarter of a full-time job",
    )


@rule
def hours_received(office_share, facilitation, machine_hours, p):
    """Return the hours by which an idea advances in a month."""
    return min(office_share + facilitation + machine_hours, p.engineering_cap)


@kernel
def engineer_projects(seed, month, entrepreneur, work, project_kind, third_place, office, town, p):
    """Share out this month's hours; ideas with enough hours are filed, or proceed without a file.

    This month's ideas wait for the next month: a project stays in each stage for at least one.
    """
    k0, k1 = stream_key(seed, STREAM, month)
    office.ideas_in_work[:] = 0
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if entrepreneur.stage[i] != IDEA or entrepreneur.stage_months[i] == 0:
            continue
        luck, _, _, _ = block(k0, k1, entrepreneur.id[i], 0)
        if uniform(luck) < town.abandonment[0]:
            entrepreneur.stage[i] = LATENT
            entrepreneur.event[i] = ABANDONED
        else:
            office.ideas_in_work[entrepreneur.office[i]] += 1
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if entrepreneur.stage[i] != IDEA or entrepreneur.stage_months[i] == 0:
            continue
        o, kind, place = entrepreneur.office[i], entrepreneur.kind[i], entrepreneur.third_place[i]
        needed = project_kind.engineering_hours[kind]
        on_machines = 0.0
        if entrepreneur.at_place[i] != 0 and place >= 0:
            on_machines = third_place.machines[place] * needed / 12.0
        entrepreneur.engineering[i] += hours_received(
            office.engineering_hours[o] / office.ideas_in_work[o],
            entrepreneur.facilitation[i],
            on_machines,
            p,
        )
        helped = entrepreneur.facilitation[i] > 0.0 or on_machines > 0.0
        if helped and entrepreneur.supporter[i] < 0 and place >= 0:
            entrepreneur.supporter[i] = third_place.account[place]
        if entrepreneur.engineering[i] < needed:
            continue
        entrepreneur.stage_months[i] = 0
        if not project_kind.needs_approval[kind]:
            entrepreneur.stage[i] = INCUBATING
            continue
        entrepreneur.stage[i] = REVIEW
        entrepreneur.event[i] = APPLIED
        entrepreneur.queue_next[i] = -1
        if office.queue_last[o] < 0:
            office.queue_first[o] = i
        else:
            entrepreneur.queue_next[office.queue_last[o]] = i
        office.queue_last[o] = i
        office.waiting[o] += 1


PROCESS = Process(
    name="project_engineering",
    group=ProjectEngineeringParameters,
    kernel=engineer_projects,
    writes=arrays(
        entrepreneur="stage event stage_months engineering supporter queue_next",
        office="ideas_in_work queue_first queue_last waiting",
    ),
    stream=STREAM,
)
