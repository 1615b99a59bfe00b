"""The guard of the page: it accepts only browsers that show this page, and know its token.

Any page in the same browser can reach a local server: by requests from another origin, and by
foreign host names that resolve to this machine (DNS rebinding). The guard therefore requires a host
name for which the server was started, and refuses requests from other origins.

On a network it also requires a token. The link to the page carries it; the guard then moves it into
a cookie, so that it leaves the address. Addresses in numbers are accepted as host names there:
nobody can make them resolve to another machine.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException

LARGEST_BODY: Final = 64 * 1024
"""Maximum bytes of a request without files."""

UPLOADS: Final = "/api/towns"
"""Address to which a visitor's files go, as bytes."""

LARGEST_UPLOAD: Final = 64 * 1024**2 + LARGEST_BODY
"""Maximum bytes of such a request."""

COOKIE: Final = "essaim"

_NO_TOKEN: Final = "open the page by the link that the server printed: it ends in a token."
_TOO_LARGE: Final = "a request may have {most:,} bytes at most."

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
    """ASGI middleware that refuses requests from other pages, for other hosts or without a token.

    Hosts are accepted on any port; no token is required if there is none.
    """

    def __init__(self, app: Any, hosts: Iterable[str], token: str | None = None) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = token

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
        if self._token is not None and not self._knows_token(headers):
            if self._is_token(_token_of_link(scope)):
                await _admit(send, self._token)
            else:
                await _answer(send, 401, _NO_TOKEN)
            return
        await self._app(scope, _Limited(receive, _largest(scope)), _with_headers(send))

    def _refusal(self, scope: Any, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if not self._is_own(host) and not self._is_own(host.rpartition(":")[0]):
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
            if is_upload(scope) and kind != "application/octet-stream":
                return 415, "files come as application/octet-stream."
            if not is_upload(scope) and kind != "application/json":
                return 415, "a request must be application/json."
        length, most = headers.get("content-length", "0"), _largest(scope)
        if not length.isdecimal() or len(length) > len(str(most)) or int(length) > most:
            return 413, _TOO_LARGE.format(most=most)
        return None

    def _is_own(self, host: str) -> bool:
        return host in self._hosts or (self._token is not None and _is_number(host))

    def _knows_token(self, headers: dict[str, str]) -> bool:
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._is_token(cookie.value)

    def _is_token(self, given: str) -> bool:
        """Compare in a time that does not depend on how much is right."""
        return hmac.compare_digest(given.encode(), (self._token or "").encode())


def is_upload(scope: Any) -> bool:
    """Return whether a request brings a visitor's files."""
    return bool(scope["path"] == UPLOADS and scope.get("method") == "POST")


def _largest(scope: Any) -> int:
    return LARGEST_UPLOAD if is_upload(scope) else LARGEST_BODY


def _is_number(host: str) -> bool:
    """Return whether a host is an IP address."""
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _token_of_link(scope: Any) -> str:
    """Return the token in the address of the page, or nothing."""
    if scope["path"] != "/" or scope.get("method") != "GET":
        return ""
    query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=8)
    return str(query.get("token", [""])[0])


def _is_link(scope: Any, headers: dict[str, str]) -> bool:
    """Return whether the request follows a link to the page itself, which is harmless."""
    navigates = headers.get("sec-fetch-mode") == "navigate"
    return bool(scope["path"] == "/" and scope.get("method") == "GET" and navigates)


class _Limited:
    """The body of a request up to a limit, whatever its header claims."""

    def __init__(self, receive: Any, most: int) -> None:
        self._receive, self._most, self._left = receive, most, most

    async def __call__(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise HTTPException(413, _TOO_LARGE.format(most=self._most))
        return message


def _with_headers(send: Any) -> Any:
    async def answered(message: Any) -> None:
        if message["type"] == "http.response.start":
            own = list(message.get("headers", ()))
            added = [header for header in _HEADERS if header[0] not in dict(own)]
            message = {**message, "headers": [*own, *added]}
        await send(message)

    return answered


async def _admit(send: Any, token: str) -> None:
    """Give the browser the token as a cookie, and show the page at its plain address."""
    cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/"
    headers = [
        (b"location", b"/"),
        (b"set-cookie", cookie.encode()),
        (b"content-length", b"0"),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Any, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
