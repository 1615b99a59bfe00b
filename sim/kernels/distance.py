"""Straight distances between cells: what bounds the reach of grants, hubs and takeovers."""

from __future__ import annotations

from sim.kernels.machine.compile import rule

__all__ = ["squared_distance"]


@rule
def squared_distance(a, b, columns):
    """Squared straight distance in cells between two cells, given as flat indices."""
    rows_apart = a // columns - b // columns
    columns_apart = a % columns - b % columns
    return rows_apart * rows_apart + columns_apart * columns_apart
