"""Compare a territory with and without interventions, with shared seeds and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sim.errors import InputError
from sim.experiments.commands import Commands, commands_of_comparison
from sim.experiments.experiment import BASELINE, Experiment
from sim.experiments.experiment_arms import with_parts
from sim.experiments.results import Results
from sim.experiments.running import run_experiment
from sim.experiments.simulate import one_point
from sim.interventions import Intervention, plan_interventions
from sim.registry.user_files import is_file
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import territory_of

One = Intervention | str | Path

__all__ = ["FEWEST_REPS", "compare", "compare_arms"]

FEWEST_REPS: Final = 2


def compare(
    scenario: Scenario | str | Path,
    interventions: Sequence[One | Sequence[One]],
    *,
    assignments: Sequence[str] = (),
    months: int | None = None,
    **options: Any,
) -> Results:
    """Compare a territory with and without each of some interventions.

    Parameters
    ----------
    scenario : Scenario, str or Path
        The territory, or its name or file.
    interventions : sequence of Intervention, str or Path, or of sequences of these
        Interventions, each in its own arm, or their names or files. A sequence of them shares an
        arm, as do names joined by +, such as ``"facade+rent_relief"``.
    assignments : sequence of str
        Parameters and levers in the form of ``--set``, such as ``"cluster_size=40"``.
    months : int, optional
        Length of the runs instead of the scenario's.
    **options
        As for `compare_arms`.

    Raises
    ------
    InputError
        If the scenario, an intervention or a value is not admissible, or no run can start.

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
    joined = [_joined(entry) for entry in interventions]
    once = {_key(one): one for of_arm in joined for one in of_arm}
    together = territory.add(*once.values()).set(list(assignments))
    kept = len(territory.interventions)
    baseline = replace(together, interventions=together.interventions[:kept])
    added = dict(zip(once, together.interventions[kept:], strict=True))
    arms: dict[str, Scenario] = {}
    for of_arm in joined:
        its = tuple(added[_key(one)] for one in of_arm)
        name = arm_name(its)
        if name in arms:
            raise InputError(f"'{name}' is to be tried twice; name each arm once.")
        arms[name] = replace(baseline, interventions=(*baseline.interventions, *its))
    return compare_arms(baseline, arms, **options)


def arm_name(interventions: Sequence[Intervention]) -> str:
    """Return the name of the arm that tries some interventions together."""
    return " + ".join(sorted(i.name for i in interventions))


def _joined(entry: One | Sequence[One]) -> Sequence[One]:
    """Return the interventions of an arm."""
    if isinstance(entry, str) and "+" in entry and not is_file(Path(entry)):
        names = [name.strip() for name in entry.split("+")]
        if not all(names):
            raise InputError(f"'{entry}' lacks an intervention; expected one on each side of +.")
        return names
    found = [entry] if isinstance(entry, (Intervention, str, Path)) else list(entry)
    if not found:
        raise InputError("an arm without interventions is nothing to be tried.")
    return found


def _key(one: One) -> str | int:
    """Return what tells an intervention from others before it is loaded."""
    return id(one) if isinstance(one, Intervention) else str(one)


def compare_arms(
    baseline: Scenario,
    arms: Mapping[str, Scenario],
    *,
    reps: int = 60,
    seed: int = 0,
    fixed_parameters: bool = False,
    independent: bool = False,
    parts: bool = False,
    budget: float | None = None,
    reference: str | None = None,
    out: Path | str | None = None,
    **options: Any,
) -> Results:
    """Compare scenarios of one territory with a baseline.

    Parameters
    ----------
    baseline : Scenario
    arms : mapping of str to Scenario
        Other scenarios by name; they may differ in interventions and parameters.
    reps : int
        Replications, at least 2.
    seed : int
        Seed of the experiment; see `sim.experiments.seeds.run_seed`.
    fixed_parameters : bool
        Leave uncertain parameters at the scenario's values instead of drawing them.
    independent : bool
        Give each arm its own seeds, to check the statistics.
    parts : bool
        Also try each of the things that an intervention does at once, alone and at equal
        discounted public money.
    budget : float, optional
        Public EUR a year that each arm is to spend; its levers of money and size are scaled
        (`sim.experiments.budget`).
    reference : str, optional
        Name or file of the scenario in the manifest's command; by default its name.
    out : Path or str, optional
        Folder for the results; by default they stay in memory.
    **options
        ``resume``, ``force`` and fields of `sim.experiments.running.Options`.

    Raises
    ------
    InputError
        If a value is not admissible, the arms are incompatible, or no run can start.
    """
    experiment, commands = comparison_of(
        baseline,
        arms,
        reps=reps,
        seed=seed,
        fixed_parameters=fixed_parameters,
        independent=independent,
        parts=parts,
        budget=budget,
        reference=reference,
    )
    return run_experiment(experiment, commands, out, **options)


def comparison_of(
    baseline: Scenario,
    arms: Mapping[str, Scenario],
    *,
    reps: int = 60,
    seed: int = 0,
    fixed_parameters: bool = False,
    independent: bool = False,
    parts: bool = False,
    budget: float | None = None,
    reference: str | None = None,
) -> tuple[Experiment, Commands]:
    """Return the experiment of `compare_arms`, and the commands that repeat it."""
    _check(baseline, arms)
    arms = {BASELINE: baseline, **arms}
    more: dict[str, Any] = {"parts": True} if parts else {}
    if budget is not None:
        more["budget"] = budget
    if parts:
        arms = with_parts(arms)
    experiment = one_point(
        arms,
        seed=seed,
        reps=reps,
        fewest_reps=FEWEST_REPS,
        interventions=[name for name in arms if name != BASELINE],
        parameters="fixed" if fixed_parameters else "drawn",
        luck="per_arm" if independent else "common",
        series=True,
        ledger=True,
        maps=True,
        variance=True,
        **more,
    )
    territory = territory_of(baseline)
    for arm in experiment.arms.values():
        plan_interventions(arm.interventions, arm.values, territory)  # refuses inadmissible values
    return experiment, commands_of_comparison(experiment, reference or baseline.name)


def _check(baseline: Scenario, arms: Mapping[str, Scenario]) -> None:
    if not arms:
        raise InputError("a comparison needs at least one intervention.")
    if BASELINE in arms:
        raise InputError(f"no intervention may be called '{BASELINE}'; rename its file.")
    months = baseline.values["months"]
    for name, arm in arms.items():
        if arm.values["months"] != months:
            raise InputError(
                f"{name} runs for {arm.values['months']} months and the baseline for {months};"
                " arms must be equally long."
            )
