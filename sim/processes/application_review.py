"""Application review: offices examine files in the order in which they were filed.

An office opens a limited number of files a month, first in, first out; officials embedded in third
places open more. Unused capacity carries over, up to one file. A file whose holder has given up is
only noticed when it is opened. Examination then takes

    examination_months x exp(-trust_speed x (trust - trust at the start)) x short_loop_factor
                       x accompanied_examination_factor

months; the last two factors apply if the file is examined on the spot at the supporting place, and
if facilitators have accompanied the project, so that fewer papers are missing. The odds of approval
are

    usual odds x public_partner_approval_odds (with a public partner)
               x accompanied_approval_odds (of an accompanied project)
               x exp(trust_approval x (trust - trust at the start))

with usual odds at which the share approved at the start is `approval_probability`.
"""

from __future__ import annotations

import math

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.odds import multiply_odds
from sim.kernels.project_codes import ABANDONED, APPROVED, INCUBATING, LATENT, REFUSED, REVIEW
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 9


class ApplicationReviewParameters(ParameterGroup):
    """Decisions of offices on projects."""

    approval_probability: float = parameter(
        0.5,
        unit="share",
        plausible=(0.3, 0.8),
        label="Approval",
        help="Probability that a file that was examined is approved.",
    )
    trust_speed: float = parameter(
        1.0,
        bounds=(0.0, 5.0),
        plausible=(0.0, 2.0),
        label="Trust speeds up review",
        help="By how much of itself examination gets shorter for each unit of trust gained.",
        source="judgement; evaluated programmes barely shifted officials' practice",
    )
    short_loop_factor: float = parameter(
        0.5,
        bounds=(0.05, 1.0),
        plausible=(0.25, 1.0),
        label="Review on the spot",
        help="Length of an examination at the third place relative to one at the office.",
    )
    public_partner_approval_odds: float = parameter(
        1.5,
        bounds=(0.1, 10.0),
        label="Approval with a public partner",
        help="Odds that a file with a public partner is approved, relative to one without.",
        source="judgement; no comparison group measured it, so 1 is plausible (docs/sources.md)",
        plausible=(0.7, 3.0),
    )
    accompanied_examination_factor: float = parameter(
        0.85,
        bounds=(0.05, 2.0),
        label="Review of accompanied projects",
        help="Length of an examination of an accompanied project relative to that of another.",
        source="judgement; no comparison group measured it, so 1 is plausible (docs/sources.md)",
        plausible=(0.6, 1.0),
    )
    accompanied_approval_odds: float = parameter(
        1.2,
        bounds=(0.1, 10.0),
        label="Approval of accompanied projects",
        help="Odds that the file of an accompanied project is approved, relative to another.",
        source="judgement; no comparison group measured it, so 1 is plausible (docs/sources.md)",
        plausible=(1.0, 2.0),
    )
    trust_approval: float = parameter(
        0.5,
        bounds=(-5.0, 5.0),
        label="Trust and approval",
        help="By how much the log odds of approval rise for each unit of trust gained.",
        source="judgement; no comparison group measured it, so 0 is plausible (docs/sources.md)",
        plausible=(0.0, 2.0),
    )


@rule
def examination(examination_months, trust, trust_at_start, p):
    """Return the months of examining a file, given the office's trust."""
    return examination_months * math.exp(-p.trust_speed * (trust - trust_at_start))


@rule
def approval_chance(usual_approval, has_public_partner, is_accompanied, trust, trust_at_start, p):
    """Return the probability that a file is approved; the usual one is that of a holder alone."""
    ratio = math.exp(p.trust_approval * (trust - trust_at_start))
    if has_public_partner:
        ratio *= p.public_partner_approval_odds
    if is_accompanied:
        ratio *= p.accompanied_approval_odds
    return multiply_odds(usual_approval, ratio)


@rule
def whole_months(months, u):
    """Round a duration to whole months, at least 1, unbiased over u in (0, 1)."""
    return max(math.floor(months + u), 1.0)


@kernel
def review_applications(seed, month, entrepreneur, work, third_place, office, town, p):
    """Examine open files for a month, decide on finished ones, then open the next."""
    k0, k1 = stream_key(seed, STREAM, month)
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if entrepreneur.stage[i] != REVIEW or entrepreneur.stage_months[i] == 0:
            continue
        entrepreneur.review_months[i] += 1
        if entrepreneur.review_left[i] <= 0.0:
            continue
        gives_up, decides, _, _ = block(k0, k1, entrepreneur.id[i], 0)
        entrepreneur.review_left[i] -= 1.0
        if uniform(gives_up) < town.abandonment[0]:
            entrepreneur.stage[i] = LATENT
            entrepreneur.event[i] = ABANDONED
        elif entrepreneur.review_left[i] <= 0.0:
            o = entrepreneur.office[i]
            is_approved = uniform(decides) < approval_chance(
                town.usual_approval[0],
                entrepreneur.has_public_partner[i],
                entrepreneur.accompanied_hours[i] > 0.0,
                office.trust[o],
                office.trust_at_start[o],
                p,
            )
            entrepreneur.stage[i] = INCUBATING if is_approved else LATENT
            entrepreneur.event[i] = APPROVED if is_approved else REFUSED
            entrepreneur.stage_months[i] = 0
    for o in range(office.review_capacity.size):
        months = examination(
            town.examination_months[0], office.trust[o], office.trust_at_start[o], p
        )
        credit = office.review_credit[o] + office.review_capacity[o] + office.embedded_capacity[o]
        while credit >= 1.0 and office.queue_first[o] >= 0:
            i = office.queue_first[o]
            office.queue_first[o] = entrepreneur.queue_next[i]
            entrepreneur.queue_next[i] = -1
            office.waiting[o] -= 1
            credit -= 1.0
            gives_up, short_loop, rounding, _ = block(k0, k1, entrepreneur.id[i], 0)
            if uniform(gives_up) >= math.pow(
                1.0 - town.abandonment[0], entrepreneur.stage_months[i]
            ):
                entrepreneur.stage[i] = LATENT
                entrepreneur.event[i] = ABANDONED
                continue
            place, duration = entrepreneur.third_place[i], months
            if (
                place >= 0
                and third_place.is_open[place]
                and third_place.account[place] == entrepreneur.supporter[i]
                and uniform(short_loop) < third_place.review_share[place]
            ):
                duration *= p.short_loop_factor
            if entrepreneur.accompanied_hours[i] > 0.0:
                duration *= p.accompanied_examination_factor
            entrepreneur.review_left[i] = whole_months(duration, uniform(rounding))
        if office.queue_first[o] < 0:
            office.queue_last[o] = -1
        office.review_credit[o] = min(credit, 1.0)


PROCESS = Process(
    name="application_review",
    group=ApplicationReviewParameters,
    kernel=review_applications,
    writes=arrays(
        entrepreneur="stage event stage_months review_left review_months queue_next",
        office="review_credit queue_first queue_last waiting",
    ),
    stream=STREAM,
)
