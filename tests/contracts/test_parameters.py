"""Every number of the model has its unit and source, and every one has an effect."""

from functools import cache

import pytest

from sim.errors import InputError
from sim.interventions import LEVERS
from sim.measures.registry import OUTCOMES
from sim.registry.parameters import ParameterGroup, parameter
from sim.scenario.scenario import load_scenario
from sim.scenario.schema import PARAMETERS
from sim.territory.territory import SECTORS
from tests.reference.towns import SMALL, everything_at_once, small_town

EVIDENCE = {"found", "derived", "recalled", "assumed"}
all_parameters = pytest.mark.parametrize("name", PARAMETERS)


@all_parameters
def test_it_carries_unit_bounds_words_source_and_evidence(name):
    info = PARAMETERS[name]
    for words in (info.label, info.help):
        assert all(w.strip() for w in words.values())
    assert all(text.endswith(".") for text in info.help.values())
    assert info.unit and info.source
    assert info.evidence in EVIDENCE
    assert info.role in {"uncertainty", "lever", "constant"}
    if info.kind in (int, float):
        assert info.low is not None and info.low <= info.default <= info.high
        assert info.low < info.high
    if info.choices:
        assert info.default in info.choices


def test_no_measure_has_the_name_of_a_parameter():
    """The table of a sweep has one column for each factor and each measure."""
    assert not set(OUTCOMES) & {*PARAMETERS, *LEVERS}


@pytest.mark.parametrize(
    "name", [n for n, i in PARAMETERS.items() if i.role == "uncertainty" and i.low is not None]
)
def test_uncertain_parameters_have_a_plausible_range(name):
    """Comparisons draw from it, so the range contains the default and lies within the bounds."""
    info = PARAMETERS[name]
    assert info.plausible is not None, f"{name} needs plausible=(low, high), or role constant"
    low, high = info.plausible
    assert info.low <= low <= info.default <= high <= info.high
    assert low < high


@pytest.mark.parametrize("name", [n for n, i in PARAMETERS.items() if i.role != "uncertainty"])
def test_only_uncertain_parameters_are_drawn(name):
    assert PARAMETERS[name].plausible is None


def test_the_past_is_not_drawn_and_the_future_is():
    dated = {n: i for n, i in PARAMETERS.items() if i.group == "exogenous_drivers"}
    to_come = {n for n, i in dated.items() if i.role == "uncertainty" and n[-4:].isdigit()}
    assert {n for n in to_come if "after" not in n} == {"online_share_2030"}
    assert {n for n in to_come if "after" in n} == {
        f"{what}_growth_after_2024" for what in ("spending", "cost", "periphery")
    }


def test_a_plausible_range_must_contain_the_default_and_respect_the_bounds():
    for plausible in ((0.5, 2.0), (0.6, 0.8), (0.2, 0.4)):
        with pytest.raises(TypeError, match="plausible"):
            parameter(
                0.5,
                unit="1",
                label="",
                help="",
                source="",
                evidence="assumed",
                bounds=(0.0, 1.0),
                plausible=plausible,
            )


def test_a_number_without_bounds_cannot_be_declared():
    with pytest.raises(TypeError, match="bounds"):
        parameter(1.0, unit="1", label="", help="", source="", evidence="assumed")


def test_parameters_cannot_be_changed_in_passing():
    parameters = load_scenario("mid_sized_town").parameters
    assert isinstance(parameters, ParameterGroup)
    with pytest.raises(ValueError, match="frozen"):
        parameters.shop_closure.closure_rate = 0.1


@pytest.mark.parametrize("name", [n for n, i in PARAMETERS.items() if i.low is not None])
def test_it_is_kept_within_its_bounds(name):
    info = PARAMETERS[name]
    for value in (info.low - 1, info.high + 1, "much"):
        with pytest.raises(InputError, match=name):
            load_scenario("mid_sized_town").replace(**{name: value})


# Other settings without which a parameter has no effect.
COMPANY = {
    "with_dimensions": {"economic_jobs": 1.0},
    "loan_probability": {"loan_leverage": 4.0},
    "embedded_files": {"review_utilisation": 0.99, "approval_delay": 18.0},
    "exposure_half_life": {"idea_exposure_effect": 3.0, "encounter_gain": 0.5},
    "encounter_gain": {"idea_exposure_effect": 3.0, "visit_level": 5.0},
    "half_facilitation_hours": {"idea_exposure_effect": 3.0, "with_accompaniment": False},
    "with_membership": {"membership_months": 9.0},
    "engineering_cap": {"engineering_months": 1.0},
    "caseload": {"with_accompaniment": True},
    "accompaniment_cap": {"with_accompaniment": True},
    "referral": {"with_accompaniment": True},
    "accompanied_examination_factor": {"with_accompaniment": True, "trust_speed": 0.0},
    "accompanied_approval_odds": {"with_accompaniment": True},
    "open_share_shrinkage": {"open_share_elasticity": 1.0},
    "margin_clip": {"margin_spread": 0.4},
    "with_youth_outlet": {"youth_idea_response": 1.0},
    "with_prospects": {"shop_job_weight": 1.0},
    "with_emptying": {"idea_vacancy_response": 20.0},
    "with_tax_base": {"tax_response": 5.0},
    "residents_adjustment": {"residents_vacancy_response": 1.0},
    "with_remote_work": {"remote_share": 0.3},
    "remote_trend": {"remote_share": 0.3},
    "seat_use_workers": {"remote_share": 0.3},
    "work_day_spending": {"remote_share": 0.3},
    "worker_exposure": {
        "remote_share": 0.3,
        "idea_exposure_effect": 3.0,
        "encounter_gain": 0.5,
        "visit_level": 5.0,
    },
    "digital_skills": {
        "remote_share": 0.3,
        "worker_exposure": 1.0,
        "competences": 1.0,
        "idea_exposure_effect": 3.0,
        "encounter_gain": 0.5,
        "visit_level": 5.0,
    },
    "town_shock_memory": {"town_shock_spread": 0.1},
    **{f"decay_exponent_{s}": {f"decay_form_{s}": "power_law"} for s in SECTORS},
}
# Values for parameters whose value a third of the way between the bounds does not suit.
ANOTHER = {"digital_skills": 0.0, "existing_third_places": "coworking:1", "acquaintance_reach": 0.5}
NOT_IN_THE_MONTH = {
    "file": "a file name, tried in tests/interfaces",
    "months": "only how long a run is",
}


def _another_value(info):
    if info.kind is bool:
        return not info.default
    if info.name in ANOTHER:
        return ANOTHER[info.name]
    if info.choices:
        return next(c for c in info.choices if c != info.default)
    base = SMALL.get(info.name, info.default)
    if info.name == "start_year":
        return 2019
    moved = info.low + 0.3 * (info.high - info.low) if info.high < 100 else base * 1.5 + 1
    if info.kind is int:
        moved = round(moved)
    return moved if moved != base else info.high


@cache
def _story(months, *changes):
    """Return the history and maps of a run that starts early."""
    run = small_town(**{"start_year": 2001, "spin_up": 2} | dict(changes))
    run.run(months)
    return run.counts.tobytes(), run.territory.shape, run.territory.youth.tobytes()


@cache
def _busy_story(*changes):
    """Return the same for eight years with all interventions, and the origins of projects."""
    run = everything_at_once(**{"spin_up": 2} | dict(changes))
    run.run(96)
    return run.counts.tobytes(), run.state["entrepreneur.origin"].tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in PARAMETERS if n not in NOT_IN_THE_MONTH])
def test_every_parameter_affects_some_run(name):
    """A parameter that affects no run would be a dead option."""
    company = tuple(COMPANY.get(name, {}).items())
    changed = (*company, (name, _another_value(PARAMETERS[name])))
    for months in (24, 400):  # early differences persist to the end
        if _story(months, *company) != _story(months, *changed):
            return
    assert _busy_story(*company) != _busy_story(*changed)


def test_every_company_and_exception_is_a_parameter():
    assert {*COMPANY, *NOT_IN_THE_MONTH, *SMALL} <= set(PARAMETERS)
