"""Draw the project that each entrepreneur carries at the start.

Stages, elapsed months, files in the queues and ages of running projects come from the stationary
pipeline (`sim.start.stationary_pipeline`), so that births neither rise nor fall by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels import project_codes
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.elementary import dot, expm1, log, log1p, power
from sim.kernels.machine.compile import kernel
from sim.kernels.machine.records import parameters_of
from sim.kernels.project_traits import drawn_origin, partners_at_first
from sim.processes.application_review import whole_months
from sim.registry.state import State
from sim.start.draws import uniform
from sim.start.stationary_pipeline import (
    EXAMINED,
    IDEA,
    INCUBATING,
    RUNNING,
    WAITING,
    Kinds,
    Pipeline,
    skill_factors,
    survival,
)

STREAMS = {"stage": 125, "elapsed": 126, "origin": 127, "weights": 128, "history": 129}
"""Random streams of projects at the start; never reuse a number."""

STAGE_CODES = np.array(
    [
        project_codes.IDEA,
        project_codes.REVIEW,
        project_codes.REVIEW,
        project_codes.INCUBATING,
        project_codes.RUNNING,
    ]
)
"""Stage of the processes for each stage of the pipeline."""


def _geometric(u: Floats, stay: Floats | float) -> Ints:
    """Draw geometric months from 0; each is followed by another with probability `stay`."""
    rate = log(np.clip(stay, 1e-300, 1 - 1e-9))
    return np.minimum(np.floor(log(u) / rate), 1000).astype(np.int64)


def _within(u: Floats, stay: float, months: Ints) -> Ints:
    """Draw months since entry into a stage of fixed length with monthly survival `stay`."""
    passed = u * months
    if stay < 1 - 1e-9:
        passed = log1p(-u * (1 - power(stay, months))) / math.log(stay)
    return np.minimum(np.floor(passed).astype(np.int64), months - 1)


def _incubated(u: Floats, stay: float, found: Floats, first: int, needs_capital: Bools) -> Ints:
    """Draw months since approval of incubating projects: preparation, then the search for money."""
    searching = stay * (1 - found)
    ready = (1 - stay**first) / (1 - stay) if stay < 1 - 1e-9 else float(first)
    search = stay**first * (1 - found) / np.maximum(1 - searching, 1e-9)
    share_ready = np.where(needs_capital, ready / (ready + search), 1.0)
    is_ready = u < share_ready
    before = _within(np.where(is_ready, u / share_ready, 0.5), stay, np.full(u.size, first))
    rest = np.where(is_ready, 0.5, (1 - u) / np.maximum(1 - share_ready, 1e-300))
    return np.where(is_ready, before, first + _geometric(rest, searching))


def _ages(values: Mapping[str, Any], ratio: Floats, u: Floats) -> Ints:
    """Draw months since birth of running projects, given their risk ratios."""
    age = np.zeros(ratio.size, np.int64)
    for risk in np.unique(ratio):
        here = ratio == risk
        alive = np.cumsum(survival(values, float(risk)))
        age[here] = np.searchsorted(alive / alive[-1], u[here])
    return age


def _partners(
    pipeline: Pipeline, kind: Ints, stage: Ints, from_above: Floats, with_partners: Floats
) -> tuple[Floats, Floats]:
    """Draw who begins a project and with how many partners, given how far it has come.

    Returns the two words, uniform over all ideas, shifted so that each group of `Teams` is as
    frequent as it is in the stage: those with better chances wait less and last longer.
    """
    teams = pipeline.teams
    if teams.share.size == 1:
        return from_above, with_partners
    months = teams.share[:, None, None] * pipeline.months_of_teams
    above, partnered = teams.above, teams.partnered

    def part(of: Floats, whole: Floats) -> Floats:
        counted = dot(of, months), dot(whole, months)
        shares = np.divide(*counted, out=np.zeros_like(counted[0]), where=counted[1] > 0)
        return np.asarray(shares[kind, stage])

    usual_above = float(dot(teams.share, above))
    shifted = _shifted(from_above, usual_above, part(above, np.ones_like(above)))
    usual = float(dot(teams.share, partnered))
    now = np.where(
        shifted < usual_above,
        part(above * partnered, above),
        part((1 - above) * partnered, 1 - above),
    )
    return shifted, _shifted(with_partners, usual, now)


def _shifted(u: Floats, usual: float, now: Floats) -> Floats:
    """Move uniform words, linearly on either side, so that a share `now` falls below `usual`."""
    below = u * usual / np.maximum(now, 1e-300)
    rest = usual + (u - now) * (1 - usual) / np.maximum(1 - now, 1e-300)
    return np.where(u < now, below, rest)


def _stages(pipeline: Pipeline, kinds: Kinds, factor: Floats, u: Floats) -> tuple[Ints, Ints, Ints]:
    """Draw the rows of entrepreneurs with a project, its kind and its stage."""
    months = (kinds.share[:, None] * pipeline.months).ravel()
    total = months.sum()
    chance = -expm1(-pipeline.idea_rate * factor / 12)
    busy = chance * total / (1 + chance * total)
    rows = np.flatnonzero(u < busy)
    cell = np.searchsorted(np.cumsum(months) / total, u[rows] / busy[rows], side="right")
    kind, stage = np.divmod(np.minimum(cell, months.size - 1), pipeline.months.shape[1])
    return rows, kind, stage


@kernel
def _draw_traits(
    begun: Floats, met: Floats, rounding: Floats, months: float,
    origin: Ints, partners: Ints, examined: Ints, p: Any,
) -> None:  # fmt: skip
    """Write who began projects, with how many partners, and months that a file would take."""
    for i in range(begun.size):
        origin[i] = drawn_origin(begun[i], 1.0, p)
        partners[i] = partners_at_first(met[i], p)
        examined[i] = whole_months(months, rounding[i])


@kernel
def _link(
    files: Ints, office: Any, queue_first: Any, queue_last: Any, queue_next: Any, waiting: Any
) -> None:
    """Append files to the queues of their offices, in order."""
    for j in range(files.size):
        i = files[j]
        o = office[i]
        last = queue_last[o]
        if last < 0:
            queue_first[o] = i
        else:
            queue_next[last] = i
        queue_last[o] = i
        waiting[o] += 1


def _form_queues(state: State, files: Ints, draws: Floats) -> None:
    """Link the waiting files of each office in order of filing, at random within a month."""
    waited = state["entrepreneur.stage_months"][files]
    _link(
        files[np.lexsort((draws, -waited))],
        state["entrepreneur.office"],
        state["office.queue_first"],
        state["office.queue_last"],
        state["entrepreneur.queue_next"],
        state["office.waiting"],
    )


def lay_pipeline(
    state: State, values: Mapping[str, Any], seed: int, kinds: Kinds, pipeline: Pipeline
) -> None:
    """Draw the project that each entrepreneur carries at the start, if any.

    Modify in place a state with skills and offices of entrepreneurs, and kinds of project.
    """
    n = state["entrepreneur.id"].size
    if pipeline.ideas <= 0 or n == 0:
        return

    def draw(what: str, k: int = 0) -> Floats:
        return uniform(seed, STREAMS[what], n, k)

    skill = state["entrepreneur.skill"].astype(np.float64)
    factor = skill_factors(skill, parameters_of(skill_factors, values))
    rows, kind, stage = _stages(pipeline, kinds, factor, draw("stage"))
    stay, first = 1 - pipeline.abandonment, values["incubation_months"]
    words = draw("origin")[rows], draw("origin", 1)[rows]
    begun, met = _partners(pipeline, kind, stage, *words)
    rounding = draw("history", 1)[rows]
    origin, partners, exact = np.zeros((3, rows.size), np.int64)
    p = parameters_of(_draw_traits, values)
    _draw_traits(begun, met, rounding, pipeline.examination_months, origin, partners, exact, p)
    from_above = origin == project_codes.BY_OFFICIAL
    chances = pipeline.teams.funding
    team = 2 * from_above + (partners > 0) if chances.size > 1 else np.zeros_like(partners)
    found = chances[team]
    waiting = pipeline.waiting[state["entrepreneur.office"][rows]]
    waits_on = waiting / (1 + waiting)
    is_filed, needs_capital = kinds.needs_approval[kind], kinds.needs_capital[kind]

    # Duration of each stage for the projects that pass through it.
    lengths = pipeline.engineering_months[kind]
    waited = np.where(is_filed, _geometric(draw("history", 0)[rows], waits_on * stay), 0)
    examined = np.where(is_filed, exact, 0)
    searched = _geometric(draw("history", 2)[rows], stay * (1 - found))
    incubated = first + np.where(needs_capital, searched, 0)

    # Time since the project entered its present stage.
    u = draw("elapsed")[rows]
    ratio = kinds.risk_ratio[kind] * np.where(from_above, values["top_down_risk_ratio"], 1.0)
    ratio *= pipeline.usual_risk * np.where(partners > 0, values["partners_risk_ratio"], 1.0)
    elapsed = np.select(
        [stage == s for s in (IDEA, WAITING, EXAMINED, INCUBATING)],
        [
            _within(u, stay, lengths),
            _geometric(u, waits_on),
            _within(u, stay, np.maximum(examined, 1)),
            _incubated(u, stay, found, first, needs_capital),
        ],
        _ages(values, ratio, u),
    )
    since_filing = waited + examined
    behind = np.select(
        [stage == s for s in (IDEA, WAITING, EXAMINED, INCUBATING)],
        [0 * lengths, lengths, lengths + waited, lengths + since_filing],
        lengths + since_filing + incubated,
    )
    in_review = np.where(stage == EXAMINED, waited + elapsed, elapsed)
    is_running, is_reviewed = stage == RUNNING, (stage == WAITING) | (stage == EXAMINED)

    def write(name: str, column: npt.ArrayLike) -> None:
        state[f"entrepreneur.{name}"][rows] = column

    write("stage", STAGE_CODES[stage])
    write("kind", kind)
    write("origin", origin)
    write("has_public_partner", from_above)
    write("partners", partners)
    write("projects", 1)
    write("stage_months", np.where(is_reviewed, in_review, elapsed))
    write("project_months", behind + elapsed)
    write("months_to_birth", np.where(is_running, behind, 0))
    reviewed = np.where(stage > EXAMINED, since_filing, 0)
    write("review_months", np.where(is_reviewed, in_review, reviewed))
    write("review_left", np.where(stage == EXAMINED, examined - elapsed, 0))
    served = np.maximum(elapsed - pipeline.turn_months[kind], 0)
    worked = np.minimum(pipeline.hours * served, kinds.hours[kind])
    write("engineering", np.where(stage == IDEA, worked, kinds.hours[kind]))
    write("risk_ratio", np.where(is_running, ratio, 1.0))
    draws = np.stack([draw("weights", d)[rows] for d in range(4)], axis=1)
    weights = state["project_kind.weight"][kind] * (1 + values["weight_jitter"] * (2 * draws - 1))
    write("weight", weights / weights.sum(axis=1, keepdims=True))
    is_waiting = stage == WAITING
    _form_queues(state, rows[is_waiting], draw("history", 3)[rows[is_waiting]])
