"""Project survival: how long running projects last.

A project without premises of its own ends by the hazard of firms of its age: of Weibull's form up
to five years and constant afterwards, times its own risk ratio, and lowered for members of a hub
as much as their better margin would keep a shop open. A project in premises is a shop, and ends
when it closes.
"""

from __future__ import annotations

import math

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import CEASED, ENDED, RUNNING
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "ProjectSurvivalParameters", "ending_hazard"]

STREAM = 11
YOUNG_MONTHS = 60
CLOSED = 1


class ProjectSurvivalParameters(ParameterGroup):
    """How long projects run."""

    survival_shape: float = parameter(
        1.10,
        unit="1",
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
        help="Age at which 37 % of projects would be left if the initial risk continued.",
        source="9.7-11.2 from INSEE's cohorts of new firms (docs/sources.md)",
        evidence="derived",
    )


@rule
def ending_hazard(months, survival_shape, survival_scale):
    """Cumulative hazard of the month in which a project reaches this age, for risk ratio 1."""
    if months > YOUNG_MONTHS:
        years = YOUNG_MONTHS / 12.0
        slope = survival_shape / survival_scale
        return slope * math.pow(years / survival_scale, survival_shape - 1.0) / 12.0
    until = math.pow(months / 12.0 / survival_scale, survival_shape)
    return until - math.pow((months - 1.0) / 12.0 / survival_scale, survival_shape)


@kernel
def end_projects(
    seed,
    month,
    entrepreneur_id,
    entrepreneur_stage_months,
    entrepreneur_risk_ratio,
    work_project_row,
    work_projects,
    entrepreneur_stage,
    entrepreneur_event,
    entrepreneur_is_member,
    entrepreneur_premises_row,
    premises_event,
    premises_operator,
    premises_risk_ratio,
    survival_shape,
    survival_scale,
    cooperation_uplift,
    closure_margin_response,
):
    """Draw for each running project whether it ends; those whose shop has closed end with it."""
    k0, k1 = stream_key(seed, STREAM, month)
    worst = max(
        ending_hazard(1, survival_shape, survival_scale),
        ending_hazard(YOUNG_MONTHS, survival_shape, survival_scale),
        ending_hazard(YOUNG_MONTHS + 1, survival_shape, survival_scale),
    )
    member = math.exp(-closure_margin_response * cooperation_uplift)
    for j in range(work_projects[0]):
        i = work_project_row[j]
        if entrepreneur_stage[i] != RUNNING or entrepreneur_stage_months[i] == 0:
            continue
        p = entrepreneur_premises_row[i]
        if p >= 0:
            if premises_event[p] != CLOSED:
                continue
            premises_operator[p] = -1
            premises_risk_ratio[p] = 1.0
            entrepreneur_premises_row[i] = -1
        else:
            ratio = entrepreneur_risk_ratio[i] * (member if entrepreneur_is_member[i] else 1.0)
            luck, _, _, _ = block(k0, k1, entrepreneur_id[i], 0)
            u = uniform(luck)
            if u >= ratio * worst:  # 1 - exp(-x) < x
                continue
            hazard = ending_hazard(entrepreneur_stage_months[i], survival_shape, survival_scale)
            if u >= 1.0 - math.exp(-ratio * hazard):
                continue
        entrepreneur_stage[i] = ENDED
        entrepreneur_event[i] = CEASED
        entrepreneur_is_member[i] = 0


PROCESS = Process(
    name="project_survival",
    group=ProjectSurvivalParameters,
    kernel=end_projects,
    writes=(
        "entrepreneur.stage",
        "entrepreneur.event",
        "entrepreneur.is_member",
        "entrepreneur.premises_row",
        "premises.operator",
        "premises.risk_ratio",
    ),
    english_title="Project survival",
    stream=STREAM,
)
