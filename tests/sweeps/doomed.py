"""A sweep to be killed: ``python -m tests.sweeps.doomed FOLDER EXECUTOR [ADDRESS]``.

Its first eight runs finish; the others never end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim.experiments.engine import Tally
from tests.sweeps.toy_sweeps import POINTS, fill_toys, new_store
from tests.sweeps.toys import Toy

DONE = 8


def tell(tally: Tally) -> None:
    print(tally.done, flush=True)


if __name__ == "__main__":
    folder, executor = Path(sys.argv[1]), sys.argv[2]
    toy = Toy(folder / "log", dict.fromkeys(range(DONE, POINTS), "never_ends"))
    store = new_store(sys.argv[3] if len(sys.argv) > 3 else folder / "sweep")
    fill_toys(store, toy, executor=executor, workers=2, batch=4, progress=tell)
