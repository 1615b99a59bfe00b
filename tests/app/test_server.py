"""The data of the page: frames, cells, texts and exports match the simulation."""

import contextlib
import io
import json
import math
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from sim.app.pair import CHARTS
from sim.cli import main
from sim.measures.map_layers import LAYERS
from sim.measures.registry import MONTHLY
from sim.simulation.provenance import indicators_hash
from tests.app.pages import SMALL, Frame, Page, asked
from tests.quick_cases import rest_slow


def hashes(export: bytes) -> dict[str, str]:
    """Return the hash of the indicators of each arm of an export, as in a run's manifest."""
    table = pd.read_csv(io.BytesIO(export), dtype=str, keep_default_na=False)
    texts = table.drop(columns=["arm", "month", "date"])
    index = pd.DataFrame(
        {"rep": 0, "month": table["month"].astype(int), "date": pd.to_datetime(table["date"])}
    )
    numbers = texts.map(lambda text: float(text) if text else math.nan)
    whole = pd.concat([index, numbers], axis=1)
    return {arm: indicators_hash(whole[table["arm"] == arm]) for arm in ("without", "with")}


def printed(command: str) -> Any:
    """Run a printed command and return its JSON."""
    words = shlex.split(command)
    assert words[0] == "sim"
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main([*words[1:], "--json"]) == 0
    return json.loads(said.getvalue())


EXAMPLES: list[dict[str, Any]] = [
    {},
    {"settings": {"closure_rate": 0.12, "cluster_size": 60, "site": "most_vacant"}, "seed": 7},
    {"settings": {"online_share_2030": 0.3, "with_drivers": False}, "intervention": None},
    {"settings": {"closure_rate": 0.12}, "against": "baseline"},
    {"settings": {"start": 0, "existing_third_places": ""}, "intervention": "facade"},
    {"scenario": "rural_low_density", "settings": {"cell_size": 400}, "seed": 2**53},
    {"intervention": "transition_cluster+facade", "settings": {"facade.start": 0, "stop": 20}},
]


def test_a_refusal_is_in_the_language_that_the_browser_asks_for(client: TestClient) -> None:
    wrong = asked(settings={"closure_rate": 7.0})
    for header, sentence in (
        ("fr-FR,fr;q=0.9", "Taux de fermeture = 7,0 n'est pas admis"),
        ("en-GB", "Closure rate = 7.0 is not admissible"),
        ("eo", "Closure rate = 7.0 is not admissible"),
    ):
        answer = client.post("/api/sessions", json=wrong, headers={"accept-language": header})
        assert answer.status_code == 422
        assert answer.json()["error"].startswith(sentence)


@pytest.mark.parametrize("more", rest_slow(EXAMPLES, quick=3))
def test_the_pages_numbers_are_those_of_the_commands_and_python_it_prints(
    client: TestClient, more: dict[str, Any]
) -> None:
    page = Page(client)
    page.frame(14)
    page.change(**more)  # independent of the previous view
    for steps in (1, 0, 12):
        page.frame(steps)
    told = page.get("command").json()
    exported = hashes(page.get("export.csv").content)
    arms = ["without", "with"]
    for arm, command in zip(arms, told["command"].splitlines(), strict=True):
        assert printed(command)["indicators_sha256"] == exported[arm]
    assert exported["with"] != exported["without"]
    assert told["compare"].startswith("sim compare") == (
        page.change(**more)["mode"] == "intervention"
    )
    found: dict[str, Any] = {}
    exec(told["python"], found)
    for arm in arms:
        assert indicators_hash(found[f"indicators_{arm}"]) == exported[arm]


def test_both_territories_agree_at_month_0_and_differ_later(client: TestClient) -> None:
    page = Page(client)
    start = Frame(page.frame())
    assert (start.month, start.first, len(start.with_it)) == (0, 0, 0)
    assert np.array_equal(start.maps[0], start.maps[1])
    assert set(np.unique(start.maps[2])) <= {127, 255}
    later = Frame(page.frame(48, layer="projects"))
    assert later.month == 48
    assert not np.array_equal(later.without, later.with_it)
    assert not np.array_equal(later.maps[0], later.maps[1])
    differ = later.maps[0] != later.maps[1]
    assert (later.maps[2][differ] != 127).all()
    assert (later.maps[2][~differ] == 127).all()


def test_an_intervention_without_size_changes_nothing(client: TestClient) -> None:
    nothing = {"cluster_size": 0, "cluster_funding": 0, "facilitators": 0}
    levers = client.get("/api/options").json()["interventions"]
    known = {lever["name"] for one in levers for lever in one["levers"]}
    page = Page(client, settings={k: v for k, v in nothing.items() if k in known})
    later = Frame(page.frame(48))
    assert np.array_equal(later.without, later.with_it, equal_nan=True)
    only = hashes(page.get("export.csv").content)
    without = Page(client, intervention=None)
    without.frame(48)
    assert hashes(without.get("export.csv").content)["with"] == only["without"]


def test_frames_bring_the_months_that_the_page_does_not_know(client: TestClient) -> None:
    page = Page(client)
    whole = Frame(page.frame(20))
    assert whole.without.shape == (20, len(CHARTS))
    part = Frame(page.frame(4, known=18))
    assert (part.month, part.first, len(part.without)) == (24, 18, 6)
    assert np.array_equal(part.without[:2], whole.without[18:], equal_nan=True)
    again = Frame(page.frame(0, known=24))
    assert (again.first, len(again.without)) == (24, 0)
    last = Frame(page.frame(120))
    assert last.month == SMALL["months"]
    shops = page.get("export.csv").content
    table = pd.read_csv(io.BytesIO(shops))
    with_it = table[table["arm"] == "with"]["open_shops_town_centre"].to_numpy()
    # Charts show stocks as the mean over the year that ends with the month.
    k = CHARTS.index("open_shops_town_centre")
    assert last.with_it[-1, k] == pytest.approx(with_it[-12:].mean(), rel=1e-6)


@pytest.mark.slow
def test_a_change_gives_the_same_as_starting_with_it(client: TestClient) -> None:
    """Levers keep the baseline, parameters keep nothing; neither leaves traces of the old state."""
    page = Page(client)
    page.frame(30)
    for more in (
        {"settings": {"cluster_size": 70}},
        {"settings": {"closure_rate": 0.12}},
        {"intervention": "facade"},
        {"intervention": None},
        {"seed": 5},
    ):
        assert page.change(**more)["month"] == 0
        fresh = Page(client, **more)
        for layer in ("vacancy", "trust"):
            assert page.frame(9, layer) == fresh.frame(9, layer)
        assert page.get("export.csv").content == fresh.get("export.csv").content
        fresh.end()


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS)
def test_a_cell_reads_what_its_pixel_shows(client: TestClient, layer: str) -> None:
    page = Page(client)
    shown = Frame(page.frame(24, layer))
    low, high = page.about["scales"][layer]
    rows, columns = shown.maps.shape[1:]
    assert (rows, columns) == (page.about["rows"], page.about["columns"])
    for row in range(0, rows, 3):
        for column in range(0, columns, 2):
            values = page.get(f"cell?row={row}&column={column}").json()["layers"][layer]
            for value, byte in zip(values, shown.maps[:2, row, column], strict=True):
                if value is None:
                    assert byte == 255
                else:
                    share = (value - low) / (high - low)
                    assert byte == pytest.approx(254 * min(max(share, 0), 1), abs=0.51)


def test_a_cell_outside_the_grid_is_refused(client: TestClient) -> None:
    page = Page(client)
    answer = client.get(f"{page.path}/cell?row=12&column=0")
    assert answer.status_code == 422
    assert "outside the grid" in answer.json()["error"]


def test_changed_settings_are_listed_with_their_old_values(client: TestClient) -> None:
    page = Page(client, settings={"closure_rate": 0.12, "cluster_size": 60})
    listed = {one["name"]: one for one in page.about["differs"]}
    assert set(listed) == {*SMALL, "closure_rate", "cluster_size"}
    assert (listed["cluster_size"]["value"], listed["cluster_size"]["default"]) == (60, 40)
    assert listed["closure_rate"]["value"] == 0.12
    assert page.about["cost"] > 0
    assert page.change(intervention=None)["cost"] == 0


def test_the_export_holds_every_indicator_of_every_month_of_both(client: TestClient) -> None:
    page = Page(client)
    page.frame(6)
    table = pd.read_csv(io.BytesIO(page.get("export.csv").content))
    assert table.groupby("arm")["month"].apply(list).to_dict() == {
        "with": [*range(1, 7)],
        "without": [*range(1, 7)],
    }
    assert all(name in table for name in MONTHLY)


def test_territories_that_were_imported_are_offered(serve: Any, tmp_path: Path) -> None:
    file = tmp_path / "our_town.toml"
    file.write_text('inherits = "mid_sized_town"\n[territory]\nrows = 12\ncolumns = 12\n')
    client = serve(scenarios=[file])
    assert "our_town" in [s["name"] for s in client.get("/api/options").json()["scenarios"]]
    page = Page(client, scenario="our_town")
    page.frame(2)
    assert str(file) in page.get("command").json()["command"]


def test_two_territories_of_one_name_are_refused(tmp_path: Path) -> None:
    from sim.app.server import make_app
    from sim.errors import InputError

    file = tmp_path / "mid_sized_town.toml"
    file.write_text('inherits = "metropolis"\n')
    with pytest.raises(InputError, match="is there already"):
        make_app([file])
