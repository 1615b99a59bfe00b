"""Load experiments from TOML files or by name, and validate them.

An experiment names a territory, interventions, factors and a design::

    title = { en = "Size and funding", fr = "Taille et financement" }
    scenario = "mid_sized_town"
    interventions = ["transition_cluster"]
    replications = 20

    [design]
    kind = "full_factorial"

    [factors]
    cluster_size = [0, 20, 40, 80]
    cluster_funding = [0, 25_000, 50_000]
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sim.errors import InputError, nearest
from sim.experiments.budget import read_budget, read_scales
from sim.experiments.designs import SAMPLED, Design
from sim.experiments.experiment import BASELINE, Arms, Experiment, is_set_in
from sim.experiments.experiment_arms import read_arms, sealed
from sim.experiments.experiment_design import read_design, read_whole
from sim.experiments.factors import SCENARIO
from sim.experiments.towns import TOWN_KEYS, read_choose, read_classes, read_towns
from sim.interventions import LEVERS, Intervention
from sim.measures.map_layers import LAYERS, check_layers
from sim.measures.registry import HEADLINES, OUTCOMES, ROLLING, horizons_within
from sim.registry.catalogues import is_shipped
from sim.registry.settings import read_texts, read_toml
from sim.registry.user_files import is_file
from sim.scenario.scenario import Scenario, scenario_folder
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import LARGEST_SEED
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = [
    "KEYS",
    "experiment_folder",
    "larger",
    "list_experiments",
    "load_experiment",
    "read_experiment",
]

LARGEST_REPLICATIONS: Final = 100_000

KEYS: Final = (
    *("title", "question", "scenario", *TOWN_KEYS, "classes", "choose"),
    *("interventions", "parts", "settings", "parameters", "luck"),
    *("replications", "seed", "months", "horizons", "indicators", "targets"),
    *("series", "every_month", "ledger", "maps", "layers", "variance"),
    *("budget", "design", "factors", "points", "correlations", "scales"),
)
"""Keys of an experiment's file."""


def experiment_folder() -> Path:
    """Return the folder of the experiments in the package."""
    return scenario_folder().with_name("experiments")


def list_experiments() -> Iterator[Path]:
    """List the files of the experiments in the package."""
    return iter(sorted(experiment_folder().glob("*/experiment.toml")))


def load_experiment(name: str | Path, *, changes: Mapping[str, Any] | None = None) -> Experiment:
    """Load an experiment by name, folder or file.

    Parameters
    ----------
    name : str or Path
        Name of an experiment in the package, a folder with ``experiment.toml``, or a TOML file.
    changes : mapping, optional
        Keys of the file to replace, such as ``{"replications": 2}``; ``settings`` are added to.

    Raises
    ------
    InputError
        If there is no such experiment, or the file is invalid.

    Examples
    --------
    >>> load_experiment("cluster_size_by_funding").replications
    20
    """
    path = _find(str(name))
    content = read_toml(path)
    for key, value in (changes or {}).items():
        if key != "settings":
            content[key] = value
        elif isinstance(content.get(key, {}), dict):  # else refused below
            content[key] = {**content.get(key, {}), **value}
    months = (changes or {}).get("months")
    if isinstance(months, int) and isinstance(content.get("horizons"), list):
        # Measure shorter runs at the horizons that they reach.
        content["horizons"] = [
            h for h in content["horizons"] if not isinstance(h, int) or h <= months
        ] or [months]
    called = path.parent.name if path.name == "experiment.toml" else path.stem
    return read_experiment(content, called, path)


def _find(name: str) -> Path:
    known = {p.parent.name: p for p in list_experiments()}
    if name in known:
        return known[name]
    path = Path(name)
    if is_file(path / "experiment.toml"):
        return path / "experiment.toml"
    if path.suffix == ".toml" and is_file(path):
        return path
    if path.suffix == ".toml" or "/" in name or "\\" in name:
        raise InputError(f"{name}: no such experiment file.")
    raise InputError(
        f"unknown experiment '{name}'.{nearest(name, known)} Known: {', '.join(known)}."
    )


def read_experiment(
    content: Mapping[str, Any], name: str, path: Path, scenarios: Arms | None = None
) -> Experiment:
    """Make an experiment from the content of a file, with its arms if they are loaded already.

    The file's path is the base of relative paths and the start of error messages.

    Raises
    ------
    InputError
        If the content is invalid.
    """
    if unknown := [key for key in content if key not in KEYS]:
        hint = nearest(unknown[0], KEYS)
        if unknown[0] in PARAMETERS or unknown[0] in LEVERS:
            hint = " It belongs into [factors] or [settings]."
        raise InputError(f"{path}: unknown key '{unknown[0]}'.{hint}")

    def words(key: str) -> list[str]:
        return [f"experiments.{path.parent.name}.{key}"] if is_shipped(path) else []

    texts = {
        key: read_texts(content[key], str(path), key, *words(key))
        if key in content
        else Texts({ENGLISH: name})
        for key in ("title", "question")
    }
    where = f"{path}: "
    parameters = _word(content, "parameters", ("drawn", "fixed"), where)
    if scenarios is None and any(key in content for key in TOWN_KEYS):
        content, scenarios = read_towns(content, path)
    arms = sealed(scenarios or read_arms(content, path), parameters == "drawn")
    first = next(iter(arms.values()))
    months = int(first[BASELINE].values["months"])
    series, maps = content.get("series", []), _maps(content, months, where)
    design = read_design(content, arms, where)
    _check_levers(content, design, where)
    return Experiment(
        name=name,
        title=texts["title"],
        question=texts["question"],
        scenarios=arms,
        replications=read_whole(content, "replications", 20, 1, LARGEST_REPLICATIONS, where),
        seed=read_whole(content, "seed", 0, 0, LARGEST_SEED, where),
        months=months,
        horizons=_horizons(content, months, where),
        indicators=_measures(content, "indicators", HEADLINES, tuple(OUTCOMES), where),
        targets=_targets(content, where),
        parameters=parameters,
        luck=_word(content, "luck", ("common", "per_point", "per_arm"), where),
        series=ROLLING if series is True else _measures(content, "series", (), ROLLING, where),
        every_month=_flag(content, "every_month", where),
        ledger=_flag(content, "ledger", where),
        maps=maps,
        layers=_layers(content, where) if maps else (),
        variance=_flag(content, "variance", where),
        budget=read_budget(content, arms, where),
        scales=read_scales(content, arms, where),
        classes=(classes := read_classes(content, arms, where)),
        choose=read_choose(content, classes, where),
        design=design,
        content=dict(content),
    )


def larger(
    experiment: Experiment,
    *,
    size: int | None = None,
    replications: int | None = None,
    months: int | None = None,
    horizons: Sequence[int] = (),
    interventions: Sequence[Intervention | str | Path] = (),
) -> Experiment:
    """Return the experiment with more points, replications, months, horizons or arms.

    Parameters are those of `sim.experiments.running.extend`.

    Raises
    ------
    InputError
        If it cannot grow this way, or would shrink.
    """
    content, before = dict(experiment.content), experiment
    given = {"replications": replications, "months": months}
    for name, value in given.items():
        if value is None:
            continue
        if value < getattr(before, name):
            raise InputError(f"{name} = {value} is fewer than there are, {getattr(before, name)}.")
        content[name] = value
    if content.get("parts") and content.get("months", before.months) > before.months:
        raise InputError(
            f"the parts have the money of the whole over {before.months} months, which differs over"
            " more; begin again with more months."
        )
    if before.budget and (interventions or content.get("months", before.months) > before.months):
        raise InputError(
            "the arms are scaled to a budget over these months; begin again with more months or"
            " interventions."
        )
    if size is not None:
        content["design"] = {**content.get("design", {}), "size": _larger_size(before, size)}
    if (
        before.ledger
        and content.get("months", before.months) > before.months
        and before.months % 12
    ):
        raise InputError(
            f"the runs end within a year, after {before.months} months, so that their yearly ledger"
            " cannot be extended; begin again with more months."
        )
    content["horizons"] = [*before.horizons, *horizons]
    if before.maps:
        content["maps"] = list(before.maps)
    arms = {
        name: _with_arms(of_name, interventions, content)
        for name, of_name in before.scenarios.items()
    }
    return read_experiment(content, before.name, Path(before.name), arms)


def _larger_size(experiment: Experiment, size: int) -> int:
    design = experiment.design
    if design.kind not in SAMPLED or design.kind == "latin_hypercube":
        other = (
            "add levels or points to its file"
            if design.kind not in SAMPLED
            else "begin with design 'sobol' in its place"
        )
        raise InputError(f"a {design.kind} design cannot be given more points; {other}.")
    if size < design.size:
        raise InputError(f"size = {size} is smaller than the {design.size} there is.")
    return size


def _with_arms(
    arms: Mapping[str, Scenario],
    interventions: Sequence[Intervention | str | Path],
    content: Mapping[str, Any],
) -> dict[str, Scenario]:
    """Return arms of the length and with the settings of an experiment, and further ones."""
    if interventions and len(arms) == 1:
        raise InputError("a run has no arms to add to; begin with 'sim compare'.")
    first, found = arms[BASELINE], dict(arms)
    for one in interventions:
        arm = first.add(one)
        name = arm.interventions[-1].name
        if name in found:
            raise InputError(f"there is an arm '{name}' already.")
        own = {n: v for n, v in content.get("settings", {}).items() if n not in PARAMETERS}
        found[name] = arm.replace(**{n: v for n, v in own.items() if is_set_in(arm, n)})
    if "months" in content:
        return {name: arm.replace(months=content["months"]) for name, arm in found.items()}
    return found


def _check_levers(content: Mapping[str, Any], design: Design, where: str) -> None:
    """Refuse levers as factors where the money of arms follows from levers as they are set."""
    of = (
        "parts = true"
        if _flag(content, "parts", where)
        else "budget"
        if "budget" in content
        else ""
    )
    for factor in design.factors if of else ():
        if factor.name != SCENARIO and factor.name not in PARAMETERS:
            raise InputError(
                f"{where}{of} does not go with the lever {factor.name} as a factor; set it under"
                " settings, since the money of arms follows from the levers as they are set."
            )


def _word(content: Mapping[str, Any], key: str, known: Sequence[str], where: str) -> Any:
    value = content.get(key, known[0])
    if value not in known:
        raise InputError(f"{where}{key} = {value!r} is not one of {', '.join(known)}.")
    return value


def _flag(content: Mapping[str, Any], key: str, where: str) -> bool:
    value = content.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{where}{key} = {value!r} must be true or false.")
    return value


def _maps(content: Mapping[str, Any], months: int, where: str) -> tuple[int, ...]:
    """Return the months whose maps to keep; true means the start and the end."""
    given = content.get("maps", [])
    if given is True:
        return (0, months)
    if not isinstance(given, list):
        raise InputError(f"{where}maps must be a list of months, such as [0, 120].")
    for month in given:
        read_whole({"maps": month}, "maps", 0, 0, months, where)
    return tuple(sorted(set(given)))


def _layers(content: Mapping[str, Any], where: str) -> tuple[str, ...]:
    given = content.get("layers", list(LAYERS))
    if not isinstance(given, list) or not given:
        raise InputError(f"{where}layers must be a list, such as ['vacancy'].")
    try:
        check_layers([str(name) for name in given])
    except InputError as error:
        raise InputError(f"{where}layers: {error}") from None
    return tuple(dict.fromkeys(given))


def _horizons(content: Mapping[str, Any], months: int, where: str) -> tuple[int, ...]:
    given = content.get("horizons")
    if given is None:
        return horizons_within(months)
    if not isinstance(given, list) or not given:
        raise InputError(f"{where}horizons must be a list of months, such as [60, 120].")
    for month in given:
        read_whole({"horizons": month}, "horizons", 0, 1, months, where)
    return tuple(sorted({*given, months}))


def _measures(
    content: Mapping[str, Any],
    key: str,
    default: tuple[str, ...],
    known: tuple[str, ...],
    where: str,
) -> tuple[str, ...]:
    given = content.get(key)
    if given is None or given is False:
        return default
    if not isinstance(given, list) or not given:
        raise InputError(f"{where}{key} must be a list of measures, such as ['participation'].")
    for name in given:
        if name not in known:
            raise InputError(f"{where}{key}: unknown measure {name!r}.{nearest(str(name), known)}")
    if len(set(given)) < len(given):
        raise InputError(f"{where}{key}: a measure stands twice.")
    return tuple(given)


def _targets(content: Mapping[str, Any], where: str) -> dict[str, float]:
    given = content.get("targets", {})
    if not isinstance(given, dict):
        raise InputError(
            f"{where}targets must be a table of effects, such as participation = 0.01."
        )
    for name, effect in given.items():
        if name not in OUTCOMES:
            raise InputError(f"{where}targets: unknown measure '{name}'.{nearest(name, OUTCOMES)}")
        is_number = isinstance(effect, (int, float)) and not isinstance(effect, bool)
        if not is_number or not effect or not math.isfinite(effect):
            raise InputError(f"{where}targets: {name} = {effect!r} must be a number other than 0.")
    return {name: float(effect) for name, effect in given.items()}
