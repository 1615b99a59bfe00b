"""Spatial kernels equal sums over all pairs of cells, and lose no money."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.kernels.space import (
    decay_potential,
    exponential_potential,
    huff_flows,
    huff_work_shape,
    potential_work_shape,
)
from tests.reference import space as reference

SIZES = [(1, 1), (1, 9), (9, 1), (2, 3), (16, 17), (64, 64), (65, 63), (70, 50), (3, 130), (97, 33)]
PRECISION = {"float32": 1e-5, "float64": 1e-10}


def _field(shape, dtype, seed=0, share=1.0):
    """Random values, on a share of the cells only."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(shape) < share, rng.random(shape) + 0.01, 0.0).astype(dtype)


def _dropped(dtype, decay, n):
    """Bound of the loss of n values to underflow.

    A recursion drops carries below the smallest normal number, and with them a geometric tail; each
    value can be dropped once along each axis.
    """
    return 2 * n * np.finfo(dtype).tiny / -np.expm1(-decay)


def _flows(attraction, demand, decays, weights, outside):
    """`huff_flows` with all its arrays, which start as NaN to show that each is written first."""
    revenue, access = np.full_like(attraction, np.nan), np.full_like(attraction, np.nan)
    work = np.full(huff_work_shape(*attraction.shape), np.nan, attraction.dtype)
    kept, leaked = huff_flows(
        attraction, demand, np.array(decays), np.array(weights), outside, revenue, access, work
    )
    return revenue, access, kept, leaked


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("decay", [1e-4, 1e-2, 0.3, 2.0, 20.0])
@pytest.mark.parametrize("shape", SIZES)
def test_the_potential_is_the_sum_over_all_cells(shape, decay, dtype):
    field = _field(shape, dtype)
    np.testing.assert_allclose(
        exponential_potential(field, decay),
        reference.exponential_potential(field, decay),
        rtol=PRECISION[dtype],
    )


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("decay", [1e-4, 0.3, 2.0, 20.0])
def test_one_full_cell_is_felt_as_far_as_the_dtype_reaches(decay, dtype):
    field = np.zeros((70, 150), dtype)
    field[3, 140] = 1.0
    np.testing.assert_allclose(
        exponential_potential(field, decay),
        reference.exponential_potential(field, decay),
        rtol=PRECISION[dtype],
        atol=_dropped(dtype, decay, field.size),
    )


@given(
    field=arrays(
        np.float32,
        st.tuples(st.integers(1, 12), st.integers(1, 12)),
        elements=st.one_of(st.just(0.0), st.floats(0.0, 1e6, width=32)),
    ),
    log_decay=st.floats(np.log(1e-4), np.log(20.0)),
)
def test_any_field_under_any_decay(field, log_decay):
    decay = float(np.exp(log_decay))
    np.testing.assert_allclose(
        exponential_potential(field, decay),
        reference.exponential_potential(field, decay),
        rtol=1e-5,
        atol=_dropped(np.float32, decay, field.size),
    )


def test_a_potential_may_overwrite_its_field_and_ignores_the_content_of_scratch():
    field = _field((70, 50), np.float32)
    expected = exponential_potential(field, 0.3)
    decay_potential(field, 0.3, field, np.full(potential_work_shape(70, 50), np.nan, np.float32))
    np.testing.assert_array_equal(field, expected)


@pytest.mark.parametrize("decay", [0.0, -1.0, np.nan])
def test_a_decay_that_is_not_above_zero_is_refused(decay):
    with pytest.raises(ValueError, match="decay must be above 0"):
        exponential_potential(np.ones((2, 2)), decay)


@pytest.mark.parametrize("field", [np.ones(3), np.ones((2, 2), int)])
def test_a_field_must_be_a_table_of_floats(field):
    with pytest.raises(ValueError, match="field must be"):
        exponential_potential(field, 1.0)


def test_a_scratch_array_that_is_too_small_is_refused():
    field = np.ones((20, 30), np.float32)
    small = np.empty(potential_work_shape(20, 20), np.float32)
    with pytest.raises(ValueError, match="potential_work_shape"):
        decay_potential(field, 1.0, field, small)
    one = np.ones(1)
    for shape in [potential_work_shape(20, 30), huff_work_shape(20, 20)]:
        with pytest.raises(ValueError, match="huff_work_shape"):
            huff_flows(
                field, field, one, one, 1.0, field.copy(), field.copy(), np.empty(shape, np.float32)
            )


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("outside", [0.0, 0.7])
@pytest.mark.parametrize("share", [0.02, 1.0])
@pytest.mark.parametrize(
    ("decays", "weights"), [([0.3], [1.0]), ([0.05, 0.4, 2.0], [0.1, 0.3, 0.6])]
)
@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (20, 33), (3, 140)])
def test_flows_are_the_matrix_of_all_shares(shape, decays, weights, share, outside, dtype):
    attraction, demand = _field(shape, dtype, 1, share), _field(shape, dtype, 2, 0.8)
    found = _flows(attraction, demand, decays, weights, outside)
    expected = reference.huff_flows(attraction, demand, decays, weights, outside)
    for quantity, twin in zip(found, expected, strict=True):
        np.testing.assert_allclose(quantity, twin, rtol=PRECISION[dtype], atol=1e-30)


@pytest.mark.parametrize("dtype", PRECISION)
def test_components_of_weight_0_change_nothing(dtype):
    attraction, demand = _field((20, 33), dtype, 1), _field((20, 33), dtype, 2)
    alone = _flows(attraction, demand, [0.3], [1.0], 0.7)
    padded = _flows(attraction, demand, [0.3, 0.1, 0.3], [1.0, 0.0, 0.0], 0.7)
    for quantity, same in zip(alone, padded, strict=True):
        np.testing.assert_array_equal(quantity, same)


@pytest.mark.parametrize("dtype", PRECISION)
@given(data=st.data())
def test_money_is_kept_or_leaks_but_is_never_lost(dtype, data):
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    amounts = st.one_of(st.just(0.0), st.floats(0.0009765625, 1e5, width=32))
    attraction = data.draw(arrays(dtype, shape, elements=amounts))
    demand = data.draw(arrays(dtype, shape, elements=amounts))
    decay = data.draw(st.floats(1e-4, 20.0))
    outside = data.draw(amounts)
    revenue, access, kept, leaked = _flows(attraction, demand, [decay], [1.0], outside)
    assert min(kept, leaked, revenue.min(), access.min()) >= 0.0
    assert kept + leaked == pytest.approx(demand.sum(dtype=float), rel=PRECISION[dtype])


@given(data=st.data())
def test_no_finite_amounts_make_nan_or_infinity(data):
    amounts = st.sampled_from([0.0, 1e-45, 1e-38, 1e-30, 1e-10, 1.0, 1e10, 1e30])
    attraction, demand = (
        data.draw(arrays(np.float32, (2, 70), elements=amounts, fill=st.just(0.0)))
        for _ in range(2)
    )
    decay, outside = data.draw(st.sampled_from([1e-4, 0.3, 2.0, 20.0, 200.0])), data.draw(amounts)
    revenue, access, kept, leaked = _flows(attraction, demand, [decay], [1.0], outside)
    assert np.isfinite(revenue).all()
    assert np.isfinite(access).all()
    assert np.isfinite([kept, leaked]).all()


def test_without_shops_and_without_an_outside_all_money_leaks():
    demand = _field((5, 6), np.float32)
    revenue, access, kept, leaked = _flows(np.zeros_like(demand), demand, [0.3], [1.0], 0.0)
    assert not revenue.any()
    assert not access.any()
    assert kept == 0.0
    assert leaked == pytest.approx(demand.sum(dtype=float), rel=1e-6)


def test_a_far_shop_keeps_the_money_of_all_that_reach_it():
    """A shop at one end of a road of 400 cells; float32 feels it over about 65 of them."""
    attraction, demand = np.zeros((1, 400), np.float32), np.ones((1, 400), np.float32)
    attraction[0, 0] = 100.0
    revenue, access, kept, leaked = _flows(attraction, demand, [1.0], [1.0], 0.0)
    reached = np.count_nonzero(access > 1e-29)
    assert 60 < reached < 80
    assert kept == pytest.approx(reached, abs=2)
    assert kept + leaked == pytest.approx(400.0, rel=1e-5)
    assert revenue[0, 0] * 100.0 == pytest.approx(kept, rel=1e-5)


def test_a_heavier_outside_draws_more_money_away():
    attraction, demand = _field((9, 9), np.float64, 1), _field((9, 9), np.float64, 2)
    leaks = [_flows(attraction, demand, [0.5], [1.0], outside)[3] for outside in (0.0, 1.0, 10.0)]
    assert leaks[0] == 0.0
    assert leaks[1] < leaks[2] < demand.sum()
