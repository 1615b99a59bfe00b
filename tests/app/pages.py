"""The requests of a page to its server, and a small town for them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from sim.app.frames import HEADER
from sim.app.pair import CHARTS

SMALL = {"rows": 12, "columns": 12, "population": 3000, "months": 48, "spin_up": 2}
"""A town with fast months."""

JSON = dict[str, Any]


def asked(**more: Any) -> JSON:
    """A request to start with the small town; settings add to its own."""
    settings = SMALL | more.pop("settings", {})
    known: JSON = {"scenario": "mid_sized_town", "intervention": "transition_cluster", "seed": 1}
    return known | more | {"settings": settings}


class Page:
    """The actions of a page: sessions, frames and their parts."""

    def __init__(self, client: TestClient, **more: Any) -> None:
        self.client = client
        answer = client.post("/api/sessions", json=asked(**more))
        assert answer.status_code == 201, answer.text
        self.about: JSON = answer.json()
        self.path = f"/api/sessions/{self.about['session']}"

    def change(self, **more: Any) -> JSON:
        answer = self.client.put(self.path, json=asked(**more))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def frame(self, steps: int = 0, layer: str = "vacancy", known: int = 0) -> bytes:
        body = {"steps": steps, "layer": layer, "known": known}
        answer = self.client.post(f"{self.path}/frame", json=body)
        assert answer.status_code == 200, answer.text
        return answer.content

    def get(self, what: str) -> Any:
        answer = self.client.get(f"{self.path}/{what}")
        assert answer.status_code == 200, answer.text
        return answer

    def ends(self, parameter: str) -> list[Any]:
        """The ends or choices of a parameter, once they are found."""
        while (found := self.get(f"ends?parameter={parameter}").json()["ends"]) is None:
            time.sleep(0.005)
        return list(found)

    def end(self) -> None:
        self.client.delete(self.path)


class Frame:
    """A frame decoded as described in `sim.app.frames`."""

    def __init__(self, content: bytes) -> None:
        magic, self.month, rows, columns, self.first, months, charts = HEADER.unpack_from(content)
        assert (magic, charts) == (b"ESM1", len(CHARTS))
        size = months * charts
        values = np.frombuffer(content, "<f4", 2 * size, HEADER.size)
        self.without, self.with_it = values.reshape(2, months, charts)
        maps = np.frombuffer(content, np.uint8, -1, HEADER.size + 8 * size)
        self.maps = maps.reshape(3, rows, columns)
