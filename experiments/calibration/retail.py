"""Fit the retail half to records of shops and to the vacancy of French centres; see README.md.

Run ``python -m experiments.calibration.retail FOLDER`` from the root of the repository. Simulations
are kept in the folder, so that the command goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.calibration.figures import figures_of_space, figures_of_trips
from experiments.calibration.particles import sample
from experiments.calibration.priors import load_priors, prior_of
from experiments.calibration.simulated import Simulated
from experiments.calibration.surrogate import FITTED, MISSED, SEED, Surrogate, fit
from experiments.calibration.tables import describe_figures, describe_parameters, say
from experiments.evidence.bands import Band, load_bands
from sim.calibration import Matching, Prior, Target, history_matching
from sim.experiments.executors import Workers, start_workers
from sim.scenario.posterior import save_posterior

SECOND, THIRD, CHECK = 1_000_000, 1_500_000, 2_000_000
"""First seeds of later waves and of the check."""

NOT_SHIPPED = ("starting_vacancy",)
"""Parameters of the backcast alone."""


def edges(bands: Mapping[str, Band]) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper edges of the bands of `FITTED`."""
    low, high = np.array([(bands[name].low, bands[name].high) for name in FITTED]).T
    return low, high


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


@dataclass(frozen=True)
class Size:
    """Numbers of evaluations in three waves, draws, draws checked, truths, and last moves."""

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


def explore(
    simulated: Simulated, prior: Prior, bands: Mapping[str, Band], size: Size, workers: Workers
) -> Surrogate:
    """Rule out values, evaluate what is left and what samplers find there, and emulate it."""
    rng = np.random.default_rng(SEED)
    say(f"first wave: {size.first} evaluations of {len(prior.names)} parameters")
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
    drawn, rounds = posterior_points(workers, surrogate, *edges(bands), size)
    say(rounds.tail(1).round(4).to_string(index=False))
    some = prior.values(drawn[rng.permutation(len(drawn))[: size.third]])
    left = pd.concat([left, some], ignore_index=True)
    known = pd.concat([known, simulated.many(some.to_dict("records"), THIRD)], ignore_index=True)
    return Surrogate(matching, fit(workers, prior.scaled(left), known))


def check(
    simulated: Simulated,
    draws: pd.DataFrame,
    bands: Mapping[str, Band],
    size: Size,
    workers: Workers,
) -> pd.DataFrame:
    """Simulate some draws again, and return their figures beside the bands."""
    say(f"check: {size.checked} draws, simulated")
    some = draws.sample(min(size.checked, len(draws)), random_state=SEED)
    checked = simulated.many(some.to_dict("records"), CHECK)
    rows = some.head(size.checked_in_space).to_dict("records")
    slow = [
        [workers.submit(function, row, CHECK + k) for k, row in enumerate(rows)]
        for function in (figures_of_space, figures_of_trips)
    ]
    found = [pd.DataFrame([future.result() for future in futures]) for futures in slow]
    return describe_figures(pd.concat([checked, *found], axis=1), bands)


def fit_retail(folder: Path, size: Size, workers: Workers) -> None:
    """Fit, check, and write posterior and tables to the folder."""
    bands, entries = load_bands(), load_priors()
    own, prior = prior_of(entries, "own"), prior_of(entries, "simulated")
    low, high = edges(bands)
    simulated = Simulated(folder / "simulations.jsonl", own, workers)

    def keep(name: str, table: pd.DataFrame) -> None:
        table.to_csv(folder / f"{name}.csv", index=False)
        say(table.round(4).to_string(index=False))

    surrogate = explore(simulated, prior, bands, size, workers)
    say("samplers")
    drawn, rounds = posterior_points(workers, surrogate, low, high, size)
    rounds["effective_size"] = np.nan
    rounds.loc[rounds.index[-1], "effective_size"] = effective_size(drawn)
    keep("rounds", rounds)

    rng = np.random.default_rng(SEED)
    of_own = own.values(rng.random((len(drawn), len(own.names))))
    draws = prior.values(drawn).assign(**of_own)
    figures = check(simulated, draws, bands, size, workers)
    emulated = dict(zip(FITTED, surrogate.figures(drawn).mean(axis=0), strict=True))
    keep("figures", figures.assign(emulated=figures["figure"].map(emulated).round(4)))

    say(f"coverage: {size.truths} truths")
    parts = np.array_split(np.arange(size.truths), max(workers.number, 1))
    each = [workers.submit(coverage, surrogate, (high - low) / 2, size, part) for part in parts]
    hits = np.concatenate([future.result() for future in each]).mean(axis=0)
    of_truths = dict(zip(prior.names, hits, strict=True))
    keep("parameters", describe_parameters(draws, entries, of_truths))

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
            name: {key: getattr(band, key) for key in ("low", "high", "unit", "use", "source")}
            for name, band in bands.items()
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
