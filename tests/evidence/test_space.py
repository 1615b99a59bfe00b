"""Vacant premises that stand together, on towns that can be pictured."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("esda")  # PySAL

from experiments.evidence import clustering, gradient
from experiments.evidence.questions import QUESTIONS
from experiments.evidence.records import COLUMNS


@pytest.fixture
def town():
    """Premises every 50 m of a square of one km; the western quarter is vacant."""
    x, y = np.meshgrid(np.arange(0.0, 1000, 50), np.arange(0.0, 1000, 50))
    return pd.DataFrame({"x": x.ravel(), "y": y.ravel()}).assign(is_vacant=lambda t: t["x"] < 250)


def test_a_vacant_quarter_is_clustered(town):
    found = {e.figure: e for e in clustering.estimate(town)}
    assert found["vacancy_morans_i"].low > 0.5
    assert found["vacancy_pairs_0_50"].value > 3 > found["vacancy_pairs_200_400"].value


def test_a_chequerboard_is_the_opposite(town):
    board = town.assign(is_vacant=((town["x"] + town["y"]) // 50) % 2 == 0)
    assert clustering.morans_i(board, reach=51.0, side=200.0).value == pytest.approx(-1)
    assert clustering.pair_correlation(board, 0, 51, side=200.0).value == 0


def test_a_rim_of_vacancy_is_a_gradient(town):
    from_centre = np.hypot(town["x"] - 475, town["y"] - 475)
    rim = town.assign(is_vacant=from_centre > 500)
    found = {e.figure: e for e in gradient.estimate(rim.iloc[::2])}
    assert found["vacancy_inner_third"].value == 0 < found["vacancy_outer_third"].value
    assert found["vacancy_edge_odds_factor"].low > 1


def test_few_vacant_premises_say_nothing(town):
    none = town.assign(is_vacant=False)
    assert clustering.estimate(none) == [] == gradient.estimate(none)


def test_each_question_names_a_known_kind_of_records():
    assert all(set(question.kinds) <= set(COLUMNS) for question in QUESTIONS.values())
