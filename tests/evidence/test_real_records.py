"""The command and the bands on real records, where they lie beside this checkout."""

from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("esda")
pytest.importorskip("statsmodels")

from experiments.evidence.answers import answer, tabulate
from experiments.evidence.bands import load_bands
from experiments.evidence.questions import QUESTIONS
from experiments.evidence.readers.folder import read_folder
from sim.cli import main

EVIDENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "evidence"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not EVIDENCE.is_dir(), reason="no ../shared/data/evidence beside this checkout"
    ),
]


@pytest.mark.corpus  # half a minute of the command that other tests try on small records
def test_all_evidence_is_reported_beside_the_model(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["validate", str(EVIDENCE), "--reps", "2", "--lang", "fr", "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith("Sur ")
    table = pd.read_csv(out / "figures.csv")
    assert set(table["records"]) >= {"sirene_lyon4", "slo_licences", "wieland_shopping", "model"}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count('<section id="') == len(QUESTIONS) + 3


@pytest.fixture(scope="module")
def real():
    tables = [tabulate(r.name, answer(r), load_bands()) for r in read_folder(EVIDENCE)]
    return pd.concat(tables).set_index(["records", "figure"])


def test_bands_say_what_was_measured(real):
    bands = load_bands()
    for records, figure, in_the_band in [
        ("sirene_lyon4", "closure_rate_0_5", 0.105),
        ("sirene_lyon4", "closure_rate_10_25", 0.069),
        ("slo_licences", "letting_after_2", None),
        ("slo_licences", "successors_90_days", None),
        ("wieland_shopping", "decay_exponential_groceries", 0.40),
        ("wieland_shopping", "decay_power_groceries", 1.92),
        ("wieland_shopping", "basket_median_clothing", 75.0),
        ("wieland_shopping", "online_spending_groceries", 0.008),
    ]:
        found = real.loc[(records, figure)]
        assert found["verdict"] == "within", figure
        if in_the_band is not None:
            assert bands[figure].value == in_the_band
            assert found["estimate"] == pytest.approx(in_the_band, rel=0.06)


def test_both_bounds_of_letting_enclose_a_range(real):
    for k in range(1, 5):
        below = real.loc[("slo_licences", f"letting_after_{k}")]
        above = real.loc[("slo_licences", f"letting_after_{k}_reused")]
        assert below["high"] < above["low"]
