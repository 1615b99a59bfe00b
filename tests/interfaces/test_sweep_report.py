"""A report of a sweep suits its design, separates certain from open results, and stands alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.analysis.seed_noise import seed_noise_table
from sim.experiments.results import Results, load_results
from sim.measures.registry import OUTCOMES
from sim.report.effects import Surface
from sim.report.facts import Facts
from sim.report.report import write_report
from sim.report.sections import sensitivity
from sim.report.sections.answer import answer
from sim.report.sections.question import question
from sim.report.sections.runs import open_questions
from sim.report.sections.variants import variants
from sim.words.catalogue import Texts
from sim.words.folders import languages
from tests.reference.made_up_sweeps import CLUSTER, GRID, TWO, made_up_sweep
from tests.reference.pages import Page, answered, check_page, said

SAMPLED = """
[factors]
cluster_size = [0, 20, 40]
cluster_funding = { distribution = "uniform", low = 0.0, high = 100_000.0 }
encounter_gain = { distribution = "triangular" }
"""

SHAPES = {
    "grid": f"{CLUSTER}replications = 12\n{GRID}",
    "curve": f"{CLUSTER}{TWO}replications = 6\nseries = true\n[factors]\n"
    "cluster_funding = [0.0, 10_000.0, 25_000.0, 50_000.0]\n",
    "never": f'{CLUSTER}{TWO}replications = 3\nseries = ["participation"]\n'
    '[factors]\nstop = [24, 30, 0]\nofficials_role = ["invited", "absent"]\n',
    "three": f"{CLUSTER}{TWO}replications = 2\n{GRID}online_share_2030 = [0.1, 0.3]\n",
    "facets": f'{CLUSTER}{TWO}replications = 3\n{GRID}boundary = ["open", "closed"]\n',
    "list": f"{CLUSTER}{TWO}replications = 3\n[[points]]\ncluster_size = 20\n"
    '[[points]]\ncluster_size = 40\nboundary = "closed"\n',
    "many_arms": 'interventions = ["transition_cluster", "rent_relief", "facade", "opening_aid"]\n'
    f"{TWO}replications = 3\n[factors]\nonline_share_2030 = [0.1, 0.3]\n"
    'scenario = ["mid_sized_town", "rural_low_density"]\n',
    "nothing_tried": 'indicators = ["open_shops_town_centre", "participation"]\n'
    "replications = 4\n[factors]\nonline_share_2030 = [0.1, 0.2, 0.3]\n",
    "one_point": f"{CLUSTER}{TWO}replications = 4\n[factors]\ncluster_size = [20]\n",
    "one_replication": f"{CLUSTER}{TWO}replications = 1\n{GRID}",
    "morris": f'{CLUSTER}{TWO}replications = 2\n[design]\nkind = "morris"\nsize = 5\n{SAMPLED}',
    "saltelli": f'{CLUSTER}{TWO}replications = 2\n[design]\nkind = "saltelli"\nsize = 16\n'
    f"{SAMPLED}",
    "sobol": f'{TWO}replications = 2\n[design]\nkind = "sobol"\nsize = 16\n[factors]\n'
    'online_share_2030 = { distribution = "uniform" }\nboundary = ["open", "closed"]\n',
}
KINDS = {
    "grid": "grid", "curve": "curve", "never": "strips", "three": "main_effects",
    "facets": "grid", "list": "strips", "many_arms": "curve", "nothing_tried": "curve",
    "one_point": "strips", "one_replication": "grid", "morris": "main_effects",
    "saltelli": "main_effects", "sobol": "main_effects",
}  # fmt: skip

QUICK = ("grid", "one_replication")
"""Shapes whose reports the quick suite writes, too."""


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Results]:
    """Sweeps by the name of their shape, each made on first use."""
    made: dict[str, Results] = {}

    def of(shape: str) -> Results:
        if shape not in made:
            folder = tmp_path_factory.mktemp("shapes") / shape
            made[shape] = made_up_sweep(folder, SHAPES[shape])
        return made[shape]

    return of


@pytest.fixture(scope="module")
def grid(sweeps: Callable[[str], Results]) -> Results:
    return sweeps("grid")


@pytest.fixture(scope="module")
def french(sweeps: Callable[[str], Results]) -> Callable[[str], dict[str, bytes]]:
    """French reports by the name of their shape, each written on first use."""
    written: dict[str, dict[str, bytes]] = {}

    def of(shape: str) -> dict[str, bytes]:
        if shape not in written:
            written[shape] = write_report(sweeps(shape), "fr")
        return written[shape]

    return of


@pytest.fixture(scope="module")
def reports(
    grid: Results, french: Callable[[str], dict[str, bytes]]
) -> dict[str, dict[str, bytes]]:
    return {"en": write_report(grid, "en"), "fr": french("grid")}


# Every shape


def test_the_report_is_whole_in_both_languages(reports):
    english, french = (check_page(reports[k]["report.html"], k) for k in languages())
    assert [tag for tag, _ in english.tags] == [tag for tag, _ in french.tags]
    assert reports["en"].keys() == reports["fr"].keys()


@pytest.mark.parametrize(
    "shape", [s if s in QUICK else pytest.param(s, marks=pytest.mark.slow) for s in SHAPES]
)
def test_every_shape_has_a_report(sweeps, french, shape):
    found, files = sweeps(shape), french(shape)
    page = check_page(files["report.html"], "fr")
    assert Facts(found, "fr").layout.kind == KINDS[shape]
    pictures = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert all(attributes["role"] == "img" for attributes in pictures)
    assert len(pictures) == len(files) - 1
    anchors = [a["id"] for tag, a in page.tags if tag == "section"]
    assert anchors[0] == "answer"
    assert {"effects", "open", "runs", "varied", "limits", "again"} <= set(anchors)
    assert ("figures" in anchors) == (shape != "one_point")
    assert ("sensitivity" in anchors) == (shape in ("morris", "saltelli"))
    assert ("over_time" in anchors) == (shape in ("curve", "never"))


def test_indices_dominated_by_noise_are_named(sweeps, monkeypatch):
    """The synthetic noise of a replication cancels between variants."""
    facts = Facts(sweeps("saltelli"), "en")
    table = seed_noise_table(facts.results)
    label = OUTCOMES["births_per_1000"].label["en"]

    def is_named(share: float, shown: tuple[str, ...] = ("births_per_1000",)) -> bool:
        shares = np.where(table["indicator"] == "births_per_1000", share, 0.1)
        noisy = table.assign(share_of_mean=shares)
        monkeypatch.setattr(sensitivity, "seed_noise_table", lambda sweep: noisy)
        notes = [b.text for b in sensitivity._noise(facts, shown)[1:]]
        return any("say little about the factors" in note and label in note for note in notes)

    assert is_named(0.6)
    assert not is_named(0.6, shown=())  # no index of which to say it
    assert not is_named(0.4)


@pytest.mark.corpus
def test_the_same_sweep_gives_the_same_bytes_and_png_on_request(sweeps, french):
    again = write_report(load_results(sweeps("facets").folder), "fr", png=True)
    assert {n: c for n, c in again.items() if not n.endswith(".png")} == french("facets")
    drawn = {n.removesuffix(".png") for n in again if n.endswith(".png")}
    assert drawn == {n.removesuffix(".svg") for n in again if n.endswith(".svg")}
    assert again["figures/map_1_1_1.png"].startswith(b"\x89PNG")


def test_text_in_pictures_stays_text(reports):
    picture = reports["fr"]["figures/map_1_3_1.svg"].decode()
    assert ">50\N{NARROW NO-BREAK SPACE}000</text>" in picture
    assert "+0,100" in picture


def test_the_report_has_its_sources_and_the_command_that_repeats_it(grid, reports):
    page = Page(reports["en"]["report.html"])
    assert grid.digest in page.text("code")
    assert "sim report sweep --lang en" in page.text("code")
    assert 'sim.sweep("sweep/experiment.toml", "again")' in page.text("code")
    assert str(grid.folder.parent) not in page.text("p", "td", "th")


# What it says


def test_each_measure_has_its_verdict(grid):
    text = answered(grid)
    assert "Better, at least in places: project birth rate, running projects." in text
    assert "Worse, at least in places: closure rate (town centre)." in text
    assert "No relevant effect anywhere: open shops (town centre)." in text
    assert "Not determinable: participation of the young." in text


def test_more_closures_are_unwanted_and_counted(grid):
    text = answered(grid)
    assert "More in 3 of 9 variants" in text
    assert "Funding of the cluster at €50,000 a month: worse in each of the 3 variants" in text
    facts = Facts(grid, "en")
    surface = facts.surface(facts.arms[0], "closure_rate_town_centre")
    assert surface.reading == "worse"
    assert {e.tone for e in surface.effects} == {"bad", "none"}


def test_it_reports_the_funding_threshold_and_the_plateau(grid):
    text = answered(grid)
    assert (
        "Funding of the cluster from €25,000 a month on (up to €50,000 a month): "
        "better in each of the 6 variants, and nowhere else." in text
    )
    assert "Funding of the cluster: beyond €25,000 a month, more adds nothing relevant" in text
    assert "Funding of the cluster: the effect still grows at the highest level tested" in text


def test_the_answer_is_as_complete_in_french(grid):
    text = answered(grid, "fr")
    assert "Mieux, au moins par endroits" in text
    assert "davantage n'ajoute rien de notable" in text
    assert "Non déterminable\N{NO-BREAK SPACE}: engagement des jeunes." in text


def test_the_target_is_the_smallest_effect_that_matters_unless_stated(tmp_path):
    text = f"{CLUSTER}replications = 4\ntargets = {{ running_projects = 15 }}\n{GRID}"
    facts = Facts(made_up_sweep(tmp_path / "targets", text), "en")
    arm = facts.arms[0]
    assert facts.surface(arm, "running_projects").target == 15
    reached = facts.surface(arm, "running_projects").reached
    assert reached.tolist() == [0, 0, 1] * 3
    assert facts.surface(arm, "closure_rate_town_centre").target == -0.25
    assert facts.surface(arm, "public_spending").target is None


def test_a_single_replication_determines_nothing(sweeps):
    found = sweeps("one_replication")
    text = answered(found)
    assert "an effect cannot be separated from chance" in text
    assert "Better" not in text
    facts = Facts(found, "en")
    for surface in facts.surfaces(facts.arms[0]):
        assert {e.verdict for e in surface.effects} == {"too_few"}
        assert all(math.isfinite(e.mean) and math.isnan(e.lo90) for e in surface.effects)


def test_without_an_intervention_variants_are_compared_with_the_first(sweeps):
    facts = Facts(sweeps("nothing_tried"), "en")
    surface = facts.surface(facts.arms[0], "open_shops_town_centre")
    means = [e.mean for e in surface.effects]
    assert means == pytest.approx([0.0, 0.1, 0.2])


def test_the_largest_of_the_effects_found_is_not_called_the_largest(tmp_path):
    """Another mean effect is larger, and open."""

    def effect(values: Mapping[str, Any]) -> float:
        is_open = values.get("cluster_size") == 20
        return 0.05 + is_open * (0.05 + 0.5 * (-1) ** values["rep"])

    text = f'{CLUSTER}indicators = ["participation"]\nreplications = 12\n[factors]\n'
    levels = "cluster_size = [10, 20]\n"
    found = made_up_sweep(tmp_path / "open", text + levels, effects={"participation": effect})
    surface = Facts(found, "en").surface(Facts(found, "en").arms[0], "participation")
    assert [e.is_open for e in surface.effects] == [False, True]
    assert surface.effects[1].mean > surface.effects[0].mean
    text = answered(found)
    assert "Largest of these effects: Size of the cluster: 10" in text
    assert "Largest effect" not in text


def test_a_card_that_is_open_shows_an_open_effect(tmp_path):
    """Another mean effect is larger, and too small to matter."""

    def effect(values: Mapping[str, Any]) -> float:
        return 0.0 if values.get("cluster_size") == 20 else 0.1

    lines = 'indicators = ["participation", "open_shops_town_centre"]\nreplications = 12\n'
    effects = {"participation": lambda v: 0.0, "open_shops_town_centre": effect}
    text = f"{CLUSTER}{lines}[factors]\ncluster_size = [10, 20]\n"
    facts = Facts(made_up_sweep(tmp_path / "shown", text, effects=effects), "en")
    surface = facts.surface(facts.arms[0], "open_shops_town_centre")
    assert surface.largest == 0  # none is open
    first, second = surface.effects
    open_ = replace(second, verdict="not_determinable", is_chance=True)
    shown = Surface(surface.measure, surface.before, surface.after, None, "en")
    vars(shown)["effects"] = [first, open_]
    assert (shown.reading, shown.largest) == ("open", 1)


def test_open_variants_are_counted_once(tmp_path):
    """Those in the headline are no others."""
    effects = {"participation": lambda v: 0.0}
    text = answered(made_up_sweep(tmp_path / "once", SHAPES["grid"], effects=effects))
    card = text.partition("Not determinable in ")[2]
    assert card and "not determinable" not in card.partition("Each answer")[0]


def test_few_replications_have_one_verdict_and_a_time_has_its_name(sweeps):
    text = answered(sweeps("never"))
    assert "Too few replications" in text and "Not determinable" not in text
    assert "Stop: " in text


def test_levels_out_of_order_are_no_axis(sweeps):
    facts = Facts(sweeps("never"), "en")
    assert facts.layout.kind == "strips"


def test_a_mean_over_few_samples_is_no_largest_effect(sweeps):
    text = answered(sweeps("morris"))
    assert "Mean effect of the variants drawn: " in text and "Largest effect" not in text
    assert "Too few samples for a verdict: " in text and "replications for" not in text
    told = said(open_questions(Facts(sweeps("morris"), "en")))
    assert "After 5 samples nothing can be settled" in told and "With 5 more" in told
    assert "--points N" in told and "--reps" not in told


def test_morris_moves_have_the_unit_of_the_measure(tmp_path):
    text = SHAPES["morris"].replace(TWO, 'indicators = ["participation"]\n')
    effects = {"participation": lambda v: 0.01 * v.get("cluster_size", 40) / 40}
    found = made_up_sweep(tmp_path / "points", text, effects=effects)
    section = sensitivity.sensitivity(Facts(found, "en"))
    galleries = [block for block in section.blocks if block.kind == "gallery"]
    (label,) = (tile.picture.label for block in galleries for tile in block.tiles)
    assert "Participation of the young (points): Size of the cluster 0.75;" in label


def test_an_end_in_month_0_is_never(sweeps):
    facts = Facts(sweeps("never"), "en")
    levels, factor = facts.levels, next(f for f in facts.factors if f.name == "stop")
    assert levels.named(factor, 0) == "Stop: never"
    assert levels.named(factor, 48) == "Stop: 48\N{NO-BREAK SPACE}months"


def test_some_of_all_variants_are_counted_in_words(grid):
    facts = Facts(grid, "fr")
    told = [facts.variants(some, 9) for some in (9, 3, 0)]
    assert told == ["les 9 variantes", "3 des 9 variantes", "aucune variante"]
    assert facts.variants(2, 2) == "les deux variantes"


def test_intervals_are_only_explained_where_there_are_some(sweeps):
    for shape, is_some in (("grid", True), ("never", False), ("morris", False)):
        facts = Facts(sweeps(shape), "en")
        assert ("thin line" in said(answer(facts))) == is_some
    section = variants(Facts(sweeps("never"), "en"))
    (gallery,) = (b for b in section.blocks if b.kind == "gallery")
    assert "an interval takes at least 10 replications" in gallery.caption


def test_a_report_says_that_its_question_is_in_another_language(sweeps):
    facts = Facts(sweeps("never"), "fr")
    told = "que dans une autre langue"
    assert told not in question(facts)
    facts.experiment = replace(facts.experiment, question=Texts({"en": "What if?"}))
    assert f"What if? {facts.words('page.untranslated')}" in question(facts)
    assert told in question(facts)


def test_arms_of_a_design_appear_side_by_side(sweeps):
    section = answer(Facts(sweeps("many_arms"), "en"))
    assert [b.kind for b in section.blocks].count("cards") == 0
    (table,) = (b for b in section.blocks if b.kind == "table")
    assert len(table.rows) == 4
    assert "4 interventions were tried" in said(section)


def test_shocks_side_by_side_are_called_shocks(tmp_path):
    arms = 'interventions = ["transition_cluster", "online_jump", "pandemic", "grant_cut"]\n'
    text = f"{arms}{TWO}replications = 3\n[factors]\nstarting_vacancy = [0.1, 0.2]\n"
    told = answered(made_up_sweep(tmp_path / "shocks", text))
    assert "4 shocks, interventions" in told and "interventions are tried" not in told


def test_undetermined_effects_give_the_missing_replications(grid):
    text = said(open_questions(Facts(grid, "en")))
    assert "Participation of the young" in text
    assert "After 12 replications" in text
    assert "Running projects" not in text


def test_a_missing_library_is_named(sweeps, monkeypatch):
    monkeypatch.setattr(sensitivity, "is_installed", lambda: False)
    section = sensitivity.sensitivity(Facts(sweeps("morris"), "fr"))
    assert "pip install 'essaim[analysis]'" in said(section)
