"""Draws depend on agent, decision and month, not on threads, processes, steps or other agents."""

import hashlib
import itertools
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from tests.reference.towns import SMALL, small_town

MONTHS = 36


def _digest(run):
    digest = hashlib.sha256(run.counts.tobytes())
    for name in run.state:
        if name != "work.space":
            digest.update(name.encode() + run.state[name].tobytes())
    return digest.hexdigest()


def _run_elsewhere(threads, numba_threads):
    """Return digests of the same run in another process, on the given numbers of threads.

    Fields are divided into three lanes, as only those of large territories are by themselves.
    """
    root = Path(__file__).parents[2]
    program = f"""
import sys
sys.path.insert(0, {str(root)!r})
from sim.simulation.simulation import Simulation
from sim.start import state_at_start
from tests.laws.test_draws import _digest
from tests.reference.towns import small_town
state_at_start.usual_lanes = lambda rows, columns: 3
for threads in {threads}:
    run = Simulation(small_town().scenario, 11, threads=threads)
    run.run({MONTHS})
    print(_digest(run))
"""
    found = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"NUMBA_NUM_THREADS": str(numba_threads)},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


@pytest.mark.parametrize(
    ("threads", "numba_threads"),
    [([False], 1), *(pytest.param([True], n, marks=pytest.mark.slow) for n in (1, 2))],
)
def test_the_same_seed_gives_the_same_bytes_in_any_process_on_any_threads(threads, numba_threads):
    here = small_town(11)
    here.run(MONTHS)
    assert _run_elsewhere(threads, numba_threads) == [_digest(here)] * len(threads)


def test_it_does_not_matter_how_the_months_are_stepped():
    at_once, in_steps, in_parts = small_town(3), small_town(3), small_town(3)
    at_once.run(MONTHS)
    for _ in range(MONTHS):
        in_steps.step()
    in_parts.run(5)
    in_parts.run(0)
    in_parts.run(MONTHS - 5)
    assert _digest(at_once) == _digest(in_steps) == _digest(in_parts)


def test_it_does_not_matter_in_which_parts_people_draw(monkeypatch):
    at_once = small_town(3)
    monkeypatch.setattr("sim.start.draws._PART", 77)
    assert _digest(small_town(3)) == _digest(at_once)


def test_another_seed_is_another_story_on_the_same_map():
    one, other = small_town(1), small_town(2)
    np.testing.assert_array_equal(one.state["cell.residents"], other.state["cell.residents"])
    one.run(MONTHS)
    other.run(MONTHS)
    assert _digest(one) != _digest(other)


def test_simultaneous_runs_do_not_interfere():
    alone, beside, other = small_town(4), small_town(4), small_town(5)
    alone.run(MONTHS)
    for _ in range(MONTHS):
        beside.step()
        other.step()
    assert _digest(alone) == _digest(beside)


def _histories(run):
    """Return which premises were open in each month."""
    story = []
    for _ in range(120):
        run.step()
        story.append(run.state["premises.is_open"].copy())
    return np.array(story)


def test_closing_a_shop_by_hand_changes_no_other_draw():
    """Without interactions, all other histories stay the same, to the month."""
    alone = {"with_margins": False, "with_neighbours": False, "with_rent": False}
    as_it_was, with_a_gap = small_town(6, **alone), small_town(6, **alone)
    shop = int(np.flatnonzero(with_a_gap.state["premises.is_open"])[3])
    with_a_gap.state["premises.is_open"][shop] = 0
    before, after = _histories(as_it_was), _histories(with_a_gap)
    others = np.arange(before.shape[1]) != shop
    assert np.any(before[:, shop] != after[:, shop])
    np.testing.assert_array_equal(before[:, others], after[:, others])


def test_a_shop_more_or_less_moves_others_only_through_their_margins():
    """With margins, the same draws meet slightly different probabilities: few histories diverge."""
    as_it_was, with_a_gap = small_town(6), small_town(6)
    shop = int(np.flatnonzero(with_a_gap.state["premises.is_open"])[3])
    with_a_gap.state["premises.is_open"][shop] = 0
    before, after = _histories(as_it_was)[:24], _histories(with_a_gap)[:24]
    parted = np.any(before != after, axis=0)
    parted[shop] = False
    assert parted.mean() < 0.2


def test_a_saved_run_goes_on_as_if_it_had_never_stopped():
    whole = small_town(8)
    whole.run(MONTHS)
    first = small_town(8)
    first.run(10)
    later = pickle.loads(pickle.dumps(first))
    later.run(MONTHS - 10)
    assert _digest(later) == _digest(whole)


def test_seeds_next_to_each_other_have_nothing_in_common():
    """Closures of neighbouring seeds coincide no more often than by chance."""
    scenario = load_scenario("mid_sized_town").replace(
        **{
            **SMALL,
            "population": 30_000,
            "with_margins": False,
            "closure_rate": 1.0,
            "succession_share": 0.0,
        }
    )
    closed = []
    for seed in range(6):
        run = Simulation(scenario, seed)
        run.step()
        closed.append(run.state["premises.event"] == 1)
    share = np.mean(closed)
    n = closed[0].size
    together = [np.mean(a & b) for a, b in itertools.pairwise(closed)]
    assert share > 0.02
    assert np.mean(together) < share**2 + 4 * share / np.sqrt(n * len(together))
