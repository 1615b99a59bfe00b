"""Bootstrap samples: each is as many replications as there are, and all measures share them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiments.resampling import resampled_means


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12))
def test_a_sample_is_as_many_replications_as_there_are_each_drawn_some_times(values):
    n = len(values)
    times = n * np.stack([resampled_means(one) for one in np.eye(n)], axis=1)
    np.testing.assert_allclose(times, times.round(), atol=1e-9)
    assert (times.round().sum(axis=1) == n).all()
    sample = np.array(values)
    np.testing.assert_allclose(resampled_means(sample), times @ sample / n, rtol=1e-9, atol=1e-6)
    spread = np.repeat(sample, 3)[::3]  # the same values, not contiguous
    assert resampled_means(spread).tobytes() == resampled_means(sample).tobytes()


def test_means_of_samples_spread_as_the_mean_does():
    sample = np.random.default_rng(3).normal(size=12)
    assert resampled_means(sample).std() == pytest.approx(sample.std() / np.sqrt(12), rel=0.05)
