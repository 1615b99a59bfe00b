"""An ordinary Mesa model of the same rules, with agents as objects, lives the same life."""

import numpy as np
import pytest

from benchmarks.peers.plain_mesa import PlainTown
from tests.reference.towns import small_town


@pytest.mark.parametrize("vectorised", [False, True])
def test_a_plain_mesa_town_closes_and_lets_the_same_premises(vectorised):
    run = small_town(9, start_year=2005, closure_rate=0.3, starting_vacancy=0.2)
    town = PlainTown(run, vectorised=vectorised)
    events = 0
    for _ in range(24):
        run.step()
        town.step()
        found = [p.event for p in town.premises]
        np.testing.assert_array_equal(run.state["premises.event"], found)
        events += np.count_nonzero(found)
    assert events > 20
    np.testing.assert_allclose(
        run.state["premises.revenue"], [p.revenue for p in town.premises], rtol=1e-4
    )
    np.testing.assert_allclose(run.state["zone.footfall"], town.footfall, rtol=1e-4)
