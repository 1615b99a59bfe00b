"""Solve for the stationary pipeline of projects behind the observed births.

Two figures of a territory are observable: the projects born per year and the share of ideas that
ever start. With the rules of the month, they determine how often holders give up, how many ideas
arise, and how many projects are in each stage. The first month thus finds ideas, files and running
projects as they would be after many years.

Every step is a sum of a geometric series: a project in a stage is given up with probability a each
month, so of those that entered j months ago the share (1 - a)^j is left. Files wait as in
`sim.start.review_queue`. Where partners matter, ideas are followed in the groups of
`sim.start.partner_teams`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.elementary import dot, exp, expm1, power
from sim.kernels.machine.compile import kernel
from sim.kernels.machine.records import parameters_of, record
from sim.processes.project_ideas import skill_factor
from sim.processes.project_survival import YOUNG_MONTHS, ending_hazard
from sim.registry.solved_once import solved_once
from sim.start.partner_teams import Teams, teams_of
from sim.start.review_queue import mean_waiting, utilisation_for

IDEA, WAITING, EXAMINED, INCUBATING, RUNNING = range(5)
"""Stages of `Pipeline.months`; for the processes, waiting and examined files are one stage."""

LONGEST_LIFE = 1200
"""Months over which to follow running projects."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Figures of kinds of project that the pipeline needs, arrays of length (kinds,)."""

    share: Floats
    hours: Floats
    needs_approval: Bools
    needs_capital: Bools
    risk_ratio: Floats


@dataclass(frozen=True)
class Pipeline:
    """Rates and stages of the stationary pipeline.

    Attributes
    ----------
    abandonment : float
        Monthly probability of giving up a project that does not run yet.
    ideas : float
        Ideas per month in the whole territory.
    office_ideas : (offices,) float64 array
        Ideas per month in the area of each office.
    idea_rate : float
        Rate at which an entrepreneur of average skill without a project has an idea, 1/year.
    hours : float
        Hours of engineering per month that an idea receives in its turn.
    turn_months : (kinds,) int64 array
        Months that an idea waits for its turn; 0 where ideas share the hours.
    engineering_months : (kinds,) int64 array
        Months until an idea has received its hours, including the wait.
    idea_hours : float
        Hours that an office needs for each idea, given up or not.
    arrivals, capacity, waiting : (offices,) float64 array
        Files filed per month, maximum opened per month, and mean months that a file waits.
    examination_months : float
        Months from the opening of a file to its decision.
    born : (kinds,) float64 array
        Share of ideas that become running projects.
    months : (kinds, 5) float64 array
        Mean months that an idea spends in each stage, counted at the ends of months.
    teams : Teams
        Groups of ideas by partners.
    months_of_teams : (groups, kinds, 5) float64 array
        As `months`, by group.
    usual_risk : float
        Risk of a running project without partners relative to the average at birth.
    """

    abandonment: float
    ideas: float
    office_ideas: Floats
    idea_rate: float
    hours: float
    turn_months: Ints
    engineering_months: Ints
    idea_hours: float
    arrivals: Floats
    capacity: Floats
    waiting: Floats
    examination_months: float
    born: Floats
    months: Floats
    teams: Teams
    months_of_teams: Floats
    usual_risk: float


def survival(values: Mapping[str, Any], risk_ratio: float) -> Floats:
    """Return the share of projects still running at the end of each month since birth.

    (LONGEST_LIFE,), 1 at the end of the month of birth. Risk is relative to an average project.
    """
    return exp(-risk_ratio * _hazard(values["survival_shape"], values["survival_scale"]))


@lru_cache(maxsize=4)
def _hazard(shape: float, scale: float) -> Floats:
    """Return the cumulative hazard of an average project at the end of each month since birth."""
    p = record("p", {"survival_shape": shape, "survival_scale": scale})
    young = [ending_hazard.py_func(m, p) for m in range(1, YOUNG_MONTHS + 1)]
    old = np.full(LONGEST_LIFE - 1 - YOUNG_MONTHS, ending_hazard.py_func(YOUNG_MONTHS + 1, p))
    return np.concatenate([[0.0], np.cumsum(np.concatenate([young, old]))])


@kernel
def skill_factors(skill, p):
    """Return the ideas of each entrepreneur relative to the mean, by the rule of project ideas."""
    factor = np.empty(skill.size)
    for i in range(skill.size):
        factor[i] = skill_factor(skill[i], p)
    return factor


def _left(abandonment: float, months: Floats | float) -> Any:
    """Sum (1 - a)^j over j below `months`: the mean months spent in a stage of that length."""
    if abandonment < 1e-12:
        return months
    return (1.0 - power(1.0 - abandonment, months)) / abandonment


class _Shares(NamedTuple):
    """Shares of ideas by kind, from approval on by group of `Teams` too, that reach each stage."""

    filed: Floats
    opened: Floats
    incubating: Floats
    searching: Floats
    born: Floats


def _searches(a: float, found: Floats) -> Floats:
    """Return the mean months of looking for money; 0 if it is neither found nor given up."""
    ends = 1.0 - (1.0 - a) * (1.0 - found)
    return np.divide(1.0, ends, out=np.zeros_like(ends), where=a + found > 0.0)


def _shares(
    a: float,
    waiting: float,
    examination: float,
    lengths: Ints,
    kinds: Kinds,
    teams: Teams,
    v: Mapping[str, Any],
) -> _Shares:
    stay = 1.0 - a
    ready = power(stay, lengths)
    filed = np.where(kinds.needs_approval, ready, 0.0)
    opened = filed / (1.0 + a * waiting)  # waits are nearly geometric
    approved = opened * stay**examination * teams.approval[:, None]
    incubating = np.where(kinds.needs_approval, approved, ready)
    searching = incubating * stay ** float(v["incubation_months"])
    found = teams.funding[:, None]
    born = np.where(kinds.needs_capital, searching * found * _searches(a, found), searching)
    return _Shares(filed, opened, incubating, searching, born)


def _months(
    a: float,
    waiting: float,
    examination: float,
    lengths: Ints,
    kinds: Kinds,
    teams: Teams,
    v: Mapping[str, Any],
) -> Floats:
    """Return the mean months of an idea in each stage before birth, by group, kind and stage."""
    shares = _shares(a, waiting, examination, lengths, kinds, teams, v)
    found = teams.funding[:, None]
    months = np.zeros((teams.share.size, kinds.share.size, 5))
    months[:, :, IDEA] = _left(a, lengths.astype(np.float64))
    months[:, :, WAITING] = shares.filed * waiting
    months[:, :, EXAMINED] = shares.opened * _left(a, examination)
    searching = shares.searching * (1.0 - found) * _searches(a, found)
    preparing = shares.incubating * _left(a, float(v["incubation_months"]))
    months[:, :, INCUBATING] = preparing + np.where(kinds.needs_capital, searching, 0.0)
    return months


def _of_all(teams: Teams, by_team: Floats) -> Floats:
    """Return the mean over groups, the first axis."""
    return np.asarray(dot(teams.share, by_team))


def _solve_abandonment(
    waiting: float,
    examination: float,
    lengths: Ints,
    kinds: Kinds,
    teams: Teams,
    v: Mapping[str, Any],
) -> float:
    """Find the monthly probability of giving up at which the target share of ideas is born."""

    def started(a: float) -> float:
        born = _shares(a, waiting, examination, lengths, kinds, teams, v).born
        return float(dot(kinds.share, _of_all(teams, born)))

    wanted, low = v["idea_start_share"], 1e-9
    if started(low) < wanted:
        raise InputError(
            f"idea_start_share = {wanted:g} cannot be reached: even if nobody gave up, only "
            f"{started(low):.3f} of ideas would find approval and money."
        )
    return float(scipy.optimize.brentq(lambda a: started(a) - wanted, low, 1.0 - low, xtol=1e-15))


def _solve_rate(ideas: float, busy: float, factor: Floats) -> float:
    """Find the idea rate that gives `ideas` per month when each idea occupies its holder."""
    most = factor.size / max(busy, 1.0)
    if ideas > 0.95 * most:
        raise InputError(
            f"transition_births: {ideas:.1f} ideas a month are more than {factor.size} potential "
            f"project holders can have (entrepreneurs_per_1000); at most {0.95 * most:.1f}."
        )

    def missing(log_rate: float) -> float:
        chance = expm1(-math.exp(log_rate) * factor / 12)
        np.negative(chance, out=chance)
        waiting = chance * busy
        waiting += 1
        return ideas - float(np.sum(np.divide(chance, waiting, out=chance)))

    slowest, fastest = math.log(1e-9), math.log(1e4)
    if missing(slowest) <= 0.0:
        return 1e-9
    return math.exp(scipy.optimize.brentq(missing, slowest, fastest, xtol=1e-14))


class _Engineering(NamedTuple):
    """Engineering of ideas that nobody gives up; names as in `Pipeline`."""

    hours: float
    turn_months: Ints
    engineering_months: Ints


def _engineering(kinds: Kinds, v: Mapping[str, Any]) -> _Engineering:
    """Find how long ideas take if an average one takes `engineering_months`.

    In equal shares all receive the same hours at once. With triage an idea waits for its turn and
    is then served at the cap, as in a fluid queue: in order, all wait equally long; by readiness,
    kinds with fewer hours pass and only those with the most hours wait. Hours that are short are
    never idle, so by Little's law they follow from the ideas that still wait when their turn comes.
    """
    mean_hours, cap = float(dot(kinds.share, kinds.hours)), v["engineering_cap"]
    hours = min(mean_hours / v["engineering_months"], cap)
    turn = np.zeros(kinds.share.size, np.int64)
    if v["office_triage"] != "shared":
        waits = np.full(turn.size, v["engineering_months"] - mean_hours / cap)
        if v["office_triage"] == "by_readiness":
            is_last = kinds.hours == kinds.hours[kinds.share > 0].max()
            waits = np.where(is_last, waits / kinds.share[is_last].sum(), 0.0)
        turn = np.rint(np.clip(waits, 0.0, LONGEST_LIFE)).astype(np.int64)
        hours = cap
    served = np.maximum(np.ceil(kinds.hours / max(hours, 1e-9) - 1e-6), 1.0).astype(np.int64)
    return _Engineering(hours, turn, turn + served)


def _idea_hours(a: float, work: _Engineering, kinds: Kinds, v: Mapping[str, Any]) -> float:
    """Return the hours that an office needs for each idea, which may be given up on the way."""
    stay = 1.0 - a
    if v["office_triage"] == "shared":  # in the last month, too, whatever is still needed
        months = _left(a, work.engineering_months.astype(np.float64))
        return work.hours * (stay * float(dot(kinds.share, months)))
    whole = (work.engineering_months - work.turn_months - 1).astype(np.float64)
    rest = kinds.hours - work.hours * whole
    spent = work.hours * stay * _left(a, whole) + rest * power(stay, whole + 1.0)
    return float(dot(kinds.share, power(stay, work.turn_months) * spent))


class _Files(NamedTuple):
    """Stationary flow of files through the offices; names as in `Pipeline`."""

    abandonment: float
    mean_wait: float
    examination_months: float
    hours: float
    turn_months: Ints
    engineering_months: Ints
    idea_hours: float
    arrivals: Floats
    capacity: Floats
    waiting: Floats
    teams: Teams


@solved_once
def _solve_files(
    values: Mapping[str, Any], kinds: Kinds, ideas: float, shares: tuple[float, ...]
) -> _Files:
    """Find how long files wait, given the ideas per month and the offices' shares."""
    weight = np.array(shares)
    teams = teams_of(values)
    work = _engineering(kinds, values)
    lengths = work.engineering_months

    delay = values["approval_delay"]
    a, mean_wait, examination = 0.1, 0.0, delay
    arrivals, capacity, waiting = np.zeros((3, weight.size))
    for _ in range(12):
        a = _solve_abandonment(mean_wait, examination, lengths, kinds, teams, values)
        filed = _shares(a, mean_wait, examination, lengths, kinds, teams, values).filed
        arrivals = ideas * float(dot(kinds.share, filed)) * weight
        used = [utilisation_for(values["review_utilisation"], x, delay / 2) for x in arrivals]
        capacity = np.array([x / u if x > 0 else 1.0 for x, u in zip(arrivals, used, strict=True)])
        waiting = np.array([mean_waiting(x, c) for x, c in zip(arrivals, capacity, strict=True)])
        before, mean_wait = mean_wait, float(dot(weight, waiting))
        # Files that wait long are more often given up, so decided files waited less on average.
        seen = mean_wait * (1 - a) / (1 + a * mean_wait)
        examination = max(delay - seen, 1.0)
        if abs(mean_wait - before) < 1e-6:
            break
    hours = _idea_hours(a, work, kinds, values)
    return _Files(a, mean_wait, examination, *work, hours, arrivals, capacity, waiting, teams)


def solve_pipeline(
    values: Mapping[str, Any],
    kinds: Kinds,
    residents: float,
    skill: Floats,
    office: Ints,
    offices: int,
) -> Pipeline:
    """Find the pipeline behind the observed births and share of ideas that start.

    Skill, 0 to 1, and office are those of potential project holders, (entrepreneurs,). There are no
    ideas if nobody lives there or the birth rate is 0. Raise `InputError` if the births or the
    share of ideas that start cannot be reached.
    """
    births = values["transition_births"] / 1000 * residents / 12 if skill.size else 0.0
    ideas = births / values["idea_start_share"]
    factor = skill_factors(skill, parameters_of(skill_factors, values))
    weight = np.bincount(office, factor, minlength=offices)
    weight = weight / max(float(weight.sum()), 1e-9)

    files = _solve_files(values, kinds, ideas, tuple(weight.tolist()))._asdict()
    mean_wait, lengths = files.pop("mean_wait"), files["engineering_months"]
    teams = files["teams"]
    stages = files["abandonment"], mean_wait, files["examination_months"], lengths, kinds, teams
    born, by_team = _shares(*stages, values).born, _months(*stages, values)
    more, births = values["partners_risk_ratio"] - 1, teams.share[:, None] * born * kinds.share
    with_partners = float(dot(teams.partnered, births.sum(axis=1))) / max(
        float(births.sum()), 1e-300
    )
    usual_risk = 1 / (1 + with_partners * more)
    for team, (above, partnered) in enumerate(zip(teams.above, teams.partnered, strict=True)):
        of_team = usual_risk * (1 + partnered * more)
        for k, risk in enumerate(kinds.risk_ratio * of_team):
            life = (1 - above) * survival(values, risk).sum()
            life += above * survival(values, risk * values["top_down_risk_ratio"]).sum()
            by_team[team, k, RUNNING] = born[team, k] * life
    born, months = _of_all(teams, born), _of_all(teams, by_team)
    busy = float(dot(kinds.share, months).sum())
    rate = _solve_rate(ideas, busy, factor) if ideas > 0 else 0.0
    solved = {"born": born, "months": months, "months_of_teams": by_team, **files}
    return Pipeline(
        ideas=ideas, office_ideas=ideas * weight, idea_rate=rate, usual_risk=usual_risk, **solved
    )
