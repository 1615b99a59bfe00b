"""Refusals of the server: a status of 400 or more with one sentence, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from babel import negotiate_locale
from fastapi import FastAPI
from fastapi import Request as HTTPRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sim.app.as_far import TooFar
from sim.app.sessions import Busy, TooMany, Unknown
from sim.errors import InputError
from sim.interventions import TYPES, list_interventions, load_intervention
from sim.registry.catalogues import third_place_kinds
from sim.scenario.schema import PARAMETERS
from sim.territory.remedies import Refusal
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH, Language, languages
from sim.words.language import typeset
from sim.words.sentences import translated

_LABELS: Final[dict[str, Texts]] = {
    info.name: info.label
    for infos in (PARAMETERS, *(kind.infos for kind in TYPES.values()))
    for info in infos.values()
}
_TITLES: Final[dict[str, Mapping[str, str]]] = {
    **{kind.name: kind.label for kind in third_place_kinds()},
    **{path.stem: load_intervention(path).title for path in list_interventions()},
}
_NAMED: Final = re.compile(
    r"(?<!')(?<!«\xa0)(?:\b[a-z]+_\w+\b|\b[a-z]+\b(?= (?:=|\+|x \w+ =) |: ))"
)
"""Possible names of settings: with an underscore, or followed by a value or a sentence.
Quoted names stay as they are, since somebody wrote them or is to write them."""

ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": text,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "error": {"type": "string"},
                        "settings": {"type": "array", "items": {"type": "string"}},
                        "possible": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": {
                                    "setting": {"type": "string"},
                                    "value": {"type": ["boolean", "number", "string"]},
                                    "error": {"type": "string"},
                                },
                            },
                        },
                    },
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
            lang = _reader(request)
            is_refusal = isinstance(error, Refusal)
            said = labelled(error.on_page(lang), lang) if is_refusal else _said(sentence, lang)
            told = {"error": said}
            about: dict[str, Any] = {"settings": named} if (named := settings_in(sentence)) else {}
            if isinstance(error, TooFar):
                about["possible"] = [
                    {"setting": one.setting, "value": one.value, "error": _said(one.reason, lang)}
                    for one in error.limits
                ]
            return JSONResponse(told | about, status)

        return handler

    for kind in sentences:
        api.add_exception_handler(kind, answer(kind))


def settings_in(sentence: str) -> list[str]:
    """Return the parameters and levers that a sentence names, such as ``start = 3``."""
    return list(dict.fromkeys(name for name in _NAMED.findall(sentence) if name in _LABELS))


def labelled(sentence: str, language: Language) -> str:
    """Return a sentence with the labels of parameters, levers and kinds in place of their names.

    Examples
    --------
    >>> labelled("cluster_size = 90 is more than fit into places = 1", "en")
    'Size of the cluster = 90 is more than fit into Number of places = 1'
    """
    texts = _TITLES | _LABELS

    def label(found: re.Match[str]) -> str:
        return typeset(texts[found[0]][language], language) if found[0] in texts else found[0]

    return _NAMED.sub(label, sentence)


def _said(sentence: str, language: Language) -> str:
    """Return an English sentence of the program as its reader sees it."""
    return labelled(translated(sentence, language), language)


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
