"""Coverage of intervals over registers made from known truth."""

from collections import Counter

REPEATS = 100


def covered(estimate, truth):
    """Percentage of 100 seeds at which each figure's interval contains its truth."""
    hits = Counter(
        found.figure
        for seed in range(REPEATS)
        for found in estimate(seed)
        if found.figure in truth and found.low <= truth[found.figure] <= found.high
    )
    return {figure: 100 * hits[figure] / REPEATS for figure in truth}


def assert_covers(estimate, truth):
    """Intervals of 90 % contain the truth in 80 to 97 of 100 repeats, figure by figure."""
    found = covered(estimate, truth)
    assert all(80 <= share <= 97 for share in found.values()), found
