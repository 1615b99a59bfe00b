"""Story of a run without anything to compare it with."""

from __future__ import annotations

from sim.figures.drivers import draw_drivers
from sim.figures.run_story import caveat, summary_table, what_happened
from sim.figures.time_series import draw_time_series
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Table, Tile
from sim.report.facts import Facts


def story(facts: Facts) -> list[Block]:
    """Tell a run in sentences, and its numbers by zone, or that no month of it was kept."""
    if facts.results.indicators.empty:
        return [Paragraph(facts.words("run.no_months"))]
    first, *others = what_happened(facts.results, facts.language)
    # The other sections say where it starts, and on what it rests.
    elsewhere = {*facts.inputs.starting_point(), caveat(facts.results.manifest, facts.language)}
    heads, *rows = summary_table(facts.results, facts.language)
    table = Table(facts.words("run.summary"), heads, [[Cell(text) for text in row] for row in rows])
    return [
        Paragraph(first, style="lead"),
        *(Paragraph(text) for text in others if text not in elsewhere),
        table,
    ]


def run_over_time(facts: Facts) -> Section | None:
    """Draw shops over time and what moves from outside; None where months were not kept."""
    if facts.is_compared or facts.results.indicators.empty:
        return None
    pictures = (draw(facts.results, facts.language) for draw in (draw_time_series, draw_drivers))
    gallery = Gallery([Tile(picture) for picture in pictures], columns=0)
    return Section("over_time", facts.words("run.over_time"), [gallery])
