"""Routes of the server for the best use of a budget."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from sim.app.addresses import In, Name
from sim.app.board import LEAST, Board
from sim.app.ranking import tell_board
from sim.app.replications import LOOKS
from sim.app.request import Catalogue
from sim.app.sessions import Session, Sessions
from sim.experiments.budget import LARGEST_BUDGET
from sim.words.folders import Language
from sim.words.sentences import translated


class BudgetRequest(BaseModel):
    """A budget in EUR a year."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    budget: Annotated[float, Field(ge=LEAST, le=LARGEST_BUDGET)]


def answer_board(api: FastAPI, sessions: Sessions, choice: Catalogue) -> None:
    """Add what the page asks about the best use of a budget."""

    @api.post("/api/sessions/{name}/board", status_code=202)
    def begin_board(name: Name, asked: BudgetRequest) -> dict[str, Any]:
        """Scale all interventions to a budget and rank them, in the session's territory."""
        with sessions.using(name) as session:
            if session.board is not None:
                session.board.stop()
            session.board = Board(session.pair.arms, choice, asked.budget, sessions.background)
            return _board(session, choice, LOOKS[-1], "en")

    @api.get("/api/sessions/{name}/board")
    def board(
        name: Name, lang: In = "en", known: Annotated[int, Query(ge=0, le=LOOKS[-1])] = 0
    ) -> dict[str, Any]:
        """Return the progress of the board, and the ranking over more replications than known."""
        with sessions.using(name) as session:
            return _board(session, choice, known, lang)

    @api.delete("/api/sessions/{name}/board", status_code=204)
    def stop_board(name: Name) -> None:
        """Stop the board; what it found stays."""
        with sessions.using(name) as session:
            if session.board is not None:
                session.board.stop()


def _board(session: Session, choice: Catalogue, known: int, lang: Language) -> dict[str, Any]:
    board = session.board
    if board is None:
        raise HTTPException(409, "no budget was asked about.")
    answer = {
        "done": board.done,
        "total": board.total,
        "known": board.known,
        "running": board.is_running,
        "error": translated(board.error, lang),
    }
    return answer | ({"ranking": tell_board(board, choice, lang)} if board.known > known else {})
