"""The report of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.answer import answer, key_facts, question, title
from sim.report.certainty import displacement, open_questions, variance
from sim.report.courses import courses
from sim.report.effects_table import effects_section
from sim.report.facts import Facts
from sim.report.limits import again, limits
from sim.report.map_section import map_section
from sim.report.money_section import cost_section, money_section
from sim.report.page import render_page
from sim.report.settings_section import assumptions, settings
from sim.report.stakes import stakes
from sim.words.catalogue import Words
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.experiments.comparison import Comparison

__all__ = ["write_report"]


def write_report(
    comparison: Comparison,
    language: Language,
    *,
    elsewhere: Sequence[Comparison] = (),
    png: bool = False,
) -> dict[str, bytes]:
    """Write the report of a comparison.

    Parameters
    ----------
    comparison : Comparison
    language : {"en", "fr"}
    elsewhere : sequence of Comparison, optional
        The same interventions in other territories, for the stake of implantation.
    png : bool
        Give each picture as PNG, too.

    Returns
    -------
    dict of str to bytes
        Content by path: ``report.html``, which stands alone, and ``figures/*.svg``. The same
        comparison gives the same bytes.
    """
    words = Words(language)
    facts = Facts(comparison, language)
    others = [Facts(other, language) for other in elsewhere]
    sections = (
        answer(facts, words),
        stakes(facts, others, words),
        courses(facts, words),
        effects_section(facts, words),
        map_section(facts, words),
        cost_section(facts, words),
        money_section(facts, words),
        displacement(facts, words),
        variance(facts, words),
        open_questions(facts, words),
        settings(facts, words),
        limits(facts, words),
        again(facts, words),
        assumptions(facts, words),
    )
    return render_page(
        language,
        title=title(facts, words),
        kicker=words("page.kicker"),
        question=question(facts, words),
        facts=key_facts(facts, words),
        sections=sections,
        versions=(facts.package_version, facts.model_version),
        png=png,
    )
