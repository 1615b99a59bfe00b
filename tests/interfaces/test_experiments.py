"""The experiments of the package load, run, and match their descriptions."""

import itertools
import json
import re
import tomllib
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.experiments.designs import SAMPLED
from sim.experiments.experiment import BASELINE
from sim.experiments.experiment_file import list_experiments, load_experiment
from sim.experiments.plan import plan_experiment
from sim.experiments.running import Options, run_experiment, sweep
from sim.experiments.simulate import one_point
from sim.interventions import LEVERS, list_interventions
from sim.measures.registry import OUTCOMES
from sim.processes.month import MechanismParameters
from sim.scenario.posterior import default_posterior
from sim.scenario.scenario import list_scenarios, load_scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import Simulation
from tests.quick_cases import rest_slow

DOCS = Path(__file__).resolve().parents[2] / "docs"
PATHS = list(list_experiments())
NAMES = [path.parent.name for path in PATHS]
VARIED = {"factors": {"starting_vacancy": [0.1, 0.2]}}
VILLAGE = {"rows": 16, "columns": 16, "population": 4_000, "spin_up": 1}


def costs(experiment, months=240):
    """Return the cost of each arm except the baseline, by point and scenario."""
    points = experiment.design.points.to_dict("records")
    for point, arms in itertools.product(points, experiment.scenarios.values()):
        found = {}
        for name, arm in arms.items():
            set_here = {n: v for n, v in point.items() if n in LEVERS}
            added = arm.interventions[len(arms[BASELINE].interventions) :]
            found[name] = sum(
                i.replace(**{n: v for n, v in set_here.items() if n in i.values}).cost(months)
                for i in added
            )
        yield {name: cost for name, cost in found.items() if name != BASELINE}


def test_the_questions_of_the_brief_are_there():
    asked = {
        "ablations", "assumptions", "bridging_officials", "cluster_size_by_funding",
        "displacement", "equal_cost", "frugality", "funding_stop", "idea_choice",
        "online_shock_hysteresis", "parameters_morris", "shocks", "territories", "timing", "youth",
    }  # fmt: skip
    assert asked <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_experiment_has_its_question_in_both_languages(name):
    experiment = load_experiment(name)
    for text in (experiment.title, experiment.question):
        assert set(text) == {"en", "fr"}
        assert text["en"] != text["fr"]
        assert name not in text.values()


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_its_readme_has_the_question_and_how_to_read_the_answer(path):
    text = path.with_name("README.md").read_text(encoding="utf-8")
    experiment = load_experiment(path)
    said = " ".join(text.split())
    assert text.startswith(f"# {experiment.title['en']}\n")
    assert f"**Question.** {experiment.question['en']}" in said
    for part in ("Design", "Expected", "How to read it", "What it cannot tell", "Time"):
        assert f"**{part}.**" in said
    assert f"sim sweep {experiment.name} --out " in said


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_its_readme_uses_only_existing_names(path):
    known = {*OUTCOMES, *PARAMETERS, *LEVERS, *NAMES}
    known |= {p.stem for p in (*list_scenarios(), *list_interventions())}
    text = path.with_name("README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", text)) - {"mu_star"}
    assert not named - known


@pytest.mark.slow
@pytest.mark.parametrize("name", rest_slow(NAMES, quick=3))
def test_no_level_of_it_fails_in_a_village(name):
    """Run two months of each arm at each level of each factor; sampled designs at four points."""
    changes = {"months": 2, "horizons": [2], "replications": 1, "settings": VILLAGE}
    if load_experiment(name).parts:  # which need money within the two months
        changes["settings"] = VILLAGE | {"start": 0}
    experiment = load_experiment(name, changes=changes)
    if experiment.design.kind in SAMPLED:
        few = {"kind": "latin_hypercube", "size": 4}
        experiment = load_experiment(name, changes=changes | {"design": few})
    plan = plan_experiment(experiment)
    seen = set()
    for run in map(plan.run, plan.keys):
        shown = {(run.arm, "", ""), *((run.arm, *level) for level in run.values.items())}
        if not shown <= seen:
            assert plan.model(run).measures.shape == (1, len(OUTCOMES))
            seen |= shown


def test_the_headline_has_six_sizes_and_sums_with_none_and_the_default_among_them():
    experiment = load_experiment("cluster_size_by_funding")
    size, funding = (factor.levels for factor in experiment.factors)
    assert len(size) == len(funding) == 6
    assert size[0] == funding[0] == 0
    assert 40 in size and 25_000.0 in funding
    assert experiment.replications >= 20


def test_houses_cost_the_same_and_no_frugal_means_costs_more():
    for arms in costs(load_experiment("frugality")):
        assert len(arms) == 7
        assert arms["one_place"] == arms["four_places"] == arms["volunteers"]
        assert arms["all_means"] < arms["vacant_premises"] < arms["one_place"]
        assert arms["all_means"] < arms["reuse"] < arms["one_place"]


@pytest.mark.parametrize("name", ["bridging_officials", "youth", "idea_choice"])
def test_arms_and_ways_that_are_compared_cost_the_same_to_the_cent(name):
    """At each size and funding, for any number and site of places and any staff."""
    experiment = load_experiment(name)
    paid = [n for n in ("cluster_size", "cluster_funding") if n in experiment.design.points]
    keys = experiment.design.points[paid].itertuples(index=False, name=None)
    by_budget = {}
    for key, arms in zip(keys, costs(experiment), strict=True):
        by_budget.setdefault(key, set()).update(arms.values())
    assert all(len(found) == 1 and min(found) > 0 for found in by_budget.values())


def test_other_uses_of_the_same_money_cost_the_same_to_half_a_per_cent():
    for arms in costs(load_experiment("equal_cost")):
        assert len(arms) >= 8
        assert list(arms.values()) == pytest.approx([arms["transition_cluster"]] * len(arms), 5e-3)


def test_each_mechanism_is_switched_off_once_and_the_whole_model_comes_first():
    points = load_experiment("ablations").design.points
    off = [set(points.columns[~row]) for row in points.to_numpy(bool)]
    assert off[0] == set()
    on = [name for name, switch in MechanismParameters.model_fields.items() if switch.default]
    assert sorted(map(sorted, off[1:])) == sorted([name] for name in on)


def test_every_uncertain_parameter_is_screened():
    screened = {factor.name for factor in load_experiment("parameters_morris").factors}
    assert screened == {n for n, i in PARAMETERS.items() if i.role == "uncertainty"}


def test_every_assumption_without_data_is_ranked():
    posterior = default_posterior()
    fitted = set(posterior.parameters) if posterior else set()
    assumed = {
        n for n, i in PARAMETERS.items() if i.role == "uncertainty" and i.evidence == "assumed"
    }
    experiment = load_experiment("assumptions")
    assert {factor.name for factor in experiment.factors} == assumed - fitted
    assert experiment.parameters == "fixed"


def test_online_shopping_goes_as_it_came():
    experiment = load_experiment("online_shock_hysteresis")
    jumps = [i.levers for i in experiment.arms["rise_and_fall"].interventions]
    more = [
        round(sum(j.online_rise for j in jumps if j.start <= month < j.stop), 6)
        for month in range(experiment.months)
    ]
    moved = [month for month, rise in enumerate(more) if rise]
    course = more[moved[0] : moved[-1] + 1]
    assert max(course) == 0.2
    assert course == course[::-1]
    assert max(abs(b - a) for a, b in itertools.pairwise(more)) <= 0.02 + 1e-9
    assert experiment.months - moved[-1] > 95, "it rests long enough to come back"


def test_each_start_is_measured_nine_years_later():
    experiment = load_experiment("timing")
    starts = set(experiment.design.points["start"])
    assert {start + 108 for start in starts} <= set(experiment.horizons)


def test_funding_stops_within_the_measured_months_or_never():
    experiment = load_experiment("funding_stop")
    stops = set(experiment.design.points["stop"])
    assert 0 in stops
    assert stops - {0} <= set(experiment.horizons)
    assert experiment.series


def test_a_combination_of_interventions_can_have_a_name():
    both = {"name": "both", "together": ["facade", {"name": "aid", "type": "rent_relief"}]}
    changes = {"interventions": [both, ["facade", "rent_relief"]]}
    arms = load_experiment("cluster_size_by_funding", changes=changes | VARIED).arms
    assert list(arms) == [BASELINE, "both", "facade + rent_relief"]
    assert [i.name for i in arms["both"].interventions] == ["facade", "aid"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"name": "both", "together": "facade"}, "takes a name and a list"),
        ({"name": "both", "together": ["facade"], "title": "Both"}, "takes a name and a list"),
        ({"together": ["facade"]}, "takes a name and a list"),
        ({"name": "the two", "together": ["facade"]}, "'the two' is not one of letters"),
        ({"name": "baseline", "together": ["facade"]}, "is nothing to be tried"),
        ({"name": "none", "together": []}, "is nothing to be tried"),
    ],
)
def test_a_name_for_nothing_or_no_name_is_refused(entry, said):
    with pytest.raises(InputError, match=re.escape(said)):
        load_experiment("frugality", changes={"interventions": [entry]} | VARIED)


@pytest.fixture(scope="module")
def guide():
    return (DOCS / "experiments.md").read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_guide_lists_the_shipped_experiments(guide):
    listed = re.findall(r"^\| `(\w+)` \| [^|]+ \|$", guide, re.MULTILINE)
    assert set(NAMES) <= set(listed)


@pytest.mark.slow
def test_the_examples_of_the_guide_run(guide, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("rents.toml").write_text(blocks(guide, "toml")[0], encoding="utf-8")
    asked = load_experiment("rents.toml")
    assert asked.targets == {"running_projects": 5.0}
    sweep(
        "rents.toml", "rents", changes={"replications": 2, "settings": VILLAGE}, executor="serial"
    )
    shared, long = {}, "evaluations=100, replications=5"
    assert long in guide
    for code in blocks(guide, "python"):
        exec(code.replace(long, "evaluations=20, replications=1, fresh=2"), shared)
    assert "0 runs are missing" in capsys.readouterr().out


def test_arms_and_factors_are_written_as_the_guide_shows(guide):
    _, arms, factors, design, *_ = map(tomllib.loads, blocks(guide, "toml"))
    kinds = {"design": {"kind": "latin_hypercube", "size": 2}}
    experiment = load_experiment("frugality", changes=arms | factors | kinds)
    assert list(experiment.arms)[1:] == ["rent_relief", "small", "rent_relief + facade", "both"]
    assert len(experiment.factors) == len(factors["factors"])
    assert len(load_experiment("frugality", changes=design).design) == design["design"]["size"]


def test_the_notebook_is_stored_without_outputs():
    notebook = json.loads((DOCS / "researcher.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


@pytest.mark.parametrize("arms", [{}, {"facade": ["facade"]}])
def test_threads_reach_every_run(monkeypatch, arms):
    village, seen = load_scenario("mid_sized_town").replace(**VILLAGE, months=1), []

    def run(scenario, seed, **how):
        seen.append(how.pop("threads"))
        return Simulation(scenario, seed, **how)

    monkeypatch.setattr("sim.experiments.territory_runs.Simulation", run)
    monkeypatch.setattr("sim.experiments.shared_start.Simulation", run)
    monkeypatch.setattr("sim.experiments.shared_start.start_of", lambda *_, **__: None)
    every = {BASELINE: village} | {name: village.add(*added) for name, added in arms.items()}
    run_experiment(one_point(every, seed=0, reps=1), {}, threads=True)
    assert seen == [True] * len(every)


@pytest.mark.parametrize("how", [{"workers": 2}, {"executor": "dask"}])
def test_threads_go_with_one_process(how):
    with pytest.raises(InputError, match="threads spread one run after another"):
        Options(threads=True, **how)
