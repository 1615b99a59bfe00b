"""What is worth its money: effects against cost, and choices that are robust to chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.analysis.responses import COST
from sim.analysis.trade_offs import robustness
from sim.errors import InputError
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.effects import Surface
from sim.report.facts import Facts
from sim.report.pictures.trade_off import Choice, draw_trade_off
from sim.words.catalogue import Words

if TYPE_CHECKING:
    import pandas as pd

MOST_POLICIES: Final = 100
"""Choices beyond which dots hide one another."""


def trade_offs(facts: Facts) -> Section | None:
    """Weigh effects against money, and regret; None where nothing is chosen, or nothing changes."""
    words = facts.words
    if not facts.has_interventions or facts.is_sampled:
        return None
    if facts.is_single and len(facts.arms) == 1:
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
        tiles.append(Tile(draw_trade_off(f"cost_{k}", first, choices)))
        rows.append(_robust(frame, first, policies, words))
    if not tiles:
        return None
    heads = ["table.measure", "trade_offs.best", "trade_offs.maximin", "trade_offs.regret"]
    blocks: list[Block] = [
        Paragraph(words("trade_offs.intro")),
        Gallery(tiles, columns=2, caption=words("trade_offs.caption")),
        Subhead(words("trade_offs.robust")),
        Paragraph(words("trade_offs.robust_intro")),
        facts.table("trade_offs.robust_caption", heads, rows, (1, 2, 3)),
    ]
    return Section("trade_offs", words("sweep_section.trade_offs"), blocks)


def _policies(facts: Facts) -> tuple[pd.DataFrame, list[str]]:
    """Return effects with a column ``policy``, and their words: an arm and its levers' levels."""
    import pandas as pd

    names = tuple(dict.fromkeys((*facts.indicators, COST)))
    parts, labels, codes = [], list[str](), dict[tuple[Any, ...], int]()
    for arm in facts.arms:
        part = facts.differences(arm, *names)
        levels = zip(*(part[f.name] for f in facts.levers), strict=True)
        keys = [(arm.name, *key) for key in levels] if facts.levers else [(arm.name,)] * len(part)
        for key in dict.fromkeys(keys):
            named = [facts.levels.named(f, v) for f, v in zip(facts.levers, key[1:], strict=True)]
            if len(facts.arms) > 1 or not named:
                named = [arm.label, *named]
            codes[key] = len(codes)
            labels.append(", ".join(named))
        parts.append(part.assign(policy=[codes[key] for key in keys]))
    frame = pd.concat(parts, ignore_index=True)
    conditions = [f.name for f in facts.layout.varied if f not in facts.levers]
    frame["condition"] = frame.groupby([*conditions, "rep"], sort=True).ngroup()
    return frame, labels


def _choices(frame: pd.DataFrame, name: str, policies: Sequence[str]) -> list[Choice]:
    means = frame.groupby("policy")[[COST, name]].mean().dropna()
    return [Choice(policies[p], *row) for p, *row in means.reset_index().itertuples(index=False)]


def _robust(
    frame: pd.DataFrame, surface: Surface, policies: Sequence[str], words: Words
) -> list[Cell]:
    """Return the best choices on average, in the worst case, and by regret."""
    good, name, quantity = surface.measure.good, surface.measure.name, surface.quantity
    assert good
    kept = frame[frame.groupby("policy")[name].transform("count") > 0]
    try:
        table = robustness(kept, name, good, ("policy",), ("condition",))
    except InputError:  # no replication has them all, as long as the sweep is unfinished
        return [Cell(surface.label), *[Cell(words("quantity.unknown"))] * 3]
    cells = [Cell(surface.label)]
    for key, column, ranks, write in (
        ("mean", "mean", good * table["mean"], quantity.change),
        ("worst", "worst", table["is_maximin"], quantity.change),
        ("short", "max_regret", table["is_minimax_regret"], quantity.size),
    ):
        pick = int(np.argmax(ranks))
        text = words(f"trade_offs.{key}", change=write(float(table[column].iloc[pick])))
        cells.append(Cell(policies[int(table.index[pick])], below=text))
    return cells
