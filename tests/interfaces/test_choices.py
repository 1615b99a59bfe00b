"""Choices of a report: what can be chosen, doing nothing among it, and what befalls a town.

Effects are made up, without any town.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.over_worlds import over_worlds
from sim.interventions import TYPES
from sim.interventions.intervention import load_intervention
from sim.registry.settings import read_setting
from sim.report.blocks import Gallery, Paragraph, Subhead, Table
from sim.report.choices import Choices
from sim.report.facts import Facts
from sim.report.inputs import Setting
from sim.report.pictures.trade_off import Choice, on_line
from sim.report.report import write_report
from sim.report.sections.answer import answer
from sim.report.sections.effect_tables import effect_tables
from sim.report.sections.question import question
from sim.report.sections.settings import source_in_words
from sim.report.sections.trade_offs import trade_offs
from sim.scenario.scenario import load_scenario
from sim.simulation.provenance import effective_toml
from sim.words.catalogue import Words
from tests.reference.made_up_sweeps import made_up_sweep

HEAD = 'indicators = ["running_projects", "open_shops_town_centre"]\nreplications = 12\n'
SHOCKS = ("online_jump", "anchor_closure", "pandemic", "grant_cut")
FILES = {
    "alone": HEAD,
    "shocks_alone": 'interventions = ["online_jump", "anchor_closure", "grant_cut"]\n'
    f"{HEAD}[factors]\nstarting_vacancy = [0.10, 0.16]\n",
    "under_shocks": 'interventions = ["transition_cluster", "pandemic", ["pandemic", "facade"],'
    ' ["pandemic", "transition_cluster"], "facade", ["grant_cut", "facade"]]\n'
    f"{HEAD}[factors]\nspending_lost = [0.1, 0.3]\ncluster_funding = [60_000.0]\n",
    "two": 'interventions = ["transition_cluster", "rent_relief"]\n'
    f"{HEAD}[factors]\ncluster_funding = [10_000.0, 60_000.0]\nrent_relief = [0.2, 0.5]\n"
    "starting_vacancy = [0.10, 0.16]\n",
    "one_choice": 'interventions = ["transition_cluster"]\n'
    f"{HEAD}[factors]\ncluster_funding = [60_000.0]\nstarting_vacancy = [0.10, 0.16]\n",
    "one_world": 'interventions = ["transition_cluster"]\n'
    f"{HEAD}[factors]\ncluster_funding = [10_000.0, 60_000.0]\n",
    "sampled": f'interventions = ["transition_cluster"]\n{HEAD}[design]\nkind = "saltelli"\n'
    'size = 16\n[factors]\ncluster_funding = { distribution = "uniform", low = 0.0, high = 60_000.0'
    ' }\nstarting_vacancy = { distribution = "uniform" }\n',
    "drawn": 'interventions = ["transition_cluster", "facade"]\nvariance = true\n'
    f"{HEAD}[factors]\ncluster_funding = [0.0, 60_000.0]\nboundary = ['open', 'closed']\n",
}


def projects(values):
    """Projects by funding; what no fund pays for has none."""
    return values.get("cluster_funding", 0.0) / 2_000


EFFECTS = {
    "running_projects": projects,
    "public_spending": lambda v: 100 * v.get("cluster_funding", 0.0),
}


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("choices")

    @functools.cache
    def results(kind):
        return made_up_sweep(folder / kind, FILES[kind], effects=EFFECTS)

    @functools.cache
    def of(kind, language="en"):
        return Facts(results(kind), language)

    return of


def test_the_catalogue_says_which_types_befall_a_town():
    assert tuple(name for name, kind in TYPES.items() if kind.is_shock) == SHOCKS


def test_shocks_alone_are_no_choices(facts):
    choices = Choices(facts("shocks_alone"))
    assert choices.arms == [] and choices.labels == ["Do nothing"]
    (only,) = trade_offs(facts("shocks_alone")).blocks
    assert only.text.endswith("one choice is left: “Do nothing”.")


def test_what_is_simulated_with_and_without_is_named_for_what_it_is(facts):
    assert "with each of what is tried" in question(facts("shocks_alone"))
    assert "with and without the intervention" in question(facts("sampled"))
    inputs = facts("under_shocks").inputs
    assert [inputs.is_only_shock(n) for n in ("pandemic", "pandemic + facade", "facade")] == [
        True, False, False]  # fmt: skip


def test_a_lever_that_a_budget_scaled_says_so_in_every_language_once_it_is_stored():
    town, facade = load_scenario("mid_sized_town"), load_intervention("facade").scaled(0.96371)
    stored = tomllib.loads(effective_toml(replace(town, interventions=(facade,))))
    levers = stored["interventions"][0]["levers"]
    lever = read_setting(levers["facade_funding"], "facade_funding", "stored")
    told = Setting("", "", lever.value, "", lever.evidence, lever.source, scale=lever.scale)
    assert source_in_words(told, Words("fr")) == "multiplié par 0,9637 pour tenir le budget"


def test_what_was_set_or_varied_is_told_apart_from_the_scenario(facts):
    inputs = facts("sampled").inputs
    own, stated = (
        {s.name for s in inputs.scenario_settings(is_set=is_set)} for is_set in (False, True)
    )
    assert {"population", "spin_up"} <= stated and "residents_growth" in own - stated
    sources = {s.name: source_in_words(s, Words("fr")) for s in inputs.parameters()}
    assert sources["population"] == "choisi pour ces simulations" != sources["residents_growth"]
    assert [s.name for s in inputs.parameters() if s.is_varied] == ["starting_vacancy"]
    levers = [s.label for s in facts("under_shocks").inputs.levers("pandemic + facade")]
    assert any(label.startswith("Shop fronts: ") for label in levers)


def test_a_sweep_without_anything_to_compare_or_months_has_a_report_that_says_so(facts):
    page = write_report(facts("alone").results, "fr")["report.html"].decode()
    assert "Aucun mois de ces simulations" in page
    assert "identique avec et sans" not in page


def test_what_is_done_under_a_shock_is_compared_with_the_shock_alone(facts):
    one = facts("under_shocks")
    choices = Choices(one)
    assert choices.labels == ["Do nothing", "Transition cluster", "Shop fronts"]
    assert choices.unmatched == ["grant_cut + facade"]  # grant_cut alone is not there
    assert choices.worlds == 3  # no shock, and two sizes of the pandemic
    effects = choices.effects("running_projects")
    alone, under = (one.values(arm, "running_projects") for arm in
                    ("pandemic", "pandemic + transition_cluster"))  # fmt: skip
    assert effects[:, 1, 1] == pytest.approx((under - alone)[0])
    assert (effects[:, 0] == 0).all()
    section = trade_offs(one)
    notes = [b.text for b in section.blocks if isinstance(b, Paragraph)]
    assert any("shock alone was not simulated: “Cut in grants" in note for note in notes)


def test_doing_nothing_stands_in_every_table_and_labels_name_own_levers_only(facts):
    choices = Choices(facts("two"))
    assert choices.labels[0] == "Do nothing" and len(choices.labels) == 5
    for label in choices.labels[1:]:
        assert ("Funding" in label) == label.startswith("Transition cluster")
        assert ("Rent relief: " in label) == label.startswith("Rent relief ·")
        assert "vacancy" not in label
    (table,) = (b for b in trade_offs(facts("two")).blocks if isinstance(b, Table))
    assert table.heads[-1] == "Do nothing"
    (gallery,) = (b for b in trade_offs(facts("two")).blocks if isinstance(b, Gallery))
    (tile,) = gallery.tiles
    assert tile.caption.replace("\N{NO-BREAK SPACE}", " ") == (
        "On the line, the cheapest first: 1. Do nothing (0 for €0); "
        "2. Transition cluster · Funding of the cluster: €10,000 a month (+5.0 for €1.00 million); "
        "3. Transition cluster · Funding of the cluster: €60,000 a month (+30.0 for €6.00 million)."
    )
    (row,) = table.rows  # shops do not react
    best = "Transition cluster · Funding of the cluster: €60,000 a month"
    assert row[1].text == row[3].text == best
    assert row[3].below == "no noticeable gap to the best"
    assert row[-1].text == "at most 30.0 short of the best"


def test_the_section_is_called_what_it_shows(facts):
    weighed, ranked, mean = (trade_offs(facts(kind)) for kind in ("two", "one_choice", "one_world"))
    assert weighed.title == mean.title == "Value for money"
    assert ranked.title == "Choices that hold in every world"  # nothing is drawn against cost
    assert not any(isinstance(b, (Gallery, Subhead)) for b in ranked.blocks)
    captions = [b.caption for one in (ranked, mean) for b in one.blocks if isinstance(b, Table)]
    assert ["regret" in caption for caption in captions] == [True, False]


def test_answers_and_tables_of_an_arm_name_and_count_its_own_variants(facts):
    one = facts("two")
    texts = [b.text for b in answer(one).blocks if isinstance(b, Paragraph)]
    assert sum("4 variants of" in text for text in texts) == 2
    tables = [b for b in effect_tables(one).blocks if isinstance(b, Table)]
    assert [table.heads[:2] for table in tables] == [
        ["Funding of the cluster", "Starting vacancy"],
        ["Rent relief", "Starting vacancy"],
    ]
    assert all(len(table.rows) == 4 for table in tables)


def test_a_sampled_design_offers_parts_of_the_range_of_its_levers(facts):
    choices = Choices(facts("sampled"))
    assert len(choices.labels) == 5 and choices.worlds == 2  # halves of the vacancy
    effects = choices.effects("running_projects")
    means = np.nanmean(effects, axis=(0, 2))
    assert (np.diff(means) > 3).all()
    found = over_worlds(effects)
    assert found.picks == (4, 4, 4) and found.tied == [4]
    assert over_worlds(effects[:, [0, 4, 4]]).tied == [1, 2]
    assert found.max_regret[0] == pytest.approx(means[4], abs=3)
    assert trade_offs(facts("sampled")) is not None


def test_draws_with_a_second_seed_are_worlds(facts):
    choices = Choices(facts("drawn"))
    assert choices.has_draws
    assert choices.effects_of_draws("running_projects").shape == (2, 4, 16)
    texts = [b.text for b in trade_offs(facts("drawn", "fr")).blocks if isinstance(b, Paragraph)]
    assert any("les 8 tirages, sur 12, qui ont été simulés deux fois" in text for text in texts)


def test_what_costs_money_and_changes_nothing_is_beaten_by_doing_nothing(facts):
    surface = facts("two").surface(facts("two").arms[0], "running_projects")
    idle, none, some = (
        Choice(label, cost, effect, 1.0)
        for label, cost, effect in (("idle", 0.0, 0.0), ("none", 1e6, 1e-4), ("some", 2e6, 9.0))
    )
    assert on_line(surface, [some, none, idle]) == [[idle], [some]]
    alike = replace(some, cost=2e6 + 1.0, effect=9.0 + 1e-9)  # none beats the other
    assert on_line(surface, [some, alike, idle]) == [[idle], [some, alike]]
    lucky = replace(none, cost=0.0)  # better than nothing by what is not even told
    assert on_line(surface, [idle, lucky, some]) == [[idle, lucky], [some]]
