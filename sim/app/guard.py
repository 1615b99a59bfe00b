"""The guard of the page: it accepts only this machine's browser showing this page.

Any page in the same browser can reach a local server: by requests from another origin, and by
foreign host names that resolve to this machine (DNS rebinding). The guard therefore requires a host
name for which the server was started, and refuses requests from other origins.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from starlette.exceptions import HTTPException

LARGEST_BODY: Final = 64 * 1024
"""Maximum bytes of a request."""

_TOO_LARGE: Final = f"a request may have {LARGEST_BODY:,} bytes at most."

_HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"cache-control", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Guard:
    """ASGI middleware that refuses requests from other pages or for other hosts, on any port."""

    def __init__(self, app: Any, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _answer(send, *refused)
            return
        await self._app(scope, _Limited(receive), _with_headers(send))

    def _refusal(self, scope: Any, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if host not in self._hosts and host.rpartition(":")[0] not in self._hosts:
            return 403, "this server answers under its own name alone."
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"{scope.get('scheme', 'http')}://{host}":
            return 403, "requests from other pages are refused."
        is_own = headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        if not (is_own or _is_link(scope, headers)):
            return 403, "requests from other pages are refused."
        if "\0" in scope["path"]:
            return 404, "there is no such thing."
        if headers.get("upgrade"):
            return 400, "this server speaks plain HTTP alone."
        if scope.get("method") in ("POST", "PUT"):
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                return 415, "a request must be application/json."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > len(str(LARGEST_BODY)):
            return 413, _TOO_LARGE
        return (413, _TOO_LARGE) if int(length) > LARGEST_BODY else None


def _is_link(scope: Any, headers: dict[str, str]) -> bool:
    """Return whether the request follows a link to the page itself, which is harmless."""
    navigates = headers.get("sec-fetch-mode") == "navigate"
    return bool(scope["path"] == "/" and scope.get("method") == "GET" and navigates)


class _Limited:
    """The body of a request up to a limit, whatever its header claims."""

    def __init__(self, receive: Any) -> None:
        self._receive, self._left = receive, LARGEST_BODY

    async def __call__(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise HTTPException(413, _TOO_LARGE)
        return message


def _with_headers(send: Any) -> Any:
    async def answered(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
        await send(message)

    return answered


async def _answer(send: Any, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
