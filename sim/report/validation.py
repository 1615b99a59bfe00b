"""The report of `sim validate`: real and simulated figures, and the verdict on each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sim.figures.style import look
from sim.report.blocks import Block, Bullets, Cell, Code, Gallery, Paragraph, Section, Table, Tile
from sim.report.evidence import VERDICTS, Figure, figures_of, source_label
from sim.report.page import render_page
from sim.report.pictures.against_bands import draw_against_bands
from sim.version import MODEL_VERSION, package_version
from sim.words.catalogue import Words
from sim.words.folders import Language

if TYPE_CHECKING:
    import pandas as pd

READ: Final = ("verdicts", "interval", "observed", "fitted", "conditional")
"""Keys of the sentences that say how to read the report."""


class Validation:
    """Figures of records and of the model in one language.

    Parameters
    ----------
    table
        Answers; see `sim.report.evidence.figures_of`.
    by_register
        Whether verdicts are on the agreement with a register, rather than on bands.
    place
        Title of the simulated territory.
    """

    def __init__(
        self, table: pd.DataFrame, language: Language, *, by_register: bool, place: str
    ) -> None:
        self.words = Words(language)
        self.figures = figures_of(table)
        self.by_register, self.place = by_register, place
        records = table.loc[table["is_real"], "records"].unique()
        self.sources = [source_label(name, self.words) for name in records]

    def having(self, verdict: str) -> list[Figure]:
        """Return the figures with a verdict."""
        return [figure for figure in self.figures if figure.verdict == verdict]

    @property
    def shown(self) -> list[Figure]:
        """Figures with a verdict or a band; the table in the folder has all."""
        return [figure for figure in self.figures if figure.verdict or figure.band]

    def sentences(self) -> list[str]:
        """Say how many figures agree, which do not, and how many cannot be told."""
        words, counts = self.words, {v: len(self.having(v)) for v in VERDICTS}
        judged = sum(counts.values()) - counts[""]
        if not judged:
            return [words("validate.none_judged")]
        kind = "register" if self.by_register else "band"
        said = [
            words(
                f"validate.lead_{kind}",
                all=str(judged),
                within=str(counts["within"]),
                outside=str(counts["outside"]),
                unknown=str(counts["cannot tell"]),
            )
        ]
        if missing := sum(f.band is not None and f.simulated is None for f in self.figures):
            said.append(words("validate.not_simulated", count=missing))
        return said

    def misses(self) -> list[str]:
        """Say what the model gets wrong, a sentence a figure."""
        words, found = self.words, []
        for figure in self.having("outside"):
            assert figure.simulated
            expected = figure.shown_band(words)
            if self.by_register:
                expected = figure.range(figure.real[0].low, figure.real[0].high, words)
            found.append(
                words(
                    "validate.miss",
                    figure=figure.label(words),
                    model=figure.reading(figure.simulated, words),
                    expected=expected,
                )
            )
        return found

    def rows(self, figures: Sequence[Figure]) -> list[list[Cell]]:
        """Return a row a figure: name, records, model, band, verdict."""
        words, found = self.words, []
        for figure in figures:
            texts = [(figure.reading(r, words), source_label(r.source, words)) for r in figure.real]
            none = words("quantity.unknown")
            first, source = texts[0] if texts else (none, "")
            others = [f"{name} {text}" for text, name in texts[1:]]
            sign, tone = VERDICTS[figure.verdict]
            verdict = words(f"validate_verdict.{figure.reason}")
            model = figure.reading(figure.simulated, words) if figure.simulated else none
            use = words(f"validate.{figure.use}") if figure.use else ""
            found.append(
                [
                    Cell(figure.label(words), code=figure.name),
                    Cell(first, below="; ".join([source, *others])),
                    Cell(model),
                    Cell(figure.shown_band(words), below=use),
                    Cell(f"{sign} {verdict}", tone=tone),
                ]
            )
        return found

    def heads(self) -> list[str]:
        """Return the heads of the columns of `rows`."""
        heads = ("figure", "real", "model", "band", "verdict")
        return [self.words(f"validate_table.{head}") for head in heads]


def write_validation(
    facts: Validation, *, command: str, seed: int, reps: int, png: bool = False
) -> dict[str, bytes]:
    """Write the report; contents by path as in `sim.report.report.write_report`."""
    words = facts.words
    records = words("answer.separator").join(facts.sources)
    with look():
        sections = [_answer(facts), *_questions(facts)]
        sections.append(
            Section(
                "reading",
                words("validate_section.reading"),
                [Bullets([words(f"validate_read.{key}") for key in READ])],
            )
        )
        sections.append(
            Section(
                "again",
                words("section.again"),
                [Code(words("again.command"), command), Paragraph(words("validate.files"), "note")],
            )
        )
        return render_page(
            words.language,
            title=words("validate.title_register" if facts.by_register else "validate.title"),
            kicker=words("validate.kicker"),
            question=words("validate.question", place=facts.place),
            facts=[
                (words("page.territory"), facts.place),
                (words("validate.records"), records or words("quantity.none")),
                (words("validate.towns"), str(reps)),
                (words("validate.seed"), str(seed)),
            ],
            sections=sections,
            versions=(package_version(), str(MODEL_VERSION)),
            png=png,
        )


def _answer(facts: Validation) -> Section:
    words, misses = facts.words, facts.misses()
    lead, *more = facts.sentences()
    blocks: list[Block] = [Paragraph(lead, "lead"), *(Paragraph(text) for text in more)]
    if misses:
        blocks += [Paragraph(words("validate.misses")), Bullets(misses)]
    return Section("answer", words("section.answer"), blocks)


def _questions(facts: Validation) -> list[Section]:
    words, sections = facts.words, []
    for question in dict.fromkeys(figure.question for figure in facts.shown):
        figures = [figure for figure in facts.shown if figure.question == question]
        title = words(f"evidence_question.{question}")
        picture = draw_against_bands(f"validate_{question}", title, figures, words)
        table = Table(words("validate_table.caption"), facts.heads(), facts.rows(figures))
        sections.append(Section(question, title, [Gallery([Tile(picture)], columns=0), table]))
    return sections
