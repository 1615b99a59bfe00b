"""``sim app``: the page on which to change and watch territories."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE
from sim.errors import InputError

LARGEST_PORT: Final = 65_535
_HERE: Final = ("127.0.0.1", "localhost", "[::1]")


def app_command(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(help="Scenario files to offer in addition to those of the package."),
    ] = None,
    host: Annotated[
        str, typer.Option("--host", metavar="NAME", help="Where to listen.")
    ] = "127.0.0.1",
    port: Annotated[int, options.whole("--port", "Port; 0 picks a free one.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Open the page: change parameters, play, compare with and without an intervention.

    The page works without the internet, and only this machine can reach it.
    """
    if not 0 <= port <= LARGEST_PORT:
        raise InputError(f"port = {port} is out of range; expected 0 to {LARGEST_PORT}.")
    try:
        import uvicorn

        from sim.app.server import make_app
        from sim.simulation.first_compilation import is_first, second_compiler
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in ("fastapi", "uvicorn", "starlette"):
            raise InputError(
                "the page needs more packages; install them with: pip install 'essaim[app]'."
            ) from None
        raise
    name = f"[{host}]" if ":" in host else host
    page = make_app(scenarios or [], (*_HERE, name))
    listening = listen(host, port)
    address = f"http://{name}:{listening.getsockname()[1]}/"
    CONSOLE.kept = "the page has closed"
    CONSOLE.data(address)
    CONSOLE.say("Press Ctrl-C to close the page.")
    if not no_open:
        import webbrowser

        # A browser in the terminal would block the server.
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
    settings: dict[str, Any] = {"log_level": "warning", "access_log": False, "ws": "none"}
    with ExitStack() as stack:
        if is_first():
            CONSOLE.say("Compiling kernels, once: the first page comes after about a minute ...")
            stack.enter_context(second_compiler())
        uvicorn.Server(uvicorn.Config(page, **settings)).run([listening])


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
