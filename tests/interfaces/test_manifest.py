"""A manifest says what an experiment is, and what several scenarios share once."""

from sim.experiments.experiment_file import load_experiment
from sim.experiments.manifest import describe

EXPERIMENT = """
interventions = ["rent_relief"]
months = 12
horizons = [12]
[settings]
rows = 12
columns = 12
population = 3000
[factors]
scenario = ["mid_sized_town", "rural_low_density"]
"""


def test_draws_that_scenarios_share_are_told_with_the_first_and_named_with_the_others(tmp_path):
    (tmp_path / "two.toml").write_text(EXPERIMENT)
    told = describe(load_experiment(tmp_path / "two.toml"), {})["scenarios"]
    whole, named = (told[name]["posterior"] for name in ("mid_sized_town", "rural_low_density"))
    assert named == {key: whole[key] for key in ("file", "sha256", "parameters")}
    assert set(whole) > set(named)
