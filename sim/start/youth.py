"""The young at the start: their homes, ages, acquaintances and participation.

They start in equilibrium: their ages and traits come from the stationary life of places
(`sim.start.stationary_youth`), and the mean interest sustains participation.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import scipy

from sim.kernels.arrays import Floats, Ints
from sim.kernels.elementary import exp
from sim.kernels.hilbert_curve import hilbert_positions
from sim.kernels.machine.compile import kernel, parallel
from sim.kernels.small_world import list_who_knows, small_world
from sim.kernels.space import decay_potential, potential_work
from sim.processes import youth_participation
from sim.processes.youth_migration import YOUNGEST
from sim.processes.youth_participation import ACQUAINTANCES
from sim.registry.parameters import ParameterGroup, parameter
from sim.registry.state import State
from sim.start.draws import parts, uniform
from sim.start.stationary_youth import AGES, YouthLives, solve_lives
from sim.territory.territory import Territory

STREAMS = {
    "age": 111,
    "presence": 112,
    "participation": 113,
    "motivation": 114,
    "interest": 115,
    "rewiring": 116,
    "acquaintances": 117,
}
"""Random streams of the young at the start; never reuse a number."""

SWEEPS = 24
"""Sweeps over the network that settle who takes part."""

_AROUND_HOMES = ("youth_idea_response", "leaving_activity_response", "role_model_exposure")
"""Parameters at 0 of which a sweep does not add up who takes part around homes, or has a role."""


class YouthParameters(ParameterGroup):
    """Participation and acquaintances of the young at the start."""

    starting_participation: float = parameter(
        0.28,
        unit="share",
        bounds=(0.01, 0.9),
        plausible=(0.22, 0.34),
        label="Participation of the young at the start",
        help="Share of residents aged 15 to 29 who take part each month without any cluster.",
        source="between 26% in 2023 and 30% in 2024 (INJEP, docs/sources.md)",
        evidence="derived",
    )
    rewiring: float = parameter(
        0.1,
        unit="share",
        plausible=(0.02, 0.3),
        label="Acquaintances from elsewhere",
        help="Share of a young person's acquaintances who live anywhere within reach, not next "
        "door.",
        source="small world of Watts and Strogatz (1998), a judgement",
    )
    acquaintance_reach: float = parameter(
        10.0,
        unit="km",
        bounds=(0.0, 100.0),
        plausible=(5.0, 20.0),
        label="Reach of acquaintances",
        help="Largest distance between the homes of acquaintances.",
    )


@kernel
def _seat(wanted: Floats, room: npt.NDArray[np.float32], count: int, out: Ints) -> int:
    """Divide places over cells in order; carry any excess over to the next cells.

    Returns the number left at the end.
    """
    carried, left = 0.5, count
    for c in range(wanted.size):
        carried += wanted[c]
        here = min(int(carried), int(room[c]), left)
        out[c] = here
        carried -= here
        left -= here
    return left


def _settle(state: State, territory: Territory) -> None:
    """Assign places to cells in proportion to youth, up to the residents of a cell.

    Generated hamlets and gridded data contain fractions of residents, and a cell cannot lose a
    person that it does not have. Rows follow a Hilbert curve, so that adjacent rows are nearby
    homes.
    """
    count = state["youth.id"].size
    state["youth.id"] = np.arange(count)
    youth = territory.youth.ravel().astype(np.float64)
    if count == 0 or youth.sum() <= 0:
        return
    position = np.empty(territory.shape, np.int64)
    hilbert_positions(position)
    residents = territory.residents.ravel()
    order = np.flatnonzero((youth > 0) | (residents >= 1))
    order = order[np.argsort(position.ravel()[order])]
    room = residents[order]
    places = np.zeros(order.size, np.int64)
    left = _seat(youth[order] * count / youth.sum(), room, count, places)
    places[np.argmax(room)] += left
    state["youth.cell_row"] = np.repeat(order, places)
    state["youth.zone"] = state["cell.zone"].ravel()[state["youth.cell_row"]]
    state["youth.income_third"] = state["cell.income_third"].ravel()[state["youth.cell_row"]]
    state["cell.youth_places_nearby"].reshape(-1)[order] = places


def _motivate(
    state: State, values: Mapping[str, Any], seed: int, lives: YouthLives, *, threads: bool
) -> None:
    """Draw traits given the target participation, then settle who takes part.

    Let the excess of base interest over the threshold be N(m, s^2) among entrants, and let a share
    A of their n acquaintances take part, with binomial variation. Entrants then take part with
    probability Phi((m + b A) / sqrt(s^2 + b^2 A (1 - A) / n)), where b is the influence of
    acquaintances. This is solved for m.
    """
    n = state["youth.id"].size
    share, influence = values["starting_participation"], values["neighbour_influence"]
    noise = influence * np.sqrt(share * (1 - share) / (ACQUAINTANCES * values["youth_presence"]))
    of_interest, of_threshold = values["interest_spread"], values["threshold_spread"]
    spread = np.hypot(of_interest, of_threshold)
    mean = np.hypot(spread, noise) * scipy.special.ndtri(lives.entrants_active) - influence * share
    base_interest = mean + values["threshold_mean"]
    state["town.base_interest"] = base_interest

    # Excess of interest over the threshold, conditional on participation.
    nodes = np.linspace(-5, 5, 501)
    chance = scipy.special.ndtr((mean + spread * nodes + influence * share) / max(noise, 1e-9))
    of_active, of_others = (
        np.cumsum(exp(-(nodes**2) / 2) * weight) for weight in (chance, 1 - chance)
    )
    for part in parts(n):
        draw = partial(uniform, n=part.stop - part.start, first=part.start, seed=seed)
        age = (draw(stream=STREAMS["age"]) * AGES).astype(np.int64)
        is_present = draw(stream=STREAMS["presence"]) < lives.presence[age]
        takes_part = draw(stream=STREAMS["participation"]) < lives.participation[age]
        draws, z = draw(stream=STREAMS["motivation"]), np.empty(age.size)
        for here, cumulative in ((takes_part, of_active), (~takes_part, of_others)):
            z[here] = np.interp(draws[here], cumulative / max(cumulative[-1], 1e-300), nodes)
        excess = mean + spread * z
        interest = np.full(age.size, base_interest)
        if spread > 0:
            interest += of_interest**2 / spread * z
            other = scipy.special.ndtri(draw(stream=STREAMS["interest"]))
            interest += of_interest * of_threshold / spread * other
        state["youth.age"][part] = YOUNGEST + age
        state["youth.is_present"][part] = state["youth.tenancy"][part] = is_present
        state["youth.base_interest"][part] = state["youth.interest"][part] = interest
        state["youth.threshold"][part] = interest - excess
        state["youth.is_active"][part] = is_present & takes_part
    bind = partial(youth_participation.PROCESS.bind, state, seed=seed, threads=threads)
    # Nobody has a role yet, and only the last sweep is seen by others around homes.
    look_around = bind(ChainMap(dict.fromkeys(_AROUND_HOMES, 0.0), cast(dict[str, Any], values)))
    for _ in range(SWEEPS - 1):
        look_around(0, 0)
    bind(values)(0, 0)


def _acquaint(
    state: State, values: Mapping[str, Any], seed: int, cell_km: float, *, threads: bool
) -> None:
    """Draw the network of acquaintances."""
    shape = state["cell.residents"].shape
    cell = state["youth.cell_row"]
    here = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    before = np.zeros((shape[0] + 1, shape[1] + 1), np.int64)
    for axis, field in enumerate((here, before[1:, 1:])):
        np.cumsum(field, axis=axis, out=before[1:, 1:])
    first = np.zeros(here.size, np.int64)
    rows = np.flatnonzero(np.diff(cell, prepend=-1))  # those of a cell follow each other
    first[cell[rows]] = rows
    is_rewired = np.empty((cell.size, ACQUAINTANCES), bool)
    for part in parts(cell.size):
        count, first_id = part.stop - part.start, part.start
        for k in range(ACQUAINTANCES):
            draws = uniform(seed, STREAMS["rewiring"], count, k, first=first_id)
            is_rewired[part, k] = draws < values["rewiring"]
    (parallel(small_world) if threads else small_world)(
        seed,
        STREAMS["acquaintances"],
        state["youth.id"],
        *np.divmod(cell, shape[1]),
        before,
        first.reshape(shape),
        values["acquaintance_reach"] / cell_km,
        is_rewired,
        state["youth.neighbour"],
    )
    list_who_knows(state["youth.neighbour"], state["youth.known_by"], state["youth.known_by_end"])


def start_youth(
    state: State,
    territory: Territory,
    values: Mapping[str, Any],
    seed: int,
    *,
    threads: bool = False,
) -> None:
    """Give the young their homes, ages, acquaintances, traits and participation.

    Modify a state with its ground in place: the arrays of youth, ``cell.residents_nearby``,
    ``cell.youth_places_nearby``, ``town.arrival_rate`` and ``town.base_interest``. Youth are a
    subset of the residents, who do not change.
    """
    _settle(state, territory)
    decay_potential(
        state["cell.residents"],
        state["town.neighbourhood_decay"][0],
        state["cell.residents_nearby"],
        potential_work(state["work.space"][0], state["cell.residents"]),
    )
    decay_potential(
        state["cell.youth_places_nearby"],
        state["town.neighbourhood_decay"][0],
        state["cell.youth_places_nearby"],
        potential_work(state["work.space"][0], state["cell.residents"]),
    )
    lives = solve_lives(values)
    state["town.arrival_rate"] = lives.arrival_rate
    _acquaint(state, values, seed, territory.cell_size / 1000, threads=threads)
    _motivate(state, values, seed, lives, threads=threads)
