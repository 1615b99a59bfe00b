"""A measure: a formula over the monthly counts of a run, a place, and a window of months.

A name states the quantity and the place, but not the months: ``closures`` are shops that closed,
``closures_town_centre`` those of the town centre. The months are the window, which each table
states:

- ``month``: one month, as in the indicators of a run;
- ``last_year``: the twelve months that end with a month, as in courses over time;
- ``horizon``: all months up to a horizon.

Effects at a horizon cover all its months for sums of events, and the last twelve for averages of
stocks; `Measure.window` says which. The formula is the same over every window, so the same name
with another window is the same measure; another formula has another name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.elementary import log
from sim.territory.territory import ZONE_LABELS, ZONES
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = ["PLACES", "WINDOWS", "Measure", "Window", "Windows", "by_zone", "gini", "ratio", "theil"]

Words = Mapping[str, str]
Window = Literal["month", "last_year", "horizon"]

YEAR: Final = 12

PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "territory": (),
    **{zone: (zone,) for zone in ZONES},
    "elsewhere": tuple(z for z in ZONES if z != "town_centre"),
}
"""The zones of each place; none for counts without zones."""

PLACE_LABELS: Final[Mapping[str, Words]] = {
    "territory": Texts({ENGLISH: "whole territory"}, "places.territory"),
    **ZONE_LABELS,
    "elsewhere": Texts({ENGLISH: "outside the centre"}, "places.elsewhere"),
}
"""Labels of places by language."""

WINDOWS: Final[Mapping[Window, Words]] = {
    "month": Texts({ENGLISH: "each month"}, "windows.month"),
    "last_year": Texts({ENGLISH: "last twelve months"}, "windows.last_year"),
    "horizon": Texts({ENGLISH: "since the start"}, "windows.horizon"),
}
"""Labels of windows by language."""


class Windows:
    """The counts of a run over windows of months.

    Parameters
    ----------
    counts : mapping of str to (months,) float64 array
        Counts by name in `sim.measures.counting.COUNTS`, and public money.
    first, last : (windows,) int array
        First month of each window, from 0, and the month after its last.
    window : {"month", "last_year", "horizon"}
        Kind of the windows.
    zones : tuple of str
        Zones to add up; all by default.

    Examples
    --------
    >>> w = Windows({"votes": np.arange(24.0)}, np.array([0, 12]), np.array([12, 24]), "last_year")
    >>> w.sum("votes"), w.mean("votes")
    (array([ 66., 210.]), array([ 5.5, 17.5]))
    """

    def __init__(
        self,
        counts: Mapping[str, Floats],
        first: Ints,
        last: Ints,
        window: Window,
        zones: tuple[str, ...] = (),
    ) -> None:
        self.window, self._zones = window, zones
        self._counts, self._first, self._last = counts, first, last
        self._running_sums: dict[str, Floats] = {}

    @classmethod
    def of_months(cls, counts: Mapping[str, Floats], months: int) -> Windows:
        """Return each month as a window."""
        first = np.arange(months)
        return cls(counts, first, first + 1, "month")

    @classmethod
    def of_a_year(cls, counts: Mapping[str, Floats], months: int) -> Windows:
        """Return the twelve months that end with each month; fewer in the first year."""
        last = np.arange(1, months + 1)
        return cls(counts, np.maximum(0, last - YEAR), last, "last_year")

    @classmethod
    def up_to(cls, counts: Mapping[str, Floats], horizons: tuple[int, ...]) -> Windows:
        """Return all months up to each horizon."""
        last = np.array(horizons, np.int64)
        return cls(counts, np.zeros_like(last), last, "horizon")

    def last_year(self) -> Windows:
        """Return the last twelve months of each window, or all of a shorter one."""
        window: Window = "last_year" if self.window == "horizon" else self.window
        return self._with(np.maximum(self._first, self._last - YEAR), window, self._zones)

    def within(self, place: str) -> Windows:
        """Return the same windows in one of `PLACES`."""
        return self._with(self._first, self.window, PLACES[place])

    def _with(self, first: Ints, window: Window, zones: tuple[str, ...]) -> Windows:
        other = Windows(self._counts, first, self._last, window, zones)
        other._running_sums = self._running_sums
        return other

    def sum(self, count: str) -> Floats:
        """Sum a count over each window."""
        if not self._zones and count in self._counts:
            return self._added_up(count)
        return np.asarray(sum(self._added_up(f"{count}_{z}") for z in self._zones or ZONES))

    def mean(self, count: str) -> Floats:
        """Average a count over each window."""
        return np.asarray(self.sum(count) / (self._last - self._first))

    def _added_up(self, count: str) -> Floats:
        if self.window == "month":  # exact, without the rounding of running sums
            return self._counts[count][self._first]
        if count not in self._running_sums:
            self._running_sums[count] = np.concatenate([[0.0], np.cumsum(self._counts[count])])
        sums = self._running_sums[count]
        return np.asarray(sums[self._last] - sums[self._first])


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide a part by a whole; nan (missing) if there is no whole."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def gini(benefit: Floats, people: Floats) -> Floats:
    """Return the Gini coefficient of a benefit per head between groups of people.

    Parameters
    ----------
    benefit, people : (groups, windows) float64 array
        Total benefit and size of each group.

    Returns
    -------
    (windows,) float64 array
        0 for equal benefits per head; nan without any benefit.

    Examples
    --------
    >>> gini(np.array([[1.0, 4.0], [3.0, 0.0]]), np.array([[1.0, 1.0], [3.0, 3.0]]))
    array([0.  , 0.75])
    """
    share = ratio(people, people.sum(axis=0) + 0 * people)
    per_head = ratio(benefit, people)
    per_head = np.where(people > 0, per_head, 0.0)
    gaps = np.abs(per_head[:, None] - per_head[None, :])
    spread = np.einsum("iw,jw,ijw->w", share, share, gaps)
    return ratio(spread, 2 * (share * per_head).sum(axis=0))


def theil(benefit: Floats, people: Floats) -> Floats:
    """Return Theil's index T of a benefit per head between groups; arguments as for `gini`.

    Examples
    --------
    >>> theil(np.array([[1.0, 4.0], [3.0, 0.0]]), np.array([[1.0, 1.0], [3.0, 3.0]])).round(3)
    array([0.   , 1.386])
    """
    shares = ratio(benefit, benefit.sum(axis=0) + 0 * benefit)
    of_people = ratio(people, people.sum(axis=0) + 0 * people)
    relative = np.divide(shares, of_people, out=np.ones_like(shares), where=shares > 0)
    return np.asarray((shares * log(relative)).sum(axis=0))


@dataclass(frozen=True)
class Measure:
    """A number that describes a run over a window of months.

    Attributes
    ----------
    base : str
        Name of the quantity.
    english_title, english_definition : str
        Texts independent of place and window.
    window : {"last_year", "horizon"}
        Months that it covers at a horizon.
    formula : callable, optional
        Maps `Windows` to a (windows,) array; nan without anything to measure. By default the count
        of the same name: its sum, or its mean over the last year.
    good : {1, -1, 0}
        1 if more is better, -1 if less is better, 0 for neither.
    relevant : float
        Smallest relevant effect, in the measure's unit. A judgement (J).
    relevant_share : float
        Smallest relevant effect as a share of the baseline's mean; the larger of the two counts.
    place : str, optional
        One of `PLACES`; the whole territory by default.
    is_monthly : bool
        Whether it is in the monthly table of a run.
    is_outcome : bool
        Whether runs are compared by it, after the first outcomes that the registry lists.
    """

    base: str
    unit: str
    english_title: str
    english_definition: str
    window: Window
    formula: Callable[[Windows], Floats] | None = None
    good: Literal[1, -1, 0] = 1
    relevant: float = 0.0
    relevant_share: float = 0.0
    place: str | None = None
    is_monthly: bool = True
    is_outcome: bool = False

    @property
    def name(self) -> str:
        """Name: the column of wide tables, and the value in long ones."""
        return f"{self.base}_{self.place}" if self.place else self.base

    @property
    def title(self) -> Texts:
        """Title by language, without the place."""
        return Texts({ENGLISH: self.english_title}, f"measures.{self.base}.title")

    @property
    def definition(self) -> Texts:
        """Definition by language, without place and window."""
        return Texts({ENGLISH: self.english_definition}, f"measures.{self.base}.definition")

    def over(self, windows: Windows) -> Floats:
        """Compute the measure over windows; nan without anything to measure."""
        if self.window == "last_year":
            windows = windows.last_year()
        windows = windows.within(self.place or "territory")
        if self.formula:
            return self.formula(windows)
        return windows.mean(self.base) if self.window == "last_year" else windows.sum(self.base)

    def smallest_relevant(self, baseline: float) -> float:
        """Return the smallest relevant effect at this mean of the baseline."""
        if not np.isfinite(baseline):
            return self.relevant
        return max(self.relevant, self.relevant_share * abs(baseline))

    @property
    def label(self) -> Words:
        """Title by language, with the place."""
        if self.place is None:
            return self.title
        where = PLACE_LABELS[self.place]
        return {language: f"{text}, {where[language]}" for language, text in self.title.items()}

    def definition_over(self, window: Window) -> Words:
        """Definition by language, with the place and the window."""
        said = [PLACE_LABELS[self.place]] if self.place else []
        said.append(WINDOWS[window])
        return {
            language: f"{text.removesuffix('.')} ({', '.join(words[language] for words in said)})."
            for language, text in self.definition.items()
        }


def by_zone(*measures: Measure, also: tuple[str, ...] = ()) -> Iterator[Measure]:
    """Return each measure for the whole territory, each zone, and further places.

    The monthly table has the territory and the zones.
    """
    for measure in measures:
        yield measure
        for place in (*ZONES, *also):
            yield replace(measure, place=place, is_monthly=place in ZONES, is_outcome=False)
