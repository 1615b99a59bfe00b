"""Draw the town centre and the retail parks of a real place from its shops and residents.

No data set contains these zones, so simple rules derive them and the provenance says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import ndimage

from sim.kernels.arrays import Bools, Floats, Ints

__all__ = ["centre_from_premises", "centre_from_residents", "retail_parks", "window_sum"]

WINDOW: Final = 300.0
"""Half side of the square over which neighbours are summed, m: three cells of 200 m; assumed."""

CENTRE_SHARE_OF_PEAK: Final = 0.25
"""Premises near a cell of the centre, as a minimum share of those near its peak; assumed."""

CENTRE_SHARE_OF_RESIDENTS: Final = 0.10
"""Share of residents in a centre that is derived without shops; assumed."""

PARK_MIN_LARGE: Final = 3
"""Minimum number of large shops within the window of a retail park; assumed."""

PARK_MIN_SHARE: Final = 0.5
"""Minimum share of large shops among the premises within the window of a park; assumed."""

PARK_MAX_RESIDENTS: Final = 0.5
"""Maximum residents of a park's cell, relative to the mean of inhabited cells; assumed."""

EIGHT_NEIGHBOURS: Final = np.ones((3, 3), dtype=int)


def window_sum(field: Floats, cell_size: float) -> Floats:
    """Sum a (rows, columns) field over the square window around each cell; 0 beyond the edge."""
    reach = int(WINDOW // cell_size)
    padded = np.pad(field, reach)
    size = 2 * reach + 1
    return np.asarray(
        np.lib.stride_tricks.sliding_window_view(padded, (size, size)).sum(axis=(2, 3))
    )


def centre_from_premises(premises: Floats, cell_size: float, seeds: Sequence[int] = ()) -> Bools:
    """Return the cluster of cells around the peak of premises nearby.

    Premises, (rows, columns), exclude large shops; the cell size is in m. The cluster is connected
    to the peak by cells with at least `CENTRE_SHARE_OF_PEAK` of its premises. Instead of one peak,
    there may be several centres around `seeds`, flat indices of cells: each is the cluster of cells
    with that share of the premises near its seed, and nearer to it than to another.
    """
    nearby = window_sum(premises, cell_size)
    is_centre = np.zeros(premises.shape, dtype=bool)
    nearest = _nearest_seed(premises.shape, seeds)
    for number, seed in enumerate(seeds or [int(np.argmax(nearby))]):
        peak = np.unravel_index(seed, nearby.shape)
        is_dense = (nearby >= CENTRE_SHARE_OF_PEAK * nearby[peak]) & (nearby > 0)
        is_dense[peak] = True
        clusters, _ = ndimage.label(is_dense & (nearest == number), EIGHT_NEIGHBOURS)
        is_centre |= clusters == clusters[peak]
    return is_centre


def _nearest_seed(shape: tuple[int, ...], seeds: Sequence[int]) -> Ints:
    if len(seeds) < 2:
        return np.zeros(shape, dtype=np.int64)
    row, column = np.indices(shape)
    places = (np.unravel_index(seed, shape) for seed in seeds)
    apart = [np.hypot(row - r, column - c) for r, c in places]
    return np.asarray(np.argmin(apart, axis=0))


def centre_from_residents(residents: Floats, cell_size: float, seeds: Sequence[int] = ()) -> Bools:
    """Return the densest cells around the peak that hold `CENTRE_SHARE_OF_RESIDENTS`.

    They are one connected piece of at least one cell, or one around each of `seeds`; arguments as
    for `centre_from_premises`.
    """
    nearby = window_sum(residents, cell_size)
    is_centre = np.zeros(residents.shape, dtype=bool)
    is_centre.flat[list(seeds) or [int(np.argmax(nearby))]] = True
    while residents[is_centre].sum() < CENTRE_SHARE_OF_RESIDENTS * residents.sum():
        is_rim = ndimage.binary_dilation(is_centre, EIGHT_NEIGHBOURS) & ~is_centre
        is_centre.flat[int(np.argmax(np.where(is_rim, nearby, -1.0)))] = True
    return is_centre


def retail_parks(
    large: Floats,
    premises: Floats,
    residents: Floats,
    is_centre: Bools,
    cell_size: float,
    is_mall: Bools | None = None,
) -> Bools:
    """Return cells with clustered large shops, away from the centre and from most homes.

    Arrays are (rows, columns); `large` counts the shops of kinds that form retail parks; the cell
    size is in m. No cell is in the centre or adjacent to it; all are False if no park is clear.
    Cells with premises at or next to a mall (`is_mall`) outside the centre are of a park too.
    """
    large_nearby = window_sum(large, cell_size)
    all_nearby = window_sum(premises, cell_size)
    inhabited = residents[residents > 0]
    limit = PARK_MAX_RESIDENTS * float(inhabited.mean()) if inhabited.size else np.inf
    is_park = (
        (premises > 0)
        & (large_nearby >= PARK_MIN_LARGE)
        & (large_nearby >= PARK_MIN_SHARE * all_nearby)
        & (residents <= limit)
        & ~ndimage.binary_dilation(is_centre, EIGHT_NEIGHBOURS)
    )
    if is_mall is not None:
        at_mall = ndimage.binary_dilation(is_mall, EIGHT_NEIGHBOURS)
        is_park |= at_mall & (premises > 0) & ~is_centre
    return np.asarray(is_park)
