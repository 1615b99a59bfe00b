"""Interventions that bundle several things come apart into their parts, at equal public money."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.cli import main
from sim.errors import InputError
from sim.experiments.results import Results, load_results
from sim.interventions import TYPES, list_interventions, load_intervention
from sim.interventions.parts import MOST_OFFICIALS
from sim.report.report import write_report
from tests.reference.towns import SMALL

TOWN = sim.load_scenario("mid_sized_town").replace(**SMALL, months=24)
OF_CLUSTER = ("grants_only", "facilitation_only", "evenings_only", "place_only", "short_loop_only")
BUNDLES = [path.stem for path in list_interventions() if load_intervention(path).kind.parts]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    out = tmp_path_factory.mktemp("parts") / "cluster"
    tried = ["transition_cluster", "rent_relief"]
    return sim.compare(TOWN, tried, reps=2, parts=True, workers=1, out=out)


@pytest.mark.parametrize("name", BUNDLES)
@pytest.mark.parametrize("levers", [{}, {"stop": 100}, {"start": 0}])
def test_parts_cost_what_the_whole_costs(name: str, levers: dict[str, int]) -> None:
    whole = load_intervention(name).replace(**levers)
    costs = [part.cost(240) for part in whole.parts(240).values()]
    assert len(costs) >= 2
    assert costs == pytest.approx([whole.cost(240)] * len(costs), rel=1e-6)


def test_only_the_place_has_seats_and_it_takes_all_of_the_money() -> None:
    whole = load_intervention("transition_cluster")
    parts = whole.parts(240)
    assert tuple(parts) == OF_CLUSTER
    seats = {name: part.values["cluster_size"] for name, part in parts.items()}
    assert {name for name, n in seats.items() if n} == {"place_only"}
    plan = parts["place_only"].plan
    of_seats = 150 * seats["place_only"]
    funding = parts["place_only"].values["cluster_funding"]
    assert of_seats <= funding < of_seats + 180, "what is left would not pay one more"
    assert len(plan.places) == 2, "a living lab holds 80 seats"


def test_the_short_loop_pays_officials_and_nobody_else() -> None:
    part = load_intervention("transition_cluster").parts(240)["short_loop_only"]
    account = part.plan.account
    assert account is not None
    assert account["embedded_officials"] == MOST_OFFICIALS
    assert account["grant"] == 0 or account["split"][3] == 0


def test_what_a_whole_lacks_is_no_part_of_it() -> None:
    whole = load_intervention("mobile_cluster").replace(evening_every=0)
    assert tuple(whole.parts(240)) == ("grants_only", "facilitation_only", "short_loop_only")
    only = {"grants_share": 1.0, "facilitation_share": 0.0, "events_share": 0.0}
    assert not whole.replace(**only).parts(240), "nobody's file is examined on the spot"


def test_each_part_is_an_arm_and_the_command_repeats_them(found: Results) -> None:
    parts = tuple(f"transition_cluster_{name}" for name in OF_CLUSTER)
    assert tuple(found.experiment.arms) == ("baseline", "transition_cluster", *parts, "rent_relief")
    assert {k: tuple(v) for k, v in found.experiment.parts.items()} == {"transition_cluster": parts}
    command = found.manifest["run"]["command"]
    assert "transition_cluster rent_relief" in command and "--parts" in command
    assert "only" not in command
    assert "parts=True" in found.manifest["run"]["python"]
    assert found.folder is not None
    assert load_results(found.folder).experiment.parts == found.experiment.parts


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("The whole", "Grants only", "Public money spent", "unspent")),
     pytest.param("fr", ("L'ensemble", "Subventions seules", "Argent public dépensé",
                         "non dépensés"), marks=pytest.mark.slow)],
)  # fmt: skip
def test_the_report_puts_whole_and_parts_side_by_side(
    found: Results, language: str, words: tuple[str, ...]
) -> None:
    page = write_report(found, language)["report.html"].decode().replace("&#39;", "'")
    assert all(word in page for word in words)


def test_arms_of_an_experiment_come_apart_in_each_territory(tmp_path: Path) -> None:
    file = tmp_path / "bundle.toml"
    text = 'interventions = ["startup_territoire"]\nparts = true\nmonths = 24\n[factors]\n'
    file.write_text(text + 'scenario = ["mid_sized_town", "rural_low_density"]\n')
    arms = sim.load_experiment(file).scenarios
    assert [len(of_town) for of_town in arms.values()] == [5, 5]
    file.write_text(text + "startup_funding = [1_000, 2_000]\n")
    with pytest.raises(InputError, match="does not go with the lever startup_funding"):
        sim.load_experiment(file)


def test_parts_have_the_money_of_the_months_they_were_made_for(found: Results) -> None:
    with pytest.raises(InputError, match="begin again with more months"):
        sim.extend(found.folder, months=36)


def test_a_place_needs_the_money_of_a_seat() -> None:
    whole = load_intervention("transition_cluster").replace(cluster_funding=1, cluster_size=1)
    with pytest.raises(InputError, match="pays no seat for the whole run"):
        whole.parts(240)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["rent_relief"], "nothing to take apart in rent_relief"),
        (["inert_cluster", "facade"], "nothing to take apart in inert_cluster, facade"),
        (["transition_cluster", "--set", "cluster_funding=0", "--set", "cluster_size=0"],
         "receives no public money"),
        (["transition_cluster", "--set", "start=240"], "receives no public money"),
        (["transition_cluster", "--set", "facilitation_share=1", "--set", "grants_share=0",
          "--set", "events_share=0", "--set", "cluster_size=0", "--set", "review_at_cluster=0"],
         "nothing to take apart"),
    ],
)  # fmt: skip
def test_what_cannot_come_apart_is_refused_in_one_sentence(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = main(["compare", "mid_sized_town", *words, "--parts", "--out", str(tmp_path / "x")])
    said = capsys.readouterr().err
    assert code == 2
    assert complaint in said and said.count("\n") == 1 and "Traceback" not in said


def test_every_type_that_splits_money_comes_apart() -> None:
    split = {name for name, kind in TYPES.items() if "facilitation_share" in kind.infos}
    assert {name for name, kind in TYPES.items() if kind.parts} == split
