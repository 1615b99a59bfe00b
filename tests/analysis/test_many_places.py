"""Ranks, expected effects and regret of many places, by hand and against planted effects."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.many_places import drawn_effects, held_out, judge_choice, rank_places

NOISE = 0.4


def planted(seed, places=222, spread=0.15, replications=10, common=0.2):
    """True effects in three classes, and what replications with unequal noise say of them."""
    rng = np.random.default_rng(seed)
    classes = np.arange(places) % 3
    true = np.array([0.3, 0.1, 0.0])[classes] + spread * rng.normal(size=places)
    noise = NOISE * rng.uniform(0.5, 2.0, places)
    gains = true + noise * rng.normal(size=(replications, places))
    return true, gains + common * rng.normal(size=(replications, 1)), classes


def of(chosen, places):
    return np.isin(np.arange(places), chosen).astype(np.float64)


def test_regret_of_choices_by_hand():
    # Two equally likely worlds; the best two places bring (3 + 1) / 2 and (4 + 2) / 2.
    draws = np.array([[3.0, 1.0, -2.0], [0.0, 4.0, 2.0]])
    found = [judge_choice(draws, np.array(shares), 2) for shares in (
        (1.0, 1.0, 0.0), (0.0, 1.0, 1.0), (2 / 3, 2 / 3, 2 / 3), (0.0, 0.0, 0.0))]  # fmt: skip
    assert [c.gain for c in found] == pytest.approx([2.0, 1.25, 4 / 3, 0.0])
    assert [c.regret for c in found] == pytest.approx([0.5, 1.25, 2.5 - 4 / 3, 2.5])


def test_the_best_choice_leaves_alone_where_nothing_is_better():
    draws = np.array([[-1.0, -2.0, 1.0]])
    assert judge_choice(draws, of([2, 0], 3), 2).regret == 0.5
    assert judge_choice(draws, of([], 3), 2).regret == 0.5


def test_without_noise_effects_are_those_measured_and_ranks_are_sure():
    effects = np.array([2.0, -1.0, 5.0, 0.0])
    draws = drawn_effects(np.tile(effects, (10, 1)), np.zeros(4, np.int64))
    ranking = rank_places(draws, 2)
    assert ranking.order.tolist() == [2, 0, 3, 1]
    assert ranking.effect == pytest.approx(effects, abs=1e-6)
    assert ranking.rank_lo90.tolist() == ranking.rank_hi90.tolist() == [2, 4, 1, 3]
    assert ranking.among_first.tolist() == [1.0, 0.0, 1.0, 0.0]


def test_equal_places_are_drawn_together_by_the_known_share():
    # Means +1 and -1 by turns with errors of 2: their spread is less than that of luck alone.
    ends = np.array([1.0, -1.0] * 20)
    rng = np.random.default_rng(3)
    luck = rng.normal(size=(10, 40))
    luck = 2 * np.sqrt(10) * (luck - luck.mean(axis=0)) / luck.std(axis=0, ddof=1)
    draws = drawn_effects(ends + luck, np.zeros(40, np.int64))
    assert np.abs(draws.mean(axis=0)).max() < 0.25
    among = rank_places(draws, 4).among_first
    assert 0.02 < among.min() < among.max() < 0.3  # one in ten by lot, wherever in the table


def test_what_all_places_share_widens_effects_and_moves_no_rank():
    _, gains, classes = planted(1, places=30, common=0.0)
    shift = np.random.default_rng(2).normal(size=(10, 1))
    alone, shifted = (rank_places(drawn_effects(g, classes), 3) for g in (gains, gains + shift))
    assert shifted.order.tolist() == alone.order.tolist()
    assert shifted.rank_lo90.tolist() == alone.rank_lo90.tolist()
    assert (shifted.hi90 - shifted.lo90).min() > (alone.hi90 - alone.lo90).max()


def test_the_largest_means_promise_more_than_their_places_keep():
    true, gains, classes = planted(5)
    draws = drawn_effects(gains, classes)
    ranking = rank_places(draws, 22)
    chosen = of(ranking.order[:22], 222)
    found, kept = judge_choice(draws, chosen, 22), true[chosen > 0].mean()
    lucky = true[np.argsort(-gains.mean(axis=0))[:22]].mean()
    promised, elsewhere = held_out(gains, 22)
    assert promised > lucky + 0.1
    assert found.lo90 < kept < found.hi90 < promised
    assert elsewhere < lucky + 0.05
    assert ranking.among_first.sum() == pytest.approx(22)


def test_a_missing_replication_costs_nothing_but_itself():
    _, gains, classes = planted(6, places=30)
    gains[3, 7] = np.nan
    ranking = rank_places(drawn_effects(gains, classes), 3)
    assert np.isfinite(ranking.effect).all()


@pytest.mark.statistical
@pytest.mark.parametrize("spread", [0.05, 0.15])
def test_intervals_hold_true_effects_ranks_and_gains(spread):
    held = []
    for seed in range(6):
        true, gains, classes = planted(seed, spread=spread, common=0.0)
        draws = drawn_effects(gains, classes)
        ranking = rank_places(draws, 22)
        first = ranking.order[:22]
        place = np.argsort(np.argsort(-true)) + 1
        best = np.sort(np.maximum(true, 0.0))[-22:].mean()
        found = judge_choice(draws, of(first, 222), 22)
        is_in = (ranking.lo90 <= true) & (true <= ranking.hi90)
        is_ranked = (ranking.rank_lo90 <= place) & (place <= ranking.rank_hi90)
        off = (found.gain - true[first].mean(), found.regret - (best - true[first].mean()))
        held.append((is_in.mean(), is_in[first].mean(), is_ranked.mean(), *off))
    everywhere, at_first, ranks, gain, regret = np.mean(held, axis=0)
    assert 0.86 <= everywhere <= 0.96
    assert 0.80 <= at_first <= 0.97
    assert 0.86 <= ranks <= 0.97
    assert abs(gain) < 0.1 and abs(regret) < 0.06
