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
    means = frame.groupby("policy")[[name, COST]].mean()
    known = means.dropna().index
    return [
        Choice(policies[int(p)], float(means.loc[p, COST]), float(means.loc[p, name]))
        for p in known
    ]


def _robust(
    frame: pd.DataFrame, surface: Surface, policies: Sequence[str], words: Words
) -> list[Cell]:
    """Return the best choices on average, in the worst case, and by regret."""
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
