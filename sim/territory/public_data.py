"""Gaps of an imported place, and the public data that fill them."""

from __future__ import annotations

from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.territory.grid_frame import to_degrees
from sim.territory.remedies import Remedy
from sim.territory.territory import Territory

_KEYS = ("shop", "disused:shop", "was:shop", "abandoned:shop")
_AMENITIES = "restaurant|fast_food|cafe|bar|pub|pharmacy|bank"


def where_to_find(territory: Territory) -> dict[str, Remedy]:
    """Return where each part that was generated for lack of data can be had."""
    parts, found = territory.provenance, {}
    if parts["income"].get("generated"):
        found["missing_income"] = Remedy("income")
    if parts["youth"].get("generated"):
        found["missing_ages"] = Remedy("ages")
    if not territory.premises_cell.size:
        query = overpass_query(territory)
        found["missing_shops"] = (
            Remedy("query_shops", {"query": query}) if query else Remedy("find_shops")
        )
    return found


def overpass_query(territory: Territory) -> str:
    """Return a query for the shops of a place, open or not; empty without the extra ``geo``."""
    grid = territory.provenance["grid"]
    height, width = (n * territory.cell_size for n in territory.shape)
    west, north = grid["west"], grid["north"]
    try:
        lon, lat = _corners(west, north - height, west + width, north, grid["epsg"])
    except InputError:
        return ""
    box = f"{lat.min():.4f},{lon.min():.4f},{lat.max():.4f},{lon.max():.4f}"
    own = ("::id", "::type", "::lat", "::lon", "shop", "amenity", *map(_quoted, _KEYS[1:]))
    columns = ",".join((*own, "vacant"))
    return (
        f"[out:csv({columns})][timeout:120][bbox:{box}];"
        f'(nwr[~"^({"|".join(_KEYS)})$"~"."];nwr[amenity~"^({_AMENITIES})$"];);out center;'
    )


def place_of_cell(territory: Territory, row: int, column: int) -> str:
    """Return ``latitude,longitude`` of the middle of a cell of an imported place."""
    grid, size = territory.provenance["grid"], territory.cell_size
    x, y = grid["west"] + (column + 0.5) * size, grid["north"] - (row + 0.5) * size
    (longitude,), (latitude,) = to_degrees([x], [y], grid["epsg"])
    return f"{latitude:.6f},{longitude:.6f}"


def _quoted(key: str) -> str:
    return f'"{key}"'


def _corners(
    west: float, south: float, east: float, north: float, epsg: int
) -> tuple[Floats, Floats]:
    return to_degrees([west, east, west, east], [south, south, north, north], epsg)
