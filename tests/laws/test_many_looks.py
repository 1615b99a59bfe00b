"""Many effects at once: chance makes few findings, and what is planted is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from sim.experiments.effects import RESAMPLES, effect_table, mean_effect, p_value, resampled_means
from sim.experiments.multiplicity import LEVEL, benjamini_hochberg, cutoff, holm, with_findings
from sim.kernels.arrays import Floats
from sim.measures.registry import MEANS, OUTCOMES, PRIMARY

HORIZONS = (60, 240)
NAMES = tuple(OUTCOMES)
RELEVANT = {name: OUTCOMES[name].smallest_relevant(1.0) for name in NAMES}
MOVED = ("increase", "decrease")


def compared(
    seed: int, planted: float = 0.0, where: tuple[str, ...] = (), n: int = 20, arms: int = 1
) -> pd.DataFrame:
    """Table of effects that are noise around zero, correlated over horizons and between measures.

    The noise is as large as nineteen in twenty intervals need to reach beyond what is relevant. The
    planted effect is in standard deviations of a difference.
    """
    rng = np.random.default_rng(seed)
    values = np.ones((1, 1 + arms, n, len(HORIZONS), len(NAMES)))
    shared = rng.normal(size=(arms, n, 1, 1))
    steps = rng.normal(size=(arms, n, len(HORIZONS), len(NAMES)))
    noise = 0.5 * shared + np.cumsum(steps, axis=1 + 1) / np.sqrt(np.arange(1, 3))[:, None]
    noise /= np.sqrt(1.25)
    noise[..., [NAMES.index(name) for name in where]] += planted
    scale = np.array([20.0 * RELEVANT[name] or 1.0 for name in NAMES])
    values[0, 1:] += noise * scale
    names = ("baseline", *(f"arm_{k}" for k in range(arms)))
    table = effect_table(values, names, HORIZONS, None)
    return table[~table["indicator"].isin(MEANS)]


def is_primary(table: pd.DataFrame) -> pd.Series:
    return table["indicator"].isin(PRIMARY) & (table["horizon"] == HORIZONS[-1])


@pytest.mark.statistical
def test_with_no_effect_at_all_hardly_any_comparison_reports_one():
    """Each kind of finding in at most one comparison in ten, but for the error of 200 repeats."""
    repeats, headlines, explored, alone = 200, 0, 0, 0
    for seed in range(repeats):
        table = compared(seed)
        found = table["finding"].isin(MOVED)
        headlines += bool((found & is_primary(table)).any())
        explored += bool((found & ~is_primary(table)).any())
        alone += bool((table["verdict"].isin(MOVED) & is_primary(table)).any())
    error = 2.33 * np.sqrt(LEVEL * (1 - LEVEL) / repeats)
    assert headlines / repeats <= LEVEL + error
    assert explored / repeats <= LEVEL + error
    assert alone / repeats > 0.15, "each headline by itself is too easily found"


@pytest.mark.statistical
def test_a_strong_effect_is_found_and_few_findings_are_false():
    planted = ("births_per_1000", "project_births", "running_projects", "ideas")
    repeats, headline, everywhere, false = 100, 0, [], []
    for seed in range(repeats):
        table = compared(seed, planted=1.2, where=planted)
        found, real = table["finding"].isin(MOVED), table["indicator"].isin(planted)
        headline += bool((found & real & is_primary(table)).any())
        everywhere.append((found & real).sum() / real.sum())
        false.append((found & ~real & ~is_primary(table)).sum() / max(1, found.sum()))
    assert headline / repeats >= 0.95
    assert np.mean(everywhere) >= 0.95
    assert np.mean(false) <= LEVEL + 1.645 * np.std(false) / np.sqrt(repeats)


@pytest.mark.statistical
@pytest.mark.parametrize("n", [8, 20])
def test_small_p_values_are_as_rare_as_they_say(n):
    rng = np.random.default_rng(n)
    p = np.array([mean_effect(rng.normal(size=n)).p_value for _ in range(3000)])
    for level in (0.05, 0.01, 0.002):
        assert (p <= level).mean() <= level + 1.645 * np.sqrt(level * (1 - level) / p.size)


def test_a_p_value_is_the_level_at_which_the_interval_reaches_zero():
    rng = np.random.default_rng(5)
    for _ in range(200):
        sample = rng.normal(rng.uniform(0, 0.6), 1.0, 15)
        effect = mean_effect(sample)
        excluded = effect.lo90 > 0 or effect.hi90 < 0
        assert excluded == (effect.p_value < 0.1) or abs(effect.p_value - 0.1) < 0.002


def test_p_values_go_on_where_resamples_end():
    sample = np.random.default_rng(6).normal(1.0, 0.3, 40)
    assert (resampled_means(sample) > 0).sum() == RESAMPLES
    assert mean_effect(sample).p_value < 1e-15
    assert mean_effect(np.zeros(10)).p_value == 1.0
    assert mean_effect(np.full(10, 2.0)).p_value == 0.0


def test_an_effect_and_its_opposite_have_one_p_value():
    sample = np.random.default_rng(7).normal(0.3, 1.0, 25)
    means = resampled_means(sample)
    assert p_value(sample, means) == pytest.approx(p_value(-sample, -means))


def test_holm_and_benjamini_hochberg_by_hand():
    assert holm(np.array([0.04, 0.03, 0.5])).tolist() == pytest.approx([0.09, 0.09, 0.5])
    assert cutoff(np.array([0.01, 0.049, 0.08, 0.9])) == 0.049
    assert cutoff(np.array([np.nan, 0.2])) == 0.0
    p = np.repeat(np.random.default_rng(3).beta(0.3, 1.0, 40), 2)
    assert benjamini_hochberg(p).tolist() == false_discovery_control(p).tolist()


def table_of(p: Floats, indicators: list[str], arm: str = "a") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "intervention": arm,
            "indicator": indicators,
            "horizon": 240,
            "p_value": p,
            "verdict": np.where(p < 0.1, "increase", "not_determinable"),
            "replications": 20,
            "still_needed": np.where(p < 0.1, 0, 7),
        }
    )


def test_what_is_found_alone_may_be_chance_among_many_and_then_says_what_it_needs():
    others = [name for name in NAMES if name not in (*PRIMARY, *MEANS)][:8]
    table = with_findings(table_of(np.array([0.05] + 7 * [0.8]), others))
    assert table["finding"].tolist() == ["not_determinable"] * 8
    assert table["verdict"].iloc[0] == "increase"
    assert table["still_needed"].iloc[0] > 0 and table["still_needed"].iloc[1] == 7


def test_headlines_are_judged_among_themselves_and_parts_have_none():
    p = np.array([0.03, 0.6, 0.7])
    assert with_findings(table_of(p, list(PRIMARY)))["finding"].iloc[0] == "increase"
    with_part = pd.concat([table_of(p, list(PRIMARY)), table_of(p, list(PRIMARY), "part")])
    q = with_findings(with_part, parts=("part",))["q_value"].tolist()
    assert q[:3] == pytest.approx(holm(p).tolist())
    assert q[3] == pytest.approx(0.09)
    more = pd.concat([with_part, table_of(np.full(9, 0.9), list(NAMES[3:12]), "part")])
    again = with_findings(more, parts=("part",))
    assert again["q_value"].iloc[0] == pytest.approx(0.09), "no look elsewhere weakens a headline"
    assert again["q_value"].iloc[3] == pytest.approx(0.03 * 12)


def test_what_an_intervention_spends_is_no_finding():
    table = with_findings(table_of(np.array([0.0, 0.0]), list(MEANS[:2])))
    assert table["q_value"].isna().all()
    assert table["finding"].tolist() == table["verdict"].tolist()
