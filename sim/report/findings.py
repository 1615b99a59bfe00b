"""A grid of verdicts in a sentence: from which levels on, and where more adds nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product
from typing import Literal

import numpy as np

from sim.experiments.inference import FEWEST
from sim.kernels.arrays import Bools, Floats
from sim.measures.measure import Measure
from sim.report.blocks import Tone
from sim.report.effects import Effect, effect_over
from sim.words.folders import Language

Kind = Literal["level", "flat", "peak", "falling", "growing", "open", "unknown", "undecided"]


@dataclass(frozen=True)
class Block:
    """The largest rectangle of a grid that holds nothing but hits: its levels, ends included.

    `hits` are the points within it, `beyond` the hits outside.
    """

    first: tuple[int, ...]
    last: tuple[int, ...]
    hits: int
    beyond: int


def largest_block(hit: Bools) -> Block | None:
    """Find where hits lie together along one or two axes.

    None where no two neighbours are hits.

    Examples
    --------
    >>> largest_block(np.array([[False, False, True], [False, True, True]]))
    Block(first=(0, 2), last=(1, 2), hits=2, beyond=1)
    >>> largest_block(np.array([True, False, True])) is None
    True
    """
    best: Block | None = None
    spans = [[(a, b) for b in range(n - 1, -1, -1) for a in range(b + 1)] for n in hit.shape]
    for span in product(*spans):
        part = hit[tuple(slice(a, b + 1) for a, b in span)]
        if part.size > max(1, best.hits if best else 1) and part.all():
            beyond = int(hit.sum()) - part.size
            first, last = (tuple(ends) for ends in zip(*span, strict=True))
            best = Block(first, last, part.size, beyond)
    return best


@dataclass(frozen=True)
class Plateau:
    """Level from which on more of a factor brings no more of what is wanted.

    "level": no level beyond `at` changes anything relevant; "flat": so it is from the lowest on.
    "peak": the highest level brings less, and none beyond `at` brings more; "falling": so it is
    from the lowest on. "growing": each of the last steps up to the highest brings more. "open": it
    grows up to `at`, and the rest is open; "unknown": it grows, but no step tells where;
    "undecided": whether it grows is open, too.

    `last` is the highest level that was measured against `at`; for "growing", against the one
    before.
    """

    kind: Kind
    at: int
    highest: int
    last: Effect


def moves(measure: Measure, effects: Floats, relevant: float, language: Language) -> Tone:
    """Return whether effects differ between any two levels, and enough to matter.

    Effects are (replications, levels). Empty if two levels differ and that may matter, "none" if no
    two of them do, else "open".
    """
    fixed = replace(measure, good=0, relevant=relevant, relevant_share=0.0)
    zeros = np.zeros(len(effects))
    tones = {
        effect_over(fixed, zeros, high - low, language).tone
        for low, high in combinations(effects.T, 2)
    }
    return "" if "" in tones else "open" if "open" in tones else "none"


def plateau(
    measure: Measure, before: Floats, after: Floats, relevant: float, language: Language
) -> Plateau | None:
    """Find where more stops adding to what is wanted.

    Levels of the measure without and with the intervention, (levels, replications), are given by
    rising level of a factor; effects below `relevant` do not matter.

    None with fewer than two levels measured, or where neither direction is wanted.
    """
    effects = after - before
    known = [k for k in range(len(effects)) if np.isfinite(effects[k]).sum() >= FEWEST]
    if len(known) < 2 or not measure.good:
        return None
    fixed = replace(measure, relevant=relevant, relevant_share=0.0)
    zeros = np.zeros(effects.shape[1])

    def against(high: int, low: int) -> Effect:
        return effect_over(fixed, zeros, effects[high] - effects[low], language)

    for k in known[:-1]:
        later = [against(j, k) for j in known if j > k]
        tones = {e.tone for e in later}
        if "good" in tones:
            continue
        if "open" in tones and later[-1].tone != "bad":
            break
        kinds: tuple[Kind, Kind] = ("flat", "level")
        if later[-1].tone == "bad":
            kinds = ("falling", "peak")
        return Plateau(kinds[k > known[0]], k, known[-1], later[-1])
    step = against(known[-1], known[-2])
    if step.tone == "good":
        return Plateau("growing", known[-1], known[-1], step)
    at = known[0]
    for low, high in pairwise(known):
        if against(high, low).tone != "good":
            break
        at = high
    grows = any(against(high, low).tone == "good" for low, high in combinations(known, 2))
    kind: Kind = "open" if at > known[0] else "unknown" if grows else "undecided"
    return Plateau(kind, at, known[-1], against(known[-1], at))
