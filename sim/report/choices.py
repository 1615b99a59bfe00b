"""Choices of a design, and the worlds in which they were tried.

A choice is what an arm adds, at the levels of its own levers; doing nothing is the first of them. A
world is what nobody chooses: a territory, values of parameters, and shocks, under which the choice
is compared with the same shock alone. Where draws of the uncertain parameters were run with a
second seed, each of them is a world of its own; else replications are averaged, since one run of a
draw does not tell its parameters from luck.

In a sampled design each point has levers and conditions of its own. Choices are then parts of the
ranges of levers, worlds the lower and the upper half of each condition, and points that were drawn
together take the place of replications.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from sim.analysis.responses import COST
from sim.experiments.experiment import BASELINE
from sim.experiments.factors import Factor
from sim.experiments.manifest import titles_of
from sim.interventions import Intervention
from sim.kernels.arrays import Floats, Ints
from sim.report.design_facts import MOST_NAMED
from sim.report.effects import ratio
from sim.report.facts import Facts
from sim.report.layout import levels_of
from sim.report.levels import is_number
from sim.report.quantity import rounded

_PARTS: Final = (4, 3, 2)
"""Parts into which the range of each lever of a sampled design is cut: one lever, two, or more."""

Added = tuple[Intervention, ...]


class _Cell(NamedTuple):
    """An arm at a point, by what is chosen there, in worlds, against the arm that does nothing."""

    choice: int
    worlds: tuple[int, ...]
    point: int
    arm: str
    reference: str


class Choices:
    """Choices of an experiment and their effects.

    Attributes
    ----------
    arms : list of str
        Arms that are choices, alone or under a shock.
    unmatched : list of str
        Arms under a shock that was not simulated alone, which are left out.
    labels : list of str
        Words of each choice; the first is doing nothing.
    worlds : int
        Number of worlds without draws.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        experiment = facts.experiment
        kept = len(experiment.arms[BASELINE].interventions)
        self._added = {n: arm.interventions[kept:] for n, arm in experiment.arms.items()}
        alone = {
            _key(_shocks(added)): name for name, added in self._added.items() if not _chosen(added)
        }
        chosen = [name for name, added in self._added.items() if _chosen(added)]
        self._reference = {n: alone.get(_key(_shocks(self._added[n]))) for n in chosen}
        self.arms = [name for name in chosen if self._reference[name]]
        self.unmatched = [name for name in chosen if not self._reference[name]]
        self.labels = [facts.words("trade_offs.nothing")]
        self._choices: dict[Hashable, int] = {(): 0}
        self._worlds: dict[Hashable, int] = {}
        self._cells = [cell for arm in self.arms for cell in self._of_arm(arm)]
        self.worlds = len(self._worlds)

    @property
    def points_by_world(self) -> list[list[int]]:
        """Points at which choices of each world were tried."""
        points: list[set[int]] = [set() for _ in range(self.worlds)]
        for cell in self._cells:
            for world in cell.worlds:
                points[world].add(cell.point)
        return [sorted(of_world) for of_world in points]

    @property
    def has_shocks(self) -> bool:
        """True if any choice was tried under a shock."""
        return any(self._reference[arm] != BASELINE for arm in self.arms)

    @property
    def has_draws(self) -> bool:
        """True if draws were run with a second seed, so that each is a world."""
        return self._facts.experiment.reruns > 0 and not self._facts.is_sampled

    def effects(self, measure: str) -> Floats:
        """Return effects, (runs, choices, worlds); 0 for doing nothing, nan where there is none.

        Runs are replications; in a sampled design, points that were drawn together. Those of a
        world in which a choice is missing are left out, unless the design is sampled.
        """
        first = self._by_run(measure, 0)
        return first if self._facts.is_sampled else _complete(first)

    def effects_of_draws(self, measure: str) -> Floats:
        """Return effects, (2, choices, worlds), in the worlds that were run with both seeds."""
        both = [self._by_run(measure, luck) for luck in (0, 1)]
        flat = [values.transpose(1, 2, 0).reshape(len(self.labels), -1) for values in both]
        found = _complete(np.stack(flat))
        return np.asarray(found[:, :, np.isfinite(found).all(axis=(0, 1))])

    def _by_run(self, measure: str, luck: int) -> Floats:
        facts = self._facts
        levels = {
            name: facts.values(name, measure, luck)
            for cell in self._cells
            for name in (cell.arm, cell.reference)
        }
        reps = next(iter(levels.values())).shape[1] if levels else 0
        runs = int(facts.drawn_with.max()) + 1 if facts.is_sampled else reps
        total = np.zeros((runs, len(self.labels), self.worlds))
        number = np.zeros(total.shape)
        for cell in self._cells:
            effect = levels[cell.arm][cell.point] - levels[cell.reference][cell.point]
            at: Any = slice(None)
            if facts.is_sampled:
                at, effect = facts.drawn_with[cell.point], effect[np.isfinite(effect)]
                effect = effect.mean() if effect.size else np.nan
            for world in cell.worlds:
                total[at, cell.choice, world] += effect
                number[at, cell.choice, world] += 1
        found = ratio(total, number)
        found[:, 0] = 0.0
        return found

    # Which arm at which point is which choice in which world

    def _of_arm(self, arm: str) -> list[_Cell]:
        facts = self._facts
        reference = self._reference[arm]
        assert reference is not None
        shocks, chosen = _shocks(self._added[arm]), _chosen(self._added[arm])
        conditions = [f for f in self._varied if f.name in facts.reaching(reference)]
        reached = facts.reaching(arm)
        levers = [f for f in self._varied if f.name in reached and f not in conditions]
        parts, halves = dict[str, Ints](), dict[str, Ints]()
        if facts.is_sampled:
            levers = self._strongest(arm, levers)
            parts = {f.name: self._parts(f, _PARTS[len(levers) - 1]) for f in levers}
            halves = {f.name: self._parts(f, 2) for f in conditions}
        rows, found = facts.points.to_dict("records"), []
        for at in sorted(range(len(rows)), key=lambda k: [part[k] for part in parts.values()]):
            row = rows[at]
            levels = tuple(
                (f.name, int(parts[f.name][at]) if facts.is_sampled else row[f.name])
                for f in levers
            )
            choice = self._choice((_key(chosen), levels), arm, levers, at, parts)
            worlds: list[Hashable]
            if facts.is_sampled:
                worlds = [(_key(shocks), n, int(half[at])) for n, half in halves.items()]
                worlds = worlds or [_key(shocks)]
            else:
                worlds = [(_key(shocks), tuple(row[f.name] for f in conditions))]
            numbers = tuple(self._worlds.setdefault(w, len(self._worlds)) for w in worlds)
            found.append(_Cell(choice, numbers, at, arm, reference))
        return found

    @cached_property
    def _varied(self) -> Sequence[Factor]:
        return self._facts.layout.varied

    def _strongest(self, arm: str, levers: Sequence[Factor]) -> list[Factor]:
        """Return the levers that change most what is spent."""
        import pandas as pd

        spent = self._facts.values(arm, COST).mean(axis=1)
        known = np.isfinite(spent)
        if len(levers) <= len(_PARTS) or known.sum() < 2:
            return list(levers[: len(_PARTS)])
        numbers = pd.DataFrame({k: self._numbers(f)[known] for k, f in enumerate(levers)})
        weights = numbers.rank().corrwith(pd.Series(spent[known]).rank()).abs().to_numpy()
        strongest = np.argsort(-np.nan_to_num(weights), kind="stable")[: len(_PARTS)]
        return [levers[k] for k in sorted(strongest.tolist())]

    def _numbers(self, factor: Factor) -> Ints:
        """Return the place of each point among the levels of a factor."""
        order = {v: k for k, v in enumerate(levels_of(self._facts.points, factor))}
        return np.array([order[v] for v in self._facts.points[factor.name]], np.int64)

    def _parts(self, factor: Factor, parts: int) -> Ints:
        """Return the part of a factor's range in which each point lies; a few levels stay."""
        places = self._numbers(factor)
        if int(places.max()) < parts or not is_number(factor):
            return places
        ranks = np.argsort(np.argsort(places, kind="stable"), kind="stable")
        return np.asarray(ranks * parts // places.size, np.int64)

    def _choice(
        self, key: Hashable, arm: str, levers: Sequence[Factor], point: int, parts: dict[str, Ints]
    ) -> int:
        if key not in self._choices:
            self._choices[key] = len(self.labels)
            self.labels.append(self._label(arm, levers, point, parts))
        return self._choices[key]

    def _label(self, arm: str, levers: Sequence[Factor], point: int, parts: dict[str, Ints]) -> str:
        facts = self._facts
        kinds = {_key(_chosen(self._added[name])) for name in self.arms}
        titles = titles_of(_chosen(self._added[arm]), facts.language)
        named = [self._level(f, point, parts.get(f.name)) for f in levers]
        if len(named) > MOST_NAMED:
            named = [facts.point_label(point)]
        if len(kinds) > 1 or not named:
            named = [titles or arm, *named]
        return facts.levels.joined(named)

    def _level(self, factor: Factor, point: int, parts: Ints | None) -> str:
        levels, values = self._facts.levels, self._facts.points[factor.name]
        if parts is None or (within := values[parts == parts[point]]).nunique() == 1:
            return levels.named(factor, values.iloc[point])
        ends = (levels.value(factor, rounded(float(v), 3)) for v in (within.min(), within.max()))
        span = self._facts.words("quantity.range", **dict(zip(("low", "high"), ends, strict=True)))
        label = levels.axis(factor)
        return self._facts.words("sweep.named_level", factor=label, level=span)


def _complete(effects: Floats) -> Floats:
    """Return effects, nan in runs of a world in which a choice that was ever measured is not."""
    ever = np.isfinite(effects).any(axis=(0, 2))
    whole = np.isfinite(effects[:, ever]).all(axis=1, keepdims=True)
    return np.where(whole, effects, np.nan)


def _chosen(added: Added) -> Added:
    return tuple(i for i in added if not i.kind.is_shock)


def _shocks(added: Added) -> Added:
    return tuple(i for i in added if i.kind.is_shock)


def _key(interventions: Added) -> Hashable:
    return tuple((i.name, repr(i.levers)) for i in interventions)
