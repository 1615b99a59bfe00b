"""Importing this loads and compiles everything that a run needs; workers are forked from there."""

from __future__ import annotations

import contextlib
import signal

# Ctrl-C reaches all processes of a terminal; the one that was started by hand ends the others.
signal.signal(signal.SIGINT, signal.SIG_IGN)

from sim.experiments import execution  # noqa: E402, F401 - what a worker starts with
from sim.experiments.one_run import Run, Runs, execute_run  # noqa: E402
from sim.scenario.scenario import load_scenario  # noqa: E402

# Whatever fails here fails again in the first run, where it is told.
with contextlib.suppress(Exception):
    town = load_scenario("mid_sized_town").replace(months=1, spin_up=1)
    execute_run(Runs((town,), seed=0, reps=1), Run(0, 0, 0))
