"""Run patterns 6 to 14 with default parameters and write the table of docs/validation.md.

Run ``python docs/validation/measure_people.py`` from the root of the repository whenever results
change; eight replications on two processors take about half a minute.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from experiments.evidence.figure import estimates, table  # noqa: E402
from experiments.people.figures import FIGURES, SEEDS, measure  # noqa: E402
from experiments.people.patterns import YEARS  # noqa: E402
from sim.version import MODEL_VERSION  # noqa: E402

WORKERS = 2


def main() -> None:
    """Measure everything, write the table and print it."""
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(measure, SEEDS))
    births = sum(run["births followed"] for run in runs)
    head = (
        f"Model {MODEL_VERSION}; {len(SEEDS)} replications by default parameters, projects followed"
        f" for {YEARS} years ({births:,.0f} births in the mid-sized town).\n\n"
    )
    text = head + table(FIGURES, estimates(FIGURES, runs))
    (HERE / "people.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
