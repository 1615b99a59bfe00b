"""Application review: offices examine files in the order in which they were filed.

An office opens so many files a month, the first filed first, and those of officials embedded in
third places on top; what a month leaves over is kept, but never more than one file. Whether its
holder has given up meanwhile shows once the file is opened. Examination then takes

    examination_months x exp(-trust_speed x (trust - trust at the start)) x short_loop_factor

months, the last where the file is examined on the spot at the place that supports the project.
"""

from __future__ import annotations

import math

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import (
    ABANDONED,
    APPROVED,
    INCUBATING,
    LATENT,
    REFUSED,
    REVIEW,
)
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "ApplicationReviewParameters", "examination", "whole_months"]

STREAM = 9


class ApplicationReviewParameters(ParameterGroup):
    """How offices decide on projects."""

    approval_probability: float = parameter(
        0.5,
        unit="share",
        bounds=(0.0, 1.0),
        plausible=(0.3, 0.8),
        label="Approval",
        help="Probability that a file that was examined is approved.",
        source="judgement",
        evidence="assumed",
    )
    trust_speed: float = parameter(
        1.0,
        unit="1",
        bounds=(0.0, 5.0),
        plausible=(0.0, 2.0),
        label="Trust speeds up review",
        help="By how much of itself examination gets shorter for each unit of trust gained.",
        source="judgement; evaluated programmes barely shifted officials' practice",
        evidence="assumed",
    )
    short_loop_factor: float = parameter(
        0.5,
        unit="1",
        bounds=(0.05, 1.0),
        plausible=(0.25, 1.0),
        label="Review on the spot",
        help="Length of an examination at the third place relative to one at the office.",
        source="judgement",
        evidence="assumed",
    )


@rule
def examination(examination_months, trust, trust_at_start, trust_speed):
    """Months that the examination of a file takes at an office of this trust."""
    return examination_months * math.exp(-trust_speed * (trust - trust_at_start))


@rule
def whole_months(months, u):
    """A duration in whole months, at least 1, that is right on average over u in (0, 1)."""
    return max(math.floor(months + u), 1.0)


@kernel
def review_applications(
    seed,
    month,
    entrepreneur_id,
    entrepreneur_supporter,
    entrepreneur_third_place,
    work_project_row,
    work_projects,
    entrepreneur_stage,
    entrepreneur_event,
    entrepreneur_stage_months,
    entrepreneur_review_left,
    entrepreneur_review_months,
    entrepreneur_queue_next,
    third_place_account,
    third_place_is_open,
    third_place_review_share,
    office_trust,
    office_trust_at_start,
    office_review_capacity,
    office_embedded_capacity,
    office_review_credit,
    office_queue_first,
    office_queue_last,
    office_waiting,
    town_abandonment,
    town_examination_months,
    approval_probability,
    trust_speed,
    short_loop_factor,
):
    """Examine open files for a month, decide on those that are through, then open the next."""
    k0, k1 = stream_key(seed, STREAM, month)
    for j in range(work_projects[0]):
        i = work_project_row[j]
        if entrepreneur_stage[i] != REVIEW or entrepreneur_stage_months[i] == 0:
            continue
        entrepreneur_review_months[i] += 1
        if entrepreneur_review_left[i] <= 0.0:
            continue
        gives_up, decides, _, _ = block(k0, k1, entrepreneur_id[i], 0)
        entrepreneur_review_left[i] -= 1.0
        if uniform(gives_up) < town_abandonment[0]:
            entrepreneur_stage[i] = LATENT
            entrepreneur_event[i] = ABANDONED
        elif entrepreneur_review_left[i] <= 0.0:
            is_approved = uniform(decides) < approval_probability
            entrepreneur_stage[i] = INCUBATING if is_approved else LATENT
            entrepreneur_event[i] = APPROVED if is_approved else REFUSED
            entrepreneur_stage_months[i] = 0
    for o in range(office_review_capacity.size):
        months = examination(
            town_examination_months[0], office_trust[o], office_trust_at_start[o], trust_speed
        )
        credit = office_review_credit[o] + office_review_capacity[o] + office_embedded_capacity[o]
        while credit >= 1.0 and office_queue_first[o] >= 0:
            i = office_queue_first[o]
            office_queue_first[o] = entrepreneur_queue_next[i]
            entrepreneur_queue_next[i] = -1
            office_waiting[o] -= 1
            credit -= 1.0
            gives_up, short_loop, rounding, _ = block(k0, k1, entrepreneur_id[i], 0)
            if uniform(gives_up) >= math.pow(
                1.0 - town_abandonment[0], entrepreneur_stage_months[i]
            ):
                entrepreneur_stage[i] = LATENT
                entrepreneur_event[i] = ABANDONED
                continue
            place, duration = entrepreneur_third_place[i], months
            if (
                place >= 0
                and third_place_is_open[place]
                and third_place_account[place] == entrepreneur_supporter[i]
                and uniform(short_loop) < third_place_review_share[place]
            ):
                duration *= short_loop_factor
            entrepreneur_review_left[i] = whole_months(duration, uniform(rounding))
        if office_queue_first[o] < 0:
            office_queue_last[o] = -1
        office_review_credit[o] = min(credit, 1.0)


PROCESS = Process(
    name="application_review",
    group=ApplicationReviewParameters,
    kernel=review_applications,
    writes=(
        "entrepreneur.stage",
        "entrepreneur.event",
        "entrepreneur.stage_months",
        "entrepreneur.review_left",
        "entrepreneur.review_months",
        "entrepreneur.queue_next",
        "office.review_credit",
        "office.queue_first",
        "office.queue_last",
        "office.waiting",
    ),
    english_title="Application review",
    stream=STREAM,
)
