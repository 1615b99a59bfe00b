"""Many effects at once: chance makes few findings, and what is planted is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from sim.experiments.effects import effect_table
from sim.experiments.multiplicity import (
    LEVEL,
    _bar_of_primary,
    bar_of,
    benjamini_hochberg,
    cutoff,
    holm,
    with_findings,
)
from sim.experiments.verdicts import LESS, MORE
from sim.kernels.arrays import Floats
from sim.measures.registry import MEANS, OUTCOMES, PRIMARY

HORIZONS = (60, 240)
NAMES = tuple(OUTCOMES)
RELEVANT = {name: OUTCOMES[name].smallest_relevant(1.0) for name in NAMES}
MOVED = (*MORE, *LESS)


def compared(
    seed: int, planted: float = 0.0, where: tuple[str, ...] = (), n: int = 20, arms: int = 1
) -> pd.DataFrame:
    """Table of effects that are noise around zero, correlated over horizons and between measures.

    The noise is as large as nineteen in twenty intervals need to reach beyond what is relevant. The
    planted effect is in standard deviations of a difference.
    """
    rng = np.random.default_rng(seed)
    values = np.ones((1, 1 + arms, n, len(HORIZONS), len(NAMES)))
    drawn = rng.normal(size=(n, arms, 1 + len(HORIZONS) * len(NAMES))).swapaxes(0, 1)
    shared = drawn[..., :1, None]
    steps = drawn[..., 1:].reshape(arms, n, len(HORIZONS), len(NAMES))
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
    """Each kind of finding in at most one comparison in ten, at whichever size one stops."""
    repeats, headlines, explored = 20, 0, 0
    for seed in range(repeats):
        found = [0, 0]
        for n in (10, 40):  # of the same replications, the first ones
            table = compared(seed, n=n)
            moved = table["finding"].isin(MOVED)
            found[0] += int((moved & is_primary(table)).sum())
            found[1] += int((moved & ~is_primary(table)).sum())
        headlines += found[0] > 0
        explored += found[1] > 0
    error = 2.33 * np.sqrt(LEVEL * (1 - LEVEL) / repeats)
    assert headlines / repeats <= LEVEL + error
    assert explored / repeats <= LEVEL + error


@pytest.mark.statistical
def test_a_strong_effect_is_found_and_few_findings_are_false():
    planted = ("births_per_1000", "project_births", "running_projects", "ideas")
    repeats, headline, everywhere, false = 20, 0, [], []
    for seed in range(repeats):
        table = compared(seed, planted=2.0, where=planted)
        found, real = table["finding"].isin(MOVED), table["indicator"].isin(planted)
        headline += bool((found & real & is_primary(table)).any())
        everywhere.append((found & real).sum() / real.sum())
        false.append((found & ~real & ~is_primary(table)).sum() / max(1, found.sum()))
    assert headline / repeats >= 0.95
    assert np.mean(everywhere) >= 0.95
    assert np.mean(false) <= LEVEL + 1.645 * np.std(false) / np.sqrt(repeats)


def test_holm_and_benjamini_hochberg_by_hand():
    assert holm(np.array([0.04, 0.03, 0.5])).tolist() == pytest.approx([0.09, 0.09, 0.5])
    p = np.repeat(np.random.default_rng(3).beta(0.3, 1.0, 40), 2)
    assert benjamini_hochberg(p).tolist() == false_discovery_control(p).tolist()
    assert cutoff(np.array([0.01, 0.049, 0.08, 0.9])) == 0.049
    assert cutoff(np.array([np.nan, 0.2])) == 0.0


def table_of(p: Floats, indicators: list[str], arm: str = "a") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "intervention": arm,
            "indicator": indicators,
            "horizon": 240,
            "p_value": p,
            "p_beyond": np.sqrt(p),
            "verdict": np.where(
                p < 0.01, "increase", np.where(p < 0.1, "some_increase", "not_determinable")
            ),
            "replications": 20,
            "mean": np.where(p < 0.1, 0.5, 0.2),
            "lo90": np.where(p < 0.1, 0.1, -0.2),
            "hi90": np.where(p < 0.1, 0.9, 0.6),
            "smallest_relevant": 0.3,
        }
    )


def test_what_is_found_alone_may_be_chance_among_many_and_then_says_what_it_needs():
    others = [name for name in NAMES if name not in (*PRIMARY, *MEANS)][:8]
    table = with_findings(table_of(np.array([0.05] + 7 * [0.8]), others))
    assert table["finding"].tolist() == ["not_determinable"] * 8
    assert table["verdict"].iloc[0] == "some_increase"
    assert (table["still_needed"] > 0).all()


def test_headlines_are_judged_among_themselves_and_parts_have_none():
    p = np.array([0.03, 0.6, 0.7])
    assert with_findings(table_of(p, list(PRIMARY)))["finding"].iloc[0] == "some_increase"
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


def test_that_an_effect_matters_is_judged_among_all_as_well():
    explored = [name for name in NAMES if name not in (*PRIMARY, *MEANS)][:4]
    p = np.array([0.0001, 0.005, 0.02, 0.9])
    table = with_findings(table_of(p, explored))
    assert table["finding"].tolist() == [
        "increase", "some_increase", "some_increase", "not_determinable"
    ]  # fmt: skip
    bar = bar_of(p, np.sqrt(p))
    assert (bar.zero, bar.beyond) == (0.02, 0.01)
    assert bar.to_join == pytest.approx(LEVEL)
    for found, verdict, at_zero in zip(table["finding"], table["verdict"], p, strict=True):
        assert bar.judged(verdict, at_zero, np.sqrt(at_zero)) == found


def test_what_settles_an_effect_among_many_is_more_than_what_settles_it_alone():
    explored = [name for name in NAMES if name not in (*PRIMARY, *MEANS)]
    alone, among = (
        with_findings(table_of(np.full(n, 0.5), explored[:n]))["still_needed"].iloc[0]
        for n in (1, 30)
    )
    assert among > alone > 0


p_values = st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=8).map(np.array)


@given(p_values, p_values)
def test_a_bar_parts_what_is_found_from_the_rest_and_says_where_one_more_would_be(p, others):
    p_beyond = np.resize(others, p.size)
    primary, q, q_beyond = _bar_of_primary(p, p_beyond)
    for bar, adjusted in ((primary, holm), (bar_of(p, p_beyond), benjamini_hochberg)):
        is_found = adjusted(p) <= LEVEL
        assert (p <= bar.zero).tolist() == is_found.tolist()
        assert (p_beyond <= bar.beyond).tolist() == (adjusted(p_beyond) <= LEVEL).tolist()
        if not is_found.all():
            first = np.flatnonzero(~is_found)[np.argmin(p[~is_found])]
            for share, would in ((0.999, True), (1.001, False)):
                joining = p.copy()
                joining[first] = share * bar.to_join
                is_more = joining[first] > bar.zero and (adjusted(joining) <= LEVEL)[first]
                assert is_more == would or joining[first] <= bar.zero
    assert (q.tolist(), q_beyond.tolist()) == (holm(p).tolist(), holm(p_beyond).tolist())
