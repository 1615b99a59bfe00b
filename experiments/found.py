"""Write what a sweep found in Markdown, as the READMEs of experiments show it.

``python experiments/found.py FOLDER MEASURE ...`` prints a row for each point and arm, with the
mean effect on each measure and its 90 % interval. "None" is no relevant effect, "some" one that is
not zero but perhaps not relevant, "open" one that cannot be told from zero. "None" and "open" are
followed by the range of nine in ten replications, luck included,
and the share of replications with a relevant effect. Incomplete replications are left out.

    --horizon MONTH   by default the last one
    --by FACTOR ...   average over all other factors
    --minus ARM       compare with this arm; by default the baseline
    --across FACTOR   compare, in the baseline, levels of a factor with its last one
    --levels          print means of the baseline
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim import Results, load_results
from sim.experiments.effects import effect_of
from sim.experiments.verdicts import LESS, MORE, SMALL
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES
from sim.report.quantity import Quantity
from sim.version import MODEL_VERSION
from sim.words.folders import ENGLISH

BASELINE = "baseline"
MILLIONS = ("M EUR", 1e6, 0.1)
NO_RERUNS = (np.empty(0), np.empty(0))


def cell(name: str, before: Floats, after: Floats) -> str:
    """Return a mean effect with its interval; where it is none or open, with its power."""
    effect = effect_of(OUTCOMES[name], before, after, NO_RERUNS)
    if effect.of_mean is None:
        return ""
    unit, scale, relevant = OUTCOMES[name].unit, 1.0, effect.smallest_relevant
    if unit == "EUR":
        unit, scale, relevant = MILLIONS
    shown = Quantity(unit, relevant, ENGLISH)
    bounds = (effect.of_mean.lo90, effect.of_mean.hi90)
    low, high = (shown.change(bound / scale) for bound in bounds)
    text = f"{shown.change(effect.of_mean.mean / scale)} [{low}, {high}]"
    if effect.verdict in (*MORE, *LESS):
        return f"{text} some" if effect.verdict.startswith("some") else text
    over = effect.over_draws
    if np.array_equal(before, after, equal_nan=True):
        return "0"
    low, high = (shown.change(end / scale) for end in (over.draws_lo90, over.draws_hi90))
    null = "none" if effect.verdict in SMALL else "open"
    return f"{text} {null} ({low} to {high}; {over.p_relevant:.0%})"


def rows_of(
    frame: pd.DataFrame,
    keys: Sequence[str],
    measures: Sequence[str],
    of: str,
    labels: Mapping[str, str],
) -> list[list[str]]:
    """Return a row for each point and each level of ``of`` but the first, against the first."""
    levels = list(dict.fromkeys(frame[of]))
    rows = []
    for at, group in frame.groupby(list(keys), sort=False) if keys else [((), frame)]:
        runs = {level: part.set_index("rep") for level, part in group.groupby(of, sort=False)}
        first = runs[levels[0]]
        for level in levels[1:]:
            after = runs[level].reindex(first.index)
            values = [cell(m, first[m].to_numpy(), after[m].to_numpy()) for m in measures]
            named = [f"{key:g}" if isinstance(key, float) else str(key) for key in at]
            rows.append([*named, str(labels.get(level, level)), *values])
    return rows


def levels_of(frame: pd.DataFrame, keys: Sequence[str], measures: Sequence[str]) -> list[list[str]]:
    """Return the means of measures at each point."""
    means = frame.groupby(list(keys), sort=False)[list(measures)].mean()
    return [
        [
            *(str(key) for key in (at if isinstance(at, tuple) else (at,))),
            *(f"{v:.4g}" for v in row),
        ]
        for at, row in zip(means.index, means.to_numpy(), strict=True)
    ]


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def found(results: Results, asked: argparse.Namespace) -> str:
    """Return the caption and the table that are asked for."""
    measures = asked.measures
    horizon = asked.horizon or results.experiment.horizons[-1]
    frame = results.frame(*measures, horizon=horizon)
    is_whole = (frame["status"] == "ok").groupby(frame["rep"]).transform("all")
    frame = frame[is_whole]
    keys = list(results.points.columns) if asked.by is None else asked.by
    of, labels = "arm", {arm: names[ENGLISH] for arm, names in results.labels.items()}
    if asked.across or asked.levels:
        frame = frame[frame["arm"] == BASELINE]
    if asked.across:
        of, last = asked.across, frame[asked.across].iloc[-1]
        keys = [key for key in keys if key != of]
        frame = frame.sort_values(of, key=lambda levels: levels != last, kind="stable")
    elif not asked.levels:
        is_first = frame["arm"] == asked.minus
        frame = pd.concat([frame[is_first], frame[~is_first]])
    frame = frame.groupby([*keys, of, "rep"], sort=False)[measures].mean().reset_index()
    caption = (
        f"model {MODEL_VERSION}, seed {results.experiment.seed}, month {horizon},"
        f" {frame['rep'].nunique()} replications"
    )
    if asked.levels:
        return f"Means without intervention; {caption}.\n\n" + markdown(
            [*keys, *measures], levels_of(frame, keys, measures)
        )
    against = f"{of} = {last}" if asked.across else labels[asked.minus].lower()
    return f"Effect against {against}; {caption}.\n\n" + markdown(
        [*keys, of, *measures], rows_of(frame, keys, measures, of, labels)
    )


def read() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("measures", nargs="+", choices=list(OUTCOMES), metavar="MEASURE")
    parser.add_argument("--horizon", type=int)
    parser.add_argument("--minus", default=BASELINE)
    parser.add_argument("--across")
    parser.add_argument("--by", nargs="+", metavar="FACTOR")
    parser.add_argument("--levels", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    arguments = read()
    print(found(load_results(arguments.folder), arguments))
