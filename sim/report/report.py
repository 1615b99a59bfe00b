"""The report of results: a run, a comparison or a sweep, finished or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sim.figures.style import look
from sim.report.facts import Facts
from sim.report.page import render_page
from sim.report.sections.answer import answer
from sim.report.sections.budget import budget
from sim.report.sections.certainty import displacement, variance
from sim.report.sections.design import design
from sim.report.sections.effect_tables import effect_tables
from sim.report.sections.equity import equity
from sim.report.sections.found import found
from sim.report.sections.funnel import funnel
from sim.report.sections.headline_cards import headline_cards
from sim.report.sections.limits import again, limits
from sim.report.sections.maps import maps
from sim.report.sections.money import cost, money
from sim.report.sections.over_time import over_time
from sim.report.sections.possibility import possibility
from sim.report.sections.question import key_facts, kicker, question, title
from sim.report.sections.response import response
from sim.report.sections.runs import open_questions, runs
from sim.report.sections.sensitivity import sensitivity
from sim.report.sections.settings import assumptions, settings
from sim.report.sections.stakes import stakes
from sim.report.sections.story import run_over_time
from sim.report.sections.towns import towns
from sim.report.sections.trade_offs import trade_offs
from sim.report.sections.variants import variants
from sim.report.sections.why import why
from sim.report.town_ranking import town_files
from sim.words.folders import Language

if TYPE_CHECKING:
    from sim.experiments.results import Results

SECTIONS: Final = (
    answer,
    headline_cards,
    found,
    towns,
    variants,
    response,
    possibility,
    sensitivity,
    run_over_time,
)
"""The answer and what supports it, in the order of the page. Each function returns None where the
results hold nothing for it."""

APPENDIX: Final = (
    funnel,
    why,
    stakes,
    equity,
    trade_offs,
    over_time,
    effect_tables,
    maps,
    budget,
    cost,
    money,
    displacement,
    variance,
    open_questions,
    runs,
    design,
    settings,
    limits,
    again,
    assumptions,
)
"""Sections of the appendix, for those who look something up."""


def write_report(
    results: Results, language: Language, *, elsewhere: Sequence[Results] = (), png: bool = False
) -> dict[str, bytes]:
    """Write the report of results, put together by what they hold; the same give the same bytes.

    Contents are by path: ``report.html``, which stands alone, ``ranking.csv`` where towns are
    ranked, and ``figures/*.svg``, with `png` as PNG, too. `elsewhere` are the same interventions in
    other territories, for the stake of implantation.
    """
    facts = Facts(results, language, elsewhere)
    with look():
        page = render_page(
            language,
            title=title(facts),
            kicker=kicker(facts),
            question=question(facts),
            facts=key_facts(facts),
            sections=[section for make in SECTIONS if (section := make(facts)) is not None],
            appendix=[section for make in APPENDIX if (section := make(facts)) is not None],
            versions=(facts.run["package_version"], facts.run["model_version"]),
            png=png,
        )
    return page | town_files(facts)
