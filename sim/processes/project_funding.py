"""Project funding: incubating projects look for outside money and seed grants.

After `incubation_months` a project starts as soon as it has its capital. Outside money comes with a
small probability each month. A seed grant that covers the capital is enough; a smaller one raises
that probability to the share it covers, and is paid only if the rest is found. Grants go to the
longest waiting projects first. A fully funded project is born this month: its event marks it, and
`sim.processes.project_birth` starts it.
"""

from __future__ import annotations

from sim.kernels.distance import squared_distance
from sim.kernels.ledger import GRANTS, in_purse, pay
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.matching import sort_pairs
from sim.kernels.project_codes import ABANDONED, BORN, INCUBATING, LATENT
from sim.kernels.random import block, stream_key, uniform
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 10
LONGEST = 65_535


class ProjectFundingParameters(ParameterGroup):
    """Search of projects for money."""

    incubation_months: int = parameter(
        3,
        unit="months",
        bounds=(1, 60),
        plausible=(2, 6),
        label="Incubation",
        help="Months that a project takes to get ready once nothing but money is missing.",
    )
    funding_probability: float = parameter(
        0.05,
        unit="share",
        plausible=(0.02, 0.12),
        label="Funding from outside",
        help="Monthly probability that banks, family or other funders complete the capital.",
    )


@rule
def funding_chance(capital, grant, p):
    """Return this month's probability of finding the capital, with or without a promised grant."""
    if capital <= 0:
        return 1.0
    return max(p.funding_probability, min(grant / capital, 1.0))


@kernel
def fund_projects(seed, month, entrepreneur, work, project_kind, account, ledger, cell, town, p):
    """Draw which projects are given up and which find their money; book grants."""
    k0, k1 = stream_key(seed, STREAM, month)
    columns = cell.office.shape[1]
    ready, granted = 0, 0
    for a in range(account.grant.size):
        granted += account.is_active[a] != 0 and in_purse(account.purse[a], GRANTS) > 0
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if entrepreneur.stage[i] != INCUBATING or entrepreneur.stage_months[i] == 0:
            continue
        gives_up, _, _, _ = block(k0, k1, entrepreneur.id[i], 0)
        if uniform(gives_up) < town.abandonment[0]:
            entrepreneur.stage[i] = LATENT
            entrepreneur.event[i] = ABANDONED
        elif entrepreneur.stage_months[i] >= p.incubation_months:
            work.grant_key[ready] = LONGEST - entrepreneur.stage_months[i]
            work.grant_row[ready] = i
            ready += 1
    if granted:
        sort_pairs(work.grant_key, work.grant_row, ready)
    for n in range(ready):
        i = work.grant_row[n]
        capital = project_kind.capital[entrepreneur.kind[i]]
        giver, grant = -1, 0
        for a in range(account.grant.size if granted and capital > 0 else 0):
            promised = min(account.grant[a], capital)
            away = squared_distance(entrepreneur.cell_row[i], account.cell_row[a], columns)
            if (
                giver < 0
                and account.is_active[a]
                and 0 < promised <= in_purse(account.purse[a], GRANTS)
                and away <= account.grant_reach[a] ** 2
            ):
                giver, grant = a, promised
        _, finds, _, _ = block(k0, k1, entrepreneur.id[i], 0)
        if uniform(finds) >= funding_chance(capital, grant, p):
            continue
        entrepreneur.event[i] = BORN
        if giver >= 0:
            pay(account.purse[giver], ledger.spending[giver], GRANTS, grant)
            if entrepreneur.supporter[i] < 0:
                entrepreneur.supporter[i] = giver


PROCESS = Process(
    name="project_funding",
    group=ProjectFundingParameters,
    kernel=fund_projects,
    writes=arrays(
        entrepreneur="stage event supporter",
        account="purse",
        ledger="spending",
        work="grant_key grant_row",
    ),
    stream=STREAM,
)
