"""The schema of a scenario: every parameter of the model, by TOML table and by flat name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sim.processes.application_review import ApplicationReviewParameters
from sim.processes.cooperation import CooperationParameters
from sim.processes.demography import DemographyParameters
from sim.processes.encounters import EncountersParameters
from sim.processes.exogenous_drivers import ExogenousDriversParameters
from sim.processes.footfall import FootfallParameters
from sim.processes.local_benefits import LocalBenefitsParameters
from sim.processes.month import MechanismParameters
from sim.processes.project_birth import ProjectBirthParameters
from sim.processes.project_engineering import ProjectEngineeringParameters
from sim.processes.project_funding import ProjectFundingParameters
from sim.processes.project_ideas import ProjectIdeasParameters
from sim.processes.project_survival import ProjectSurvivalParameters
from sim.processes.public_money import PublicMoneyParameters
from sim.processes.reletting import RelettingParameters
from sim.processes.rent import RentParameters
from sim.processes.shop_accounts import ShopAccountsParameters
from sim.processes.shop_attraction import ShopAttractionParameters
from sim.processes.shop_closure import ShopClosureParameters
from sim.processes.shopping_trips import ShoppingTripsParameters
from sim.processes.third_place_visits import ThirdPlacesParameters
from sim.processes.youth_migration import YouthMigrationParameters
from sim.processes.youth_participation import YouthParticipationParameters
from sim.registry.parameters import ParameterGroup, ParameterInfo, parameters_of
from sim.start.people import PeopleParameters
from sim.start.projects import ProjectsAtStartParameters
from sim.start.state_at_start import StartParameters
from sim.start.youth import YouthParameters
from sim.territory.territory_parameters import TerritoryParameters

__all__ = ["PARAMETERS", "Parameters"]


class Parameters(ParameterGroup):
    """All parameters of the model, one group per TOML table."""

    territory: TerritoryParameters = TerritoryParameters()
    people: PeopleParameters = PeopleParameters()
    youth: YouthParameters = YouthParameters()
    projects: ProjectsAtStartParameters = ProjectsAtStartParameters()
    start: StartParameters = StartParameters()
    exogenous_drivers: ExogenousDriversParameters = ExogenousDriversParameters()
    youth_migration: YouthMigrationParameters = YouthMigrationParameters()
    demography: DemographyParameters = DemographyParameters()
    public_money: PublicMoneyParameters = PublicMoneyParameters()
    third_places: ThirdPlacesParameters = ThirdPlacesParameters()
    encounters: EncountersParameters = EncountersParameters()
    youth_participation: YouthParticipationParameters = YouthParticipationParameters()
    project_ideas: ProjectIdeasParameters = ProjectIdeasParameters()
    project_engineering: ProjectEngineeringParameters = ProjectEngineeringParameters()
    application_review: ApplicationReviewParameters = ApplicationReviewParameters()
    project_funding: ProjectFundingParameters = ProjectFundingParameters()
    shop_attraction: ShopAttractionParameters = ShopAttractionParameters()
    shopping_trips: ShoppingTripsParameters = ShoppingTripsParameters()
    shop_accounts: ShopAccountsParameters = ShopAccountsParameters()
    shop_closure: ShopClosureParameters = ShopClosureParameters()
    reletting: RelettingParameters = RelettingParameters()
    project_survival: ProjectSurvivalParameters = ProjectSurvivalParameters()
    project_birth: ProjectBirthParameters = ProjectBirthParameters()
    cooperation: CooperationParameters = CooperationParameters()
    rent: RentParameters = RentParameters()
    footfall: FootfallParameters = FootfallParameters()
    local_benefits: LocalBenefitsParameters = LocalBenefitsParameters()
    mechanisms: MechanismParameters = MechanismParameters()

    def flat(self) -> dict[str, Any]:
        """Values by flat name."""
        return {n: v for group in self.__class__.model_fields for n, v in getattr(self, group)}


def _collect() -> Mapping[str, ParameterInfo]:
    groups: dict[str, type[ParameterGroup]] = {
        name: field.annotation  # type: ignore[misc]
        for name, field in Parameters.model_fields.items()
    }
    found: dict[str, ParameterInfo] = {}
    for info in parameters_of(groups):
        if info.name in found:
            raise TypeError(f"parameter {info.name} is declared twice")
        found[info.name] = info
    return MappingProxyType(found)


PARAMETERS: Final[Mapping[str, ParameterInfo]] = _collect()
"""Every parameter by its flat name, in the order of the month."""
