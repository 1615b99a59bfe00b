"""Fields over the cells of a territory: potentials, and spatial interaction by Huff's model.

Distances are measured along streets, |dx| + |dy| in cells. An influence that decays as exp(-decay
(|dx| + |dy|)) is separable, and along one axis it is a first-order recursion forwards plus one
backwards. Its sum over all cells is therefore *exact* at a cost that depends only on the number of
cells, without a cut-off radius. A sum of a few such exponentials approximates other distance decays
(`sim.kernels.distance_decay`).
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.machine.compile import kernel, rule, shared_rule
from sim.kernels.machine.recursion import WIDTH
from sim.kernels.smoothing import (
    bands_of,
    decay_ratio,
    lane_height,
    smooth_columns,
    smooth_rows,
    smooth_some_rows,
)
from sim.kernels.zone_codes import BUFFER

CELLS_OF_LANE = 500_000
"""Cells from which on another thread pays."""

MOST_LANES = 8


def usual_lanes(rows, cols):
    """Return the lanes that pay for a field."""
    return min(1 + rows * cols // CELLS_OF_LANE, MOST_LANES)


def potential_work_shape(rows, cols, lanes=1):
    """Return the shape of the scratch of `decay_potential`, in the dtype of its (rows, cols) field.

    Lanes are threads that can share the work; the serial kernel needs one.
    """
    return lanes, lane_height(rows, cols), WIDTH


def huff_work_shape(rows, cols, lanes=1):
    """Return the shape of the scratch of `huff_flows`; see `potential_work_shape`."""
    return lanes + _field_layers(rows, cols), lane_height(rows, cols), WIDTH


@shared_rule
def _field_layers(rows, cols):
    """Return the layers of `huff_work_shape` that hold a field."""
    layer = lane_height(rows, cols) * WIDTH
    return (rows * cols + layer - 1) // layer


@shared_rule
def potential_work(work, field):
    """Return the part of the scratch of `huff_flows` that `decay_potential` needs for a field."""
    rows, cols = field.shape
    return work[: work.shape[0] - _field_layers(rows, cols)]


def exponential_potential(field, decay):
    """Sum a field over all cells, weighted by exp(-decay (|dx| + |dy|)).

    The field, (rows, cols), and the sums are of float32 or float64; the decay is per cell of
    distance, and a cell's own value has weight 1. Raise `ValueError` if the decay is not above 0,
    or the field is not a two-dimensional array of floats.

    Examples
    --------
    >>> import numpy as np
    >>> exponential_potential(np.array([[1.0, 0.0, 0.0]]), np.log(2.0)).round(6)
    array([[1.  , 0.5 , 0.25]])
    """
    field = np.ascontiguousarray(field)
    if field.ndim != 2 or field.dtype not in (np.float32, np.float64):
        raise ValueError("field must be a two-dimensional array of float32 or float64")
    if not decay > 0.0:
        raise ValueError(f"decay must be above 0 per cell, not {decay}")
    out = np.empty_like(field)
    decay_potential(
        field, float(decay), out, np.empty(potential_work_shape(*field.shape), field.dtype)
    )
    return out


@kernel
def decay_potential(field, decay, out, scratch):
    """Sum a field over all cells, weighted by exp(-decay (|dx| + |dy|)), without allocating.

    Contributions below the smallest normal number of the dtype (1e-38 in float32) are dropped.

    The field, (rows, cols), holds non-negative float32 or float64; the decay per cell of distance
    is above 0. Sums go to `out`, of the same dtype, which may be the field itself; both are
    contiguous. Raise `ValueError` if the scratch, of shape `potential_work_shape` and the same
    dtype, is too small.
    """
    rows, cols = field.shape
    lanes, height, width = scratch.shape
    if lanes < 1 or height < lane_height(rows, cols) or width != WIDTH:
        raise ValueError("scratch must have the shape that potential_work_shape gives")
    smooth_rows(field, decay, out, scratch, lanes)
    smooth_columns(out, decay, 1.0, scratch, lanes)


@rule
def _sum(values, n):
    """Sum the first n values, overwriting them: three halvings as vectors, then in float64."""
    for _ in range(3):
        half = n // np.uintp(2)
        n -= half
        for j in range(half):
            values[j] += values[n + j]
    total = 0.0
    for j in range(n):
        total += values[j]
    return total


@kernel
def _spend(demand, access, outside, buffer, spending):
    """Divide the demand of some rows by their access. Returns the money spent outside."""
    cols = np.uintp(demand.shape[1])
    zero = demand.dtype.type(0)
    # The quotient stays below 2**96 in float32, so that no sum of it overflows.
    floor = np.finfo(demand.dtype).tiny * demand.dtype.type(2.0**30)
    leaked = 0.0
    for i in range(np.uintp(demand.shape[0])):
        for j in range(cols):
            reach = access[i, j] + outside
            is_reached = reach > demand[i, j] * floor
            spent = demand[i, j] / reach if is_reached else zero
            spending[i, j] = spent
            buffer[j] = outside * spent if is_reached else demand[i, j]
        leaked += _sum(buffer, cols)
    return leaked


@kernel
def _takings(attraction, revenue_per_attraction, buffer):
    """Return the money spent in the shops of some rows."""
    cols = np.uintp(attraction.shape[1])
    taken = 0.0
    for i in range(np.uintp(attraction.shape[0])):
        for j in range(cols):
            buffer[j] = attraction[i, j] * revenue_per_attraction[i, j]
        taken += _sum(buffer, cols)
    return taken


@rule
def _spend_and_smooth_rows(demand, access, outside, decay, leaked_of_band, out, work, lanes):
    """Divide demand by access and smooth the quotient's rows, band by band within the cache."""
    ratio, smallest = decay_ratio(decay, demand.dtype)
    outside = demand.dtype.type(outside)
    cols = demand.shape[1]
    for lane in prange(lanes):
        space = work[lane].reshape(-1)
        first, last = bands_of(lane, lanes, demand.shape[0])
        for band in range(first, last):
            rows = slice(band * WIDTH, (band + 1) * WIDTH)
            here = demand[rows]
            # The second half of the lane's space is free until the rows are smoothed.
            spending = space[cols * WIDTH :][: here.size].reshape(here.shape)
            leaked_of_band[band] = _spend(here, access[rows], outside, space, spending)
            smooth_some_rows(spending, ratio, smallest, space, out[rows])


@kernel
def _add(total, field):
    """Add a field to another."""
    for i in range(np.uintp(total.shape[0])):
        for j in range(np.uintp(total.shape[1])):
            total[i, j] += field[i, j]


@kernel
def huff_flows(attraction, demand, decays, weights, outside, revenue_per_attraction, access, work):
    """Share the money of all cells among the shops of all cells and the outside world.

    Huff's model (1964, Journal of Marketing 28(3), 34-38): a cell spends its demand in each shop in
    proportion to the shop's attraction, discounted by a distance decay f, and outside in proportion
    to `outside`:

        access = sum over cells of f(distance) attraction
        revenue per attraction = sum over cells of f(distance) demand / (access + outside)

    If nothing can be reached (access + outside is 0, or so small that the quotient would leave the
    range of the dtype), all money goes outside. f is a sum of K exponentials of the distance along
    streets; K = 1 is the usual exponential decay. Components of weight 0 cost nothing.

    The fields, (rows, cols), are contiguous arrays of non-negative float32 or float64: the
    attraction of the shops of each cell and the demand, money to spend there. Decays per cell and
    weights of the K components of f are float64 above 0; all weights but the first may be 0.
    `outside` is the attraction of the outside world at each cell. The money spent per unit of
    attraction in a shop of each cell and the attraction within its reach (`access`) are written.
    Raise `ValueError` if `work`, of shape `huff_work_shape`, is too small.

    Returns the money spent in the shops and outside, summed independently in float64 from partial
    sums in the dtype; tests check that they add up to the demand.
    """
    rows, cols = attraction.shape
    layers, height, width = work.shape
    lanes = layers - _field_layers(rows, cols)
    if lanes < 1 or height < lane_height(rows, cols) or width != WIDTH:
        raise ValueError("work must have the shape that huff_work_shape gives")
    fields = work[lanes:].reshape(-1)
    between = fields[: rows * cols].reshape((rows, cols))
    bands = (rows + WIDTH - 1) // WIDTH
    leaked_of_band = np.empty(bands)
    kept_of_band = np.empty(bands)

    for k in range(decays.size):
        if weights[k] == 0.0:
            continue
        out = access if k == 0 else between
        smooth_rows(attraction, decays[k], out, work, lanes)
        smooth_columns(out, decays[k], weights[k], work, lanes)
        if k > 0:
            _add(access, between)
    for k in range(decays.size):
        if weights[k] == 0.0:
            continue
        out = revenue_per_attraction if k == 0 else between
        _spend_and_smooth_rows(demand, access, outside, decays[k], leaked_of_band, out, work, lanes)
        smooth_columns(out, decays[k], weights[k], work, lanes)
        if k > 0:
            _add(revenue_per_attraction, between)
    for lane in prange(lanes):
        buffer = work[lane].reshape(-1)
        first, last = bands_of(lane, lanes, rows)
        for band in range(first, last):
            here = slice(band * WIDTH, (band + 1) * WIDTH)
            kept_of_band[band] = _takings(attraction[here], revenue_per_attraction[here], buffer)
    # Sum band by band, so that the result is the same on any number of lanes.
    kept = 0.0
    leaked = 0.0
    for band in range(bands):
        kept += kept_of_band[band]
        leaked += leaked_of_band[band]
    return kept, leaked


@kernel
def flows_within(own, demand, zone, decays, weights, outside, access, scratch):
    """Return what consumers of a place without its buffer spend in its own shops, and elsewhere.

    `own` is the attraction of the shops of the place alone; the other fields and numbers are those
    of `huff_flows`, whose `access` has the shops of the buffer too. The fields are (rows, cols),
    `zone` has codes of zones, and `scratch` is that of `decay_potential`.
    """
    within, part = np.zeros_like(own), np.empty_like(own)
    for k in range(decays.size):
        if weights[k] != 0.0:
            decay_potential(own, decays[k], part, scratch)
            for i in range(own.shape[0]):
                for j in range(own.shape[1]):
                    within[i, j] += own.dtype.type(weights[k]) * part[i, j]
    kept = elsewhere = 0.0
    for i in range(own.shape[0]):
        for j in range(own.shape[1]):
            if zone[i, j] < BUFFER:
                reach = np.float64(access[i, j]) + outside
                share = within[i, j] / reach if reach > 0.0 else 0.0
                kept += demand[i, j] * share
                elsewhere += demand[i, j] * (1.0 - share)
    return kept, elsewhere
