"""The participatory budget: once a year residents vote, and projects are paid directly."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.interventions.kind import InterventionType
from sim.interventions.levers import LONGEST, SitedLevers, funding, lever, reach, share
from sim.interventions.plan import Plan, cents, split_over
from sim.kernels.zone_codes import BUFFER
from sim.registry.state import State


class ParticipatoryBudgetLevers(SitedLevers):
    """Money and votes."""

    budget_funding: float = funding(
        25_700.0,
        "Participatory budget",
        "Monthly public money that residents give to projects.",
        "€6.20 a year for each of 50,000 residents; 6.50 on average (docs/sources.md)",
    )
    project_budget: float = lever(
        20_000.0,
        "Most for one project",
        "Largest amount for one project.",
        unit="EUR",
        bounds=(0.0, 1e7),
    )
    budget_reach: float = reach(
        "Reach of the budget", "Largest distance of project holders and voters from the site."
    )
    turnout: float = share(
        0.08,
        "Turnout",
        "Share of the residents in reach who vote, once a year.",
        "8% on average in France, 2-14% (docs/sources.md)",
        evidence="found",
    )


def _vote(state: State, account: int, calendar: int, turnout: float) -> None:
    """Count the votes of the residents in reach."""
    residents = np.where(state["cell.zone"] < BUFFER, state["cell.residents"], 0)
    columns = residents.shape[1]
    y, x = np.divmod(int(state["account.cell_row"][account]), columns)
    row, column = np.ogrid[: residents.shape[0], :columns]
    is_near = np.hypot(row - y, column - x) <= state["account.grant_reach"][account]
    votes = turnout * residents[is_near].sum(dtype=np.float64)
    state["account.votes"][account] = votes


def plan_budget(levers: ParticipatoryBudgetLevers) -> Plan:
    """Plan grants and a vote every twelve months."""
    account = {
        "funding": cents(levers.budget_funding),
        "split": split_over(grants=1.0),
        "grant": cents(levers.project_budget),
        "grant_reach": levers.budget_reach,
    }
    years = range(levers.start, levers.stop or LONGEST, 12) if levers.budget_funding else ()
    actions = tuple(
        (month + later, partial(_vote, turnout=turnout))
        for month in years
        for later, turnout in enumerate((levers.turnout, 0.0))
    )
    return Plan(account, actions=actions)


TYPE = InterventionType(
    name="participatory_budget",
    english_title="Participatory budget",
    english_description="Residents vote once a year on a sum that pays projects directly.",
    levers=ParticipatoryBudgetLevers,
    plan=plan_budget,
    first=("budget_funding", "project_budget", "budget_reach", "turnout", "site", "start"),
)
