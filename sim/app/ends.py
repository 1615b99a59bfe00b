"""Ends of each setting of the page while the others stay, from the model's own validation."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from sim.app.request import refuse_large
from sim.errors import InputError
from sim.interventions import Intervention
from sim.interventions.levers import SitedLevers
from sim.registry.catalogues import third_place_kinds
from sim.registry.furthest import furthest
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS

Ends = tuple[float, float, float]
"""Lowest, least and highest value, as in `Intervention.ends`."""

KINDS: Final = "kinds"
"""The lever that names kinds of third place."""

_GROUND: Final = ("rows", "columns", "population", "premises_per_1000")
"""Parameters of the ground that limit each other; all others have bounds of their own."""

_OF_START: Final[dict[str, Ends]] = {
    "closure_rate": (0.005, 0.005, 1.0),  # where no shop closes, none can stand empty
    "gross_margin": (0.1, 0.1, 0.9),
    "reletting_frailty": (0.0, 0.0, 2.5),
    "transition_births": (0.0, 0.0, 1.5),
    "entrepreneurs_per_1000": (0.0, 10.0, 300.0),  # so few cannot have the ideas of all births
}
"""Parameters whose bounds hold values from which no territory as offered can start; a test starts
all of them at these ends."""

_SITE: Final = {"site_row": 0, "site_column": 1}


def ends_of_levers(intervention: Intervention, shape: tuple[int, int]) -> dict[str, Ends]:
    """Return the ends of all sliders of an intervention; shares of money move together.

    Parameters
    ----------
    intervention : Intervention
    shape : (int, int)
        Rows and columns of the ground.
    """
    found = {
        name: intervention.ends(name)
        for name, info in intervention.kind.infos.items()
        if info.kind in (int, float) and name not in intervention.levers.SHARES
    }
    return found | {n: (0, 0, shape[axis] - 1) for n, axis in _SITE.items() if n in found}


def ends_of_parameters(arm: Scenario) -> dict[str, Ends]:
    """Return the ends of the parameters that may not move between their bounds.

    They limit the size of a generated territory, or what it can start from.
    """
    if arm.values["file"]:
        return dict(_OF_START)
    return _OF_START | {name: _of_ground(arm, name) for name in _GROUND}


def _of_ground(arm: Scenario, name: str) -> Ends:
    info, value = PARAMETERS[name], arm.values[name]
    low, high = (
        furthest(info, value, end, partial(_holds, arm, name)) for end in (info.low, info.high)
    )
    return low, low, high


def _holds(arm: Scenario, name: str, value: Any) -> bool:
    """Tell whether a territory of this size is admissible, with all sites on its ground."""
    try:
        changed = arm.replace(**{name: value})
        refuse_large(changed)
        for levers in (one.levers for one in changed.interventions):
            if isinstance(levers, SitedLevers):
                levers.check_site((changed.values["rows"], changed.values["columns"]))
    except InputError:
        return False
    return True


def kinds_of(intervention: Intervention) -> dict[str, bool]:
    """Return for each kind of third place whether it may be added, or left out where it is.

    Kinds stand in the order of the catalogue.
    """
    known = [kind.name for kind in third_place_kinds()]
    chosen = set(intervention.values[KINDS].split())
    return {
        name: intervention.admits(KINDS, " ".join(k for k in known if k in chosen ^ {name}))
        for name in known
    }
