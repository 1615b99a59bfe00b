"""Tables of the virtual trials, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pandas as pd

from experiments.evidence.estimates import Estimate
from experiments.trials.comparison import Conditional, Found, people_needed, power
from experiments.trials.creajeunes import PROGRAMME as CREAJEUNES
from experiments.trials.groupements import PROGRAMME as GROUPEMENTS
from sim.experiments.dependence import Dependence

__all__ = ["MORE", "against_bands", "doses", "movers", "ruled_out", "sides", "zone"]

WORDS: Final = {
    "creajeunes_running": "CréaJeunes: a firm after 28 months, offered less others",
    "groupements_running": "Groupements: a firm after 21 months, offered less others",
    "groupements_running_control": "the same, others",
    "zone_2004": "zone: open shops after four years, over those without",
    "zone_1997": "zone: the same after five years",
    "zone_diverted": "zone: part of the gain that the rest of the town loses",
}
"""Figures with a band, in words."""

MORE: Final = {
    "creajeunes_running_town": "CréaJeunes: all offered less nobody",
    "groupements_running_town": "Groupements: all offered less nobody",
    "zone_stayed": "zone: first shops still there after five years",
}
"""Further figures, in words."""

PROGRAMMES: Final = (CREAJEUNES, GROUPEMENTS)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))


def _per_cent(value: float) -> str:
    return f"{100 * value + 0.0:.1f}".replace("-0.0", "0.0")


def _with_interval(found: Estimate) -> str:
    return f"{_per_cent(found.value)} [{_per_cent(found.low)}, {_per_cent(found.high)}]"


def against_bands(found: Mapping[str, Found]) -> str:
    """Write each figure, its published band, the model's, the verdict and the draws ruled out."""
    head = ("figure, %", "published", "at defaults", "over draws", "verdict", "draws outside, %")
    rows = []
    for name, each in found.items():
        word = f"**{each.verdict}**" if each.verdict == "outside" else each.verdict
        published = f"{_per_cent(each.band.low)} to {_per_cent(each.band.high)}"
        outside = f"{100 * (1 - each.met.mean()):.0f}"
        rows.append(
            (
                WORDS[name],
                published,
                _with_interval(each.usual),
                _with_interval(each.drawn),
                f"{each.band.use}: {word}",
                outside,
            )
        )
    return _rows(head, rows)


def movers(found: Mapping[str, Found], others: Mapping[str, Dependence]) -> str:
    """Write what moves each figure up (+) or down (-), and where it would reach its band.

    `others` are figures for which nothing was published.
    """
    head = ("figure", "moved by", "explained", "reaches the band at")
    rows = []
    for name, each in found.items():
        reached = each.dependence.relevant_if or "no value in the ranges"
        end = "" if each.verdict == "within" else reached
        rows.append((WORDS[name], *_named(each.dependence, each.direction), end))
    rows += [(MORE[name], *_named(on, 1), "") for name, on in others.items()]
    return _rows(head, rows)


def _named(on: Dependence, direction: int) -> tuple[str, str]:
    """Return the parameters on which a figure depends, and how much of it they explain."""
    flipped = {"+": "-", "-": "+"} if direction < 0 else {}
    named = [f"`{word[:-1]}` ({flipped.get(word[-1], word[-1])})" for word in on.leading.split()]
    if not named:
        return "nothing that stands out from luck", ""
    return ", ".join(named), f"{100 * on.explained:.0f} %"


def sides(found: Mapping[str, Estimate]) -> str:
    """Write effects within a town, on a town and on the others, and what a trial finds of them."""
    head = (
        *("effect, %", "within a town", "on a town", "on the others"),
        *("power of the trial", "people needed for a power of 80 %"),
    )
    rows = []
    for programme in PROGRAMMES:
        parts = ("running", "running_town", "spillover", "running_control")
        within, on_town, on_others, control = (found[f"{programme.name}_{x}"] for x in parts)
        design = (control.value, within.value, programme.offered, programme.others)
        effects = map(_with_interval, (within, on_town, on_others))
        size = (f"{100 * power(*design):.0f}", f"{float(f'{people_needed(*design):.2g}'):,.0f}")
        rows.append((programme.name, *effects, *size))
    return _rows(head, rows)


def zone(found: Mapping[str, Estimate]) -> str:
    """Write what else happens in the zone, for which no size was read."""
    stayed, ceiling = (_with_interval(found[f"zone_{x}"]) for x in ("stayed", "ceiling"))
    return (
        f"First shops of the zone that are still there after five years: {stayed} points more. If "
        f"all premises of the zone were open, it would have {ceiling} % more shops.\n"
    )


def doses(table: pd.DataFrame) -> str:
    """Write the effect of stronger and weaker versions of what was given."""
    head = ("trial", "given", "figure, %")
    rows = [
        (str(trial), str(given), _with_interval(found))
        for trial, given, found in table.itertuples(index=False)
    ]
    return _rows(head, rows)


def ruled_out(given: Conditional) -> str:
    """Write how many draws are left, and the parameters that move."""
    n, left = given.kept.size, int(given.kept.sum())
    text = f"{left} of {n} draws are left, which is the effective size."
    if given.out_of_reach:
        names = "; ".join(WORDS[name] for name in given.out_of_reach)
        text += f" Out of reach: {names}."
    moved = given.moved
    if moved.empty:
        return f"{text} No parameter moves by more than luck.\n"
    head = ("parameter", "drawn from", "left", "p")
    rows = [
        (
            f"`{name}`",
            f"{row['middle']:.3g} [{row['low']:.3g}, {row['high']:.3g}]",
            f"{row['kept_middle']:.3g} [{row['kept_low']:.3g}, {row['kept_high']:.3g}]",
            f"{row['p']:.2g}",
        )
        for name, row in moved.iterrows()
    ]
    return f"{text}\n\n{_rows(head, rows)}"
