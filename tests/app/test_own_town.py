"""A visitor's files become a town, whatever they hold, and nobody else's business."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from sim.app import read_town, towns
from sim.app.guard import COOKIE, LARGEST_BODY, LARGEST_UPLOAD
from sim.app.server import make_app
from sim.app.sessions import TooMany
from sim.app.towns import GIVES_WAY_SECONDS, IDLE_SECONDS, Town, Towns, read_apart
from sim.app.uploads import LONGEST_HEAD, MOST_FILES, receive
from sim.errors import InputError
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import territory_of
from sim.territory.public_data import place_of_cell
from sim.territory.remedies import Refusal
from sim.words.sentences import translated
from tests.app.browser import Open
from tests.app.pages import Page
from tests.app.test_sessions import Clock
from tests.interfaces.conftest import Town as Place
from tests.interfaces.conftest import write_csv
from tests.reference.map_files import write_pbf

BYTES = {"content-type": "application/octet-stream"}

Files = dict[str, bytes]


def of_a_place(folder: Path) -> Files:
    """Residents, shops and a map of an invented town."""
    place = Place(folder)
    write_csv(folder / "osm.csv", place.shops())
    write_pbf(place, folder / "map.osm.pbf")
    paths = (place.population(), folder / "osm.csv", folder / "map.osm.pbf")
    return {path.name: path.read_bytes() for path in paths}


def body(files: Files, name: str = "Mon bourg") -> bytes:
    head = {"name": name, "files": [{"name": n, "size": len(b)} for n, b in files.items()]}
    return json.dumps(head).encode() + b"\n" + b"".join(files.values())


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    sentence = str(answer.json()["error"])
    assert sentence.endswith((".", "?")) and "\n" not in sentence and "/tmp" not in sentence
    return sentence


@pytest.mark.slow
def test_files_become_a_town_that_its_maker_alone_knows(client: TestClient, tmp_path: Path) -> None:
    files = of_a_place(tmp_path)
    sent = {f"C:\\my\\{name}": content for name, content in files.items()}
    answer = client.post("/api/towns", content=body(sent), headers=BYTES)
    assert answer.status_code == 201, answer.text
    sheet = answer.json()
    assert sheet["files"] == {"residents": "cells.csv", "shops": "osm.csv", "map": "map.osm.pbf"}
    label, here, _ = sheet["figures"][0]["fr"]
    people = round(Place(tmp_path).residents.sum())
    assert (label, here.replace("\N{NARROW NO-BREAK SPACE}", "")) == ("Habitants", str(people))
    assert all(set(remark["text"]) == {"en", "fr"} for remark in sheet["remarks"])
    key = sheet["scenario"]["name"]
    assert key not in client.get("/api/options").text
    page = Page(client, scenario=key, settings={"spin_up": 2})
    assert page.about["residents"] == people
    assert page.about["ground"]["licence"] == "ODbL 1.0"
    assert page.frame(1)
    assert "sim run mon_bourg.toml" in page.get("command").json()["command"]
    # What its maker takes away is what an import writes.
    packed = client.get(f"/api/towns/{key}/town.zip").content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "taken")
    taken = territory_of(load_scenario(tmp_path / "taken" / "mon_bourg.toml"))
    assert round(float(taken.residents.sum())) == people
    assert taken.ground is not None
    assert str(tmp_path) not in (tmp_path / "taken" / "mon_bourg.toml").read_text()
    client.delete(f"/api/towns/{key}")
    refused(client.get(f"/api/towns/{key}"), 404)
    refused(client.put(page.path, json={"scenario": key}), 422)


# Bodies -------------------------------------------------------------------------------------------


def head(*files: dict[str, Any], name: Any = "T") -> bytes:
    return json.dumps({"name": name, "files": files}).encode() + b"\n"


ONE = {"name": "a.csv", "size": 3}


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{",
        b"[]\n",
        b"\xff\xfe\n",
        b"a" * (LONGEST_HEAD + 2),
        b'{"name": "T", "files": ' + b"[" * 3000 + b"\n",
        head(),
        head(ONE, name=""),
        head(ONE, name="a" * 61),
        head(ONE, name=1),
        b'{"name": "T", "files": [{"name": "a.csv", "size": 0}], "vacancy": 1.5}\n',
        b'{"name": "T", "files": [{"name": "a.csv", "size": 0}], "communes": ["'
        + b"1" * 30
        + b'"]}\n',
        head(ONE) + b"12",
        head(ONE) + b"1234",
        head({"name": "a.csv", "size": -1}),
        head({"name": "a.csv", "size": 1e300}),
        head({"name": "a.csv", "size": LARGEST_UPLOAD + 1}),
        head({"name": "a" * 256, "size": 0}),
        head({"name": "a.csv"}),
        head({**ONE, "path": "/etc"}),
        head(*[ONE] * (MOST_FILES + 1)) + b"123" * (MOST_FILES + 1),
    ],
)
def test_bodies_that_are_not_what_they_announce(client: TestClient, content: bytes) -> None:
    refused(client.post("/api/towns", content=content, headers=BYTES), 422)


def test_files_are_refused_from_other_pages_without_the_token_or_as_forms(
    client: TestClient, tmp_path: Path
) -> None:
    sent = body({"a.csv": b"x"})
    for kind in ("application/json", "multipart/form-data", "text/plain", ""):
        answer = client.post("/api/towns", content=sent, headers={"content-type": kind})
        refused(answer, 415)
    evil = BYTES | {"origin": "http://evil.example"}
    refused(client.post("/api/towns", content=sent, headers=evil), 403)
    shared = TestClient(make_app(token="a-token"), base_url="http://192.168.7.5")
    for method, path in (("POST", ""), ("GET", "/a"), ("GET", "/a/town.zip"), ("DELETE", "/a")):
        refused(shared.request(method, f"/api/towns{path}", headers=BYTES), 401)
    shared.cookies.set(COOKIE, "a-token")
    refused(shared.post("/api/towns", content=b"", headers=BYTES), 422)


def test_large_bodies_are_refused_where_files_go_and_smaller_ones_elsewhere(
    client: TestClient,
) -> None:
    announced = BYTES | {"content-length": str(LARGEST_UPLOAD + 1)}
    refused(client.post("/api/towns", content=b"", headers=announced), 413)
    large = b" " * (LARGEST_BODY + 1)
    refused(
        client.post("/api/sessions", content=large, headers={"content-type": "application/json"}),
        413,
    )
    refused(client.put("/api/towns", content=large, headers=BYTES), 415)


def test_names_lead_nowhere(tmp_path: Path) -> None:
    names = ["../../a.csv", "/etc/passwd", "..\\b.csv", "A.CSV", "", "..", ".hidden", "ü\0/\n"]
    folder = tmp_path / "deep" / "files"
    folder.mkdir(parents=True)

    async def pieces(content: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(content), 7):
            yield content[at : at + 7]

    for some in (names[:4], names[4:]):
        sent = head(*({"name": n, "size": 2} for n in some)) + b"xy" * 4
        asyncio.run(receive(pieces(sent), folder))
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(found) == len(names)
    assert all(path.parent == folder and path.read_bytes() == b"xy" for path in found)


# Files --------------------------------------------------------------------------------------------


def read_here(folder: Path, name: str, **said: Any) -> dict[str, Any]:
    """The reading in this process, without its bounds."""
    with contextlib.chdir(folder / "files"):
        return json.loads(json.dumps(read_town.read_town(folder / "town", name, **said)))


def laid(folder: Path, files: Files) -> Path:
    (folder / "files").mkdir(parents=True)
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    return folder


def test_a_map_follows_no_link(tmp_path: Path) -> None:
    place = of_a_place(tmp_path)
    (tmp_path / "secret.csv").write_text("highway,name,x,y\nprimary,SECRET,1,1\n")
    source = f"<SrcDataSource>{tmp_path}/secret.csv</SrcDataSource>"
    layer = f'<OGRVRTLayer name="secret">{source}</OGRVRTLayer>'
    vrt = f"<osm/><OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    files = {"cells.csv": place["cells.csv"], "links.osm": vrt.encode()}
    with pytest.raises(InputError, match=r"links\.osm is damaged, or no map that can be read\."):
        read_here(laid(tmp_path, files), "T")


def test_what_is_known_of_files_reaches_the_import(tmp_path: Path) -> None:
    files = of_a_place(tmp_path)
    folder = laid(tmp_path / "1", {name: files[name] for name in ("cells.csv", "osm.csv")})
    read_here(folder, "T", vacancy=0.3)
    (scenario,) = (folder / "town").glob("*.toml")
    vacancy = territory_of(load_scenario(str(scenario))).provenance["vacancy"]
    assert (vacancy["share"], vacancy["evidence"]) == (0.3, "found")
    with pytest.raises(InputError, match="INSEE's code of a commune has five characters"):
        read_here(folder, "T", communes=["Laval"])
    alone = laid(tmp_path / "2", {"cells.csv": files["cells.csv"]})
    with pytest.raises(Refusal) as raised:
        read_here(alone, "T", vacancy=0.3)
    said = "vacant premises need the shops of the place; add the file of shops."
    assert raised.value.on_page("en") == said


@pytest.mark.slow
def test_what_the_page_asks_is_what_the_command_line_asks(tmp_path: Path) -> None:
    place = Place(tmp_path)
    cells = [
        {("Combien" if key == "ind" else key): value for key, value in row.items()}
        for row in place.cells()
    ]
    shops = [row | {"shop": row["shop"].replace("bakery", "zorb")} for row in place.shops()]
    write_csv(tmp_path / "cells.csv", cells)
    write_csv(tmp_path / "osm.csv", shops)
    (tmp_path / "kinds.csv").write_text("zorb,bakery\n")
    latitude, longitude = reversed(place.project(*place.middle(3, 4), 4326))
    (tmp_path / "vacant.csv").write_text(f"lat,lon\n{latitude},{longitude}\n")
    names = ("cells.csv", "osm.csv", "kinds.csv", "vacant.csv")
    files = {name: (tmp_path / name).read_bytes() for name in names}
    at = f"{latitude:.6f},{longitude:.6f}"
    known = {
        "around": at, "radius": 450.0, "buffer": 300.0, "centres": [at], "year": 2019,
        "columns": {"ind": "Combien"}, "kinds": "kinds.csv", "vacancy_file": "vacant.csv",
        "population_source": "INSEE", "shops_source": "OpenStreetMap, ODbL",
    }  # fmt: skip
    folder = laid(tmp_path / "1", files)
    read_here(folder, "T", **known)
    territory = territory_of(load_scenario(str(next((folder / "town").glob("*.toml")))))
    parts = territory.provenance
    assert parts["buffer"]["metres"] == 300.0 and parts["town_centre"]["cells"]
    assert parts["residents"]["source"] == "INSEE (as stated), cells.csv"
    assert not parts["premises"]["unknown_kinds"] and parts["vacancy"]["share"] > 0
    assert parts["premises"]["vacancy_list"]["placed"] == 1
    assert parts["income"]["year_from"] == "the year as stated"
    row, column = np.argwhere(territory.is_town_centre)[0]
    there = place_of_cell(territory, int(row), int(column)).split(",")
    assert np.hypot(*(np.array(there, float) - (latitude, longitude))) < 0.006
    for wrong, said in (
        ({"columns": {"ind": "Combein"}}, "corrigez-la sous « Noms des colonnes ». Vouliez-vous"),
        ({"centres": ["ici"]}, "le centre-ville ici : écrivez latitude,longitude"),
        (
            {"around": None, "radius": None},
            "des voisins supposent un lieu délimité ; dites quelles communes",
        ),
        ({"buffer": 1.0}, "n'a personne à moins de 1 m du lieu ; choisissez"),
    ):
        with pytest.raises(InputError) as raised:
            read_here(folder, "T", **known | wrong)
        error = raised.value
        told = error.on_page("fr") if isinstance(error, Refusal) else translated(str(error), "fr")
        assert said in re.sub(r"\s", " ", told)
    with pytest.raises(InputError, match="no file of residents among these"):
        read_here(laid(tmp_path / "2", {"k.csv": b"a,bakery\n"}), "T", kinds="k.csv")


@pytest.mark.slow
def test_a_reading_runs_no_code_of_the_files(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    code = f"open({str(ran)!r}, 'w')\n".encode()
    files = dict.fromkeys(("numpy.py", "sim.py", "sitecustomize.py"), code)
    with pytest.raises(InputError, match=r"numpy\.py is neither a file of residents"):
        read_apart(laid(tmp_path, files), name="T")
    assert not ran.exists()


def test_archives_that_unpack_to_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_town, "LARGEST_UNPACKED", 1000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cells.csv", b"0" * 2000)
    with pytest.raises(InputError, match=r"cells\.zip unpacks to more than 1,000 bytes\."):
        read_here(laid(tmp_path, {"cells.zip": packed.getvalue()}), "T")


def test_a_reading_that_takes_too_long_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(towns, "READING_SECONDS", 0.01)
    with pytest.raises(InputError, match="longer to read"):
        read_apart(laid(tmp_path, {"a.csv": b"x"}), name="T")


@pytest.mark.slow
def test_towns_are_few_and_go_when_nobody_asks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(towns, "read_apart", read_here)
    files = of_a_place(tmp_path)
    clock = Clock()
    kept = Towns(most=1, clock=clock)
    first = kept.make(laid(tmp_path / "1", files), name="T")
    with pytest.raises(TooMany):
        kept.make(laid(tmp_path / "2", files), name="T")
    clock.now = GIVES_WAY_SECONDS
    assert kept.find(first) is not None  # which keeps it for longer
    clock.now += GIVES_WAY_SECONDS - 1
    with pytest.raises(TooMany):
        kept.make(tmp_path / "2", name="T")
    clock.now += 1
    second = kept.make(tmp_path / "2", name="T")
    assert kept.find(first) is None
    town = kept.find(second)
    assert isinstance(town, Town) and town.nbytes < 100_000
    clock.now += IDLE_SECONDS + 1
    assert kept.find(second) is None
    assert not len(kept)
    monkeypatch.setattr(towns, "LARGEST_GRID", 10)
    with pytest.raises(InputError, match=r"63 cells are more than the page takes, 10;"):
        kept.make(laid(tmp_path / "3", files), name="T")


# The page -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_town_of_two_files_takes_three_actions_in_the_readers_language(
    visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(towns, "read_apart", read_here)
    of_a_place(tmp_path)
    page = visit("lang=fr&months=12&spin_up=2&intervention=none")
    page.expected = (422,)
    own: Callable[[str], Any] = lambda name: page.page.locator(f"#own-{name}")  # noqa: E731
    own("town").locator("summary").first.click()
    own("files").set_input_files([tmp_path / "osm.csv"])
    page.until("/il manque les habitants/.test(document.querySelector('#own-status').textContent)")
    assert own("sheet").is_hidden()
    own("files").set_input_files([tmp_path / "cells.csv", tmp_path / "osm.csv"])
    page.until("!document.querySelector('#own-sheet').hidden")
    said = own("sheet").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "Habitants : cells.csv" in said and "Carte : aucun fichier" in said
    own("more").locator("summary").first.click()
    own("vacancy").fill("30")
    own("vacancy").press("Enter")  # the same files are read again
    page.until("/30,0/.test(document.querySelector('#own-sheet').innerText)")
    page.settle(lambda: own("use").click())
    assert page.page.locator("#scenario option:checked").inner_text() == "Ma ville"
    again = visit(page.page.url.partition("#")[2])
    assert again.pixels("without") == page.pixels("without")
    again.until("Number(document.body.dataset.settled) > 0")
    own("town").locator("summary").first.click()
    own("point").click()  # a click on the map says where the centre is
    page.page.locator("#town").click(position={"x": 60, "y": 60})
    page.until("/^48/.test(document.querySelector('#own-centres').value)")
    page.until("!document.querySelector('#own-sheet').hidden")
    page.settle(lambda: own("use").click())
    assert page.page.locator("#scenario option").all_inner_texts().count("Ma ville") == 1
    own("town").locator("summary").first.click()
    page.settle(lambda: own("discard").click())
    assert page.page.locator("#scenario").input_value() == "mid_sized_town"
