"""The report of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.blocks import Section
from sim.report.page import render_page
from sim.report.settings_section import assumptions, settings
from sim.report.sweeps.answer import answer, key_facts, question, title
from sim.report.sweeps.appendix import Appendix, limits_section
from sim.report.sweeps.design_section import again_section, design_section
from sim.report.sweeps.effects_section import effects_section, table_section
from sim.report.sweeps.facts import SweepFacts
from sim.report.sweeps.over_time_section import over_time_section
from sim.report.sweeps.response_section import response_section
from sim.report.sweeps.runs_section import open_section, runs_section
from sim.report.sweeps.sensitivity_section import sensitivity_section
from sim.report.sweeps.trade_offs_section import trade_offs_section
from sim.words.catalogue import Words
from sim.words.language import Language

if TYPE_CHECKING:
    from sim.experiments.sweep import Sweep

__all__ = ["write_sweep_report"]


def write_sweep_report(sweep: Sweep, language: Language, *, png: bool = False) -> dict[str, bytes]:
    """Write the report of a sweep, finished or not.

    Parameters
    ----------
    sweep : Sweep
    language : {"en", "fr"}
    png : bool
        Give each picture as PNG, too.

    Returns
    -------
    dict of str to bytes
        Content by path: ``report.html``, which stands alone, and ``figures/*.svg``. The same
        results give the same bytes.

    Examples
    --------
    >>> write_sweep_report(Sweep.open("size_by_funding"), "fr")["report.html"]  # doctest: +SKIP
    """
    words = Words(language)
    facts = SweepFacts(sweep, language)
    appendix = Appendix(sweep, language)
    return render_page(
        language,
        title=title(facts),
        kicker=words("sweep.kicker"),
        question=question(facts, words),
        facts=key_facts(facts, words),
        sections=_sections(facts, appendix, words),
        versions=(appendix.package_version, appendix.model_version),
        png=png,
    )


def _sections(facts: SweepFacts, appendix: Appendix, words: Words) -> list[Section]:
    """All sections that the experiment has something to say in."""
    found = (
        answer(facts, words),
        effects_section(facts, words),
        response_section(facts, words),
        trade_offs_section(facts, words),
        sensitivity_section(facts, words),
        over_time_section(facts, words),
        table_section(facts, words),
        open_section(facts, words),
        runs_section(facts, words),
        design_section(facts, words),
        settings(appendix, words),
        limits_section(appendix, words),
        again_section(facts, words),
        assumptions(appendix, words),
    )
    return [section for section in found if section is not None]
