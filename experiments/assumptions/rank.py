"""Rank assumptions by how far they move the headline measures.

``python experiments/assumptions/rank.py FOLDER`` replaces what the README next to this file says
under "Found" by two tables of a sweep's results: for the town without the cluster, and for the
cluster's effect. They hold the assumptions that move a measure by more than counts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from sim import Results, load_results
from sim.analysis.point_values import QuantityKind
from sim.analysis.sensitivity import sensitivity
from sim.experiments.experiment import BASELINE
from sim.measures.registry import HEADLINES, MEASURES
from sim.version import MODEL_VERSION
from sim.words.folders import ENGLISH

README: Final = Path(__file__).with_name("README.md")

ASKED: Final[dict[QuantityKind, str]] = {
    "level": "Without the cluster",
    "effect": "The effect of the cluster",
}


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


def told(sweep: Results) -> Iterator[str]:
    """Yield what moves the town, and what moves the effect, by more than counts."""
    for kind, head in ASKED.items():
        table = ranking(sweep, kind)
        largest = table.max(axis=1)
        counts = largest > 1
        above = [f"{MEASURES[m].label[ENGLISH]} {(table[m] > 1).sum()}" for m in table.columns]
        yield (
            f"*{head}.* {counts.sum()} of {len(table)} assumptions move a measure by more than "
            f"counts ({'; '.join(above)}). Half of all move none by more than "
            f"{largest.median():.2f}."
        )
        if counts.any():
            yield markdown(table[counts])


if __name__ == "__main__":
    before, mark, rest = README.read_text(encoding="utf-8").partition("**Found.**")
    after = rest[rest.index("**What it says.**") :]
    results = load_results(sys.argv[1])
    size = results.experiment.design.size
    found = "\n\n".join([f"Model {MODEL_VERSION}, {size} trajectories.", *told(results)])
    README.write_text(f"{before}{mark}\n\n{found}\n\n{after}", encoding="utf-8")
