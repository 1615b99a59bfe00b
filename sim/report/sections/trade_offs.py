"""Trade-offs: effects against cost, and choices that hold in every world."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final

import numpy as np

from sim.analysis.over_worlds import TAIL, over_worlds
from sim.analysis.responses import COST
from sim.analysis.trade_offs import front_share, mean_objectives
from sim.measures.registry import MEANS
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.choices import Choices
from sim.report.effects import Surface
from sim.report.facts import Facts
from sim.report.pictures.trade_off import Choice, draw_trade_off, on_line
from sim.report.quantity import about_euros

MOST_CHOICES: Final = 100
"""Choices beyond which dots hide one another."""


def trade_offs(facts: Facts) -> Section | None:
    """Weigh effects against money, and regret; None where nothing is chosen, or nothing changes."""
    if not facts.has_interventions or (facts.is_single and len(facts.wholes) == 1):
        return None
    choices = Choices(facts)
    tried = len(choices.labels) - 1
    if not (choices.arms or choices.unmatched):
        only = Paragraph(facts.words("trade_offs.only_shocks", nothing=choices.labels[0]))
        return Section("trade_offs", facts.words("sweep_section.trade_offs"), [only])
    is_alike = choices.worlds == 1 and not choices.has_draws
    if not 1 <= tried <= MOST_CHOICES or (tried == 1 and is_alike):
        return None
    tiles, rows = [], []
    for k, name in enumerate(facts.indicators, 1):
        surfaces = _surfaces(facts, choices, name)
        if not surfaces:
            continue
        if tried > 1 and len(points := _points(choices, name, surfaces[0])) > 1:
            picture = draw_trade_off(f"cost_{k}", surfaces[0], points)
            tiles.append(Tile(picture, caption=_line(facts, surfaces[0], points)))
        rows.append(_robust(facts, choices, surfaces[0], is_alike))
    if not rows:
        return None
    words = facts.words
    title, blocks = words("trade_offs.robust"), list[Block]()
    if tiles:
        blocks = [
            Paragraph(words("trade_offs.intro")),
            Gallery(tiles, columns=2, caption=words("trade_offs.caption")),
            Subhead(title),
        ]
        title = words("sweep_section.trade_offs")
    heads = ["table.measure", "trade_offs.best", "trade_offs.maximin", "trade_offs.regret"]
    heads = [*heads[: 2 if is_alike else 4], "trade_offs.nothing"]
    columns = range(1, len(heads))
    caption = "trade_offs.mean_caption" if is_alike else "trade_offs.robust_caption"
    blocks += [
        Paragraph(" ".join([words("trade_offs.robust_intro"), *_worlds(facts, choices)])),
        facts.table(caption, heads, rows, columns),
        Paragraph(words("trade_offs.halves"), style="note"),
    ]
    if choices.unmatched:
        arms = [facts.quoted(arm) for arm in facts.arms if arm.name in choices.unmatched]
        text = words("trade_offs.unmatched", count=len(arms), arms=", ".join(arms))
        blocks.append(Paragraph(text, style="note"))
    return Section("trade_offs", title, blocks)


def _surfaces(facts: Facts, choices: Choices, name: str) -> list[Surface]:
    """Return what choices change on a measure; empty where none matters, or none is better.

    What an arm itself spends and opens is no end but a means, of which doing nothing needs least.
    """
    if name in MEANS:
        return []
    at = facts.indicators.index(name)
    found = [facts.averaged(arm)[at] for arm in facts.arms if arm.name in choices.arms]
    idle = ("none", "open", "missing")
    if not found[0].measure.good or all(surface.reading in idle for surface in found):
        return []
    return found


def _points(choices: Choices, name: str, surface: Surface) -> list[Choice]:
    """Return mean effects and costs of choices, and how certain it is that no other beats them."""
    good = surface.measure.good
    both = np.stack([choices.effects(n) for n in (name, COST)], axis=-1)
    shares = front_share(both * [good, -1]) if len(both) > 1 else np.full(both.shape[1], np.nan)
    means = mean_objectives(both)
    return [
        Choice(label, cost, effect, share)
        for label, (effect, cost), share in zip(choices.labels, means, shares, strict=True)
        if np.isfinite([effect, cost]).all()
    ]


def _line(facts: Facts, surface: Surface, points: Sequence[Choice]) -> str:
    """Name the choices that no other beats, by their numbers in the picture."""
    words, told = facts.words, []
    for k, alike in enumerate(on_line(surface, points), 1):
        one = alike[0]
        change, cost = surface.quantity.change(one.effect), about_euros(one.cost, facts.language)
        labels = [choice.label for choice in alike]
        choice = reduce(lambda a, b: words("trade_offs.or", a=a, b=b), labels)
        of = {"choice": choice, "change": change, "cost": cost}
        told.append(words("trade_offs.on_line", number=facts.levels.count(k), **of))
    return words("trade_offs.line", choices=words("answer.separator").join(told))


def _worlds(facts: Facts, choices: Choices) -> list[str]:
    """Say what a world is, or that there is only one."""
    words, count = facts.words, choices.worlds
    found = [words("trade_offs.shocks")] if choices.has_shocks else []
    if choices.has_draws:
        again, reps = facts.levels.count(facts.experiment.reruns), facts.reps_in_words
        return [*found, words("trade_offs.draws", again=again, reps=reps, tail=facts.share(TAIL))]
    if facts.is_sampled and count > 1:
        return [*found, words("trade_offs.sampled", worlds=facts.levels.count(count))]
    return [*found, words("trade_offs.conditions", count=count)]


def _robust(facts: Facts, choices: Choices, surface: Surface, is_alike: bool) -> list[Cell]:
    """Return the best choices on average, in the worst case and by regret, and doing nothing."""
    words, quantity = facts.words, surface.quantity
    good, name = surface.measure.good, surface.measure.name
    values, is_drawn = good * choices.effects(name), choices.has_draws
    again = good * choices.effects_of_draws(name) if is_drawn else values
    measure = Cell(surface.label, below=quantity.change_unit)
    cells, unknown = [measure], Cell(words("quantity.unknown"))
    if not (np.isfinite(values[:, 1:]).any() and again.size):  # as long as the sweep is unfinished
        return [*cells, *[unknown] * (2 if is_alike else 4)]
    by_run = found = over_worlds(values)
    if is_drawn:
        found = over_worlds(again, TAIL)  # mean and worst case of the same worlds
    best, change = found.picks[0], quantity.change(good * found.mean[found.picks[0]])
    below = words("trade_offs.mean", change=change)
    if tied := [choices.labels[k] for k in found.tied if k != best]:
        as_good = words("trade_offs.tied", choices=words("answer.separator").join(tied))
        below = f"{below} · {as_good}"
    elif np.isfinite(by_run.best_share[best]):
        same = words("trade_offs.same", share=facts.share(by_run.best_share[best]))
        below = f"{below} · {same}"
    cells.append(Cell(choices.labels[best], below=below))
    if np.isnan(found.worst).all():
        return [*cells, *[unknown] * (1 if is_alike else 3)]
    _, worst, regret = found.picks
    at_worst = "trade_offs.worst_of_draws" if is_drawn else "trade_offs.worst"
    key = "trade_offs.short_of_draws" if is_drawn else "trade_offs.short"
    if is_alike:
        key = "trade_offs.short_on_average"
    level = words("trade_offs.level")
    short = [
        words(key, change=quantity.shortfall(gap)) if quantity.is_shown(gap) else level
        for gap in found.max_regret.tolist()
    ]
    if not is_alike:
        change = quantity.change(good * found.worst[worst])
        cells += [
            Cell(choices.labels[worst], below=words(at_worst, change=change)),
            Cell(choices.labels[regret], below=short[regret]),
        ]
    return [*cells, Cell(short[0])]
