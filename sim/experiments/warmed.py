"""Load and compile everything that a run needs on import; workers are forked from there."""

from __future__ import annotations

import contextlib
import gc
import signal

# Ctrl-C reaches all processes of a terminal; the driver ends the others.
signal.signal(signal.SIGINT, signal.SIG_IGN)

from sim.experiments.batches import do_batch  # noqa: E402, F401 - what a worker starts with
from sim.experiments.experiment import BASELINE  # noqa: E402
from sim.experiments.plan import plan_experiment  # noqa: E402
from sim.experiments.simulate import one_point  # noqa: E402
from sim.scenario.scenario import load_scenario  # noqa: E402

# The first run repeats and reports any failure.
with contextlib.suppress(Exception):
    town = load_scenario("mid_sized_town").replace(months=1, spin_up=1)
    plan = plan_experiment(
        one_point({BASELINE: town}, seed=0, reps=1, ledger=True, series=True, maps=True)
    )
    plan.model(plan.run(next(iter(plan.keys))))

gc.freeze()  # workers neither search nor copy what they share
