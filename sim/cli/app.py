"""``sim app``: the page on which to change and watch territories."""

from __future__ import annotations

import ctypes
import ipaddress
import secrets
import socket
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE
from sim.errors import InputError

LARGEST_PORT: Final = 65_535
_HERE: Final = ("127.0.0.1", "localhost", "[::1]")
_M_ARENA_MAX: Final = -8  # malloc.h
_EVERYWHERE: Final = ("0.0.0.0", "::")
# Addresses for documentation (RFC 5737 and 3849), which no machine has.
_FAR_AWAY: Final = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


def app_command(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(help="Scenario files to offer in addition to those of the package."),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="NAME",
            help="Where to listen: this machine alone, or 0.0.0.0 for the network, by a link with "
            "a token.",
        ),
    ] = "127.0.0.1",
    port: Annotated[int, options.whole("--port", "Port; 0 picks a free one.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Open the page: change parameters, play, compare with and without an intervention.

    The page works without the internet, and only this machine can reach it unless --host says
    otherwise.
    """
    if not 0 <= port <= LARGEST_PORT:
        raise InputError(f"port = {port} is out of range; expected 0 to {LARGEST_PORT}.")
    try:
        import uvicorn

        from sim.app.connections import IDLE_SECONDS, Connection
        from sim.app.ready import load_ahead
        from sim.app.server import make_app
        from sim.simulation.first_compilation import is_first, second_compiler
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in ("fastapi", "uvicorn", "starlette"):
            raise InputError(
                "the page needs more packages; install them with: pip install 'essaim[app]'."
            ) from None
        raise
    is_shared = not _is_this_machine(host)
    token = secrets.token_urlsafe(16) if is_shared else None
    name = _name_of(host) if is_shared else host
    page = make_app(scenarios or [], (*_HERE, _in_address(name), socket.gethostname()), token=token)
    listening = listen(host, port)
    address = f"http://{_in_address(name)}:{listening.getsockname()[1]}/"
    address += f"?token={token}" if token else ""
    CONSOLE.kept = "the page has closed"
    CONSOLE.data(address)
    if is_shared:
        CONSOLE.say(
            "Everybody on the network who has this link can use the page, and this machine's "
            "processors, until it closes. What they send is not encrypted."
        )
    CONSOLE.say("Press Ctrl-C to close the page.")
    if not no_open:
        import webbrowser

        # A browser in the terminal would block the server.
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
    settings: dict[str, Any] = {
        "log_level": "error",  # no line for each malformed request
        "access_log": False,
        "ws": "none",
        "http": Connection,
        "timeout_keep_alive": IDLE_SECONDS,
    }
    _share_memory()
    with ExitStack() as stack:
        if is_first():
            CONSOLE.say("Compiling kernels, once: the first page comes after about a minute ...")
            stack.enter_context(second_compiler())
        threading.Thread(target=load_ahead, daemon=True).start()
        uvicorn.Server(uvicorn.Config(page, **settings)).run([listening])


def _share_memory() -> None:
    """Let threads use again what others have freed, with the C library of GNU.

    It keeps the memory of each thread apart, so that a server grows for many minutes.
    """
    with suppress(AttributeError, OSError, TypeError):  # other C libraries, Windows
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _is_this_machine(host: str) -> bool:
    """Return whether nobody but this machine reaches a host."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return True  # `listen` says what is wrong
    return all(ipaddress.ip_address(f[4][0]).is_loopback for f in found)


def _in_address(host: str) -> str:
    """Return a host as in an address of the web."""
    return f"[{host}]" if ":" in host else host


def _name_of(host: str) -> str:
    """Return the name by which others on the network reach this machine."""
    if host not in _EVERYWHERE:
        return host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_FAR_AWAY[family], 9))  # sends nothing, but chooses a network
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def listen(host: str, port: int) -> socket.socket:
    """Open a socket that waits for browsers; port 0 picks a free one.

    Raises
    ------
    InputError
        If the address is not available.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # asyncio only sends the end of an answer at once if the protocol is named; otherwise it
        # waits 40 ms for the browser to acknowledge the beginning.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()  # the browser may start before the server
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"--host {host} --port {port}: cannot listen there: {reason}; try another --port."
        ) from None
    return listening
