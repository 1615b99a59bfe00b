"""Projects at the start: kinds, traits of people, staff of offices, and the pipeline behind births.

The stationary pipeline (`sim.start.stationary_pipeline`) gives the numbers in each stage, and
`sim.start.lay_pipeline` draws the project of each entrepreneur.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from sim.kernels.arrays import Floats, Ints
from sim.kernels.dimensions import CULTURAL, ECOLOGICAL, ECONOMIC, SOCIAL, jobs_by_weight
from sim.kernels.elementary import power
from sim.kernels.machine.compile import kernel
from sim.kernels.machine.records import parameters_of
from sim.kernels.project_codes import RUNNING
from sim.kernels.space import decay_potential, potential_work
from sim.kernels.triage import WAYS
from sim.kernels.zone_codes import BUFFER
from sim.registry.catalogues import DIMENSIONS, project_kinds
from sim.registry.parameters import ParameterGroup, parameter
from sim.registry.state import State
from sim.start.draws import parts, uniform
from sim.start.lay_pipeline import lay_pipeline
from sim.start.stationary_pipeline import Kinds, Pipeline, solve_pipeline
from sim.territory.territory import SECTORS

STREAMS = {"skill": 121, "competences": 122, "openness": 123, "trust": 124}
"""Random streams of people's traits at the start; never reuse a number."""

COMPETENCES = 12
DIGITAL_COMPETENCES = 3
"""Digital and creative ones among them, in the lowest bits."""


def _opinion(value: float, label: str, help: str) -> float:
    declared: float = parameter(
        value,
        unit="share",
        plausible=(max(value - 0.15, 0.0), min(value + 0.15, 1.0)),
        label=label,
        help=help,
    )
    return declared


class ProjectsAtStartParameters(ParameterGroup):
    """Observable figures of projects and of the people who carry and examine them."""

    transition_births: float = parameter(
        0.4,
        unit="per 1,000 residents and year",
        bounds=(0.0, 2.0),
        plausible=(0.1, 1.0),
        label="Births of transition projects",
        help="Transition projects born a year, per 1,000 residents, at the start.",
        source="one in thirteen of all new firms; no register counts them, 0.1-1",
    )
    idea_start_share: float = parameter(
        0.10,
        unit="share",
        bounds=(0.01, 0.5),
        plausible=(0.05, 0.15),
        label="Ideas that start",
        help="Share of ideas that become running projects, at the start.",
        source="5 running and 3 forming of some 80 ideas after 8 months (eclaira.org)",
        evidence="derived",
    )
    engineering_months: float = parameter(
        8.0,
        unit="months",
        bounds=(1.0, 60.0),
        plausible=(4.0, 16.0),
        label="Months of engineering",
        help="Months that an average idea needs, at the start, to get its engineering.",
        source="judgement; long where engineering is scarce",
    )
    review_utilisation: float = parameter(
        0.95,
        unit="share",
        bounds=(0.05, 0.99),
        plausible=(0.8, 0.98),
        label="Utilisation of review",
        help="Files over what offices can open, at the start; less where files are few.",
        source="judgement: 0.95 where administrations struggle, 0.6 in the metropolis",
    )
    approval_delay: float = parameter(
        8.5,
        unit="months",
        bounds=(1.0, 48.0),
        plausible=(4.0, 18.0),
        label="Approval delay",
        help="Months from filing to decision at the start, including the wait.",
        source="8.5 months, 4-18 (docs/sources.md)",
        evidence="found",
    )
    officials_trust: float = _opinion(
        0.4, "Officials' trust", "Mean trust of officials in project holders at the start."
    )
    officials_openness: float = _opinion(
        0.4,
        "Officials' openness",
        "Mean openness of officials to responsible innovation at the start.",
    )
    holders_openness: float = _opinion(
        0.6,
        "Project holders' openness",
        "Mean openness of potential project holders to responsible innovation.",
    )
    opinion_spread: float = parameter(
        0.15,
        unit="SD",
        bounds=(0.0, 0.5),
        plausible=(0.1, 0.25),
        label="Spread of opinions",
        help="How much people differ in trust and openness.",
    )
    competences: float = parameter(
        3.0,
        bounds=(0.0, 12.0),
        plausible=(2.0, 5.0),
        label="Competences of a project holder",
        help="Mean number of a project holder's competences, out of twelve.",
    )


def _column(name: str) -> npt.NDArray[Any]:
    return np.array([kind[name] for kind in project_kinds()])


@cache
def _kinds() -> Kinds:
    """Return the figures of the catalogue that the pipeline needs."""
    return Kinds(
        share=_column("share").astype(np.float64),
        hours=_column("engineering_hours").astype(np.float64),
        needs_approval=_column("needs_approval").astype(bool),
        needs_capital=_column("capital") > 0,
        risk_ratio=_column("risk_ratio").astype(np.float64),
    )


def _list_kinds(state: State) -> None:
    """Copy the catalogue's figures into the state."""
    kinds = project_kinds()
    for name in ("share", "engineering_hours", "needs_approval", "needs_premises", "jobs"):
        state[f"project_kind.{name}"] = _column(name)
    state["project_kind.risk_ratio"] = _column("risk_ratio")
    state["project_kind.capital"] = np.round(100 * _column("capital"))
    state["project_kind.sector"] = [SECTORS.index(kind["sector"]) for kind in kinds]
    state["project_kind.weight"] = [[kind[d] for d in DIMENSIONS] for kind in kinds]


def _give_traits(state: State, values: Mapping[str, Any], seed: int) -> None:
    """Draw abilities and opinions of entrepreneurs and officials."""

    def opinions(what: str, n: int, k: int, mean: float) -> Floats:
        normal = scipy.special.ndtri(uniform(seed, STREAMS[what], n, k))
        clipped: Floats = np.clip(mean + values["opinion_spread"] * normal, 0.0, 1.0)
        return clipped

    n = state["entrepreneur.id"].size
    state["entrepreneur.skill"] = uniform(seed, STREAMS["skill"], n)

    def competences(n: int, first: int, chances: Floats) -> Ints:
        bits = np.zeros(n, np.int64)
        for part in parts(n):
            of_part = STREAMS["competences"], part.stop - part.start
            for bit, chance in enumerate(chances):
                has = uniform(seed, *of_part, first + bit, first=part.start) < chance
                bits[part] |= has.astype(np.int64) << bit
        return bits

    usual = np.full(COMPETENCES, values["competences"] / COMPETENCES)
    state["entrepreneur.skills"] = competences(n, 0, usual)
    digital = np.arange(COMPETENCES) < DIGITAL_COMPETENCES
    of_workers = np.where(digital, values["digital_skills"], usual)
    state["worker.skills"] = competences(state["worker.id"].size, COMPETENCES, of_workers)
    state["entrepreneur.openness"] = opinions("openness", n, 0, values["holders_openness"])
    state["entrepreneur.risk_ratio"] = 1
    n = state["official.id"].size
    state["official.openness"] = opinions("openness", n, 1, values["officials_openness"])
    state["official.trust"] = opinions("trust", n, 0, values["officials_trust"])
    offices = state["office.trust"].size
    staff = np.bincount(state["official.office"], minlength=offices)
    trust = np.bincount(state["official.office"], state["official.trust"], minlength=offices)
    state["office.trust"] = np.where(
        staff > 0, trust / np.maximum(staff, 1), values["officials_trust"]
    )


def _add_up_jobs(state: State, values: Mapping[str, Any]) -> None:
    """Count the jobs of running projects in and around each cell."""
    running = state["entrepreneur.stage"] == RUNNING
    kind, weight = state["entrepreneur.kind"][running], state["entrepreneur.weight"][running]
    p = parameters_of(jobs_by_weight, values)
    usual = state["project_kind.weight"][:, ECONOMIC]
    jobs = np.empty(kind.size, np.float32)
    for k in np.unique(kind):
        of_kind = kind == k
        jobs[of_kind] = jobs_by_weight.py_func(
            state["project_kind.jobs"][k], weight[of_kind, ECONOMIC], usual[k], p
        )
    here = state["entrepreneur.cell_row"][running]
    np.add.at(state["cell.project_jobs"].ravel(), here, jobs)
    _smooth(state, "cell.project_jobs", "cell.project_jobs_nearby")


def _add_up_weights(state: State) -> None:
    """Add up the weights of running projects around each cell, from which gains are counted."""
    running = state["entrepreneur.stage"] == RUNNING
    place = state["entrepreneur.premises_row"][running]
    here = state["entrepreneur.cell_row"][running]
    if state["premises.cell_row"].size:
        here = np.where(place >= 0, state["premises.cell_row"][place], here)
    for d, name in ((ECOLOGICAL, "ecological"), (SOCIAL, "social"), (CULTURAL, "cultural")):
        state[f"cell.{name}_at_start"] = 0
        weight = state["entrepreneur.weight"][running, d]
        np.add.at(state[f"cell.{name}_at_start"].ravel(), here, weight)
        _smooth(state, f"cell.{name}_at_start", f"cell.{name}_at_start")
        state[f"cell.{name}_gained"] = 0


def _smooth(state: State, name: str, nearby: str) -> None:
    """Add up a field around each cell."""
    decay = state["town.neighbourhood_decay"][0]
    work = potential_work(state["work.space"][0], state[name])
    decay_potential(state[name], decay, state[nearby], work)


def _takeovers(state: State, values: Mapping[str, Any], kinds: Kinds, pipeline: Pipeline) -> float:
    """Return the rate at which projects take vacant premises at the start, 1/year."""
    premises = state["premises.sector"]
    in_place = state["premises.zone"] < BUFFER
    vacant = values["starting_vacancy"] * in_place.sum()
    if vacant <= 0 or pipeline.ideas <= 0:
        return 0.0
    rows, columns = state["cell.office"].shape
    reach = values["takeover_reach"] / state["town.cell_km"][0]
    homes = state["entrepreneur.cell_row"]
    a_year = 0.0
    for k in np.flatnonzero(state["project_kind.needs_premises"]):
        is_right = in_place & (premises == state["project_kind.sector"][k])
        around = np.zeros((rows, columns), np.int32)
        _count_around(state["premises.cell_row"][is_right], reach, around)
        # A home finds no premises if all of those in reach are open.
        in_reach = around.ravel()[homes]
        finds = 1 - np.mean(power(1 - values["starting_vacancy"], in_reach))
        born = 12 * pipeline.ideas * kinds.share[k] * pipeline.born[k]
        a_year += born * values["premises_probability"] * finds
    return float(a_year / vacant)


@kernel
def _count_around(cells: Any, reach: float, around: Any) -> None:
    """Add up how many of some flat cells lie within a straight distance of each cell."""
    rows, columns = around.shape
    for k in range(cells.size):
        y, x = divmod(cells[k], columns)
        steps = min(int(reach), rows)
        for i in range(max(y - steps, 0), min(y + steps + 1, rows)):
            # One more from here on along the row, and one less from there on.
            left = reach * reach - (i - y) ** 2
            wide = int(math.sqrt(left))
            wide -= wide * wide > left
            around[i, max(x - wide, 0)] += 1
            if x + wide + 1 < columns:
                around[i, x + wide + 1] -= 1
    for i in range(rows):
        for j in range(1, columns):
            around[i, j] += around[i, j - 1]


def mark_start(state: State) -> None:
    """Record the reference values of trust, jobs and footfall after the spin-up, in place.

    Without a spin-up the reference footfall stays 0, and visitors of third places make no shop more
    attractive.
    """
    state["office.trust_at_start"] = state["office.trust"]
    state["cell.jobs_at_start"] = state["cell.project_jobs"]
    state["cell.project_jobs_at_start"] = state["cell.project_jobs_nearby"]
    _add_up_weights(state)
    walked = state["cell.footfall"][(state["cell.zone"] == 0) & (state["cell.footfall"] > 0)]
    if walked.size:
        state["town.reference_footfall"] = np.median(walked)


def start_projects(state: State, values: Mapping[str, Any], seed: int) -> None:
    """Give people their traits, offices their staff and projects their history.

    Modify a state with ground, premises and people in place. Raise `InputError` if the observed
    births or the share of ideas that start cannot be reached.
    """
    _list_kinds(state)
    kinds = _kinds()
    _give_traits(state, values, seed)
    pipeline = solve_pipeline(
        values,
        kinds,
        float(state["cell.residents"].sum(dtype=np.float64, where=state["cell.zone"] < BUFFER)),
        state["entrepreneur.skill"].astype(np.float64),
        state["entrepreneur.office"],
        state["office.trust"].size,
    )
    state["town.idea_rate"] = pipeline.idea_rate
    state["town.abandonment"] = pipeline.abandonment
    state["town.usual_approval"] = pipeline.teams.usual_approval
    state["town.usual_funding"] = pipeline.teams.usual_funding
    state["town.usual_risk"] = pipeline.usual_risk
    state["town.examination_months"] = pipeline.examination_months
    state["town.takeover_rate"] = _takeovers(state, values, kinds, pipeline)
    state["office.usual_triage"] = state["office.triage"] = WAYS[values["office_triage"]]
    state["office.engineering_hours"] = pipeline.idea_hours * pipeline.office_ideas
    state["office.review_capacity"] = pipeline.capacity
    state["office.review_credit"] = 0.5
    for means in ("engineering_hours", "review_capacity"):
        state[f"office.{means}_at_start"] = state[f"office.{means}"]
    lay_pipeline(state, values, seed, kinds, pipeline)
    _add_up_jobs(state, values)
    mark_start(state)
