"""People: the young, entrepreneurs with at most one project each, officials and workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.kernels.project_codes import ABANDONED, CEASED, ENDED, LATENT, REVIEW, RUNNING
from sim.mesa_face.columns import Column, Flag, Relation, UniqueId, Word
from sim.mesa_face.row_agent import RowAgent
from sim.registry.catalogues import project_kinds
from sim.territory.territory import ZONES

if TYPE_CHECKING:
    from sim.mesa_face.premises import Premises
    from sim.mesa_face.third_place import ThirdPlace

YOUTH_EVENTS: Final = ("none", "left", "arrived", "turned_30")
STAGES: Final = ("latent", "idea", "in_review", "incubating", "running", "ended")
PROJECT_EVENTS: Final = (
    "none",
    "idea",
    "applied",
    "approved",
    "refused",
    "abandoned",
    "born",
    "ended",
)
ORIGINS: Final = ("resident", "youth", "entrepreneur", "official")
"""Names in the order of the codes of ``youth.event``, ``entrepreneur.stage``, ``.event`` and
``.origin``."""


class Youth(RowAgent):
    """A resident aged 15 to 29, the present holder of a place in the population.

    An agent is gone when the person leaves the territory or turns 30; the next holder of the place
    is another agent with another id.
    """

    table = "youth"
    presence = "youth.is_present"
    succession = "youth.tenancy"

    unique_id = UniqueId(10**12)
    zone = Word(ZONES, computed=True)
    income_third = Column[int](computed=True)
    event = Word(YOUTH_EVENTS, computed=True)
    tenancy = Column[int](computed=True)
    age = Column[int](at_least=180, at_most=359)
    threshold = Column[float]()
    base_interest = Column[float]()
    interest = Column[float]()
    is_active = Flag()
    exposure = Column[float](at_least=0.0)
    role_in: Relation[Entrepreneur] = Relation("Entrepreneur", "role")
    third_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_of: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_since = Column[int](computed=True)
    last_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    recency = Column[int](computed=True)
    visit_probability = Column[float](computed=True)
    at_place = Flag(computed=True)

    @property
    def is_present(self) -> bool:
        """Whether the person still lives here and is under 30."""
        return self.exists

    @property
    def acquaintances(self) -> list[Youth]:
        """The acquaintances who are present, by row."""
        rows = self.model.state["youth.neighbour"][self.present_row()]
        known = (self.model.handles.at(Youth, int(r)) for r in np.unique(rows) if r != self.row)
        return [youth for youth in known if youth is not None]

    def leave(self) -> None:
        """Move away, as in `sim.processes.youth_migration`, but without a draw.

        The place stays vacant until somebody arrives or it is handed on. The cell loses a resident,
        and any role ends. Raise `AgentGoneError` if the person is gone already.
        """
        row, project = self.present_row(), self.role_in
        state = self.model.state
        if project is not None:
            state["entrepreneur.team"][project.row] -= 1
        residents = state["cell.residents"].ravel()
        cell = state["youth.cell_row"][row]
        residents[cell] = max(residents[cell] - 1, 0)
        left = YOUTH_EVENTS.index("left")
        self._store(event=left, is_present=0, is_active=0, role=-1, at_place=0)
        self._store(member_of=-1, last_place=-1)


class Entrepreneur(RowAgent):
    """An actual or potential project holder and, as attributes, the project she carries.

    The number of potential holders is constant: after a removal, somebody with the same skills
    takes the place, as an agent with another id.
    """

    table = "entrepreneur"
    succession = "entrepreneur.tenancy"

    unique_id = UniqueId(2 * 10**12)
    tenancy = Column[int](computed=True)
    office = Column[int](computed=True)
    skills = Column[int](at_least=0, at_most=4095)
    skill = Column[float](at_least=0.0, at_most=1.0)
    openness = Column[float](at_least=0.0, at_most=1.0)
    exposure = Column[float](at_least=0.0, at_most=1.0)
    third_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_of: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_since = Column[int](computed=True)
    last_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    recency = Column[int](computed=True)
    visit_probability = Column[float](computed=True)
    at_place = Flag(computed=True)
    facilitation = Column[float](computed=True)
    accompanied_by: Relation[ThirdPlace] = Relation("ThirdPlace")
    accompanied_hours = Column[float](computed=True)

    stage = Word(STAGES, computed=True)
    event = Word(PROJECT_EVENTS, computed=True)
    projects = Column[int](computed=True)
    stage_months = Column[int](computed=True)
    project_months = Column[int](computed=True)
    months_to_birth = Column[int](computed=True)
    kind = Word(lambda: tuple(kind.name for kind in project_kinds()), computed=True)
    economic = Column[float]("weight", component=0, computed=True)
    ecological = Column[float]("weight", component=1, computed=True)
    social = Column[float]("weight", component=2, computed=True)
    cultural = Column[float]("weight", component=3, computed=True)
    origin = Word(ORIGINS, computed=True)
    team = Column[int](computed=True)
    partners = Column[int](at_least=0, at_most=1000)
    has_public_partner = Flag()
    supporter = Column[int](computed=True)
    is_member = Flag(computed=True)
    engineering = Column[float](at_least=0.0)
    review_left = Column[float](computed=True)
    review_months = Column[int](computed=True)
    next_in_queue: Relation[Entrepreneur] = Relation("Entrepreneur", "queue_next")
    risk_ratio = Column[float](above=0.0)
    premises: Relation[Premises] = Relation("Premises", "premises_row")

    @property
    def has_project(self) -> bool:
        """Whether she carries a project, from the idea on."""
        return self.stage not in ("latent", "ended")

    def end_project(self) -> None:
        """End the project by hand: abandoned before its birth, ended after it.

        The state changes as in `sim.processes.project_survival`, or in the process that gives
        projects up; a shop run by the project closes with it. Roles of the young end next month.
        Indicators do not count it among the month's ended projects. Raise `ValueError` if there is
        no project.
        """
        row = self.present_row()
        if not self.has_project:
            raise ValueError(f"{self!r} carries no project that could end")
        state = self.model.state
        stage, premises = int(state["entrepreneur.stage"][row]), self.premises
        if stage == REVIEW:
            self._leave_queue()
        ended, event = (ENDED, CEASED) if stage == RUNNING else (LATENT, ABANDONED)
        self._store(stage=ended, event=event, is_member=0, premises_row=-1)
        if premises is not None:
            premises._store(operator=-1, risk_ratio=1)
            if premises.shop is not None:
                premises.shop.close()

    def _leave_queue(self) -> None:
        """Remove the file from the queue of its office, if it waits there."""
        state, office = self.model.state, self.office
        after = state["entrepreneur.queue_next"]
        before, waiting = -1, int(state["office.queue_first"][office])
        while waiting not in (-1, self.row):
            before, waiting = waiting, int(after[waiting])
        if waiting == -1:
            return  # the file is already open
        if before == -1:
            state["office.queue_first"][office] = after[self.row]
        else:
            after[before] = after[self.row]
        if after[self.row] == -1:
            state["office.queue_last"][office] = before
        after[self.row] = -1
        state["office.waiting"][office] -= 1

    def leave(self) -> None:
        """Leave for good: the project ends and somebody with the same skills takes the place.

        Raise `AgentGoneError` if the agent is gone already.
        """
        self.present_row()
        if self.has_project:
            self.end_project()
        self._store(exposure=0, tenancy=self.of_tenancy + 1, member_of=-1, last_place=-1)


class Official(RowAgent):
    """An elected official or a civil servant at an office."""

    table = "official"
    permanence = "offices keep their posts filled"

    unique_id = UniqueId(3 * 10**12)
    office = Column[int](computed=True)
    is_elected = Flag()
    openness = Column[float](at_least=0.0, at_most=1.0)
    trust = Column[float](at_least=0.0, at_most=1.0)
    third_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_of: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_since = Column[int](computed=True)
    last_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    recency = Column[int](computed=True)
    visit_probability = Column[float](computed=True)
    at_place = Flag(computed=True)


class Worker(RowAgent):
    """A resident who works at a distance and might want a desk near home."""

    table = "worker"
    permanence = "their number is that of the start"

    unique_id = UniqueId(5 * 10**12)
    skills = Column[int](at_least=0, at_most=4095)
    third_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_of: Relation[ThirdPlace] = Relation("ThirdPlace")
    member_since = Column[int](computed=True)
    last_place: Relation[ThirdPlace] = Relation("ThirdPlace")
    recency = Column[int](computed=True)
    visit_probability = Column[float](computed=True)
    at_place = Flag(computed=True)
