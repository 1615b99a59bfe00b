"""Write the possibility map of a sweep's results in Markdown, as its README shows it.

``python experiments/possibility/tables.py FOLDER`` replaces what the README next to this file says
under "Found" by what the report of the sweep says, in English: the share of worlds by size and
funding, its sentences and its tables.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim import Results, load_results
from sim.analysis.worlds import read_worlds
from sim.experiments.experiment_file import load_experiment
from sim.report.blocks import Paragraph, Table
from sim.report.facts import Facts
from sim.report.sections.possibility import possibility
from sim.version import MODEL_VERSION
from sim.words.folders import ENGLISH

README = Path(__file__).with_name("README.md")


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def shares(results: Results, arm: str) -> str:
    """Return the share of worlds with a relevant effect, a row for each size."""
    facts = Facts(results, ENGLISH)
    surfaces = {name: facts.surface(facts.arms[0], name) for name in facts.indicators}
    targets = {name: s.target for name, s in surfaces.items() if s.target is not None}
    found = read_worlds(results, arm).shares(targets)
    row, column = facts.layout.axes
    cells = [
        f"{100 * one.share:.1f} % [{100 * one.lo90:.1f}, {100 * one.hi90:.1f}]" for one in found
    ]
    table = results.points.assign(share=cells).pivot(
        index=row.name, columns=column.name, values="share"
    )
    heads = [f"{row.name} / {column.name}", *(f"{level:,.0f}" for level in table.columns)]
    body = [[str(level), *values] for level, *values in table.itertuples()]
    return markdown(heads, body)


def told(results: Results) -> Iterator[str]:
    """Yield what the report says, paragraph by paragraph and table by table."""
    section = possibility(Facts(results, ENGLISH))
    assert section is not None, "the folder holds no possibility map"
    experiment, asked = results.experiment, load_experiment("possibility").replications
    yield (
        f"Model {MODEL_VERSION}, {experiment.replications} of the {asked} worlds. "
        "Share of worlds with a relevant effect, and its 90 % interval:"
    )
    yield shares(results, list(experiment.arms)[1])
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Table):
            yield f"{block.caption}:"
            rows = [[f"{c.text} ({c.below})" if c.below else c.text for c in r] for r in block.rows]
            yield markdown(block.heads, rows)


if __name__ == "__main__":
    before, mark, rest = README.read_text(encoding="utf-8").partition("**Found.**")
    after = rest[rest.index("**What it says.**") :]
    found = "\n\n".join(told(load_results(sys.argv[1])))
    README.write_text(f"{before}{mark}\n\n{found}\n\n{after}", encoding="utf-8")
