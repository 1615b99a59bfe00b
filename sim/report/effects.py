"""Effects: of one arm on one measure at one point, and over all points of a design."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from sim.experiments.dependence import Dependence, OverDraws
from sim.experiments.effects import EFFECT_COLUMNS, effect_of
from sim.experiments.inference import MeanEffect
from sim.experiments.multiplicity import Bar
from sim.experiments.verdicts import LESS, MORE, OPEN, SMALL, Verdict
from sim.kernels.arrays import Floats, Ints
from sim.measures.measure import Measure
from sim.report.blocks import Cell, Tone
from sim.report.quantity import Quantity
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number

Reading = Literal["better", "worse", "mixed", "moved", "none", "open", "missing"]
"""Verdict of all points together; "moved" where neither more nor less is wanted."""

MOST: Final = 100_000
"""Replications beyond which nobody waits for an answer."""

SYMBOLS: Final = {
    "increase": "▲",
    "decrease": "▼",
    "some_increase": "△",
    "some_decrease": "▽",
    "small_increase": "=",
    "small_decrease": "=",
    "no_relevant_effect": "=",
    "not_determinable": "?",
    "too_few": "?",
    "missing": "–",
}
"""A sign for each verdict, next to its words."""


@dataclass(frozen=True, kw_only=True)
class Effect(OverDraws, Dependence):
    """The mean effect of an intervention on a measure up to a horizon.

    Label, direction (1 more, -1 less, 0 neither) and unit of the measure; then columns of the table
    of effects, where a mean is that of paired replications. The verdict is that of one effect among
    all; `is_chance` is whether it would be a finding alone.
    """

    label: str
    good: int
    quantity: Quantity
    baseline_mean: float = math.nan
    mean: float = math.nan
    lo50: float = math.nan
    hi50: float = math.nan
    lo90: float = math.nan
    hi90: float = math.nan
    p_positive: float = math.nan
    smallest_relevant: float = math.nan
    verdict: Verdict = "missing"
    replications: int = 0
    still_needed: int = 0
    p_value: float = math.nan
    p_beyond: float = math.nan
    variance_luck: float = math.nan
    variance_paired: float = math.nan
    is_chance: bool = False

    @property
    def is_measured(self) -> bool:
        """True if there is a number at all."""
        return self.verdict != "missing"

    @property
    def is_exactly_zero(self) -> bool:
        """True if nothing differed in any replication."""
        return self.mean == self.variance_paired == 0

    @property
    def has_moved(self) -> bool:
        """True if the measure rises or falls, and that may matter."""
        return self.verdict in (*MORE, *LESS)

    @property
    def is_small(self) -> bool:
        """True if the effect does not matter."""
        return self.verdict in SMALL

    @property
    def is_open(self) -> bool:
        """True if more replications would tell more."""
        return self.verdict in OPEN

    def found(self, verdict: Verdict) -> Effect:
        """Return the effect with its verdict among others."""
        is_chance = self.has_moved and verdict == "not_determinable"
        return replace(self, verdict=verdict, is_chance=is_chance)

    def among(self, bar: Bar) -> Effect:
        """Return the effect among others, which give the bar, and what it still needs."""
        found = self.found(bar.judged(self.verdict, self.p_value, self.p_beyond))
        half_width = (self.hi90 - self.lo90) / 2
        known = self.replications, self.mean, half_width, self.smallest_relevant
        return replace(found, still_needed=bar.still_needed(found.verdict, *known))

    @property
    def tone(self) -> Tone:
        """The verdict as read by those who want the measure to move in its good direction."""
        if self.is_small:
            return "none"
        if not self.has_moved:
            return "open"
        if not self.good:
            return ""
        return "good" if (self.verdict in MORE) == (self.good > 0) else "bad"

    @property
    def signed_change(self) -> str:
        """The mean effect behind the sign of its verdict."""
        return f"{SYMBOLS[self.verdict]} {self.quantity.change(self.mean)}"

    @property
    def interval(self) -> str:
        """The 90 % interval."""
        return self.quantity.interval(self.lo90, self.hi90)

    @property
    def direction(self) -> str:
        """The direction in which the measure moves, where it does."""
        return "increase" if self.verdict in MORE else "decrease"

    def change_cell(self, words: Words, sign: int = 1) -> Cell:
        """Return mean and 90 % interval, or their negatives, for a table."""
        if not self.is_measured:
            return Cell(words("quantity.unknown"))
        low, high = sorted((sign * self.lo90, sign * self.hi90))
        below = self.quantity.interval(low, high)
        return Cell(self.quantity.change(sign * self.mean), below=below)

    def verdict_cell(self, words: Words) -> Cell:
        """Return the verdict for a table."""
        return Cell(f"{SYMBOLS[self.verdict]} {words(f'verdict.{self.verdict}')}", tone=self.tone)

    def needed(self, words: Words) -> str:
        """Return the replications still needed in words, to two figures at most."""
        count = self.still_needed
        if count > MOST:
            return words("table.too_many", count=number(MOST, words.language))
        step = 10 ** max(0, len(str(count)) - 2)
        return number(-(-count // step) * step, words.language)


def effect_in_row(measure: Measure, row: Mapping[str, Any], language: Language) -> Effect:
    """Return the effect that a row of the table of effects holds."""
    quantity = Quantity(measure.unit, float(row["smallest_relevant"]), language)
    columns = {n: row[n] for n in _COLUMNS if n in row}
    label = measure.label[language]
    effect = Effect(label=label, good=measure.good, quantity=quantity, **columns)
    return effect.found(row.get("finding", effect.verdict))


_COLUMNS: Final = tuple(f.name for f in fields(Effect) if f.name in EFFECT_COLUMNS)
"""Fields of an effect that are columns of the table of effects, too."""

_NUMBERS: Final = tuple(f.name for f in fields(MeanEffect))
"""Columns that have no value without a replication."""


def effect_over(measure: Measure, before: Floats, after: Floats, language: Language) -> Effect:
    """Estimate an effect from its paired replications, nan where there is nothing."""
    found = effect_of(measure, before, after, None)
    row: dict[str, Any] = dict.fromkeys(_NUMBERS, math.nan) | vars(found)
    if found.of_mean is not None:
        row |= vars(found.of_mean)
    return effect_in_row(measure, row, language)


def ratio(total: npt.NDArray[Any], n: npt.NDArray[Any]) -> Floats:
    """Divide a sum by the number of its terms; nan where there are none."""
    return np.asarray(np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0))


@dataclass(frozen=True)
class Surface:
    """Changes of one measure by an arm, point by point.

    Paired levels without and with the arm are (points, replications), nan where there is nothing;
    the target is the smallest desired effect, None where neither direction is desired. The bar is
    that of findings among all surfaces.
    """

    measure: Measure
    before: Floats
    after: Floats
    target: float | None
    language: Language
    bar: Callable[[], Bar] = Bar

    @cached_property
    def differences(self) -> Floats:
        """Paired effects, (points, replications)."""
        return np.asarray(self.after - self.before)

    @cached_property
    def alone(self) -> list[Effect]:
        """Mean effect of each point, as if it were the only one."""
        return [self._effect(b, a) for b, a in zip(self.before, self.after, strict=True)]

    @cached_property
    def effects(self) -> list[Effect]:
        """Mean effect of each point, among all that are looked at."""
        bar = self.bar()
        return [effect.among(bar) for effect in self.alone]

    def _effect(self, before: Floats, after: Floats) -> Effect:
        effect = effect_over(self.measure, before, after, self.language)
        return replace(effect, quantity=self.quantity)

    def over_sample(self, drawn_with: Ints) -> Surface:
        """Return the same at a single point, whose replications are the samples of a design.

        Points that were drawn together, such as those of a trajectory, are no independent witnesses
        and count as one.
        """
        known = np.isfinite(self.differences)
        _, at = np.unique(drawn_with, return_inverse=True)
        n = np.bincount(at, known.sum(axis=1))
        before, after = (
            ratio(np.bincount(at, np.where(known, values, 0.0).sum(axis=1)), n)[None]
            for values in (self.before, self.after)
        )
        return replace(self, before=before, after=after)

    def at(self, points: Sequence[int]) -> Surface:
        """Return the same at some of the points."""
        return replace(self, before=self.before[points], after=self.after[points])

    def average(self, points: Sequence[int]) -> Effect:
        """Return the mean effect over some points, by replication, judged among all effects."""
        before, after = (values[points].mean(axis=0) for values in (self.before, self.after))
        return self._effect(before, after).among(self.bar())

    @cached_property
    def reached(self) -> Floats:
        """Share of replications of each point whose effect reaches the target; nan without one."""
        if self.target is None:
            return np.full(len(self.before), np.nan)
        known = np.isfinite(self.differences)
        met = math.copysign(1, self.target) * self.differences >= abs(self.target) * (1 - 1e-12)
        return ratio((met & known).sum(axis=1), known.sum(axis=1))

    @property
    def label(self) -> str:
        """Words of the measure."""
        return self.measure.label[self.language]

    @cached_property
    def quantity(self) -> Quantity:
        """Unit and precision in which values are written, the same at all points."""
        return Quantity(self.measure.unit, self.smallest_relevant[1], self.language)

    @property
    def of_target(self) -> Quantity:
        """Unit and precision in which the target is written, the same wherever it stands."""
        return replace(self.quantity, smallest_relevant=abs(self.target or 0.0))

    @cached_property
    def smallest_relevant(self) -> tuple[float, float]:
        """Least and greatest over the points of the effect below which nothing matters."""
        known = np.isfinite(self.differences)
        n = known.sum(axis=1)
        means = ratio(np.where(known, self.before, 0.0).sum(axis=1), n)
        measured = means[n > 0] if n.any() else means
        found = [self.measure.smallest_relevant(float(m)) for m in measured]
        return min(found), max(found)

    @cached_property
    def relevant_on_average(self) -> float:
        """Effect below which nothing matters for an average over the points."""
        known = self.before[np.isfinite(self.before)]
        return self.measure.smallest_relevant(float(known.mean()) if known.size else 0.0)

    def count(self, *verdicts: str) -> int:
        """Return how many points have one of these verdicts."""
        return sum(e.verdict in verdicts for e in self.effects)

    @cached_property
    def reading(self) -> Reading:
        """Verdict of all points together."""
        tones = {e.tone for e in self.effects if e.is_measured}
        if not tones:
            return "missing"
        if "" in tones:
            return "moved"
        if {"good", "bad"} <= tones:
            return "mixed"
        outweighing: tuple[tuple[Tone, Reading], ...] = (
            ("good", "better"), ("bad", "worse"), ("open", "open"), ("none", "none")
        )  # fmt: skip
        return next(reading for tone, reading in outweighing if tone in tones)

    @property
    def has_moved(self) -> bool:
        """True if the measure rises or falls at any point."""
        return any(e.has_moved for e in self.effects)

    @cached_property
    def largest(self) -> int | None:
        """The point with the largest mean effect; of those that are found, or else of open ones."""
        settled = [k for k, e in enumerate(self.effects) if e.has_moved]
        settled = settled or [k for k, e in enumerate(self.effects) if e.is_open]
        measured = [k for k, e in enumerate(self.effects) if e.is_measured]
        if wanted := [k for k in settled if self.effects[k].tone == "good"]:
            settled = wanted
        return max(settled or measured, key=lambda k: abs(self.effects[k].mean), default=None)
