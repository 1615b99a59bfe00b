"""Effects over all variants, in pictures: heat maps, curves, strips, or one factor at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.experiments.factors import SCENARIO, Factor
from sim.experiments.inference import FEWEST
from sim.experiments.verdicts import LESS, MORE
from sim.kernels.arrays import Ints
from sim.report.blocks import Block, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.effects import Effect, Surface
from sim.report.facts import Facts
from sim.report.layout import MOST_BINS, MOST_STRIPS, Panel, levels_of
from sim.report.levels import is_scale
from sim.report.pictures.canvas import unit_line
from sim.report.pictures.curve import draw_curve
from sim.report.pictures.heat_map import Axis, draw_heat_map, draw_key
from sim.report.pictures.strips import draw_strips
from sim.report.readings import Arm

MOST_FACTORS: Final = 4
"""Factors that are shown one at a time, for each measure those along which it varies most."""


def variants(facts: Facts) -> Section | None:
    """Draw what each arm changes over the design; None where there is one point."""
    if facts.is_single:
        return None
    words, kind = facts.words, facts.layout.kind
    if kind == "main_effects" and not _shown_alone(facts):
        return None
    title = words("sweep_section.effects")
    if facts.experiment.design.kind == "morris":
        return Section("effects", title, [Paragraph(words("sweep_pictures.morris"))])
    if kind == "strips":
        return Section("effects", title, [*_told(facts, kind), _strips(facts)])
    draw = {"grid": _grids, "curve": _curves, "main_effects": _main_effects, "strips": _strip}
    kinds = list(dict.fromkeys(facts.own(arm).layout.kind for arm in facts.arms))
    blocks = _told(facts, kinds[0]) if len(kinds) == 1 else []
    for k, arm in enumerate(facts.arms, 1):
        own = facts.own(arm)
        if arm.label:
            blocks.append(Subhead(arm.label))
        if len(kinds) > 1:
            blocks += _told(facts, own.layout.kind)
        blocks += draw[own.layout.kind](own, arm, k)
    if "grid" in kinds:
        blocks.append(Gallery([Tile(draw_key("map_key", words))], columns=_columns(facts)))
    return Section("effects", title, blocks)


def _told(facts: Facts, kind: str) -> list[Block]:
    """Say how to read pictures of a kind."""
    words = facts.words
    blocks: list[Block] = [Paragraph(words(f"sweep_pictures.{kind}"))]
    if kind == "main_effects" and not facts.is_sampled:
        blocks.append(Paragraph(words("sweep_pictures.averaged"), style="note"))
    return blocks


def _below(facts: Facts, surface: Surface, panel: Panel | None) -> str:
    """Return the unit, and what is held fixed in a picture."""
    return " · ".join([unit_line(surface.quantity), *_fixed(facts, panel)])


def _fixed(facts: Facts, panel: Panel | None) -> list[str]:
    return [facts.levels.named(f, value) for f, value in panel.fixed] if panel else []


def _columns(facts: Facts) -> int:
    """Return how many pictures stand side by side: those of one measure, where possible."""
    panels = len(facts.layout.panels)
    return panels if 2 <= panels <= 3 else 2


# Two factors


def _grids(facts: Facts, arm: Arm, k: int) -> list[Block]:
    tiles = []
    rows, columns = (
        Axis(facts.levels.axis(f), [facts.levels.value(f, v) for v in levels_of(facts.points, f)])
        for f in facts.layout.axes
    )
    for m, surface in enumerate(facts.surfaces(arm), 1):
        for p, panel in enumerate(facts.layout.panels, 1):
            name, label = f"map_{k}_{m}_{p}", _in_words(facts, surface, panel)
            below = _below(facts, surface, panel)
            tiles.append(
                Tile(draw_heat_map(name, label, below, surface, panel.points, rows, columns))
            )
    return [Gallery(tiles, columns=_columns(facts))]


def _in_words(facts: Facts, surface: Surface, panel: Panel) -> str:
    """Put a heat map in words: its extremes, and how many points have which verdict."""
    words, count = facts.words, facts.levels.count
    inside = [(surface.effects[i], int(i)) for i in panel.points.ravel()]
    measured = [(e.mean, i) for e, i in inside if e.is_measured]
    if not measured:
        return words("sweep_pictures.alt_missing", measure=surface.label)
    (low, at_low), (high, at_high) = min(measured), max(measured)
    more, less = (sum(e.verdict in which for e, _ in inside) for which in (MORE, LESS))
    least, most = surface.quantity.change(low), surface.quantity.change(high)
    return words(
        "sweep_pictures.alt_grid" if least != most else "sweep_pictures.alt_even",
        measure=facts.levels.joined([surface.label, *_fixed(facts, panel)]),
        low=least,
        at_low=facts.point_label(at_low),
        high=most,
        at_high=facts.point_label(at_high),
        more=facts.variants(more, len(inside)),
        less=facts.variants(less, len(inside)),
        total=count(len(inside)),
    )


# One factor


class _Group(NamedTuple):
    """Points of one level, or of one part of a factor's range."""

    value: float
    tick: str
    words: str
    effect: Effect


def _curves(facts: Facts, arm: Arm, k: int) -> list[Block]:
    (axis,) = facts.layout.axes
    levels = levels_of(facts.points, axis)
    tiles = []
    for m, surface in enumerate(facts.surfaces(arm), 1):
        for p, panel in enumerate(facts.layout.panels, 1):
            groups = [
                _group(facts, axis, level, surface.effects[point])
                for level, point in zip(levels, panel.points, strict=True)
            ]
            tiles.append(_curve(facts, f"curve_{k}_{m}_{p}", surface, axis, groups, panel))
    effects = [effect for surface in facts.surfaces(arm) for effect in surface.effects]
    return [Gallery(tiles, columns=_columns(facts), caption=_caption(facts, "bands", effects))]


def _caption(facts: Facts, key: str, effects: Sequence[Effect]) -> str:
    """Say how to read pictures of effects; without lines or bands where there is no interval."""
    if not any(math.isfinite(effect.lo90) for effect in effects):
        key = "few_samples" if facts.is_sampled else "few"
    return facts.words(f"sweep_pictures.{key}", fewest=facts.levels.count(FEWEST))


def _group(facts: Facts, factor: Factor, level: Any, effect: Effect) -> _Group:
    at = float(level) if is_scale(factor) else math.nan
    write = facts.levels
    return _Group(at, write.value(factor, level), write.amount(factor, level), effect)


def _curve(
    facts: Facts, name: str, surface: Surface, axis: Factor, groups: Sequence[_Group],
    panel: Panel | None,
) -> Tile:  # fmt: skip
    words, quantity = facts.words, surface.quantity
    measured = [(g.words, g.effect) for g in groups if g.effect.is_measured]
    listed = _listed(facts, measured) or words("verdict.missing")
    along = {"factor": facts.levels.label(axis), "levels": listed}
    measure = facts.levels.joined([surface.label, *_fixed(facts, panel)])
    label = words("sweep_pictures.alt_along", measure=measure, **along)
    picture = draw_curve(
        name, label, surface.label, _below(facts, surface, panel), facts.levels.axis(axis),
        [g.value for g in groups], [g.tick for g in groups], [g.effect for g in groups], quantity,
    )  # fmt: skip
    return Tile(picture)


def _listed(facts: Facts, effects: Sequence[tuple[str, Effect]]) -> str:
    words = facts.words
    return words("answer.separator").join(
        words("sweep_pictures.alt_level", level=text, change=e.quantity.change(e.mean))
        for text, e in effects
    )


# A line a point


def _strips(facts: Facts) -> Gallery:
    tiles, effects = [], list[Effect]()
    for m, name in enumerate(facts.indicators, 1):
        rows = []
        for point in range(len(facts.points)):
            for arm in facts.arms:
                own = facts.own(arm)
                if point not in own.kept:
                    continue
                at = own.kept.tolist().index(point)
                text = own.point_label(at)
                if len(facts.arms) > 1:
                    text = f"{arm.label}, {text}" if own.layout.varied else arm.label
                rows.append((text, own.surface(arm, name).effects[at]))
        tiles.append(_strip_tile(facts, f"strips_{m}", facts.surface(facts.arms[0], name), rows))
        effects += [effect for _, effect in rows]
    return Gallery(tiles, columns=2, caption=_caption(facts, "strips_caption", effects))


def _strip_tile(
    facts: Facts, name: str, surface: Surface, rows: Sequence[tuple[str, Effect]]
) -> Tile:
    quantity, listed = surface.quantity, _listed(facts, rows)
    label = facts.words("sweep_pictures.alt_strips", measure=surface.label, levels=listed)
    return Tile(draw_strips(name, label, surface.label, unit_line(quantity), rows, quantity))


def _strip(facts: Facts, arm: Arm, k: int) -> list[Block]:
    """Draw the points of one arm, where others need another picture."""
    tiles, effects = [], list[Effect]()
    for m, surface in enumerate(facts.surfaces(arm), 1):
        effects += surface.effects
        rows = [(facts.point_label(p) or arm.label, e) for p, e in enumerate(surface.effects)]
        tiles.append(_strip_tile(facts, f"strips_{k}_{m}", surface, rows))
    return [Gallery(tiles, columns=2, caption=_caption(facts, "strips_caption", effects))]


# One factor at a time


def _main_effects(facts: Facts, arm: Arm, k: int) -> list[Block]:
    words = facts.words
    tiles, flat, drawn = [], [], list[Effect]()
    for m, surface in enumerate(facts.surfaces(arm), 1):
        varied = sorted(_shown_alone(facts), key=lambda f: -_spread(facts, surface, f))
        shown = [(f, _groups(facts, surface, f)) for f in varied[:MOST_FACTORS]]
        effects = [group.effect for _, groups in shown for group in groups]
        if all(effect.is_small or not effect.is_measured for effect in effects):
            flat.append(surface.label)
            continue
        drawn += effects
        for f, (factor, groups) in enumerate(shown, 1):
            name = f"factor_{k}_{m}_{f}"
            if is_scale(factor):
                tiles.append(_curve(facts, name, surface, factor, groups, None))
            else:
                axis = facts.levels.label(factor)
                named = (words("sweep.named_level", factor=axis, level=g.words) for g in groups)
                rows = list(zip(named, (g.effect for g in groups), strict=True))
                tiles.append(_strip_tile(facts, name, surface, rows))
    caption = _caption(facts, "sampled_bands" if facts.is_sampled else "bands", drawn)
    blocks: list[Block] = []
    if tiles:
        blocks.append(Gallery(tiles, columns=2, caption=caption))
    if flat:
        listed = words("answer.separator").join(flat)
        blocks.append(Paragraph(words("sweep_pictures.flat", measures=listed)))
    return blocks


def _shown_alone(facts: Facts) -> list[Factor]:
    """Return the factors that are shown one at a time; hundreds of towns have a ranking."""
    levels = {f.name: facts.points[f.name].nunique() for f in facts.layout.varied}
    many = SCENARIO if levels.get(SCENARIO, 0) > MOST_STRIPS else ""
    return [f for f in facts.layout.varied if f.name != many]


def _parts(facts: Facts, factor: Factor) -> list[Ints]:
    """Return points by level, or by parts of the range with about equally many points."""
    values = facts.points[factor.name]
    levels = levels_of(facts.points, factor)
    if is_scale(factor) and facts.is_sampled and len(levels) > MOST_BINS + 1:
        order = np.argsort(values.to_numpy(np.float64), kind="stable")
        return [np.asarray(part) for part in np.array_split(order, MOST_BINS)]
    return [np.flatnonzero((values == level).to_numpy()) for level in levels]


def _spread(facts: Facts, surface: Surface, factor: Factor) -> float:
    """Return the range of mean effects along a factor."""
    parts = [surface.differences[part] for part in _parts(facts, factor)]
    means = [part[np.isfinite(part)].mean() for part in parts if np.isfinite(part).any()]
    return float(max(means) - min(means)) if means else 0.0


def _groups(facts: Facts, surface: Surface, factor: Factor) -> list[_Group]:
    """Average effects by level, or by parts of the range."""
    parts = [(part, _over(facts, surface, part)) for part in _parts(facts, factor)]
    levels = levels_of(facts.points, factor)
    if len(parts) == len(levels):
        of_levels = zip(levels, parts, strict=True)
        return [_group(facts, factor, level, effect) for level, (_, effect) in of_levels]
    numbers = facts.points[factor.name].to_numpy(np.float64)
    span, found = float(np.ptp(numbers)), []
    for part, effect in parts:
        values = numbers[part]
        ends = (_rounded(float(v), span) for v in (values.mean(), values.min(), values.max()))
        (middle, tick), (_, low), (_, high) = ((v, facts.levels.value(factor, v)) for v in ends)
        named = facts.words("quantity.range", low=low, high=high)
        found.append(_Group(middle, tick, named, effect))
    return found


def _rounded(value: float, span: float) -> float:
    """Round to a hundredth of the range: an axis shows no more."""
    step = 10.0 ** math.floor(math.log10(span / 50)) if span > 0 else 1.0
    return round(round(value / step) * step, 12)


def _over(facts: Facts, surface: Surface, points: Any) -> Effect:
    """Average over points: as a sample of them, or in each replication."""
    chosen = [int(p) for p in points]
    if not facts.is_sampled:
        return surface.average([p for p in chosen if surface.effects[p].is_measured] or chosen)
    return surface.at(chosen).over_sample(facts.drawn_with[chosen]).effects[0]
