"""Homes that shop, and premises with their occupants, as ordinary Mesa agents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.kernels.random import block, normal_pair, uniform, word

if TYPE_CHECKING:
    from benchmarks.peers.plain_mesa import PlainTown
    from benchmarks.peers.plain_places import Account
    from benchmarks.peers.plain_projects import Entrepreneur

SECTORS = ("convenience", "comparison", "hospitality")
RETAIL_PARK = 1
CLOSED, RELET, TAKEN, SUCCEEDED = 1, 2, 3, 4


class Home(mesa.Agent):
    """One cell: its residents, their consumption and its jobs."""

    def __init__(self, model: PlainTown, x: int, y: int, **given: float) -> None:
        super().__init__(model)
        self.x, self.y = x, y
        self.residents = given["residents"]
        self.purchasing_power = given["purchasing_power"]
        self.visitors = given["visitors"]
        self.moved = given["moved_consumers"]
        self.jobs, self.jobs_at_start = given["project_jobs"], given["jobs_at_start"]
        self.jobs_nearby_at_start = given["project_jobs_at_start"]
        self.residents_nearby = given["residents_nearby"]
        self.consumers = 0.0
        self.decay: list[np.ndarray] = []

    def squared_distance(self, other: Any) -> int:
        """Return the squared distance to another home or to premises, in cells."""
        return (self.x - other.x) ** 2 + (self.y - other.y) ** 2

    def jobs_gained(self) -> float:
        """Return project jobs nearby beyond those of the start, per resident nearby."""
        f = self.model.walking
        jobs = sum(h.jobs * f[abs(self.x - h.x) + abs(self.y - h.y)] for h in self.model.employing)
        return (jobs - self.jobs_nearby_at_start) / max(self.residents_nearby, 1.0)

    def grow(self) -> None:
        growth = (1 + self.model.values["residents_growth"]) ** (1 / 12)
        self.residents *= growth
        self.visitors *= growth
        own = self.residents * self.purchasing_power
        self.consumers = max(own + self.visitors + self.moved, 0.0)

    def shop(self) -> None:
        """Give each place its part of the consumers, by attraction and distance."""
        model = self.model
        if self.consumers == 0:
            return
        for sector in range(3):
            places = model.places_of[sector]
            outside = model.outside(sector)
            if model.vectorised:
                self._shop_at_once(sector, outside)
                continue
            f = model.decay[sector]
            reach = 0.0
            pull = []
            for place in places:
                nearness = f[abs(self.x - place.x) + abs(self.y - place.y)]
                pull.append(nearness)
                if place.is_open:
                    reach += place.attraction * place.quality * nearness
            if reach + outside > 0:
                for place, nearness in zip(places, pull, strict=True):
                    place.won += self.consumers * nearness / (reach + outside)

    def _shop_at_once(self, sector: int, outside: float) -> None:
        model = self.model
        if not self.decay:
            for s in range(3):
                d = [abs(self.x - p.x) + abs(self.y - p.y) for p in model.places_of[s]]
                self.decay.append(np.array(model.decay[s])[d] if d else np.zeros(0))
        decay = self.decay[sector]
        reach = float(model.offered[sector] @ decay) + outside
        if reach > 0:
            model.won[sector] += decay * (self.consumers / reach)


class Premises(mesa.Agent):
    """Commercial premises and their occupant."""

    def __init__(self, model: PlainTown, number: int, x: int, y: int, **given: Any) -> None:
        super().__init__(model)
        self.number, self.x, self.y = number, x, y
        self.operator: Entrepreneur | None = None
        self.event = 0
        self.won = 0.0
        self.open_share = self.attraction = self.subsidy = 0.0
        for name, value in given.items():
            setattr(self, name, value)

    def look_around(self) -> None:
        model, values = self.model, self.model.values
        seen = there = 0.0
        f = model.walking
        for other in model.premises:
            nearness = f[abs(self.x - other.x) + abs(self.y - other.y)]
            there += nearness
            if other.is_open:
                seen += nearness
        usual, kappa = 1 - model.usual_vacancy, values["open_share_shrinkage"]
        self.open_share = (seen + kappa * usual) / (there + kappa)
        size = self.floor_area
        if self.zone == RETAIL_PARK:
            size *= model.periphery
        self.attraction = size ** values["floor_area_elasticity"]
        self.attraction *= (self.open_share / usual) ** values["open_share_elasticity"]
        if model.reference_footfall > 0:
            visitors = values["visitor_pull"] * self.place_visitors
            self.attraction *= 1 + visitors / model.reference_footfall
        self.attraction *= self.facade
        self.won = 0.0

    def margin_of(self, revenue: float, costs: float) -> float:
        gross = self.model.values["gross_margin"]
        if self.model.values["purchases_are_variable"]:
            return revenue / (costs + (1 - gross) * revenue) - 1
        return gross * revenue / costs - 1

    def wanted(self, account: Account) -> int:
        """Return the cents that an account would pay for the shop, or for an entrant."""
        is_new = not self.is_open or self.age < 12
        aid = account.opening_aid if is_new else 0.0
        return int(100 * (account.rent_relief * self.rent * self.model.costs + aid) + 0.5)

    def order_of_front(self) -> int:
        """Return the random order in which fronts are renovated this month."""
        return int(word(*self.model.key(14), self.number, 0))

    def keep_accounts(self) -> None:
        model, values = self.model, self.model.values
        is_successor, self.event = self.event == SUCCEEDED, 0
        costs = (self.fixed_costs + self.rent) * model.costs
        if self.zone == RETAIL_PARK:
            costs *= model.periphery ** values["park_cost_exponent"]
        costs = max(costs - self.subsidy, 0.1 * costs)
        spending = values[f"spending_{SECTORS[self.sector]}"] / 12 * model.spending
        revenue = self.attraction * self.won * spending * (1 - model.online[self.sector])
        if self.is_open:
            self.revenue = revenue * self.quality
            self.age += 1
            if is_successor:
                self.margin = self.margin_of(revenue, costs)
            self.margin += (self.margin_of(self.revenue, costs) - self.margin) / values[
                "margin_memory"
            ]
            profit = values["gross_margin"] * self.revenue / costs - 1
            self.reserves = min(max(self.reserves + profit, 0.0), values["starting_reserves"])
            return
        f = model.decay[self.sector]
        pool = model.outside(self.sector)
        for shop in model.places_of[self.sector]:
            if shop.is_open:
                nearness = f[abs(self.x - shop.x) + abs(self.y - shop.y)]
                pool += shop.attraction * shop.quality * nearness
        self.revenue = 0.0
        self.months_vacant += 1
        share = pool / (pool + self.attraction) if pool + self.attraction > 0 else 0.0
        self.margin = self.margin_of(revenue * share, costs)

    def maybe_close(self) -> None:
        if not self.is_open:
            return
        values = self.model.values
        clip = values["margin_clip"]
        young, old = min(max(self.age, 1), 60) / 60, min(max(self.age, 60), 300) / 60
        rate = values["closure_rate"] * self.model.age_scale * self.risk_ratio
        rate *= young ** (values["closure_age_shape"] - 1)
        rate *= old ** (values["closure_late_shape"] - 1)
        rate *= values["closure_lease_hump"] if 18 <= self.age <= 54 else 1.0
        rate *= math.exp(-values["closure_margin_response"] * min(max(self.margin, -clip), clip))
        if self.reserves <= 0:
            rate *= values["closure_without_reserves"]
        draw, again, first, second = block(*self.model.key(1), self.number, 0)
        if uniform(draw) >= 1 - math.exp(-rate / 12):
            return
        self.age = 0
        if uniform(again) < values["succession_share"]:
            self.open_shop(SUCCEEDED, normal_pair(first, second)[0])
        else:
            self.is_open, self.event = False, CLOSED
            self.quality, self.reserves = 1.0, 0.0

    def maybe_let(self) -> None:
        if self.is_open or self.event == CLOSED:
            return
        values = self.model.values
        clip = values["margin_clip"]
        slow, fresh = values["reletting_rate_slow"], values["reletting_rate_fresh"]
        first_month = self.months_vacant == 1
        middle = 0.75 if first_month else self.months_vacant
        rate = slow + (fresh - slow) * math.exp(-middle / 12 / values["reletting_fading"])
        rate *= self.lettability * (1.5 if first_month else 1.0)
        rate *= math.exp(values["reletting_margin_response"] * min(max(self.margin, -clip), clip))
        draw, first, second, _ = block(*self.model.key(2), self.number, 0)
        if uniform(draw) < 1 - math.exp(-rate / 12):
            self.open_shop(RELET, normal_pair(first, second)[0])

    def open_shop(self, event: int, z: float) -> None:
        """Open a shop with a quality from a standard normal."""
        spread = self.model.values["quality_spread"]
        self.is_open, self.event, self.months_vacant = True, event, 0
        self.quality = math.exp(spread * z - spread**2 / 2)
        self.reserves = self.model.values["starting_reserves"]

    def move_rent(self) -> None:
        values = self.model.values
        surplus = self.open_share - (1 - self.model.usual_vacancy)
        goal = self.rent_at_start * min(max(1 + values["rent_response"] * surplus, 0.4), 1.6)
        months = values["rent_months_up"] if goal > self.rent else values["rent_months_down"]
        self.rent += (goal - self.rent) / months

    def count_visits(self) -> None:
        basket = self.model.values[f"basket_{SECTORS[self.sector]}"]
        self.model.footfall[self.zone] += self.revenue / (basket * 365.25 / 12)
