"""Measure inference under looking and write its tables: ``python -m benchmarks.looking``.

Differences are drawn from known worlds, so that each interval, verdict and plan can be held against
the truth: how often intervals hold it, how often a reader who follows the replications still needed
finds what is not there, how often one step settles an effect, and whether verdicts are taken back.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy.special import stdtrit

from sim.experiments.inference import FEWEST, mean_effect
from sim.experiments.multiplicity import Bar
from sim.experiments.verdicts import LESS, MORE, verdict_of
from sim.kernels.arrays import Floats

RESULTS = Path(__file__).parents[1] / "docs" / "validation" / "looking.md"

Draw = Callable[[np.random.Generator, int], Floats]


def _rare(share: float, size: float = 1.0) -> Draw:
    return lambda rng, n: size * (rng.random(n) < share)


WORLDS: Final[dict[str, tuple[Draw, float, float]]] = {
    "normal": (lambda rng, n: rng.normal(size=n), 0.0, 0.1),
    "heavy tails (Student, 4)": (lambda rng, n: rng.standard_t(4, size=n), 0.0, 0.1),
    "difference of two counts": (
        lambda rng, n: (rng.poisson(2.0, n) - rng.poisson(2.0, n)) * 1.0,
        0.0,
        0.1,
    ),
    "exponential": (lambda rng, n: rng.exponential(size=n), 1.0, 0.1),
    "lognormal (1)": (lambda rng, n: rng.lognormal(size=n), float(np.exp(0.5)), 0.1),
    "1 in 5 % of pairs, else 0": (_rare(0.05), 0.05, 1.0),
    "1 in 20 % of pairs, else 0": (_rare(0.2), 0.2, 1.0),
    "2 in 10 % of pairs, else 0": (_rare(0.1, 2.0), 0.2, 1.0),
}
"""Draws of differences, their mean, and the smallest relevant effect."""

LOOKS: Final = tuple(sorted({round(FEWEST * 1.15**k) for k in range(30)}))
"""Replications at which someone looks who looks often: from 10 to 576."""

SHOWN: Final = (10, 20, 60)

MOST_STEPS: Final = 12
"""Steps after which someone who follows the advice gives up."""

MOST_REPLICATIONS: Final = 20_000


def coverage(world: str, trials: int) -> tuple[dict[int, float], float, float]:
    """Return how often 90 % intervals hold the mean at each size, at all looks, and their width.

    The width is at 20 replications, over that of Student's interval for a size fixed beforehand.
    """
    draw, truth, relevant = WORLDS[world]
    rng = np.random.default_rng(1)
    held, always, wide = Counter[int](), 0, []
    for _ in range(trials):
        sample, misses = draw(rng, LOOKS[-1]), 0
        for n in sorted({*LOOKS, *SHOWN}):
            found = mean_effect(sample[:n], relevant)
            is_held = found.lo90 <= truth <= found.hi90
            held[n] += is_held
            misses += not is_held and n in LOOKS
            if n == 20 and (spread := float(sample[:n].std(ddof=1))):
                fixed = -2 * float(stdtrit(n - 1, 0.05)) * spread / n**0.5
                wide.append((found.hi90 - found.lo90) / fixed)
        always += not misses
    return {n: held[n] / trials for n in SHOWN}, always / trials, float(np.median(wide))


def follow(
    draw: Draw, relevant: float, first: int, steps: int, rng: np.random.Generator
) -> list[str]:
    """Return the verdicts of someone who adds the replications still needed, step by step."""
    sample, verdicts = draw(rng, first), []
    for _ in range(steps + 1):
        found = mean_effect(sample, relevant)
        verdicts.append(str(verdict_of(found.lo90, found.hi90, relevant)))
        half_width, n = (found.hi90 - found.lo90) / 2, sample.size
        needed = Bar().still_needed(verdicts[-1], n, found.mean, half_width, relevant)  # type: ignore[arg-type]
        if not needed or n + needed > MOST_REPLICATIONS:
            break
        sample = np.concatenate([sample, draw(rng, needed)])
    return verdicts


def false_findings(world: str, relevant: float, first: int, trials: int) -> float:
    """Return how often following the advice finds an effect that is zero.

    The relevant effect is in standard deviations of the world.
    """
    draw, truth, _ = WORLDS[world]
    spread = float(draw(np.random.default_rng(2), 100_000).std())
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(trials):
        seen = follow(lambda r, n: draw(r, n) - truth, relevant * spread, first, MOST_STEPS, rng)
        found += bool({*seen} & {*MORE, *LESS, "small_increase", "small_decrease"})
    return found / trials


def settled(
    effect: float, relevant: float, first: int, trials: int, verdicts: Sequence[str]
) -> tuple[int, float]:
    """Return how many trials first have one of these verdicts, and how often one step settles them.

    Steps beyond `MOST_REPLICATIONS` are not taken, and count as if they had not settled anything.
    """
    rng = np.random.default_rng(4)
    open_, done = 0, 0
    for _ in range(trials):
        seen = follow(lambda r, n: r.normal(effect, 1.0, n), relevant, first, 1, rng)
        if seen[0] in verdicts:
            open_ += 1
            done += len(seen) > 1 and seen[1] not in (*verdicts, "not_determinable")
    return open_, done / max(1, open_)


def verdicts_at(
    effect: float, relevant: float, sizes: Sequence[int], trials: int
) -> list[Counter[str]]:
    """Return how often each verdict is given at each number of replications."""
    rng = np.random.default_rng(5)
    found = [Counter[str]() for _ in sizes]
    for _ in range(trials):
        sample = rng.normal(effect, 1.0, max(sizes))
        for n, counts in zip(sizes, found, strict=True):
            mean = mean_effect(sample[:n], relevant)
            counts[str(verdict_of(mean.lo90, mean.hi90, relevant))] += 1
    return found


EFFECTS: Final = tuple(
    (share * relevant, relevant)
    for relevant in (0.25, 0.5, 1.0)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
)
"""Effects of a standard deviation, and the smallest relevant one, to be settled."""


OPEN_QUESTIONS: Final = {
    "whether there is an effect": ("not_determinable",),
    "whether it matters": ("some_increase", "some_decrease"),
}
"""Questions that may be open, and the verdicts that say so."""


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=2000)
    trials = parser.parse_args().trials
    lines = [
        f"{trials} trials of each; `python -m benchmarks.looking`. How often 90 % intervals hold "
        f"the mean: at a number of replications, and at all of {len(LOOKS)} looks from 10 to "
        f"{LOOKS[-1]}. Width at 20 replications, over that of Student's interval for a number "
        "fixed beforehand.",
        "",
        "| differences | n = 10 | 20 | 60 | at all looks | width |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for world in WORLDS:
        held, always, wide = coverage(world, trials)
        cells = [*(f"{held[n]:.3f}" for n in SHOWN), f"{always:.3f}", f"{wide:.2f}"]
        lines.append(f"| {world} | {' | '.join(cells)} |")
    lines += [
        "",
        "An effect that is zero, and a reader who adds the replications still needed until the "
        f"effect is settled ({MOST_STEPS} times at most): how often an effect is found. Columns: "
        "the smallest relevant effect in standard deviations of a difference.",
        "",
        "| differences | first look at | 0.1 | 0.25 | 0.5 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for world in ("normal", "difference of two counts", "exponential", "lognormal (1)"):
        for first in (10, 20):
            rates = [false_findings(world, r, first, trials) for r in (0.1, 0.25, 0.5)]
            lines.append(f"| {world} | {first} | {' | '.join(f'{r:.3f}' for r in rates)} |")
    lines += [
        "",
        "Effects of which something is open at a first look, and how often adding the replications "
        "still needed, once, settles it (normal differences; the smallest relevant effect is 0.25, "
        "0.5 or 1 standard deviation, effects are from 0 to twice that). Last, the effect that is "
        "settled least often; whether one of exactly the relevant size matters is left out.",
        "",
        "| first look at | what is open | trials | settled | the least |",
        "| --- | --- | --- | --- | --- |",
    ]
    for first in (10, 20, 60):
        for what, verdicts in OPEN_QUESTIONS.items():
            asked = [e for e in EFFECTS if e[0] != e[1] or "not_determinable" in verdicts]
            each = [settled(*effect, first, trials // 5, verdicts) for effect in asked]
            total = sum(count for count, _ in each)
            rate = sum(count * share for count, share in each) / total
            least = min(share for count, share in each if count >= trials // 50)
            lines.append(f"| {first} | {what} | {total} | {rate:.3f} | {least:.3f} |")
    sizes = (10, 20, 40, 80, 160, 320, 640, 1280)
    shown = (
        "not_determinable",
        "some_increase",
        "increase",
        "small_increase",
        "no_relevant_effect",
    )
    for share in (0.8, 1.5):
        lines += [
            "",
            f"Verdicts on an effect of {share} of the relevant one, which is half a standard "
            "deviation, by number of replications:",
            "",
            f"| verdict | {' | '.join(map(str, sizes))} |",
            f"| --- |{' --- |' * len(sizes)}",
        ]
        found = verdicts_at(0.5 * share, 0.5, sizes, trials)
        for verdict in shown:
            cells = [f"{counts[verdict] / trials:.2f}" for counts in found]
            lines.append(f"| `{verdict}` | {' | '.join(cells)} |")
    RESULTS.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
