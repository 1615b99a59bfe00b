"""A sequence gives the same results as its kernels called one by one."""

import numpy as np
import pytest

from sim.kernels.machine.compile import kernel
from sim.kernels.machine.sequence import KernelCall, KernelSequence


@kernel
def _add(seed, month, table, scale, is_negative, total):
    sign = -1.0 if is_negative else 1.0
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            total[0] += sign * scale * table[i, j] * month + seed


@kernel
def _date(calendar_month, total):
    total[0] = 1000.0 * total[0] + calendar_month


@kernel
def _refuse(total):
    if total[0] > 0.0:
        raise ValueError("nothing more can be added")


def _calls(total):
    table = np.arange(40, dtype=np.int16).reshape(5, 8)[::2, 1::3]  # neither dense nor a whole
    table.flags.writeable = False
    return [
        KernelCall("first", _add, (7, "month", table, 0.5, False, total)),
        KernelCall("second", _add, (2**62, "month", table.T, 0.25, True, total)),
        KernelCall("date", _date, ("calendar_month", total)),
        KernelCall("limit", _refuse, (total,)),
    ]


@pytest.mark.parametrize("names", [["first"], ["date", "second"], ["first", "second", "date"]])
def test_it_calls_the_named_kernels_in_its_order_with_the_clock_of_the_call(names):
    together, one_by_one = np.zeros(1), np.zeros(1)
    run = KernelSequence(_calls(together)).only(names)
    for month in (-3, 5):
        run(month, 100 + month)
        clock = {"month": month, "calendar_month": 100 + month}
        for call in _calls(one_by_one):
            if call.name in names:
                given = (clock.get(a, a) if isinstance(a, str) else a for a in call.arguments)
                call.kernel(*given)
    assert together.tolist() == one_by_one.tolist() != [0.0]


def test_an_error_of_a_kernel_ends_the_call_and_propagates():
    total = np.zeros(1)
    run = KernelSequence(_calls(total)).only(["date", "limit"])
    with pytest.raises(ValueError, match="nothing more"):
        run(0, 12)
    assert total[0] == 12.0
