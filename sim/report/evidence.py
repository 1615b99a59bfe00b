"""Real and simulated figures of `sim validate`, in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.report.blocks import Tone
from sim.report.quantity import YEARLY, rounded
from sim.words.catalogue import Words
from sim.words.language import number, percent

if TYPE_CHECKING:
    import pandas as pd

VERDICTS: Final[dict[str, tuple[str, Tone]]] = {
    "within": ("✓", "good"),
    "outside": ("✗", "bad"),
    "cannot tell": ("?", "open"),
    "": ("–", "none"),
}
"""Sign and tone of each verdict; none where nothing can be compared."""

SUFFIXES: Final = ("_residents_near", "_below_N_km", "_reused")
"""Ends of names that narrow a figure down, with N for a number."""

GOODS: Final = ("groceries", "clothing", "electronics", "comparison")

_SHARES: Final = (
    "letting_",
    "empty_under_",
    "empty_over_",
    "successors_",
    "vacancy_inner_third",
    "vacancy_outer_third",
    "online_",
    "towns_mean_",
    "towns_spread_",
    "towns_below_",
    "towns_above_",
    "towns_fell_",
)
"""Beginnings of figures that are shares; as rates are, they are shown in per cent."""


@dataclass(frozen=True)
class Reading:
    """A figure's value with its 90 % interval, and where it comes from."""

    source: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Figure:
    """A figure in records, in the model and in the band, with the verdict on the model's."""

    name: str
    question: str
    unit: str
    use: str
    real: Sequence[Reading]
    simulated: Reading | None
    band: tuple[float, float] | None
    verdict: str

    @property
    def is_percent(self) -> bool:
        """True for shares and yearly rates."""
        return self.unit == YEARLY or self.name.startswith(_SHARES)

    @property
    def reason(self) -> str:
        """Key of the verdict's words: without a verdict, of what is missing."""
        if self.verdict:
            return self.verdict.replace(" ", "_")
        return "without_band" if self.simulated else "not_simulated"

    @property
    def scale(self) -> str:
        """Key of the axis on which it can be drawn: figures of one scale share it."""
        return "percent" if self.is_percent else {"1": "none"}.get(self.unit, self.unit)

    def label(self, words: Words) -> str:
        """Return what the figure says, in words."""
        pattern = re.sub(r"\d+", "N", self.name)
        numbers = re.findall(r"\d+", self.name)
        suffix = next((s for s in SUFFIXES if pattern.endswith(s)), "")
        pattern = pattern.removesuffix(suffix)
        good = next((g for g in GOODS if g in pattern.split("_")), "")
        if good:
            pattern = pattern.replace(good, "good")
            good = words(f"evidence_good.{good}")
        values = dict(zip("ab", numbers, strict=False))
        own = self.name.removesuffix(suffix)
        pattern = own if words.knows(f"evidence_figure.{own}") else pattern
        text = words(f"evidence_figure.{pattern}", good=good, **values)
        if not suffix:
            return text
        narrower = words(f"evidence_suffix.{suffix[1:]}", a=numbers[-1] if numbers else "")
        return words("evidence_suffix.joined", figure=text, suffix=narrower)

    def write(self, value: float, words: Words) -> str:
        """Write a value, shares in per cent, with no decimals beyond three significant digits."""
        if math.isnan(value):
            return words("quantity.unknown")
        if math.isinf(value):
            return "∞"
        shown = 100 * value if self.is_percent else value
        figures = rounded(shown, 3)
        digits = 0 if figures == 0 else max(0, 2 - math.floor(math.log10(abs(figures))))
        if self.is_percent:
            fewest = 2 if "yearly_rise" in self.name else 1
            return percent(value, words.language, min(digits, fewest))
        return number(value, words.language, min(digits, 2))

    def range(self, low: float, high: float, words: Words) -> str:
        """Write a range of the figure."""
        return words("quantity.range", low=self.write(low, words), high=self.write(high, words))

    def reading(self, found: Reading, words: Words) -> str:
        """Write a value with its interval."""
        inside = self.range(found.low, found.high, words)
        return f"{self.write(found.value, words)} ({inside})"

    def shown_band(self, words: Words) -> str:
        """Write the band, or that there is none."""
        return self.range(*self.band, words) if self.band else words("quantity.unknown")


def source_label(source: str, words: Words) -> str:
    """Return what records are called."""
    key = f"evidence_source.{source}"
    return words(key) if words.knows(key) else source


def figures_of(table: pd.DataFrame) -> list[Figure]:
    """Return the figures of a table of answers, in its order.

    Parameters
    ----------
    table
        Rows with ``question``, ``records``, ``is_real``, ``figure``, ``estimate``, ``low``,
        ``high``, ``unit``, ``band_low``, ``band_high``, ``use`` and ``verdict``.
    """
    found = []
    for (question, name), rows in table.groupby(["question", "figure"], sort=False):
        real = list(_readings(rows[rows["is_real"]]))
        model = list(_readings(rows[~rows["is_real"]]))
        first = rows.iloc[0]
        band = (float(first["band_low"]), float(first["band_high"]))
        verdict = rows.loc[~rows["is_real"], "verdict"]
        found.append(
            Figure(
                name=str(name),
                question=str(question),
                unit=str(first["unit"]),
                use=str(first["use"]),
                real=real,
                simulated=model[0] if model else None,
                band=None if math.isnan(band[0]) else band,
                verdict=str(verdict.iloc[0]) if len(verdict) else "",
            )
        )
    return found


def _readings(rows: Any) -> Iterator[Reading]:
    for row in rows.to_dict("records"):
        yield Reading(row["records"], row["estimate"], row["low"], row["high"])
