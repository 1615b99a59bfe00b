"""Gaps of an imported place, and the public data that fill them."""

from __future__ import annotations

from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.territory.grid_frame import to_degrees
from sim.territory.territory import Territory

_KEYS = ("shop", "disused:shop", "was:shop", "abandoned:shop")
_AMENITIES = "restaurant|fast_food|cafe|bar|pub|pharmacy|bank"


def where_to_find(territory: Territory) -> dict[str, str]:
    """Return where each part that was generated for lack of data can be had."""
    parts, found = territory.provenance, {}
    insee = "INSEE's 'données carroyées' of Filosofi have"
    if parts["income"].get("generated"):
        found["missing_income"] = f"{insee} it (column ind_snv)."
    if parts["youth"].get("generated"):
        found["missing_ages"] = f"{insee} them (ind_11_17, ind_18_24, ind_25_39)."
    if not territory.premises_cell.size:
        query = overpass_query(territory)
        found["missing_shops"] = (
            "INSEE's 'Base permanente des équipements' has them, and so has OpenStreetMap"
            + (f", by this Overpass query: {query}" if query else ".")
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


def _quoted(key: str) -> str:
    return f'"{key}"'


def _corners(
    west: float, south: float, east: float, north: float, epsg: int
) -> tuple[Floats, Floats]:
    return to_degrees([west, east, west, east], [south, south, north, north], epsg)
