"""The stationary lives of young people, where they can be told without solving."""

import numpy as np
import pytest

from sim.scenario.scenario import load_scenario
from sim.start.stationary_youth import solve_lives


def test_where_all_ages_leave_alike_as_many_are_present_at_every_age():
    alike = {"leaving_at_18": 1 - np.exp(-0.01), "leaving_rate": 0.01, "active_stay_ratio": 1.0}
    town = load_scenario("mid_sized_town").replace(**alike, youth_presence=0.5)
    assert solve_lives(town.values).presence == pytest.approx(0.5, abs=1e-6)
