"""Project engineering: ideas need hours of skilled work before they can apply or start.

The staff of an office has hours for the ideas of its area that still need some, and one of three
ways to give them (`office_triage`, or the lever `triage` of an intervention in reach):

- shared: equal shares for all. More ideas mean congestion, and hours go into ideas that are given
  up halfway; what a share exceeds the need of an idea is lost.
- in order: the longest in work first, each up to `engineering_cap` a month and to its need.
- by readiness: those with the fewest hours left first; ties by age, then by id.

The last two conserve work: no hour is idle as long as an idea of the area could take it, so that

    hours given + idle hours = hours of the office.

Third places add hours to the ideas of their visitors, and machines with which they do part of the
work themselves; an office adds what is still missing. Holders who wait may give up.

Source: triage by the shortest remaining time completes most (Schrage, 1968, Operations Research 16,
687-690).
"""

from __future__ import annotations

from sim.kernels.distance import squared_distance
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.matching import sort_pairs
from sim.kernels.project_codes import ABANDONED, APPLIED, IDEA, INCUBATING, LATENT, REVIEW
from sim.kernels.random import block, stream_key, uniform
from sim.kernels.triage import AS_BEFORE, SHARED, Way, triage_key
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
    office_triage: Way = parameter(
        "in_order",
        label="Triage of engineering",
        help="How an office gives its hours to ideas: in equal shares, the longest in work first, "
        "or those with the fewest hours left first.",
        source="judgement; no survey of how offices set priorities was found",
        role="constant",
    )


@rule
def hours_received(office_share, facilitation, machine_hours, p):
    """Return the hours by which an idea advances in a month."""
    return min(office_share + facilitation + machine_hours, p.engineering_cap)


@rule
def hours_wanted(hours_left, own_hours, p):
    """Return the hours that an idea can take from its office in a month, besides its own."""
    return max(min(hours_left, p.engineering_cap) - own_hours, 0.0)


@rule
def _way_of(o, office, account, columns):
    """Return the way of an office: its own, or that of the last intervention in reach with one."""
    way = office.usual_triage[o]
    for a in range(account.is_active.size):
        if account.is_active[a] and account.triage[a] != AS_BEFORE:
            away = squared_distance(office.cell_row[o], account.cell_row[a], columns)
            if away <= account.grant_reach[a] ** 2:
                way = account.triage[a]
    return way


@rule
def _hours_on_machines(i, entrepreneur, third_place, needed):
    """Return the hours that the holder saves this month with the machines of a third place."""
    place = entrepreneur.third_place[i]
    if entrepreneur.at_place[i] == 0 or place < 0:
        return 0.0
    return third_place.machines[place] * needed / 12.0


@kernel
def _list_work(seed, month, entrepreneur, work, third_place, office, account, cell, town):
    """Draw who gives up, and list the ideas that remain, counted by office; return their number."""
    k0, k1 = stream_key(seed, STREAM, month)
    for o in range(office.triage.size):
        office.triage[o] = _way_of(o, office, account, cell.office.shape[1])
        office.ideas_in_work[o] = 0
        office.idle_hours[o] = office.engineering_hours[o]
    third_place.idea_hours[:] = 0.0
    ideas = 0
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
            work.grant_row[ideas] = i
            ideas += 1
    return ideas


@kernel
def _share_out(ideas, entrepreneur, work, project_kind, third_place, office, p):
    """Give the ideas in work the hours of their offices, each office in its way."""
    listed = 0
    for j in range(ideas):
        i = work.grant_row[j]
        o = entrepreneur.office[i]
        if office.triage[o] == SHARED:
            work.office_hours[i] = office.engineering_hours[o] / office.ideas_in_work[o]
            continue
        left = project_kind.engineering_hours[entrepreneur.kind[i]] - entrepreneur.engineering[i]
        work.triage_key[listed] = triage_key(office.triage[o], left, entrepreneur.stage_months[i])
        work.triage_row[listed] = i
        listed += 1
    sort_pairs(work.triage_key, work.triage_row, listed)
    for n in range(listed):
        i = work.triage_row[n]
        o, needed = entrepreneur.office[i], project_kind.engineering_hours[entrepreneur.kind[i]]
        own = entrepreneur.facilitation[i] + _hours_on_machines(
            i, entrepreneur, third_place, needed
        )
        wanted = hours_wanted(needed - entrepreneur.engineering[i], own, p)
        work.office_hours[i] = min(wanted, office.idle_hours[o])
        office.idle_hours[o] -= work.office_hours[i]


@kernel
def engineer_projects(
    seed, month, entrepreneur, work, project_kind, third_place, office, account, cell, town, p
):
    """Share out this month's hours; ideas with enough hours are filed, or proceed without a file.

    This month's ideas wait for the next month: a project stays in each stage for at least one.
    """
    ideas = _list_work(seed, month, entrepreneur, work, third_place, office, account, cell, town)
    _share_out(ideas, entrepreneur, work, project_kind, third_place, office, p)
    for j in range(ideas):
        i = work.grant_row[j]
        o, kind, place = entrepreneur.office[i], entrepreneur.kind[i], entrepreneur.third_place[i]
        needed, facilitation = project_kind.engineering_hours[kind], entrepreneur.facilitation[i]
        on_machines = _hours_on_machines(i, entrepreneur, third_place, needed)
        left = needed - entrepreneur.engineering[i]
        if office.triage[o] == SHARED:
            wanted = hours_wanted(left, facilitation + on_machines, p)
            office.idle_hours[o] -= min(work.office_hours[i], wanted)
        giver = entrepreneur.accompanied_by[i]
        if giver < 0:
            giver = place
        if giver >= 0:
            third_place.idea_hours[giver] += hours_wanted(left, 0.0, p) - hours_wanted(
                left, facilitation, p
            )
        entrepreneur.engineering[i] += hours_received(
            work.office_hours[i], facilitation, on_machines, p
        )
        helped = facilitation > 0.0 or on_machines > 0.0
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
        office="triage ideas_in_work idle_hours queue_first queue_last waiting",
        third_place="idea_hours",
        work="grant_row office_hours triage_key triage_row",
    ),
    stream=STREAM,
)
