"""The retail month as an ordinary Mesa model: agents are Python objects that do things in turn.

The same rules and the same draws as `sim`, so it is a peer to measure against and an oracle to test
against. Homes (inhabited cells) choose among all shops; premises keep books, close and are let.
`vectorised` lets each home weigh all shops in one NumPy expression, as a modeller who minds speed
would write it; without it everything is plain Python.
"""

from __future__ import annotations

import math
from typing import Any

import mesa
import numpy as np

from sim.kernels.random import block, normal_pair, stream_key, uniform
from sim.simulation import Simulation

SERIES = ("online_share", "spending", "costs", "periphery")
SECTORS = ("convenience", "comparison", "hospitality")
GIVEN = (
    "sector",
    "zone",
    "floor_area",
    "is_open",
    "months_vacant",
    "quality",
    "fixed_costs",
    "rent",
    "rent_at_start",
    "margin",
    "reserves",
)
CLOSURE, RELETTING = 1, 2
RETAIL_PARK = 1


class Home(mesa.Agent):
    """The consumers of one cell."""

    def __init__(self, model: PlainTown, x: int, y: int, residents: float, power: float,
                 visitors: float) -> None:  # fmt: skip
        super().__init__(model)
        self.x, self.y = x, y
        self.residents = residents
        self.purchasing_power = power
        self.visitors = visitors
        self.consumers = 0.0
        self.decay: list[np.ndarray] = []

    def grow(self) -> None:
        growth = (1 + self.model.values["residents_growth"]) ** (1 / 12)
        self.residents *= growth
        self.visitors *= growth
        self.consumers = self.residents * self.purchasing_power + self.visitors

    def shop(self) -> None:
        """Give each place its part of the consumers, by attraction and distance."""
        model = self.model
        for sector in range(3):
            places = model.places[sector]
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
                d = [abs(self.x - p.x) + abs(self.y - p.y) for p in model.places[s]]
                self.decay.append(np.array(model.decay[s])[d] if d else np.zeros(0))
        decay = self.decay[sector]
        reach = float(model.offered[sector] @ decay) + outside
        if reach > 0:
            model.won[sector] += decay * (self.consumers / reach)


class Premises(mesa.Agent):
    """Commercial premises and whoever trades in them."""

    def __init__(self, model: PlainTown, number: int, x: int, y: int, **given: Any) -> None:
        super().__init__(model)
        self.number, self.x, self.y = number, x, y
        self.event = 0
        self.revenue = self.won = 0.0
        self.open_share = self.attraction = 0.0
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
        self.won = 0.0

    def margin_of(self, revenue: float, costs: float) -> float:
        gross = self.model.values["gross_margin"]
        if self.model.values["purchases_are_variable"]:
            return revenue / (costs + (1 - gross) * revenue) - 1
        return gross * revenue / costs - 1

    def keep_accounts(self) -> None:
        model, values = self.model, self.model.values
        self.event = 0
        costs = (self.fixed_costs + self.rent) * model.costs
        if self.zone == RETAIL_PARK:
            costs *= model.periphery ** values["park_cost_exponent"]
        spending = values[f"spending_{SECTORS[self.sector]}"] / 12 * model.spending
        revenue = self.attraction * self.won * spending * (1 - model.online[self.sector])
        if self.is_open:
            self.revenue = revenue * self.quality
            self.age += 1
            self.margin += (self.margin_of(self.revenue, costs) - self.margin) / values[
                "margin_memory"
            ]
            profit = values["gross_margin"] * self.revenue / costs - 1
            self.reserves = min(max(self.reserves + profit, 0.0), values["starting_reserves"])
            return
        f = model.decay[self.sector]
        pool = model.outside(self.sector)
        for shop in model.places[self.sector]:
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
        young = min(max(self.age, 1), 60) / 60
        rate = values["closure_rate"] * self.model.age_scale
        rate *= young ** (values["closure_age_shape"] - 1)
        rate *= math.exp(-values["closure_margin_response"] * min(max(self.margin, -clip), clip))
        if self.reserves <= 0:
            rate *= values["closure_without_reserves"]
        luck = uniform(block(*self.model.closure_key, self.number, 0)[0])
        if luck < 1 - math.exp(-rate / 12):
            self.is_open, self.event, self.age = False, 1, 0
            self.quality, self.reserves = 1.0, 0.0

    def maybe_let(self) -> None:
        if self.is_open or self.event == 1:
            return
        values = self.model.values
        clip = values["margin_clip"]
        slow, fresh = values["reletting_rate_slow"], values["reletting_rate_fresh"]
        first_month = self.months_vacant == 1
        middle = 0.75 if first_month else self.months_vacant
        rate = slow + (fresh - slow) * math.exp(-middle / 12 / values["reletting_fading"])
        rate *= 1.5 if first_month else 1.0
        rate *= math.exp(values["reletting_margin_response"] * min(max(self.margin, -clip), clip))
        luck, first, second, _ = block(*self.model.reletting_key, self.number, 0)
        if uniform(luck) < 1 - math.exp(-rate / 12):
            spread = values["quality_spread"]
            self.is_open, self.event, self.months_vacant = True, 2, 0
            self.quality = math.exp(spread * normal_pair(first, second)[0] - spread**2 / 2)
            self.reserves = values["starting_reserves"]

    def move_rent(self) -> None:
        values = self.model.values
        surplus = self.open_share - (1 - self.model.usual_vacancy)
        goal = self.rent_at_start * min(max(1 + values["rent_response"] * surplus, 0.4), 1.6)
        months = values["rent_months_up"] if goal > self.rent else values["rent_months_down"]
        self.rent += (goal - self.rent) / months

    def count_visits(self) -> None:
        basket = self.model.values[f"basket_{SECTORS[self.sector]}"]
        self.model.footfall[self.zone] += self.revenue / (basket * 365.25 / 12)


class PlainTown(mesa.Model):
    """The town of a run, from its state before the first month."""

    def __init__(self, run: Simulation, *, vectorised: bool = False) -> None:
        super().__init__(rng=0)
        self.values, self.seed_of_run, self.vectorised = run.values, run.seed, vectorised
        state = run.state
        self.series = {n: state[f"series.{n}"].tolist() for n in SERIES}
        self.usual_vacancy = float(state["town.usual_vacancy"][0])
        self.age_scale = float(state["town.closure_age_scale"][0])
        self.outside_at_start = state["sector.outside_attraction"].tolist()
        self.start = 12 * (run.values["start_year"] - 2000)
        rows, columns = state["cell.residents"].shape
        longest = range(rows + columns)
        self.decay = [
            [
                sum(w * math.exp(-beta * d) for beta, w in zip(b, weights, strict=True))
                for d in longest
            ]
            for b, weights in zip(
                state["sector.decay"].tolist(), state["sector.decay_weight"].tolist(), strict=True
            )
        ]
        walking = float(state["town.neighbourhood_decay"][0])
        self.walking = [math.exp(-walking * d) for d in longest]
        for y in range(rows):
            for x in range(columns):
                people, visitors = state["cell.residents"][y, x], state["cell.visitors"][y, x]
                if people > 0 or visitors > 0:
                    power = float(state["cell.purchasing_power"][y, x])
                    Home(self, x, y, float(people), power, float(visitors))
        given_by_name = {
            "age": state["premises.shop_age"].tolist(),
            **{name: state[f"premises.{name}"].tolist() for name in GIVEN},
        }
        for p, cell in enumerate(state["premises.cell_row"].tolist()):
            given = {name: values[p] for name, values in given_by_name.items()}
            Premises(self, p, cell % columns, cell // columns, **given)
        self.homes = self.agents_by_type[Home]
        self.premises = list(self.agents_by_type.get(Premises, []))
        self.places = [[p for p in self.premises if p.sector == s] for s in range(3)]
        self.footfall = [0.0, 0.0, 0.0]
        self.month = 0

    def outside(self, sector: int) -> float:
        growth = self.periphery ** self.values["floor_area_elasticity"]
        return self.outside_at_start[sector] * growth

    def move_drivers(self) -> None:
        t = self.start + (self.month if self.values["with_drivers"] else 0)
        self.spending, self.costs = self.series["spending"][t], self.series["costs"][t]
        self.periphery = self.series["periphery"][t]
        spending = [self.values[f"spending_{s}"] for s in SECTORS]
        pull = [self.values[f"online_multiplier_{s}"] for s in SECTORS]
        mean = sum(a * b for a, b in zip(spending, pull, strict=True)) / sum(spending)
        self.online = [min(self.series["online_share"][t] * p / mean, 0.95) for p in pull]

    def step(self) -> None:
        """One month."""
        self.closure_key = stream_key(self.seed_of_run, CLOSURE, self.month)
        self.reletting_key = stream_key(self.seed_of_run, RELETTING, self.month)
        premises = self.agents_by_type[Premises]
        self.move_drivers()
        self.homes.do("grow")
        premises.do("look_around")
        if self.vectorised:
            self.offered = [
                np.array([p.attraction * p.quality * p.is_open for p in places])
                for places in self.places
            ]
            self.won = [np.zeros(len(ps)) for ps in self.places]
        self.homes.do("shop")
        if self.vectorised:
            for ps, won in zip(self.places, self.won, strict=True):
                for p, w in zip(ps, won.tolist(), strict=True):
                    p.won = w
        premises.do("keep_accounts")
        premises.do("maybe_close")
        premises.do("maybe_let")
        premises.do("move_rent")
        self.footfall = [0.0, 0.0, 0.0]
        premises.do("count_visits")
        self.month += 1
