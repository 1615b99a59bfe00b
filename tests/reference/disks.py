"""Small disks."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="mounts and limits of Linux")


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int = 64) -> Iterator[None]:
    """A small disk, mounted on a folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)
