"""Parts of effects by mechanism: paired differences of effects with and without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiments.effects import effect_of
from sim.experiments.multiplicity import Bar, bar_of
from sim.experiments.verdicts import LESS, MORE
from sim.kernels.arrays import Floats
from sim.measures.measure import Measure

if TYPE_CHECKING:
    import pandas as pd

MOST_PAIRED: Final = 3
"""Strongest mechanisms of an arm that are also switched off in pairs."""

Off = tuple[str, ...]
"""Mechanisms that are off, by the name of their switch; none in the comparison as it is."""

Levels = Mapping[Off, tuple[Floats, Floats]]
"""A measure without and with an intervention, (reps,) each, by the mechanisms that are off."""

_OF_MEAN: Final = ("mean", "lo50", "hi50", "lo90", "hi90", "p_positive", "p_value", "p_beyond")
_OF_EFFECT: Final = ("replications", "variance_paired", "smallest_relevant", "verdict")

THROUGH_COLUMNS: Final = (
    *("kind", "off", "effect", "effect_lo90", "effect_hi90", *_OF_MEAN, *_OF_EFFECT, "finding"),
)
"""Columns of `through_table`.

``kind`` is "whole", "mechanism", "pair" or "rest", and ``off`` the switches that are off, joined by
" + ". ``effect`` is the mean effect without them, with its 90 % interval. ``mean`` and what follows
concern the effect itself, what passes through a mechanism, what passes through both of a pair, and
what the mechanisms do not add up to. ``finding`` is the verdict among all rows of its kind."""


def through_table(measure: Measure, levels: Levels) -> pd.DataFrame:
    """Return what passes through each mechanism, and through pairs; columns `THROUGH_COLUMNS`.

    A mechanism whose effect is measured without it in too few pairs has the verdict "too_few".
    """
    import pandas as pd

    effects = {off: np.subtract(after, before) for off, (before, after) in levels.items()}
    whole, singles = effects[()], [off for off in effects if len(off) == 1]
    through = {off: whole - effect for off, effect in effects.items()}
    # What is relevant is that of the effect itself, at the level of the baseline.
    known = levels[()][0]
    known = known[np.isfinite(known)]
    relevant = measure.smallest_relevant(float(known.mean()) if known.size else np.nan)
    fixed = replace(measure, relevant=relevant, relevant_share=0.0)

    def row(kind: str, off: Off, values: Floats) -> dict[str, Any]:
        without = _estimate(fixed, effects[off])
        at = {"effect": "mean", "effect_lo90": "lo90", "effect_hi90": "hi90"}
        known = {
            name: without[key] if off or kind == "whole" else np.nan for name, key in at.items()
        }
        return {"kind": kind, "off": " + ".join(off), **known, **_estimate(fixed, values)}

    rows = [row("whole", (), whole)]
    rows += [row("mechanism", off, through[off]) for off in singles]
    rows += [
        row("pair", pair, through[pair[:1]] + through[pair[1:]] - through[pair])
        for pair in effects
        if len(pair) == 2
    ]
    rows.append(row("rest", (), whole - sum((through[off] for off in singles), 0.0 * whole)))
    table = pd.DataFrame(rows)
    bars = {
        kind: bar_of(*(of_kind[name].to_numpy(np.float64) for name in ("p_value", "p_beyond")))
        for kind, of_kind in table.groupby("kind")
    }
    finding = [_judged(bars[kind], one) for kind, one in zip(table["kind"], rows, strict=True)]
    return table.assign(finding=finding)[list(THROUGH_COLUMNS)]


def _estimate(measure: Measure, differences: Floats) -> dict[str, Any]:
    found = effect_of(measure, np.zeros_like(differences), differences, None)
    of_mean = vars(found.of_mean) if found.of_mean else dict.fromkeys(_OF_MEAN, np.nan)
    stated = vars(found)
    return {n: of_mean[n] for n in _OF_MEAN} | {n: stated[n] for n in _OF_EFFECT}


def _judged(bar: Bar, row: Mapping[str, Any]) -> str:
    return bar.judged(row["verdict"], row["p_value"], row["p_beyond"])


def pairs_of(table: pd.DataFrame) -> list[Off]:
    """Return the pairs of the strongest mechanisms, of those through which something passes."""
    found = table[(table["kind"] == "mechanism") & table["finding"].isin([*MORE, *LESS])]
    order = found["mean"].abs().sort_values(ascending=False, kind="stable").index
    strongest = [str(off) for off in found.loc[order, "off"]]
    return list(combinations(strongest[:MOST_PAIRED], 2))
