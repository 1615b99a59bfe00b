"""The vacancy of a place: as stated or counted, or from marks held against what is usual."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import beta

from sim.errors import InputError
from sim.territory.read_shops import ShopPoints
from sim.territory.vacancy import ASSUMED_VACANCY, VacancyRequest, vacancy_of, with_vacancy_list

WEIGHT = 41


def found(marked, n=100, is_count=False, **request):
    points = SimpleNamespace(
        is_vacant=np.arange(n) < marked,
        cell=np.zeros(n, np.int32),
        is_count=is_count,
        provenance={"source": "shops.csv"},
    )
    return vacancy_of(points, VacancyRequest(**request))


@pytest.mark.parametrize(("marked", "share", "added"), [(0, 0.2, 25), (10, 0.2, 12), (10, 0.1, 0)])
def test_a_stated_share_is_reached_by_adding_vacant_premises(marked, share, added):
    vacancy = found(marked, share=share)
    assert (vacancy.share, vacancy.low, vacancy.high, vacancy.n_added) == (*[share] * 3, added)
    assert (marked + added) / (100 + added) == pytest.approx(share, abs=0.005)
    told = vacancy.source
    assert (told["source"], told["evidence"], told["premises_added"]) == (
        "as stated",
        "found",
        added,
    )
    more = f"; {added} vacant premises were added beside small open ones" if added else ""
    assert told["in_words"] == f"{share:.1%}, as stated; {marked} premises are marked{more}."


def test_more_marks_than_stated_are_refused():
    with pytest.raises(
        InputError, match=r"marks 11 of 100 premises vacant \(11.0%\), more than that"
    ):
        found(11, share=0.1)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"is_counted": True}, "as the file counts them"),
        ({"is_count": True}, "as the file counts them"),
        ({"file": "list.csv"}, "as the list of vacant premises has them"),
    ],
)
def test_a_count_stands_as_it_is(how, words):
    vacancy = found(2, **how)
    assert (vacancy.share, vacancy.low, vacancy.high, vacancy.n_added) == (0.02, 0.02, 0.02, 0)
    assert vacancy.source["in_words"] == f"2 of 100 premises are vacant (2.0%), {words}."
    assert (vacancy.source["source"], vacancy.source["evidence"]) == ("shops.csv", "found")


@pytest.mark.parametrize(("marked", "evidence"), [(20, "found"), (13, "found"), (3, "derived")])
def test_tags_are_a_sample_held_against_what_is_usual(marked, evidence):
    vacancy = found(marked)
    usual = ASSUMED_VACANCY * WEIGHT
    estimate = (marked + usual) / (100 + WEIGHT)
    assert vacancy.share == pytest.approx(max(marked / 100, estimate))
    of_beta = beta(usual + marked, WEIGHT - usual + 100 - marked)
    assert (vacancy.low, vacancy.high) == pytest.approx(of_beta.ppf([0.05, 0.95]))
    assert vacancy.n_added == {20: 0, 13: 0, 3: 3}[marked]
    told = vacancy.source
    assert told["evidence"] == evidence and told["share"] == round(vacancy.share, 4)
    assert (told["low"], told["high"]) == (round(vacancy.low, 4), round(vacancy.high, 4))
    span = f"90% interval {vacancy.low:.1%} to {vacancy.high:.1%}"
    assert span in told["in_words"]
    assert ("mappers seldom set such tags" in told["in_words"]) == (evidence == "derived")


@pytest.mark.parametrize(("marked", "is_count"), [(2, False), (0, False), (0, True)])
def test_next_to_no_tags_leave_what_is_usual(marked, is_count):
    vacancy = found(marked, is_count=is_count)
    assert vacancy.share == ASSUMED_VACANCY
    usual = ASSUMED_VACANCY * WEIGHT
    assert (vacancy.low, vacancy.high) == pytest.approx(
        beta(usual, WEIGHT - usual).ppf([0.05, 0.95])
    )
    assert vacancy.n_added == {0: 14, 2: 11}[marked]
    told = vacancy.source
    assert told["generated"] and told["evidence"] == "assumed"
    few = "only 2 of 100 premises are marked vacant, too few to have been looked for"
    assert told["why"] == (few if marked else "the file lists open shops only")
    assert told["in_words"].startswith(f"Generated: {told['why']}, so 12% are taken to be vacant")
    assert "(90% of these lie between 5% and 21%)" in told["in_words"]


def test_where_nothing_is_usual_marks_alone_count():
    for marked in (0, 2):
        vacancy = found(marked, assumed=0.0)
        assert (vacancy.share, vacancy.low, vacancy.high, vacancy.n_added) == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["share", "assumed"])
def test_a_share_of_vacant_premises_lies_between_0_and_nine_in_ten(name):
    for share in (0.0, 0.9):
        VacancyRequest(**{name: share})
    for share in (-0.01, 0.91, float("nan")):
        with pytest.raises(InputError, match=r"must be in \[0, 0.9\]"):
            VacancyRequest(**{name: share})


def shops_at(cells, is_vacant, words):
    n = len(cells)
    return ShopPoints(
        np.arange(n) + 10 * cells[0], np.array(cells, np.int32), np.arange(n, dtype=np.int16) + 5,
        np.array(is_vacant), np.zeros(0, np.int32), False, {"in_words": words},
    )  # fmt: skip


def test_a_list_of_vacant_premises_stands_in_place_of_the_marks():
    listed = shops_at([7, 8], [True, True], "L.")
    for marks, more in (([True, False, False], " instead of the 1 marked"), ([False] * 3, "")):
        points = with_vacancy_list(shops_at([1, 2, 3], marks, "S."), listed)
        n = marks.count(True)
        assert points.cell.tolist() == [*[1, 2, 3][n:], 7, 8]
        assert points.row.tolist() == [*[10, 11, 12][n:], 70, 71]
        assert points.group.tolist() == [*[5, 6, 7][n:], 5, 6]
        assert points.is_vacant.tolist() == [False] * (3 - n) + [True, True]
        assert points.provenance["in_words"] == f"S; 2 vacant ones of the list{more}."
        assert points.provenance["vacancy_list"] == {"in_words": "L."}
