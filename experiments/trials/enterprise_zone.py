"""Zones franches urbaines: shops of poor neighbourhoods freed from charges for five years.

For five years firms paid no employers' charges, no tax on profits and no local taxes (Rathelot and
Sillard 2009, abstract read). The charges are a third of all wage costs, for those who hire a fifth
of their staff there (Gobillon, Magnac and Selod 2012, abstract read). In the model, the costs of
all premises outside the centre and the retail parks fall by a share; purchases and rents stay.
Entrants expect the same. The studies match zones with others; here a town of the same seed without
the zone says what would have happened, in the zone and in the rest of the town.

The zones had establishments of all trades, some of them in new buildings. The model has shops in
premises that already stand: it cannot add more than are vacant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from experiments.trials.trial import Trial
from sim.experiments.draws import Range
from sim.kernels.arrays import Bools
from sim.registry.state import State
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import Simulation

__all__ = ["TRIAL"]

ZONE: Final = 2
"""Code of neighbourhoods in ``premises.zone``."""

FOUR_YEARS, FIVE_YEARS = 48, 60


class Shops(NamedTuple):
    """Open shops of the zone after four and five years, and others after five.

    ``stayed`` is the share of the zone's first shops that are still there after five years.
    """

    after_4: int
    after_5: int
    elsewhere: int
    stayed: float


def shops(town: Scenario, start: State, seed: int, here: Bools, relief: float) -> Shops:
    """Run the town with costs lowered by `relief` in the zone."""
    run = Simulation(town, seed, start=start)
    state = run.state
    state["premises.fixed_costs"][here] *= 1.0 - relief
    run.run(FOUR_YEARS)
    after_4 = int((state["premises.is_open"][here] != 0).sum())
    run.run(FIVE_YEARS - FOUR_YEARS)
    is_open = state["premises.is_open"] != 0
    first = here & (start["premises.is_open"] != 0)
    same = is_open & (state["premises.tenancy"] == start["premises.tenancy"])
    return Shops(after_4, int(is_open[here].sum()), int(is_open[~here].sum()), same[first].mean())


def hold(town: Scenario, start: State, seed: int, given: Mapping[str, float]) -> dict[str, float]:
    """Open the zone in one town.

    Returns
    -------
    dict
        ``2004`` and ``1997``, the gain in open shops of the zone relative to the town without,
        after four and five years; ``gained``, their gain in number after five years, and ``lost``,
        the loss of the rest of the town; ``ceiling``, the relative gain if all premises of the zone
        were open; ``stayed``, the gain in the share of the first shops that are still there.
    """
    here = start["premises.zone"] == ZONE
    without, zone = (shops(town, start, seed, here, relief) for relief in (0.0, given["relief"]))
    return {
        "2004": zone.after_4 / max(without.after_4, 1) - 1,
        "1997": zone.after_5 / max(without.after_5, 1) - 1,
        "ceiling": int(here.sum()) / max(without.after_5, 1) - 1,
        "gained": float(zone.after_5 - without.after_5),
        "lost": float(without.elsewhere - zone.elsewhere),
        "stayed": zone.stayed - without.stayed,
    }


TRIAL = Trial(
    name="zone",
    # Share of costs other than purchases and rents: a third of wage costs, which are assumed to be
    # 40 to 75 % of these costs, and 0 to 5 % of taxes; less where owners work without pay. Assumed.
    given={"relief": Range(0.08, 0.18, 0.30)},
    hold=hold,
)
