"""The month as an ordinary Mesa model, in which agents are Python objects that act in turn.

It has the rules of model 3 and the same draws as `sim`, so it serves as a benchmark and, with the
mechanisms of model 4 off, as a test oracle.
Everything is an object: homes (cells), premises, the young, entrepreneurs, officials, their
offices, third places and accounts. It starts from the present state of a run, without later actions
of interventions. With `vectorised`, each home weighs all shops in one NumPy expression, as a
modeller who cares about speed would; without it, everything is plain Python.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import mesa
import numpy as np

from benchmarks.peers.plain_people import Office, Official, Youth
from benchmarks.peers.plain_places import Account, ThirdPlace
from benchmarks.peers.plain_projects import RUNNING, Entrepreneur, ProjectKind
from benchmarks.peers.plain_shops import SECTORS, Home, Premises
from sim.kernels.random import block, normal_pair, stream_key
from sim.registry.state import State
from sim.registry.variables import VARIABLES
from sim.registry.variables.money import LINES, SOURCES
from sim.simulation.simulation import Simulation

SERIES = ("online_share", "spending", "costs", "periphery")


def rows_of(state: State, entity: str, *without: str) -> list[dict[str, Any]]:
    """Read the rows of an entity's arrays, flags as bool."""
    columns = {}
    for v in VARIABLES.values():
        if v.entity == entity and len(v.dimensions) == 1 and v.quantity not in without:
            array = state[v.name]
            is_flag = v.quantity.startswith(("is_", "at_", "has_"))
            columns[v.quantity] = (array != 0 if is_flag else array).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def picked[T](things: list[T], index: int) -> T | None:
    """Return the object of an index; None for -1."""
    return things[index] if index >= 0 else None


class PlainTown(mesa.Model):
    """The town of a run in its present state."""

    def __init__(self, run: Simulation, *, vectorised: bool = False) -> None:
        super().__init__(rng=0)
        self.values, self.seed_of_run, self.vectorised = run.values, run.seed, vectorised
        self.month = run.month
        state = run.state
        self.series = {n: state[f"series.{n}"].tolist() for n in SERIES}
        for name in VARIABLES:
            if name.startswith("town."):
                setattr(self, name.partition(".")[2], float(state[name][0]))
        self.age_scale = self.closure_age_scale
        self.outside_at_start = state["sector.outside_attraction"].tolist()
        self.start = 12 * (run.values["start_year"] - 2000)
        self._set_distances(state)
        self._settle_homes(state)
        self._settle_premises(state)
        self._settle_people(state)
        self._settle_places(state)
        self._relate(state)
        self.footfall = [0.0, 0.0, 0.0]
        self.key = cache(self._key)
        self.lasting = stream_key(run.seed, 4, 0)
        self.count_jobs()

    # -- the start -------------------------------------------------------------------------------

    def _set_distances(self, state: State) -> None:
        self.columns = state["cell.residents"].shape[1]
        longest = range(sum(state["cell.residents"].shape))
        mixtures = zip(
            state["sector.decay"].tolist(), state["sector.decay_weight"].tolist(), strict=True
        )
        self.decay = [
            [sum(w * math.exp(-b * d) for b, w in zip(*mixture, strict=True)) for d in longest]
            for mixture in mixtures
        ]
        self.walking = [math.exp(-self.neighbourhood_decay * d) for d in longest]

    def _settle_homes(self, state: State) -> None:
        """Make one home for each occupied cell."""
        used = (state["cell.residents"].ravel() > 0) | (state["cell.visitors"].ravel() > 0)
        for table in ("premises", "youth", "entrepreneur", "official", "third_place", "account"):
            used[state[f"{table}.cell_row"]] = True
        quantities = ("residents", "purchasing_power", "visitors", "moved_consumers",
                      "project_jobs", "jobs_at_start", "project_jobs_at_start",
                      "residents_nearby")  # fmt: skip
        columns = {q: state[f"cell.{q}"].ravel().tolist() for q in quantities}
        self.home_of = {
            cell: Home(
                self, cell % self.columns, cell // self.columns,
                **{q: values[cell] for q, values in columns.items()},
            )
            for cell in np.flatnonzero(used).tolist()
        }  # fmt: skip
        self.homes = list(self.home_of.values())

    def _settle_premises(self, state: State) -> None:
        visitors = state["cell.place_visitors"].ravel().tolist()
        for given in rows_of(state, "premises", "operator", "event", "subsidy"):
            cell, number = given.pop("cell_row"), given.pop("id")
            given |= {"age": given.pop("shop_age"), "place_visitors": visitors[cell]}
            Premises(self, number, cell % self.columns, cell // self.columns, **given)
        self.premises = list(self.agents_by_type.get(Premises, []))
        self.places_of = [[p for p in self.premises if p.sector == s] for s in range(3)]

    def _settle_people(self, state: State) -> None:
        given_by_row = rows_of(state, "office", "queue_first", "queue_last", "waiting")
        self.offices = [Office(self, **given) for given in given_by_row]
        for cell, home in self.home_of.items():
            home.office = self.offices[int(state["cell.office"].ravel()[cell])]
        self.project_kinds = [ProjectKind(**given) for given in rows_of(state, "project_kind")]
        self.people = {}
        for kind, table in ((Youth, "youth"), (Entrepreneur, "entrepreneur"),
                            (Official, "official")):  # fmt: skip
            people = []
            for given in rows_of(state, table):
                home = self.home_of[given.pop("cell_row")]
                given["likely"] = given.pop("visit_probability")
                people.append(kind(self, given.pop("id"), home, **given))
            self.people[table] = people
        self.youth, self.entrepreneurs, self.officials = self.people.values()

    def _settle_places(self, state: State) -> None:
        self.accounts = []
        for number, given in enumerate(rows_of(state, "account")):
            home, purse = self.home_of[given.pop("cell_row")], state["account.purse"][number]
            given["split"] = state["account.split"][number].tolist()
            given["purse"] = {
                (source, line): int(purse[s, l])
                for s, source in enumerate(SOURCES)
                for l, line in enumerate(LINES)  # noqa: E741
            }
            self.accounts.append(Account(self, number, home, **given))
        self.third_places = []
        for number, given in enumerate(rows_of(state, "third_place")):
            home = self.home_of[given.pop("cell_row")]
            given["account"] = self.accounts[given["account"]]
            self.third_places.append(ThirdPlace(self, number, home, **given))

    def _relate(self, state: State) -> None:
        """Turn rows into references."""
        for people in self.people.values():
            for person in people:
                person.third_place = picked(self.third_places, person.third_place)
        neighbours = state["youth.neighbour"].tolist()
        for row, youth in enumerate(self.youth):
            youth.role = picked(self.entrepreneurs, youth.role)
            youth.acquaintances = [self.youth[n] for n in neighbours[row] if n != row]
        for official in self.officials:
            official.office = self.offices[official.office]
            official.office.officials.append(official)
        for holder in self.entrepreneurs:
            holder.office = self.offices[holder.office]
            holder.kind = self.project_kinds[holder.kind]
            holder.supporter = picked(self.accounts, holder.supporter)
            holder.premises = picked(self.premises, holder.premises_row)
            if holder.premises is not None:
                holder.premises.operator = holder
        after = state["entrepreneur.queue_next"].tolist()
        for office, row in zip(self.offices, state["office.queue_first"].tolist(), strict=True):
            while row >= 0:
                office.waiting.append(self.entrepreneurs[row])
                row = after[row]

    # -- shared knowledge ------------------------------------------------------------------------

    def _key(self, stream: int) -> tuple[int, int]:
        return stream_key(self.seed_of_run, stream, self.month)

    def outside(self, sector: int) -> float:
        growth = self.periphery ** self.values["floor_area_elasticity"]
        return self.outside_at_start[sector] * growth

    def count_jobs(self) -> None:
        """Count jobs of running projects by place."""
        for home in self.homes:
            home.jobs = 0.0
        for holder in self.entrepreneurs:
            if holder.stage == RUNNING:
                place = holder.home
                if holder.premises is not None:
                    premises = holder.premises
                    place = self.home_of[premises.y * self.columns + premises.x]
                place.jobs += holder.kind.jobs
        self.employing = [home for home in self.homes if home.jobs]

    # -- the month -------------------------------------------------------------------------------

    def step(self) -> None:
        """One month."""
        self.key.cache_clear()
        self.move_drivers()
        self._do(Youth, "move")
        self._do(Home, "grow")
        self.use_places()
        self._do(Youth, "maybe_end_role", "look", "take_part")
        self.advance_projects()
        self.trade()
        self.bring_benefits()
        self.month += 1

    def _do(self, kind: type[mesa.Agent], *actions: str) -> None:
        """Let all agents of a type act, one action after the other."""
        for action in actions if kind in self.agents_by_type else ():
            self.agents_by_type[kind].do(action)

    def next_shock(self) -> float:
        """Return this month's deviation of log spending from the national course."""
        rho = math.exp(-1 / (12 * self.values["town_shock_memory"]))
        z, _ = normal_pair(*block(*self.key(15), 0, 0)[:2])
        spread = self.values["town_shock_spread"] * math.sqrt(1 - rho**2)
        return rho * self.spending_shock + spread * z

    def move_drivers(self) -> None:
        t = self.start + (self.month if self.values["with_drivers"] else 0)
        self.spending, self.costs = self.series["spending"][t], self.series["costs"][t]
        if self.values["with_drivers"]:
            self.spending_shock = self.next_shock()
        self.spending *= math.exp(self.spending_shock)
        self.periphery = self.series["periphery"][t]
        spending = [self.values[f"spending_{s}"] for s in SECTORS]
        pull = [self.values[f"online_multiplier_{s}"] for s in SECTORS]
        mean = sum(a * b for a, b in zip(spending, pull, strict=True)) / sum(spending)
        self.online = [min(self.series["online_share"][t] * p / mean, 0.95) for p in pull]

    def use_places(self) -> None:
        """Pay for third places, visit them, meet there."""
        for office in self.offices:
            office.embedded_capacity = 0.0
        for place in self.third_places:
            place.age += place.is_open
            place.staff = 0.0
        self._do(Account, "take_money_in")
        if any(place.is_open != place.was_open for place in self.third_places):
            for kind in (Youth, Entrepreneur, Official):
                self._do(kind, "choose_place")
        for place in self.third_places:
            place.was_open = place.is_open
        for kind in (Youth, Entrepreneur, Official):
            self._do(kind, "maybe_visit")
        for holder in self.entrepreneurs:
            holder.facilitation = 0.0
        self._do(ThirdPlace, "open_doors")
        self._do(Entrepreneur, "fade")
        self._do(ThirdPlace, "let_meet")
        self._do(Account, "hold_lab")
        self._do(Office, "average_trust")

    def advance_projects(self) -> None:
        """Ideas, engineering, review, funding."""
        for office in self.offices:
            office.ideas = []
        self._do(Entrepreneur, "maybe_have_idea")
        self._do(Account, "hold_evening")
        self._do(Entrepreneur, "join_work", "be_engineered", "be_examined")
        self._do(Office, "review")
        ready = [holder for holder in self.entrepreneurs if holder.is_ready()]
        for holder in sorted(ready, key=lambda e: (-e.stage_months, e.number)):
            holder.seek_money()

    def trade(self) -> None:
        """Run shops: trips, accounts, closure, reletting and rents."""
        self._do(Premises, "look_around")
        if self.vectorised:
            self.offered = [
                np.array([p.attraction * p.quality * p.is_open for p in places])
                for places in self.places_of
            ]
            self.won = [np.zeros(len(ps)) for ps in self.places_of]
        self._do(Home, "shop")
        if self.vectorised:
            for ps, won in zip(self.places_of, self.won, strict=True):
                for p, w in zip(ps, won.tolist(), strict=True):
                    p.won = w
        for premises in self.premises:
            premises.subsidy = 0.0
        self._do(Account, "support_shops")
        self._do(Premises, "keep_accounts", "maybe_close", "maybe_let")
        self._do(Entrepreneur, "maybe_end", "be_born", "maybe_leave_hub")
        self._do(Account, "gather_members")
        self.footfall = [0.0, 0.0, 0.0]
        self._do(Premises, "move_rent", "count_visits")

    def bring_benefits(self) -> None:
        """Move the spending of users and of people with project jobs."""
        values = self.values
        self.count_jobs()
        for home in self.homes:
            home.moved = values["new_job_share"] * values["job_spending"]
            home.moved *= home.jobs - home.jobs_at_start
        yearly = sum(values[f"spending_{s}"] for s in SECTORS)
        days = 365.25 / 12
        per_user = values["visitor_spending"] * days / (yearly / 12) if yearly > 0 else 0.0
        from_outside = values["outside_visitors"]
        for place in self.third_places:
            for person in place.visitors:
                home = person.home
                left = home.residents * home.purchasing_power + home.visitors + home.moved
                taken = min((1 - from_outside) * per_user, max(left, 0.0))
                home.moved -= taken
                place.home.moved += taken + from_outside * per_user
        for premises in self.premises:
            near = (p.users for p in self.third_places if p.is_nearby(premises))
            premises.place_visitors = sum(near)
