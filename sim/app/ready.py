"""Load what the first visitor would wait for, while the page opens."""

from __future__ import annotations

import contextlib
import gc
from typing import Any, Final

from sim.app.background import Background
from sim.app.pair import Pair
from sim.app.replications import Replications
from sim.app.request import Catalogue, Request

_SMALL: Final[dict[str, Any]] = {"rows": 12, "columns": 12, "population": 1500, "months": 12}


def load_ahead() -> None:
    """Run a small town as for a visitor and as a replication, so that kernels are loaded.

    What has been loaded is left out of later searches for garbage, which stop all visitors for a
    second or two when they go through all of it.
    """
    with contextlib.suppress(Exception):  # the first visitor's run repeats and reports it
        visit()
    gc.collect()
    gc.freeze()


def visit() -> None:
    """Run a month of a small town with and without a cluster, and a replication of a year."""
    asked = Request(scenario="mid_sized_town", intervention="transition_cluster", settings=_SMALL)
    arms = Catalogue().arms(asked)
    Pair(arms).run_to(1)
    Replications(arms, Background(1)).pair(0)
