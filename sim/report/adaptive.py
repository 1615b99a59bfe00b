"""Place further replications in the worlds in which it is still open what to choose.

What a few more runs of a world are worth is how much better the choice made after them is expected
to be than the choice that would be made now (expected value of sample information, by pairs with
the best choice; Chick & Inoue 2001, doi 10.1287/opre.49.5.732.10615), in smallest relevant effects
and summed over the measures of the experiment. All choices of a world get the same replications, so
that they stay paired. Replications of a world are the first ones, whatever the data say, so results
do not depend on the order in which they were placed, except for how many there are.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import ndtr

from sim.errors import InputError
from sim.experiments.results import Results, load_results
from sim.experiments.running import extend
from sim.kernels.arrays import Floats
from sim.measures.registry import MEANS, OUTCOMES
from sim.report.choices import Choices
from sim.report.facts import Facts
from sim.words.folders import ENGLISH

STEP: Final = 5
"""Replications of a world that are placed at once."""

_STAGES: Final = 4
"""Times at which what is known is looked at again."""

SETTLED: Final = 0.01
"""Worth of all replications left, in smallest relevant effects, below which a world is settled."""


def extend_where_open(folder: Path | str, replications: int, runs: int, **options: Any) -> Results:
    """Extend an experiment by replications of the worlds in which a decision is open.

    Parameters
    ----------
    folder : Path or str
    replications : int
        Replications that no world exceeds.
    runs : int
        Runs to spend; fewer are done once every world is settled or has its replications.
    **options
        As for `sim.experiments.running.extend`.

    Raises
    ------
    InputError
        If the design is sampled, nothing can be chosen, or it cannot be extended this way.
    """
    found = load_results(folder)
    left, stage = runs, 0
    while left > 0 and stage < _STAGES:
        placed = _place(found, replications, max(1, left // (_STAGES - stage)))
        if not placed:
            break
        before = len(found.store.design())
        found = extend(folder, replications=replications, only=placed, **options)
        left -= len(found.store.design()) - before
        stage += 1
    return found


def worth_of_runs(effects: Floats, replications: int, more: int) -> float:
    """Return the expected gain of a choice after further replications of one world.

    Parameters
    ----------
    effects : (replications, choices) float64 array
        Paired effects, more is better, doing nothing among them.
    replications : int
        Those that the world has.
    more : int
        Those that it may get.

    Returns
    -------
    float
        In the unit of the effects; infinite with fewer than two replications.

    Examples
    --------
    >>> settled = np.array([[0.0, 9.0], [0.0, 10.0], [0.0, 11.0]])
    >>> worth_of_runs(settled, 3, 10) < 1e-6 < worth_of_runs(settled - [[0.0, 9.9]], 3, 10)
    True
    """
    n = len(effects)
    if n < 2:
        return math.inf
    best = int(effects.mean(axis=0).argmax())
    short = effects[:, [best]] - effects
    spread = short.std(axis=0, ddof=1) * math.sqrt(more / (replications * (replications + more)))
    known = spread > 0
    if not known.any():
        return 0.0
    z = short.mean(axis=0)[known] / spread[known]
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return float((spread[known] * (density - z * ndtr(-z))).max())


def _place(found: Results, most: int, runs: int) -> set[tuple[int, int]]:
    """Return points and replications to run next, some ``runs`` of them."""
    facts = Facts(found, ENGLISH)
    if facts.is_sampled or not facts.has_interventions:
        raise InputError(
            f"{found.experiment.name}: replications are placed among choices of a full factorial "
            "or a list; extend a sampled design by --points."
        )
    choices = Choices(facts)
    names = [n for n in facts.indicators if n not in MEANS and OUTCOMES[n].good]
    if len(choices.labels) < 2 or not names:
        raise InputError(f"{found.experiment.name}: nothing is chosen in it, so nothing is open.")
    arm = next(a for a in facts.arms if a.name in choices.arms)
    scaled = []
    for name in names:
        surface = facts.surface(arm, name)
        scaled.append(choices.effects(name) * OUTCOMES[name].good / surface.smallest_relevant[1])
    points = choices.points_by_world
    design = found.store.design()
    has = [int(design[design["point"].isin(of)].groupby("point")["rep"].nunique().min())
           for of in points]  # fmt: skip
    placed: set[tuple[int, int]] = set()
    spent, arms = 0, len(found.experiment.arms)
    while spent < runs:
        open_ = {
            world: worth / len(points[world])
            for world in range(len(points))
            if has[world] < most
            and (worth := _worth(scaled, world, has[world], most - has[world])) > SETTLED
        }
        if not open_:
            break
        world = max(open_, key=lambda w: open_[w])
        reps = range(has[world], min(most, has[world] + STEP))
        placed |= {(point, rep) for point in points[world] for rep in reps}
        spent += len(points[world]) * len(reps) * arms
        has[world] = reps.stop
    return placed


def _worth(scaled: list[Floats], world: int, has: int, more: int) -> float:
    found = 0.0
    for effects in scaled:
        of_world = effects[:, :, world]
        found += worth_of_runs(of_world[np.isfinite(of_world).all(axis=1)], has, more)
    return found
