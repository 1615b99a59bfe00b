"""The server of the page: JSON for settings and texts, bytes for frames.

Every answer is the requested content, or a status of 400 or more with one sentence.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import FastAPI, Query
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from sim.app.about import describe
from sim.app.addresses import In, Name
from sim.app.as_far import SECONDS, telling_limits
from sim.app.board_server import answer_board
from sim.app.command import compare_command, comparison_of_page, python_of, run_commands
from sim.app.ends_server import answer_ends
from sim.app.frames import frame
from sim.app.ground import ground_bytes
from sim.app.guard import Guard
from sim.app.life import Kind, Side, biography
from sim.app.offer import MOST_STEPS, offer
from sim.app.pair import Pair
from sim.app.reasons import ReasonRuns
from sim.app.refusals import ERRORS, answer_errors
from sim.app.replications import LOOKS, Replications, ReportRuns
from sim.app.request import Catalogue, Request
from sim.app.scenes import scenes_of, tell_scenes
from sim.app.sessions import Sessions
from sim.app.story import answer_at, tell
from sim.app.town import town
from sim.app.town_routes import answer_towns
from sim.app.towns import Towns
from sim.app.trial import Trial
from sim.errors import InputError, nearest
from sim.measures.map_layers import LAYERS
from sim.version import package_version
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.sentences import translated

STATIC: Final = Path(__file__).with_name("static")

_BYTES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Bytes; see sim.app.frames, sim.app.town and sim.app.ground.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class FrameRequest(BaseModel):
    """A request for a frame: months to run first, the layer to show, and months already known.

    From the start, it runs again up to so many months, as before: time goes back.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    steps: Annotated[int, Field(ge=0, le=MOST_STEPS)] = 0
    from_start: bool = False
    layer: Annotated[str, Field(max_length=64)] = "vacancy"
    known: Annotated[int, Field(ge=0, le=100_000)] = 0


class WhyRequest(BaseModel):
    """A request to explain the effect on a headline measure."""

    model_config = ConfigDict(extra="forbid", strict=True)

    measure: Annotated[str, Field(max_length=64)]


class Nothing(BaseModel):
    """An empty body."""

    model_config = ConfigDict(extra="forbid")


def make_app(
    scenarios: Sequence[Path] = (),
    hosts: Sequence[str] = ("127.0.0.1", "localhost"),
    sessions: Sessions | None = None,
    token: str | None = None,
) -> Guard:
    """Make the page's server as an ASGI application that answers to some host names.

    With a token, it answers only browsers that know it.

    Scenario files are offered in addition to those of the package; raise `InputError` if one is
    invalid. Sessions are new ones with the usual limits by default.
    """
    towns = Towns()
    choice = Catalogue(scenarios, towns)
    sessions = Sessions() if sessions is None else sessions
    api = FastAPI(
        title="Essaim", version=package_version(), docs_url=None, redoc_url=None, responses=ERRORS
    )
    offered = json.dumps(offer(choice), ensure_ascii=False, allow_nan=False).encode()
    answer_errors(api)

    @api.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @api.get("/api/options", response_class=Response, responses=_content("application/json"))
    def options() -> Response:
        """Return all choices."""
        return Response(offered, media_type="application/json")

    @api.post("/api/sessions", status_code=201)
    def begin(asked: Request) -> dict[str, Any]:
        """Start a session with two territories."""
        arms = choice.arms(asked)
        with telling_limits(Trial(choice, sessions.turn, SECONDS), asked):
            name = sessions.begin(arms, asked)
        with sessions.using(name) as session:
            return {"session": name, **describe(session)}

    @api.put("/api/sessions/{name}")
    def change(name: Name, asked: Request) -> dict[str, Any]:
        """Replace the session's territories or settings, at their start."""
        arms = choice.arms(asked)
        with sessions.using(name) as session:
            with telling_limits(Trial(choice, sessions.turn, SECONDS), asked, session.asked):
                sessions.change(session, arms, asked)
            return {"session": name, **describe(session)}

    @api.delete("/api/sessions/{name}", status_code=204)
    def end(name: Name) -> None:
        """End a session."""
        sessions.end(name)

    @api.post("/api/sessions/{name}/frame", response_class=Response, responses=_BYTES)
    def next_frame(name: Name, asked: FrameRequest) -> Response:
        """Run some months and return the last frame."""
        if asked.layer not in LAYERS:
            raise InputError(f"unknown layer '{asked.layer}'.{nearest(asked.layer, LAYERS)}")
        with sessions.using(name) as session, sessions.turn:
            if asked.from_start:
                session.pair = Pair(session.pair.arms, session.pair)
            session.pair.run_to(session.pair.month + asked.steps)
            content = frame(session.pair, asked.layer, asked.known)
        return Response(content, media_type="application/octet-stream")

    @api.get("/api/sessions/{name}/cell")
    def cell(
        name: Name,
        row: Annotated[int, Query(ge=0, le=100_000)],
        column: Annotated[int, Query(ge=0, le=100_000)],
    ) -> dict[str, Any]:
        """Return every layer at a cell, without and with the intervention."""
        with sessions.using(name) as session:
            return {"layers": session.pair.cell(row, column)}

    @api.get("/api/sessions/{name}/words")
    def words(name: Name, lang: In = "en") -> dict[str, Any]:
        """Return the texts about the present month."""
        with sessions.using(name) as session:
            if session.replications is not None:
                session.replications.show(session.pair.month)
            everywhere = compare_command(session.asked, choice)
            return tell(session.pair, session.replications, lang, everywhere)

    @api.get(
        "/api/sessions/{name}/export.csv", response_class=Response, responses=_content("text/csv")
    )
    def export(name: Name) -> Response:
        """Return every indicator of every month, without and with the intervention."""
        with sessions.using(name) as session:
            content = _csv(session.pair)
        return _file(content, "text/csv", "essaim.csv")

    @api.get("/api/sessions/{name}/command")
    def command(name: Name) -> dict[str, str]:
        """Return the commands and Python code that reproduce the numbers."""
        with sessions.using(name) as session:
            asked, month = session.asked, session.pair.month
            reps = session.replications.known if session.replications else 0
        return {
            "command": run_commands(asked, choice, month),
            "compare": comparison_of_page(asked, choice, reps or LOOKS[-1]),
            "python": python_of(asked, choice, month),
        }

    answer_towns(api, towns)
    _answer_town(api, sessions)
    _answer_replications(api, sessions)
    _answer_why(api, sessions)
    answer_board(api, sessions, choice)
    answer_ends(api, sessions, choice)
    _answer_guide(api, sessions)
    api.mount("/static", StaticFiles(directory=STATIC), name="static")
    return Guard(api, hosts, token)


def _answer_town(api: FastAPI, sessions: Sessions) -> None:
    """Add what the page asks about shops, places, projects and people."""

    @api.get("/api/sessions/{name}/town", response_class=Response, responses=_BYTES)
    def people(name: Name) -> Response:
        """Return shops, places, projects and people of the present month."""
        with sessions.using(name) as session, sessions.turn:
            content = town(session.pair)
        return Response(content, media_type="application/octet-stream")

    @api.get("/api/sessions/{name}/ground", response_class=Response, responses=_BYTES)
    def ground(name: Name) -> Response:
        """Return streets, water and names of the place."""
        with sessions.using(name) as session:
            found = session.pair.without.territory.ground
            if found is None:
                raise HTTPException(409, "this territory has no map.")
            content = ground_bytes(found)
        return Response(content, media_type="application/octet-stream")

    @api.get("/api/sessions/{name}/life")
    def life(
        name: Name,
        kind: Kind,
        row: Annotated[int, Query(ge=0, le=1_000_000)],
        side: Side = "with",
        lang: In = "en",
    ) -> dict[str, Any]:
        """Return the biography of a shop, place, office, project or young resident."""
        with sessions.using(name) as session:
            return biography(session.pair, side, kind, row, lang)


def _answer_replications(api: FastAPI, sessions: Sessions) -> None:
    """Add what the page asks about replications and the report on them."""
    drawing = threading.Lock()  # matplotlib's settings are global to all threads

    @api.post("/api/sessions/{name}/replications", status_code=202)
    def replicate(name: Name, nothing: Nothing) -> dict[str, Any]:
        """Start replications in the background, or go on with them."""
        with sessions.using(name) as session:
            if session.pair.arms.is_same:
                raise HTTPException(409, _NOTHING_TRIED)
            return _progress(sessions.replicate(session), 0, "en")

    @api.get("/api/sessions/{name}/replications")
    def replications(
        name: Name, lang: In = "en", known: Annotated[int, Query(ge=0, le=LOOKS[-1])] = 0
    ) -> dict[str, Any]:
        """Return the progress of replications, and bands of more than are known."""
        with sessions.using(name) as session:
            if session.replications is None:
                raise HTTPException(409, "no replications were begun.")
            return _progress(session.replications, known, lang)

    @api.delete("/api/sessions/{name}/replications", status_code=204)
    def stop(name: Name) -> None:
        """Stop replications; what they found stays."""
        with sessions.using(name) as session:
            if session.replications is not None:
                session.replications.stop()

    @api.post("/api/sessions/{name}/report", status_code=202)
    def begin_report(name: Name, nothing: Nothing) -> dict[str, Any]:
        """Start the runs of the report, on as many replications as the page tells."""
        with sessions.using(name) as session:
            found, arms = session.replications, session.pair.arms
            if found is None or not found.known or arms.mode != "intervention":
                raise HTTPException(409, _NOT_YET)
            if session.report is not None:
                session.report.stop()
            session.report = ReportRuns(arms, found.known, sessions.background)
            return _runs(session.report, "en")

    @api.get("/api/sessions/{name}/report")
    def report_progress(name: Name, lang: In = "en") -> dict[str, Any]:
        """Return the progress of the report's runs."""
        with sessions.using(name) as session:
            if session.report is None:
                raise HTTPException(409, _NOT_YET)
            return _runs(session.report, lang)

    @api.get(
        "/api/sessions/{name}/report.html", response_class=Response, responses=_content("text/html")
    )
    def report(name: Name, lang: In = "en") -> Response:
        """Return the report on the replications."""
        from sim.report.report import write_report  # slow to import

        with sessions.using(name) as session:
            if session.report is None or session.report.results is None:
                raise HTTPException(409, _NOT_YET)
            with drawing:
                content = write_report(session.report.results, lang)["report.html"]
        return Response(content, media_type="text/html", headers=_OF_REPORT)


def _answer_why(api: FastAPI, sessions: Sessions) -> None:
    """Add what the page asks about mechanisms behind its answer."""

    @api.post("/api/sessions/{name}/why", status_code=202)
    def explain(name: Name, asked: WhyRequest, lang: In = "en") -> dict[str, Any]:
        """Start the runs that explain the effect on a headline measure at the month shown."""
        with sessions.using(name) as session:
            found = session.replications
            if found is None or not found.known:
                raise HTTPException(409, _NO_ANSWER)
            if session.reasons is not None:
                session.reasons.stop()
            session.reasons = ReasonRuns(found, asked.measure, sessions.background)
            return session.reasons.tell(lang)

    @api.get("/api/sessions/{name}/why")
    def reasons(name: Name, lang: In = "en") -> dict[str, Any]:
        """Return the progress of these runs, and what they tell."""
        with sessions.using(name) as session:
            if session.reasons is None:
                raise HTTPException(409, _NO_ANSWER)
            return session.reasons.tell(lang)


def _answer_guide(api: FastAPI, sessions: Sessions) -> None:
    """Add what the page asks about its guided story."""

    @api.get("/api/sessions/{name}/scenes")
    def scenes(name: Name, lang: In = "en") -> dict[str, Any]:
        """Return the five scenes of the story, in words."""
        with sessions.using(name) as session, sessions.turn:
            pair, found = session.pair, session.replications
            if pair.arms.is_same:
                raise HTTPException(409, _NOTHING_TRIED)
            if session.scenes is None:
                session.scenes = scenes_of(pair)
            effects = found.effects(pair.months, lang) if found else {}
            answer = answer_at(pair, pair.months, effects, Words(lang))
            return {"scenes": tell_scenes(pair, session.scenes, answer, lang)}


_NOTHING_TRIED: Final = "nothing is tried; choose an intervention, or change a setting."
_NO_ANSWER: Final = "an answer can be explained once there is one; let the replications begin."


_OF_REPORT: Final = {
    "content-disposition": 'inline; filename="report.html"',
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
}
"""A report has its styles within and runs nothing; the page shows it in a frame to print it."""

_NOT_YET: Final = "the report is about an intervention and its replications; let them finish first."


def _content(kind: str) -> dict[int | str, dict[str, Any]]:
    schema: dict[str, Any] = {} if kind == "application/json" else {"type": "string"}
    return {200: {"description": "What was asked for.", "content": {kind: {"schema": schema}}}}


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _progress(found: Replications, known: int, lang: Language) -> dict[str, Any]:
    answer = {
        "done": found.done,
        "known": found.known,
        "total": next((n for n in LOOKS if n > found.done), LOOKS[-1]),
        "running": found.is_running,
        "settled": found.is_settled,
        "error": translated(found.error, lang) if found.failed == found.done else "",
    }
    return answer | ({"bands": found.bands()} if found.known > known else {})


def _runs(found: ReportRuns, lang: Language) -> dict[str, Any]:
    return {
        "done": found.done,
        "total": found.total,
        "running": found.is_running,
        "error": translated(found.error, lang),
    }


def _csv(pair: Pair) -> bytes:
    import pandas as pd

    tables = {"without": pair.without.indicators, "with": pair.with_it.indicators}
    table = pd.concat({arm: found.reset_index() for arm, found in tables.items()}, names=["arm"])
    return table.reset_index("arm").to_csv(index=False, lineterminator="\n").encode()
