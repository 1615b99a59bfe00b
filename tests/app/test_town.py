"""The page shows of shops, projects and people what stands in the state."""

import struct
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from sim.app import town as encoded
from sim.app.life import biography
from sim.app.pair import Pair
from sim.app.request import Catalogue, Request
from sim.kernels.project_codes import LATENT, REVIEW, RUNNING
from sim.words.language import calendar_month
from tests.app.pages import Page, asked

GROUPS = ("shops", "places", "offices", "projects", "visitors", "young")
FIELDS = (("id", "<u4"), ("row", "<u2"), ("column", "<u2"), ("state", "u1"), ("detail", "u1"))

Group = dict[str, Any]


def decoded(content: bytes) -> tuple[tuple[int, ...], list[dict[str, Group]]]:
    """Read the bytes as `sim.app.town` describes them."""
    magic, *head = struct.unpack_from("<4s3I", content)
    assert magic == b"EST1"
    at, sides = 16, []
    for _ in range(2):
        side = {}
        for name in GROUPS:
            (n,) = struct.unpack_from("<I", content, at)
            at += 4
            group: Group = {}
            for field, kind in FIELDS:
                group[field] = np.frombuffer(content, kind, n, at).astype(np.int64)
                at += group[field].size * np.dtype(kind).itemsize
            side[name] = group
            at += -at % 4
        sides.append(side)
    assert at == len(content)
    return tuple(head), sides


@pytest.fixture(scope="module")
def pair() -> Pair:
    pair = Pair(Catalogue().arms(Request(**asked())))
    pair.run_to(36)
    return pair


def test_all_marks_lie_where_the_state_says(pair: Pair) -> None:
    state = pair.with_it.state
    runs = np.flatnonzero(state["entrepreneur.stage"] == RUNNING)[0]
    state["entrepreneur.premises_row"][runs] = 0  # this project runs in the first premises
    (month, every_shop, every_young), sides = decoded(encoded.town(pair))
    assert (month, every_shop, every_young) == (36, 1, 1)
    for run, side in zip(pair.runs, sides, strict=True):
        state, columns = run.state, run.territory.shape[1]
        cell = {name: group["row"] * columns + group["column"] for name, group in side.items()}
        assert np.array_equal(cell["shops"], state["premises.cell_row"])
        lit = side["shops"]["state"] % 2 == 1
        assert np.array_equal(lit, state["premises.is_open"] == 1)
        assert np.array_equal(side["offices"]["detail"], np.minimum(state["office.waiting"], 255))
        projects = side["projects"]["id"]
        stage = state["entrepreneur.stage"]
        assert np.array_equal(projects, np.flatnonzero(stage != LATENT))
        at_office = np.isin(cell["projects"], state["office.cell_row"])
        assert at_office[stage[projects] == REVIEW].all()
        premises = state["entrepreneur.premises_row"][projects]
        in_shop = (stage[projects] == RUNNING) & (premises >= 0)
        where = state["premises.cell_row"][premises[in_shop]]
        assert in_shop.any() or side is sides[0]
        assert np.array_equal(cell["projects"][in_shop], where)
        queued = np.sort(side["projects"]["detail"][side["projects"]["detail"] > 0])
        assert queued.size == state["office.waiting"].sum()
        met = np.bincount(side["visitors"]["detail"])
        users = state["third_place.users"]
        assert met[0] == 0
        assert all(met[1:] <= users[: met.size - 1])  # others are officials and remote workers
        assert met.sum() == state["youth.at_place"].sum() + state["entrepreneur.at_place"].sum()
        young = side["young"]["id"]
        assert np.array_equal(young, np.flatnonzero(state["youth.is_present"]))


def test_of_many_a_fixed_part_is_shown(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded, "MOST", 50)
    (_, _, every_young), sides = decoded(encoded.town(pair))
    young = pair.without.state["youth.id"].size
    assert every_young == -(-young // 50) > 1
    for side in sides:
        assert 0 < side["young"]["id"].size <= 50
        assert not np.any(side["young"]["id"] % every_young)


def test_time_goes_back_to_the_same_month(client: TestClient) -> None:
    page = Page(client)
    then = page.frame(12), page.get("town").content
    page.frame(20)
    assert page.get("town").content != then[1]
    again = {"steps": 12, "from_start": True, "known": 0, "layer": "vacancy"}
    assert client.post(f"{page.path}/frame", json=again).content == then[0]
    assert page.get("town").content == then[1]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_life_says_what_the_state_knows(pair: Pair, lang: str) -> None:
    state = pair.with_it.state
    rows = {
        "shops": state["premises.id"].size,
        "places": state["third_place.kind"].size,
        "offices": state["office.trust"].size,
        "projects": state["entrepreneur.id"].size,
        "young": state["youth.id"].size,
    }
    for kind, size in rows.items():
        for row in range(0, size, max(1, size // 60)):
            life = biography(pair, "with", kind, row, lang)  # type: ignore[arg-type]
            assert life["title"]
            assert all("{" not in one for one in life["sentences"])


def test_a_shop_that_closed_this_month_is_vacant_since_then(pair: Pair) -> None:
    closed = 1
    while not np.any(pair.with_it.state["premises.event"] == closed):
        pair.run_to(pair.month + 1)
    row = int(np.flatnonzero(pair.with_it.state["premises.event"] == closed)[0])
    years, month = divmod(pair.month - 1, 12)
    date = calendar_month(pair.with_it.values["start_year"] + years, month + 1, "en")
    assert f"Vacant since {date}." in biography(pair, "with", "shops", row, "en")["sentences"]


def test_a_row_that_is_not_there_is_refused(client: TestClient) -> None:
    page = Page(client)
    answer = client.get(f"{page.path}/life?kind=shops&row=999999")
    assert answer.status_code == 422
    assert "outside" in answer.json()["error"]
