"""Entrepreneurs and the projects that they carry, as ordinary Mesa agents."""

from __future__ import annotations

import math
from typing import NamedTuple

from benchmarks.peers.plain_people import Office, Person
from benchmarks.peers.plain_places import Account
from benchmarks.peers.plain_shops import CLOSED, SUCCEEDED, TAKEN, Premises
from sim.kernels.random import block, normal_pair, uniform, word

LATENT, IDEA, REVIEW, INCUBATING, RUNNING, ENDED = range(6)
NOTHING, HAD_IDEA, APPLIED, APPROVED, REFUSED, ABANDONED, BORN, CEASED = range(8)
RESIDENT, YOUTH, ENTREPRENEUR, OFFICIAL = range(4)


class ProjectKind(NamedTuple):
    """A row of the catalogue of project kinds."""

    share: float
    engineering_hours: float
    needs_approval: int
    capital: int
    needs_premises: int
    sector: int
    jobs: float
    risk_ratio: float


class Entrepreneur(Person):
    """An actual or potential project holder."""

    code, visits = 1, "entrepreneur_visits"
    office: Office
    kind: ProjectKind
    premises: Premises | None
    supporter: Account | None

    @property
    def has_project(self) -> bool:
        return IDEA <= self.stage <= RUNNING

    @property
    def is_under_way(self) -> bool:
        return self.stage in (INCUBATING, RUNNING)

    @property
    def place(self) -> Premises | Person:
        """The place of the project: its premises, or home."""
        return self.premises if self.premises is not None else self.home

    def draws(self, stream: int, decision: int = 0) -> tuple[float, float, float, float]:
        words = block(*self.model.key(stream), self.number, decision)
        first, second, third, fourth = map(uniform, words)
        return first, second, third, fourth

    def fade(self) -> None:
        """Lose part of the stock of ideas."""
        left = self.exposure * 0.5 ** (1 / self.model.values["exposure_half_life"])
        self.exposure = left if left > 1e-9 else 0.0

    def meets(self, other: Person, openness: float, own_openness: float) -> None:
        """Learn from a holder of other competences."""
        if other.code == 1 and self.skills | other.skills not in (self.skills, other.skills):
            self.exposure += self.model.values["encounter_gain"] * (1 - self.exposure)
            self.partners += self.has_project

    # -- ideas -----------------------------------------------------------------------------------

    def maybe_have_idea(self) -> None:
        self.event = NOTHING
        if self.stage == ENDED:
            self.stage = LATENT
        if self.stage != LATENT:
            self.stage_months += 1
            self.project_months += 1
            return
        draw = uniform(word(*self.model.key(7), self.number, 0))
        if draw < 1 - math.exp(-self.idea_rate() / 12):
            place = self.third_place if self.at_place else None
            from_above = place is not None and place.is_top_down
            self.origin = OFFICIAL if from_above else -1
            self.begin(None if place is None else place.account)

    def idea_rate(self) -> float:
        """Rate of ideas, 1/year."""
        values, office = self.model.values, self.office
        gained = office.trust - office.trust_at_start
        gained = max(gained / max(1 - office.trust_at_start, 1e-6), -1)
        hours = self.facilitation
        weights = [values[f"idea_weight_{w}"] for w in ("facilitation", "encounters", "trust")]
        felt = (hours / (hours + values["half_facilitation_hours"]), self.exposure, gained)
        felt = sum(w * f for w, f in zip(weights, felt, strict=True)) / max(sum(weights), 1e-9)
        half = values["skill_effect"] / 2
        skill = math.exp(2 * half * (self.skill - 0.5)) / (math.sinh(half) / half if half else 1)
        return self.model.idea_rate * skill * values["idea_exposure_effect"] ** felt

    def begin(self, supporter: Account | None) -> None:
        """Begin a project."""
        values, kinds = self.model.values, self.model.project_kinds
        by_kind, by_origin, by_partners, _ = self.draws(7, 1)
        chosen, reached = 0, kinds[0].share
        while by_kind >= reached and chosen < len(kinds) - 1:
            chosen += 1
            reached += kinds[chosen].share
        self.kind = kinds[chosen]
        if self.origin < 0:
            official = values["origin_official"]
            youth = official + values["origin_youth"]
            self.origin = RESIDENT
            for origin, until in (
                (ENTREPRENEUR, youth + values["origin_entrepreneur"]),
                (YOUTH, youth),
                (OFFICIAL, official),
            ):
                self.origin = origin if by_origin < until else self.origin
        self.stage, self.event = IDEA, HAD_IDEA
        self.supporter = supporter
        self.stage_months = self.project_months = self.months_to_birth = 0
        self.team = self.review_months = 0
        usual = values["usual_partners"]
        ratio = math.log(usual / (1 + usual)) if usual > 0 else -math.inf
        self.partners = int(math.log(by_partners) / ratio)
        self.engineering = self.review_left = 0.0
        self.has_public_partner, self.is_member = self.origin == OFFICIAL, False
        self.risk_ratio = 1.0

    # -- engineering, review, funding ------------------------------------------------------------

    def _gives_up(self, draw: float) -> bool:
        if draw < self.model.abandonment:
            self.stage, self.event = LATENT, ABANDONED
        return self.stage == LATENT

    def join_work(self) -> None:
        """Be one of the ideas that share the hours of the office."""
        if self.stage == IDEA and self.stage_months > 0 and not self._gives_up(self.draws(8)[0]):
            self.office.ideas.append(self)

    def be_engineered(self) -> None:
        """Advance by the hours of the month, and apply or go on once there are enough."""
        values, place = self.model.values, self.third_place
        if self.stage != IDEA or self.stage_months == 0:
            return
        needed = self.kind.engineering_hours
        machines = place.machines * needed / 12 if self.at_place and place is not None else 0.0
        shared = self.office.engineering_hours / len(self.office.ideas)
        hours = shared + self.facilitation + machines
        self.engineering += min(hours, values["engineering_cap"])
        if self.supporter is None and place is not None and self.facilitation + machines > 0:
            self.supporter = place.account
        if self.engineering < needed:
            return
        self.stage_months = 0
        if self.kind.needs_approval:
            self.stage, self.event = REVIEW, APPLIED
            self.office.waiting.append(self)
        else:
            self.stage = INCUBATING

    def be_examined(self) -> None:
        """Spend a month in review; a decision ends it."""
        if self.stage != REVIEW or self.stage_months == 0:
            return
        self.review_months += 1
        if self.review_left <= 0:
            return
        gives_up, decides, _, _ = self.draws(9)
        self.review_left -= 1
        if not self._gives_up(gives_up) and self.review_left <= 0:
            approved = decides < self.model.values["approval_probability"]
            self.stage = INCUBATING if approved else LATENT
            self.event = APPROVED if approved else REFUSED
            self.stage_months = 0

    def be_opened(self, months: float) -> None:
        """Have the file opened, unless given up meanwhile."""
        gives_up, short_loop, rounding, _ = self.draws(9)
        if gives_up >= (1 - self.model.abandonment) ** self.stage_months:
            self.stage, self.event = LATENT, ABANDONED
            return
        place = self._supporting_place()
        if place is not None and short_loop < place.review_share:
            months *= self.model.values["short_loop_factor"]
        self.review_left = max(math.floor(months + rounding), 1)

    def _supporting_place(self) -> Person | None:
        place = self.third_place
        helps = place is not None and place.is_open and place.account is self.supporter
        return place if helps else None

    def is_ready(self) -> bool:
        """Return whether only money is missing."""
        if self.stage != INCUBATING or self.stage_months == 0 or self._gives_up(self.draws(10)[0]):
            return False
        return self.stage_months >= self.model.values["incubation_months"]

    def seek_money(self) -> None:
        """Look for the capital, with a seed grant if there is one in reach."""
        capital, giver, grant = self.kind.capital, None, 0
        for account in self.model.accounts if capital > 0 else ():
            promised = min(account.grant, capital)
            gives = account.is_active and 0 < promised <= account.in_purse("grants")
            if gives and account.reaches(self.home):
                giver, grant = account, promised
                break
        chance = 1.0
        if capital > 0:
            chance = max(self.model.values["funding_probability"], min(grant / capital, 1))
        if self.draws(10)[1] >= chance:
            return
        self.event = BORN
        if giver is not None:
            giver.pay("grants", grant)
            self.supporter = self.supporter or giver

    # -- the running project ---------------------------------------------------------------------

    def maybe_end(self) -> None:
        values = self.model.values
        if self.stage != RUNNING:
            return
        if self.premises is not None:
            if self.premises.event not in (CLOSED, SUCCEEDED):
                return
            self.premises.operator, self.premises.risk_ratio = None, 1.0
            self.premises = None
        else:
            shape, scale = values["survival_shape"], values["survival_scale"]
            age = self.stage_months
            if age > 60:
                hazard = shape / scale * (5 / scale) ** (shape - 1) / 12
            else:
                hazard = (age / 12 / scale) ** shape - ((age - 1) / 12 / scale) ** shape
            hazard *= self.risk_ratio
            if self.is_member:
                uplift = values["cooperation_uplift"]
                hazard *= math.exp(-values["closure_margin_response"] * uplift)
            if self.draws(11)[0] >= 1 - math.exp(-hazard):
                return
        self.stage, self.event, self.is_member = ENDED, CEASED, False

    def be_born(self) -> None:
        """Start, perhaps in vacant premises."""
        values, place = self.model.values, self._supporting_place()
        if self.event != BORN:
            return
        ratio = 1.0
        if self.supporter is not None:
            ratio = values["supported_risk_ratio"]
            ratio *= place.trials if place is not None else 1.0
        ratio *= values["top_down_risk_ratio"] if self.origin == OFFICIAL else 1.0
        self.stage, self.stage_months = RUNNING, 0
        self.months_to_birth = self.project_months
        self.risk_ratio = ratio * self.kind.risk_ratio
        looks, first, second, _ = block(*self.model.key(12), self.number, 0)
        if not self.kind.needs_premises or uniform(looks) >= values["premises_probability"]:
            return
        reach = (values["takeover_reach"] / self.model.cell_km) ** 2
        vacant = [
            p
            for p in self.model.places_of[self.kind.sector]
            if not p.is_open and p.event != CLOSED and self.home.squared_distance(p) <= reach
        ]
        if vacant:
            key = self.model.key(12)
            self.premises = min(vacant, key=lambda p: word(*key, p.number, self.number))
            self.premises.open_shop(TAKEN, normal_pair(first, second)[0])
            self.premises.operator, self.premises.risk_ratio = self, ratio

    def change_membership(self, is_member: bool) -> None:
        """Join or leave a cooperation hub; a shop gains or loses the members' uplift."""
        self.is_member = is_member
        if self.premises is not None:
            uplift = 1 + self.model.values["cooperation_uplift"]
            self.premises.quality *= uplift if is_member else 1 / uplift

    def maybe_leave_hub(self) -> None:
        leaving = 1 - math.exp(-self.model.values["hub_attrition"] / 12)
        if self.is_member and self.draws(13)[0] < leaving:
            self.change_membership(False)

    def wants_to_join(self) -> bool:
        free = self.stage == RUNNING and not self.is_member
        return free and self.draws(13)[1] < self.model.values["hub_join"]
