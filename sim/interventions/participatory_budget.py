"""The participatory budget: once a year residents vote, and projects are paid directly."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.interventions.kind import InterventionType
from sim.interventions.levers import LONGEST, SitedLevers, funding
from sim.interventions.plan import Action, Plan, cents, split_over
from sim.registry.parameters import parameter
from sim.registry.state import State


class ParticipatoryBudgetLevers(SitedLevers):
    """Money and votes."""

    budget_funding: float = funding(
        25_700.0,
        "Participatory budget",
        "Monthly public money that residents give to projects.",
        "6.20 EUR a year for each of 50,000 residents; 6.50 on average (docs/sources.md)",
    )
    project_budget: float = parameter(
        20_000.0,
        unit="EUR",
        bounds=(0.0, 1e7),
        label="Most for one project",
        help="Largest amount for one project.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    budget_reach: float = parameter(
        10.0,
        unit="km",
        bounds=(0.0, 200.0),
        label="Reach of the budget",
        help="Largest distance of project holders and voters from the site.",
        source="a town and its surroundings",
        evidence="assumed",
        role="lever",
    )
    turnout: float = parameter(
        0.08,
        unit="share",
        bounds=(0.0, 1.0),
        label="Turnout",
        help="Share of the residents in reach who vote, once a year.",
        source="8 % on average in France, 2-14 % (docs/sources.md)",
        evidence="found",
        role="lever",
    )


def _vote(state: State, account: int, calendar: int, turnout: float) -> None:
    """Count the votes of the residents in reach."""
    residents = state["cell.residents"]
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
    actions: list[tuple[int, Action]] = []
    if levers.budget_funding:
        for month in range(levers.start, levers.stop or LONGEST, 12):
            actions += [
                (month, partial(_vote, turnout=levers.turnout)),
                (month + 1, partial(_vote, turnout=0.0)),
            ]
    return Plan(account, actions=tuple(actions))


TYPE = InterventionType(
    name="participatory_budget",
    english_title="Participatory budget",
    english_description="Residents vote once a year on a sum that pays projects directly.",
    levers=ParticipatoryBudgetLevers,
    plan=plan_budget,
)
