"""Compare interventions on a territory: the same luck and the same parameters in every arm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import InputError
from sim.experiments.collect import Collected
from sim.experiments.describe_comparison import describe_comparison
from sim.experiments.effect_table import effect_table
from sim.experiments.execution import execute, worker_number
from sim.experiments.fork_server import prepare_workers
from sim.experiments.one_run import Outcome, Run, Runs
from sim.interventions import plan_interventions
from sim.measures.map_layers import Maps
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import LARGEST_SEED, territory_of
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH, languages

if TYPE_CHECKING:
    import pandas as pd

    from sim.interventions import Intervention

__all__ = ["BASELINE", "FEWEST_REPS", "Comparison", "compare", "compare_arms"]

BASELINE: Final = "baseline"
BASELINE_LABEL: Final = Texts({ENGLISH: "Without"}, "arm.baseline")
"""What the arm without the compared interventions is called."""

FEWEST_REPS: Final = 2
LARGEST_REPS: Final = 100_000

Outcomes = Iterator[tuple[Run, Outcome]]


@dataclass(frozen=True)
class Comparison:
    """What a comparison gave.

    Attributes
    ----------
    scenario : Scenario
        The territory that interventions are tried on.
    arms : tuple of Scenario
        What was run; the first is the baseline.
    labels : mapping of str to mapping
        Words for each arm by language, keys in the order of `arms`: "baseline", then the
        interventions' names.
    runs : pandas.DataFrame
        A row for each ``arm``, ``rep``, ``luck`` and ``horizon`` (months), a column for each
        measure of `sim.measures.registry.OUTCOMES`; nan where there was nothing to measure.
        ``luck`` is 1 for the second times, which only serve to tell luck from parameters.
    monthly : pandas.DataFrame
        ``arm``, ``rep``, ``month`` from 1, and the measures of `ROLLING`, each over the twelve
        months that end there.
    effects : pandas.DataFrame
        Columns of `sim.experiments.effect_table.EFFECT_COLUMNS`.
    ledger : pandas.DataFrame
        ``arm``, ``year`` of the run from 1, ``source``, ``line`` ("income", a line of spending,
        or "unspent" at the end of the year) and ``eur``, the mean over replications.
    parameters : pandas.DataFrame
        ``rep`` and the drawn parameters.
    maps : mapping of str to Maps
        By arm: mean maps of the start and the end, as if of one replication.
    manifest : mapping
        Scenario, arms, seeds, versions, measures and how to make it again: JSON values.
    """

    scenario: Scenario
    arms: tuple[Scenario, ...]
    labels: Mapping[str, Mapping[str, str]]
    runs: pd.DataFrame
    monthly: pd.DataFrame
    effects: pd.DataFrame
    ledger: pd.DataFrame
    parameters: pd.DataFrame
    maps: Mapping[str, Maps]
    manifest: Mapping[str, Any]


def compare(
    scenario: Scenario | str | Path,
    interventions: Sequence[Intervention | str | Path],
    *,
    assignments: Sequence[str] = (),
    reps: int = 60,
    seed: int = 0,
    months: int | None = None,
    fixed_parameters: bool = False,
    independent: bool = False,
    workers: int | None = None,
    reference: str | None = None,
    progress: Callable[[int, int], Any] | None = None,
) -> Comparison:
    """Compare a territory with and without each of some interventions.

    Parameters
    ----------
    scenario : Scenario, str or Path
        The territory, or its name or file.
    interventions : sequence of Intervention, str or Path
        What is tried, each alone; or names or files.
    assignments : sequence of str
        Parameters and levers as ``--set`` takes them, such as ``"cluster_size=40"``.
    reps : int
        Replications, at least 2.
    seed : int
        Luck of the whole; see `sim.experiments.runs.replication_seed`.
    months : int, optional
        Length of the runs in place of the scenario's.
    fixed_parameters : bool
        Leave uncertain parameters at the scenario's values in place of drawing them.
    independent : bool
        Give each arm luck of its own, to check the statistics.
    workers : int, optional
        Processes that run; all processors by default. The results do not depend on it.
    reference : str, optional
        How the scenario is to be called in the manifest's command; by default its name.
    progress : callable, optional
        Called after each run with how many are done, and of how many.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If the scenario, an intervention or a value is not admissible.
    ChildProcessError
        If a worker was ended from outside.

    Examples
    --------
    >>> town = load_scenario("mid_sized_town").replace(rows=16, columns=16, population=4000)
    >>> found = compare(town, ["transition_cluster"], reps=2, months=12, workers=1)
    >>> found.effects["intervention"].unique().tolist()
    ['transition_cluster']
    """
    territory = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if months is not None:
        territory = territory.replace(months=months)
    together = territory.add(*interventions).set(list(assignments))
    kept = len(territory.interventions)
    baseline = replace(together, interventions=together.interventions[:kept])
    return compare_arms(
        baseline,
        {
            i.name: replace(baseline, interventions=(*baseline.interventions, i))
            for i in together.interventions[kept:]
        },
        reps=reps,
        seed=seed,
        fixed_parameters=fixed_parameters,
        independent=independent,
        workers=workers,
        reference=reference,
        progress=progress,
    )


def compare_arms(
    baseline: Scenario,
    arms: Mapping[str, Scenario],
    *,
    reps: int = 60,
    seed: int = 0,
    fixed_parameters: bool = False,
    independent: bool = False,
    workers: int | None = None,
    reference: str | None = None,
    progress: Callable[[int, int], Any] | None = None,
) -> Comparison:
    """Compare scenarios of one territory with a baseline.

    Parameters
    ----------
    baseline : Scenario
    arms : mapping of str to Scenario
        What is compared with it, by name; may differ in interventions and parameters.
    reps, seed, fixed_parameters, independent, workers, reference, progress
        As for `compare`.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If a value is not admissible or the arms do not go together.
    ChildProcessError
        If a worker was ended from outside.
    """
    _check(baseline, arms, reps, seed)
    number = worker_number(workers)
    if number > 1:
        prepare_workers()
    names = (BASELINE, *arms)
    runs = Runs((baseline, *arms.values()), seed, reps, fixed_parameters, independent)
    territory = territory_of(baseline)
    for arm in runs.arms:
        plan_interventions(arm.interventions, arm.values, territory)  # refuses what cannot be
    collected = Collected(runs, _told(runs, number, progress), names, territory.cell_size)
    labels = _labels(baseline, arms)
    run_table = collected.run_table()
    effects = effect_table(collected.values, names, runs.horizons, runs.again)
    return Comparison(
        scenario=baseline,
        arms=runs.arms,
        labels=labels,
        runs=run_table,
        monthly=collected.monthly_table(),
        effects=effects,
        ledger=collected.ledger_table(),
        parameters=collected.parameter_table(),
        maps=collected.maps(),
        manifest=describe_comparison(runs, labels, territory, run_table, effects, reference),
    )


def _labels(baseline: Scenario, arms: Mapping[str, Scenario]) -> dict[str, Mapping[str, str]]:
    """An arm is called as what it adds, or where it adds nothing by its name."""
    labels: dict[str, Mapping[str, str]] = {BASELINE: BASELINE_LABEL}
    for name, arm in arms.items():
        added = arm.interventions[len(baseline.interventions) :]
        words = {lang: " + ".join(i.title[lang] for i in added) or name for lang in languages()}
        labels[name] = words
    return labels


def _check(baseline: Scenario, arms: Mapping[str, Scenario], reps: int, seed: int) -> None:
    if not arms:
        raise InputError("a comparison needs at least one intervention.")
    if BASELINE in arms:
        raise InputError(f"no intervention may be called '{BASELINE}'; rename its file.")
    if not FEWEST_REPS <= reps <= LARGEST_REPS:
        raise InputError(
            f"reps = {reps} is out of range; a comparison has {FEWEST_REPS} to {LARGEST_REPS:,}."
        )
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"seed = {seed} is out of range; expected 0 to 2**63 - 1.")
    months = baseline.values["months"]
    for name, arm in arms.items():
        if arm.values["months"] != months:
            raise InputError(
                f"{name} runs for {arm.values['months']} months and the baseline for {months};"
                " arms must be equally long."
            )


def _told(runs: Runs, workers: int, progress: Callable[[int, int], Any] | None) -> Outcomes:
    for done, outcome in enumerate(execute(runs, workers), start=1):
        yield outcome
        if progress:
            progress(done, len(runs.all))
