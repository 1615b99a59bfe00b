"""Project survival: the duration of running projects.

A project without premises ends with the hazard of firms of its age: a Weibull hazard up to five
years, constant afterwards, times its risk ratio. For members of a hub it is lowered by as much as
their better margin lowers the closure of a shop. A project in premises is a shop, and ends when the
shop closes.
"""

from __future__ import annotations

import math

from sim.kernels.event_codes import CLOSED, SUCCEEDED
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import CEASED, ENDED, RUNNING
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 11
YOUNG_MONTHS = 60


class ProjectSurvivalParameters(ParameterGroup):
    """Duration of projects."""

    survival_shape: float = parameter(
        1.10,
        bounds=(0.5, 2.0),
        plausible=(0.66, 1.23),
        label="Survival, Weibull shape in youth",
        help="Above 1, the risk that a project ends grows over its first five years.",
        source="1.06-1.23 from INSEE's cohorts of new firms, 0.66 as revised (docs/sources.md)",
        evidence="derived",
    )
    survival_scale: float = parameter(
        10.5,
        unit="years",
        bounds=(1.0, 100.0),
        plausible=(9.7, 11.2),
        label="Survival, Weibull scale",
        help="Age at which 37% of projects would be left if the initial risk continued.",
        source="9.7-11.2 from INSEE's cohorts of new firms (docs/sources.md)",
        evidence="derived",
    )


@rule
def ending_hazard(months, p):
    """Return the hazard of the month in which a project reaches this age, for risk ratio 1."""
    if months > YOUNG_MONTHS:
        years = YOUNG_MONTHS / 12.0
        slope = p.survival_shape / p.survival_scale
        return slope * math.pow(years / p.survival_scale, p.survival_shape - 1.0) / 12.0
    until = math.pow(months / 12.0 / p.survival_scale, p.survival_shape)
    return until - math.pow((months - 1.0) / 12.0 / p.survival_scale, p.survival_shape)


@kernel
def end_projects(seed, month, entrepreneur, work, premises, p):
    """Draw whether each running project ends; those whose shop has closed end with it."""
    k0, k1 = stream_key(seed, STREAM, month)
    worst = max(
        ending_hazard(1, p), ending_hazard(YOUNG_MONTHS, p), ending_hazard(YOUNG_MONTHS + 1, p)
    )
    member = math.exp(-p.closure_margin_response * p.cooperation_uplift)
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if entrepreneur.stage[i] != RUNNING or entrepreneur.stage_months[i] == 0:
            continue
        place = entrepreneur.premises_row[i]
        if place >= 0:
            if premises.event[place] not in (CLOSED, SUCCEEDED):
                continue
            premises.operator[place] = -1
            premises.risk_ratio[place] = 1.0
            entrepreneur.premises_row[i] = -1
        else:
            ratio = entrepreneur.risk_ratio[i] * (member if entrepreneur.is_member[i] else 1.0)
            luck, _, _, _ = block(k0, k1, entrepreneur.id[i], 0)
            u = uniform(luck)
            if u >= ratio * worst:  # 1 - exp(-x) < x
                continue
            hazard = ending_hazard(entrepreneur.stage_months[i], p)
            if u >= 1.0 - math.exp(-ratio * hazard):
                continue
        entrepreneur.stage[i] = ENDED
        entrepreneur.event[i] = CEASED
        entrepreneur.is_member[i] = 0


PROCESS = Process(
    name="project_survival",
    group=ProjectSurvivalParameters,
    kernel=end_projects,
    writes=arrays(
        entrepreneur="stage event is_member premises_row", premises="operator risk_ratio"
    ),
    stream=STREAM,
)
