"""``sim app`` starts, answers under its own name, and ends on Ctrl-C."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import main
from sim.cli.app import listen

SIM = [sys.executable, "-c", "from sim.cli import main; raise SystemExit(main())", "app"]


@pytest.mark.slow
def test_it_prints_its_address_answers_there_and_ends_on_ctrl_c() -> None:
    process = subprocess.Popen(
        [*SIM, "--no-open", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell may have started the tests with Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:")
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=60)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "the page has closed" in said


def test_the_end_of_an_answer_does_not_wait_until_its_beginning_is_acknowledged() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP  # asyncio's condition for TCP_NODELAY


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["app", "--no-open", *words]) == 2
    return capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"--port {port}: cannot listen there" in refused(["--port", port], capsys)


def test_ports_scenarios_and_hosts_that_cannot_be(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "0 to 65535" in refused(["--port", "70000"], capsys)
    assert "no such scenario file" in refused([os.fspath(tmp_path / "none.toml")], capsys)
    (tmp_path / "town.txt").write_text("title = 1\n", encoding="utf-8")
    assert "ends in .toml" in refused([os.fspath(tmp_path / "town.txt")], capsys)
    assert "nowhere.invalid" in refused(["--host", "nowhere.invalid"], capsys)
