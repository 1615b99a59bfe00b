"""Results in a bucket of a server are those of a folder, and survive a killed driver."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import fsspec
import pytest

from sim.errors import InputError
from sim.experiments.remote import store_at
from tests.sweeps.doomed import DONE
from tests.sweeps.test_addresses import move_to
from tests.sweeps.toy_sweeps import POINTS, fill_toys, new_store


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move_to(tmp_path / "first machine", monkeypatch)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    """A bucket called ``results`` of a local server that speaks S3."""
    s3fs = pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.moto_server.threaded_moto_server")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    urlopen(Request(f"{url}/moto-api/reset", method="POST")).close()
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem()
    files.mkdir("results")
    yield files
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.corpus
def test_a_driver_killed_beside_a_bucket_is_resumed_elsewhere(bucket, tmp_path, whole, monkeypatch):
    doomed = [
        sys.executable,
        "-m",
        "tests.sweeps.doomed",
        str(tmp_path),
        "local",
        "s3://results/toys",
    ]
    root = Path(__file__).parents[2]
    with subprocess.Popen(doomed, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == DONE:
                break
        process.send_signal(signal.SIGKILL)
    store = store_at("s3://results/toys")
    assert len(store.statuses()) == DONE
    assert fill_toys(store, executor="local", workers=2).done == POINTS - DONE
    move_to(tmp_path / "third machine", monkeypatch)
    assert store_at("s3://results/toys").digest() == whole.digest()
    assert bucket.find("results")


@pytest.mark.slow
def test_without_the_bucket_or_its_server_one_sentence_says_so(bucket, tmp_path, monkeypatch):
    with pytest.raises(OSError, match=r"cannot be written: .*bucket"):
        new_store("s3://nowhere/toys")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    type(bucket).clear_instance_cache()
    with pytest.raises(InputError, match=r"s3://results/toys: cannot be read: .+"):
        store_at("s3://results/toys")
