"""No position of a lever or parameter that the page offers is refused."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sim.app.ends import KINDS, ends_of_levers, ends_of_parameter, kinds_of
from sim.app.offer import FIRST, offer
from sim.app.refusals import labelled, settings_in
from sim.app.request import LARGEST_GRID, Catalogue, Request
from sim.app.trial import Trial, moved
from sim.interventions import Intervention, list_interventions, load_intervention
from sim.registry.catalogues import third_place_kinds
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import catalogue
from sim.words.folders import languages
from sim.words.sentences import translated

NAMES = [path.stem for path in list_interventions()]
CHOICE = Catalogue()


def _moves(one: Intervention, name: str) -> list[Any]:
    """The ends of a lever, what lies between them, and its choices."""
    info = one.kind.infos[name]
    if name == KINDS:
        chosen = set(one.values[KINDS].split())
        order = [kind.name for kind in third_place_kinds()]
        may = [kind for kind, is_admissible in kinds_of(one).items() if is_admissible]
        return [" ".join(k for k in order if k in chosen ^ {kind}) for kind in may]
    if info.kind is bool:
        return [True, False]
    if info.kind is str:
        return list(info.choices)
    lowest, least, highest = ends_of_levers(one, (64, 64))[name]
    return [lowest, least, highest, info.kind(random.Random(name).uniform(least, highest))]


@pytest.mark.parametrize("name", NAMES)
def test_wherever_the_other_levers_stand_no_end_of_a_lever_is_refused(name: str) -> None:
    draw = random.Random(1)
    one = load_intervention(name)
    levers = [n for n in one.kind.infos if n not in one.levers.SHARES]
    for _ in range(12):
        lever = draw.choice(levers)
        moved = {value: one.replace(**{lever: value}) for value in _moves(one, lever)}
        one = draw.choice(list(moved.values()) or [one])


def test_a_gap_between_admissible_numbers_of_places_ends_the_slider() -> None:
    mixed = load_intervention("transition_cluster").replace(
        kinds="coworking fablab", cluster_size=150
    )
    assert not mixed.admits("places", 2)  # 75 seats are too many for the fablab
    assert mixed.admits("places", 3)
    assert mixed.ends("places") == (1, 1, 1)


def test_a_kind_too_small_for_the_seats_is_not_offered() -> None:
    large = load_intervention("transition_cluster").replace(cluster_size=80)
    assert kinds_of(large) == {
        "incubator": False,
        "fablab": False,
        "coworking": True,
        "living_lab": False,  # one kind stays
    }


def test_the_ground_ends_where_the_page_and_the_sites_on_it_end() -> None:
    settings = {"site": "cell", "site_row": 40, "rows": 50, "columns": 2500}
    asked = Request(scenario="mid_sized_town", intervention="mobile_cluster", settings=settings)
    arms = CHOICE.arms(asked)
    info, trial = PARAMETERS["rows"], Trial(CHOICE)
    found = ends_of_parameter(
        info, 50, lambda rows: trial.is_admissible(moved(asked, "rows", rows)), lambda rows: True
    )
    assert found == (41, 41, LARGEST_GRID // 2500)
    (one,) = arms.added
    assert ends_of_levers(one, (50, 2500))["site_row"] == (0, 0, 49)


def test_six_settings_come_first() -> None:
    found = offer(CHOICE)
    assert len(FIRST) == 6 and set(FIRST) <= set(PARAMETERS)
    for one in found["interventions"]:
        names = [name for name in one["first"] if name not in one["shares"]]
        assert len(names) + bool(one["shares"]) <= 6, one["name"]
        assert set(one["first"]) <= {info["name"] for info in one["levers"]}
        assert not one["shares"] or set(one["shares"]) <= set(one["first"])


@pytest.mark.parametrize("language", languages())
def test_everyday_words_belong_to_settings(language: str) -> None:
    levers = {n for name in NAMES for n in load_intervention(name).kind.infos}
    groups = {info.group for info in PARAMETERS.values()}
    keys = {key.split(".")[1] for key in catalogue(language) if key.startswith("everyday.")}
    assert keys <= levers | set(PARAMETERS) | groups
    assert len(keys) > 40


def test_a_refusal_names_settings_by_their_labels() -> None:
    sentence = (
        "mobile_cluster: cluster_size = 90 is more than fit into places = 1: "
        "a living_lab holds up to 80 seats, not 90."
    )
    assert settings_in(sentence) == ["cluster_size", "places"]
    french = labelled(translated(sentence, "fr"), "fr").replace("\xa0", " ")
    assert french == (
        "Animation itinérante : 90 places assises (Taille du cluster), c'est trop pour le nombre "
        "de lieux choisi (1) : un lieu de type Living lab en accueille au plus 80, et non 90."
    )
    assert labelled("Did you mean 'closure_rate'?", "en") == "Did you mean 'closure_rate'?"
