"""The route of the server for the ends of a parameter."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query

from sim.app.addresses import Name
from sim.app.end_search import EndSearch
from sim.app.request import Catalogue
from sim.app.sessions import Sessions


def answer_ends(api: FastAPI, sessions: Sessions, choice: Catalogue) -> None:
    """Add what the page asks about a parameter that is touched."""

    @api.get("/api/sessions/{name}/ends")
    def ends(name: Name, parameter: Annotated[str, Query(max_length=100)]) -> dict[str, Any]:
        """Return lowest, least and highest value of a parameter, or its choices.

        They are null while they are looked for.
        """
        with sessions.using(name) as session:
            if session.ends is None:
                session.ends = EndSearch(choice, session.asked, sessions.background)
            return {"ends": session.ends.ends(parameter)}
