"""What a report does not tell, and how to make it again."""

from __future__ import annotations

from sim.report.blocks import Bullets, Code, Paragraph, Section
from sim.report.facts import Facts
from sim.words.catalogue import Words
from sim.words.language import number

__all__ = ["again", "limits"]


def limits(facts: Facts, words: Words) -> Section:
    """Conditional scenarios, assumptions, and what is not modelled."""
    items = [
        words("limits.conditional"),
        words(
            "limits.assumed",
            assumed=number(facts.assumed, words.language),
            total=number(facts.uncertain, words.language),
        ),
        words("limits.fixed" if facts.is_fixed else "limits.ranges"),
        *facts.starting_point(),
        *(words(f"limits.{key}") for key in NOT_MODELLED),
        words("limits.relevance"),
        words("limits.many"),
    ]
    return Section("limits", words("section.limits"), [Bullets(items)])


NOT_MODELLED = ("politics", "quality", "neighbours", "prices", "measured")
"""Keys of what the model leaves out."""


def again(facts: Facts, words: Words) -> Section:
    """Command, Python and fingerprints."""
    return Section(
        "again",
        words("section.again"),
        [
            Paragraph(words("again.intro", seed=str(facts.seed))),
            Code(words("again.command"), facts.command),
            Code(words("again.python"), facts.python),
            Paragraph(words("again.files"), style="note"),
        ],
    )
