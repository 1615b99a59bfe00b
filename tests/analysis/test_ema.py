"""The EMA Workbench as a client: its experiments run the model, its analyses read a sweep."""

import logging
import math
import pickle

import numpy as np
import pytest

from sim.analysis.ema import ema_name, load_ema, to_ema_model
from sim.analysis.libraries import library
from sim.errors import InputError
from sim.experiments.experiment_file import load_experiment
from sim.experiments.running import sweep
from sim.interventions import LEVERS
from sim.scenario.schema import PARAMETERS

pytestmark = pytest.mark.slow  # the EMA Workbench

INDICATORS = ["closures", "running_projects"]


@pytest.fixture(scope="module")
def ema_workbench():
    """Loaded on first use, since the import takes seconds."""
    return library("ema_workbench")


def experiment(folder, rest, replications=2):
    file = folder / "small-town.toml"
    file.write_text(
        f"""
interventions = ["transition_cluster"]
indicators = ["closures", "running_projects"]
settings = {{ rows = 12, columns = 12, population = 2000, with_margins = false }}
months = 6
replications = {replications}
{rest}
"""
    )
    return load_experiment(file)


EVERY_KIND = """
scenario = "mid_sized_town"
design = { kind = "latin_hypercube", size = 6 }
[factors]
cluster_size = { distribution = "triangular", low = 0, mode = 20, high = 90 }
closure_rate = { distribution = "log_uniform", low = 0.02, high = 0.3 }
with_drivers = [true, false]
officials_role = ["absent", "invited"]
"""


def every_kind(folder):
    return experiment(folder, EVERY_KIND)


@pytest.mark.corpus
def test_the_workbench_performs_experiments_on_an_experiment(ema_workbench, tmp_path):
    model = to_ema_model(every_kind(tmp_path))
    assert {p.name for p in model.levers} == {"cluster_size", "officials_role"}
    assert {p.name for p in model.uncertainties} == {"closure_rate", "with_drivers"}
    scenarios = [
        ema_workbench.Sample(name, closure_rate=rate, with_drivers=True)
        for name, rate in (("low", 0.02), ("high", 0.29))
    ]
    policies = [ema_workbench.Sample("some", cluster_size=30, officials_role="invited")]
    experiments, outcomes = ema_workbench.perform_experiments(model, scenarios, policies)
    assert len(experiments) == 2 and set(experiments["model"]) == {"small_town"}
    assert list(experiments["closure_rate"]) == [0.02, 0.29]
    assert experiments["cluster_size"].dtype.kind == "i"
    for indicator in INDICATORS:
        level = outcomes[f"{indicator}_transition_cluster"] - outcomes[f"{indicator}_baseline"]
        effect = outcomes[f"{indicator}_effect_of_transition_cluster"]
        assert np.isfinite(effect).all() and level == pytest.approx(effect)
    closures = outcomes["closures_baseline"]
    assert closures[0] < closures[1]
    sampled, _ = ema_workbench.perform_experiments(model, scenarios=2, policies=1)
    assert sampled["closure_rate"].between(0.02, 0.3).all()


def test_a_run_that_fails_gives_nan_and_not_the_outcomes_of_the_run_before(
    ema_workbench, tmp_path, caplog
):
    """After an ExperimentError the Workbench 3.0.0 would reuse the previous outcomes."""
    small = experiment(
        tmp_path,
        """
scenario = "mid_sized_town"
[factors]
"cluster_size" = [10, 20]
closure_rate = [0.05, 0.1]
""",
    )
    model = to_ema_model(small, "running_projects")
    too_many = 200  # seats do not fit into one place
    policies = [
        ema_workbench.Sample(name, cluster_size=size)
        for name, size in (("good", 20), ("bad", too_many), ("again", 20))
    ]
    with caplog.at_level(logging.WARNING, "sim.analysis.ema"):
        _, outcomes = ema_workbench.perform_experiments(
            model, scenarios=[ema_workbench.Sample("one", closure_rate=0.05)], policies=policies
        )
    effect = outcomes["running_projects_effect_of_transition_cluster"]
    assert math.isnan(effect[1]) and effect[0] == effect[2] and np.isfinite(effect[0])
    assert np.isfinite(outcomes["running_projects_baseline"]).all()
    assert "200" in caplog.text


def test_a_model_gives_the_results_of_a_sweep(tmp_path):
    small = experiment(
        tmp_path,
        """
scenario = "mid_sized_town"
[factors]
closure_rate = [0.05, 0.2]
transition_cluster.cluster_size = [10, 60]
""",
    )
    experiments, swept = load_ema(sweep(small, tmp_path / "out", executor="serial"))
    assert list(experiments.columns) == [
        "closure_rate",
        "transition_cluster__cluster_size",
        "scenario",
        "policy",
        "model",
    ]
    assert experiments["policy"].tolist() == [0, 1, 0, 1]
    assert experiments["scenario"].tolist() == [0, 0, 1, 1]
    run = to_ema_model(small, replications=2).function
    for at, row in experiments.iterrows():
        found = run(
            **{
                "transition_cluster.cluster_size": np.int64(
                    row["transition_cluster__cluster_size"]
                ),
                "closure_rate": row["closure_rate"],
            }
        )
        assert found == {name: values[at] for name, values in swept.items()}


def test_analyses_of_the_workbench_read_a_sweep(ema_workbench, tmp_path):
    names = ("cart", "feature_scoring", "prim")
    cart, feature_scoring, prim = (library(f"ema_workbench.analysis.{name}") for name in names)

    small = experiment(
        tmp_path,
        """
scenario = "mid_sized_town"
parameters = "fixed"
design = { kind = "latin_hypercube", size = 40 }
[factors]
closure_rate = { distribution = "uniform", low = 0.01, high = 0.5 }
start = { distribution = "uniform", low = 0, high = 3 }
""",
        replications=1,
    )
    experiments, outcomes = load_ema(sweep(small, tmp_path / "out", executor="serial"))
    x = experiments.drop(columns=["policy", "model"])
    closures = outcomes["closures_baseline"]
    scores = feature_scoring.get_ex_feature_scores(
        x.drop(columns="scenario"),
        closures,
        mode=ema_workbench.analysis.RuleInductionType.REGRESSION,
    )[0]
    assert scores.iloc[:, 0].idxmax() == "closure_rate"
    met = closures < np.median(closures)
    box = prim.Prim(x, met).find_box()
    assert box.box_lim.loc[1, "closure_rate"] < 0.4
    tree = cart.CART(x, met)
    tree.build_tree()
    assert max(leaf["density"] for leaf in tree.stats) > 0.8


def test_a_territory_is_an_uncertainty_under_another_name(ema_workbench, tmp_path):
    """The Workbench calls its own points scenarios and excludes that column from analyses."""
    small = experiment(
        tmp_path,
        """
[factors]
scenario = ["mid_sized_town", "working_class_neighbourhood"]
start = [0]
""",
    )
    model = to_ema_model(small, "running_projects")
    (territory,) = model.uncertainties
    assert territory.name == "territory"
    assert [c.name for c in model.constants] == ["start"]  # one level is no choice
    experiments, _ = ema_workbench.perform_experiments(
        model, scenarios=[ema_workbench.Sample(n, territory=n) for n in small.scenarios]
    )
    assert experiments["territory"].tolist() == list(small.scenarios)


def test_whole_numbers_are_drawn_as_the_experiment_draws_them(tmp_path):
    (size, *_) = (p for p in to_ema_model(every_kind(tmp_path)).levers if p.name == "cluster_size")
    factor = every_kind(tmp_path).factors[0]
    u = (np.arange(200) + 0.37) / 200
    assert size.dist.ppf(u).tolist() == [factor.value(v) for v in u]
    assert (size.lower_bound, size.upper_bound) == (0, 90)


def test_no_lever_or_parameter_sets_an_attribute_of_the_workbench_model(tmp_path):
    """The Workbench sets an attribute of the model if a lever has its name."""
    model = to_ema_model(every_kind(tmp_path))
    assert [n for n in {*PARAMETERS, *LEVERS} if hasattr(model, ema_name(n))] == []


def test_a_model_can_be_sent_to_another_process(tmp_path):
    function = pickle.loads(pickle.dumps(to_ema_model(every_kind(tmp_path)).function))
    assert set(function(closure_rate=0.1)) == {
        f"{i}_{which}"
        for i in INDICATORS
        for which in ("baseline", "transition_cluster", "effect_of_transition_cluster")
    }


def test_replications_below_one_are_refused(tmp_path):
    with pytest.raises(InputError, match="replications = 0 is out of range"):
        to_ema_model(every_kind(tmp_path), replications=0)
