"""Keep the quick suite quick: a few cases of a test, with all of them in CI."""

from collections.abc import Iterable
from typing import Any

import pytest


def rest_slow(
    cases: Iterable[Any], quick: int = 1, mark: pytest.MarkDecorator = pytest.mark.slow
) -> list[Any]:
    """Return the cases of a test, of which all but the first few are marked slow, or as given."""
    return [case if k < quick else pytest.param(case, marks=mark) for k, case in enumerate(cases)]
