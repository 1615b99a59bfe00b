"""Limits of a report, and the command that makes it again."""

from __future__ import annotations

from typing import Final

from sim.experiments.experiment import BASELINE
from sim.report.blocks import Block, Bullets, Code, Paragraph, Section
from sim.report.facts import Facts
from sim.report.levels import is_number
from sim.report.sections.question import MOST_PLACES
from sim.words.language import number

NOT_MODELLED: Final = ("politics", "quality", "neighbours", "prices", "measured")
"""Keys of what the model leaves out."""

OF_VARIANTS: Final = ("largest", "beyond")
"""Keys of what holds for many points alone."""

OF_SAMPLES: Final = ("outside", "among")
"""Keys of what holds for means over points that were drawn."""


def caveats(facts: Facts) -> list[str]:
    """Return the three limits to keep in mind with the answer."""
    words, inputs = facts.words, facts.inputs
    assumed, total = (number(n, words.language) for n in (inputs.assumed, inputs.uncertain))
    intervals = "limits.fixed" if facts.is_fixed else "limits.ranges"
    return [
        words("limits.conditional"),
        words("limits.assumed", assumed=assumed, total=total),
        words("sampled.intervals" if facts.is_sampled else intervals),
    ]


def limits(facts: Facts) -> Section:
    """State conditions, assumptions, and what is not modelled."""
    words = facts.words
    items = [*caveats(facts), *_starts(facts), *(words(f"limits.{key}") for key in NOT_MODELLED)]
    if facts.is_compared:
        items.append(words("limits.relevance"))
    if facts.is_compared and facts.is_single:
        items.append(words("limits.many"))
    if facts.is_sampled:
        items += [words(f"sampled.{key}") for key in OF_SAMPLES]
    elif facts.factors:
        has_steps = any(is_number(factor) for factor in facts.layout.varied)
        items += [words("sweep_limits.between")] if has_steps else []
        items += [words(f"sweep_limits.{key}") for key in OF_VARIANTS]
    return Section("limits", words("section.limits"), [Bullets(items)])


def _starts(facts: Facts) -> list[str]:
    """State the starting point of every territory by name; of many, how many are generated."""
    points, places = facts.inputs.starting_points(), list(facts.territories.values())
    if len(points) == 1:
        return points[0]
    if len(points) > MOST_PLACES:
        arms = facts.experiment.scenarios.values()
        generated = sum(of_town[BASELINE].territory_file is None for of_town in arms)
        counts = {"generated": facts.levels.count(generated), "count": len(points)}
        return [facts.words("towns.starts", **counts)]
    return [
        facts.words("limits.start_in", place=place, text=text[0].lower() + text[1:])
        for place, texts in zip(places, points, strict=True)
        for text in texts
    ]


def again(facts: Facts) -> Section:
    """Give command, Python and, for experiments, the fingerprint of the results."""
    words, command = facts.words, str(facts.run["command"])
    blocks: list[Block]
    if facts.factors:
        report = f"sim report sweep --lang {words.language}"
        python = (
            "import sim\n\n"
            'again = sim.sweep("sweep/experiment.toml", "again")\n'
            "print(again.digest)\n"
            'again.differences().groupby(["point", "arm", "horizon"]).mean(numeric_only=True)'
        )
        blocks = [
            Paragraph(words("sweep_again.intro")),
            Code(words("again.command"), f"{command}\n{report}"),
            Paragraph(words("sweep_again.exact")),
            Code(words("sweep_again.exactly"), "sim sweep sweep/experiment.toml --out again"),
            Code(words("again.python"), python),
            Code(words("sweep_again.digest"), facts.results.digest),
            Paragraph(words("sweep_again.files"), style="note"),
        ]
    else:
        blocks = [
            Paragraph(words("again.intro", seed=str(facts.experiment.seed))),
            Code(words("again.command"), command),
            Code(words("again.python"), str(facts.run["python"]).rstrip("\n")),
        ]
        if facts.is_compared:
            blocks.append(Paragraph(words("again.files"), style="note"))
    return Section("again", words("section.again"), blocks)
