"""What was varied and drawn, what counts as relevant, and how to do it again."""

from __future__ import annotations

from sim.experiments.factors import Factor
from sim.measures.registry import MEASURES
from sim.report.blocks import Block, Cell, Code, Paragraph, Section, Table
from sim.report.quantity import Quantity
from sim.report.sweeps.facts import SweepFacts
from sim.words.catalogue import Words
from sim.words.language import span

__all__ = ["again_section", "design_section"]

DESIGNS = ("full_factorial", "list", "latin_hypercube", "sobol", "morris", "saltelli")
DISTRIBUTIONS = ("uniform", "triangular", "log_uniform")
PARAMETERS = ("drawn", "fixed")
LUCK = ("common", "per_point")
DIRECTIONS = {1: "more", -1: "less", 0: "neither"}


def design_section(facts: SweepFacts, words: Words) -> Section:
    """Factors, design, replications, luck and drawn parameters; and targets."""
    experiment, count = facts.experiment, facts.levels.count
    horizons = ", ".join(span(h, words.language) for h in experiment.horizons)
    sentences = [
        words(
            f"design.{experiment.design.kind}",
            points=count(len(facts.points)),
            size=count(experiment.design.size),
        ),
        words(
            f"design.{experiment.parameters}", drawn=count(len(facts.manifest["drawn_parameters"]))
        ),
        words(f"design.{experiment.luck}"),
        words(
            "design.replications",
            reps=count(facts.reps),
            seed=str(experiment.seed),
            horizons=horizons,
        ),
    ]
    blocks: list[Block] = [Paragraph(" ".join(sentences))]
    heads = ["design.factor", "design.kind", "design.levels"]
    rows = [
        [
            Cell(facts.levels.label(f), below=facts.levels.unit(f), code=f.name),
            Cell(words(f"distribution.{f.distribution}" if f.distribution else "design.of_levels")),
            Cell(_levels(facts, f, words)),
        ]
        for f in facts.factors
    ]
    caption = words("design.caption")
    blocks.append(Table(caption, [words(h) for h in heads], rows, words=(1, 2)))
    blocks.append(Paragraph(words("design.relevance")))
    blocks.append(_relevance(facts, words))
    return Section("varied", words("sweep_section.varied"), blocks)


def _levels(facts: SweepFacts, factor: Factor, words: Words) -> str:
    if factor.levels is not None:
        return " · ".join(facts.levels.value(factor, v) for v in factor.levels)
    assert factor.low is not None and factor.high is not None
    low, high = (facts.levels.value(factor, v) for v in (factor.low, factor.high))
    text = words("quantity.range", low=low, high=high)
    if factor.mode is None:
        return text
    return words("design.mode", range=text, mode=facts.levels.value(factor, factor.mode))


def _relevance(facts: SweepFacts, words: Words) -> Table:
    """What is wanted of each measure, below what nothing matters, and the target."""
    arm = facts.arms[0]
    rows = []
    for name in facts.indicators:
        surface = facts.surface(arm, name)
        low, high = surface.smallest_relevant
        quantity = Quantity(surface.measure.unit, high, words.language)
        sizes = [quantity.size(v) for v in (low, high)]
        relevant = sizes[0] if sizes[0] == sizes[1] else words(
            "quantity.range", low=sizes[0], high=sizes[1]
        )  # fmt: skip
        target = words("quantity.unknown")
        if surface.target is not None:
            target = quantity.change(surface.target)
        stated = "stated" if name in facts.experiment.targets else "default"
        rows.append(
            [
                Cell(surface.label, below=quantity.change_unit),
                Cell(MEASURES[name].definition[words.language]),
                Cell(words(f"direction.{DIRECTIONS[surface.measure.good]}")),
                Cell(relevant),
                Cell(target, below=words(f"design.{stated}") if surface.measure.good else ""),
            ]
        )
    heads = ["table.measure", "design.definition", "design.wanted", "table.relevant",
             "design.target"]  # fmt: skip
    caption = words("design.relevance_caption")
    return Table(caption, [words(h) for h in heads], rows, words=(1, 2))


def again_section(facts: SweepFacts, words: Words) -> Section:
    """Commands, Python, and the fingerprint of the results."""
    command = str(facts.manifest["command"])
    report = f"sim report sweep --lang {words.language}"
    python = (
        "import sim\n\n"
        'again = sim.sweep("sweep/sweep.toml", "again")\n'
        "print(again.digest)\n"
        'again.differences().groupby(["point", "arm", "horizon"]).mean(numeric_only=True)'
    )
    return Section(
        "again",
        words("section.again"),
        [
            Paragraph(words("sweep_again.intro")),
            Code(words("again.command"), f"{command}\n{report}"),
            Paragraph(words("sweep_again.exact")),
            Code(words("sweep_again.exactly"), "sim sweep sweep/sweep.toml --out again"),
            Code(words("again.python"), python),
            Code(words("sweep_again.digest"), facts.sweep.digest),
            Paragraph(words("sweep_again.files"), style="note"),
        ],
    )
