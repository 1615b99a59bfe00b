"""Pictures of a run, in English or French, as SVG and PNG with the same bytes each time."""

from __future__ import annotations

from sim.experiments.run_results import Results
from sim.figures.drivers import draw_drivers
from sim.figures.maps import draw_maps, draw_territory
from sim.figures.style import Picture
from sim.figures.time_series import draw_time_series
from sim.words.language import Language

__all__ = ["Picture", "draw_all", "draw_drivers", "draw_maps", "draw_territory", "draw_time_series"]


def draw_all(results: Results, language: Language) -> list[Picture]:
    """Every picture that the results allow.

    Parameters
    ----------
    results : Results
        With maps of start and end, if maps are wanted.
    language : {"en", "fr"}
    """
    pictures = [draw_time_series(results, language)]
    if results.maps is not None:
        pictures.append(draw_maps(results, language))
    pictures.append(draw_drivers(results, language))
    return pictures
