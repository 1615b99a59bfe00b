"""Design: varied factors, drawn parameters and the smallest relevant effects."""

from __future__ import annotations

import math
from typing import Final

from sim.experiments.factors import SCENARIO, Factor
from sim.report.blocks import Block, Cell, Paragraph, Section, Table
from sim.report.facts import Facts
from sim.report.sections.question import MOST_PLACES
from sim.words.language import number, span

DIRECTIONS: Final = {1: "more", -1: "less", 0: "neither"}


def design(facts: Facts) -> Section | None:
    """List factors, design, replications, seeds and drawn parameters; and targets."""
    if not facts.factors:
        return None
    words, experiment, count = facts.words, facts.experiment, facts.levels.count
    kind, points = experiment.design.kind, count(len(facts.points))
    drawn = len(facts.results.manifest["drawn_parameters"])
    how = experiment.parameters if drawn or facts.is_fixed else "all_varied"
    sentences = [
        words(f"design.{kind}", points=points, size=count(experiment.design.size)),
        words(f"design.{how}", drawn=count(drawn)),
        words(f"design.{experiment.luck}"),
        words(
            "design.replications",
            reps=facts.reps_in_words,
            seed=str(experiment.seed),
            horizons=", ".join(span(h, words.language) for h in experiment.horizons),
        ),
    ]
    for first, second, size in experiment.design.correlations:
        labels = {f.name: facts.levels.label(f) for f in facts.factors}
        size_in_words = number(size, words.language, 2)
        sentences.append(
            words("design.correlated", a=labels[first], b=labels[second], size=size_in_words)
        )
    heads = ["design.factor", "design.kind", "design.levels"]
    rows = [
        [
            Cell(facts.levels.label(f), below=facts.levels.unit(f), code=f.name),
            Cell(words(f"distribution.{f.distribution}" if f.distribution else "design.of_levels")),
            Cell(_levels(facts, f)),
        ]
        for f in facts.factors
    ]
    blocks: list[Block] = [
        Paragraph(" ".join(sentences)),
        facts.table("design.caption", heads, rows, (1, 2)),
        Paragraph(words("design.relevance")),
        _relevance(facts),
    ]
    return Section("varied", words("sweep_section.varied"), blocks)


def _levels(facts: Facts, factor: Factor) -> str:
    words = facts.words
    if factor.levels is not None:
        if factor.name == SCENARIO and len(factor.levels) > MOST_PLACES:
            return words("towns.levels", count=len(factor.levels))
        return " · ".join(facts.levels.value(factor, v) for v in factor.levels)
    if factor.mean is not None and factor.sd is not None:
        mean, sd = (facts.levels.value(factor, v) for v in (factor.mean, factor.sd))
        within = words("quantity.range", low=facts.levels.value(factor, factor.low),
                       high=facts.levels.value(factor, factor.high))  # fmt: skip
        return words("design.mean", range=within, mean=mean, sd=sd)
    low, high = (facts.levels.value(factor, v) for v in (factor.low, factor.high))
    text = words("quantity.range", low=low, high=high)
    if factor.mode is None:
        return text
    return words("design.mode", range=text, mode=facts.levels.value(factor, factor.mode))


def _relevance(facts: Facts) -> Table:
    """State what is wanted of each measure, below what nothing matters, and the target."""
    words = facts.words
    rows = []
    for surface in facts.surfaces(facts.arms[0]):
        measure, quantity = surface.measure, surface.quantity
        target = surface.of_target.change(math.nan if surface.target is None else surface.target)
        stated = "stated" if measure.name in facts.experiment.targets else "default"
        rows.append(
            [
                Cell(surface.label, below=quantity.change_unit),
                Cell(measure.definition_over(measure.window)[words.language]),
                Cell(words(f"direction.{DIRECTIONS[measure.good]}")),
                Cell(quantity.size_range(*surface.smallest_relevant)),
                Cell(target, below=words(f"design.{stated}") if measure.good else ""),
            ]
        )
    heads = ["table.measure", "design.definition", "design.wanted", "table.relevant",
             "design.target"]  # fmt: skip
    return facts.table("design.relevance_caption", heads, rows, (1, 2))
