"""Refusals of the server: a status of 400 or more with one sentence, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from babel import negotiate_locale
from fastapi import FastAPI
from fastapi import Request as HTTPRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sim.app.sessions import Busy, TooMany, Unknown
from sim.errors import InputError
from sim.words.folders import ENGLISH, Language, languages
from sim.words.sentences import translated

ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": text,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"error": {"type": "string"}},
                    "required": ["error"],
                }
            }
        },
    }
    for status, text in (
        (400, "The request is not to be understood."),
        (401, "The browser has no token."),
        (403, "It comes from another page or host."),
        (404, "There is no such thing, or it has ended."),
        (405, "The method is not one of this address."),
        (409, "Not at this moment."),
        (413, "The request is too large."),
        (415, "The request is neither JSON nor, where files go, bytes."),
        (422, "A value is not admissible."),
        (429, "There are too many sessions, towns or requests."),
    )
}
"""Statuses of refusals, as in the schema."""


def answer_errors(api: FastAPI) -> None:
    """Answer errors with one sentence."""

    sentences: Mapping[Any, Callable[[Any], tuple[int, str]]] = {
        InputError: lambda error: (422, str(error)),
        Unknown: lambda error: (404, "this session has ended; begin another."),
        TooMany: lambda error: (
            429,
            "too many people are looking at territories just now; try again in a few minutes.",
        ),
        Busy: lambda error: (429, "ask for one thing after the other."),
        RequestValidationError: lambda error: (422, _invalid(error)),
        HTTPException: lambda error: (error.status_code, _sentence(error)),
        # A bug: re-raise it, so that the server's window shows the traceback.
        Exception: lambda error: (500, "something went wrong on the server; its window says what."),
    }

    def answer(kind: Any) -> Callable[[HTTPRequest, Any], JSONResponse]:
        def handler(request: HTTPRequest, error: Any) -> JSONResponse:
            status, sentence = sentences[kind](error)
            return JSONResponse({"error": translated(sentence, _reader(request))}, status)

        return handler

    for kind in sentences:
        api.add_exception_handler(kind, answer(kind))


def _reader(request: HTTPRequest) -> Language:
    """Return the language that a request asks for its answer in."""
    header = request.headers.get("accept-language", "")
    asked = [part.partition(";")[0].strip() for part in header.split(",")]
    return negotiate_locale(asked, languages(), sep="-") or ENGLISH


def _invalid(error: RequestValidationError) -> str:
    """Return the first of pydantic's errors."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    reason = first["msg"].rstrip(".").lower()
    return f"the request is not admissible ({where[:200] or 'as a whole'}: {reason})."


def _sentence(error: HTTPException) -> str:
    """Return the meaning of an HTTP status, unless it has its own message."""
    meaning = ERRORS.get(error.status_code, {}).get("description", "")
    return str(error.detail) if error.detail.endswith(".") else meaning or f"{error.detail}."
