"""Fit the retail half to records of shops and to the vacancy of French centres; see README.md.

Run ``python -m experiments.calibration.retail FOLDER`` from the root of the repository. Simulations
are kept in the folder, so that the command goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

from experiments.calibration.figures import (
    Map,
    Task,
    Town,
    figures,
    figures_of_space,
    figures_of_trips,
)
from experiments.calibration.particles import sample
from experiments.calibration.priors import draw, load_priors, prior_of
from experiments.calibration.tables import describe_figures, describe_parameters, say
from experiments.evidence.bands import Band, load_bands
from sim.calibration import Matching, Prior, Target, history_matching
from sim.calibration.emulator import Emulator, ExpectedFigures
from sim.calibration.history_matching import CUTOFF
from sim.errors import InputError
from sim.experiments.executors import Workers, start_workers
from sim.scenario.posterior import save_posterior
from sim.version import MODEL_VERSION

SEED = 1

FITTED = (
    "closure_rate",
    "closure_rate_0_5",
    "closure_rate_5_10",
    "closure_rate_10_25",
    "letting_after_0",
    "letting_after_1",
    "letting_after_2",
    "letting_after_3",
    "letting_after_4",
    "empty_over_3_years",
    "successors_90_days",
    "towns_mean_2001",
    "towns_mean_2012",
    "towns_mean_2015",
    "towns_yearly_rise_2001_2012",
    "towns_yearly_rise_2012_2015",
    "towns_fell_2014_2019",
    "towns_fell_2019_2024",
)
"""Figures that depend on how towns go: all that are fitted, but for trips and money."""

FELL = ("2014_2019", "2019_2024")
"""Periods of the shares of towns that fell, the noisiest figures by far. Emulators give mean and
spread of their changes instead, from which shares follow."""

EMULATED = (
    *(name for name in FITTED if not name.startswith("towns_fell")),
    *(f"towns_{what}_{period}" for period in FELL for what in ("yearly_rise", "log_spread")),
)
"""Figures of emulators."""

SECOND, THIRD, CHECK = 1_000_000, 1_500_000, 2_000_000
"""First seeds of later waves and of the check."""

NOT_SHIPPED = ("starting_vacancy",)
"""Parameters of the backcast alone."""

AT_ONCE = 8
"""Evaluations between which results are kept."""

MISSED = 2
"""Figures that values may miss and still not be ruled out."""


class Simulated:
    """Figures of simulated towns; each evaluation is kept in a file and never run twice.

    Parameters
    ----------
    path
        JSON lines: values, seed, and figures or why there are none.
    own
        Prior of the parameters that are not fitted by running towns; each evaluation draws them.
    workers
        Processes that run towns.
    """

    def __init__(self, path: Path, own: Prior | None, workers: Workers) -> None:
        self._path, self._own, self._workers = path, own, workers
        self._kept: dict[str, dict[str, float] | str] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self._kept[row["key"]] = row["found"]

    def __call__(self, values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        """Return the figures; raise `InputError` if the towns cannot start from these values."""
        whole = self._whole(values, seed)
        if self._key(whole, seed) not in self._kept:
            self._keep(whole, seed, _figures_or_reason(whole, seed, self._run))
        found = self._kept[self._key(whole, seed)]
        if isinstance(found, str):
            raise InputError(found)
        return found

    def many(self, rows: Sequence[Mapping[str, float]], first_seed: int) -> pd.DataFrame:
        """Return the figures of many rows of values, run side by side; missing where none are."""
        wanted = [(self._whole(row, first_seed + k), first_seed + k) for k, row in enumerate(rows)]
        new = [(v, seed) for v, seed in wanted if self._key(v, seed) not in self._kept]
        for some in batched(new, AT_ONCE, strict=False):
            futures = [self._workers.submit(_figures_or_reason, v, seed) for v, seed in some]
            for (values, seed), future in zip(some, futures, strict=True):
                self._keep(values, seed, future.result())
        found = [self._kept[self._key(v, seed)] for v, seed in wanted]
        return pd.DataFrame([{} if isinstance(one, str) else one for one in found])

    def _run(self, function: Callable[[Task], Town], towns: list[Task]) -> list[Town]:
        futures = [self._workers.submit(function, town) for town in towns]
        return [future.result() for future in futures]

    def _whole(self, values: Mapping[str, float], seed: int) -> dict[str, float]:
        return (draw(self._own, seed) if self._own else {}) | dict(values)

    def _key(self, values: Mapping[str, float], seed: int) -> str:
        said = json.dumps([MODEL_VERSION, values, seed], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def _keep(self, values: Mapping[str, float], seed: int, found: dict[str, float] | str) -> None:
        key = self._key(values, seed)
        self._kept[key] = found
        row = {"key": key, "values": values, "seed": seed, "found": found}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _figures_or_reason(
    values: Mapping[str, float], seed: int, run: Map | None = None
) -> dict[str, float] | str:
    """Return the figures, or why the towns cannot start."""
    try:
        return figures(values, seed, run)
    except InputError as error:
        return str(error)


def targets(bands: Mapping[str, Band]) -> tuple[Target, ...]:
    """Return bands as targets of history matching: the middle, and the spread of an even band."""
    return tuple(
        Target(
            name,
            (bands[name].low + bands[name].high) / 2,
            (bands[name].high - bands[name].low) / np.sqrt(12),
            0.0,
            bands[name].unit,
            bands[name].source,
            "derived",
            "standard deviation of an even distribution over the band",
        )
        for name in FITTED
    )


class Surrogate:
    """Expected figures by emulators, and how far these err.

    ``left`` are points that history matching leaves, drawn evenly.

    Parameters
    ----------
    matching
        Its emulators rule out points where the later ones, which know only what was left, cannot
        be relied on.
    last
        Emulators of `EMULATED`, fitted to evaluations of what was left.
    """

    def __init__(self, matching: Matching, last: Sequence[Emulator]) -> None:
        first = matching.waves[0]
        self._first, self._last = ExpectedFigures(first), ExpectedFigures(last)
        self._middle = np.array([t.observed for t in matching.targets])
        tolerance = np.array([t.tolerance for t in matching.targets])
        self.left = matching.prior.scaled(matching.draws)
        some = self.left[:300]
        self._spread = np.sqrt(tolerance**2 + [e.predict(some)[1].mean() for e in first])
        variances = [(e.predict(some)[1].mean(), e.seed_variance) for e in last]
        self._error = np.array([np.sqrt(max(every - seed, 0)) for every, seed in variances])

    def figures(self, points: np.ndarray, rng: np.random.Generator | None = None) -> np.ndarray:
        """Return the figures at points, (n, figures) in the order of `FITTED`.

        They are the expected ones or, with a generator, off by the emulators' errors.
        """
        found = self._last(points)
        if rng:
            found += self._error * rng.standard_normal(found.shape)
        of = dict(zip(EMULATED, found.T, strict=True))
        for period in FELL:
            mean = 5 * of[f"towns_yearly_rise_{period}"]
            of[f"towns_fell_{period}"] = ndtr(-mean / np.exp(of[f"towns_log_spread_{period}"]))
        return np.stack([of[name] for name in FITTED], axis=1)

    def error(self, low: np.ndarray, high: np.ndarray, points: np.ndarray) -> float:
        """Return the root mean square of the emulators' errors at points, in half-widths."""
        rng = np.random.default_rng(SEED)
        off = self.figures(points, rng) - self.figures(points)
        return float(np.sqrt(np.mean((off / ((high - low) / 2)) ** 2)))

    def is_left(self, points: np.ndarray) -> np.ndarray:
        """Return whether the first wave leaves points, as history matching does."""
        implausibility = np.abs(self._first(points) - self._middle) / self._spread
        return np.sort(implausibility, axis=1)[:, -1 - MISSED] <= CUTOFF

    def distance(
        self, low: np.ndarray, high: np.ndarray, is_only_left: bool, points: np.ndarray
    ) -> np.ndarray:
        """Return the distance of points from bands: root mean square of half-widths outside.

        With ``is_only_left`` it is infinite where history matching rules points out.
        """
        missed = misses(self.figures(points), low, high)
        found = np.sqrt(np.mean(missed**2, axis=1))
        return np.where(self.is_left(points), found, np.inf) if is_only_left else found


def misses(found: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return by how many half-widths figures lie outside their bands; 0 inside."""
    return np.maximum(np.maximum(low - found, found - high), 0) / ((high - low) / 2)


@dataclass(frozen=True)
class Size:
    """How much to do: evaluations of three waves, draws, those checked, truths, and last moves."""

    first: int = 240
    second: int = 260
    third: int = 240
    draws: int = 400
    checked: int = 52
    checked_in_space: int = 8
    truths: int = 40
    last_moves: int = 1500


SMALL = Size(60, 60, 20, draws=100, checked=4, checked_in_space=1, truths=4, last_moves=100)
"""For trying."""

CHAINS = 4
"""Independent samplers, from whose disagreement the effective size follows."""

MODEL_ERROR = 0.2
"""Distance, in half-widths of bands, that adds in quadrature to the least that can be reached and
to the errors of emulators: a judgement. Without these only the best fit would be left, whether or
not it is good, and it would be best by the emulators' errors."""


def fit(workers: Workers, points: np.ndarray, known: pd.DataFrame) -> tuple[Emulator, ...]:
    """Fit an emulator to each figure, where there are figures."""
    is_known = known[list(EMULATED)].notna().all(axis=1).to_numpy()
    columns = known.loc[is_known, list(EMULATED)].to_numpy().T
    futures = [workers.submit(Emulator, points[is_known], column) for column in columns]
    return tuple(future.result() for future in futures)


def posterior_points(
    workers: Workers, surrogate: Surrogate, low: np.ndarray, high: np.ndarray, size: Size
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return draws of several samplers, stacked, and the rounds of the first."""
    rng = np.random.default_rng(SEED)
    starts = rng.choice(surrogate.left, (CHAINS, size.draws // CHAINS), replace=False)
    distance = partial(surrogate.distance, low, high, True)
    best, _ = sample(distance, starts[0], smallest=0.0, last_moves=20, seed=SEED)
    smallest = np.hypot(distance(best).min(), MODEL_ERROR)
    smallest = float(np.hypot(smallest, surrogate.error(low, high, best)))
    draw_from = partial(sample, distance, smallest=smallest, last_moves=size.last_moves)
    futures = [
        workers.submit(partial(draw_from, start, seed=chain)) for chain, start in enumerate(starts)
    ]
    parts = [future.result() for future in futures]
    return np.concatenate([points for points, _ in parts]), parts[0][1]


def effective_size(points: np.ndarray) -> float:
    """Return the effective sample size: what the spread between samplers' means says of all.

    The median over parameters; at most the number of points.
    """
    parts = points.reshape(CHAINS, -1, points.shape[1])
    between = parts.mean(axis=1).var(axis=0, ddof=1) / CHAINS
    return float(min(np.median(points.var(axis=0) / between), len(points)))


def coverage(
    surrogate: Surrogate, half: np.ndarray, size: Size, truths: Sequence[int]
) -> np.ndarray:
    """Return for truths drawn from the prior if the 90 % interval contains each parameter.

    The emulators give the truth's figures, with their errors; each band lies around its figure, off
    the middle by chance. Returns a bool array (truths, parameters).
    """
    hits, dimensions = [], surrogate.left.shape[1]
    for k in truths:
        rng = np.random.default_rng([SEED, 7, k])
        truth = rng.random((1, dimensions))
        seen = surrogate.figures(truth, rng)[0] + half * rng.uniform(-1, 1, half.size)
        error = surrogate.error(seen - half, seen + half, np.repeat(truth, 50, axis=0))
        smallest = float(np.hypot(MODEL_ERROR, error))
        distance = partial(surrogate.distance, seen - half, seen + half, False)
        start = rng.random((150, dimensions))
        points, _ = sample(
            distance,
            start,
            smallest=float(smallest),
            moves=10,
            last_moves=size.last_moves // 4,
            seed=k,
        )
        low, high = np.quantile(points, [0.05, 0.95], axis=0)
        hits.append((low <= truth[0]) & (truth[0] <= high))
    return np.array(hits)


def fit_retail(folder: Path, size: Size, workers: Workers) -> None:
    """Rule out values, sample the rest, check, and write posterior and tables to the folder."""
    bands, entries = load_bands(), load_priors()
    own = prior_of(entries, "own")
    prior = prior_of(entries, "simulated")
    names, dimensions = list(prior.names), len(prior.names)
    low = np.array([bands[name].low for name in FITTED])
    high = np.array([bands[name].high for name in FITTED])
    simulated = Simulated(folder / "simulations.jsonl", own, workers)
    rng = np.random.default_rng(SEED)

    say(f"first wave: {size.first} evaluations of {dimensions} parameters")
    matching = history_matching(
        simulated,
        prior,
        targets(bands),
        waves=1,
        points=size.first,
        missed_targets=MISSED,
        draws=max(size.second, 1000),
        seed=SEED,
    )
    assert isinstance(matching, Matching)
    say(matching.rounds.round(4).to_string(index=False))

    say(f"second wave: {size.second} evaluations of what is left")
    left = matching.draws.head(size.second)
    known = simulated.many(left.to_dict("records"), SECOND)
    surrogate = Surrogate(matching, fit(workers, prior.scaled(left), known))

    say(f"third wave: {size.third} evaluations of what samplers find")
    drawn, rounds = posterior_points(workers, surrogate, low, high, size)
    say(rounds.tail(1).round(4).to_string(index=False))
    some = prior.values(drawn[rng.permutation(len(drawn))[: size.third]])
    left = pd.concat([left, some], ignore_index=True)
    known = pd.concat([known, simulated.many(some.to_dict("records"), THIRD)], ignore_index=True)
    surrogate = Surrogate(matching, fit(workers, prior.scaled(left), known))

    say("samplers")
    drawn, rounds = posterior_points(workers, surrogate, low, high, size)
    rounds["effective_size"] = np.nan
    rounds.loc[rounds.index[-1], "effective_size"] = effective_size(drawn)
    rounds.to_csv(folder / "rounds.csv", index=False)
    say(rounds.round(4).to_string(index=False))

    draws = prior.values(drawn)
    for name, column in own.values(rng.random((len(draws), len(own.names)))).items():
        draws[name] = column
    say(f"check: {size.checked} draws, simulated")
    some = draws.iloc[rng.permutation(len(draws))[: size.checked]]
    checked = simulated.many(some.to_dict("records"), CHECK)
    rows = some.head(size.checked_in_space).to_dict("records")
    slow = [
        pd.DataFrame([future.result() for future in each])
        for each in (
            [workers.submit(function, row, CHECK + k) for k, row in enumerate(rows)]
            for function in (figures_of_space, figures_of_trips)
        )
    ]
    figure_table = describe_figures(pd.concat([checked, *slow], axis=1), bands)
    emulated = dict(zip(FITTED, surrogate.figures(drawn).mean(axis=0), strict=True))
    figure_table["emulated"] = figure_table["figure"].map(emulated).round(4)
    figure_table.to_csv(folder / "figures.csv", index=False)
    say(figure_table.to_string(index=False))

    say(f"coverage: {size.truths} truths")
    parts = np.array_split(np.arange(size.truths), max(workers.number, 1))
    half = (high - low) / 2
    each = [workers.submit(coverage, surrogate, half, size, part) for part in parts]
    hits = np.concatenate([future.result() for future in each]).mean(axis=0)
    parameters = describe_parameters(draws, entries, dict(zip(names, hits, strict=True)))
    parameters.to_csv(folder / "parameters.csv", index=False)
    say(parameters.to_string(index=False))

    kept = draws.drop(columns=[name for name in NOT_SHIPPED if name in draws])
    about = {
        "method": "history matching, then ABC-SMC on emulators",
        "seed": SEED,
        "distance": float(rounds["distance"].iloc[-1]),
        "effective_size": float(rounds["effective_size"].iloc[-1]),
        "prior": {
            n: {"low": e.low, "high": e.high, "reason": e.reason} for n, e in entries.items()
        },
        "informed_by": {name: list(entries[name].figures) for name in kept},
        "figures": {
            figure: {
                "low": band.low,
                "high": band.high,
                "unit": band.unit,
                "use": band.use,
                "source": band.source,
            }
            for figure, band in bands.items()
        },
    }
    save_posterior(folder / "retail.parquet", kept, about)


def main() -> None:
    """Fit with the options of the command line."""
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("folder", type=Path, help="simulations, tables and the posterior go here")
    command.add_argument("--workers", type=int, default=2)
    command.add_argument("--small", action="store_true", help="a few evaluations, for trying")
    options = command.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with start_workers("local", options.workers) as workers:
        fit_retail(options.folder, SMALL if options.small else Size(), workers)


if __name__ == "__main__":
    # Other processes find functions in modules, not in ``__main__``.
    from experiments.calibration import retail

    retail.main()
