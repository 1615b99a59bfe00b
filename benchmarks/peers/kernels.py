"""Competitors of the kernels: C, the FFT, and NumPy's generators."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import scipy.fft
import scipy.signal
from numba import njit

SOURCE = Path(__file__).with_name("kernels.c")


def compiler() -> str | None:
    """Find the C compiler: CC, else clang, else gcc; None without one."""
    names = [os.environ.get("CC", ""), "clang", "gcc"]
    return next((found for name in names if (found := shutil.which(name))), None)


def compiler_version() -> str:
    """Return the first line of the compiler's version."""
    answer = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()[0]


def load_c() -> Any:
    """Compile the C twins for this machine, without fused multiply-add."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "kernels.so"
        options = ["-O3", "-march=native", "-ffp-contract=off", "-fPIC", "-shared"]
        subprocess.run([compiler(), *options, SOURCE, "-o", library, "-lm"], check=True)
        twins = ctypes.CDLL(str(library))
    # Plain addresses, since NumPy's checked pointers cost more than a small field.
    array, size = ctypes.c_void_p, ctypes.c_size_t
    twins.decay_potential.argtypes = [array, size, size, ctypes.c_double, array, array]
    twins.decay_potential.restype = None
    twins.fill_words.argtypes = [ctypes.c_uint32] * 3 + [size, array]
    twins.fill_words.restype = None
    return twins


class FourierHuff:
    """Huff's flows by fast Fourier transforms of the doubled grid, with a prepared kernel."""

    def __init__(self, rows: int, cols: int, decay: float, dtype: Any = np.float32) -> None:
        self.shape = rows, cols
        self.padded = tuple(scipy.fft.next_fast_len(2 * n - 1, real=True) for n in (rows, cols))
        lines = []
        for n, length in zip(self.shape, self.padded, strict=True):
            line = np.zeros(length)
            line[:n] = np.exp(-decay * np.arange(n))
            line[length - n + 1 :] = line[n - 1 : 0 : -1]
            lines.append(line)
        self.kernel = scipy.fft.rfft2(np.outer(*lines).astype(dtype))

    def potential(self, field: Any) -> Any:
        """Sum a field over all cells with the distance decay."""
        spectrum = scipy.fft.rfft2(field, self.padded)
        spectrum *= self.kernel
        rows, cols = self.shape
        return scipy.fft.irfft2(spectrum, self.padded)[:rows, :cols]

    def flows(self, attraction: Any, demand: Any, outside: float) -> tuple[float, float]:
        """Compute money kept and leaked."""
        spending = demand / (self.potential(attraction) + outside)
        kept = float(np.vdot(attraction, self.potential(spending)))
        return kept, outside * float(spending.sum())


def convolve(field: Any, decay: float) -> Any:
    """Compute the potential in the usual way: one call with a kernel as large as all distances."""
    by_row, by_col = (
        np.exp(-decay * np.abs(np.arange(1 - n, n))).astype(field.dtype) for n in field.shape
    )
    return scipy.signal.fftconvolve(field, np.outer(by_row, by_col), mode="same")


@njit(nogil=True, error_model="numpy")
def fill_by_numba(out):
    """Draw from NumPy's legacy generator in numba, as most compiled agent-based models do."""
    for i in range(out.size):
        out[i] = np.random.random()  # noqa: NPY002
