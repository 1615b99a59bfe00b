"""Cooperation: running projects join a cooperation hub (PTCE) nearby, and leave it again.

Members pool resources, which raises their takings: a shop attracts more, and a project without
premises has the lower risk of a shop with that better margin (`project_survival`).
"""

from __future__ import annotations

import math

from sim.kernels.distance import squared_distance
from sim.kernels.machine.compile import kernel
from sim.kernels.project_codes import RUNNING
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 13


class CooperationParameters(ParameterGroup):
    """Effects of cooperation hubs."""

    hub_join: float = parameter(
        0.1,
        unit="share",
        plausible=(0.02, 0.3),
        label="Joining a hub",
        help="Monthly probability that a project near a hub with room joins it.",
    )
    hub_attrition: float = parameter(
        0.05,
        unit="1/year",
        bounds=(0.0, 12.0),
        plausible=(0.03, 0.35),
        label="Attrition of a hub",
        help="Yearly rate at which members leave a hub.",
        source="ln(74 / 56) / 6: hubs founded in 2013-15 and active in 2021 (docs/sources.md), "
        "applied to members",
        evidence="derived",
    )
    cooperation_uplift: float = parameter(
        0.04,
        unit="share",
        bounds=(0.0, 0.5),
        plausible=(0.0, 0.08),
        label="Cooperation raises revenue",
        help="Extra takings of members of a cooperation hub.",
        source="judgement, 0-8%",
    )


@kernel
def cooperate(seed, month, entrepreneur, work, premises, account, cell, p):
    """Draw which members leave, then which projects join while their hub has room."""
    has_hub = False
    for a in range(account.hub_members.size):
        has_hub |= account.hub_members[a] > 0
    if not has_hub:
        return
    k0, k1 = stream_key(seed, STREAM, month)
    columns = cell.office.shape[1]
    leaving = 1.0 - math.exp(-p.hub_attrition / 12.0)
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if not entrepreneur.is_member[i]:
            continue
        leaves, _, _, _ = block(k0, k1, entrepreneur.id[i], 0)
        if uniform(leaves) < leaving:
            entrepreneur.is_member[i] = 0
            if entrepreneur.premises_row[i] >= 0:
                premises.quality[entrepreneur.premises_row[i]] /= 1.0 + p.cooperation_uplift
    for a in range(account.hub_members.size):
        if not account.is_active[a] or account.hub_members[a] <= 0:
            continue
        reach = account.grant_reach[a] ** 2
        members = 0
        for j in range(work.projects[0]):
            i = work.project_row[j]
            away = squared_distance(entrepreneur.cell_row[i], account.cell_row[a], columns)
            members += 1 if entrepreneur.is_member[i] and away <= reach else 0
        for j in range(work.projects[0]):
            i = work.project_row[j]
            if members >= account.hub_members[a]:
                break
            if entrepreneur.stage[i] != RUNNING or entrepreneur.is_member[i]:
                continue
            away = squared_distance(entrepreneur.cell_row[i], account.cell_row[a], columns)
            _, joins, _, _ = block(k0, k1, entrepreneur.id[i], 0)
            if away <= reach and uniform(joins) < p.hub_join:
                entrepreneur.is_member[i] = 1
                members += 1
                if entrepreneur.premises_row[i] >= 0:
                    premises.quality[entrepreneur.premises_row[i]] *= 1.0 + p.cooperation_uplift


PROCESS = Process(
    name="cooperation",
    group=CooperationParameters,
    kernel=cooperate,
    writes=arrays(entrepreneur="is_member", premises="quality"),
    stream=STREAM,
)
