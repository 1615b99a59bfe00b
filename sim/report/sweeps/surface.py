"""The effect on one measure over all points of a design, each with its interval and verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from sim.experiments.effects import effect_of
from sim.measures.measure import Measure
from sim.report.effect import Effect
from sim.report.quantity import Quantity
from sim.words.language import Language

__all__ = ["OPEN", "Reading", "Surface", "effect_over"]

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Reading = Literal["better", "worse", "mixed", "moved", "none", "open", "missing"]
"""What the points say together; "moved" where neither more nor less is wanted."""

OPEN: Final = "not_determinable"


def effect_over(measure: Measure, before: Floats, after: Floats, language: Language) -> Effect:
    """An effect as reports tell it, from its replications.

    Parameters
    ----------
    measure : Measure
    before, after : (replications,) float64 array
        Paired; nan where there is nothing.
    language : {"en", "fr"}

    Returns
    -------
    Effect
        A single pair has a mean but no interval, and determines nothing.
    """
    found = effect_of(measure, before, after, None)
    of_mean, verdict, mean = found.of_mean, found.verdict, math.nan
    if of_mean is None and found.replications == 1:
        verdict, mean = "not_determinable", float(np.nansum(after - before))
    return Effect(
        measure=measure.name,
        label=measure.label[language],
        good=measure.good,
        quantity=Quantity(measure.unit, found.smallest_relevant, language),
        baseline=found.baseline_mean,
        mean=of_mean.mean if of_mean else mean,
        low50=of_mean.lo50 if of_mean else math.nan,
        high50=of_mean.hi50 if of_mean else math.nan,
        low90=of_mean.lo90 if of_mean else math.nan,
        high90=of_mean.hi90 if of_mean else math.nan,
        p_positive=of_mean.p_positive if of_mean else math.nan,
        smallest_relevant=found.smallest_relevant,
        verdict=verdict,
        replications=found.replications,
        still_needed=found.still_needed if verdict == OPEN else 0,
    )


@dataclass(frozen=True)
class Surface:
    """What an arm changes on one measure, point by point.

    Attributes
    ----------
    measure : Measure
    before, after : (points, replications) float64 arrays
        Levels with the same luck, without and with the arm; nan where there is nothing.
    target : float or None
        Smallest wanted effect, signed like the measure; None where nothing is wanted.
    language : {"en", "fr"}
    """

    measure: Measure
    before: Floats
    after: Floats
    target: float | None
    language: Language

    @cached_property
    def differences(self) -> Floats:
        """Paired effects, (points, replications)."""
        return np.asarray(self.after - self.before)

    @cached_property
    def effects(self) -> list[Effect]:
        """Mean effect of each point."""
        rows = zip(self.before, self.after, strict=True)
        return [effect_over(self.measure, b, a, self.language) for b, a in rows]

    def over_sample(self, drawn_with: Whole) -> Surface:
        """The same at a single point, whose replications are the samples of a design.

        Points that were drawn together, such as those of a trajectory, are no independent witnesses
        and count as one.

        Parameters
        ----------
        drawn_with : (points,) int array
            Which points belong together.

        Returns
        -------
        Surface
        """
        known = np.isfinite(self.differences)
        _, at = np.unique(drawn_with, return_inverse=True)
        n = np.bincount(at, known.sum(axis=1))
        before, after = (
            np.divide(
                np.bincount(at, np.where(known, values, 0.0).sum(axis=1)),
                n,
                out=np.full(n.size, np.nan),
                where=n > 0,
            )[None]
            for values in (self.before, self.after)
        )
        return replace(self, before=before, after=after)

    def at(self, points: Sequence[int]) -> Surface:
        """The same at some of the points."""
        return replace(self, before=self.before[points], after=self.after[points])

    def average(self, points: Sequence[int]) -> Effect:
        """Mean effect over some points, replication by replication."""
        return effect_over(
            self.measure,
            self.before[points].mean(axis=0),
            self.after[points].mean(axis=0),
            self.language,
        )

    @cached_property
    def reached(self) -> Floats:
        """Share of replications of each point whose effect reaches the target; nan without one."""
        share = np.full(len(self.before), np.nan)
        if self.target is None:
            return share
        known = np.isfinite(self.differences)
        met = math.copysign(1, self.target) * self.differences >= abs(self.target) * (1 - 1e-12)
        n = known.sum(axis=1)
        np.divide((met & known).sum(axis=1), n, out=share, where=n > 0)
        return share

    @property
    def label(self) -> str:
        """Words of the measure."""
        return self.measure.label[self.language]

    @cached_property
    def quantity(self) -> Quantity:
        """How values are written, the same at all points."""
        return Quantity(self.measure.unit, self.smallest_relevant[1], self.language)

    @cached_property
    def smallest_relevant(self) -> tuple[float, float]:
        """Least and greatest over the points of the effect below which nothing matters."""
        known = np.isfinite(self.differences)
        n = known.sum(axis=1)
        total = np.where(known, self.before, 0.0).sum(axis=1)
        means = np.divide(total, n, out=np.full(n.size, np.nan), where=n > 0)
        measured = means[n > 0] if n.any() else means
        found = [self.measure.smallest_relevant(float(m)) for m in measured]
        return min(found), max(found)

    def count(self, *verdicts: str) -> int:
        """How many points have one of these verdicts."""
        return sum(e.verdict in verdicts for e in self.effects)

    @cached_property
    def reading(self) -> Reading:
        """What all points say together."""
        tones = {e.tone for e in self.effects if e.is_measured}
        if not tones:
            return "missing"
        if "" in tones:
            return "moved"
        if {"good", "bad"} <= tones:
            return "mixed"
        for tone, reading in _READINGS.items():
            if tone in tones:
                return reading
        raise AssertionError(tones)

    @cached_property
    def largest(self) -> int | None:
        """The point whose mean effect is largest, among those that are told from zero if any."""
        settled = [k for k, e in enumerate(self.effects) if e.tone in ("good", "bad", "")]
        measured = [k for k, e in enumerate(self.effects) if e.is_measured]
        if wanted := [k for k in settled if self.effects[k].tone == "good"]:
            settled = wanted
        return max(settled or measured, key=lambda k: abs(self.effects[k].mean), default=None)


_READINGS: Final[dict[str, Reading]] = {
    "good": "better",
    "bad": "worse",
    "open": "open",
    "none": "none",
}
"""By the tone that outweighs all that follow."""
