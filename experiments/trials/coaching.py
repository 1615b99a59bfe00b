"""A trial of support by lot: who takes part, what those offered get, and who has a firm later.

All who carry an idea from below at the first month take part, if they have carried it for at most
a year. Lots are drawn within a town. Each month of the programme, coaches add to the engineering of
the ideas of those offered who come,

    hours a month x worth,

with worth the hours of project engineering that an hour of coaching saves, 0 to 1. The model sees
the project as accompanied, and as supported by an account without a place or grants. Holders give
up, apply, find money and start by the rules of the model. Some may be talked out of their idea in
the first month (`talked_out`, nobody by default), which the model itself does not know.

Towns of the same seed differ in the offer alone: nobody, those drawn, and all. Whoever has a
running project in the month of the survey counts. The effect as the trial measures it is the
difference between those drawn and the others of their town, less the same difference where nobody
gets an offer, which is the luck of the lots. The effect on a town is the difference between all and
nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.experiments.draws import Range
from sim.kernels.arrays import Bools, Ints
from sim.kernels.project_codes import BY_OFFICIAL, IDEA, LATENT, RUNNING
from sim.registry.state import State
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import Simulation

__all__ = ["WORTH", "Programme", "Support", "replicate"]

LOTS: Final = 0x6C6F7473  # "lots": separates these draws from all other uses of the seed

WORTH: Final = Range(0.0, 0.5, 1.0)
"""Hours of project engineering that an hour of coaching saves. Assumed.

An hour in a third place is worth 0.5 to 1.3 in the catalogue; training in groups may be worth
nothing for the project.
"""

NEWEST: Final = 12
"""Most months for which participants have carried their idea."""

FEWEST: Final = 4
"""Participants without whom a town holds no trial."""


class Support(NamedTuple):
    """The coaching that those offered get.

    Attributes
    ----------
    hours : float
        Hours of coaching for each who comes, over the whole programme.
    worth : float
        Hours of project engineering saved by one of them.
    takeup : float
        Share of those offered who come.
    talked_out : float
        Share of those who come who give up their idea in the first month.
    """

    hours: float
    worth: float
    takeup: float
    talked_out: float = 0.0


@dataclass(frozen=True)
class Programme:
    """A programme and the trial of it.

    Parameters
    ----------
    name
        Beginning of the names of its figures and of what was given.
    offered, others
        People in the two groups.
    months
        Length of the programme.
    asked
        Months from the offer to the survey.
    """

    name: str
    offered: int
    others: int
    months: int
    asked: int

    def support(self, given: Mapping[str, float]) -> Support:
        """Return the support, from the values of `Trial.given` by name."""
        return Support(
            given[f"{self.name}_hours"],
            given["worth"],
            given[f"{self.name}_takeup"],
            given.get("talked_out", 0.0),
        )


def participants(start: State) -> Ints:
    """Return the rows of those who take part."""
    is_new = start["entrepreneur.project_months"] <= NEWEST
    is_from_below = start["entrepreneur.origin"] != BY_OFFICIAL
    return np.flatnonzero((start["entrepreneur.stage"] == IDEA) & is_new & is_from_below)


def coach(state: State, rows: Ints, hours: float, worth: float) -> None:
    """Give holders whose project is still an idea a month of coaching."""
    ideas = rows[state["entrepreneur.stage"][rows] == IDEA]
    state["entrepreneur.engineering"][ideas] += hours * worth
    state["entrepreneur.accompanied_hours"][ideas] += hours
    supporter = state["entrepreneur.supporter"]
    supporter[ideas] = np.where(supporter[ideas] < 0, 0, supporter[ideas])


def running(
    programme: Programme,
    town: Scenario,
    start: State,
    seed: int,
    coached: Ints,
    gives_up: Ints,
    support: Support,
) -> Bools:
    """Run the trial and return who of all has a running project at the survey, (entrepreneurs,)."""
    run = Simulation(town, seed, start=start)
    stage = run.state["entrepreneur.stage"]
    for month in range(programme.asked):
        if month < programme.months:
            coach(run.state, coached, support.hours / programme.months, support.worth)
        if month == 1:
            stage[gives_up[stage[gives_up] == IDEA]] = LATENT
        run.step()
    return np.asarray(run.state["entrepreneur.stage"] == RUNNING)


def replicate(
    programme: Programme, town: Scenario, start: State, seed: int, given: Mapping[str, float]
) -> dict[str, float]:
    """Hold the trial in one town.

    Returns
    -------
    dict
        ``participants``; ``running_control``, the share with a running project of those not drawn;
        ``running``, the effect as the trial measures it; ``running_town``, the effect on a town;
        ``spillover``, what the others' offer changes for those not drawn. Not a number where too
        few take part.
    """
    rows = participants(start)
    support, n = programme.support(given), rows.size
    if n < FEWEST:
        missing = ("running_control", "running", "running_town", "spillover")
        return {"participants": float(n)} | dict.fromkeys(missing, np.nan)
    luck = np.random.default_rng([seed, LOTS])
    share = programme.offered / (programme.offered + programme.others)
    is_offered = luck.permutation(n) < round(share * n)
    comes = luck.random(n) < support.takeup
    is_talked_out = comes & (luck.random(n) < support.talked_out)

    def survey(offered: Bools) -> Bools:
        coached, gives_up = rows[offered & comes], rows[offered & is_talked_out]
        return running(programme, town, start, seed, coached, gives_up, support)[rows]

    def gap(answers: Bools) -> float:
        return float(answers[is_offered].mean() - answers[~is_offered].mean())

    nobody = survey(np.zeros(n, bool))
    drawn = survey(is_offered)
    everybody = survey(np.ones(n, bool))
    return {
        "participants": float(n),
        "running_control": float(drawn[~is_offered].mean()),
        "running": gap(drawn) - gap(nobody),
        "running_town": float(everybody.mean() - nobody.mean()),
        "spillover": float(drawn[~is_offered].mean() - nobody[~is_offered].mean()),
    }
