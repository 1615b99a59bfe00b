"""Figures of the patterns: observed where, in which band, and in what role.

A verdict needs something that could have come out otherwise: an input that comes out again and a
figure that the rules fix have none. The words and their meaning are those of `bands`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import t

from experiments.evidence.bands import Band
from experiments.evidence.estimates import LEVEL, Estimate, share

ROLES = {
    "input": "a parameter takes its value from it",
    "by construction": "the rules give it whatever the parameters",
    "fitted": "parameters are fitted to it",
    "checked": "not fitted, but known while the model was made",
    "unseen": "neither fitted nor known before the comparison",
}


@dataclass(frozen=True)
class Figure:
    """A figure of a pattern.

    Parameters
    ----------
    pattern
        Number of the pattern in ``docs/validation.md``.
    what
        The figure in words.
    unit
        Unit of the row: of the observed value, the band and the model's figure.
    observed
        Observed value in words, or nothing.
    panel
        Who was observed. Panels must not be joined.
    role
        One of `ROLES`.
    band
        Range for the model's figure, in ``unit``.
    is_claimed
        If the documentation says that the model gives this figure. Tests check these.
    digits
        Decimals to print.
    """

    pattern: int
    what: str
    unit: str
    observed: str
    panel: str
    role: str
    band: Band | None = None
    is_claimed: bool = False
    digits: int = 1

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"{self.what}: the role {self.role} is none of {', '.join(ROLES)}")
        if self.is_claimed and not self.has_verdict:
            raise ValueError(f"{self.what}: no claim without a verdict")

    @property
    def has_verdict(self) -> bool:
        """Tell whether the figure has a band and could have come out otherwise."""
        return self.band is not None and self.role not in ("input", "by construction")

    def verdict(self, estimate: Estimate) -> str:
        """Return within, at the edge, outside or cannot tell, or nothing without a verdict.

        The words are those of `Band.verdict`, but for a figure whose value is in the band while its
        interval reaches beyond: more replications could still move it out, so it is at the edge.
        """
        if self.band is None or not self.has_verdict:
            return ""
        verdict = self.band.verdict(estimate)
        is_inside = self.band.low <= estimate.low and estimate.high <= self.band.high
        return "at the edge" if verdict == "within" and not is_inside else verdict


def judged(low: float, high: float, unit: str, source: str, use: str = "checked") -> Band:
    """Make a band by judgement."""
    return Band(low, high, unit, use, "judgement", source)


def in_percent(band: Band) -> Band:
    """Return a band of shares in per cent, or of rises in points."""
    return replace(band, low=100 * band.low, high=100 * band.high)


def of_panel(hits: int, n: int, source: str) -> Band:
    """Make the band of a share of a panel in per cent: Wilson's interval."""
    found = share("", hits, n)
    return Band(100 * found.low, 100 * found.high, "%", "checked", "literature", source, n)


def over_replications(name: str, values: Sequence[float], unit: str) -> Estimate:
    """Estimate a figure of the model by its mean over independent replications.

    The interval is Student's, of the mean: it narrows with more replications. It holds the
    randomness of the model, not the uncertainty of its parameters. Shares, whose unit begins with
    "% of", stay between 0 and 100.
    """
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    wide = float(t.ppf(0.5 + LEVEL / 2, len(values) - 1)) * error
    low, high = mean - wide, mean + wide
    if unit.startswith("% of"):
        low, high = max(low, 0.0), min(high, 100.0)
    return Estimate(name, mean, low, high, len(values), unit)


def estimates(
    figures: Mapping[str, Figure], runs: Sequence[Mapping[str, float]]
) -> dict[str, Estimate]:
    """Estimate each figure from its values in each replication."""
    return {
        name: over_replications(name, [run[name] for run in runs], figure.unit)
        for name, figure in figures.items()
    }


def table(figures: Mapping[str, Figure], found: Mapping[str, Estimate]) -> str:
    """Write figures as a table in Markdown, each row in its own unit."""
    head = ("#", "figure", "unit", "observed", "band", "model", "role: verdict", "where observed")
    rows = [head, ("---",) * len(head)]
    for name, figure in figures.items():
        value, low, high = (
            f"{round(x, figure.digits) + 0.0:.{figure.digits}f}" for x in found[name][1:4]
        )
        ends = (figure.band.low, figure.band.high) if figure.band else ()
        band = " to ".join(f"{round(end, figure.digits):g}" for end in ends)
        verdict = figure.verdict(found[name])
        if verdict == "outside":
            verdict = f"**{verdict}**"
        rows.append(
            (
                str(figure.pattern),
                figure.what,
                figure.unit,
                figure.observed,
                band.replace(" to inf", " or more"),
                f"{value} [{low}, {high}]",
                f"{figure.role}: {verdict}" if verdict else figure.role,
                figure.panel,
            )
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
