"""Which factors matter: Sobol's indices or Morris' measures, where the design allows them."""

from __future__ import annotations

import importlib.util
import math
from typing import TYPE_CHECKING, Any, Final

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.analysis.point_values import choose_quantities
from sim.analysis.seed_noise import seed_noise_table
from sim.analysis.sensitivity import FEWEST_BASE_SAMPLES, FEWEST_TRAJECTORIES, sensitivity
from sim.errors import InputError
from sim.figures.style import COLOURS, Picture, look
from sim.measures.registry import MEASURES
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.sweeps.facts import SweepFacts
from sim.words.catalogue import Words
from sim.words.language import number, percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_indices", "is_installed", "sensitivity_section"]

MOST_FACTORS: Final = 12
"""Factors that are shown, the strongest first."""

EXTRA: Final = "pip install 'essaim[analysis]'"

_MOSTLY: Final = 0.5
"""Share of luck above which indices are said to tell little. Assumed."""

COLUMNS: Final = {"saltelli": ("st", "s1"), "morris": ("mu_star", "sigma")}
"""What is shown by design: that by which factors are ranked first."""


def is_installed() -> bool:
    """Whether the library that works indices out is there."""
    return importlib.util.find_spec("SALib") is not None


def sensitivity_section(facts: SweepFacts, words: Words) -> Section | None:
    """Indices for each arm and measure; None where the design was not made for them.

    Parameters
    ----------
    facts : SweepFacts
    words : Words

    Returns
    -------
    Section or None
    """
    kind = facts.experiment.design.kind
    if kind not in COLUMNS:
        return None
    blocks: list[Block] = [Paragraph(words(f"sensitivity_intro.{kind}"))]
    title = words("sweep_section.sensitivity")
    if not is_installed():
        blocks.append(Paragraph(words("sensitivity.extra", command=EXTRA)))
        return Section("sensitivity", title, blocks)
    labels = {arm.name: arm.label for arm in facts.arms}
    for k, quantity in enumerate(choose_quantities(facts.experiment), 1):
        measure = MEASURES[quantity.indicator]
        head = measure.label[words.language]
        if len(facts.arms) > 1:
            head = f"{head} · {labels[quantity.arm]}"
        blocks.append(Subhead(head))
        try:
            table = sensitivity(
                facts.sweep, quantity.indicator, arm=quantity.arm, kind=quantity.kind
            )
        except InputError:
            fewest = FEWEST_BASE_SAMPLES if kind == "saltelli" else FEWEST_TRAJECTORIES
            blocks.append(Paragraph(words("sensitivity.too_few", fewest=str(fewest))))
            continue
        blocks += _indices(facts, f"indices_{k}", head, table, words)
    blocks += _noise(facts, words)
    return Section("sensitivity", title, blocks)


def _indices(
    facts: SweepFacts, name: str, head: str, table: pd.DataFrame, words: Words
) -> list[Block]:
    kind = facts.experiment.design.kind
    first, second = COLUMNS[kind]
    table = table[table[first].notna()]
    if table.empty:
        return [Paragraph(words("sensitivity.constant"))]
    labels = {f.name: facts.levels.label(f) for f in facts.factors}
    ranked = table.sort_values([first, "factor"], ascending=[False, True], kind="stable")
    shown: list[Any] = ranked.head(MOST_FACTORS).to_dict("records")
    for row in shown:
        row["label"] = labels[row["factor"]]
    is_share = kind == "saltelli"
    blocks: list[Block] = [
        Gallery([Tile(draw_indices(name, head, shown, first, second, is_share, words))], columns=1)
    ]
    if is_share and any(row["st_hi"] - row["st_lo"] > 1 for row in shown):
        blocks.append(Paragraph(words("sensitivity.wide"), style="note"))
    if len(ranked) > MOST_FACTORS:
        most = float(ranked[first].iloc[MOST_FACTORS])
        text = words(
            "sensitivity.others",
            count=number(len(ranked) - MOST_FACTORS, words.language),
            most=_figure(most, is_share, words),
        )
        blocks.append(Paragraph(text, style="note"))
    if int(table["left_out"].iloc[0]):
        text = words("sensitivity.left_out", count=str(int(table["left_out"].iloc[0])))
        blocks.append(Paragraph(text, style="note"))
    return blocks


def draw_indices(
    name: str, head: str, rows: list[Any], first: str, second: str, is_share: bool, words: Words
) -> Picture:
    """Draw bars of the first index with intervals, and a mark at the second.

    Parameters
    ----------
    name, head : str
        Of the picture, and what the indices are of.
    rows : list of mapping
        ``label``, and both columns with their ``_lo`` and ``_hi`` where they have intervals.
    first, second : str
        Columns.
    is_share : bool
        Whether they are shares of a variance.
    words : Words

    Returns
    -------
    Picture
    """
    height = 0.75 + 0.29 * len(rows)
    left = min(0.55, 0.03 + max(len(r["label"]) for r in rows) * 0.0105)
    with look():
        figure = Figure(figsize=(7.0, height))
        axes = figure.add_axes((left, 0.3 / height, 0.97 - left, 0.29 * len(rows) / height))
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        at = list(range(len(rows)))
        values = [r[first] for r in rows]
        bars = axes.barh(at, values, 0.62, color=COLOURS["sky"], linewidth=0)
        low = [max(0.0, v - r[f"{first}_lo"]) for v, r in zip(values, rows, strict=True)]
        high = [max(0.0, r[f"{first}_hi"] - v) for v, r in zip(values, rows, strict=True)]
        axes.errorbar(values, at, xerr=[low, high], fmt="none", ecolor="#333333", elinewidth=1.2,
                      capsize=2.5)  # fmt: skip
        (marks,) = axes.plot([r[second] for r in rows], at, "D", color=COLOURS["vermillion"],
                             markersize=5.5, linestyle="none")  # fmt: skip
        axes.set_yticks(at, [r["label"] for r in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.axvline(0, color="black", linewidth=1.0)
        if is_share:
            axes.set_xlim(max(axes.get_xlim()[0], -0.1), min(axes.get_xlim()[1], 1.1))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _figure(v, is_share, words)))
        axes.tick_params(length=0, labelsize=9)
        figure.legend(
            [bars[0], marks], [words(f"index.{first}"), words(f"index.{second}")],
            loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=2, fontsize=9.5, borderpad=0.1,
            borderaxespad=0.0,
        )  # fmt: skip
    said = words("answer.separator").join(
        f"{r['label']} {_figure(r[first], is_share, words)}" for r in rows
    )
    return Picture(name, figure, words(f"sensitivity_alt.{first}", measure=head, said=said))


def _figure(value: float, is_share: bool, words: Words) -> str:
    if is_share:
        return percent(value, words.language, 0)
    digits = 2 if value == 0 else max(0, 1 - math.floor(math.log10(abs(value)) + 1e-9))
    return number(value, words.language, min(digits, 6))


def _noise(facts: SweepFacts, words: Words) -> list[Block]:
    """How much of the variance of a point's mean is luck, which lifts or hides indices."""
    if facts.reps < 2:
        return [Paragraph(words("sensitivity.noise_unknown"), style="note")]
    noise = seed_noise_table(facts.sweep)
    labels = {arm.name: arm.label for arm in facts.arms}
    rows, by_luck = [], dict[str, None]()
    for row in noise.to_dict("records"):
        share, needed = float(row["share_of_mean"]), row["still_needed"]
        known = math.isfinite(share)
        label = MEASURES[row["indicator"]].label[words.language]
        if share > _MOSTLY:
            by_luck[label] = None
        cells = [
            Cell(label,
                 below=labels.get(row["arm"], "") if len(facts.arms) > 1 else ""),
            Cell(facts.share(share) if known else words("quantity.unknown")),
            Cell(number(int(needed), words.language) if known else words("quantity.unknown")),
        ]  # fmt: skip
        rows.append(cells)
    heads = [words("table.measure"), words("sensitivity.noise"), words("table.needed")]
    notes = [words("sensitivity.noise_needed")]
    if by_luck:
        notes.append(words("sensitivity.by_luck", measures=words("answer.separator").join(by_luck)))
    table = Table(words("sensitivity.noise_caption"), heads, rows)
    return [table, *(Paragraph(note, style="note") for note in notes)]
