"""A real browser that can only reach this machine, and its server."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from sim.app.server import make_app
from sim.cli.app import listen

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))

SMALL = "rows=24&columns=24&population=9000&months=60&spin_up=2"
"""A small town, as in an address of the page."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

UNTIL = """() => new Promise((resolve) => {
  const latest = performance.now() + 60_000;
  const look = () => {
    if (%s) resolve(true);
    else if (performance.now() > latest) resolve(false);
    else setTimeout(look, 25);
  };
  look();
})"""

SWIPE = """([border, isDifference]) => {
  const [swipe, box] = ["swipe", "show-difference"].map((id) => document.getElementById(id));
  swipe.value = border;
  swipe.dispatchEvent(new Event("input"));
  box.checked = isDifference;
  box.dispatchEvent(new Event("change"));
}"""


@contextmanager
def serving(scenarios: Sequence[Path] = ()) -> Iterator[str]:
    """Run a server in a thread and yield its address."""
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(make_app(scenarios), log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run, args=[[listening]], daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join()


@contextmanager
def browsing() -> Iterator[Any]:
    """Run a browser by playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Visit:
    """A page in the browser and its errors.

    Parameters
    ----------
    browser : Browser
    address : str
        Address of the server.
    chosen : str
        Fragment of the address, after ``#``.
    **context
        Options of playwright's ``new_context``.
    """

    def __init__(self, browser: Any, address: str, chosen: str = "", **context: Any) -> None:
        wanted = {"viewport": {"width": 1400, "height": 900}, "locale": "en-GB"} | context
        self.context = browser.new_context(**wanted)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.wrong: list[str] = []
        self.expected: tuple[int, ...] = ()
        own = (address, "blob:" + address, "data:")
        page = self.page
        page.on("request", lambda r: r.url.startswith(own) or self.wrong.append(f"asks {r.url}"))
        page.on("pageerror", lambda error: self.wrong.append(f"error {error}"))
        page.on("console", lambda m: self._told(m.type, m.text))
        page.on("response", lambda r: self._answered(r.status, r.url))
        page.goto(f"{address}#{chosen}")
        page.wait_for_selector("body[data-ready]")

    def _told(self, kind: str, text: str) -> None:
        # The browser itself writes expected refusals to the console.
        if kind in ("error", "warning") and not (self.expected and "Failed to load" in text):
            self.wrong.append(f"{kind} {text}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400 and status not in self.expected:
            self.wrong.append(f"{status} {url}")

    def data(self, name: str) -> int:
        """Return a number from the page's data: month, painted or settled."""
        return int(self.page.evaluate(f"document.body.dataset.{name} ?? 0"))

    def until(self, expression: str) -> None:
        """Wait for a condition; the page's policy forbids playwright's own way."""
        assert self.page.evaluate(UNTIL % expression), f"never true: {expression}"

    def settle(self, action: Any) -> None:
        """Do something and wait until the page is up to date."""
        before = self.data("settled")
        action()
        self.until(f"Number(document.body.dataset.settled) > {before}")

    def speak(self, language: str) -> None:
        """Choose a language."""
        if self.page.locator("html").get_attribute("lang") != language:
            self.settle(lambda: self.page.locator("#language").select_option(language))

    def text(self, identifier: str) -> str:
        return str(self.page.locator(f"#{identifier}").inner_text())

    def pixels(self, side: str) -> str:
        """Return the pixels of the town without or with the intervention, or of the difference."""
        self.page.evaluate(SWIPE, [100 if side == "without" else 0, side == "difference"])
        self.until("document.body.dataset.still === 'true'")
        return str(self.page.evaluate("document.querySelector('#town').toDataURL()"))

    def close(self) -> None:
        self.context.close()


Open = Callable[..., Visit]
