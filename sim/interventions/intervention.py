"""Load interventions from TOML files or by name, and validate their levers.

A file names its type and sets levers, as plain values or with source and evidence::

    type = "transition_cluster"
    title = { en = "A large cluster", fr = "Un grand cluster" }

    [levers]
    cluster_size = 60
    cluster_funding = { value = 40_000, source = "town council, 2024", evidence = "found" }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, nearest
from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers
from sim.interventions.parts import Budget, Part
from sim.interventions.plan import DISCOUNT_RATE, Plan, discounted, present_values
from sim.interventions.registry import LEVERS, TYPES
from sim.kernels.arrays import Ints
from sim.registry.catalogues import is_shipped, scenario_folder
from sim.registry.furthest import without_gap
from sim.registry.settings import Setting, read_setting, read_texts, read_toml, refusal
from sim.registry.user_files import is_file
from sim.words.folders import languages

_HEAD = ("type", "title", "description", "levers")


@dataclass(frozen=True)
class Intervention:
    """An intervention in a territory: a type and values of its levers.

    Attributes
    ----------
    name : str
        File name without suffix; unique in a scenario.
    type : str
        Name in `TYPES`.
    title, description : mapping
        Texts by language.
    levers : TimedLevers
        Values of the levers, of the class that the type declares.
    settings : mapping of str to Setting
        Levers that differ from the defaults.
    origin : str
        File that describes it; "keyword" without one.
    reference : str
        Name or file by which it was added to a scenario; empty if the scenario's file lists it.

    Examples
    --------
    >>> small = load_intervention("transition_cluster").replace(cluster_size=10)
    >>> small.levers.cluster_size
    10
    """

    name: str
    type: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    levers: TimedLevers
    settings: Mapping[str, Setting] = field(default_factory=dict)
    origin: str = "keyword"
    reference: str = ""

    @property
    def kind(self) -> InterventionType:
        """The type of the intervention."""
        return TYPES[self.type]

    @property
    def plan(self) -> Plan:
        """The plan of the intervention."""
        return self.kind.plan(self.levers)

    @property
    def values(self) -> dict[str, Any]:
        """Values of all levers by name."""
        return dict(self.levers)

    def payments(self, months: int) -> Ints:
        """Return public money received by month, set-up included: (months,) int64 array, cents."""
        return self.plan.payments(self.levers, months)

    def cost(self, months: int, rate: float = DISCOUNT_RATE) -> float:
        """Return the public cost of a run in EUR, set-up included, discounted at a yearly rate."""
        return discounted(self.payments(months), rate)

    def parts(self, months: int) -> dict[str, Intervention]:
        """Return each of the things that it does at once, alone and at the same discounted cost.

        Parameters
        ----------
        months : int
            Length of the run in which costs are equal.

        Returns
        -------
        dict of str to Intervention
            By name of the part; empty for what is of one piece.

        Raises
        ------
        InputError
            If it receives no public money within the run, or too little for one of its parts.

        Examples
        --------
        >>> whole = load_intervention("transition_cluster")
        >>> parts = whole.parts(240)
        >>> list(parts)[:3], round(parts["grants_only"].cost(240) / whole.cost(240), 4)
        (['grants_only', 'facilitation_only', 'evenings_only'], 1.0)
        """
        found = [part for part in self.kind.parts if part.has(self.levers)]
        if len(found) < 2:
            return {}
        budget = self._budget(months)
        return {part.name: self._alone(part, budget) for part in found}

    def _budget(self, months: int) -> Budget:
        money, start, stop = self.cost(months), self.levers.start, self.levers.stop
        if not money > 0:
            raise InputError(
                f"{self.name}: it receives no public money within the run, so its parts cannot be "
                "compared at equal money."
            )
        of_month = present_values(months)
        return Budget(money, float(of_month[start : stop or None].sum()), float(of_month[start]))

    def _alone(self, part: Part, budget: Budget) -> Intervention:
        try:
            levers = part.alone(self.levers, budget)
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None
        alone = self.replace(**levers)
        title = {lang: f"{self.title[lang]} ({part.title[lang]})" for lang in languages()}
        return replace(
            alone, name=f"{self.name}_{part.name}", title=title, description=part.description
        )

    def replace(self, **levers: Any) -> Intervention:
        """Return the intervention with some levers changed.

        Raises
        ------
        InputError
            If a lever is unknown, its value not admissible, or levers do not fit together.
        """
        return self.with_settings({n: Setting(v, "keyword") for n, v in levers.items()})

    def with_settings(self, changed: Mapping[str, Setting]) -> Intervention:
        """Return the intervention with some settings changed; see `replace`."""
        settings = {**self.settings, **changed}
        levers = _decide(self.kind, settings, f"{self.name}: ")
        return replace(self, settings=settings, levers=levers)

    def scaled(self, factor: float) -> Intervention:
        """Return the intervention with its money, and the sizes that it follows, times a factor.

        Its mix, reach and times stay; levers end where they do.

        Examples
        --------
        >>> twice = load_intervention("transition_cluster").scaled(2)
        >>> twice.levers.cluster_funding, twice.levers.cluster_size, twice.levers.places
        (50000.0, 80, 1)
        """
        source = f"scaled by {factor:.4g} to a budget"
        return self.with_settings(
            {
                name: Setting(value, "--budget", source, "derived", float(factor))
                for name, value in self.levers.scaled(factor).items()
                if value != self.values[name]
            }
        )

    def ends(self, name: str) -> tuple[float, float, float]:
        """Return between which values a numeric lever may move while all others stay.

        Returns
        -------
        lowest, least, highest : float
            All values from `least` to `highest` are admissible, and `lowest`. The first two differ
            only where 0 has a meaning of its own: no seats, no end.

        Raises
        ------
        InputError
            If the lever is unknown.

        Examples
        --------
        >>> load_intervention("transition_cluster").ends("cluster_size")
        (0, 1, 80)
        """
        info, value = self.kind.infos.get(name), self.values.get(name)
        if info is None or info.kind not in (int, float):
            raise InputError(f"unknown numeric lever '{name}'.{nearest(name, self.kind.infos)}")
        admits = partial(self.admits, name)
        has_zero = info.low == 0 and admits(info.kind(0))
        lowest = info.kind(0) if has_zero else without_gap(info, value, info.low, admits)
        highest = without_gap(info, value, info.high, admits)
        if info.kind is int and lowest == 0 < highest:
            return lowest, without_gap(info, value or highest, 1, admits), highest
        return lowest, lowest, highest

    def admits(self, name: str, value: Any) -> bool:
        """Return whether a lever may have a value while all others stay."""
        try:
            self.replace(**{name: value})
        except InputError:
            return False
        return True

    def called(self, name: str) -> Intervention:
        """Return the intervention under another name, so that a scenario can have it twice."""
        return replace(self, name=name)


def list_interventions() -> Iterator[Path]:
    """List the files of the interventions in the package."""
    return iter(sorted((scenario_folder() / "interventions").glob("*.toml")))


def load_intervention(name: str | Path, folder: Path | None = None) -> Intervention:
    """Load an intervention of the package by name, or a TOML file, relative to a folder if given.

    Raises
    ------
    InputError
        If there is no such intervention, or the file is invalid.

    Examples
    --------
    >>> load_intervention("frugal_clusters").levers.places
    4
    """
    path = _find(str(name), folder or Path())
    return read_intervention(read_toml(path), path.stem, str(path))


def _find(name: str, folder: Path) -> Path:
    known = {p.stem: p for p in list_interventions()}
    if name in known:
        return known[name]
    for path in (folder / name, folder / f"{name}.toml"):
        if path.suffix == ".toml" and is_file(path):
            return path
    if Path(name).suffix == ".toml" or "/" in name or "\\" in name:
        raise InputError(f"{name}: no such intervention file.")
    raise InputError(
        f"unknown intervention '{name}'.{nearest(name, known)} Known: {', '.join(known)}."
    )


def read_intervention(content: Mapping[str, Any], name: str, origin: str) -> Intervention:
    """Make an intervention from the content of a file.

    Parameters
    ----------
    content : mapping
        ``type``, ``levers``, and optionally ``title`` and ``description``.
    name : str
    origin : str
        File and place, for error messages.

    Raises
    ------
    InputError
        If the content is invalid.
    """
    if unknown := [key for key in content if key not in _HEAD]:
        hint = nearest(unknown[0], _HEAD)
        if unknown[0] in LEVERS:
            hint = " It belongs into the table [levers]."
        raise InputError(f"{origin}: unknown key '{unknown[0]}'.{hint}")
    if "type" not in content:
        raise InputError(f"{origin}: lacks its type, one of {', '.join(TYPES)}.")
    kind = content["type"]
    if not isinstance(kind, str) or kind not in TYPES:
        raise InputError(
            f"{origin}: unknown type {kind!r}.{nearest(str(kind), TYPES)} "
            f"Known: {', '.join(TYPES)}."
        )
    is_own = is_shipped(Path(origin))
    texts = {
        key: read_texts(content[key], origin, key, *[f"interventions.{name}.{key}"] * is_own)
        for key in ("title", "description")
        if key in content
    }
    entries = content.get("levers", {})
    if not isinstance(entries, dict):
        raise InputError(f"{origin}: levers must be a table.")
    settings = {lever: read_setting(entry, lever, origin) for lever, entry in entries.items()}
    return make_intervention(kind, name, settings, origin=origin, **texts)


def make_intervention(
    kind: str,
    name: str,
    settings: Mapping[str, Setting],
    *,
    title: Mapping[str, str] | None = None,
    description: Mapping[str, str] | None = None,
    origin: str = "keyword",
) -> Intervention:
    """Make an intervention of a known type.

    Parameters
    ----------
    kind : str
        Name in `TYPES`.
    name : str
    settings : mapping of str to Setting
        Levers that differ from the defaults.
    title, description : mapping, optional
        Texts by language; by default those of the type.
    origin : str
        File and place, for error messages.

    Raises
    ------
    InputError
        If a lever is unknown, its value not admissible, or levers do not fit together.
    """
    its = TYPES[kind]
    levers = _decide(its, settings, "" if origin == "keyword" else f"{origin}: ")
    texts = title or its.title, description or its.description
    return Intervention(name, kind, *texts, levers, settings, origin)


def _decide(kind: InterventionType, settings: Mapping[str, Setting], where: str) -> TimedLevers:
    infos = kind.infos
    for lever in settings:
        if lever not in infos:
            hint = nearest(lever, infos)
            raise InputError(f"{where}unknown lever '{lever}' of type {kind.name}.{hint}")
    try:
        levers = kind.levers(**{name: setting.value for name, setting in settings.items()})
    except ValidationError as error:
        raise refusal(error, settings, infos) from None
    try:
        levers.check()
    except InputError as error:
        raise InputError(f"{where}{error}") from None
    return levers
