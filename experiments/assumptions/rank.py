"""Rank assumptions by how far they move the headline measures.

``python experiments/assumptions/rank.py FOLDER`` prints two tables of a sweep's results in
Markdown: for the town without the cluster, and for the cluster's effect.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pandas as pd

from sim import Results, load_results
from sim.analysis.point_values import QuantityKind
from sim.analysis.sensitivity import sensitivity
from sim.experiments.experiment import BASELINE
from sim.measures.registry import HEADLINES, MEASURES
from sim.words.folders import ENGLISH


def ranking(sweep: Results, kind: QuantityKind) -> pd.DataFrame:
    """Return how far each factor moves each headline measure, the strongest factor first.

    Figures are Morris' mu* over the measure's smallest relevant effect, so that measures compare:
    at 2, moving the factor over its range moves the measure by twice the size that counts.
    Columns are measures, rows factors, sorted by the largest figure of a row.
    """
    arms = list(sweep.experiment.arms)
    arm = BASELINE if kind == "level" else arms[1]
    found = sensitivity(sweep, HEADLINES, arm=arm, kind=kind)
    table = found.pivot(index="factor", columns="indicator", values="mu_star")[list(HEADLINES)]
    frame = sweep.frame(*HEADLINES, horizon=sweep.experiment.horizons[-1])
    usual = frame.loc[frame["arm"] == BASELINE, list(HEADLINES)].mean()
    for name in HEADLINES:
        table[name] /= MEASURES[name].smallest_relevant(usual[name])
    return table.loc[table.max(axis=1).sort_values(ascending=False, kind="stable").index]


def markdown(table: pd.DataFrame) -> str:
    """Return a ranking as a table in Markdown."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    heads = ["", "assumption", *(MEASURES[name].label[ENGLISH] for name in table.columns)]
    rows = [
        line([str(rank), f"`{name}`", *(f"{figure:.1f}" for figure in row)])
        for rank, (name, row) in enumerate(zip(table.index, table.to_numpy(), strict=True), 1)
    ]
    return "\n".join([line(heads), line(["---"] * len(heads)), *rows])


if __name__ == "__main__":
    results = load_results(sys.argv[1])
    print(f"The town without the cluster:\n\n{markdown(ranking(results, 'level'))}\n")
    print(f"The effect of the cluster:\n\n{markdown(ranking(results, 'effect'))}")
