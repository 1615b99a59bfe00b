"""The faults that the gate of `tests.mutation` tries."""

from pathlib import Path

import pytest

from tests.mutation.gate import equivalent
from tests.mutation.source_mutants import mutants_of

ROOT = Path(__file__).parents[2]
RULE = b'''
def cover(shops: list[int] = 1 + 1, seats=2):
    """Return 1 < 2."""
    if seats <= 3 and shops[seats] > 0:
        shops[0] = min(seats, 7)
        raise ValueError(f"{seats + 1} is too many")
    return max(shops, seats) - 0.5
'''


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("seats <= 3", "(seats < 3)"),
        ("seats <= 3 and shops[seats] > 0", "(seats <= 3 or shops[seats] > 0)"),
        ("shops[seats]", "(shops[seats - 1])"),
        ("shops[0] = min(seats, 7)", "pass"),
        ("7", "(8)"),
        ("0.5", "(0.55)"),
        ("max(shops, seats)", "(min(shops, seats))"),
        ("max(shops, seats)", "(max(seats, shops))"),
        ("max(shops, seats) - 0.5", "(max(shops, seats) + 0.5)"),
    ],
)
def test_a_fault_stands_in_the_place_of_what_was_meant(before: str, after: str) -> None:
    (one,) = [m for m in mutants_of("a.py", RULE) if (m.before, m.after) == (before, after)]
    assert one.source(RULE).decode() == RULE.decode().replace(before, after, 1)


def test_what_no_run_shows_is_left_alone() -> None:
    lines = {mutant.line for mutant in mutants_of("a.py", RULE)}
    assert lines == {2, 4, 5, 7}
    assert all(compile(m.source(RULE), m.path, "exec") for m in mutants_of("a.py", RULE))


def test_all_other_lines_of_a_mutant_stay_where_they_are() -> None:
    source = (
        b"total = max(\n    first,\n    second,\n)\nshops[0] = (\n    total  # here\n)\nlast = 7\n"
    )
    found = [m.source(source).splitlines() for m in mutants_of("a.py", source) if m.line < 8]
    assert len(found) > 3
    assert all(lines.index(b"last = 7") == 7 and len(lines) == 8 for lines in found)


def test_the_boundary_of_a_random_number_is_left_alone() -> None:
    source = b"if uniform(words) < share and luck[i] < most and left < most:\n    left = 0.5\n"
    found = {
        m.after for m in mutants_of("a.py", source) if m.before.startswith(("uni", "luck", "left"))
    }
    assert "(uniform(words) > share)" in found and "(luck[i] > most)" in found
    assert "(left <= most)" in found
    assert not found & {"(uniform(words) <= share)", "(luck[i] <= most)"}


def test_mutants_named_equivalent_exist_and_have_a_reason() -> None:
    for key, reason in equivalent().items():
        path = key.partition(":")[0]
        source = (ROOT / path).read_bytes()
        assert key in {mutant.key(source) for mutant in mutants_of(path, source)}
        assert len(reason.split()) > 4


def test_a_shape_is_left_alone_and_what_takes_it_is_not() -> None:
    found = {m.before for m in mutants_of("a.py", b"flat = cell[shops].reshape(-1, 2)\n")}
    assert found == {"cell[shops]"}


def test_places_that_read_alike_on_a_line_have_names_of_their_own() -> None:
    source = b"for place in range(size - 1, -1, -1):\n    pass\n"
    names = [mutant.key(source) for mutant in mutants_of("a.py", source) if mutant.before == "1"]
    assert [name.split(":: ")[1] for name in names] == [
        "1 -> (2)",
        "1 no. 2 -> (2)",
        "1 no. 3 -> (2)",
    ]


def test_guards_against_zero_keep_their_last_digits() -> None:
    source = b"share = part / max(whole, 1e-300) + 0.5\n"
    assert {m.before for m in mutants_of("a.py", source) if "whole" not in m.before} == {"0.5"}
