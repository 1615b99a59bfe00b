"""The section of pictures: heat maps, curves, strips, or one factor at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.experiments.factors import Factor
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.effect import Effect
from sim.report.sweeps.curve import draw_curve, unit_line
from sim.report.sweeps.facts import SweepArm, SweepFacts
from sim.report.sweeps.heat_map import HeatMap, draw_heat_map, draw_key
from sim.report.sweeps.layout import MOST_BINS, Panel, levels_of
from sim.report.sweeps.levels import is_scale
from sim.report.sweeps.strips import draw_strips
from sim.report.sweeps.surface import Surface
from sim.words.catalogue import Words

__all__ = ["effects_section", "table_section"]

MOST_FACTORS: Final = 4
"""Factors that are shown one at a time, for each measure those along which it varies most."""

MOST_COLUMNS: Final = 3
"""Factors that have a column of their own in the table."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

MOST_ROWS: Final = 80
"""Points beyond which the table of effects is no longer printed."""


def effects_section(facts: SweepFacts, words: Words) -> Section:
    """What each arm changes over the design, in pictures."""
    layout = facts.layout
    if facts.experiment.design.kind == "morris":
        return Section(
            "effects", words("sweep_section.effects"), [Paragraph(words("sweep_pictures.morris"))]
        )
    blocks: list[Block] = [Paragraph(words(f"sweep_pictures.{layout.kind}"))]
    if layout.kind == "main_effects" and not facts.is_sampled:
        blocks.append(Paragraph(words("sweep_pictures.averaged"), style="note"))
    if layout.kind == "strips":
        blocks += _strips(facts, words)
        return Section("effects", words("sweep_section.effects"), blocks)
    draw = {"grid": _grids, "curve": _curves, "main_effects": _main_effects}[layout.kind]
    for k, arm in enumerate(facts.arms, 1):
        if arm.label:
            blocks.append(Subhead(arm.label))
        blocks += draw(facts, arm, k, words)
    return Section("effects", words("sweep_section.effects"), blocks)


def _below(facts: SweepFacts, surface: Surface, panel: Panel | None, words: Words) -> str:
    """Unit, and what is held fixed in a picture."""
    fixed = [facts.levels.named(f, value) for f, value in panel.fixed] if panel else []
    return " · ".join([unit_line(surface.quantity), *fixed])


# Two factors


def _grids(facts: SweepFacts, arm: SweepArm, k: int, words: Words) -> list[Block]:
    tiles = []
    rows, columns = facts.layout.axes
    for m, surface in enumerate(facts.surfaces(arm), 1):
        reach = _reach(surface)
        for p, panel in enumerate(facts.layout.panels, 1):
            effects = [[surface.effects[i] for i in row] for row in panel.points]
            heat = HeatMap(
                title=surface.label,
                below=_below(facts, surface, panel, words),
                rows=_ticks(facts, rows),
                columns=_ticks(facts, columns),
                row_axis=facts.levels.axis(rows),
                column_axis=facts.levels.axis(columns),
                effects=effects,
                reached=surface.reached[panel.points],
                good=surface.measure.good,
                reach=reach,
            )
            name = f"map_{k}_{m}_{p}"
            label = _heat_alt(facts, surface, panel, words)
            tiles.append(Tile(draw_heat_map(name, label, heat, surface.quantity)))
    if k == 1:
        tiles.append(Tile(draw_key("map_key", words)))
    return [Gallery(tiles, columns=_columns(facts))]


def _reach(surface: Surface) -> float:
    """Limit of the colours: what is too small to matter never looks large."""
    means = [abs(e.mean) for e in surface.effects if e.is_measured]
    return max([2 * surface.smallest_relevant[1], *means]) or 1.0


def _ticks(facts: SweepFacts, factor: Factor) -> list[str]:
    return [facts.levels.value(factor, v) for v in levels_of(facts.points, factor)]


def _heat_alt(facts: SweepFacts, surface: Surface, panel: Panel, words: Words) -> str:
    """A heat map in words: its extremes, and how many points have which verdict."""
    count = facts.levels.count
    inside = [(surface.effects[i], int(i)) for i in panel.points.ravel()]
    measured = [(e.mean, i) for e, i in inside if e.is_measured]
    if not measured:
        return words("sweep_pictures.alt_missing", measure=surface.label)
    (low, at_low), (high, at_high) = min(measured), max(measured)
    n = {v: sum(e.verdict == v for e, _ in inside) for v in ("increase", "decrease")}
    return words(
        "sweep_pictures.alt_grid",
        measure=surface.label,
        low=surface.quantity.change(low),
        at_low=facts.point_label(at_low),
        high=surface.quantity.change(high),
        at_high=facts.point_label(at_high),
        more=count(n["increase"]),
        less=count(n["decrease"]),
        total=count(len(inside)),
    )


# One factor


def _curves(facts: SweepFacts, arm: SweepArm, k: int, words: Words) -> list[Block]:
    (axis,) = facts.layout.axes
    tiles = []
    for m, surface in enumerate(facts.surfaces(arm), 1):
        for p, panel in enumerate(facts.layout.panels, 1):
            effects = [surface.effects[i] for i in panel.points]
            groups = [
                _Group(float(v), facts.levels.value(axis, v), facts.levels.amount(axis, v), e)
                for v, e in zip(levels_of(facts.points, axis), effects, strict=True)
            ]
            tiles.append(_curve(facts, f"curve_{k}_{m}_{p}", surface, axis, groups, panel, words))
    return [Gallery(tiles, columns=_columns(facts), caption=words("sweep_pictures.bands"))]


def _columns(facts: SweepFacts) -> int:
    """Pictures side by side: those of one measure, where that is possible."""
    panels = len(facts.layout.panels)
    return panels if 2 <= panels <= 3 else 2


@dataclass(frozen=True)
class _Group:
    """Points of one level, or of one part of a factor's range."""

    value: float
    tick: str
    words: str
    effect: Effect


def _curve(
    facts: SweepFacts, name: str, surface: Surface, axis: Factor, groups: Sequence[_Group],
    panel: Panel | None, words: Words,
) -> Tile:  # fmt: skip
    quantity = surface.quantity
    said = words("answer.separator").join(
        words("sweep_pictures.alt_level", level=g.words, change=quantity.change(g.effect.mean))
        for g in groups
        if g.effect.is_measured
    )
    label = words(
        "sweep_pictures.alt_along",
        measure=surface.label,
        factor=facts.levels.label(axis),
        levels=said or words("verdict.missing"),
    )
    below = _below(facts, surface, panel, words)
    picture = draw_curve(
        name, label, surface.label, below, facts.levels.axis(axis), [g.value for g in groups],
        [g.tick for g in groups], [g.effect for g in groups], quantity,
    )  # fmt: skip
    return Tile(picture)


# A line a point


def _strips(facts: SweepFacts, words: Words) -> list[Block]:
    tiles = []
    several = len(facts.arms) > 1
    for m, name in enumerate(facts.indicators, 1):
        surfaces = [facts.surface(arm, name) for arm in facts.arms]
        rows = []
        for point in range(len(facts.points)):
            for arm, surface in zip(facts.arms, surfaces, strict=True):
                text = facts.point_label(point)
                if several:
                    text = f"{arm.label}, {text}" if facts.layout.varied else arm.label
                rows.append((text, surface.effects[point]))
        tiles.append(_strip_tile(f"strips_{m}", surfaces[0], rows, words))
    return [Gallery(tiles, columns=2, caption=words("sweep_pictures.strips_caption"))]


def _strip_tile(
    name: str, surface: Surface, rows: Sequence[tuple[str, Effect]], words: Words
) -> Tile:
    quantity = surface.quantity
    said = words("answer.separator").join(
        words("sweep_pictures.alt_level", level=text, change=quantity.change(e.mean))
        for text, e in rows
    )
    label = words("sweep_pictures.alt_strips", measure=surface.label, levels=said)
    below = unit_line(quantity)
    return Tile(draw_strips(name, label, surface.label, below, rows, quantity))


# One factor at a time


def _main_effects(facts: SweepFacts, arm: SweepArm, k: int, words: Words) -> list[Block]:
    tiles, flat = [], []
    for m, surface in enumerate(facts.surfaces(arm), 1):
        varied = sorted(facts.layout.varied, key=lambda f: -_spread(facts, surface, f))
        shown = [(f, _groups(facts, surface, f, words)) for f in varied[:MOST_FACTORS]]
        verdicts = {g.effect.verdict for _, groups in shown for g in groups}
        if verdicts <= {"no_relevant_effect", "missing"}:
            flat.append(surface.label)
            continue
        for f, (factor, groups) in enumerate(shown, 1):
            name = f"factor_{k}_{m}_{f}"
            if is_scale(factor):
                tiles.append(_curve(facts, name, surface, factor, groups, None, words))
            else:
                rows = [(g.words, g.effect) for g in groups]
                tiles.append(_strip_tile(name, surface, rows, words))
    caption = "sampled_bands" if facts.is_sampled else "bands"
    blocks: list[Block] = []
    if tiles:
        blocks.append(Gallery(tiles, columns=2, caption=words(f"sweep_pictures.{caption}")))
    if flat:
        blocks.append(
            Paragraph(words("sweep_pictures.flat", measures=words("answer.separator").join(flat)))
        )
    return blocks


def _parts(facts: SweepFacts, factor: Factor) -> list[npt.NDArray[np.int64]]:
    """Points by level, or by parts of the range with about equally many points."""
    values = facts.points[factor.name]
    levels = levels_of(facts.points, factor)
    if is_scale(factor) and facts.is_sampled and len(levels) > MOST_BINS + 1:
        order = np.argsort(values.to_numpy(np.float64), kind="stable")
        return [np.asarray(part) for part in np.array_split(order, MOST_BINS)]
    return [np.flatnonzero((values == level).to_numpy()) for level in levels]


def _spread(facts: SweepFacts, surface: Surface, factor: Factor) -> float:
    """How far mean effects lie apart along a factor."""
    parts = [surface.differences[part] for part in _parts(facts, factor)]
    means = [part[np.isfinite(part)].mean() for part in parts if np.isfinite(part).any()]
    return float(max(means) - min(means)) if means else 0.0


def _groups(facts: SweepFacts, surface: Surface, factor: Factor, words: Words) -> list[_Group]:
    """Mean effects by level, or by parts of the range."""
    parts = _parts(facts, factor)
    levels: list[Any] = levels_of(facts.points, factor)
    write = facts.levels
    found = []
    if len(parts) == len(levels):
        for level, part in zip(levels, parts, strict=True):
            at = float(level) if is_scale(factor) else math.nan
            tick, named = write.value(factor, level), write.amount(factor, level)
            found.append(_Group(at, tick, named, _over(facts, surface, part)))
        return found
    numbers = facts.points[factor.name].to_numpy(np.float64)
    span = float(np.ptp(numbers))
    for part in parts:
        middle, low, high = (
            _rounded(float(v), span)
            for v in (numbers[part].mean(), numbers[part].min(), numbers[part].max())
        )
        named = words(
            "quantity.range", low=write.value(factor, low), high=write.value(factor, high)
        )
        tick = write.value(factor, middle)
        found.append(_Group(middle, tick, named, _over(facts, surface, part)))
    return found


def _rounded(value: float, span: float) -> float:
    """A value to a hundredth of the range, since no more is read off an axis."""
    step = 10.0 ** math.floor(math.log10(span / 50)) if span > 0 else 1.0
    return round(round(value / step) * step, 12)


def _over(facts: SweepFacts, surface: Surface, points: Any) -> Effect:
    """Mean effect over points: of a sample of them, or over all in the same replication."""
    chosen = [int(p) for p in points]
    if not facts.is_sampled:
        return surface.average([p for p in chosen if surface.effects[p].is_measured] or chosen)
    return surface.at(chosen).over_sample(facts.drawn_with[chosen]).effects[0]


# In figures


def table_section(facts: SweepFacts, words: Words) -> Section:
    """Every effect at every point, or where the figures lie."""
    blocks: list[Block] = [Paragraph(words("sweep_table.intro"))]
    if len(facts.points) > MOST_ROWS:
        blocks.append(Paragraph(words("sweep_table.too_long")))
        return Section("figures", words("sweep_section.figures"), blocks)
    for arm in facts.arms:
        surfaces = facts.surfaces(arm)
        rows = []
        for point in range(len(facts.points)):
            row = _variant(facts, point)
            for surface in surfaces:
                effect = surface.effects[point]
                if not effect.is_measured:
                    row.append(effect.verdict_cell(words))
                    continue
                below = surface.quantity.interval(effect.low90, effect.high90)
                if surface.reached[point] > 0:
                    share = facts.share(surface.reached[point])
                    reached = words("sweep_table.reached", share=share)
                    below += f" · {reached.replace(' ', NO_BREAK)}"
                symbol = effect.verdict_cell(words).text.partition(" ")[0]
                text = f"{symbol} {surface.quantity.change(effect.mean)}"
                row.append(Cell(text, below=below, tone=effect.tone))
            rows.append(row)
        split = _split(facts)
        first = [facts.levels.label(f) for f in split] or [words("sweep.variant")]
        heads = [*first, *(s.label for s in surfaces)]
        caption = words(
            "sweep_table.caption" if arm.label else "sweep_table.caption_nothing",
            intervention=words("page.quoted", text=arm.label),
        )
        blocks.append(Table(caption, heads, rows, words=range(len(first))))
    blocks.append(Paragraph(words("sweep_table.files"), style="note"))
    return Section("figures", words("sweep_section.figures"), blocks)


def _split(facts: SweepFacts) -> tuple[Factor, ...]:
    """Factors that have a column each; none where variants have a name instead."""
    varied = facts.layout.varied
    return varied if 1 <= len(varied) <= MOST_COLUMNS else ()


def _variant(facts: SweepFacts, point: int) -> list[Cell]:
    split = _split(facts)
    if not split:
        return [Cell(facts.point_label(point))]
    row = facts.points.iloc[point]
    return [Cell(facts.levels.amount(f, row[f.name])) for f in split]
