"""Straight distances between cells, which limit grants, hubs and takeovers."""

from __future__ import annotations

from sim.kernels.machine.compile import rule


@rule
def squared_distance(a, b, columns):
    """Return the squared straight distance between two flat cell indices, in cells."""
    rows_apart = a // columns - b // columns
    columns_apart = a % columns - b % columns
    return rows_apart * rows_apart + columns_apart * columns_apart
