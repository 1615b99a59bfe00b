"""Towns ranked by what an intervention does there, classes, and the regret of choosing some."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.experiments.inference import FEWEST
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.facts import Facts
from sim.report.pictures.ranked_towns import draw_ranking
from sim.report.quantity import between, euros, probability
from sim.report.town_ranking import FILE, SURE, TownRanking, is_programme, rankings
from sim.words.language import number, span

SHOWN: Final = 10
"""Towns that the page names; the table has all."""

_UNLIKELY: Final = 0.05


def towns(facts: Facts) -> Section | None:
    """Rank the towns of a programme; None where there is none."""
    if not is_programme(facts):
        return None
    words = facts.words
    title = words("sweep_section.towns")
    by_arm = [(arm, rankings(facts, arm)) for arm in facts.wholes]
    if not any(ranked for _, ranked in by_arm):
        fewest = facts.levels.count(FEWEST)
        return Section("towns", title, [Paragraph(words("towns.too_few", fewest=fewest))])
    over, count = span(facts.months, words.language), facts.levels.count
    intro = [words("towns.intro", span=over, towns=count(len(facts.experiment.classes)))]
    if facts.experiment.budget:
        money = euros(facts.experiment.budget, words.language)
        intro.append(words("towns.budget", amount=money))
    if len(facts.layout.varied) > 1:
        intro.append(words("towns.averaged"))
    blocks: list[Block] = [
        Paragraph(" ".join(intro)),
        Paragraph(words("towns.how", file=FILE), style="note"),
    ]
    for a, (arm, ranked) in enumerate(by_arm, 1):
        for m, one in enumerate(ranked, 1):
            label = one.surface.label
            if len(by_arm) > 1:
                label = words("sweep.named_level", factor=arm.label, level=label)
            blocks.append(Subhead(label))
            if one.left_out:
                left = words("towns.left_out", count=one.left_out, fewest=count(FEWEST))
                blocks.append(Paragraph(left, style="note"))
            blocks += _of_measure(facts, one, f"towns_{a}_{m}")
    blocks.append(Paragraph(words("towns.regret_note"), style="note"))
    return Section("towns", title, blocks)


def _of_measure(facts: Facts, one: TownRanking, name: str) -> list[Block]:
    """Rank towns by one measure: in words, a picture, and tables."""
    words, quantity = facts.words, one.surface.quantity
    ranking = one.ranking
    sure = int((ranking.among_first >= SURE).sum())
    may = int((ranking.among_first >= _UNLIKELY).sum())
    promised, kept = one.promised()
    (_, best), *_ = one.choices()
    said = {
        "first": facts.levels.count(one.first),
        "sure": words("towns.sure", count=sure),
        "may": facts.levels.count(may),
        "promised": quantity.change(one.good * promised),
        "expected": quantity.change(one.good * best.gain),
        "kept": quantity.change(one.good * kept),
    }
    picture = draw_ranking(name, words("towns.alt", measure=one.surface.label, **said), one)
    blocks: list[Block] = [
        Paragraph(" ".join([words("towns.lead", **said), words("towns.curse", **said)])),
        Gallery([Tile(picture)], columns=1, caption=words("towns.picture")),
        _ranked(facts, one),
    ]
    if len(one.classes) > 1:
        blocks.append(_by_class(facts, one))
    return [*blocks, _choices(facts, one)]


def _expected(one: TownRanking, value: float, low: float, high: float) -> Cell:
    """Write an expected effect, given as wanted, with its interval."""
    quantity = one.surface.quantity
    ends = sorted((one.good * low, one.good * high))
    return Cell(quantity.change(one.good * value), below=quantity.interval(*ends))


def _ranked(facts: Facts, one: TownRanking) -> Table:
    words, of, count = facts.words, one.ranking, facts.levels.count
    rows = []
    for rank, k in enumerate(of.order[:SHOWN].tolist(), 1):
        measured, ends = one.measured(k), (count(int(of.rank_lo90[k])), count(int(of.rank_hi90[k])))
        rows.append(
            [
                Cell(one.towns[k], below=facts.experiment.classes[one.towns[k]]),
                Cell(count(rank), below=between(*ends, words.language)),
                _expected(one, of.effect[k], of.lo90[k], of.hi90[k]),
                Cell(measured.signed_change, below=measured.interval, tone=measured.tone),
                Cell(probability(float(of.among_first[k]), words.language)),
            ]
        )
    heads = [
        *(words(f"towns.{key}") for key in ("town", "rank", "expected", "measured")),
        words("towns.among_first", first=count(one.first)),
    ]
    label = one.surface.quantity.with_unit(one.surface.label)
    return Table(words("towns.ranked", measure=label, count=count(len(rows))), heads, rows)


def _by_class(facts: Facts, one: TownRanking) -> Table:
    words, rows = facts.words, []
    for k, name in enumerate(one.classes):
        effect, inside = one.of_class(k), one.at == k
        chosen = np.isin(one.ranking.order[: one.first], np.flatnonzero(inside)).sum()
        low, high = sorted(one.good * end for end in one.spread(k))
        rows.append(
            [
                Cell(name),
                Cell(facts.levels.count(int(inside.sum()))),
                Cell(effect.signed_change, below=effect.interval, tone=effect.tone),
                Cell(one.surface.quantity.interval(low, high)),
                Cell(facts.levels.count(int(chosen))),
            ]
        )
    heads = [
        *(words(f"towns.{key}") for key in ("class", "number", "mean", "spread")),
        words("towns.of_first", first=facts.levels.count(one.first)),
    ]
    label = one.surface.quantity.with_unit(one.surface.label)
    return Table(words("towns.classes", measure=label), heads, rows)


def _choices(facts: Facts, one: TownRanking) -> Table:
    words, quantity, rows = facts.words, one.surface.quantity, []
    first = number(one.first, words.language)
    for key, choice in one.choices():
        _, is_class, name = key.partition(":")
        text = words("towns.by_class" if is_class else f"towns.{key}", kind=name, first=first)
        gain = _expected(one, choice.gain, choice.lo90, choice.hi90)
        rows.append([Cell(text), gain, Cell(quantity.shortfall(choice.regret))])
    heads = [words(f"towns.{key}") for key in ("choice", "gain", "regret")]
    label = quantity.with_unit(one.surface.label)
    return Table(words("towns.choices", measure=label, first=first), heads, rows)
