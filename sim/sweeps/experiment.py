"""Experiments: from a TOML file, or a name, to a question that is known to be answerable.

An experiment names a territory, what is tried on it, what is varied and how::

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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from sim.comparison.measures import HEADLINES, MEASURES, MONTHLY, horizons_within
from sim.errors import InputError, nearest
from sim.interventions import LEVERS, Intervention
from sim.parameters import ParameterInfo
from sim.scenario import Scenario, load_scenario, read_interventions, scenario_folder
from sim.schema import PARAMETERS
from sim.settings import read_texts, read_toml
from sim.simulation import LARGEST_SEED
from sim.sweeps.designs import SAMPLED, Design, DesignKind
from sim.sweeps.factors import SCENARIO, Factor, check_value, read_factor

__all__ = [
    "BASELINE",
    "KEYS",
    "Arms",
    "Experiment",
    "experiment_folder",
    "list_experiments",
    "load_experiment",
    "read_experiment",
]

BASELINE: Final = "baseline"
"""The arm in which nothing is done."""

LARGEST_REPLICATIONS: Final = 100_000

Arms = Mapping[str, Mapping[str, Scenario]]
"""By scenario and by arm, the baseline first."""

KEYS: Final = (
    "title",
    "question",
    "scenario",
    "interventions",
    "settings",
    "parameters",
    "luck",
    "replications",
    "seed",
    "months",
    "horizons",
    "indicators",
    "targets",
    "series",
    "design",
    "factors",
    "points",
)
"""What an experiment's file may hold."""


@dataclass(frozen=True)
class Experiment:
    """A question to the model.

    Attributes
    ----------
    name : str
        Of the folder that holds ``experiment.toml``, or of the file without its ending.
    title, question : mapping
        Texts by language, "en" and "fr".
    scenarios : mapping of str to mapping
        Arms of each scenario: what is run before factors are set. All scenarios have the same arms.
    design : Design
    replications : int
    seed : int
        Luck of the whole, and of the drawn parameters.
    months : int
        Length of the runs.
    horizons : tuple of int
        Months after which runs are measured; the end of the run is the last.
    indicators : tuple of str
        Measures that reports speak of. All measures are kept.
    targets : mapping of str to float
        Smallest wanted effect by indicator, signed like the measure.
    parameters : {"drawn", "fixed"}
        Whether uncertain parameters that are no factors are drawn anew in each replication.
    luck : {"common", "per_point"}
        Whether all points share the luck of a replication.
    series : tuple of str
        Measures whose course over time is kept.
    content : mapping
        What the file says, with what was changed since.
    """

    name: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    scenarios: Arms
    design: Design
    replications: int
    seed: int
    months: int
    horizons: tuple[int, ...]
    indicators: tuple[str, ...]
    targets: Mapping[str, float]
    parameters: Literal["drawn", "fixed"]
    luck: Literal["common", "per_point"]
    series: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What is varied."""
        return self.design.factors

    @property
    def arms(self) -> Mapping[str, Scenario]:
        """What is compared, in the first scenario; the first arm is the baseline."""
        return next(iter(self.scenarios.values()))

    def applicable(self, scenario: str, arm: str) -> tuple[str, ...]:
        """Names of the factors that matter to an arm: its parameters and its own levers."""
        one = self.scenarios[scenario][arm]
        return tuple(f.name for f in self.factors if f.name != SCENARIO and _has(one, f.name))

    def larger(self, *, size: int | None = None, replications: int | None = None) -> Experiment:
        """The same experiment with more points or replications.

        Parameters
        ----------
        size : int, optional
            New size of a sampled design.
        replications : int, optional
            New number of replications.

        Returns
        -------
        Experiment

        Raises
        ------
        InputError
            If the design has no size, cannot be extended in place, or would shrink.
        """
        content, design = dict(self.content), self.design
        if replications is not None:
            if replications < self.replications:
                raise InputError(
                    f"replications = {replications} is fewer than there are, {self.replications}."
                )
            content["replications"] = replications
        if size is not None:
            if design.kind not in SAMPLED or design.kind == "latin_hypercube":
                other = (
                    "add levels or points to its file"
                    if design.kind not in SAMPLED
                    else ("begin with design 'sobol' in its place")
                )
                raise InputError(f"a {design.kind} design cannot be given more points; {other}.")
            if size < design.size:
                raise InputError(f"size = {size} is smaller than the {design.size} there is.")
            content["design"] = {**content["design"], "size": size}
            design = replace(design, size=size)
        return replace(
            self,
            content=content,
            design=design,
            replications=_replications(content, self.name),
        )


def _has(scenario: Scenario, name: str) -> bool:
    owner, _, lever = name.rpartition(".")
    return name in PARAMETERS or any(
        owner in ("", i.name) and lever in type(i.levers).model_fields
        for i in scenario.interventions
    )


def experiment_folder() -> Path:
    """Where the experiments lie that come with the package."""
    return scenario_folder().with_name("experiments")


def list_experiments() -> Iterator[Path]:
    """Files of the experiments that come with the package."""
    return iter(sorted(experiment_folder().glob("*/experiment.toml")))


def load_experiment(name: str | Path, *, changes: Mapping[str, Any] | None = None) -> Experiment:
    """Load an experiment by name, folder or file.

    Parameters
    ----------
    name : str or Path
        Name of an experiment that comes with the package, a folder that holds ``experiment.toml``,
        or a TOML file.
    changes : mapping, optional
        Keys of the file to replace, such as ``{"replications": 2}``; ``settings`` are added to.

    Returns
    -------
    Experiment

    Raises
    ------
    InputError
        If there is no such experiment, or the file says something that is not admissible.

    Examples
    --------
    >>> load_experiment("cluster_size_by_funding").replications
    20
    """
    path = _find(str(name))
    content = read_toml(path)
    for key, value in (changes or {}).items():
        content[key] = {**content.get(key, {}), **value} if key == "settings" else value
    if changes and "months" in changes and isinstance(content.get("horizons"), list):
        # Shorter runs are measured as far as they go.
        content["horizons"] = [h for h in content["horizons"] if h <= changes["months"]] or [
            changes["months"]
        ]
    called = path.parent.name if path.name == "experiment.toml" else path.stem
    return read_experiment(content, called, path)


def _find(name: str) -> Path:
    known = {p.parent.name: p for p in list_experiments()}
    if name in known:
        return known[name]
    path = Path(name)
    if path.is_dir() and (path / "experiment.toml").is_file():
        return path / "experiment.toml"
    if path.suffix == ".toml" and path.is_file():
        return path
    if path.suffix == ".toml" or "/" in name or "\\" in name:
        raise InputError(f"{name}: no such experiment file.")
    raise InputError(
        f"unknown experiment '{name}'.{nearest(name, known)} Known: {', '.join(known)}."
    )


def read_experiment(
    content: Mapping[str, Any], name: str, path: Path, scenarios: Arms | None = None
) -> Experiment:
    """An experiment from what a file says.

    Parameters
    ----------
    content : mapping
        Of the file.
    name : str
        What it is to be called.
    path : Path
        The file: where relative paths begin, and what errors name.
    scenarios : mapping, optional
        The arms, where they are known already; else they are loaded.

    Returns
    -------
    Experiment

    Raises
    ------
    InputError
        If it says something that is not admissible.
    """
    if unknown := [key for key in content if key not in KEYS]:
        hint = nearest(unknown[0], KEYS)
        if unknown[0] in PARAMETERS or unknown[0] in LEVERS:
            hint = " It belongs into [factors] or [settings]."
        raise InputError(f"{path}: unknown key '{unknown[0]}'.{hint}")
    texts = {
        key: read_texts(content[key], str(path), key)
        if key in content
        else {"en": name, "fr": name}
        for key in ("title", "question")
    }
    arms = scenarios or _arms(content, path)
    first = next(iter(arms.values()))
    months = int(first[BASELINE].values["months"])
    where = f"{path}: "
    series = content.get("series", [])
    return Experiment(
        name=name,
        title=texts["title"],
        question=texts["question"],
        scenarios=arms,
        replications=_replications(content, str(path)),
        seed=_whole(content, "seed", 0, 0, LARGEST_SEED, where),
        months=months,
        horizons=_horizons(content, months, where),
        indicators=_measures(content, "indicators", HEADLINES, tuple(MEASURES), where),
        targets=_targets(content, where),
        parameters=_word(content, "parameters", ("drawn", "fixed"), where),
        luck=_word(content, "luck", ("common", "per_point"), where),
        series=MONTHLY if series is True else _measures(content, "series", (), MONTHLY, where),
        design=_design(content, arms, where),
        content=dict(content),
    )


def _word(content: Mapping[str, Any], key: str, known: Sequence[str], where: str) -> Any:
    value = content.get(key, known[0])
    if value not in known:
        raise InputError(f"{where}{key} = {value!r} is not one of {', '.join(known)}.")
    return value


def _whole(
    content: Mapping[str, Any], key: str, default: int, low: int, high: int, where: str
) -> int:
    value = content.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InputError(
            f"{where}{key} = {value!r} is not admissible; "
            f"expected a whole number from {low} to {high}."
        )
    return value


def _replications(content: Mapping[str, Any], where: str) -> int:
    return _whole(content, "replications", 20, 1, LARGEST_REPLICATIONS, f"{where}: ")


def _horizons(content: Mapping[str, Any], months: int, where: str) -> tuple[int, ...]:
    given = content.get("horizons")
    if given is None:
        return horizons_within(months)
    if not isinstance(given, list) or not given:
        raise InputError(f"{where}horizons must be a list of months, such as [60, 120].")
    for month in given:
        _whole({"horizons": month}, "horizons", 0, 1, months, where)
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
        if name not in MEASURES:
            raise InputError(f"{where}targets: unknown measure '{name}'.{nearest(name, MEASURES)}")
        if isinstance(effect, bool) or not isinstance(effect, (int, float)) or not effect:
            raise InputError(f"{where}targets: {name} = {effect!r} must be a number other than 0.")
    return {name: float(effect) for name, effect in given.items()}


def _arms(content: Mapping[str, Any], path: Path) -> Arms:
    """The arms of every scenario that the experiment names, with its settings and months."""
    named = content.get("scenario", "mid_sized_town")
    factors = content.get("factors", {})
    levels = factors.get(SCENARIO) if isinstance(factors, dict) else None
    if isinstance(levels, dict):
        levels = levels.get("levels")
    names = levels if isinstance(levels, list) else [named]
    treatments = _treatments(content.get("interventions", []), path)
    found = {}
    for name in names:
        if not isinstance(name, str):
            raise InputError(
                f"{path}: scenario = {name!r} must be the name of a scenario or a file."
            )
        found[name] = _arms_of(_scenario(name, path), treatments, content, path)
    return found


def _scenario(name: str, path: Path) -> Scenario:
    beside = path.parent / name
    try:
        return load_scenario(beside if beside.is_file() else name)
    except InputError as error:
        raise InputError(f"{path}: scenario: {error}") from None


def _treatments(entries: Any, path: Path) -> dict[str, tuple[Intervention, ...]]:
    """Interventions by arm: each alone, those of a list within the list together."""
    if not isinstance(entries, list):
        raise InputError(f'{path}: interventions must be a list, such as ["transition_cluster"].')
    found: dict[str, tuple[Intervention, ...]] = {}
    for entry in entries:
        called, listed = _named(entry, path)
        together = read_interventions(listed, path)
        name = called or " + ".join(i.name for i in together)
        if not together or name == BASELINE:
            raise InputError(f"{path}: interventions: {entry!r} is nothing to be tried.")
        if name in found:
            raise InputError(f"{path}: interventions: '{name}' stands twice.")
        found[name] = together
    return found


def _named(entry: Any, path: Path) -> tuple[str, list[Any]]:
    """Name of an arm, empty where its interventions name it, and what it consists of."""
    if not isinstance(entry, dict) or "together" not in entry:
        return "", entry if isinstance(entry, list) else [entry]
    name, listed = entry.get("name"), entry["together"]
    if set(entry) != {"name", "together"} or not isinstance(listed, list):
        raise InputError(
            f"{path}: interventions: what is done together takes a name and a list, "
            'such as { name = "both", together = ["facade", "rent_relief"] }.'
        )
    if not isinstance(name, str) or not name.isidentifier():
        raise InputError(
            f"{path}: interventions: name = {name!r} is not one of letters, digits and underscores."
        )
    return name, listed


def _arms_of(
    base: Scenario,
    treatments: Mapping[str, tuple[Intervention, ...]],
    content: Mapping[str, Any],
    path: Path,
) -> dict[str, Scenario]:
    settings = content.get("settings", {})
    if not isinstance(settings, dict):
        raise InputError(f"{path}: settings must be a table of parameters and levers.")
    if "months" in content:
        settings = {**settings, "months": content["months"]}
    arms = {BASELINE: base} | {
        name: replace(base, interventions=(*base.interventions, *together))
        for name, together in treatments.items()
    }
    for name in settings:
        _info(name, arms, f"{path}: settings: ")
    try:
        return {
            name: arm.replace(**{n: v for n, v in settings.items() if _has(arm, n)})
            for name, arm in arms.items()
        }
    except InputError as error:
        raise InputError(f"{path}: settings: {error}") from None


def _info(name: str, arms: Mapping[str, Scenario], where: str) -> ParameterInfo:
    """What is known of a parameter, or of a lever of any arm."""
    for arm in arms.values():
        if _has(arm, name):
            return arm.info(name)
    if name in LEVERS:
        raise InputError(
            f"{where}'{name}' is a lever of {', '.join(LEVERS[name])}; "
            "list such an intervention under interventions."
        )
    levers = [
        n for a in arms.values() for i in a.interventions for n in type(i.levers).model_fields
    ]
    raise InputError(f"{where}unknown parameter '{name}'.{nearest(name, [*PARAMETERS, *levers])}")


def _value(name: str, arms: Mapping[str, Scenario]) -> Any:
    """What a parameter or lever is where nothing is varied."""
    for arm in arms.values():
        if name in PARAMETERS:
            return arm.values[name]
        owner, _, lever = name.rpartition(".")
        for intervention in arm.interventions:
            if owner in ("", intervention.name) and lever in intervention.values:
                return intervention.values[lever]
    raise KeyError(name)


def _design(content: Mapping[str, Any], scenarios: Arms, where: str) -> Design:
    entry = content.get("design", {"kind": "list" if "points" in content else "full_factorial"})
    if not isinstance(entry, dict):
        raise InputError(f"{where}design must be a table with its kind.")
    keys = ("kind", "size", "seed")
    if unknown := [key for key in entry if key not in keys]:
        raise InputError(f"{where}design: unknown key '{unknown[0]}'.{nearest(unknown[0], keys)}")
    known = get_args(DesignKind)
    kind = entry.get("kind", "full_factorial")
    if kind not in known:
        raise InputError(
            f"{where}design: unknown kind {kind!r}.{nearest(str(kind), known)} "
            f"Known: {', '.join(known)}."
        )
    arms = next(iter(scenarios.values()))
    try:
        if kind == "list":
            return _listed(content, arms, where)
        if "points" in content:
            raise InputError(f"points belong to a design of kind 'list', not '{kind}'.")
        factors = _factors(content, arms, where)
        sizes = (1, 10_000_000) if kind in SAMPLED else (0, 0)
        size = _whole(entry, "size", 64 if kind in SAMPLED else 0, *sizes, f"{where}design: ")
        seed = _whole(entry, "seed", 0, 0, LARGEST_SEED, f"{where}design: ")
        for factor in factors:
            if kind == "full_factorial" and factor.levels is None:
                raise InputError(f"factor '{factor.name}' needs levels in a full_factorial design.")
        if not factors:
            raise InputError("the design is empty; name what is varied under [factors].")
        return Design(kind, factors, size, seed)
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(where) else where + text) from None


def _factors(
    content: Mapping[str, Any], arms: Mapping[str, Scenario], where: str
) -> tuple[Factor, ...]:
    entries = content.get("factors", {})
    if not isinstance(entries, dict):
        raise InputError(f"{where}factors must be a table, such as cluster_size = [0, 20, 40].")
    found = []
    for name, entry in entries.items():
        if name == SCENARIO:
            found.append(read_factor(name, entry, None, None, where))
            continue
        if isinstance(entry, dict) and not set(entry) & {"levels", "distribution", "low", "high"}:
            name, entry = _dotted(name, entry)
        info = _info(name, arms, f"{where}factors: ")
        found.append(read_factor(name, entry, info, _value(name, arms), where))
        if name in content.get("settings", {}):
            raise InputError(f"{where}'{name}' stands under both factors and settings.")
    return tuple(found)


def _dotted(name: str, entry: Any) -> tuple[str, Any]:
    """TOML reads an unquoted ``intervention.lever`` as a table within a table."""
    (lever, inner), *more = entry.items() if entry else [("", None)]
    return (f"{name}.{lever}", inner) if lever and not more else (name, entry)


def _listed(content: Mapping[str, Any], arms: Mapping[str, Scenario], where: str) -> Design:
    points = content.get("points")
    if "factors" in content:
        raise InputError("a list has points in place of factors.")
    if not isinstance(points, list) or not points or not all(isinstance(p, dict) for p in points):
        raise InputError("a design of kind 'list' needs [[points]], each with values of factors.")
    names = tuple(dict.fromkeys(name for point in points for name in point))
    if not names:
        raise InputError("the design is empty; give some point a value.")
    infos = {name: _info(name, arms, f"{where}points: ") for name in names}
    values = {name: _value(name, arms) for name in names}
    listed = tuple(
        tuple(
            check_value(p[n], infos[n], f"{where}points: '{n}'") if n in p else values[n]
            for n in names
        )
        for p in points
    )
    if len(set(listed)) < len(listed):
        raise InputError("points: a point stands twice.")
    factors = tuple(
        Factor(
            n,
            infos[n].kind,
            levels=tuple(dict.fromkeys(row[k] for row in listed)),
            unit=infos[n].unit,
            label=dict(infos[n].label),
        )
        for k, n in enumerate(names)
    )
    return Design("list", factors, listed=listed)
