"""What is worth its money: effects against cost, and choices that stay good whatever the luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.analysis.responses import COST
from sim.analysis.trade_offs import non_dominated, robustness
from sim.errors import InputError
from sim.figures.style import COLOURS, Picture, look
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.quantity import euros, rounded
from sim.report.sweeps.curve import change_axis, unit_line
from sim.report.sweeps.facts import SweepFacts
from sim.report.sweeps.surface import Surface
from sim.words.catalogue import Words
from sim.words.language import number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["trade_offs_section"]

MOST_POLICIES: Final = 100
"""Choices beyond which dots hide one another."""


@dataclass(frozen=True)
class _Choice:
    """What can be chosen, with its mean cost in EUR and mean effect."""

    label: str
    cost: float
    effect: float


def trade_offs_section(facts: SweepFacts, words: Words) -> Section | None:
    """Effects against public money, and regret; None where nothing is chosen, or nothing changes.

    Parameters
    ----------
    facts : SweepFacts
    words : Words

    Returns
    -------
    Section or None
    """
    if not facts.has_interventions or facts.is_sampled:
        return None
    frame, policies = _policies(facts)
    if not 1 < len(policies) <= MOST_POLICIES:
        return None
    tiles, rows = [], []
    for k, name in enumerate(facts.indicators, 1):
        surfaces = [facts.surface(arm, name) for arm in facts.arms]
        first = surfaces[0]
        if name == COST or not first.measure.good:
            continue
        if all(s.reading in ("none", "open", "missing") for s in surfaces):
            continue
        choices = _choices(frame, name, policies)
        if len(choices) < 2:
            continue
        tiles.append(Tile(_draw(f"cost_{k}", first, choices, words)))
        rows.append(_robust(frame, first, policies, words))
    if not tiles:
        return None
    blocks: list[Block] = [Paragraph(words("trade_offs.intro"))]
    blocks.append(Gallery(tiles, columns=2, caption=words("trade_offs.caption")))
    blocks.append(Subhead(words("trade_offs.robust")))
    blocks.append(Paragraph(words("trade_offs.robust_intro")))
    heads = ["table.measure", "trade_offs.best", "trade_offs.maximin", "trade_offs.regret"]
    caption = words("trade_offs.robust_caption")
    blocks.append(Table(caption, [words(h) for h in heads], rows, words=(1, 2, 3)))
    return Section("trade_offs", words("sweep_section.trade_offs"), blocks)


def _policies(facts: SweepFacts) -> tuple[pd.DataFrame, dict[int, str]]:
    """Effects with a column ``policy``, and the words of each: an arm with its levers' levels."""
    import pandas as pd

    names = tuple(dict.fromkeys((*facts.indicators, COST)))
    parts, labels = [], dict[tuple[Any, ...], str]()
    for arm in facts.arms:
        part = facts.differences(arm, *names)
        levers = facts.levers(arm)
        keys = [(arm.name, *key) for key in _keys(part, [f.name for f in levers])]
        part["policy_key"] = keys
        for key in dict.fromkeys(keys):
            named = [facts.levels.named(f, v) for f, v in zip(levers, key[1:], strict=True)]
            if len(facts.arms) > 1 or not named:
                named = [arm.label, *named]
            labels[key] = ", ".join(named)
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    codes = {key: k for k, key in enumerate(labels)}
    frame["policy"] = frame["policy_key"].map(codes)
    conditions = [f.name for f in facts.layout.varied if f not in facts.levers(facts.arms[0])]
    frame["condition"] = frame.groupby([*conditions, "rep"], sort=True).ngroup()
    return frame, {codes[key]: text for key, text in labels.items()}


def _keys(frame: pd.DataFrame, names: Sequence[str]) -> list[tuple[Any, ...]]:
    if not names:
        return [()] * len(frame)
    return list(frame[list(names)].itertuples(index=False, name=None))


def _choices(frame: pd.DataFrame, name: str, policies: dict[int, str]) -> list[_Choice]:
    means = frame.groupby("policy")[[name, COST]].mean()
    known = means.dropna().index
    return [
        _Choice(policies[int(p)], float(means.loc[p, COST]), float(means.loc[p, name]))
        for p in known
    ]


def _draw(name: str, surface: Surface, choices: list[_Choice], words: Words) -> Picture:
    """Mean effect against public money; the line joins choices that no other beats in both."""
    cost = np.array([c.cost for c in choices]) / 1e6
    effect = np.array([c.effect for c in choices])
    good, quantity = surface.measure.good, surface.quantity
    front = non_dominated(np.stack([good * effect, -cost], axis=1))
    # What costs the same to three figures and brings no more is not told apart on a picture.
    order = np.flatnonzero(front)[np.argsort(cost[front], kind="stable")]
    best = choices[int(order[-1])]
    with look():
        figure = Figure(figsize=(5.0, 3.5))
        figure.text(0.0, 0.995, surface.label, fontsize=12, fontweight="bold", va="top")
        figure.text(0.0, 0.91, unit_line(quantity), fontsize=9.5, color="#444444", va="top")
        axes = figure.add_axes((0.125, 0.155, 0.845, 0.66))
        axes.axhline(0, color="black", linewidth=1.0)
        axes.plot(cost[order], effect[order], color=COLOURS["blue"], linewidth=1.4)
        axes.plot(cost[~front], effect[~front], "o", color="white", markeredgecolor="#7A828B",
                  markersize=5)  # fmt: skip
        axes.plot(cost[order], effect[order], "D", color=COLOURS["blue"], markersize=6)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        digits = 0 if float(np.ptp(cost)) >= 4 else 1 if float(np.ptp(cost)) >= 0.4 else 2
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda v, _: number(v, words.language, digits))
        )
        change_axis(axes, quantity)
        axes.tick_params(labelsize=9.5)
        axes.set_xlabel(words("trade_offs.axis"), fontsize=9.5, color="#444444", loc="right")
    label = words(
        "trade_offs.alt",
        measure=surface.label,
        count=number(int(front.sum()), words.language),
        total=number(len(choices), words.language),
        best=best.label,
        change=quantity.change(best.effect),
        cost=euros(rounded(best.cost, 3), words.language),
    )
    return Picture(name, figure, label)


def _robust(
    frame: pd.DataFrame, surface: Surface, policies: dict[int, str], words: Words
) -> list[Cell]:
    """The choices that are best on average, in the worst case, and by regret."""
    good = surface.measure.good
    assert good
    name = surface.measure.name
    quantity = surface.quantity
    ran = frame.groupby("policy")[name].transform("count") > 0
    kept = frame[ran]
    try:
        table = robustness(kept, name, good, ("policy",), ("condition",))
    except InputError:  # no replication has them all, as long as the sweep is unfinished
        return [Cell(surface.label), *[Cell(words("quantity.unknown"))] * 3]
    means = good * table["mean"].to_numpy()
    best = int(np.argmax(means))
    picks = (best, int(np.argmax(table["is_maximin"])), int(np.argmax(table["is_minimax_regret"])))
    said = (
        words("trade_offs.mean", change=quantity.change(float(table["mean"].iloc[picks[0]]))),
        words("trade_offs.worst", change=quantity.change(float(table["worst"].iloc[picks[1]]))),
        words("trade_offs.short", change=quantity.size(float(table["max_regret"].iloc[picks[2]]))),
    )
    cells = [
        Cell(policies[int(table.index[p])], below=text) for p, text in zip(picks, said, strict=True)
    ]
    return [Cell(surface.label), *cells]
