"""Permanent commercial premises and the successive shops in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, override

from sim.mesa_face.columns import ROW_MASK, Column, Flag, Keys, Relation, UniqueId, Word
from sim.mesa_face.row_agent import AgentGoneError, RowAgent
from sim.territory.territory import SECTORS, ZONES

if TYPE_CHECKING:
    from sim.mesa_face.model import TerritoryModel
    from sim.mesa_face.people import Entrepreneur
    from sim.mesa_face.third_place import ThirdPlace

EVENTS: Final = ("none", "closed", "relet", "taken_over", "succeeded")
"""Events of premises, in the order of the codes of ``premises.event``."""


class ShopClosedError(AgentGoneError):
    """Raised when a handle on a closed shop is used."""


class FloorArea(Column[float]):
    """Floor area; setting it also updates the attraction."""

    @override
    def write(self, model: TerritoryModel, keys: Keys, value: float) -> None:
        super().write(model, keys, value)
        elasticity = model.simulation.values["floor_area_elasticity"]
        model.state["premises.size_attraction"][keys & ROW_MASK] = float(value) ** elasticity


class PremisesRow(RowAgent):
    """Common attributes of premises and their shops."""

    table = "premises"
    arrival = ", and let vacant premises with premises.let() to open a shop"

    unique_id = UniqueId(0)
    sector = Word(SECTORS)
    zone = Word((*ZONES, *(f"{zone}_of_buffer" for zone in ZONES)), computed=True)
    event = Word(EVENTS, computed=True)
    tenancy = Column[int](computed=True)
    floor_area = FloorArea(above=0.0)
    size_attraction = Column[float](computed=True)
    open_share_nearby = Column[float](computed=True)
    attraction = Column[float](computed=True)
    fixed_costs = Column[float](above=0.0)
    rent = Column[float](at_least=0.0)
    rent_at_start = Column[float](computed=True)
    margin = Column[float]()
    subsidy = Column[float](computed=True)
    facade = Column[float](above=0.0)
    risk_ratio = Column[float](computed=True)
    jobs = Column[float](computed=True)
    operator: Relation[Entrepreneur] = Relation("Entrepreneur")
    third_place: Relation[ThirdPlace] = Relation("ThirdPlace")


class Premises(PremisesRow):
    """Commercial premises: permanent; a shop, a third place or nobody is in them."""

    permanence = "premises are permanent, close their shop"

    is_open = Flag(computed=True)
    months_vacant = Column[int](at_least=0)
    lettability = Column[float](above=0.0)
    shop_age = Column[int](computed=True)
    revenue = Column[float](computed=True)
    quality = Column[float](computed=True)
    reserves = Column[float](computed=True)

    @property
    def shop(self) -> Shop | None:
        """The present shop; None if there is none."""
        return self.model.handles.at(Shop, self.row)

    def let(self, quality: float = 1.0) -> Shop:
        """Let vacant premises by hand, as in `sim.processes.reletting`, but without a draw.

        `quality` is the attraction relative to an average shop in its place, above 0. The new
        occupant has the reserves of a new shop. Indicators count it among the open shops, but not
        among the relettings of a month. Raise `ValueError` if a shop or a third place is in them,
        or the quality is not above 0.
        """
        occupant = self.shop or self.third_place
        if occupant is not None:
            raise ValueError(f"{self!r} cannot be let: {occupant!r} is in them")
        self._store(
            is_open=1,
            event=EVENTS.index("relet"),
            tenancy=self.tenancy + 1,
            shop_age=0,
            months_vacant=0,
            quality=Shop.quality.encode(quality, self.model.state["premises.quality"].dtype),
            reserves=self.model.simulation.values["starting_reserves"],
            revenue=0.0,
        )
        shop = self.shop
        assert shop is not None
        return shop


class Shop(PremisesRow):
    """The present occupant of open premises.

    Its id is the premises' id plus the number of premises times the tenancy, so each occupant has
    its own id. Once the shop has closed, its handle keeps its id, place and `premises`; `is_open`
    is False and every other attribute raises `ShopClosedError`.
    """

    presence = "premises.is_open"
    succession = "premises.tenancy"

    shop_age = Column[int](at_least=0)
    revenue = Column[float](computed=True)
    quality = Column[float](above=0.0)
    reserves = Column[float](at_least=0.0)

    @property
    def is_open(self) -> bool:
        """Whether the shop still exists."""
        return self.exists

    @property
    def premises(self) -> Premises:
        """The premises of the shop."""
        premises = self.model.handles.at(Premises, self.row)
        assert premises is not None
        return premises

    def gone(self) -> ShopClosedError:
        """Return the error for using a closed shop."""
        return ShopClosedError(f"shop {self.unique_id} has closed; ask {self.premises!r}.shop")

    def close(self) -> None:
        """Close the shop by hand and leave its premises vacant; a project run in it ends.

        No other random draw changes, because draws are keyed by premises and month. Indicators
        count one open shop less, but not a closure. Raise `ShopClosedError` if it has closed.
        """
        operator = self.operator
        # As after `sim.processes.shop_closure`, except that the turnover, which that process keeps
        # for its month, ends at once.
        self._store(is_open=0, event=EVENTS.index("closed"), shop_age=0, months_vacant=0)
        self._store(quality=1.0, reserves=0.0, revenue=0.0)
        if operator is not None:
            operator.end_project()

    leave = close

    def __repr__(self) -> str:
        return super().__repr__().replace("(gone)", "(closed)")
