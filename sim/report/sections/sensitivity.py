"""Influence of factors: Sobol's indices or Morris' measures, where the design allows them."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Container
from typing import TYPE_CHECKING, Any, Final

from sim.analysis import sensitivity as indices
from sim.analysis.point_values import choose_quantities
from sim.analysis.seed_noise import seed_noise_table
from sim.errors import InputError
from sim.measures.registry import OUTCOMES
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.facts import Facts
from sim.report.pictures.indices import draw_indices, write_index
from sim.words.language import number

if TYPE_CHECKING:
    import pandas as pd

MOST_FACTORS: Final = 12
"""Factors that are shown, the strongest first."""

EXTRA: Final = "pip install 'essaim[analysis]'"

_MOSTLY: Final = 0.5
"""Share of chance above which indices say little. Assumed."""

MOVES: Final = ("mu_star", "mu_star_lo", "mu_star_hi", "sigma")
"""Columns of Morris' measures that are shown, in the unit of the measure."""

COLUMNS: Final = {"saltelli": ("st", "s1"), "morris": ("mu_star", "sigma")}
"""Indices by design, those that rank the factors first."""


FEWEST: Final = {"saltelli": indices.FEWEST_BASE_SAMPLES, "morris": indices.FEWEST_TRAJECTORIES}
"""Base samples or trajectories without which there are no indices."""


def is_installed() -> bool:
    """Return whether the library that computes indices is installed."""
    return importlib.util.find_spec("SALib") is not None


def sensitivity(facts: Facts) -> Section | None:
    """Show indices for each arm and measure; None where the design is not made for them."""
    words, kind = facts.words, facts.experiment.design.kind
    if kind not in COLUMNS:
        return None
    blocks: list[Block] = [Paragraph(words(f"sensitivity_intro.{kind}"))]
    title = words("sweep_section.sensitivity")
    if not is_installed():
        blocks.append(Paragraph(words("sensitivity.extra", command=EXTRA)))
        return Section("sensitivity", title, blocks)
    labels = {arm.name: arm.label for arm in facts.arms}
    shown = set[str]()
    for k, quantity in enumerate(choose_quantities(facts.experiment), 1):
        measure = OUTCOMES[quantity.indicator]
        head = measure.label[words.language]
        if len(facts.arms) > 1:
            head = f"{head} · {labels[quantity.arm]}"
        blocks.append(Subhead(head))
        try:
            table = indices.sensitivity(
                facts.results, quantity.indicator, arm=quantity.arm, kind=quantity.kind
            )
        except InputError:
            blocks.append(Paragraph(words("sensitivity.too_few", fewest=str(FEWEST[kind]))))
            continue
        unit = ""
        if kind == "morris":
            written = facts.quantity(quantity.indicator)
            unit, scale = written.change_unit, written.scale
            table[list(MOVES)] *= scale
        if table[COLUMNS[kind][0]].notna().any():
            shown.add(measure.name)
        blocks += _indices(facts, f"indices_{k}", head, unit, table)
    blocks += _noise(facts, shown)
    return Section("sensitivity", title, blocks)


def _indices(facts: Facts, name: str, head: str, unit: str, table: pd.DataFrame) -> list[Block]:
    words, kind = facts.words, facts.experiment.design.kind
    first, second = COLUMNS[kind]
    table = table[table[first].notna()]
    if table.empty:
        return [Paragraph(words("sensitivity.constant"))]
    labels = {f.name: facts.levels.label(f) for f in facts.factors}
    table = table.assign(label=table["factor"].map(labels))
    ranked = table.sort_values([first, "factor"], ascending=[False, True], kind="stable")
    shown: list[Any] = ranked.head(MOST_FACTORS).to_dict("records")
    is_share = kind == "saltelli"
    picture = draw_indices(name, head, shown, first, second, is_share, words, unit=unit)
    blocks: list[Block] = [Gallery([Tile(picture)], columns=1)]
    if is_share and any(row["st_hi"] - row["st_lo"] > 1 for row in shown):
        blocks.append(Paragraph(words("sensitivity.wide"), style="note"))
    if len(ranked) > MOST_FACTORS:
        most = write_index(float(ranked[first].iloc[MOST_FACTORS]), is_share, words)
        most = f"{most} {unit}".rstrip()
        text = words("sensitivity.others", count=len(ranked) - MOST_FACTORS, most=most)
        blocks.append(Paragraph(text, style="note"))
    if left_out := int(table["left_out"].iloc[0]):
        text = words("sensitivity.left_out", count=str(left_out))
        blocks.append(Paragraph(text, style="note"))
    return blocks


def _noise(facts: Facts, shown: Container[str]) -> list[Block]:
    """Show the share of chance in the variance of point means, which biases the indices shown."""
    words = facts.words
    if facts.reps < 2:
        return [Paragraph(words("sensitivity.noise_unknown"), style="note")]
    noise = seed_noise_table(facts.results)
    labels = {arm.name: arm.label for arm in facts.arms}
    rows, by_luck = [], dict[str, None]()
    for row in noise.to_dict("records"):
        share = float(row["share_of_mean"])
        label = OUTCOMES[row["indicator"]].label[words.language]
        if share > _MOSTLY and row["indicator"] in shown:
            by_luck[label] = None
        below = labels.get(row["arm"], "") if len(facts.arms) > 1 else ""
        figures = [words("quantity.unknown")] * 2
        if math.isfinite(share):
            figures = [facts.share(share), number(int(row["still_needed"]), words.language)]
        rows.append([Cell(label, below=below), *(Cell(text) for text in figures)])
    heads = ["table.measure", "sensitivity.noise", "table.needed"]
    notes = [words("sensitivity.noise_needed")]
    if by_luck:
        notes.append(words("sensitivity.by_luck", measures=words("answer.separator").join(by_luck)))
    table = facts.table("sensitivity.noise_caption", heads, rows)
    return [table, *(Paragraph(note, style="note") for note in notes)]
