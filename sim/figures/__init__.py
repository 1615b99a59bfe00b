"""Pictures of a run as reproducible SVG and PNG files."""

from __future__ import annotations

from sim.experiments.results import Results
from sim.figures.drivers import draw_drivers
from sim.figures.maps import draw_maps, draw_territory
from sim.figures.style import Picture
from sim.figures.time_series import draw_time_series
from sim.words.folders import Language

__all__ = [
    "Picture",
    "draw_all",
    "draw_drivers",
    "draw_maps",
    "draw_territory",
    "draw_time_series",
    "picture_files",
]


def draw_all(results: Results, language: Language) -> list[Picture]:
    """Draw every picture that the results of a run allow: maps only where they were kept."""
    maps = [draw_maps] if results.experiment.maps else []
    return [draw(results, language) for draw in (draw_time_series, *maps, draw_drivers)]


def picture_files(results: Results, language: Language, *, png: bool) -> dict[str, bytes]:
    """Draw every picture that the results allow, as files by path; as PNG, too, on request."""
    files = {}
    for picture in draw_all(results, language):
        files[f"figures/{picture.name}.svg"] = picture.svg()
        if png:
            files[f"figures/{picture.name}.png"] = picture.png()
    return files
