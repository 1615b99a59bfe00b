"""In a large stationary town, shops of each age close as often as the age profile says."""

import numpy as np
import pytest

from sim.processes.month import active, effective
from sim.scenario.scenario import load_scenario
from sim.start.state_at_start import starting_state
from tests.reference.towns import one_centre

AGES = (1, 9, 18, 36, 55, 61, 90, 120, 180, 240, 300, 420, 2000)
"""First months of classes of age; before 18, up to 54, 60 and 300 months the profile changes."""
RATE, MONTHS, PREMISES = 0.09, 120, 20_000


def _weights(shape, late_shape, hump):
    """The profile by months of age, from its description; a shop lives 1 / RATE years."""
    months = np.arange(1, AGES[-1])
    weight = (np.minimum(months, 60) / 60) ** (shape - 1)
    weight *= (np.clip(months, 60, 300) / 60) ** (late_shape - 1)
    weight[(months >= 18) & (months <= 54)] *= hump
    scales = np.geomspace(0.1, 10, 20_001)
    low, high = 0, scales.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        alive = np.exp(-np.cumsum(RATE / 12 * scales[middle] * weight))
        life = 1 + alive.sum() + alive[-1] / (1 - alive[-1] / alive[-2])
        low, high = (middle, high) if life > 12 / RATE + 0.5 else (low, middle)
    return scales[low] * weight


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("shape", "late_shape", "hump", "successors"),
    [(1.1, 1.0, 1.0, 0.0), (1.2, 0.6, 1.0, 0.15), (1.0, 0.7, 1.7, 0.15), (0.8, 1.4, 1.3, 0.5)],
)
def test_closures_and_ages_follow_the_profile(shape, late_shape, hump, successors):
    """Within four standard errors in each class of age, over ten years; so do the ages of shops."""
    values = effective(
        load_scenario("mid_sized_town")
        .replace(
            with_margins=False,
            with_drivers=False,
            with_takeovers=False,
            closure_rate=RATE,
            closure_age_shape=shape,
            closure_late_shape=late_shape,
            closure_lease_hump=hump,
            succession_share=successors,
        )
        .values
    )
    state = starting_state(one_centre(PREMISES), values, 5)
    hazard = RATE / 12 * _weights(shape, late_shape, hump)
    calendar = 12 * (values["start_year"] - 2000)
    month = [p.bind(state, values, 5) for p in active(values)]
    closed, at_risk = np.zeros((2, AGES[-1]))
    alive = np.exp(-np.concatenate([[0], np.cumsum(hazard)]))
    for m in range(MONTHS):
        if m in (0, MONTHS - 1):
            ages = state["premises.shop_age"][state["premises.is_open"] == 1]
            found = np.histogram(ages, [0, *AGES[1:]])[0] / ages.size
            wanted = np.add.reduceat(alive, [0, *AGES[1:-1]]) / alive.sum()
            error = np.sqrt(wanted * (1 - wanted) / ages.size)
            assert np.all(np.abs(found - wanted) < 4 * error)
        was_open = state["premises.is_open"] == 1
        age = np.minimum(state["premises.shop_age"] + 1, AGES[-1] - 1)
        for process in month:
            process(m, calendar)
        closes = was_open & np.isin(state["premises.event"], (1, 4))
        at_risk += np.bincount(age[was_open], minlength=AGES[-1])
        closed += np.bincount(age[closes], minlength=AGES[-1])
    risk = 1 - np.exp(-hazard)
    expected = np.add.reduceat(at_risk[1:] * risk, np.array(AGES[:-1]) - 1)
    variance = np.add.reduceat(at_risk[1:] * risk * (1 - risk), np.array(AGES[:-1]) - 1)
    happened = np.add.reduceat(closed[1:], np.array(AGES[:-1]) - 1)
    assert happened.min() > 50
    assert np.all(np.abs(happened - expected) < 4 * np.sqrt(variance))
