"""Project funding: incubating projects look for outside money and seed grants.

After `incubation_months` a project starts as soon as it has its capital. Outside money comes with a
small probability each month, whose odds are larger or smaller for projects with partners and with a
public partner. A seed grant that covers the capital is enough. A smaller one is paid only if the
rest is found, and helps to find it in one of two ways:

- with `loan_leverage` 0, it raises the probability to the share that it covers;
- otherwise a bank adds a loan of up to `loan_leverage` times the grant to some projects, drawn once
  for each project. If grant and loan cover the capital, it is found. If they cover a part, the rest
  r comes with probability outside^r, as if every part of the capital had to be found by itself.
  Without a loan, a grant that covers a part changes no probability.

Loans are no public money and stay out of the ledger. Grants go to the longest waiting projects
first. A fully funded project is born this month: its event marks it, and
`sim.processes.project_birth` starts it.
"""

from __future__ import annotations

import math

from sim.kernels.distance import squared_distance
from sim.kernels.ledger import GRANTS, in_purse, pay
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.matching import sort_pairs
from sim.kernels.odds import multiply_odds
from sim.kernels.project_codes import ABANDONED, BORN, INCUBATING, LATENT
from sim.kernels.random import block, stream_key, uniform, word
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
    partners_funding_odds: float = parameter(
        1.2,
        bounds=(0.1, 10.0),
        label="Funding of projects with partners",
        help="Odds that a project with partners finds money, relative to one without.",
        source="judgement; no comparison group measured it, so 1 is plausible (docs/sources.md)",
        plausible=(0.7, 2.0),
    )
    public_partner_funding_odds: float = parameter(
        1.2,
        bounds=(0.1, 10.0),
        label="Funding of projects with a public partner",
        help="Odds that a project with a public partner finds money, relative to one without.",
        source="judgement; no comparison group measured it, so 1 is plausible (docs/sources.md)",
        plausible=(0.7, 2.5),
    )
    loan_leverage: float = parameter(
        6.8,
        bounds=(0.0, 20.0),
        label="Bank loan per grant",
        help="Largest bank loan that one euro of a grant unlocks; 0: the grant counts as a share "
        "of the capital.",
        source="mean and regions, projects with a prêt d'honneur, 2005 (docs/sources.md)",
        evidence="found",
        plausible=(2.0, 11.5),
    )
    loan_probability: float = parameter(
        0.5,
        unit="share",
        label="Grants that a bank follows",
        help="Share of projects with a grant to which a bank then lends.",
        source="judgement: 0.87 of projects with a prêt d'honneur, which are selected; 0 is no "
        "effect beyond the grant (docs/sources.md)",
        plausible=(0.0, 0.87),
    )


@rule
def outside_chance(usual_funding, partners, has_public_partner, p):
    """Return the monthly probability of outside money; `usual_funding` is that without partners."""
    ratio = 1.0
    if partners > 0:
        ratio *= p.partners_funding_odds
    if has_public_partner:
        ratio *= p.public_partner_funding_odds
    return multiply_odds(usual_funding, ratio)


@rule
def bank_loan(capital, grant, p):
    """Return the loan of a bank that follows a grant; all amounts are whole cents."""
    return min(round(p.loan_leverage * grant), capital - grant)


@rule
def funding_chance(capital, grant, loan, outside, p):
    """Return this month's probability of finding the capital.

    Capital, promised grant and the loan that it unlocks are cents; `outside` is the probability
    without either.
    """
    if capital <= 0:
        return 1.0
    if p.loan_leverage <= 0.0:
        return max(outside, min(grant / capital, 1.0))
    missing = capital - grant - loan
    if missing > 0 and loan <= 0:
        return outside
    return math.pow(outside, missing / capital)


@kernel
def fund_projects(seed, month, entrepreneur, work, project_kind, account, ledger, cell, town, p):
    """Draw which projects are given up and which find their money; book grants."""
    k0, k1 = stream_key(seed, STREAM, month)
    bank0, bank1 = stream_key(seed, STREAM, 0)  # what a bank thinks of a project lasts
    columns = cell.office.shape[1]
    account.bank_loans[:] = 0
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
        loan = 0
        if giver >= 0 and p.loan_leverage > 0.0:
            follows = word(bank0, bank1, entrepreneur.id[i], entrepreneur.projects[i])
            if uniform(follows) < p.loan_probability:
                loan = bank_loan(capital, grant, p)
        _, finds, _, _ = block(k0, k1, entrepreneur.id[i], 0)
        outside = outside_chance(
            town.usual_funding[0], entrepreneur.partners[i], entrepreneur.has_public_partner[i], p
        )
        if uniform(finds) >= funding_chance(capital, grant, loan, outside, p):
            continue
        entrepreneur.event[i] = BORN
        if giver >= 0:
            account.bank_loans[giver] += loan
            pay(account.purse[giver], ledger.spending[giver], GRANTS, grant)
            if entrepreneur.supporter[i] < 0:
                entrepreneur.supporter[i] = giver


PROCESS = Process(
    name="project_funding",
    group=ProjectFundingParameters,
    kernel=fund_projects,
    writes=arrays(
        entrepreneur="stage event supporter",
        account="purse bank_loans",
        ledger="spending",
        work="grant_key grant_row",
    ),
    stream=STREAM,
)
