"""Solve for the stationary life of premises: how long they stay open and vacant at a given margin.

A unit of premises alternates between occupants and vacancies. With constant drivers, the rules of
closure and reletting determine the share of time it is vacant. This gives the margin at which a
territory keeps its starting vacancy, and the ages, reserves and qualities of the starting state, so
that the first month is not a transient.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from sim.errors import InputError
from sim.kernels.arrays import Floats, Ints
from sim.kernels.elementary import exp, log
from sim.kernels.entrants import entrant_quality
from sim.kernels.machine.compile import kernel
from sim.kernels.machine.records import parameters_of
from sim.processes.reletting import reletting_probability
from sim.processes.shop_accounts import costs_at, margin_of
from sim.processes.shop_closure import age_weight, closure_probability, settled_age
from sim.registry.solved_once import solved_once
from sim.start.shop_costs import margins_with_costs

__all__ = ["LARGEST_MARGIN", "Stationary", "live_shops", "live_vacancies", "solve_stationary"]

LARGEST_MARGIN = 0.45
"""Starting margins of premises are clipped to plus or minus this value."""

MARGINS = np.linspace(-LARGEST_MARGIN, LARGEST_MARGIN, 37)
QUALITY_QUANTILES = 16
COST_CLASSES = 32
LETTABILITY_CLASSES = 16
"""Premises have one of so many equally likely lettabilities; at the same margin, vacancy is within
0.12 points of that of a continuous distribution."""

HORIZON = 240
"""Months followed one by one; afterwards the hazard of a spell is constant."""

LONGEST = 1200
"""Months after which reserves count as settled, even for a shop that hardly loses money."""

OLDEST = 1e6
"""Largest age in months of what hardly ever ends, since ages are 32-bit integers."""


@kernel
def live_shops(
    mean_life, target, margin, quality, age_scale, age, margin_reached, reserves_reached, p
):
    """Follow shops of given margin and quality through their life.

    Write the mean number of months that a shop is open into `mean_life` and, for a target below 1,
    the shop's values once it has lived that share of them into `age`, `margin_reached` and
    `reserves_reached`: those at this quantile of the stationary distribution of ages.
    """
    lived, alive, hazard, m, reserves = np.empty((5, LONGEST + 1))  # by months since the opening
    settled = settled_age(p.closure_late_shape)
    horizon = max(HORIZON, settled)
    weight = np.empty(settled + 1)
    for k in range(settled + 1):
        weight[k] = age_weight(k, age_scale, p)
    for i in range(margin.size):
        # Costs per euro of an average shop's revenue here; then the revenue of this shop.
        costs = costs_at(margin[i], p)
        own = margin_of(quality[i], costs, p)
        profit = p.gross_margin * quality[i] / costs - 1.0
        lived[0], alive[0], hazard[0] = 0.0, 1.0, 0.0
        m[0], reserves[0] = margin[i], p.starting_reserves
        last = 0
        # Once the reserves have settled, the hazard of a shop is constant.
        while last < horizon or (profit < 0.0 < reserves[last] and last < LONGEST):
            k = last + 1
            lived[k] = lived[last] + alive[last]
            m[k] = m[last] + (own - m[last]) / p.margin_memory
            reserves[k] = min(max(reserves[last] + profit, 0.0), p.starting_reserves)
            hazard[k] = closure_probability(m[k], weight[min(k, settled)], reserves[k], 1.0, p)
            alive[k] = alive[last] * (1.0 - hazard[k])
            last = k
        mean_life[i] = lived[last] + (alive[last] / hazard[last] if hazard[last] > 1e-9 else 1e9)
        if target[i] < 1.0:
            wanted = target[i] * mean_life[i]
            k = 0
            while k < last and lived[k] + alive[k] < wanted:
                k += 1
            margin_reached[i], reserves_reached[i] = m[k], reserves[k]
            # Beyond the horizon ages are geometric.
            left = (wanted - lived[k]) * hazard[k] / alive[k]
            if k >= horizon and hazard[k] > 1e-9 and 0.0 < left < 1.0:
                k += int(min(np.log(1.0 - left) / np.log(1.0 - hazard[k]), OLDEST))
            age[i] = k


@kernel
def live_vacancies(mean_spell, target, margin, lettability, takeover_rate, months, p):
    """Follow vacancies like `live_shops` follows shops: mean spell for target 1, else the age.

    Vacancies end when premises are let, or when a project takes them at a constant rate (1/year).
    """
    taken = 1.0 - math.exp(-takeover_rate / 12.0)
    horizon = max(HORIZON, int(120.0 * p.reletting_fading))  # ten times the fading
    for i in range(margin.size):
        vacant, stood, hazard = 1.0, 0.0, 0.0
        wanted = target[i] * mean_spell[i]
        k = 0
        while k < horizon and (target[i] >= 1.0 or stood + vacant < wanted):
            stood += vacant
            k += 1
            let = reletting_probability(margin[i], k, lettability[i], p)
            hazard = let + (1.0 - let) * taken
            vacant *= 1.0 - hazard
        if target[i] >= 1.0:
            mean_spell[i] = stood + (vacant / hazard if hazard > 1e-9 else 1e9)
        else:
            left = (wanted - stood) * hazard / vacant
            if k == horizon and hazard > 1e-9 and 0.0 < left < 1.0:
                k += int(min(np.log(1.0 - left) / np.log(1.0 - hazard), OLDEST))
            months[i] = k


@dataclass(frozen=True)
class Stationary:
    """Stationary life of premises over a grid of margins.

    `open_months`, (margins, qualities), are the mean months that premises are open between two
    vacancies, by the margin of an average occupant and the quality of the shops: the mean life of
    a shop over the share of closures without successor. `vacant_months`, (margins, lettabilities),
    are those of a vacancy. `quality` holds the midpoints of equally likely classes of entrants'
    quality, `lettability` the means of those of premises, `costs` their relative costs. `vacancy`
    is that of the territory at `mean_margin`, around which the margins of the premises spread
    before their relative costs.
    """

    open_months: Floats
    vacant_months: Floats
    quality: Floats
    lettability: Floats
    costs: Floats
    mean_margin: float
    vacancy: float

    @property
    def vacancy_at(self) -> Floats:
        """Return the share of time vacant, (margins, lettabilities)."""
        spell = self.open_months.mean(axis=1, keepdims=True)
        return self.vacant_months / (self.vacant_months + spell)

    def expected_vacancy(self, margin: Floats, ease: Ints) -> Floats:
        """Return the chance that premises are vacant, by margin and class of lettability."""
        return _read_off(self.vacancy_at, margin, ease)

    def expected_presence(self, margin: Floats, ease: Ints) -> Floats:
        """Return their expected attraction, the mean of open times quality."""
        weighted = (self.open_months * self.quality).mean(axis=1, keepdims=True)
        spell = self.open_months.mean(axis=1, keepdims=True)
        return _read_off(weighted / (self.vacant_months + spell), margin, ease)


def _read_off(table: Floats, margin: Floats, ease: Ints) -> Floats:
    """Interpolate a table (margins, lettabilities) at margins of premises of known classes."""
    found = np.empty(margin.shape)
    for k in range(table.shape[1]):
        here = ease == k
        found[here] = np.interp(margin[here], MARGINS, table[:, k])
    return found


def lettability_classes(variance: float) -> Floats:
    """Return the means of equally likely classes of a gamma distribution of mean 1."""
    if variance < 1e-12:  # where shapes near infinity are no numbers
        return np.ones(1)
    shape = 1.0 / variance
    edges = scipy.special.gammaincinv(shape, np.linspace(0.0, 1.0, LETTABILITY_CLASSES + 1))
    # Up to an edge, the partial mean of a gamma is its distribution at a shape of one more.
    return LETTABILITY_CLASSES * np.diff(scipy.special.gammainc(shape + 1.0, edges))


def cost_classes(relative: Floats) -> tuple[float, ...]:
    """Return the middles of equally many premises by relative costs, or 1 if all are alike."""
    if relative.size == 0 or np.all(relative == 1.0):
        return (1.0,)
    shares = (np.arange(COST_CLASSES) + 0.5) / COST_CLASSES
    return tuple(exp(np.quantile(log(relative), shares)).tolist())


def nearest_class(relative: Floats, costs: Floats) -> Ints:
    """Return the class of `cost_classes` that premises are nearest to."""
    return np.searchsorted(np.sqrt(costs[1:] * costs[:-1]), relative)


@kernel
def _rate(z: Floats, quality: Floats, p: Any) -> None:
    """Write the quality of entrants at standard normals."""
    for i in range(z.size):
        quality[i] = entrant_quality(z[i], p)


def quality_classes(z: Floats, values: Mapping[str, Any]) -> Floats:
    """Return entrants' quality at standard normals `z`."""
    quality = np.empty(z.size)
    _rate(z, quality, parameters_of(_rate, values))
    return quality


@solved_once
def solve_stationary(
    values: Mapping[str, Any],
    age_scale: float,
    starting_vacancy: float,
    town_margin: float,
    takeover_rate: float = 0.0,
    costs: tuple[float, ...] = (1.0,),
) -> Stationary:
    """Find the mean margin at which the starting vacancy is stationary.

    Parameters
    ----------
    values : mapping
    age_scale : float
        Scale of the closure rate's age weight.
    starting_vacancy : float
        Share of vacant premises to sustain under constant drivers.
    town_margin : float
        Shift of this town's margins; its vacancy follows.
    takeover_rate : float
        Rate at which projects take vacant premises at the start, 1/year.
    costs : tuple of float
        Relative costs of classes of equally many premises, ascending.

    Raises
    ------
    InputError
        If no margin sustains the starting vacancy with these rates.
    """
    z = scipy.special.ndtri((np.arange(QUALITY_QUANTILES) + 0.5) / QUALITY_QUANTILES)
    quality = quality_classes(z, values)
    margin, q = (a.ravel() for a in np.meshgrid(MARGINS, quality, indexing="ij"))
    whole = np.ones(margin.size)
    unused = np.empty(margin.size)
    life = np.zeros(margin.size)
    p = parameters_of(live_shops, values)
    live_shops(life, whole, margin, q, age_scale, unused, unused, unused, p)
    lives = life.reshape(MARGINS.size, -1) / (1.0 - values["succession_share"])
    lettability = lettability_classes(values["reletting_frailty"])
    margin, letting = (a.ravel() for a in np.meshgrid(MARGINS, lettability, indexing="ij"))
    spell, whole, unused = np.zeros(margin.size), np.ones(margin.size), np.empty(margin.size)
    p = parameters_of(live_vacancies, values)
    live_vacancies(spell, whole, margin, letting, takeover_rate, unused, p)
    spells = spell.reshape(MARGINS.size, -1)
    by_margin = (spells / (spells + lives.mean(axis=1, keepdims=True))).mean(axis=1)
    nodes = scipy.special.ndtri((np.arange(201) + 0.5) / 201) * values["margin_spread"]
    classes = np.array(costs)
    nodes, relative = (a.ravel() for a in np.meshgrid(nodes, classes, indexing="ij"))

    def vacancy(mean: float) -> float:
        margins = clip_margin(margins_with_costs(mean + nodes, relative, values))
        return float(np.interp(margins, MARGINS, by_margin).mean())

    if (
        not values["with_margins"]
        or values["closure_margin_response"] == 0.0 == values["reletting_margin_response"]
    ):
        mean = town_margin
    else:
        low, high = -0.8, 0.8
        if not vacancy(high) <= starting_vacancy <= vacancy(low):
            least, most = f"{vacancy(high):.3f}", f"{vacancy(low):.3f}"
            if least == most:
                raise InputError(
                    f"starting_vacancy: {starting_vacancy:g} cannot last with these rates of "
                    f"closure and reletting; only {least} can."
                )
            raise InputError(
                f"starting_vacancy: {starting_vacancy:g} cannot last with these rates of closure "
                f"and reletting; what can lies from {least} to {most}."
            )
        mean = (
            scipy.optimize.brentq(lambda m: vacancy(m) - starting_vacancy, low, high, xtol=1e-12)
            + town_margin
        )
    return Stationary(lives, spells, quality, lettability, classes, mean, vacancy(mean))


def clip_margin(margin: Floats) -> Floats:
    """Clip starting margins to the grid of the stationary lives."""
    return np.clip(margin, -LARGEST_MARGIN, LARGEST_MARGIN)
