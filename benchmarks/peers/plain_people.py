"""The young, officials and their offices, as ordinary Mesa agents."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Any

import mesa

from sim.kernels.random import block, normal_pair, uniform, word

if TYPE_CHECKING:
    from benchmarks.peers.plain_mesa import PlainTown
    from benchmarks.peers.plain_places import ThirdPlace
    from benchmarks.peers.plain_projects import Entrepreneur
    from benchmarks.peers.plain_shops import Home

LEFT, ARRIVED, TURNED_30 = 1, 2, 3


class Person(mesa.Agent):
    """A person who may visit third places, with a home and random draws."""

    code: int
    visits: str

    def __init__(self, model: PlainTown, number: int, home: Home, **given: Any) -> None:
        super().__init__(model)
        self.number, self.home = number, home
        self.is_present = True
        self.third_place: ThirdPlace | None = None
        for name, value in given.items():
            setattr(self, name, value)

    def choose_place(self) -> None:
        """Choose a place in reach in proportion to visits; tastes last."""
        self.third_place, self.likely, earliest = None, 0.0, math.inf
        for place in self.model.third_places:
            likely = place.attracts(self) if place.is_open else 0.0
            if likely > 0:
                taste = 6 + 3 * place.number + self.code
                wait = -math.log(uniform(word(*self.model.lasting, self.number, taste))) / likely
                if wait < earliest:
                    self.third_place, self.likely, earliest = place, likely, wait

    def maybe_visit(self) -> None:
        """Queue at the place in random order."""
        self.at_place = False
        place = self.third_place
        if place is None or not place.is_open or not self.is_present:
            return
        key = self.model.key(4)
        if uniform(word(*key, self.number, 2 * self.code)) < self.likely * place.ramp():
            turn = int(word(*key, self.number, 2 * self.code + 1))
            place.line.append((turn, self.code, self.number, self))


class Youth(Person):
    """A place in the population and the resident aged 15 to 29 who holds it."""

    code, visits = 0, "youth_visits"
    acquaintances: list[Youth]
    role: Entrepreneur | None

    @property
    def openness(self) -> float:
        return min(max(self.interest, 0.0), 1.0)

    def move(self) -> None:
        """Grow older; turn 30, leave, or arrive."""
        model, values = self.model, self.model.values
        self.age, self.event = self.age + 1, 0
        if self.age >= 360:
            self.age = 180
            if self.is_present:
                self.event = TURNED_30
        else:
            draw = uniform(word(*model.key(3), self.number, 0))
            if not self.is_present:
                if draw < 1 - math.exp(-model.arrival_rate / 12):
                    self.event = ARRIVED
                    self.home.residents += 1
            elif self._leaves(draw) and self.home.residents >= 1:
                self.event = LEFT
                self.home.residents -= 1
        if self.event == 0:
            return
        if self.role is not None:
            self.role.team -= 1
            self.role = None
        self.is_active = self.is_present = False
        first, second, handed_on, _ = block(*model.key(3), self.number, 0)
        decline = math.exp(15 * min(values["residents_growth"], 0.0))
        if self.event == ARRIVED or (self.event == TURNED_30 and uniform(handed_on) < decline):
            z0, z1 = normal_pair(first, second)
            self.is_present = True
            self.threshold = values["threshold_mean"] + values["threshold_spread"] * z0
            self.interest = model.base_interest + values["interest_spread"] * z1
            self.base_interest = self.interest

    def _leaves(self, draw: float) -> bool:
        values = self.model.values
        rate = values["leaving_rate"]
        if 216 <= self.age < 228:
            rate = -math.log(1 - values["leaving_at_18"])
        rate *= values["active_stay_ratio"] if self.is_active else 1.0
        if draw >= 2 * rate / 12:  # jobs at most double the rate
            return False
        response = -values["staying_response"] * self.home.jobs_gained()
        response = min(max(response, -math.log(2)), math.log(2))
        return draw < 1 - math.exp(-rate / 12 * math.exp(response))

    def maybe_end_role(self) -> None:
        if self.role is not None:
            draw = uniform(block(*self.model.key(6), self.number, 0)[0])
            if not self.role.is_under_way or draw < 1 / self.model.values["role_months"]:
                self.role.team -= 1
                self.role = None

    def look(self) -> None:
        """Update interest, and observe which acquaintances took part last month."""
        values = self.model.values
        base = self.base_interest
        kept = 0.5 ** (1 / values["interest_half_life"])
        interest = base + kept * (self.interest - base)
        self.interest = interest + min(values["interest_gain"] * self.exposure, 1) * (1 - interest)
        self.exposure = 0.0
        present = [a for a in self.acquaintances if a.is_present]
        share = sum(a.is_active for a in present) / max(len(present), 1)
        self.motivation = self.interest + values["neighbour_influence"] * share
        self.motivation += values["venue_pull"] * self.at_place
        self.motivation += values["role_pull"] if self.role is not None else 0.0

    def take_part(self) -> None:
        self.is_active = self.is_present and self.motivation > self.threshold

    def meets(self, other: Person, openness: float, own_openness: float) -> None:
        """Become interested, and perhaps get a role in the other's project."""
        values = self.model.values
        self.exposure += values["peer_exposure"] if other.code == 0 else 1.0
        if other.code == 1 and other.is_under_way and self.role is None:
            draw = uniform(word(*self.model.key(5), self.number, 1))
            if draw < values["role_probability"]:
                self.role = other
                other.team += 1


class Official(Person):
    """An elected official or a civil servant."""

    code, visits = 2, "official_visits"

    def meets(
        self,
        other: Person,
        openness: float,
        own_openness: float,
        decisions: tuple[int, int] = (0, 2),
    ) -> None:
        """Revise trust and openness if the other is similar enough; perhaps become a partner."""
        values, key = self.model.values, self.model.key(5)
        if abs(own_openness - openness) >= values["confidence_bound"]:
            return
        learns, partners = (uniform(word(*key, self.number, d)) for d in decisions)
        experience = 1.0 if learns < values["good_experience"] else 0.0
        self.trust += values["trust_gain"] * (experience - self.trust)
        self.openness = own_openness + values["openness_gain"] * (openness - own_openness)
        if other.code == 1 and other.has_project and partners < values["partnership_probability"]:
            other.has_public_partner = True


class Office(mesa.Agent):
    """An administration: its officials, its engineers and its queue of files."""

    def __init__(self, model: PlainTown, **given: Any) -> None:
        super().__init__(model)
        self.waiting: deque[Entrepreneur] = deque()
        self.officials: list[Official] = []
        self.ideas: list[Entrepreneur] = []
        for name, value in given.items():
            setattr(self, name, value)

    def review(self) -> None:
        """Open files up to the capacity, first in, first out."""
        values = self.model.values
        months = self.model.examination_months
        months *= math.exp(-values["trust_speed"] * (self.trust - self.trust_at_start))
        credit = self.review_credit + self.review_capacity + self.embedded_capacity
        while credit >= 1 and self.waiting:
            credit -= 1
            self.waiting.popleft().be_opened(months)
        self.review_credit = min(credit, 1.0)

    def average_trust(self) -> None:
        if self.officials:
            self.trust = sum(o.trust for o in self.officials) / len(self.officials)
