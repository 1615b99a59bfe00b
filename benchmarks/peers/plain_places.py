"""Third places and the accounts that pay for them, as ordinary Mesa agents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa

from sim.kernels.random import uniform, word
from sim.registry.variables.money import LINES, SOURCES

if TYPE_CHECKING:
    from benchmarks.peers.plain_mesa import PlainTown
    from benchmarks.peers.plain_people import Office, Person
    from benchmarks.peers.plain_shops import Home, Premises

EVERY_ZONE = 255
EVENING_LUCK, LAB_LUCK, LUCK_OF_A_LAB = 3, 16, 128


class ThirdPlace(mesa.Agent):
    """A third place: seats, staff and this month's visitors."""

    account: Account

    def __init__(self, model: PlainTown, number: int, home: Home, **given: Any) -> None:
        super().__init__(model)
        self.number, self.home = number, home
        self.line: list[tuple[int, int, int, Person]] = []
        self.visitors: list[Person] = []
        for name, value in given.items():
            setattr(self, name, value)

    def ramp(self) -> float:
        """Return how well the place is known."""
        return min(self.age / self.model.values["ramp_months"], 1)

    def attracts(self, person: Person) -> float:
        """Return the probability of wanting to visit the place once it is well known."""
        distance = math.sqrt(self.home.squared_distance(person.home))
        if distance > 4 * self.reach or self.reach <= 0:
            return 0.0
        return getattr(self, person.visits) * math.exp(-distance / self.reach)

    def open_doors(self) -> None:
        """Admit visitors up to the seats, and divide the hours of the staff."""
        values = self.model.values
        came = [person for *_, person in sorted(self.line, key=lambda entry: entry[:3])]
        self.line = []
        came = came if self.is_mobile else came[: self.seats]
        holders = [person for person in came if person.code == 1]
        self.users, self.holders = len(came), len(holders)
        hours = 0.0
        if came and self.staff > 0:
            full = self.staff * values["hours_per_fte"] * self.mentoring
            hours = full * len(came) / (len(came) + values["half_load"] * self.staff)
        for holder in holders:
            holder.facilitation = hours / len(holders)
        self.visitors = [] if self.is_mobile else came
        for person in self.visitors:
            person.at_place = True

    def let_meet(self) -> None:
        """Visitors meet in pairs."""
        for one, other in zip(self.visitors[::2], self.visitors[1::2], strict=False):
            of_one = one.openness
            of_other = other.openness
            one.meets(other, of_other, of_one)
            other.meets(one, of_one, of_other)

    def is_nearby(self, premises: Premises) -> bool:
        """Return whether its users walk past."""
        radius = 0.4 / self.model.cell_km
        return self.is_open and not self.is_mobile and (
            self.home.squared_distance(premises) <= radius**2
        )  # fmt: skip


class Account(mesa.Agent):
    """The money of an intervention, or of the places that exist at the start."""

    def __init__(self, model: PlainTown, number: int, home: Home, **given: Any) -> None:
        super().__init__(model)
        self.number, self.home = number, home
        self.income = dict.fromkeys(SOURCES, 0)
        self.spending: dict[tuple[str, str], int] = {}
        for name, value in given.items():
            setattr(self, name, value)

    def reaches(self, home: Home) -> bool:
        return self.home.squared_distance(home) <= self.grant_reach**2

    def in_purse(self, line: str) -> int:
        return sum(self.purse[source, line] for source in SOURCES)

    def pay(self, line: str, amount: int) -> None:
        """Pay from a line: own revenue first, then matched, then public money."""
        for source in reversed(SOURCES):
            paid = min(amount, self.purse[source, line])
            self._spend(source, line, paid)
            self.purse[source, line] -= paid
            amount -= paid

    def _spend(self, source: str, line: str, amount: int) -> None:
        self.spending[source, line] = self.spending.get((source, line), 0) + amount

    def take_money_in(self) -> None:
        """Open the month: income, seats, staff, purses."""
        self.income, self.spending = dict.fromkeys(SOURCES, 0), {}
        if not self.is_active:
            return
        places = [p for p in self.model.third_places if p.account is self and p.is_open]
        self.income["public"] = self.funding
        self.income["matched"] = self.matched_funding
        self.income["own_revenue"] = sum(p.users * p.fee for p in places if not p.is_mobile)
        self.purse["public", "set_up"] += self.set_up
        self.purse["public", "seats"] += self.reserves
        once, self.set_up, self.reserves = self.set_up + self.reserves, 0, 0
        left = self._pay_seats(places)
        self._allot(left)
        self.income["public"] += once
        for line in ("set_up", "elsewhere"):
            self.pay(line, self.in_purse(line))
        self._employ([p for p in places if p.is_open])

    def _pay_seats(self, places: list[ThirdPlace]) -> dict[str, int]:
        """Close unpaid seats, last place first, pay the others, and return the remaining income."""
        money = sum(self.income.values()) + self.in_purse("seats")
        cost = sum(p.seats * p.seat_cost for p in places)
        for place in reversed(places):
            if cost > money and place.seat_cost > 0:
                closing = min(place.seats, math.ceil((cost - money) / place.seat_cost))
                place.seats -= closing
                cost -= closing * place.seat_cost
            if place.seats == 0 and not place.is_mobile:
                place.is_open = False
        left = dict(self.income)
        for source in reversed(SOURCES):
            paid = min(cost, left[source])
            self._spend(source, "seats", paid)
            left[source] -= paid
            cost -= paid
        self.pay("seats", cost)
        return left

    def _allot(self, left: dict[str, int]) -> None:
        """Divide the remaining income over the lines, to the cent."""
        for source, money in left.items():
            put, share = 0, 0.0
            for line, part in zip(LINES, self.split, strict=True):
                share += part
                until = round(money * min(share, 1.0))
                self.purse[source, line] += until - put
                put = until
            self.purse[source, "seats"] += money - put

    def _employ(self, places: list[ThirdPlace]) -> None:
        """Pay facilitators, officials embedded in the places before them."""
        if not places:
            return
        values = self.model.values
        staff = self.in_purse("facilitation") / (100 * values["fte_cost"])
        self.pay("facilitation", self.in_purse("facilitation"))
        embedded = min(staff, self.embedded_officials)
        self.home.office.embedded_capacity += embedded * values["embedded_files"]
        seats = sum(p.seats for p in places)
        for place in places:
            share = place.seats / seats if seats else 1 / len(places)
            place.staff = (staff - embedded) * share

    # -- other spending --------------------------------------------------------------------------

    def hold_lab(self) -> None:
        """Officials meet innovators at the innovation lab."""
        if not self.is_active or self.lab_meetings <= 0:
            return
        town, cost = self.model, self.participant_cost
        invited = [o for o in town.officials if self.reaches(o.home)]
        if not invited:
            return
        share = self.lab_meetings
        if cost > 0:
            share = min(share, self.in_purse("events") // cost / len(invited))
        first = LAB_LUCK + LUCK_OF_A_LAB * self.number
        for official in invited:
            draw = uniform(word(*town.key(5), official.number, first))
            if draw >= share or self.in_purse("events") < cost:
                continue
            holder = self._find_innovator(official.number, official.office, first + 2)
            if holder is None:
                continue
            self.pay("events", cost)
            decisions = (first + 1, first + 100)
            official.meets(holder, holder.openness, official.openness, decisions)

    def _find_innovator(self, number: int, office: Office, decision: int) -> Person | None:
        everyone = self.model.entrepreneurs
        for attempt in range(64 if everyone else 0):
            draw = uniform(word(*self.model.key(5), number, decision + attempt))
            holder = everyone[int(draw * len(everyone))]
            if holder.office is office and self.reaches(holder.home):
                return holder
        return None

    def hold_evening(self) -> None:
        """Invite residents to an evening of ideas."""
        town, values = self.model, self.model.values
        if not (self.is_active and self.evening_every and self.participant_cost):
            return
        if (town.month + 1) % self.evening_every:
            return
        residents = sum(h.residents for h in town.homes if self.reaches(h))
        paid = self.in_purse("events") // self.participant_cost
        participants = min(paid, int(values["evening_turnout"] * residents))
        if participants == 0:
            return
        self.pay("events", participants * self.participant_cost)
        latent = [e for e in town.entrepreneurs if e.stage == 0 and self.reaches(e.home)]
        chance = participants * values["evening_idea_probability"] / max(len(latent), 1)
        for holder in latent:
            if holder.draws(7, EVENING_LUCK + self.number)[0] < chance:
                holder.origin = 0
                holder.begin(self)

    def support_shops(self) -> None:
        """Relieve rents, help new shops, renovate fronts."""
        if not self.is_active:
            return
        town = self.model
        helped = [p for p in town.premises if self.zone in (EVERY_ZONE, p.zone)]
        if self.rent_relief > 0 or self.opening_aid > 0:
            money, spent = self.in_purse("subsidies"), 0
            in_all = sum(p.wanted(self) for p in helped if p.is_open)
            for premises in helped:
                wanted = premises.wanted(self)
                among = in_all if premises.is_open else in_all + wanted
                paid = wanted if among <= money else wanted * money // among
                premises.subsidy += paid / 100
                spent += paid if premises.is_open else 0
            self.pay("subsidies", spent)
        if self.facade > 0:
            renovated = 1 + self.facade
            waiting = [p for p in helped if p.facade < renovated - 1e-6]
            for premises in sorted(waiting, key=lambda p: p.order_of_front()):
                if self.facade_cost > self.in_purse("subsidies"):
                    break
                premises.facade = renovated
                self.pay("subsidies", self.facade_cost)

    def gather_members(self) -> None:
        """Let running projects in reach join the cooperation hub while it has room."""
        if not self.is_active or self.hub_members <= 0:
            return
        near = [e for e in self.model.entrepreneurs if self.reaches(e.home)]
        members = sum(e.is_member for e in near)
        for holder in near:
            if members < self.hub_members and holder.wants_to_join():
                holder.change_membership(True)
                members += 1
