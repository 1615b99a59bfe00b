"""Hold the page's verdicts against many replications: ``python -m benchmarks.answers``.

For each seed, the page's replications run as they do for a reader who stops at some months, one
after another. A verdict is contradicted where the mean of other, many replications has the other
sign, or is on the other side of the smallest relevant effect than the verdict says.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from sim.app.background import Background
from sim.app.replications import TOLD, Replications
from sim.app.request import Catalogue, Request
from sim.experiments.verdicts import LESS, MORE, SMALL, Verdict
from sim.measures.registry import OUTCOMES

MONTHS = (60, 120, 240)
SMALL_TOWN = {"rows": 24, "columns": 24, "population": 9000, "months": MONTHS[-1]}
TRUTH_SEED = 10**6


def is_contradicted(verdict: Verdict, truth: float, relevant: float) -> bool:
    """Tell whether a mean effect is not what a verdict claims.

    Examples
    --------
    >>> [is_contradicted(v, 0.2, 0.1) for v in ("increase", "small_increase", "not_determinable")]
    [False, True, False]
    """
    is_wrong = (verdict in (*MORE, "small_increase") and truth <= 0) or (
        verdict in (*LESS, "small_decrease") and truth >= 0
    )
    if verdict in ("increase", "decrease"):
        return is_wrong or abs(truth) <= relevant
    return is_wrong or (verdict in SMALL and abs(truth) > relevant)


def truth_of(found: Replications, number: int) -> dict[tuple[str, int], tuple[float, float]]:
    """Return mean effect and smallest relevant effect, by measure and month."""
    values = np.stack([found.pair(rep)[1] for rep in range(number)])
    truth = {}
    for k, name in enumerate(TOLD):
        for month in MONTHS:
            before, after = values[:, :, month - 1, k].T
            level, effect = float(np.nanmean(before)), float(np.nanmean(after - before))
            truth[name, month] = effect, OUTCOMES[name].smallest_relevant(level)
    return truth


def main() -> None:
    """Print how many verdicts there are, how many are contradicted, and how many are open."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="mid_sized_town", help="a name, or a file")
    parser.add_argument("--intervention", default="transition_cluster")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--truth", type=int, default=400)
    parser.add_argument("--whole", action="store_true", help="the whole town, not a small one")
    asked = parser.parse_args()
    scenario, background = Path(asked.scenario), Background(1)
    choice = Catalogue([scenario] if scenario.suffix else ())

    def begun(seed: int) -> Replications:
        chosen = {"scenario": scenario.stem, "intervention": asked.intervention, "seed": seed}
        settings = {} if asked.whole else SMALL_TOWN
        return Replications(choice.arms(Request(**chosen, settings=settings)), background)

    truth = truth_of(begun(TRUTH_SEED), asked.truth)
    counted = dict.fromkeys(("contradicted", "open", "in all", "pairs"), 0)
    for seed in range(1, asked.seeds + 1):
        found = begun(seed)
        for month in MONTHS:
            found.go_on(month)
            found.wait()
            for name, effect in found.effects(month, "en").items():
                wrong = is_contradicted(effect.verdict, *truth[name, month])
                counted["contradicted"] += wrong
                counted["open"] += effect.verdict == "not_determinable"
                counted["in all"] += effect.is_measured
                if wrong:
                    print(seed, month, name, effect.verdict, effect.mean, truth[name, month])
        counted["pairs"] += found.done
    print(counted)


if __name__ == "__main__":
    main()
