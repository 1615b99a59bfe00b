"""Routes of the server for a visitor's own town."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import FastAPI
from fastapi import Path as InPath
from fastapi import Request as HTTPRequest
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from sim.app.guard import UPLOADS
from sim.app.offer import offered_scenario
from sim.app.request import LARGEST_GRID
from sim.app.town_sheet import town_sheet
from sim.app.towns import Town, Towns, new_folder
from sim.app.uploads import receive
from sim.simulation.simulation import territory_of
from sim.territory.public_data import place_of_cell

MOST_AT_ONCE: Final = 4
"""Maximum number of uploads under way, from the first byte to the end of the reading."""

Key = Annotated[str, InPath(max_length=64)]

CellIndex = Annotated[int, InPath(ge=0, lt=LARGEST_GRID)]

_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "A line of JSON with name and files, then the files; see sim.app.uploads.",
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def answer_towns(api: FastAPI, towns: Towns) -> None:
    """Add uploads, their balance sheets, and towns to take away or to forget."""
    under_way = threading.BoundedSemaphore(MOST_AT_ONCE)

    @api.post(UPLOADS, status_code=201, openapi_extra=_UPLOAD)
    async def make(request: HTTPRequest) -> dict[str, Any]:
        """Read a visitor's files, forget them, and return the balance sheet of the town."""
        if not under_way.acquire(blocking=False):
            raise HTTPException(429, "other towns are being read; try again in a minute.")
        try:
            with new_folder() as folder:
                upload = await receive(request.stream(), Path(folder) / "files")
                key = await run_in_threadpool(partial(towns.make, Path(folder), **upload.said))
        except ClientDisconnect:
            raise HTTPException(400, "the files did not arrive.") from None
        finally:
            under_way.release()
        return _described(key, _found(towns, key))

    @api.get(UPLOADS + "/{key}")
    def describe(key: Key) -> dict[str, Any]:
        """Return a town and its balance sheet."""
        return _described(key, _found(towns, key))

    @api.get(
        UPLOADS + "/{key}/town.zip",
        response_class=Response,
        responses={200: {"description": "The files.", "content": {"application/zip": {}}}},
    )
    def archive(key: Key) -> Response:
        """Return the scenario and the territory file, as the import writes them."""
        headers = {"content-disposition": 'attachment; filename="town.zip"'}
        content = _found(towns, key).archive()
        return Response(content, media_type="application/zip", headers=headers)

    @api.get(UPLOADS + "/{key}/cells/{row}/{column}")
    def place(key: Key, row: CellIndex, column: CellIndex) -> dict[str, str]:
        """Return latitude and longitude of the middle of a cell, as a town centre takes them."""
        territory = territory_of(_found(towns, key).scenario)
        return {"place": place_of_cell(territory, row, column)}

    @api.delete(UPLOADS + "/{key}", status_code=204)
    def forget(key: Key) -> None:
        """Forget a town."""
        towns.forget(key)


def _found(towns: Towns, key: str) -> Town:
    town = towns.find(key)
    if town is None:
        raise HTTPException(404, "this town is no longer kept; choose its files again.")
    return town


def _described(key: str, town: Town) -> dict[str, Any]:
    return {"scenario": offered_scenario(key, town.scenario), **town_sheet(town.read)}
