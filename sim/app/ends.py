"""Ends of each setting of the page while the others stay, from the model's own validation.

Levers end where their intervention does, which is known at once. Parameters end where no territory
can start, which is found by starting it, and only when somebody touches them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sim.interventions import Intervention
from sim.registry.catalogues import third_place_kinds
from sim.registry.furthest import furthest
from sim.registry.parameters import ParameterInfo

Ends = tuple[float, float, float]
"""Lowest, least and highest value, as in `Intervention.ends`."""

KINDS: Final = "kinds"
"""The lever that names kinds of third place."""

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


def ends_of_parameter(
    info: ParameterInfo, value: float, admits: Callable[[Any], bool], starts: Callable[[Any], bool]
) -> Ends:
    """Return the ends of a parameter around its present value.

    Parameters
    ----------
    info : ParameterInfo
    value : float
        The present one.
    admits : callable
        Whether a value is admissible as such.
    starts : callable
        Whether a territory can start from it, which takes longer to tell.
    """
    low, high = (
        furthest(info, value, furthest(info, value, end, admits), starts)
        for end in (info.low, info.high)
    )
    return low, low, high


def choices_of(info: ParameterInfo, starts: Callable[[Any], bool]) -> tuple[Any, ...]:
    """Return the choices of a parameter, or yes and no, from which a territory can start."""
    return tuple(one for one in info.choices or (False, True) if starts(one))


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
