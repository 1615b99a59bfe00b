"""Open third places and their visitors of this month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.mesa_face.columns import ROW_MASK, TENANCY_SHIFT, Column, Flag, UniqueId, Word
from sim.mesa_face.people import Entrepreneur, Official, Worker, Youth
from sim.mesa_face.row_agent import RowAgent
from sim.registry.catalogues import third_place_kinds

if TYPE_CHECKING:
    from sim.mesa_face.agent_sets import ColumnAgentSet

VISITORS: tuple[type[RowAgent], ...] = (Youth, Entrepreneur, Official, Worker)
"""Types of visitors in the order of their codes in ``visitor.agent``."""


class ThirdPlace(RowAgent):
    """An open third place, or travelling facilitators if it is mobile.

    Once the place has closed, its handle keeps its id and its cell; every other attribute raises
    `AgentGoneError`.
    """

    table = "third_place"
    presence = "third_place.is_open"
    arrival = "; interventions open third places"

    unique_id = UniqueId(4 * 10**12)
    account = Column[int](computed=True)
    kind = Word(lambda: tuple(kind.name for kind in third_place_kinds()), computed=True)
    age = Column[int](at_least=0)
    seats = Column[int](at_least=0, at_most=2**31 - 1)
    staff = Column[float](computed=True)
    is_mobile = Flag(computed=True)
    seats_used = Column[float](computed=True)
    users = Column[int](computed=True)
    holders = Column[int](computed=True)
    workers = Column[int](computed=True)
    joined = Column[int](computed=True)
    hours_paid = Column[float](computed=True)
    hours = Column[float](computed=True)
    idea_hours = Column[float](computed=True)
    accompanied = Column[int](computed=True)
    seat_floor = Column[float](computed=True)
    floor = Column[float](computed=True)
    volunteer_share = Column[float](computed=True)
    volunteer_hours = Column[float](computed=True)
    reach = Column[float](computed=True)
    youth_visits = Column[float](computed=True)
    entrepreneur_visits = Column[float](computed=True)
    official_visits = Column[float](computed=True)
    worker_visits = Column[float](computed=True)
    mentoring = Column[float](at_least=0.0)
    machines = Column[float](at_least=0.0)
    trials = Column[float](above=0.0)
    seat_cost = Column[int](at_least=0)
    fee = Column[int](at_least=0)
    review_share = Column[float](at_least=0.0, at_most=1.0)
    is_top_down = Flag()

    @property
    def is_open(self) -> bool:
        """Whether the place is still open."""
        return self.exists

    def visitors(self) -> ColumnAgentSet:
        """Visitors with a seat this month, in the random order of the month.

        Empty for a mobile place, since travelling facilitators have no seats.
        """
        row, state = self.present_row(), self.model.state
        count = int(state["visitor.count"][0])
        here = state["visitor.key"][:count] >> np.uint64(TENANCY_SHIFT) == row
        agents = state["visitor.agent"][:count][here]
        rows, code = agents & ROW_MASK, agents >> TENANCY_SHIFT
        keys = np.zeros(len(agents), np.int64)
        for c, kind in enumerate(VISITORS):
            keys[code == c] = self.model.handles.keys_in(kind, rows[code == c])
        return self.model.agents_with(keys)

    def close(self) -> None:
        """Close the place by hand, for good; its visitors choose another next month.

        Its account stays open: it spends on its other places, or keeps its money. Raise
        `AgentGoneError` if the place has closed already.
        """
        self.present_row()
        self._store(
            is_open=0,
            seats=0,
            seats_used=0,
            staff=0,
            users=0,
            holders=0,
            joined=0,
            hours=0,
            volunteer_hours=0,
        )

    leave = close
