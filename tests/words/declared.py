"""Every text that is declared in English, in code or in the files of the package."""

from collections.abc import Iterator

from sim.experiments.experiment_file import list_experiments, load_experiment
from sim.experiments.manifest import BASELINE_LABEL
from sim.interventions import TYPES, list_interventions, load_intervention
from sim.measures.map_layers import LAYERS
from sim.measures.measure import PLACE_LABELS, WINDOWS
from sim.measures.registry import MEASURES
from sim.processes.month import MONTH
from sim.registry.catalogues import project_kinds, third_place_kinds
from sim.registry.parameters import ParameterInfo
from sim.scenario.scenario import list_scenarios, load_scenario
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import Texts


def declared_texts() -> Iterator[Texts]:
    """Go through all registries."""
    infos: list[ParameterInfo] = [*PARAMETERS.values()]
    for kind in TYPES.values():
        infos += kind.infos.values()
        yield from (kind.title, kind.description)
        for part in kind.parts:
            yield from (part.title, part.description)
    for info in infos:
        yield from (info.label, info.help)
    yield from (process.title for process in MONTH)
    yield from (kind.label for kind in (*third_place_kinds(), *project_kinds()))  # type: ignore[misc]
    for path in list_interventions():
        use = load_intervention(path)
        yield from (use.title, use.description)  # type: ignore[misc]
    for path in list_scenarios():
        scenario = load_scenario(path)
        yield from (scenario.title, scenario.description)  # type: ignore[misc]
    for measure in MEASURES.values():
        yield from (measure.title, measure.definition)
    for layer in LAYERS.values():
        yield from (layer.label, layer.definition)
    yield from (*PLACE_LABELS.values(), *WINDOWS.values())  # type: ignore[misc]
    for path in list_experiments():
        experiment = load_experiment(path)
        yield from (experiment.title, experiment.question)  # type: ignore[misc]
        for arms in experiment.scenarios.values():
            for use in (i for arm in arms.values() for i in arm.interventions):
                if isinstance(use.title, Texts):  # that of a part is put together
                    yield from (use.title, use.description)  # type: ignore[misc]
    yield BASELINE_LABEL


def declared_sources() -> set[str]:
    """Collect where the numbers of the package come from, as it is declared in English."""
    infos = [*PARAMETERS.values(), *(i for kind in TYPES.values() for i in kind.infos.values())]
    kinds = (*third_place_kinds(), *project_kinds())
    owners = [
        *(load_scenario(path) for path in list_scenarios()),
        *(load_intervention(path) for path in list_interventions()),
    ]
    for path in list_experiments():
        for arms in load_experiment(path).scenarios.values():
            owners += [*arms.values(), *(i for arm in arms.values() for i in arm.interventions)]
    return {
        *(info.source for info in infos),
        *(figure.source for kind in kinds for figure in kind.figures.values()),
        *(layer.source for layer in LAYERS.values()),
        *(setting.source for owner in owners for setting in owner.settings.values()),
    }
