"""Measure the page in a real browser and write the table: ``python -m benchmarks.page``.

The server runs in its own process, as for users; the browser is headless chromium, which paints
without a graphics card. The tables give processor time as well as elapsed time, because it is
comparable on shared machines.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.run import machine
from tests.app.browser import Visit, browsing

RESULTS = Path(__file__).parent / "results" / "page.md"
SECONDS = 6
USERS, MINUTES = 20, 10
TICK = os.sysconf("SC_CLK_TCK")

# Time from a slider's event to the next painted frame, ms.
SLIDE = """async ([name, value]) => {
  const slider = document.querySelector(`#set-${name}`);
  const painted = document.body.dataset.painted;
  const settled = document.body.dataset.settled;
  const until = (name, before) => new Promise((done) => {
    const look = () => {
      if (document.body.dataset[name] !== before) done(performance.now());
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const began = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
  const first = await until("painted", painted);
  const last = await until("settled", settled);
  return [first - began, last - began];
}"""

# Time from a slider's event to the first answer, and until no verdict is open or no more runs, ms.
ANSWER = """async ([name, value]) => {
  const slider = document.querySelector(`#set-${name}`);
  const has = () => Boolean(document.querySelector("#tiles .verdict")?.textContent);
  const until = (holds) => new Promise((done) => {
    const look = () => (holds() ? done(performance.now()) : requestAnimationFrame(look));
    look();
  });
  const began = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
  await until(() => !has());
  const first = await until(has);
  const last = await until(() => document.body.dataset.replicated);
  return [first - began, last - began];
}"""


class Server:
    """``sim app`` in its own process."""

    def __init__(self) -> None:
        began = time.perf_counter()
        command = [sys.executable, "-c", "from sim.cli import main; raise SystemExit(main())"]
        self.process = subprocess.Popen(
            [*command, "app", "--no-open", "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        with self.connection() as connection:
            ask(connection, "GET", "/")
        self.start = time.perf_counter() - began
        self.start_cpu = self.cpu()

    @contextmanager
    def connection(self) -> Iterator[http.client.HTTPConnection]:
        host = self.address.removeprefix("http://").rstrip("/")
        connection = http.client.HTTPConnection(host, timeout=120)
        yield connection
        connection.close()

    def cpu(self) -> float:
        """Return seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """Return resident memory, MB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> bytes:
    """Return the body of a successful answer."""
    headers = {"content-type": "application/json"} if body is not None else {}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status < 400, content
    return content


def frames(browser: Any, server: Server, cells: int) -> str:
    """Measure months and canvas frames a second, and what they cost server and page."""
    page = Visit(browser, server.address, f"rows={cells}&columns={cells}")
    devtools = page.context.new_cdp_session(page.page)
    devtools.send("Performance.enable")

    def look() -> tuple[float, ...]:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        busy = float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))
        return time.perf_counter(), page.data("painted"), page.data("drawn"), server.cpu(), busy

    found = []
    for speed in ("0", "12"):  # months a second; 0 is as fast as it goes
        page.page.locator("#speed").select_option(speed)
        page.settle(lambda: page.page.locator("#scrub").fill("0"))
        page.page.locator("#play").click()
        page.until("Number(document.body.dataset.month) > 5")
        before = look()
        while time.perf_counter() < before[0] + SECONDS and page.data("month") < 235:
            page.page.wait_for_timeout(100)
        found.append([b - a for a, b in zip(before, look(), strict=True)])
        page.page.locator("#play").click()
    (fast, slow), per = found, 1000 / found[0][1]
    page.close()
    return (
        f"| {cells} x {cells} | {fast[1] / fast[0]:.0f} | {fast[3] * per:.1f} ms | "
        f"{fast[4] * per:.1f} ms | {slow[2] / slow[0]:.0f} | {1000 * slow[4] / slow[2]:.1f} ms |"
    )


def slides(browser: Any, server: Server, cells: int, month: int) -> str:
    """Measure how long a slider's change takes to appear, for a lever and a parameter."""
    page = Visit(browser, server.address, f"rows={cells}&columns={cells}&month={month}")
    cells_of_row = []
    for name, values in (
        ("cluster_funding", range(20_000, 95_000, 15_000)),
        ("closure_rate", [0.08 + 0.002 * k for k in range(5)]),
    ):
        times = [page.page.evaluate(SLIDE, [name, value]) for value in values]
        first, last = (statistics.median(one) for one in zip(*times, strict=True))
        cells_of_row += [f"{first:.0f} ms", f"{last:.0f} ms"]
    page.close()
    return f"| {cells} x {cells} | {month} | " + " | ".join(cells_of_row) + " |"


def answers(browser: Any, server: Server, month: int) -> str:
    """Measure how long the first answer and the last verdict take after a lever has moved."""
    page = Visit(browser, server.address, f"month={month}")
    page.until("document.body.dataset.replicated")
    moves = range(30_000, 80_000, 10_000)
    times = [page.page.evaluate(ANSWER, ["cluster_funding", value]) for value in moves]
    firsts, lasts = zip(*times, strict=True)
    page.close()
    return (
        f"| {month} | {statistics.median(firsts) / 1000:.1f} s | {max(firsts) / 1000:.1f} s | "
        f"{statistics.median(lasts) / 1000:.1f} s |"
    )


def user(server: Server, number: int, end: float, times: dict[str, list[float]]) -> None:
    """Simulate a user who plays 12 months a second and moves a slider every two seconds.

    Replications begin after each change, as on the page; one user in four asks for a ranking, too.
    """

    def timed(what: str, *request: Any) -> bytes:
        before = time.perf_counter()
        content = ask(connection, *request)
        times[what].append(time.perf_counter() - before)
        return content

    with server.connection() as connection:
        chosen: Any = {"scenario": "mid_sized_town", "intervention": "transition_cluster"}
        path = (
            "/api/sessions/"
            + json.loads(ask(connection, "POST", "/api/sessions", chosen | {"seed": number}))[
                "session"
            ]
        )
        if number % 4 == 0:
            ask(connection, "POST", f"{path}/board", {"budget": 500_000})
        ask(connection, "POST", f"{path}/replications", {})
        turn = 0
        while time.perf_counter() < end:
            due = time.perf_counter() + 1 / 12
            turn += 1
            if turn % 24 == 0:
                settings = {"cluster_funding": 20_000.0 + 100 * turn}
                timed("change", "PUT", path, chosen | {"seed": number, "settings": settings})
                ask(connection, "POST", f"{path}/replications", {})
            content = timed("frame", "POST", f"{path}/frame", {"steps": 1, "known": 0})
            timed("town", "GET", f"{path}/town")
            assert struct.unpack_from("<4sI", content)[0] == b"ESM1"
            if turn % 5 == 0:
                timed("words", "GET", f"{path}/words")
            time.sleep(max(0.0, due - time.perf_counter()))
        ask(connection, "DELETE", path)


def crowd(server: Server) -> Iterator[str]:
    """Measure the latencies of twenty simultaneous users."""
    times: dict[str, list[float]] = {"frame": [], "town": [], "words": [], "change": []}
    memory = [server.memory()]
    end = time.perf_counter() + 60 * MINUTES
    threads = [threading.Thread(target=user, args=(server, n, end, times)) for n in range(USERS)]
    cpu, began = server.cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for minute in range(1, MINUTES + 1):
        time.sleep(max(0.0, began + 60 * minute - 1 - time.perf_counter()))
        memory.append(server.memory())
    for thread in threads:
        thread.join()
    cores = (server.cpu() - cpu) / (time.perf_counter() - began)
    yield "| asked for | number | median | 95 of 100 | longest |"
    yield "| --- | --- | --- | --- | --- |"
    for what, found in times.items():
        cuts = statistics.quantiles(found, n=20)
        row = (statistics.median(found), cuts[-1], max(found))
        shown = " | ".join(f"{1000 * t:.0f} ms" for t in row)
        yield f"| {what} | {len(found):,} | {shown} |"
    yield ""
    yield f"The server kept {cores:.1f} of {os.cpu_count()} cores busy. Its memory before, and at"
    yield "the end of each minute, in MB: " + ", ".join(f"{m:.0f}" for m in memory) + "."


def report() -> Iterator[str]:
    yield "# The page"
    yield ""
    load = os.getloadavg()[0]
    yield (
        f"{machine()}; {platform.system()}, load before it began {load:.1f}. Headless chromium, no "
        "graphics card. Written by `python -m benchmarks.page`."
    )
    yield ""
    Server().end()  # warm up the next start
    server = Server()
    yield f"`sim app` answers {server.start:.1f} s after it was started; it worked for"
    yield f"{server.start_cpu:.1f} s of them."
    yield ""
    with browsing() as browser:
        yield "The town and five charts; months as fast as they go, frames of the canvas"
        yield "at twelve months a second:"
        yield ""
        head = ("grid", "months a second", "server, a month", "main thread, a month")
        yield f"| {' | '.join((*head, 'frames a second', 'main thread, a frame'))} |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for cells in (64, 200):
            frames(browser, server, cells)  # may compile
            yield frames(browser, server, cells)
        yield ""
        yield "From a slider's move to the first frame painted, and until all is up to date again"
        yield "(medians):"
        yield ""
        yield "| grid | month | lever, first | all | parameter, first | all |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for cells, month in ((64, 0), (64, 120), (64, 240), (200, 0), (200, 120)):
            yield slides(browser, server, cells, month)
    yield ""
    yield "From a lever's move, by month shown, to the first answer of the replications, and until"
    yield "no verdict is open or no more pairs are run:"
    yield ""
    yield "| month | first, median | first, longest | last, median |"
    yield "| --- | --- | --- | --- |"
    with browsing() as browser:
        for month in (120, 240):
            yield answers(browser, server, month)
    yield ""
    yield f"{USERS} users at once for {MINUTES} minutes, each playing 12 months a second on 64 x 64"
    yield "cells, reading words and moving a lever every two seconds, with replications after each;"
    yield "a ranking by budget runs for one in four:"
    yield ""
    yield from crowd(server)
    server.end()


def main() -> None:
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
